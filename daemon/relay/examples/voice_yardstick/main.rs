//! What `benches/media/compare` measures with, on the loopback:
//!
//! ```text
//! voice_yardstick ours CALLS [keys]   the relay; prints where each side of each call sends to, then waits
//! voice_yardstick fast CALLS          the same, voice through the kernel
//! voice_yardstick bare CALLS          the least that a relay can do: one receive and one send a packet
//! voice_yardstick load MAP PID SECONDS [keys]   keeps packets under way, prints what one cost PID and what it cost itself
//! voice_yardstick paced MAP SECONDS   a packet every 20 ms each way of each call, prints how long they took
//! voice_yardstick office RELAY A B    calls that come and go as its standard input says (`benches/media/office.py`)
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement that cannot go on stops on the spot, and its figures go to the standard output"
)]

mod office;
mod paced;
mod stream;

use media::relay::{Carries, Command, Event, Flow, Lease, LegPlan, RtcpPath, SilenceLimits};
use media::rtp::{Clocks, Packet};
use media::srtp::{Keys, LONGEST_KEY, MasterKey, OVERHEAD, Sender, Suite};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use relay::{Config, Relay};
use socket2::SockRef;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const RELAY: Ipv4Addr = Ipv4Addr::new(127, 92, 0, 1);
/// Both sides of all calls, as in `benches/media/compare`.
const SIDES: [SocketAddr; 2] = [
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(127, 92, 0, 2)), 4_000),
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(127, 92, 0, 3)), 4_000),
];
/// Packets under way at once.
const WINDOW: usize = 128;
const WARM_UP: Duration = Duration::from_millis(700);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["ours", calls, keys @ ..] => ours(calls.parse().unwrap(), !keys.is_empty(), None),
        ["fast", calls] => ours(calls.parse().unwrap(), false, Some(WARM_UP / 4)),
        ["bare", calls] => bare(calls.parse().unwrap()),
        ["paced", map, seconds] => {
            let (streams, sockets) = sides(map, false);
            paced::load(streams, &sockets, 2 * WARM_UP, Duration::from_secs(seconds.parse().unwrap()));
        }
        ["office", relay, sides @ ..] => {
            let sides: Vec<SocketAddr> = sides.iter().map(|side| side.parse().unwrap()).collect();
            office::talk(relay.parse().unwrap(), [sides[0], sides[1]]);
        }
        ["load", map, pid, seconds, keys @ ..] => load(map, pid, seconds.parse().unwrap(), !keys.is_empty()),
        _ => println!("see the head of the source"),
    }
}

/// The key that the phones' side closes with.
fn phones_key() -> MasterKey {
    MasterKey::drawn(Suite::AesCm128Sha1With80, [7; LONGEST_KEY])
}

fn ours(calls: u16, keys: bool, fast_path: Option<Duration>) {
    let (sender, events) = mpsc::sync_channel(4_096);
    let config = Config { fast_path, ..Config::new(RELAY.into(), "20000-29999".parse().unwrap()) };
    let deliver = move |event| {
        let _ = sender.try_send(event);
        None
    };
    let relay = Relay::start(config, Box::new(deliver)).unwrap();
    relay.command(Command::Lease { count: calls * 2 }).unwrap();
    let mut leases: Vec<Lease> = Vec::new();
    while leases.len() < usize::from(calls) * 2 {
        if let Event::Ports(more) = events.recv().unwrap() {
            leases.extend(more);
        }
    }
    let ours = MasterKey::drawn(Suite::AesCm128Sha1With80, [8; LONGEST_KEY]);
    for pair in leases.chunks_exact(2) {
        for (lease, (side, keyed)) in pair.iter().zip(SIDES.into_iter().zip([keys, false])) {
            let keys = keyed.then(|| Box::new(Keys { ours: ours.clone(), theirs: phones_key(), mki: 0 }));
            relay.command(Command::Expect { leg: lease.leg, plan: plan(side, keys) }).unwrap();
        }
        relay.command(Command::Join { a: pair[0].leg, b: pair[1].leg }).unwrap();
        println!("{RELAY} {} {RELAY} {}", pair[0].rtp, pair[1].rtp);
    }
    wait();
}

fn plan(side: SocketAddr, keys: Option<Box<Keys>>) -> LegPlan {
    LegPlan {
        rtp: Some(side),
        rtcp: None,
        rtcp_path: RtcpPath::Shared,
        signalling: side.ip(),
        carries: Carries::Voice,
        sends: Flow::Open,
        receives: Flow::Open,
        silence: SilenceLimits::default(),
        clocks: Clocks::default(),
        payloads: None,
        events: None,
        sounds: None,
        keys,
        meeting: None,
    }
}

/// Says that the map is complete and goes on until the standard input ends.
fn wait() {
    println!("ready");
    let _ = std::io::stdin().read(&mut [0]);
}

fn bare(calls: usize) {
    let epoll = Epoll::new(EpollCreateFlags::empty()).unwrap();
    let mut legs: Vec<(UdpSocket, Count)> = Vec::new();
    for call in 0..calls {
        for side in SIDES {
            let socket = UdpSocket::bind((RELAY, 0)).unwrap();
            SockRef::from(&socket).set_tos_v4(0xb8).unwrap();
            socket.set_nonblocking(true).unwrap();
            socket.connect(side).unwrap();
            epoll.add(&socket, EpollEvent::new(EpollFlags::EPOLLIN, legs.len() as u64)).unwrap();
            legs.push((socket, Count::default()));
        }
        let port = |leg: usize| legs[leg].0.local_addr().unwrap().port();
        println!("{RELAY} {} {RELAY} {}", port(2 * call), port(2 * call + 1));
    }
    std::thread::spawn(|| {
        wait();
        std::process::exit(0);
    });
    let (mut ready, mut buffer, start) = ([EpollEvent::empty(); 128], [0; 2_048], Instant::now());
    loop {
        let count = epoll.wait(&mut ready, EpollTimeout::NONE).unwrap_or(0);
        let now = start.elapsed();
        for event in &ready[..count] {
            let leg = usize::try_from(event.data()).unwrap();
            let Ok(length) = legs[leg].0.recv(&mut buffer) else { continue };
            legs[leg].1.arrived(&buffer[..length], now);
            let _ = legs[leg ^ 1].0.send(&buffer[..length]);
        }
    }
}

/// What every relay must count: gaps and jitter.
#[derive(Default)]
struct Count {
    next: u16,
    lost: u64,
    transit: u32,
    jitter: u32,
}

impl Count {
    fn arrived(&mut self, datagram: &[u8], now: Duration) {
        let Ok(packet) = Packet::parse(datagram) else { return };
        self.lost += u64::from(packet.sequence.wrapping_sub(self.next));
        self.next = packet.sequence.wrapping_add(1);
        let ticks = u32::try_from((now.as_micros() / 125) & 0xffff_ffff).unwrap_or(0);
        let transit = ticks.wrapping_sub(packet.timestamp);
        let change = transit.wrapping_sub(self.transit).cast_signed().unsigned_abs();
        self.transit = transit;
        self.jitter = (self.jitter + change).saturating_sub((self.jitter + 8) >> 4);
    }
}

/// One stream into the relay.
struct Stream {
    to: SocketAddr,
    packet: [u8; 172 + OVERHEAD],
    sequence: u16,
    sender: Option<Sender>,
}

impl Stream {
    fn new(ssrc: u32, to: SocketAddr, keyed: bool) -> Self {
        let mut packet = [0xd5; 172 + OVERHEAD];
        packet[..8].copy_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0]);
        packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
        Self { to, packet, sequence: 0, sender: keyed.then(|| Sender::new(&phones_key())) }
    }

    fn send(&mut self, socket: &UdpSocket) {
        self.sequence = self.sequence.wrapping_add(1);
        self.packet[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        self.packet[4..8].copy_from_slice(&(u32::from(self.sequence) * 160).to_be_bytes());
        let length = match &mut self.sender {
            Some(sender) => {
                self.packet[12..172].fill(0xd5);
                sender.protect(&mut self.packet, 172).unwrap()
            }
            None => 172,
        };
        socket.send_to(&self.packet[..length], self.to).unwrap();
    }
}

/// Both sides' sockets, and every stream between them and the relay.
fn sides(map: &str, keys: bool) -> (Vec<Stream>, [UdpSocket; 2]) {
    let sockets = SIDES.map(|side| {
        let socket = UdpSocket::bind(side).unwrap();
        SockRef::from(&socket).set_recv_buffer_size(4 << 20).unwrap();
        socket.set_nonblocking(true).unwrap();
        socket
    });
    let mut streams: Vec<Stream> = Vec::new();
    for line in std::fs::read_to_string(map).unwrap().lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let to =
            |place: usize| SocketAddr::new(words[place].parse().unwrap(), words[place + 1].parse().unwrap());
        let first = u32::try_from(streams.len()).unwrap();
        streams.push(Stream::new(first + 1, to(0), keys));
        streams.push(Stream::new(first + 2, to(2), false));
    }
    (streams, sockets)
}

fn load(map: &str, pid: &str, seconds: u64, keys: bool) {
    let (mut streams, sockets) = sides(map, keys);
    let (start, mut measured) = (Instant::now(), None);
    let (mut next, mut under_way, mut received, mut last) = (0, 0usize, 0u64, start);
    while start.elapsed() < WARM_UP + Duration::from_secs(seconds) {
        let now = Instant::now();
        if measured.is_none() && start.elapsed() >= WARM_UP {
            measured = Some((cpu(pid), cpu("self"), received, now));
        }
        while under_way < WINDOW {
            streams[next].send(&sockets[next & 1]);
            next = (next + 1) % streams.len();
            under_way += 1;
        }
        let got: usize = sockets.iter().map(drain).sum();
        received += got as u64;
        under_way = under_way.saturating_sub(got);
        if got > 0 {
            last = now;
        } else if now.duration_since(last) > Duration::from_millis(20) {
            under_way = 0;
        }
    }
    let (cpu_then, own_then, received_then, then) = measured.expect("longer than the warm-up");
    let packets = (received - received_then).max(1) as f64;
    let [relay, own] =
        [cpu(pid) - cpu_then, cpu("self") - own_then].map(|nanos| nanos as f64 / 1_000.0 / packets);
    println!("{relay:.4} {:.0} {own:.4}", packets / then.elapsed().as_secs_f64());
}

fn drain(socket: &UdpSocket) -> usize {
    std::iter::from_fn(|| socket.recv(&mut [0; 256]).ok()).take(WINDOW).count()
}

/// Nanoseconds that all threads of a process have had a processor.
fn cpu(pid: &str) -> u64 {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let spent = |thread: std::fs::DirEntry| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        text.split(' ').next().and_then(|nanos| nanos.parse::<u64>().ok()).unwrap_or(0)
    };
    threads.map(spent).sum()
}
