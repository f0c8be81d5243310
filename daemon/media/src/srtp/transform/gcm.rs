//! AES-GCM (RFC 7714) through `ring`, with the key erased when dropped.

use super::super::SrtpError;
use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, Tag, UnboundKey};

/// Bytes of the seal.
pub(super) const GCM_TAG: usize = 16;

/// A key of `ring`, which does not erase it by itself.
pub(super) struct Gcm(Option<Box<LessSafeKey>>);

impl Gcm {
    /// From 16 or 32 bytes. Any other length makes a key that opens and closes nothing.
    pub(super) fn new(key: &[u8]) -> Self {
        let algorithm = if key.len() == 32 { &AES_256_GCM } else { &AES_128_GCM };
        Self(UnboundKey::new(algorithm, key).ok().map(|key| Box::new(LessSafeKey::new(key))))
    }

    /// Hides and seals; `clear` is sealed only.
    pub(super) fn close(
        &self,
        start: [u8; 16],
        clear: &[u8],
        hidden: &mut [u8],
    ) -> Result<[u8; GCM_TAG], SrtpError> {
        let key = self.0.as_ref().ok_or(SrtpError::Worn)?;
        let tag = key.seal_in_place_separate_tag(nonce(start), Aad::from(clear), hidden);
        let tag = tag.map_err(|_| SrtpError::Worn)?;
        tag.as_ref().first_chunk().copied().ok_or(SrtpError::Worn)
    }

    /// Verifies and shows; otherwise the data is destroyed.
    pub(super) fn open(
        &self,
        start: [u8; 16],
        clear: &[u8],
        tag: &[u8],
        hidden: &mut [u8],
    ) -> Result<(), SrtpError> {
        let key = self.0.as_ref().ok_or(SrtpError::Worn)?;
        let tag = Tag::try_from(tag).map_err(|_| SrtpError::Malformed)?;
        let opened = key.open_in_place_separate_tag(nonce(start), Aad::from(clear), tag, hidden, 0..);
        opened.map(drop).map_err(|_| SrtpError::Forged)
    }
}

impl Drop for Gcm {
    #[expect(unsafe_code, reason = "ring cannot erase a key")]
    fn drop(&mut self) {
        let Some(key) = self.0.take() else { return };
        let place = Box::into_raw(key).cast::<std::mem::MaybeUninit<LessSafeKey>>();
        // SAFETY: the pointer comes from the box above and owns what it points to; a `LessSafeKey` holds no memory of
        // its own and needs no drop, and as `MaybeUninit` it may hold any bytes until the box is freed.
        let erased = unsafe {
            zeroize::zeroize_flat_type(place);
            Box::from_raw(place)
        };
        drop(erased);
    }
}

impl std::fmt::Debug for Gcm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Gcm")
    }
}

/// The twelve bytes in the middle (RFC 7714 8.1 and 9.1).
fn nonce([_, _, a, b, c, d, e, f, g, h, i, j, k, l, _, _]: [u8; 16]) -> Nonce {
    Nonce::assume_unique_for_key([a, b, c, d, e, f, g, h, i, j, k, l])
}
