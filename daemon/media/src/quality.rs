//! How well one stream of voice arrives: counted from the packets' own numbering and clock (RFC 3550 6.4.1, A.1, A.8).
//!
//! Loss is what the numbering misses. Silence suppression leaves no gap in it, and a pause of [`PAUSE`] or a jump
//! of [`JUMP`] begins the count anew, because a phone that held the call may number on as it likes.

use crate::rtp::Packet;
use std::time::{Duration, Instant};

/// After this long without a packet, a gap in the numbering is a hold and not loss.
pub const PAUSE: Duration = Duration::from_secs(2);
/// A gap this wide is a new numbering (MAX_DROPOUT of RFC 3550 A.1).
pub const JUMP: u16 = 3_000;
/// A packet this late still fills its gap.
const MEMORY: u16 = 64;

/// What arrived so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Tally {
    /// Packets, duplicates included.
    pub packets: u64,
    /// Bytes, RTP headers included.
    pub bytes: u64,
    /// When the last packet came.
    pub last_arrival: Option<Instant>,
    /// Packets that never came.
    pub lost: u64,
    /// Runs of packets that never came.
    pub gaps: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets that came after their successors.
    pub reordered: u64,
    /// How often the numbering began anew.
    pub restarts: u64,
    /// Variation of the transit time.
    pub jitter: Duration,
}

/// A stream whose next packets in order may be counted elsewhere, and how far that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steady {
    /// Who speaks.
    pub ssrc: u32,
    /// Number of the last packet.
    pub sequence: u16,
    /// Its timestamp.
    pub timestamp: u32,
    /// Its payload type.
    pub payload_type: u8,
    /// When it came.
    pub arrival: Instant,
    /// Ticks of its clock a second; 0 when unknown.
    pub hertz: u32,
    /// Jitter in sixteenths of a tick (RFC 3550 A.8).
    pub sixteenths: u32,
    /// All packets so far.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// The judge of one direction of a leg. What every packet touches stands first.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Quality {
    stream: Option<Stream>,
    jitter: Jitter,
    tally: Tally,
}

impl Quality {
    /// Counts a packet of `bytes` bytes whose clock ticks `hertz` times a second.
    pub fn arrived(&mut self, now: Instant, packet: &Packet<'_>, bytes: usize, hertz: u32) {
        self.tally.packets += 1;
        self.tally.bytes += bytes as u64;
        let last = self.tally.last_arrival.replace(now);
        let paused = || last.is_some_and(|last| now.saturating_duration_since(last) >= PAUSE);
        let place = match self.stream.as_mut().filter(|stream| stream.ssrc == packet.ssrc) {
            Some(stream) => stream.place(packet, paused),
            None => Place::Restart,
        };
        match place {
            Place::Next { lost } => {
                if lost > 0 {
                    self.tally.lost += u64::from(lost);
                    self.tally.gaps += 1;
                }
                self.jitter.measure(now, packet.timestamp, hertz);
            }
            Place::Filled => {
                self.tally.lost = self.tally.lost.saturating_sub(1);
                self.tally.reordered += 1;
            }
            Place::Early => self.tally.reordered += 1,
            Place::Again => self.tally.duplicates += 1,
            Place::Odd => {}
            Place::Restart => self.restart(now, packet, hertz),
        }
    }

    /// When the last packet came.
    #[must_use]
    pub fn last_arrival(&self) -> Option<Instant> {
        self.tally.last_arrival
    }

    /// Where the stream stands, if its last packet was one in order with a timestamp of its own.
    #[must_use]
    pub fn steady(&self) -> Option<Steady> {
        let (stream, (arrival, timestamp)) = self.stream.zip(self.jitter.last)?;
        let Tally { packets, bytes, last_arrival, .. } = self.tally;
        let (hertz, sixteenths) = (self.jitter.hertz, self.jitter.sixteenths);
        let Stream { ssrc, highest: sequence, payload_type, odd_next: None, .. } = stream else {
            return None;
        };
        (last_arrival == Some(arrival)).then_some(Steady {
            ssrc,
            sequence,
            timestamp,
            payload_type,
            arrival,
            hertz,
            sixteenths,
            packets,
            bytes,
        })
    }

    /// Goes on from where [`Self::steady`] went elsewhere: only packets in order came since.
    pub fn resume(&mut self, reached: Steady) {
        let Some(stream) = self.stream.as_mut().filter(|stream| stream.ssrc == reached.ssrc) else { return };
        let came = reached.packets.saturating_sub(self.tally.packets);
        stream.went_on(reached.sequence, came);
        self.tally.packets = reached.packets;
        self.tally.bytes = reached.bytes;
        self.tally.last_arrival = Some(reached.arrival);
        self.jitter.last = Some((reached.arrival, reached.timestamp));
        self.jitter.sixteenths = reached.sixteenths;
    }

    /// All counts up to the last packet.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally { jitter: self.jitter.as_duration(), ..self.tally }
    }

    fn restart(&mut self, now: Instant, packet: &Packet<'_>, hertz: u32) {
        self.tally.restarts += u64::from(self.stream.is_some());
        self.stream = Some(Stream::begin(packet));
        self.jitter.rebase(now, packet.timestamp, hertz);
    }
}

/// Where a packet stands in the numbering.
enum Place {
    /// Ahead of all before, after so many missing.
    Next { lost: u16 },
    /// Late, in a gap that had been counted.
    Filled,
    /// Late, from before the count began.
    Early,
    /// Seen before.
    Again,
    /// Far off; a second one in a row begins anew.
    Odd,
    /// First of a new numbering.
    Restart,
}

#[derive(Clone, Copy, Debug)]
struct Stream {
    ssrc: u32,
    highest: u16,
    /// Of the last packet in order.
    payload_type: u8,
    /// Bit n: the packet n before the highest was counted as lost.
    missing: u64,
    /// Numbers counted since the beginning, up to `MEMORY`.
    span: u16,
    /// What would follow the last packet that was far off.
    odd_next: Option<u16>,
}

impl Stream {
    fn begin(packet: &Packet<'_>) -> Self {
        let (ssrc, highest, payload_type) = (packet.ssrc, packet.sequence, packet.payload_type);
        Self { ssrc, highest, payload_type, missing: 0, span: 0, odd_next: None }
    }

    /// So many packets in order, the last of them `sequence`.
    fn went_on(&mut self, sequence: u16, packets: u64) {
        let far = u32::try_from(packets).unwrap_or(u32::MAX);
        self.missing = self.missing.checked_shl(far).unwrap_or(0);
        self.span = self.span.saturating_add(u16::try_from(packets).unwrap_or(MEMORY)).min(MEMORY);
        self.highest = sequence;
    }

    fn place(&mut self, packet: &Packet<'_>, paused: impl FnOnce() -> bool) -> Place {
        let sequence = packet.sequence;
        let ahead = sequence.wrapping_sub(self.highest);
        let behind = self.highest.wrapping_sub(sequence);
        match (ahead, behind) {
            (0, _) => Place::Again,
            (1, _) => self.advance(packet, ahead),
            _ if paused() => Place::Restart,
            (2..JUMP, _) => self.advance(packet, ahead),
            (_, 1..MEMORY) => self.look_back(behind),
            _ if self.odd_next == Some(sequence) => Place::Restart,
            _ => {
                self.odd_next = Some(sequence.wrapping_add(1));
                Place::Odd
            }
        }
    }

    fn advance(&mut self, packet: &Packet<'_>, ahead: u16) -> Place {
        let gap = 1u64.checked_shl(u32::from(ahead)).map_or(u64::MAX, |bit| bit - 1) & !1;
        self.missing = self.missing.checked_shl(u32::from(ahead)).unwrap_or(0) | gap;
        (self.highest, self.payload_type) = (packet.sequence, packet.payload_type);
        self.span = self.span.saturating_add(ahead).min(MEMORY);
        self.odd_next = None;
        Place::Next { lost: ahead - 1 }
    }

    fn look_back(&mut self, behind: u16) -> Place {
        let bit = 1u64 << behind;
        if behind > self.span {
            return Place::Early;
        }
        if self.missing & bit == 0 {
            return Place::Again;
        }
        self.missing &= !bit;
        Place::Filled
    }
}

/// Interarrival jitter as RFC 3550 A.8 computes it, in sixteenths of a tick.
#[derive(Clone, Copy, Debug, Default)]
struct Jitter {
    last: Option<(Instant, u32)>,
    hertz: u32,
    sixteenths: u32,
}

impl Jitter {
    /// A packet in order. One with the timestamp of the one before (a key press, RFC 4733 2.5.1.2) and one whose
    /// clock jumped by more than a second say nothing about the way.
    fn measure(&mut self, now: Instant, timestamp: u32, hertz: u32) {
        let previous = self.last.filter(|(_, last)| *last != timestamp && self.hertz == hertz);
        if let Some((arrival, last)) = previous {
            let travelled = ticks(now.saturating_duration_since(arrival), hertz);
            let difference =
                travelled.wrapping_sub(timestamp.wrapping_sub(last)).cast_signed().unsigned_abs();
            if difference <= hertz {
                self.sixteenths = self.sixteenths + difference - ((self.sixteenths + 8) >> 4);
            }
        }
        if self.last.is_none_or(|(_, last)| last != timestamp) {
            self.rebase(now, timestamp, hertz);
        }
    }

    fn rebase(&mut self, now: Instant, timestamp: u32, hertz: u32) {
        if self.hertz != hertz {
            self.sixteenths = 0;
        }
        self.last = Some((now, timestamp));
        self.hertz = hertz;
    }

    fn as_duration(self) -> Duration {
        let micros = u64::from(self.sixteenths) * 1_000_000 / 16;
        Duration::from_micros(micros.checked_div(u64::from(self.hertz)).unwrap_or(0))
    }
}

/// A time in ticks, wrapping as timestamps do.
fn ticks(time: Duration, hertz: u32) -> u32 {
    let hertz = u64::from(hertz);
    let ticks = time.as_secs().wrapping_mul(hertz) + u64::from(time.subsec_nanos()) * hertz / 1_000_000_000;
    u32::try_from(ticks & u64::from(u32::MAX)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
