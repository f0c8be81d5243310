//! The audio of one call: echoes what it hears or plays a tone, and counts.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{Instant, interval};

use super::sdp::{Key, Remote};
use super::srtp::Closed;
use crate::cloud::lock;

/// Length of a packet of audio.
const FRAME: Duration = Duration::from_millis(20);
/// Samples in a packet of audio at 8 kHz.
const SAMPLES: u32 = 160;
/// Packets of received audio kept for [`super::CallHandle::heard`]: five seconds.
const KEPT: usize = 250;
const HEADER: usize = 12;

/// What the practice cloud sends in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Audio {
    /// Back what it hears.
    #[default]
    Echo,
    /// A sine of 500 Hz.
    Tone,
}

/// The audio of one call, shared with whoever watches it.
#[derive(Debug)]
pub(super) struct Media {
    pub(super) audio: Audio,
    /// Audio leaves only after some has arrived, and then to where it came from.
    pub(super) latch: bool,
    /// Hold audio back and send it in one burst, as the real cloud was seen to do.
    pub(super) burst: Duration,
    /// Our key, should the voice be closed.
    pub(super) key: Key,
    keys: Mutex<Option<(Closed, Closed)>>,
    to: Mutex<Destination>,
    heard: Mutex<VecDeque<Vec<u8>>>,
    received: AtomicU64,
    sent: AtomicU64,
}

#[derive(Debug, Default)]
struct Destination {
    address: Option<SocketAddr>,
    codec: u8,
    events: Option<u8>,
    latched: bool,
    on_hold: bool,
}

/// The state of our own stream.
struct Stream {
    sequence: u16,
    timestamp: u32,
    source: u32,
    waiting: Vec<(SocketAddr, Vec<u8>)>,
    release: Instant,
    last_digit: Option<u32>,
    /// The event that is said back: when it began for its sender, and for us.
    echoing: Option<(u32, u32)>,
}

impl Media {
    pub(super) fn new(audio: Audio, latch: bool, burst: Duration) -> Self {
        Self {
            audio,
            latch,
            burst,
            key: std::array::from_fn(|_| rand::random()),
            keys: Mutex::default(),
            to: Mutex::default(),
            heard: Mutex::default(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
        }
    }

    /// Takes what the other side's latest session description says.
    pub(super) fn aim(&self, remote: &Remote, codec: u8) {
        let on_hold = matches!(remote.direction.as_str(), "sendonly" | "inactive");
        let address = (!self.latch).then_some(remote.address);
        *lock(&self.keys) = remote.key.map(|(_, theirs)| (Closed::new(&self.key), Closed::new(&theirs)));
        *lock(&self.to) = Destination { address, codec, events: remote.events, latched: false, on_hold };
    }

    pub(super) fn counts(&self) -> (u64, u64) {
        (self.received.load(Ordering::Relaxed), self.sent.load(Ordering::Relaxed))
    }

    /// The latest received audio, payloads joined, at most five seconds.
    pub(super) fn heard(&self) -> Vec<u8> {
        lock(&self.heard).iter().flatten().copied().collect()
    }

    /// Runs the audio of a call until dropped. `digit` is told every DTMF digit.
    pub(super) async fn run(&self, socket: UdpSocket, digit: impl Fn(char)) {
        let mut stream = Stream {
            sequence: rand::random(),
            timestamp: rand::random(),
            source: rand::random(),
            waiting: Vec::new(),
            release: Instant::now(),
            last_digit: None,
            echoing: None,
        };
        let mut tick = interval(FRAME);
        let mut buffer = [0; 2048];
        loop {
            tokio::select! {
                _ = tick.tick() => self.play(&mut stream),
                arrived = socket.recv_from(&mut buffer) => {
                    // An ICMP refusal of an earlier packet shows up here; the call goes on.
                    let Ok((length, from)) = arrived else { continue };
                    if let Some(packet) = buffer.get(..length) {
                        self.hear(&mut stream, packet, from, &digit);
                    }
                }
            }
            if Instant::now() < stream.release {
                continue;
            }
            stream.release = Instant::now() + self.burst;
            for (to, mut packet) in stream.waiting.drain(..) {
                lock(&self.keys).iter_mut().for_each(|(ours, _)| ours.close(&mut packet));
                let left = socket.send_to(&packet, to).await.is_ok();
                self.sent.fetch_add(left.into(), Ordering::Relaxed);
            }
        }
    }

    fn play(&self, stream: &mut Stream) {
        let to = lock(&self.to);
        if self.audio != Audio::Tone || to.on_hold {
            return;
        }
        if let Some(address) = to.address {
            let payload = tone(to.codec);
            stream.queue(address, to.codec, false, &payload);
        }
    }

    fn hear(&self, stream: &mut Stream, packet: &[u8], from: SocketAddr, digit: &impl Fn(char)) {
        let opened = match &mut *lock(&self.keys) {
            Some((_, theirs)) => theirs.open(packet),
            None => Some(packet.to_vec()),
        };
        let Some(packet) = opened else { return };
        let Some((kind, marker, timestamp, payload)) = parse(&packet) else { return };
        self.received.fetch_add(1, Ordering::Relaxed);
        let mut to = lock(&self.to);
        if self.latch && !to.latched {
            to.address = Some(from);
            to.latched = true;
        }
        if Some(kind) == to.events {
            if let Some(pressed) = stream.digit(timestamp, payload) {
                digit(pressed);
            }
            if let Some(address) = to.address.filter(|_| self.audio == Audio::Echo && !to.on_hold) {
                stream.queue_event(address, (kind, timestamp), payload);
            }
            return;
        }
        let mut heard = lock(&self.heard);
        if heard.len() == KEPT {
            heard.pop_front();
        }
        heard.push_back(payload.to_vec());
        if let Some(address) = to.address.filter(|_| self.audio == Audio::Echo && !to.on_hold) {
            stream.queue(address, kind, marker, payload);
        }
    }
}

impl Stream {
    fn queue(&mut self, to: SocketAddr, kind: u8, marker: bool, payload: &[u8]) {
        let mut packet = vec![0x80, kind | u8::from(marker) << 7];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(self.timestamp.to_be_bytes());
        packet.extend(self.source.to_be_bytes());
        packet.extend(payload);
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(SAMPLES);
        self.waiting.push((to, packet));
    }

    /// All packets of an event say when it began (RFC 4733 section 2.5.1.1).
    fn queue_event(&mut self, to: SocketAddr, (kind, event): (u8, u32), payload: &[u8]) {
        let at = match self.echoing {
            Some((known, at)) if known == event => at,
            Some(_) | None => self.timestamp,
        };
        let begins = self.echoing.replace((event, at)).is_none_or(|(known, _)| known != event);
        let now = std::mem::replace(&mut self.timestamp, at);
        self.queue(to, kind, begins, payload);
        self.timestamp = now.wrapping_add(SAMPLES);
    }

    /// A digit is told once, at its first end packet (RFC 4733 section 2.5.1.4 repeats it).
    fn digit(&mut self, timestamp: u32, payload: &[u8]) -> Option<char> {
        let (event, flags) = (*payload.first()?, *payload.get(1)?);
        if flags & 0x80 == 0 || self.last_digit == Some(timestamp) {
            return None;
        }
        self.last_digit = Some(timestamp);
        "0123456789*#ABCD".chars().nth(event.into())
    }
}

/// Payload type, marker, timestamp and payload of an RTP packet (RFC 3550 section 5.1).
fn parse(packet: &[u8]) -> Option<(u8, bool, u32, &[u8])> {
    let (first, second) = (*packet.first()?, *packet.get(1)?);
    if first >> 6 != 2 {
        return None;
    }
    let timestamp = u32::from_be_bytes(packet.get(4..8)?.try_into().ok()?);
    let sources = usize::from(first & 0x0f) * 4;
    Some((second & 0x7f, second & 0x80 != 0, timestamp, packet.get(HEADER + sources..)?))
}

/// One period of a sine of 500 Hz at a quarter of full scale, in A-law and u-law (ITU-T G.711): 16 samples at 8 kHz,
/// so that packets join seamlessly.
const A_LAW: [u8; 16] =
    [0xd5, 0x9d, 0x83, 0x88, 0xb5, 0x88, 0x83, 0x9d, 0xd5, 0x1d, 0x03, 0x08, 0x35, 0x08, 0x03, 0x1d];
const U_LAW: [u8; 16] =
    [0xff, 0xb6, 0xa8, 0xa1, 0x9f, 0xa1, 0xa8, 0xb6, 0xff, 0x36, 0x28, 0x21, 0x1f, 0x21, 0x28, 0x36];

/// One packet of the tone.
fn tone(codec: u8) -> Vec<u8> {
    if codec == 8 { A_LAW.repeat(10) } else { U_LAW.repeat(10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_counts_once_although_its_end_is_sent_three_times() {
        let mut stream = Stream {
            sequence: 0,
            timestamp: 0,
            source: 0,
            waiting: Vec::new(),
            release: Instant::now(),
            last_digit: None,
            echoing: None,
        };
        assert_eq!(stream.digit(7, &[11, 0x0a, 0, 160]), None);
        assert_eq!(stream.digit(7, &[11, 0x8a, 3, 32]), Some('#'));
        assert_eq!(stream.digit(7, &[11, 0x8a, 3, 32]), None);
        assert_eq!(stream.digit(9, &[0, 0x80, 3, 32]), Some('0'));
    }

    #[test]
    fn contributing_sources_are_skipped() {
        let mut packet = vec![0x81, 0x88, 0, 1, 0, 0, 0, 9, 0, 0, 0, 1, 9, 9, 9, 9];
        packet.extend(b"audio");
        assert_eq!(parse(&packet), Some((8, true, 9, &b"audio"[..])));
        assert_eq!(parse(b"GET /"), None);
    }
}
