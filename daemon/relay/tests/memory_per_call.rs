//! What a call costs the relay in memory of its own, counted by the allocator itself: all that 500 calls hold while people
//! talk. The kernel's part (sockets) comes on top. A program of its own, because it has an allocator of its own.
#![cfg(test)]

use media::payload::PayloadMap;
use media::relay::{Carries, Command, Event, Flow, Lease, LegPlan, RtcpPath, SilenceLimits};
use media::rtp::Clocks;
use media::sdp::Session;
use relay::{Config, Relay};
use std::alloc::{GlobalAlloc, Layout, System};
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::atomic::{AtomicIsize, Ordering};
use std::sync::mpsc::{self, Receiver as Inbox};
use std::time::{Duration, Instant};

/// Counts the bytes that are held.
struct Counting;

static HELD: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator cannot be written otherwise")]
// SAFETY: every call goes on to the system's allocator unchanged; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size().cast_signed(), Ordering::Relaxed);
        // SAFETY: as this function's caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size().cast_signed(), Ordering::Relaxed);
        // SAFETY: as this function's caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

const OURS: Ipv4Addr = Ipv4Addr::new(127, 79, 0, 1);
const PHONES: [Ipv4Addr; 2] = [Ipv4Addr::new(127, 79, 0, 2), Ipv4Addr::new(127, 79, 0, 3)];
const CALLS: u16 = 500;
/// The bar, in bytes a call.
const BAR: isize = 5_000;

fn plan(phone: &UdpSocket) -> LegPlan {
    let lines = "m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n";
    let text = format!("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{lines}");
    let session = Session::parse(text.as_bytes()).unwrap();
    let codecs = session.relayed().unwrap().codecs();
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
        payloads: Some(Box::new(PayloadMap::between(&codecs, &codecs))),
        events: Some(101),
        sounds: None,
        keys: None,
        meeting: None,
    }
}

fn voice(sequence: u16) -> [u8; 172] {
    let mut packet = [0xd5; 172];
    packet[..4].copy_from_slice(&[0x80, 8, 0, sequence.to_be_bytes()[1]]);
    packet[4..8].copy_from_slice(&(u32::from(sequence) * 160).to_be_bytes());
    packet[8..12].copy_from_slice(&[0, 0, 0, 1]);
    packet
}

/// As many legs as were asked for.
fn leases(relay: &Relay, events: &Inbox<Event>) -> Vec<Lease> {
    relay.command(Command::Lease { count: 2 * CALLS }).unwrap();
    let mut leases = Vec::new();
    while leases.len() < usize::from(2 * CALLS) {
        if let Event::Ports(more) = events.recv_timeout(Duration::from_secs(10)).unwrap() {
            leases.extend(more);
        }
    }
    leases
}

#[test]
#[expect(clippy::print_stdout, reason = "what it costs is a figure")]
fn a_call_costs_less_than_five_thousand_bytes() {
    let (sender, events) = mpsc::sync_channel(4_096);
    let config = Config {
        priority: None,
        fast_path: None,
        ..Config::new(OURS.into(), "23000-25999".parse().unwrap())
    };
    let deliver = move |event| sender.try_send(event).map_or(None, |()| None);
    let relay = Relay::start(config, Box::new(deliver)).unwrap();
    let phones = PHONES.map(|address| UdpSocket::bind((address, 0)).unwrap());
    phones.iter().for_each(|phone| phone.set_read_timeout(Some(Duration::from_millis(200))).unwrap());
    let before = HELD.load(Ordering::Relaxed);
    let leases = leases(&relay, &events);
    let bound = HELD.load(Ordering::Relaxed);
    for pair in leases.chunks_exact(2) {
        for (lease, phone) in pair.iter().zip(&phones) {
            relay.command(Command::Expect { leg: lease.leg, plan: plan(phone) }).unwrap();
        }
        relay.command(Command::Join { a: pair[0].leg, b: pair[1].leg }).unwrap();
        talk(&phones, [pair[0].rtp, pair[1].rtp]);
    }
    drop(events);
    let mine = isize::try_from(leases.capacity() * size_of::<Lease>()).unwrap();
    let each = |held: isize| (held - before - mine) / isize::try_from(CALLS).unwrap();
    let (asleep, talking) = (each(bound), each(HELD.load(Ordering::Relaxed)));
    println!("a call: {asleep} bytes while its ports wait for it, {talking} while people talk");
    assert!(talking < BAR, "{talking}");
    assert!(asleep > 500, "that the counter counts");
}

/// A few packets each way, the first said until the relay knows both.
fn talk(phones: &[UdpSocket; 2], ports: [u16; 2]) {
    for number in 0..4 {
        for (from, to) in [(0, 1), (1, 0)] {
            let end = Instant::now() + Duration::from_secs(20);
            let said = || phones[from].send_to(&voice(number), (OURS, ports[from])).unwrap();
            while said() == 0 || phones[to].recv(&mut [0; 256]).is_err() {
                assert!(Instant::now() < end, "the relay passes nothing on");
            }
        }
    }
}
