//! Once a call is set up, its packets cost the relay's thread no memory: counted by the allocator itself.
//! A program of its own, because it has an allocator of its own.
#![cfg(test)]

use media::dtmf::{Digit, Press};
use media::relay::{Carries, Command, Event, Flow, Lease, LegPlan, RtcpPath, SilenceLimits};
use media::rtp::Clocks;
use media::srtp::{Keys, LONGEST_KEY, MasterKey, OVERHEAD, Receiver, Sender, Suite};
use nix::unistd::gettid;
use relay::{Config, Relay};
use std::alloc::{GlobalAlloc, Layout, System};
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver as Inbox, TrySendError};
use std::time::Duration;

/// Counts what one thread asks for.
struct Counting;

static WATCHED: AtomicI32 = AtomicI32::new(0);
static COUNT: AtomicU64 = AtomicU64::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator cannot be written otherwise")]
// SAFETY: every call goes on to the system's allocator unchanged; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if gettid().as_raw() == WATCHED.load(Ordering::Relaxed) {
            COUNT.fetch_add(1, Ordering::Relaxed);
        }
        // SAFETY: as this function's caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as this function's caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

const OURS: Ipv4Addr = Ipv4Addr::new(127, 78, 0, 1);
const A: Ipv4Addr = Ipv4Addr::new(127, 78, 0, 2);
const B: Ipv4Addr = Ipv4Addr::new(127, 78, 0, 3);

/// The relay's thread, by its name.
fn relays_thread() -> i32 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let is_relay = |folder: &std::fs::DirEntry| {
        std::fs::read_to_string(folder.path().join("comm")).is_ok_and(|name| name.trim() == "relay")
    };
    let folder = tasks.into_iter().find(is_relay).expect("the relay has a thread");
    folder.file_name().into_string().unwrap().parse().unwrap()
}

fn socket(address: Ipv4Addr) -> UdpSocket {
    let socket = UdpSocket::bind((address, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    socket
}

fn plan(phone: &UdpSocket, keys: Option<Keys>) -> LegPlan {
    LegPlan {
        rtp: Some(phone.local_addr().unwrap()),
        rtcp: None,
        rtcp_path: RtcpPath::Shared,
        signalling: phone.local_addr().unwrap().ip(),
        carries: Carries::Voice,
        sends: Flow::Open,
        receives: Flow::Open,
        silence: SilenceLimits::default(),
        clocks: Clocks::default(),
        payloads: None,
        events: Some(101),
        sounds: None,
        keys: keys.map(Box::new),
        meeting: None,
    }
}

fn leases(relay: &Relay, events: &Inbox<Event>) -> Vec<Lease> {
    relay.command(Command::Lease { count: 2 }).unwrap();
    loop {
        if let Event::Ports(leases) = events.recv_timeout(Duration::from_secs(10)).unwrap() {
            return leases;
        }
    }
}

fn voice(sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 8];
    packet.extend(sequence.to_be_bytes());
    packet.extend((u32::from(sequence) * 160).to_be_bytes());
    packet.extend([0, 0, 0, 1]);
    packet.extend([0xd5; 160]);
    packet
}

/// Packets both ways, and a report now and then; B's are closed. Returns when all came through.
fn talk(
    numbers: std::ops::Range<u16>,
    a: &UdpSocket,
    b: &UdpSocket,
    ports: [(Ipv4Addr, u16); 2],
    safe: &mut (Sender, Receiver),
) {
    let mut buffer = [0; 2_048];
    for number in numbers {
        a.send_to(&voice(number), ports[0]).unwrap();
        let length = b.recv(&mut buffer).unwrap();
        safe.1.unprotect(&mut buffer[..length]).unwrap();
        let packet = voice(number);
        buffer[..packet.len()].copy_from_slice(&packet);
        let length = safe.0.protect(&mut buffer[..packet.len() + OVERHEAD], packet.len()).unwrap();
        b.send_to(&buffer[..length], ports[1]).unwrap();
        assert_eq!(a.recv(&mut buffer).unwrap(), 172);
        if number.is_multiple_of(50) {
            a.send_to(&[0x80, 201, 0, 1, 0, 0, 0, 1], ports[0]).unwrap();
            let length = b.recv(&mut buffer).unwrap();
            safe.1.unprotect_reports(&mut buffer[..length]).unwrap();
        }
    }
}

#[test]
fn packets_cost_no_memory_once_a_call_is_set_up() {
    let (sender, events) = mpsc::sync_channel(64);
    let config = Config { priority: None, ..Config::new(OURS.into(), "23000-23019".parse().unwrap()) };
    let deliver = move |event| {
        sender.try_send(event).err().map(|refused| match refused {
            TrySendError::Full(event) | TrySendError::Disconnected(event) => event,
        })
    };
    let relay = Relay::start(config, Box::new(deliver)).unwrap();
    let leases = leases(&relay, &events);
    let (a, b) = (socket(A), socket(B));
    let key = |seed| MasterKey::drawn(Suite::AesCm128Sha1With80, [seed; LONGEST_KEY]);
    let keys = Keys { ours: key(1), theirs: key(2), mki: 0 };
    let mut safe = (Sender::new(&keys.theirs), Receiver::new(&keys.ours, 0));
    let [first, second] = [leases[0].leg, leases[1].leg];
    relay.command(Command::Expect { leg: first, plan: plan(&a, None) }).unwrap();
    relay.command(Command::Expect { leg: second, plan: plan(&b, Some(keys)) }).unwrap();
    relay.command(Command::Join { a: first, b: second }).unwrap();
    let press = Press { digit: Digit::named('5').unwrap(), duration: Duration::from_millis(100) };
    relay.command(Command::Press { leg: second, press }).unwrap();
    let ports = [(OURS, leases[0].rtp), (OURS, leases[1].rtp)];
    talk(0..50, &a, &b, ports, &mut safe);
    // How far the keys are is told once in thousands of packets, and soon after the first.
    while !matches!(events.recv_timeout(Duration::from_secs(10)).unwrap(), Event::Numbered { .. }) {}

    WATCHED.store(relays_thread(), Ordering::Relaxed);
    talk(50..600, &a, &b, ports, &mut safe);
    assert_eq!(COUNT.load(Ordering::Relaxed), 0);

    // That the counter counts: setting up a leg does cost memory.
    relay.command(Command::Lease { count: 1 }).unwrap();
    events.recv_timeout(Duration::from_secs(10)).unwrap();
    while COUNT.load(Ordering::Relaxed) == 0 {
        events.recv_timeout(Duration::from_secs(10)).unwrap();
    }
}
