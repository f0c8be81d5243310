//! Voice and reports under lock and key, in place (RFC 3711, RFC 6188, RFC 7714).
//!
//! ```text
//!   MasterKey ──> derive ──> transform (cipher and seal, one each for voice and reports)
//!                               ^
//!   datagram ──> numbering ─────┘     48-bit index, replay window, per source
//! ```
//!
//! A [`Sender`] closes what we send, a [`Receiver`] opens what the peer sends; each has the key of its own direction.
//! Nothing is allocated per packet. Keys are erased when dropped.

mod derive;
mod key;
mod marks;
mod numbering;
mod transform;

pub use key::{KeyError, Keys, LONGEST_KEY, MasterKey, Suite};
pub use marks::Marks;

use crate::rtp::{self, RtpError};
use numbering::{Numbering, Sources};
use transform::{MOST_ADDED, Part, Transform};

/// Longest datagram we open or close, in bytes.
pub const LONGEST: usize = 2_048;
/// Most bytes that closing adds: seal and index (RFC 7714 9.1).
pub const OVERHEAD: usize = MOST_ADDED;
/// First index that a key may no longer be used for (RFC 3711 9.2).
const WORN_VOICE: u64 = 1 << 48;
const WORN_REPORTS: u32 = 1 << 31;

/// Why a datagram was not opened or closed. Nothing of it may be used then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SrtpError {
    /// Not even the parts that must be there; the sender's fault.
    #[error("too short, or not RTP")]
    Malformed,
    /// The seal does not fit: another key, or forged on the way.
    #[error("the seal does not fit the packet")]
    Forged,
    /// Came before, or too long after its successors to tell (RFC 3711 3.3.2).
    #[error("a packet that came before")]
    Replayed,
    /// The key sealed as many packets as it may: new keys are due.
    #[error("the key is worn out")]
    Worn,
    /// The buffer has no room for the seal; ours to fix.
    #[error("no room for the seal")]
    NoRoom,
}

impl From<RtpError> for SrtpError {
    fn from(_: RtpError) -> Self {
        Self::Malformed
    }
}

/// Closes what we send with our key.
///
/// No index is ever used twice with a key: a packet that came twice is refused, and a source that begins its numbering
/// anew is numbered on.
#[derive(Debug)]
pub struct Sender {
    voice: Transform,
    reports: Transform,
    sources: Sources,
    next_report: u32,
}

/// Opens what the peer sends with its key.
#[derive(Debug)]
pub struct Receiver {
    voice: Transform,
    reports: Transform,
    sources: Sources,
    reporters: Sources,
}

/// What both need to know of an RTP packet before its payload can be read.
#[derive(Clone, Copy)]
struct Head {
    ssrc: u32,
    sequence: u16,
    length: usize,
}

impl Sender {
    /// Closes with our master key.
    #[must_use]
    pub fn new(master: &MasterKey) -> Self {
        let [voice, reports] = Transform::pair(master, 0);
        Self { voice, reports, sources: Sources::default(), next_report: 1 }
    }

    /// Closes the RTP packet in the first `length` bytes. Returns its new length, at most [`OVERHEAD`] more.
    ///
    /// # Errors
    /// [`SrtpError`] says why it must not be sent.
    pub fn protect(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, SrtpError> {
        let head = Head::read(buffer.get(..length).ok_or(SrtpError::NoRoom)?)?;
        let (index, sequence) = self.sources.of(head.ssrc, head.sequence).continued(head.sequence)?;
        if index >= WORN_VOICE {
            return Err(SrtpError::Worn);
        }
        if let Some(place) = buffer.get_mut(2..4) {
            place.copy_from_slice(&sequence.to_be_bytes());
        }
        self.voice.close(buffer, Part { clear: head.length, length, ssrc: head.ssrc, index })
    }

    /// Closes the RTCP datagram in the first `length` bytes, as [`Sender::protect`] does.
    ///
    /// # Errors
    /// [`SrtpError`] says why it must not be sent.
    pub fn protect_reports(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, SrtpError> {
        let ssrc = reporter(buffer.get(..length).ok_or(SrtpError::NoRoom)?)?;
        if self.next_report >= WORN_REPORTS {
            return Err(SrtpError::Worn);
        }
        let index = self.next_report;
        self.next_report += 1;
        self.reports.close_report(buffer, length, ssrc, index)
    }
}

impl Receiver {
    /// Opens with the peer's master key. `mki` is how many bytes of key identifier the peer adds to each packet.
    #[must_use]
    pub fn new(master: &MasterKey, mki: u8) -> Self {
        let [voice, reports] = Transform::pair(master, mki.into());
        Self { voice, reports, sources: Sources::default(), reporters: Sources::default() }
    }

    /// Opens an SRTP packet. Returns the length of the RTP packet that it begins with now.
    ///
    /// # Errors
    /// [`SrtpError`] says why it must be dropped.
    pub fn unprotect(&mut self, datagram: &mut [u8]) -> Result<usize, SrtpError> {
        let head = Head::read(datagram)?;
        let Some(numbering) = self.sources.find(head.ssrc) else { return self.meet(head, datagram) };
        let index = numbering.estimate(head.sequence).ok_or(SrtpError::Replayed)?;
        numbering.check(index)?;
        let part = Part { clear: head.length, length: datagram.len(), ssrc: head.ssrc, index };
        let length = self.voice.open(datagram, part)?;
        numbering.accept(index);
        Ok(length)
    }

    /// Opens an SRTCP datagram, as [`Receiver::unprotect`] does. One that is sealed but not hidden is opened too.
    ///
    /// # Errors
    /// [`SrtpError`] says why it must be dropped.
    pub fn unprotect_reports(&mut self, datagram: &mut [u8]) -> Result<usize, SrtpError> {
        let ssrc = reporter(datagram)?;
        let index = self.reports.report_index(datagram)?;
        let fresh = Numbering::starting(ssrc, index.into());
        let numbering = self.reporters.find(ssrc);
        if let Some(numbering) = &numbering {
            numbering.check(index.into())?;
        }
        let length = self.reports.open_report(datagram, ssrc)?;
        match numbering {
            Some(numbering) => numbering.accept(index.into()),
            None => self.reporters.insert(fresh),
        }
        Ok(length)
    }

    /// A source's first packet. Its numbering may have begun shortly before a wrap whose last packets are late or lost.
    fn meet(&mut self, head: Head, datagram: &mut [u8]) -> Result<usize, SrtpError> {
        let mut kept = [0; LONGEST];
        let length = datagram.len();
        kept.get_mut(..length).ok_or(SrtpError::Malformed)?.copy_from_slice(datagram);
        let mut outcome = Err(SrtpError::Forged);
        for index in [u64::from(head.sequence), 1 << 16 | u64::from(head.sequence)] {
            datagram.copy_from_slice(kept.get(..length).ok_or(SrtpError::Malformed)?);
            outcome = self.voice.open(datagram, Part { clear: head.length, length, ssrc: head.ssrc, index });
            if outcome.is_ok() {
                self.sources.insert(Numbering::starting(head.ssrc, index));
                break;
            }
            if head.sequence > u16::MAX / 2 {
                break;
            }
        }
        outcome
    }
}

impl Head {
    fn read(datagram: &[u8]) -> Result<Self, SrtpError> {
        let length = rtp::header_length(datagram)?;
        let [_, _, s0, s1, _, _, _, _, c0, c1, c2, c3] =
            *datagram.first_chunk::<12>().ok_or(SrtpError::Malformed)?;
        Ok(Self {
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
            sequence: u16::from_be_bytes([s0, s1]),
            length,
        })
    }
}

/// Who sends an RTCP datagram; its first eight bytes are never hidden.
fn reporter(datagram: &[u8]) -> Result<u32, SrtpError> {
    let [bits, _, _, _, s0, s1, s2, s3] = *datagram.first_chunk::<8>().ok_or(SrtpError::Malformed)?;
    if bits >> 6 != 2 {
        return Err(SrtpError::Malformed);
    }
    Ok(u32::from_be_bytes([s0, s1, s2, s3]))
}

#[cfg(test)]
mod tests;
