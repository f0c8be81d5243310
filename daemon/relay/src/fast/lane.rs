//! One direction of a call, as the program in the kernel reads it.

use super::routes::Card;
use media::quality::Steady;
use nix::time::{ClockId, clock_gettime};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// Bytes of `struct lane` in `lane.bpf.c`.
pub(super) const LANE: usize = 128;
/// A lane as it lies in the kernel's table.
pub(super) type Words = [u8; LANE];

/// A stream and its way through the box.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lane {
    /// Where the stream stands.
    pub(crate) stream: Steady,
    /// Who speaks.
    pub(crate) peer: SocketAddr,
    /// Where it speaks to: our end of its leg.
    pub(crate) here: SocketAddr,
    /// Our end of the other leg.
    pub(crate) from: SocketAddr,
    /// Who hears it.
    pub(crate) to: SocketAddr,
}

impl Lane {
    /// For the kernel; packets longer than fit out of `card` whole go up to the socket.
    pub(super) fn words(&self, card: &Card) -> Words {
        let Self { stream, peer, here, from, to } = self;
        let headers = if to.is_ipv6() { 40 + 8 } else { 20 + 8 };
        let mut page = Page::default();
        page.put(&stream.packets.to_ne_bytes());
        page.put(&stream.bytes.to_ne_bytes());
        page.put(&nanoseconds(stream.arrival).to_ne_bytes());
        for number in [stream.ssrc, stream.timestamp, stream.hertz, stream.sixteenths] {
            page.put(&number.to_ne_bytes());
        }
        for end in [peer, here, from, to] {
            page.put(&address(end.ip()));
        }
        for end in [peer, from, to] {
            page.put(&end.port().to_be_bytes());
        }
        page.put(&stream.sequence.to_ne_bytes());
        page.put(&card.number.to_ne_bytes());
        page.put(&card.longest.saturating_sub(headers).to_ne_bytes());
        page.put(&[stream.payload_type, if peer.is_ipv6() { 6 } else { 4 }]);
        page.words
    }

    /// How far the stream in these words has got; `None` when there never was one.
    pub(super) fn progress(words: &Words) -> Option<Steady> {
        let long = |at: usize| Some(u64::from_ne_bytes(*words.get(at..)?.first_chunk()?));
        let word = |at: usize| Some(u32::from_ne_bytes(*words.get(at..)?.first_chunk()?));
        let packets = long(0).filter(|packets| *packets > 0)?;
        Some(Steady {
            packets,
            bytes: long(8)?,
            arrival: instant(long(16)?),
            ssrc: word(24)?,
            timestamp: word(28)?,
            hertz: word(32)?,
            sixteenths: word(36)?,
            sequence: u16::from_ne_bytes(*words.get(110..)?.first_chunk()?),
            payload_type: *words.get(120)?,
        })
    }
}

/// Words being written from the front.
struct Page {
    words: Words,
    at: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self { words: [0; LANE], at: 0 }
    }
}

impl Page {
    fn put(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        if let Some(room) = self.words.get_mut(self.at..end) {
            room.copy_from_slice(bytes);
        }
        self.at = end;
    }
}

fn address(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V6(address) => address.octets(),
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
    }
}

/// The kernel's clock and ours are one (CLOCK_MONOTONIC), but only the kernel says what it shows.
fn both_clocks() -> (Instant, u64) {
    let shown = clock_gettime(ClockId::CLOCK_MONOTONIC).map(Duration::from).unwrap_or_default();
    (Instant::now(), u64::try_from(shown.as_nanos()).unwrap_or(u64::MAX))
}

fn nanoseconds(at: Instant) -> u64 {
    let (now, shown) = both_clocks();
    let ago = u64::try_from(now.saturating_duration_since(at).as_nanos()).unwrap_or(u64::MAX);
    shown.saturating_sub(ago)
}

fn instant(shows: u64) -> Instant {
    let (now, shown) = both_clocks();
    now.checked_sub(Duration::from_nanos(shown.saturating_sub(shows))).unwrap_or(now)
}
