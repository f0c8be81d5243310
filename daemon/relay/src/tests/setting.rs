//! A relay, and phones to talk through it.

use crate::{Beyond, Config, PortRange, Relay};
use media::relay::{
    Carries, Command, Event, Flow, Lease, LegId, LegPlan, LegStatistics, RtcpPath, SilenceLimits,
};
use media::rtp::Clocks;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{self, Receiver, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// No event or packet takes longer than this, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where the phones live.
pub(super) const PHONE_A: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
pub(super) const PHONE_B: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
pub(super) const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 66);

/// A relay under test.
pub(super) struct Setting {
    pub(super) relay: Relay,
    events: Receiver<Event>,
    /// Who holds it stops the relay at its next event.
    pub(super) gate: Arc<Mutex<()>>,
}

/// A range of so many pairs that no other test of this process uses.
pub(super) fn range(pairs: u16) -> PortRange {
    static NEXT: AtomicU16 = AtomicU16::new(20_000);
    let first = NEXT.fetch_add(pairs * 2, Ordering::Relaxed);
    PortRange::new(first, first + pairs * 2 - 1).unwrap()
}

/// A relay at an address of this process's own, without privileges.
pub(super) fn config(pairs: u16) -> Config {
    let [_, _, high, low] = std::process::id().to_be_bytes();
    Config {
        priority: None,
        fast_path: None,
        ..Config::new(Ipv4Addr::new(127, 77, high, low).into(), range(pairs))
    }
}

impl Setting {
    pub(super) fn start(config: Config) -> Self {
        Self::resume(config, Beyond::nobody())
    }

    pub(super) fn resume(config: Config, beyond: Beyond) -> Self {
        let (sender, events) = mpsc::sync_channel(64);
        let gate = Arc::new(Mutex::new(()));
        let passed = Arc::clone(&gate);
        let deliver = move |event| {
            drop(passed.lock());
            sender.try_send(event).err().map(|refused| match refused {
                TrySendError::Full(event) | TrySendError::Disconnected(event) => event,
            })
        };
        Self { relay: Relay::resume(config, Box::new(deliver), beyond).unwrap(), events, gate }
    }

    pub(super) fn tell(&self, command: Command) {
        self.relay.command(command).unwrap();
    }

    pub(super) fn event(&self) -> Event {
        self.events.recv_timeout(PATIENCE).expect("the relay tells something")
    }

    /// The next event of a kind, others passed over.
    pub(super) fn wait_for<T>(&self, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(&self.event()) {
                return found;
            }
        }
    }

    /// The relay's thread stands still until the guard is dropped: what comes through now went through the kernel.
    pub(super) fn asleep(&self) -> MutexGuard<'_, ()> {
        let guard = self.gate.lock().unwrap();
        self.tell(Command::Lease { count: 1 });
        guard
    }

    pub(super) fn lease(&self, count: u16) -> Vec<Lease> {
        self.tell(Command::Lease { count });
        let mut leases = Vec::new();
        while leases.len() < usize::from(count) {
            leases.extend(self.wait_for(|event| match event {
                Event::Ports(more) => Some(more.clone()),
                Event::Exhausted { .. } => panic!("no ports"),
                _ => None,
            }));
        }
        leases
    }

    /// The figures of a leg, once they are as wanted. No event tells them.
    pub(super) fn figures(&self, leg: LegId, wanted: impl Fn(&LegStatistics) -> bool) -> LegStatistics {
        let begin = Instant::now();
        loop {
            let figures = self.relay.statistics(leg).expect("a leg that has not ended");
            if wanted(&figures) {
                return figures;
            }
            assert!(begin.elapsed() < PATIENCE, "{figures:?}");
            std::thread::yield_now();
        }
    }

    /// Two phones, each known by its description, joined.
    pub(super) fn call(&self) -> (Phone, Phone) {
        self.call_between(PHONE_A.into(), PHONE_B.into())
    }

    pub(super) fn call_between(&self, a: IpAddr, b: IpAddr) -> (Phone, Phone) {
        let leases = self.lease(2);
        let (a, b) = (Phone::new(a, leases[0]), Phone::new(b, leases[1]));
        self.tell(Command::Expect { leg: a.lease.leg, plan: a.plan() });
        self.tell(Command::Expect { leg: b.lease.leg, plan: b.plan() });
        self.tell(Command::Join { a: a.lease.leg, b: b.lease.leg });
        self.settle();
        (a, b)
    }

    /// Returns once all commands so far are obeyed: they are obeyed in order, and a lease is answered.
    pub(super) fn settle(&self) {
        self.lease(1);
    }

    /// Releases a leg and returns its final figures.
    pub(super) fn end(&self, ended: LegId) -> LegStatistics {
        self.tell(Command::Release { leg: ended });
        self.wait_for(|event| match event {
            Event::Ended { leg, statistics } if *leg == ended => Some(*statistics),
            _ => None,
        })
    }
}

/// A phone with its two sockets, which talks to its leg of the relay.
pub(super) struct Phone {
    pub(super) lease: Lease,
    pub(super) rtp: UdpSocket,
    pub(super) rtcp: UdpSocket,
}

impl Phone {
    pub(super) fn new(address: impl Into<IpAddr>, lease: Lease) -> Self {
        let address = address.into();
        Self { lease, rtp: socket(address), rtcp: socket(address) }
    }

    pub(super) fn plan(&self) -> LegPlan {
        let rtp = self.rtp.local_addr().unwrap();
        LegPlan {
            rtp: Some(rtp),
            rtcp: Some(self.rtcp.local_addr().unwrap()),
            rtcp_path: RtcpPath::Separate,
            signalling: rtp.ip(),
            carries: Carries::Voice,
            sends: Flow::Open,
            receives: Flow::Open,
            silence: SilenceLimits::default(),
            clocks: Clocks::default(),
            payloads: None,
            events: None,
            sounds: None,
            keys: None,
            meeting: None,
        }
    }

    pub(super) fn rtp_port(&self) -> SocketAddr {
        SocketAddr::new(self.lease.address, self.lease.rtp)
    }

    pub(super) fn rtcp_port(&self) -> SocketAddr {
        SocketAddr::new(self.lease.address, self.lease.rtcp)
    }

    pub(super) fn speak(&self, sequence: u16) {
        self.rtp.send_to(&voice(1, sequence), self.rtp_port()).unwrap();
    }

    pub(super) fn report(&self) {
        self.rtcp.send_to(&report(), self.rtcp_port()).unwrap();
    }
}

pub(super) fn socket(address: impl Into<IpAddr>) -> UdpSocket {
    let socket = UdpSocket::bind((address.into(), 0)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// One packet of G.711.
pub(super) fn voice(ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 8];
    packet.extend(sequence.to_be_bytes());
    packet.extend((u32::from(sequence) * 160).to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend([0xd5; 160]);
    packet
}

/// An empty receiver report.
pub(super) fn report() -> Vec<u8> {
    vec![0x80, 201, 0, 1, 0, 0, 0, 1]
}

/// The next datagram of a socket.
pub(super) fn hear(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = [0; 2_048];
    let length = socket.recv(&mut buffer).expect("a datagram comes through");
    buffer[..length].to_vec()
}

/// How many datagrams wait in a socket now.
pub(super) fn waiting(socket: &UdpSocket) -> usize {
    socket.set_nonblocking(true).unwrap();
    std::iter::from_fn(|| socket.recv(&mut [0; 2_048]).ok()).count()
}
