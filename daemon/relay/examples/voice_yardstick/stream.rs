//! One direction of a call: what is said, and what of it is heard.

use std::net::SocketAddr;
use std::time::Duration;

/// Between two packets of a stream.
pub(super) const PACE: Duration = Duration::from_millis(20);
/// Ours are told by it from what the box says itself.
const OURS: u32 = 0x4741_0000;
/// After the header of RTP: the packet's number, when it was due, when it was sent.
const BODY: usize = 12;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    A,
    B,
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    pub(super) fn place(self) -> usize {
        match self {
            Self::A => 0,
            Self::B => 1,
        }
    }
}

/// What a packet was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Ours,
    /// Said by the box.
    Music,
    /// Of another call, or nothing of ours at all.
    Stranger,
}

pub(super) struct Direction {
    ssrc: u32,
    side: Side,
    to: SocketAddr,
    heard_from: u16,
    packet: [u8; 172],
    sent: u64,
    speaks: bool,
    received: u64,
    /// The number that comes next.
    next: u64,
    missing: u64,
    twice: u64,
    last: Option<Arrived>,
    pause: Duration,
    first: Duration,
    transit: Transit,
    music: Option<Music>,
}

#[derive(Clone, Copy)]
struct Arrived {
    at: Duration,
    due: Duration,
    sent: Duration,
}

/// The shortest way in seconds, in the first while and since it was asked last.
struct Transit {
    first: f64,
    now: f64,
}

impl Direction {
    pub(super) fn new(place: usize, side: Side, to: SocketAddr, heard_from: u16, first: Duration) -> Self {
        let ssrc = OURS | u32::try_from(place).unwrap() & 0xffff;
        let mut packet = [0xd5; 172];
        packet[..8].copy_from_slice(&[0x80, 8, 0, 0, 0, 0, 0, 0]);
        packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
        Self {
            ssrc,
            side,
            to,
            heard_from,
            packet,
            sent: 0,
            speaks: true,
            received: 0,
            next: 0,
            missing: 0,
            twice: 0,
            last: None,
            pause: Duration::ZERO,
            first,
            transit: Transit { first: f64::MAX, now: f64::MAX },
            music: None,
        }
    }

    /// The next packet, due and sent at these times of the wall clock.
    pub(super) fn next(&mut self, due: Duration, sent: Duration) -> &[u8] {
        let sequence = self.sent as u16;
        self.packet[2..4].copy_from_slice(&sequence.to_be_bytes());
        self.packet[4..8].copy_from_slice(&(self.sent as u32).wrapping_mul(160).to_be_bytes());
        for (at, word) in [self.sent, nanos(due), nanos(sent)].into_iter().enumerate() {
            self.packet[BODY + 8 * at..][..8].copy_from_slice(&word.to_be_bytes());
        }
        self.sent += 1;
        &self.packet
    }

    /// A packet came from the box's port for the other side.
    pub(super) fn heard(&mut self, packet: &[u8], at: Duration) -> Heard {
        let Some(head) = packet.first_chunk::<12>() else { return Heard::Stranger };
        let ssrc = u32::from_be_bytes([head[8], head[9], head[10], head[11]]);
        if ssrc & 0xffff_0000 != OURS {
            let sequence = u16::from_be_bytes([head[2], head[3]]);
            let timestamp = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
            match &mut self.music {
                Some(music) if music.ssrc == ssrc => music.heard(sequence, timestamp, at),
                music => *music = Some(Music::new(ssrc, sequence, timestamp, at)),
            }
            return Heard::Music;
        }
        if ssrc != self.ssrc || packet.len() != self.packet.len() {
            return Heard::Stranger;
        }
        let word = |place: usize| {
            let bytes = packet[BODY + 8 * place..][..8].try_into().unwrap();
            u64::from_be_bytes(bytes)
        };
        let time = |place: usize| Duration::from_nanos(word(place));
        self.ours(word(0), Arrived { at, due: time(1), sent: time(2) });
        Heard::Ours
    }

    fn ours(&mut self, number: u64, arrived: Arrived) {
        if number < self.next {
            // One that was missed came after all, or one came twice; the sums tell which.
            if self.missing > 0 {
                self.missing -= 1;
                self.received += 1;
            } else {
                self.twice += 1;
            }
            return;
        }
        self.received += 1;
        self.missing += number - self.next;
        self.next = number + 1;
        let way = arrived.at.as_secs_f64() - arrived.sent.as_secs_f64();
        self.transit.now = self.transit.now.min(way);
        if arrived.at.saturating_sub(self.first) < Duration::from_secs(5) {
            self.transit.first = self.transit.first.min(way);
        }
        if let Some(last) = self.last {
            // What passed between two arrivals, had we sent both when they were due.
            let late = |arrived: Arrived| arrived.sent.saturating_sub(arrived.due);
            let (then, now) = (last.at + late(arrived), arrived.at + late(last));
            self.pause = self.pause.max(now.saturating_sub(then));
        }
        self.last = Some(arrived);
    }

    pub(super) fn stop(&mut self) {
        self.speaks = false;
    }

    /// Whatever has not come by now is missing.
    pub(super) fn close(&mut self) {
        self.missing += self.sent - self.next;
        self.next = self.sent;
    }

    pub(super) fn speaks(&self) -> bool {
        self.speaks
    }

    pub(super) fn side(&self) -> Side {
        self.side
    }

    pub(super) fn to(&self) -> SocketAddr {
        self.to
    }

    pub(super) fn heard_from(&self) -> u16 {
        self.heard_from
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    pub(super) fn received(&self) -> u64 {
        self.received
    }

    pub(super) fn missing(&self) -> u64 {
        self.missing
    }

    pub(super) fn twice(&self) -> u64 {
        self.twice
    }

    /// The longest pause between two packets since it was asked last.
    pub(super) fn take_pause(&mut self) -> Duration {
        std::mem::take(&mut self.pause)
    }

    /// By how many milliseconds the shortest way is longer now than it was in the beginning.
    pub(super) fn take_drift(&mut self) -> f64 {
        let now = std::mem::replace(&mut self.transit.now, f64::MAX);
        if now == f64::MAX || self.transit.first == f64::MAX { 0.0 } else { (now - self.transit.first) * 1e3 }
    }

    pub(super) fn music(&self) -> Option<&Music> {
        self.music.as_ref()
    }
}

/// What the box itself says, by its own clock.
pub(super) struct Music {
    ssrc: u32,
    first: (u32, Duration),
    /// By how many milliseconds the voice was ahead of the wall clock when it was least behind, in the first second and
    /// in the last.
    ahead: [f64; 2],
    second: u64,
    packets: u64,
    missing: u64,
    sequence: u16,
    timestamp: u32,
    last: Duration,
    longest: Duration,
}

impl Music {
    fn new(ssrc: u32, sequence: u16, timestamp: u32, at: Duration) -> Self {
        Self {
            ssrc,
            first: (timestamp, at),
            ahead: [f64::MIN; 2],
            second: 0,
            packets: 1,
            missing: 0,
            sequence,
            timestamp,
            last: at,
            longest: Duration::ZERO,
        }
    }

    fn heard(&mut self, sequence: u16, timestamp: u32, at: Duration) {
        self.packets += 1;
        self.missing += u64::from(sequence.wrapping_sub(self.sequence).wrapping_sub(1));
        self.longest = self.longest.max(at.saturating_sub(self.last));
        (self.sequence, self.timestamp, self.last) = (sequence, timestamp, at);
        let passed = at.saturating_sub(self.first.1);
        let ahead = f64::from(timestamp.wrapping_sub(self.first.0)) / 8.0 - passed.as_secs_f64() * 1e3;
        if passed.as_secs() != self.second {
            self.second = passed.as_secs();
            self.ahead[1] = f64::MIN;
        }
        let which = usize::from(self.second > 0);
        self.ahead[which] = self.ahead[which].max(ahead);
    }

    /// As JSON: packets, those missing, the longest pause, how far its clock has gone from the wall clock.
    pub(super) fn told(&self) -> String {
        let drift = if self.second > 0 { self.ahead[1] - self.ahead[0] } else { 0.0 };
        format!(
            "{{\"packets\": {}, \"missing\": {}, \"pause_ms\": {:.1}, \"drift_ms\": {drift:.2}}}",
            self.packets,
            self.missing,
            self.longest.as_secs_f64() * 1e3
        )
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap()
}
