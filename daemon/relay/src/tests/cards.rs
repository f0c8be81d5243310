//! Voice through the kernel from card to card: three hosts with virtual cables between them.
//!
//! ```text
//!   phone ══ lan, desk ══ box ── wan ── trunk
//! ```

use super::setting::{Phone, Setting, config, voice};
use crate::{Config, Shortcut};
use media::relay::{Command, LegPlan};
use nix::sched::{CloneFlags, setns};
use std::fs::File;
use std::net::IpAddr;
use std::process::Command as Program;
use std::time::{Duration, Instant};

/// Three hosts of this test's own; gone with it.
struct Hosts {
    mark: String,
}

impl Hosts {
    fn connect(name: &str) -> Self {
        let hosts = Self { mark: format!("{name}{}", std::process::id()) };
        for host in ["phone", "box", "trunk"] {
            hosts.ip(&format!("netns add {}", hosts.host(host)));
            hosts.ip(&format!("-n {} link set lo up", hosts.host(host)));
        }
        hosts.cable("lan", "phone", ("10.77.1.1/24", "fd77:1::1/64"), ("10.77.1.2/24", "fd77:1::2/64"));
        hosts.cable("wan", "trunk", ("10.77.2.1/24", "fd77:2::1/64"), ("10.77.2.2/24", "fd77:2::2/64"));
        hosts.cable("desk", "phone", ("10.77.3.1/24", "fd77:3::1/64"), ("10.77.3.2/24", "fd77:3::2/64"));
        hosts
    }

    /// A cable between the box and another host; checksums are computed and checked as on real cards.
    fn cable(&self, card: &str, far: &str, ours: (&str, &str), theirs: (&str, &str)) {
        let (near, far) = (self.host("box"), self.host(far));
        self.ip(&format!("link add {card} netns {near} type veth peer name {card} netns {far}"));
        for (host, (v4, v6)) in [(near, ours), (far, theirs)] {
            self.ip(&format!("-n {host} address add {v4} dev {card}"));
            self.ip(&format!("-n {host} address add {v6} dev {card} nodad"));
            self.run(&format!("ip netns exec {host} ethtool -K {card} tx off rx off"));
            self.ip(&format!("-n {host} link set {card} up"));
        }
    }

    fn host(&self, name: &str) -> String {
        format!("gh-{name}-{}", self.mark)
    }

    fn ip(&self, words: &str) {
        self.run(&format!("ip {words}"));
    }

    fn run(&self, line: &str) {
        let mut words = line.split(' ');
        let output = Program::new(words.next().unwrap()).args(words).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Does something on one of the hosts.
    fn on<T: Send>(&self, host: &str, deed: impl FnOnce() -> T + Send) -> T {
        let there = File::open(format!("/run/netns/{}", self.host(host))).unwrap();
        std::thread::scope(|scope| {
            let thread = scope.spawn(move || {
                setns(there, CloneFlags::CLONE_NEWNET).unwrap();
                deed()
            });
            thread.join().unwrap()
        })
    }

    /// Two phones on their hosts, each talking to the box's address on its own card, joined.
    fn call(&self, relay: &Setting, ends: [(&str, &str, &str); 2]) -> (Phone, Phone) {
        let leases = relay.lease(2);
        let [a, b] = [0, 1].map(|place| {
            let (host, phone, box_) = ends[place];
            let (phone, box_): (IpAddr, IpAddr) = (phone.parse().unwrap(), box_.parse().unwrap());
            let mut lease = leases[place];
            lease.address = box_;
            self.on(host, || Phone::new(phone, lease))
        });
        for phone in [&a, &b] {
            let plan = LegPlan { rtcp: None, ..phone.plan() };
            relay.tell(Command::Expect { leg: phone.lease.leg, plan });
        }
        relay.tell(Command::Join { a: a.lease.leg, b: b.lease.leg });
        relay.settle();
        (a, b)
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        for host in ["phone", "box", "trunk"] {
            // A test that failed half-way may have fewer hosts.
            let _ = Program::new("ip").args(["netns", "delete", &self.host(host)]).output();
        }
    }
}

fn relay(hosts: &Hosts, everywhere: &str) -> Setting {
    let fast_path = Some(Duration::from_millis(20));
    let config = Config { address: everywhere.parse().unwrap(), fast_path, ..config(16) };
    let relay = hosts.on("box", || Setting::start(config));
    assert_eq!(relay.relay.facts().fast_path, Shortcut::Granted);
    relay
}

/// Talks until so many of both directions go through the kernel; returns the next number.
fn talk(relay: &Setting, (a, b): (&Phone, &Phone), from: u16, lanes: usize) -> u16 {
    let (begin, mut number) = (Instant::now(), from);
    loop {
        exchange(a, b, number);
        number += 1;
        if relay.relay.fast_lanes() >= lanes {
            return number;
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "{} lanes", relay.relay.fast_lanes());
    }
}

fn exchange(a: &Phone, b: &Phone, number: u16) {
    for (speaks, hears) in [(a, b), (b, a)] {
        let packet = voice(1, number);
        speaks.rtp.send_to(&packet, speaks.rtp_port()).unwrap();
        let (heard, source) = receive(hears);
        assert_eq!(heard, packet);
        assert_eq!(source, hears.rtp_port(), "from where it was told to expect it");
    }
}

fn receive(phone: &Phone) -> (Vec<u8>, std::net::SocketAddr) {
    let mut room = [0; 2_048];
    let (length, source) = phone.rtp.recv_from(&mut room).expect("it comes through");
    (room[..length].to_vec(), source)
}

/// Both directions go through the kernel and stay intact, checksums and all.
fn pass_through(relay: &Setting, phones: (&Phone, &Phone)) -> u16 {
    let first = talk(relay, phones, 0, 2);
    let still = relay.asleep();
    for number in first..first + 50 {
        exchange(phones.0, phones.1, number);
    }
    drop(still);
    first + 50
}

const LAN: (&str, &str, &str) = ("phone", "10.77.1.2", "10.77.1.1");
const DESK: (&str, &str, &str) = ("phone", "10.77.3.2", "10.77.3.1");
const WAN: (&str, &str, &str) = ("trunk", "10.77.2.2", "10.77.2.1");
const LAN6: (&str, &str, &str) = ("phone", "fd77:1::2", "fd77:1::1");
const WAN6: (&str, &str, &str) = ("trunk", "fd77:2::2", "fd77:2::1");

#[test]
fn from_card_to_card() {
    let hosts = Hosts::connect("c");
    let relay = relay(&hosts, "0.0.0.0");
    for ends in [[LAN, WAN], [DESK, WAN], [LAN, DESK], [LAN, LAN]] {
        let (a, b) = hosts.call(&relay, ends);
        pass_through(&relay, (&a, &b));
        relay.end(a.lease.leg);
        relay.end(b.lease.leg);
        let begin = Instant::now();
        while relay.relay.fast_lanes() > 0 {
            assert!(begin.elapsed() < Duration::from_secs(20), "still there");
            std::thread::yield_now();
        }
    }
}

#[test]
fn over_ipv6() {
    let hosts = Hosts::connect("s");
    let relay = relay(&hosts, "::");
    let (a, b) = hosts.call(&relay, [LAN6, WAN6]);
    pass_through(&relay, (&a, &b));
}

#[test]
fn a_packet_too_long_for_the_other_card_takes_the_long_way() {
    let hosts = Hosts::connect("m");
    let relay = relay(&hosts, "0.0.0.0");
    for host in ["box", "trunk"] {
        hosts.ip(&format!("-n {} link set wan mtu 600", hosts.host(host)));
    }
    let (a, b) = hosts.call(&relay, [LAN, WAN]);
    let next = pass_through(&relay, (&a, &b));
    let mut long = voice(1, next);
    long.resize(900, 0x55);
    a.rtp.send_to(&long, a.rtp_port()).unwrap();
    assert_eq!(receive(&b).0, long, "in pieces");
    talk(&relay, (&a, &b), next + 1, 2);
}

#[test]
fn voice_follows_a_change_of_the_roads() {
    let hosts = Hosts::connect("r");
    let relay = relay(&hosts, "0.0.0.0");
    let (a, b) = hosts.call(&relay, [LAN, WAN]);
    let next = pass_through(&relay, (&a, &b));
    let box_ = hosts.host("box");
    for line in [
        "link add spare type veth peer name other",
        "link set spare up",
        "address add 10.99.0.1/24 dev spare",
    ] {
        hosts.ip(&format!("-n {box_} {line}"));
    }
    let next = talk(&relay, (&a, &b), next, 2);
    hosts.ip(&format!("-n {box_} link delete spare"));
    for number in next..next + 20 {
        exchange(&a, &b, number);
    }
}

#[test]
fn who_is_hung_up_on_hears_nothing_more() {
    let hosts = Hosts::connect("h");
    let relay = relay(&hosts, "0.0.0.0");
    let (a, b) = hosts.call(&relay, [LAN, WAN]);
    let next = pass_through(&relay, (&a, &b));
    relay.end(b.lease.leg);
    a.speak(next);
    let (c, d) = hosts.call(&relay, [LAN, WAN]);
    exchange(&c, &d, 0);
    b.rtp.set_nonblocking(true).unwrap();
    assert!(b.rtp.recv(&mut [0; 64]).is_err(), "its own call is over");
}
