//! One call's voice in a test: what was sent, what came back, and what that says about the line.
//!
//! ```text
//!   box ── packet 17 ──> line ──> echo ── packet 17, numbered anew ──> line ──> box
//!                                                       │ found again by its content: round trip, loss both ways
//!                                                       └ by its number: loss on the way in
//! ```

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use media::quality::Quality;
use media::rtcp::Compound;
use media::rtp::{self, Packet};
use tokio::net::UdpSocket;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// Between two packets.
const PACE: Duration = Duration::from_millis(20);
/// Voice in one: 20 ms of A-law, 64 kbit/s.
const VOICE: usize = 160;
const A_LAW: u8 = 8;
const HERTZ: u32 = 8_000;
/// Packets of the longest test.
const MOST: usize = 3_000;
/// What is under way may still come; the cloud itself has been seen to hold voice for 400 ms.
const LATE: Duration = Duration::from_secs(1);
/// Pairs of ports that are tried; the first port of a pair is even (RFC 3550 11).
const TRIES: usize = 32;

/// Where the voice of one call is.
pub(super) struct Voice {
    rtp: UdpSocket,
    rtcp: UdpSocket,
}

impl Voice {
    pub(super) async fn at(address: IpAddr) -> io::Result<Self> {
        for _ in 0..TRIES {
            let rtp = UdpSocket::bind((address, 0)).await?;
            let port = rtp.local_addr()?.port();
            if let Some(next) = port.checked_add(1).filter(|_| port % 2 == 0)
                && let Ok(rtcp) = UdpSocket::bind((address, next)).await
            {
                return Ok(Self { rtp, rtcp });
            }
        }
        Err(io::ErrorKind::AddrInUse.into())
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.rtp.local_addr()
    }

    /// Talks and listens for so long; what was heard so far stands in `heard` at any time.
    pub(super) async fn talk(&self, to: SocketAddr, length: Duration, heard: &mut Heard) -> io::Result<()> {
        let mut turn = interval(PACE);
        turn.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let (mut voice, mut report) = ([0; 2_048], [0; 2_048]);
        let over = sleep(length + LATE);
        tokio::pin!(over);
        let most = usize::try_from(length.as_millis() / PACE.as_millis()).unwrap_or(MOST).min(MOST);
        loop {
            tokio::select! {
                _ = turn.tick(), if heard.sent.len() < most => {
                    let packet = heard.says(Instant::now());
                    self.rtp.send_to(&packet, to).await?;
                }
                received = self.rtp.recv(&mut voice) => {
                    heard.hears(Instant::now(), voice.get(..received?).unwrap_or_default());
                }
                received = self.rtcp.recv(&mut report) => {
                    heard.is_told(report.get(..received?).unwrap_or_default());
                }
                () = &mut over => return Ok(()),
            }
        }
    }
}

/// What was sent and what came of it.
pub(super) struct Heard {
    ssrc: u32,
    sent: Vec<Instant>,
    back: Vec<Option<Duration>>,
    quality: Quality,
    /// What the other side says that it misses.
    missed: Option<u32>,
}

/// What one call's voice says about the line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figures {
    /// Packets sent, and packets that came.
    pub sent: u64,
    pub came: u64,
    /// Parts of a hundred that got lost on the way out; unknown where nobody says back or reports what he hears.
    pub lost_out: Option<f64>,
    /// The same on the way in; unknown where nothing came.
    pub lost_in: Option<f64>,
    /// How long half of the packets took there and back at most.
    pub round_trip: Option<Duration>,
    /// Variation of the time that packets took in.
    pub jitter: Duration,
}

impl Heard {
    pub(super) fn new(ssrc: u32) -> Self {
        Self { ssrc, sent: Vec::new(), back: Vec::new(), quality: Quality::default(), missed: None }
    }

    /// The next packet. Its voice begins with its number, so that it is known when it comes back.
    fn says(&mut self, now: Instant) -> Vec<u8> {
        let number = u16::try_from(self.sent.len()).unwrap_or(u16::MAX);
        self.sent.push(now);
        self.back.push(None);
        let time = u32::from(number) * 160;
        let mut packet = vec![0x80, A_LAW];
        packet.extend(number.to_be_bytes());
        packet.extend(time.to_be_bytes());
        packet.extend(self.ssrc.to_be_bytes());
        packet.extend(content(number));
        packet
    }

    fn hears(&mut self, now: Instant, datagram: &[u8]) {
        if rtp::is_rtcp(datagram) {
            return self.is_told(datagram);
        }
        let Ok(packet) = Packet::parse(datagram) else { return };
        self.quality.arrived(now, &packet, datagram.len(), HERTZ);
        let Some(number) = packet.payload.first_chunk().map(|number| u16::from_be_bytes(*number)) else {
            return;
        };
        let known = packet.payload == content(number);
        let place = usize::from(number);
        if let (true, Some(sent), Some(back)) = (known, self.sent.get(place), self.back.get_mut(place)) {
            back.get_or_insert(now.saturating_duration_since(*sent));
        }
    }

    fn is_told(&mut self, datagram: &[u8]) {
        let Ok(compound) = Compound::parse(datagram) else { return };
        let blocks = compound.reports().flat_map(|report| report.blocks());
        let ours = blocks.filter(|block| block.ssrc == self.ssrc).last();
        self.missed = ours.map(|block| u32::try_from(block.lost).unwrap_or(0)).or(self.missed);
    }

    pub(super) fn figures(&self) -> Figures {
        let (tally, sent) = (self.quality.tally(), self.sent.len());
        let mut back: Vec<Duration> = self.back.iter().flatten().copied().collect();
        back.sort_unstable();
        let came = tally.packets.saturating_sub(tally.duplicates);
        let lost_in = (came > 0).then(|| percent(tally.lost, tally.lost + came));
        // Somebody who says back what he hears loses nothing himself: what is missing and did not get lost on the way in never arrived.
        let never = (sent - back.len()).saturating_sub(usize::try_from(tally.lost).unwrap_or(0));
        let echoed = (!back.is_empty()).then(|| percent(never as u64, sent as u64));
        let reported = self.missed.map(|missed| percent(missed.into(), sent as u64));
        Figures {
            sent: sent as u64,
            came,
            lost_out: echoed.or(reported),
            lost_in,
            round_trip: back.get(back.len() / 2).copied(),
            jitter: tally.jitter,
        }
    }
}

/// A voice that nobody else has.
fn content(number: u16) -> [u8; VOICE] {
    let [high, low] = number.to_be_bytes();
    let mut voice = [0; VOICE];
    for (place, byte) in voice.iter_mut().enumerate() {
        *byte = match place {
            0 => high,
            1 => low,
            _ => u8::try_from(place).unwrap_or(0).wrapping_mul(high ^ 0x5b).wrapping_add(low),
        };
    }
    voice
}

fn percent(part: u64, whole: u64) -> f64 {
    let [part, whole] = [part, whole].map(|count| f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
    if whole > 0.0 { part * 100.0 / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Talks for 1,000 packets to somebody who says back what he hears, 30 ms later. `out` and `inward` get lost.
    fn talk(out: &[u16], inward: &[u16]) -> Figures {
        let (start, mut heard) = (Instant::now(), Heard::new(7));
        let mut numbered = 0_u16;
        for number in 0..1_000 {
            let now = start + PACE * number.into();
            let mut packet = heard.says(now);
            if out.contains(&number) {
                continue;
            }
            packet[2..4].copy_from_slice(&numbered.to_be_bytes());
            packet[8..12].copy_from_slice(&99_u32.to_be_bytes());
            numbered += 1;
            if !inward.contains(&number) {
                heard.hears(now + Duration::from_millis(30), &packet);
            }
        }
        heard.figures()
    }

    #[test]
    fn a_good_line_loses_nothing_and_is_timed() {
        let figures = talk(&[], &[]);
        assert_eq!((figures.sent, figures.came), (1_000, 1_000));
        assert_eq!((figures.lost_out, figures.lost_in), (Some(0.0), Some(0.0)));
        assert_eq!(figures.round_trip, Some(Duration::from_millis(30)));
    }

    #[test]
    fn it_is_known_on_which_way_voice_gets_lost() {
        let figures = talk(&[10, 20, 21], &[400, 500]);
        assert_eq!(figures.lost_out, Some(0.3));
        assert!((figures.lost_in.unwrap() - 0.2).abs() < 0.01, "{figures:?}");
    }

    #[test]
    fn somebody_who_says_something_else_is_no_echo_but_may_report() {
        let mut heard = Heard::new(7);
        let now = Instant::now();
        let mut other = Heard::new(9);
        other.says(now);
        for _ in 0..100 {
            heard.says(now);
            let mut packet = other.says(now);
            packet[12..].fill(0xd5);
            heard.hears(now, &packet);
        }
        let silent = heard.figures();
        assert_eq!((silent.lost_out, silent.lost_in, silent.round_trip), (None, Some(0.0), None));
        // A receiver report about us: 2 of 100 lost (RFC 3550 6.4.2).
        let mut report = vec![0x81, 201, 0, 7, 0, 0, 0, 9, 0, 0, 0, 7, 5, 0, 0, 2];
        report.extend([0; 16]);
        heard.hears(now, &report);
        assert_eq!(heard.figures().lost_out, Some(2.0));
    }
}
