//! Closed voice, one suite: AES counter mode with HMAC-SHA1-80 (RFC 3711), keys in the session description (RFC 4568).

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

/// Name of the suite in session descriptions.
pub(super) const SUITE: &str = "AES_CM_128_HMAC_SHA1_80";
/// Master key and master salt, as they stand behind `inline:`.
pub(super) const MASTER: usize = 30;
const TAG: usize = 10;
const HEADER: usize = 12;

/// One direction of a stream.
pub(super) struct Closed {
    cipher: Aes128,
    salt: [u8; 14],
    sign: [u8; 20],
    /// How often the sequence number has turned over, and its last value.
    turns: u32,
    last: Option<u16>,
}

impl std::fmt::Debug for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Closed").finish_non_exhaustive()
    }
}

impl Closed {
    /// Derives the session keys (RFC 3711 4.3.1, no re-keying).
    pub(super) fn new(master: &[u8; MASTER]) -> Self {
        let (key, salt) = master.split_at(16);
        let cipher = Aes128::new_from_slice(key).unwrap_or_else(|_| Aes128::new(&[0; 16].into()));
        let derive = |label: u8, length: usize| {
            let mut start = [0; 16];
            start.iter_mut().zip(salt).for_each(|(byte, salt)| *byte = *salt);
            start[7] ^= label;
            let mut bytes = vec![0; length];
            key_stream(&cipher, start, &mut bytes);
            bytes
        };
        let (session, sign, session_salt) = (derive(0, 16), derive(1, 20), derive(2, 14));
        let fixed =
            |bytes: &[u8]| -> [u8; 20] { std::array::from_fn(|at| bytes.get(at).copied().unwrap_or(0)) };
        Self {
            cipher: Aes128::new_from_slice(&session).unwrap_or_else(|_| Aes128::new(&[0; 16].into())),
            salt: std::array::from_fn(|at| session_salt.get(at).copied().unwrap_or(0)),
            sign: fixed(&sign),
            turns: 0,
            last: None,
        }
    }

    /// Closes an RTP packet.
    pub(super) fn close(&mut self, packet: &mut Vec<u8>) {
        let Some(turns) = self.count(packet) else { return };
        self.turn_into(packet, turns);
        let tag = self.tag(packet, turns);
        packet.extend_from_slice(&tag);
    }

    /// Opens an SRTP packet; `None` when it was not closed with this key.
    pub(super) fn open(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let (inner, tag) = packet.split_at_checked(packet.len().checked_sub(TAG)?)?;
        let turns = self.count(inner)?;
        if self.tag(inner, turns) != *tag {
            return None;
        }
        let mut inner = inner.to_vec();
        self.turn_into(&mut inner, turns);
        Some(inner)
    }

    /// How often the sequence number had turned over when this packet was sent (RFC 3711 3.3.1).
    fn count(&mut self, packet: &[u8]) -> Option<u32> {
        let sequence = u16::from_be_bytes(packet.get(2..4)?.try_into().ok()?);
        let last = *self.last.get_or_insert(sequence);
        let turns = match (last, sequence) {
            (0xc000.., ..0x4000) => self.turns.wrapping_add(1),
            (..0x4000, 0xc000..) => self.turns.wrapping_sub(1),
            _ => self.turns,
        };
        if turns >= self.turns {
            (self.turns, self.last) = (turns, Some(sequence));
        }
        Some(turns)
    }

    fn turn_into(&self, packet: &mut [u8], turns: u32) {
        let sources = usize::from(packet.first().copied().unwrap_or(0) & 0x0f) * 4;
        let Some((header, payload)) = packet.split_at_mut_checked(HEADER + sources) else { return };
        let mut start = [0; 16];
        start.iter_mut().zip(self.salt).for_each(|(byte, salt)| *byte = salt);
        let source = header.get(8..12).unwrap_or_default();
        let numbered = [source, &turns.to_be_bytes(), header.get(2..4).unwrap_or_default()].concat();
        start.iter_mut().skip(4).zip(numbered).for_each(|(byte, own)| *byte ^= own);
        key_stream(&self.cipher, start, payload);
    }

    fn tag(&self, packet: &[u8], turns: u32) -> [u8; TAG] {
        let mut signed =
            Hmac::<Sha1>::new_from_slice(&self.sign).unwrap_or_else(|_| Hmac::new(&[0; 64].into()));
        signed.update(packet);
        signed.update(&turns.to_be_bytes());
        let full = signed.finalize().into_bytes();
        std::array::from_fn(|at| full.get(at).copied().unwrap_or(0))
    }
}

/// XORs the key stream that begins at `start` into `bytes` (RFC 3711 4.1.1).
fn key_stream(cipher: &Aes128, start: [u8; 16], bytes: &mut [u8]) {
    for (number, chunk) in (0_u16..).zip(bytes.chunks_mut(16)) {
        let mut block = start;
        let counter = number.to_be_bytes();
        block[14] = counter[0];
        block[15] = counter[1];
        let mut block = block.into();
        cipher.encrypt_block(&mut block);
        chunk.iter_mut().zip(block).for_each(|(byte, key)| *byte ^= key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3711 B.3: the session salt and signing key begin so.
    #[test]
    fn keys_are_derived_as_the_standard_shows() {
        let mut master = [0; MASTER];
        let text = "E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6";
        for (byte, pair) in master.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
        }
        let closed = Closed::new(&master);
        assert_eq!(
            closed.salt,
            [0x30, 0xcb, 0xbc, 0x08, 0x86, 0x3d, 0x8c, 0x85, 0xd4, 0x9d, 0xb3, 0x4a, 0x9a, 0xe1]
        );
        assert_eq!(closed.sign[..4], [0xce, 0xbe, 0x32, 0x1f]);
    }

    #[test]
    fn what_is_closed_opens_again_over_the_turn_of_the_number() {
        let (mut sends, mut hears) = (Closed::new(&[7; MASTER]), Closed::new(&[7; MASTER]));
        for sequence in [0xfffe_u16, 0xffff, 0, 1] {
            let mut packet = vec![0x80, 8];
            packet.extend(sequence.to_be_bytes());
            packet.extend([0, 0, 0, 1, 0, 0, 0, 2]);
            packet.extend(b"voice");
            let plain = packet.clone();
            sends.close(&mut packet);
            assert_ne!(packet[12..17], plain[12..]);
            assert_eq!(hears.open(&packet), Some(plain));
        }
        assert_eq!(Closed::new(&[8; MASTER]).open(&[0x80; 40]), None);
    }
}
