//! One RTP packet, checked where it lies (RFC 3550 5.1 and A.1); nothing is copied.

/// Bytes of the header that every packet has (RFC 3550 5.1).
const FIXED_HEADER: usize = 12;

/// A valid RTP packet, borrowed from the datagram it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Start of a talk spurt, as the profile RTP/AVP uses the bit (RFC 3551 4.1).
    pub marker: bool,
    /// Number that the session description maps to a codec.
    pub payload_type: u8,
    /// Grows by one a packet and wraps.
    pub sequence: u16,
    /// Time of the first sample, in ticks of the payload's clock.
    pub timestamp: u32,
    /// Who speaks: the synchronisation source.
    pub ssrc: u32,
    /// The coded voice, without header extension and padding.
    pub payload: &'a [u8],
}

/// Why a datagram is not an RTP packet; always the sender's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RtpError {
    /// Shorter than its own header says.
    #[error("packet shorter than its header says")]
    Short,
    /// Not version 2.
    #[error("not RTP version 2")]
    Version,
    /// The second byte says RTCP (RFC 5761 4).
    #[error("an RTCP packet")]
    Rtcp,
    /// More padding than payload.
    #[error("more padding than payload")]
    Padding,
}

impl<'a> Packet<'a> {
    /// Reads one datagram.
    ///
    /// # Errors
    /// [`RtpError`] when the header contradicts RFC 3550 5.1 or the packet is RTCP.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, RtpError> {
        let length = header_length(datagram)?;
        let header = datagram.first_chunk::<FIXED_HEADER>().ok_or(RtpError::Short)?;
        let [bits, kind, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = *header;
        if is_rtcp(datagram) {
            return Err(RtpError::Rtcp);
        }
        let mut payload = datagram.get(length..).ok_or(RtpError::Short)?;
        if bits & 0x20 != 0 {
            payload = before_padding(payload)?;
        }
        Ok(Self {
            marker: kind & 0x80 != 0,
            payload_type: kind & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
            payload,
        })
    }
}

/// Whether a datagram on a shared port is RTCP: second byte 192 to 223 (RFC 5761 4).
#[must_use]
pub fn is_rtcp(datagram: &[u8]) -> bool {
    datagram.get(1).is_some_and(|kind| (192..=223).contains(kind))
}

/// Bytes before the payload: fixed header, contributors and extension (RFC 3550 5.1 and 5.3.1).
///
/// # Errors
/// [`RtpError`] when the datagram is not RTP version 2 or ends before its payload begins.
pub fn header_length(datagram: &[u8]) -> Result<usize, RtpError> {
    let first =
        *datagram.first_chunk::<FIXED_HEADER>().and_then(|header| header.first()).ok_or(RtpError::Short)?;
    if first >> 6 != 2 {
        return Err(RtpError::Version);
    }
    let mut length = FIXED_HEADER + usize::from(first & 0x0f) * 4;
    if first & 0x10 != 0 {
        let head = datagram.get(length..).and_then(<[u8]>::first_chunk::<4>).ok_or(RtpError::Short)?;
        let [_, _, high, low] = *head;
        length += 4 + usize::from(u16::from_be_bytes([high, low])) * 4;
    }
    if datagram.len() < length { Err(RtpError::Short) } else { Ok(length) }
}

/// RFC 3550 5.1: the last byte counts the padding, itself included.
fn before_padding(payload: &[u8]) -> Result<&[u8], RtpError> {
    let padding = usize::from(*payload.last().ok_or(RtpError::Padding)?);
    if padding == 0 {
        return Err(RtpError::Padding);
    }
    let kept = payload.len().checked_sub(padding).ok_or(RtpError::Padding)?;
    payload.get(..kept).ok_or(RtpError::Padding)
}

/// Most dynamic payload types of one description whose clocks are kept.
const DYNAMIC: usize = 8;
/// Telephony's clock, and the guess for a number nobody explained.
const TELEPHONE: u32 = 8_000;

/// Ticks per second of each payload type: those fixed in RFC 3551 6 and those that the description names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clocks {
    dynamic: [(u8, u32); DYNAMIC],
    count: usize,
}

impl Clocks {
    /// Keeps the clock of one `a=rtpmap` line; those after the eighth are forgotten and count as telephony.
    pub fn learn(&mut self, payload_type: u8, hertz: u32) {
        if hertz == 0 {
            return;
        }
        if let Some(place) = self.dynamic.get_mut(self.count) {
            *place = (payload_type, hertz);
            self.count += 1;
        }
    }

    /// Ticks per second of a payload type, in hertz. G.722 ticks at 8000 although it samples at 16000 (RFC 3551 4.5.2).
    #[must_use]
    pub fn hertz(&self, payload_type: u8) -> u32 {
        let named = self.dynamic.iter().take(self.count).find(|(known, _)| *known == payload_type);
        match (named, payload_type) {
            (Some((_, hertz)), _) => *hertz,
            (None, 6) => 16_000,
            (None, 10 | 11) => 44_100,
            (None, 14 | 25..=34) => 90_000,
            (None, 16) => 11_025,
            (None, 17) => 22_050,
            (None, _) => TELEPHONE,
        }
    }
}

#[cfg(test)]
mod tests;
