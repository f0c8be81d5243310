//! AES in counter mode, sealed by HMAC-SHA1 (RFC 3711 4.1.1 and 4.2.1, RFC 6188).

use super::super::SrtpError;
use aes::{Aes128Enc, Aes256Enc};
use ctr::CtrCore;
use ctr::cipher::{InnerIvInit, KeyInit, StreamCipher, StreamCipherCoreWrapper};
use ctr::flavors::Ctr128BE;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// AES in counter mode.
#[derive(Debug)]
pub(in super::super) enum Cipher {
    Aes128(Aes128Enc),
    Aes256(Aes256Enc),
}

/// HMAC-SHA1 with a key.
#[derive(Debug)]
pub(super) struct Seal(Hmac<Sha1>);

impl Cipher {
    /// A key of 16 or 32 bytes; what is missing counts as zero.
    pub(in super::super) fn new(key: &[u8]) -> Self {
        let mut wide = Zeroizing::new([0; 32]);
        wide.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
        match key.first_chunk::<32>() {
            Some(key) => Self::Aes256(Aes256Enc::new(key.into())),
            None => {
                let (narrow, _) = wide.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
                Self::Aes128(Aes128Enc::new(narrow.into()))
            }
        }
    }

    /// Hides or shows: the keystream from `start` on is added to the data.
    pub(in super::super) fn apply(&self, start: [u8; 16], data: &mut [u8]) {
        match self {
            Self::Aes128(key) => {
                let core = CtrCore::<&Aes128Enc, Ctr128BE>::inner_iv_init(key, &start.into());
                StreamCipherCoreWrapper::from_core(core).apply_keystream(data);
            }
            Self::Aes256(key) => {
                let core = CtrCore::<&Aes256Enc, Ctr128BE>::inner_iv_init(key, &start.into());
                StreamCipherCoreWrapper::from_core(core).apply_keystream(data);
            }
        }
    }
}

impl Seal {
    pub(super) fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; 64]);
        block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
        Self(Hmac::new((&*block).into()))
    }

    /// Over both parts.
    pub(super) fn over(&self, parts: [&[u8]; 2]) -> [u8; 20] {
        let mut hmac = self.0.clone();
        parts.into_iter().for_each(|part| hmac.update(part));
        hmac.finalize().into_bytes().into()
    }

    /// Compares as many bytes as are given, in constant time.
    pub(super) fn verify(&self, parts: [&[u8]; 2], given: &[u8]) -> Result<(), SrtpError> {
        let sum = self.over(parts);
        let fits = sum.get(..given.len()).is_some_and(|sum| sum.ct_eq(given).into());
        if fits { Ok(()) } else { Err(SrtpError::Forged) }
    }
}
