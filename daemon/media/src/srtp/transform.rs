//! The ciphers and seals themselves, in place.
//!
//! ```text
//!   counter mode   voice    clear | hidden | mki | seal over clear, hidden, upper index
//!                  reports  clear | hidden | E, index | mki | seal over all before mki
//!   AES-GCM        voice    clear | hidden | seal | mki
//!                  reports  clear | hidden | seal | E, index | mki
//! ```

mod counter;
mod gcm;

use super::SrtpError;
use super::derive::{Label, Stream, derive};
use super::key::MasterKey;
pub(super) use counter::Cipher;
use counter::Seal;
use gcm::{GCM_TAG, Gcm};
use zeroize::Zeroizing;

/// Most bytes that closing adds.
pub(super) const MOST_ADDED: usize = GCM_TAG + INDEX;
/// Bytes of the index that ends a closed report.
const INDEX: usize = 4;
/// Bytes of a report that stay readable: its head and who reports.
const REPORT_CLEAR: usize = 8;
/// In the index: the report is hidden too.
const HIDDEN: u32 = 1 << 31;
/// Bytes of the seal of a report in counter mode.
const REPORT_TAG: usize = 10;

/// How the packets of one stream are closed and opened.
#[derive(Debug)]
pub(super) struct Transform {
    kind: Kind,
    /// Salt of the stream, shifted so that source and index fit (RFC 3711 4.1.1, RFC 7714 8.1).
    salt: Zeroizing<u128>,
    mki: usize,
}

#[derive(Debug)]
enum Kind {
    Counter { cipher: Box<Cipher>, seal: Box<Seal>, tag: usize },
    Gcm(Gcm),
}

/// Which bytes of a buffer are a packet, and which packet it is.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// Bytes that stay readable.
    pub(super) clear: usize,
    pub(super) length: usize,
    pub(super) ssrc: u32,
    pub(super) index: u64,
}

impl Transform {
    /// The transforms of voice and of reports.
    pub(super) fn pair(master: &MasterKey, mki: usize) -> [Self; 2] {
        let suite = master.suite();
        [Stream::Voice, Stream::Reports].map(|stream| {
            let tag = match stream {
                Stream::Voice => suite.voice_tag(),
                Stream::Reports => REPORT_TAG,
            };
            Self { kind: Kind::new(master, stream, tag), salt: salt(master, stream), mki }
        })
    }

    /// Closes voice.
    pub(super) fn close(&self, buffer: &mut [u8], part: Part) -> Result<usize, SrtpError> {
        let start = self.start(part.ssrc, part.index);
        match &self.kind {
            Kind::Counter { cipher, seal, tag } => {
                let (packet, rest) = buffer.split_at_mut_checked(part.length).ok_or(SrtpError::NoRoom)?;
                cipher.apply(start, packet.get_mut(part.clear..).ok_or(SrtpError::Malformed)?);
                let sum = seal.over([packet, &upper(part.index)]);
                put(rest, sum.get(..*tag))?;
                Ok(part.length + tag)
            }
            Kind::Gcm(key) => {
                let (packet, rest) = buffer.split_at_mut_checked(part.length).ok_or(SrtpError::NoRoom)?;
                let (clear, hidden) = packet.split_at_mut_checked(part.clear).ok_or(SrtpError::Malformed)?;
                put(rest, Some(&key.close(start, clear, hidden)?))?;
                Ok(part.length + GCM_TAG)
            }
        }
    }

    /// Opens voice.
    pub(super) fn open(&self, datagram: &mut [u8], part: Part) -> Result<usize, SrtpError> {
        let start = self.start(part.ssrc, part.index);
        match &self.kind {
            Kind::Counter { cipher, seal, tag } => {
                let (rest, given) = cut(datagram, *tag)?;
                let (packet, _) = cut(rest, self.mki)?;
                let hidden_from = within(part.clear, packet)?;
                seal.verify([packet, &upper(part.index)], given)?;
                cipher.apply(start, packet.get_mut(hidden_from..).unwrap_or_default());
                Ok(packet.len())
            }
            Kind::Gcm(key) => {
                let (rest, _) = cut(datagram, self.mki)?;
                let (packet, given) = cut(rest, GCM_TAG)?;
                let length = packet.len();
                let (clear, hidden) = packet.split_at_mut_checked(part.clear).ok_or(SrtpError::Malformed)?;
                key.open(start, clear, given, hidden)?;
                Ok(length)
            }
        }
    }

    /// Closes a report under its index.
    pub(super) fn close_report(
        &self,
        buffer: &mut [u8],
        length: usize,
        ssrc: u32,
        index: u32,
    ) -> Result<usize, SrtpError> {
        let start = self.start(ssrc, index.into());
        let word = (index | HIDDEN).to_be_bytes();
        let (packet, rest) = buffer.split_at_mut_checked(length).ok_or(SrtpError::NoRoom)?;
        let (clear, hidden) = packet.split_at_mut_checked(REPORT_CLEAR).ok_or(SrtpError::Malformed)?;
        match &self.kind {
            Kind::Counter { cipher, seal, tag } => {
                cipher.apply(start, hidden);
                let sum = seal.over([packet, &word]);
                let rest = put(rest, Some(&word))?;
                put(rest, sum.get(..*tag))?;
                Ok(length + INDEX + tag)
            }
            Kind::Gcm(key) => {
                let tag = key.close(start, &report_head(clear, word)?, hidden)?;
                let rest = put(rest, Some(&tag))?;
                put(rest, Some(&word))?;
                Ok(length + GCM_TAG + INDEX)
            }
        }
    }

    /// The index that a closed report carries.
    pub(super) fn report_index(&self, datagram: &[u8]) -> Result<u32, SrtpError> {
        Ok(u32::from_be_bytes(self.report_word(datagram)?) & !HIDDEN)
    }

    /// Opens a report.
    pub(super) fn open_report(&self, datagram: &mut [u8], ssrc: u32) -> Result<usize, SrtpError> {
        let word = self.report_word(datagram)?;
        let index = u32::from_be_bytes(word);
        if index & HIDDEN == 0 {
            // Nobody agrees with us on reports that all can read (UNENCRYPTED_SRTCP, RFC 4568 6.3.2).
            return Err(SrtpError::Forged);
        }
        let start = self.start(ssrc, (index & !HIDDEN).into());
        match &self.kind {
            Kind::Counter { cipher, seal, tag } => {
                let (rest, given) = cut(datagram, *tag)?;
                let (sealed, _) = cut(rest, self.mki)?;
                let (packet, _) = cut(sealed, INDEX)?;
                let hidden_from = within(REPORT_CLEAR, packet)?;
                seal.verify([packet, &word], given)?;
                cipher.apply(start, packet.get_mut(hidden_from..).unwrap_or_default());
                Ok(packet.len())
            }
            Kind::Gcm(key) => {
                let (rest, _) = cut(datagram, INDEX + self.mki)?;
                let (packet, given) = cut(rest, GCM_TAG)?;
                let length = packet.len();
                let (clear, hidden) =
                    packet.split_at_mut_checked(REPORT_CLEAR).ok_or(SrtpError::Malformed)?;
                key.open(start, &report_head(clear, word)?, given, hidden)?;
                Ok(length)
            }
        }
    }

    fn report_word(&self, datagram: &[u8]) -> Result<[u8; INDEX], SrtpError> {
        let after = match &self.kind {
            Kind::Counter { tag, .. } => tag + self.mki,
            Kind::Gcm(_) => self.mki,
        };
        let end = datagram.len().checked_sub(after).and_then(|end| datagram.get(..end));
        end.and_then(<[u8]>::last_chunk::<INDEX>).copied().ok_or(SrtpError::Malformed)
    }

    /// Where the keystream of a packet begins; AES-GCM takes the twelve bytes in the middle.
    fn start(&self, ssrc: u32, index: u64) -> [u8; 16] {
        (*self.salt ^ u128::from(ssrc) << 64 ^ u128::from(index) << 16).to_be_bytes()
    }
}

impl Kind {
    fn new(master: &MasterKey, stream: Stream, tag: usize) -> Self {
        let wide = derive::<32>(master, stream, Label::Cipher);
        let key = wide.get(..master.suite().cipher_key()).unwrap_or_default();
        if master.suite().is_aead() {
            return Self::Gcm(Gcm::new(key));
        }
        let seal = Seal::new(&*derive::<20>(master, stream, Label::Seal));
        Self::Counter { cipher: Box::new(Cipher::new(key)), seal: Box::new(seal), tag }
    }
}

/// The derived salt, which begins with the first byte in counter mode and with the third in AES-GCM.
fn salt(master: &MasterKey, stream: Stream) -> Zeroizing<u128> {
    let derived = derive::<14>(master, stream, Label::Salt);
    let skipped = 14 - master.suite().salt();
    let mut wide = Zeroizing::new([0; 16]);
    wide.iter_mut()
        .skip(skipped)
        .zip(derived.iter())
        .take(master.suite().salt())
        .for_each(|(to, from)| *to = *from);
    Zeroizing::new(u128::from_be_bytes(*wide))
}

/// The part of an index that the packet does not carry, the roll-over counter.
fn upper(index: u64) -> [u8; 4] {
    let [_, _, a, b, c, d, _, _] = index.to_be_bytes();
    [a, b, c, d]
}

/// What AES-GCM seals of a report without hiding it (RFC 7714 9.2).
fn report_head(clear: &[u8], word: [u8; INDEX]) -> Result<[u8; REPORT_CLEAR + INDEX], SrtpError> {
    let [a, b, c, d, e, f, g, h] = *clear.first_chunk::<REPORT_CLEAR>().ok_or(SrtpError::Malformed)?;
    let [i, j, k, l] = word;
    Ok([a, b, c, d, e, f, g, h, i, j, k, l])
}

/// The last `length` bytes, and all before.
fn cut(datagram: &mut [u8], length: usize) -> Result<(&mut [u8], &[u8]), SrtpError> {
    let before = datagram.len().checked_sub(length).ok_or(SrtpError::Malformed)?;
    let (rest, end) = datagram.split_at_mut_checked(before).ok_or(SrtpError::Malformed)?;
    Ok((rest, end))
}

fn within(clear: usize, packet: &[u8]) -> Result<usize, SrtpError> {
    if clear <= packet.len() { Ok(clear) } else { Err(SrtpError::Malformed) }
}

/// Writes at the beginning of the room that is left; returns the room after it.
fn put<'a>(room: &'a mut [u8], bytes: Option<&[u8]>) -> Result<&'a mut [u8], SrtpError> {
    let bytes = bytes.unwrap_or_default();
    let (place, rest) = room.split_at_mut_checked(bytes.len()).ok_or(SrtpError::NoRoom)?;
    place.copy_from_slice(bytes);
    Ok(rest)
}

#[cfg(test)]
impl Transform {
    /// AES-GCM from the session keys that the vectors of RFC 7714 begin with.
    pub(super) fn gcm(key: &[u8], salt: [u8; 12]) -> Self {
        let mut wide = [0; 16];
        wide[2..14].copy_from_slice(&salt);
        Self { kind: Kind::Gcm(Gcm::new(key)), salt: Zeroizing::new(u128::from_be_bytes(wide)), mki: 0 }
    }
}
