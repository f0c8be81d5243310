//! Session keys from a master key (RFC 3711 4.3, RFC 6188 3, RFC 7714 11). The key derivation rate is always zero:
//! derived once.

use super::key::MasterKey;
use super::transform::Cipher;
use zeroize::Zeroizing;

/// What a derived key is for (RFC 3711 4.3.1 and 4.3.2).
#[derive(Clone, Copy)]
pub(super) enum Label {
    Cipher = 0,
    Seal = 1,
    Salt = 2,
}

/// Whose key.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    Voice = 0,
    Reports = 3,
}

/// One derived key of `N` bytes: the keystream of the master key, started at label and salt.
pub(super) fn derive<const N: usize>(master: &MasterKey, stream: Stream, label: Label) -> Zeroizing<[u8; N]> {
    let (key, salt) = master.split();
    let mut start = Zeroizing::new([0; 16]);
    start.iter_mut().zip(salt).for_each(|(place, byte)| *place = *byte);
    if let Some(place) = start.get_mut(7) {
        *place ^= stream as u8 + label as u8;
    }
    let mut derived = Zeroizing::new([0; N]);
    Cipher::new(key).apply(*start, derived.as_mut_slice());
    derived
}
