//! A relay ends, by order or by accident, and the next one goes on with its calls.

use super::setting::{PHONE_A, PHONE_B, Phone, STRANGER, Setting, config, hear, socket, voice, waiting};
use super::shortcut::{fast, settle};
use crate::{Beyond, Config, Inherited, Kept};
use media::relay::{Command, Event};
use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Who stays while relays come and go.
#[derive(Clone, Default)]
struct Stayer(Arc<Mutex<BTreeMap<String, Vec<OwnedFd>>>>);

impl Stayer {
    /// A relay that takes over what is held.
    fn start(&self, config: Config) -> Setting {
        let held = self.0.lock().unwrap();
        let copies = held.iter().flat_map(|(name, files)| {
            files.iter().map(|file| Inherited { name: name.clone(), file: file.try_clone().unwrap() })
        });
        let inherited = copies.collect();
        let names = Arc::clone(&self.0);
        let keep = move |kept| match kept {
            Kept::Hold { name, files } => names.lock().unwrap().entry(name).or_default().extend(files),
            Kept::Drop { name } => drop(names.lock().unwrap().remove(&name)),
        };
        drop(held);
        Setting::resume(config, Beyond { inherited, keep: Box::new(keep) })
    }

    fn holds(&self) -> Vec<String> {
        self.0.lock().unwrap().keys().cloned().collect()
    }
}

fn kept_call(setting: &Setting) -> (Phone, Phone) {
    let (a, b) = setting.call();
    setting.tell(Command::Keep { leg: a.lease.leg });
    setting.tell(Command::Keep { leg: b.lease.leg });
    setting.settle();
    (a, b)
}

/// The call as the next relay is told of it.
fn take_up(setting: &Setting, a: &mut Phone, b: &mut Phone) {
    let lease =
        |phone: &Phone| *setting.relay.inherited().iter().find(|lease| lease.rtp == phone.lease.rtp).unwrap();
    (a.lease, b.lease) = (lease(a), lease(b));
    setting.tell(Command::Expect { leg: a.lease.leg, plan: a.plan() });
    setting.tell(Command::Expect { leg: b.lease.leg, plan: b.plan() });
    setting.tell(Command::Join { a: a.lease.leg, b: b.lease.leg });
    setting.settle();
}

#[test]
fn what_was_said_meanwhile_is_heard_and_nobody_else_can_speak() {
    let (stayer, config) = (Stayer::default(), config(16));
    let setting = stayer.start(config.clone());
    let (mut a, mut b) = kept_call(&setting);
    a.speak(1);
    assert_eq!(hear(&b.rtp), voice(1, 1));
    b.speak(1);
    assert_eq!(hear(&a.rtp), voice(1, 1));
    setting.relay.shutdown();

    for number in 2..10 {
        a.speak(number);
    }
    socket(STRANGER).send_to(&voice(9, 1), a.rtp_port()).unwrap();
    let setting = stayer.start(config);
    take_up(&setting, &mut a, &mut b);
    for number in 2..10 {
        assert_eq!(hear(&b.rtp), voice(1, number));
    }
    socket(STRANGER).send_to(&voice(9, 2), a.rtp_port()).unwrap();
    a.speak(10);
    assert_eq!(hear(&b.rtp), voice(1, 10), "and not the stranger");
    b.speak(2);
    assert_eq!(hear(&a.rtp), voice(1, 2));
    setting.end(a.lease.leg);
    setting.end(b.lease.leg);
    assert!(stayer.holds().is_empty(), "held for nobody: {:?}", stayer.holds());
}

#[test]
fn a_peer_that_nobody_knew_yet_is_learned_by_the_next_relay() {
    let (stayer, config) = (Stayer::default(), config(16));
    let setting = stayer.start(config.clone());
    let (mut a, mut b) = kept_call(&setting);
    setting.relay.shutdown();
    let setting = stayer.start(config);
    take_up(&setting, &mut a, &mut b);
    a.speak(1);
    assert_eq!(hear(&b.rtp), voice(1, 1));
    assert!(matches!(setting.event(), Event::Latched { leg, .. } if leg == a.lease.leg));
}

#[test]
fn a_call_that_nobody_knows_any_more_gives_its_ports_back() {
    let (stayer, config) = (Stayer::default(), Config { quarantine: Duration::ZERO, ..config(4) });
    let setting = stayer.start(config.clone());
    let (a, b) = kept_call(&setting);
    setting.relay.shutdown();
    assert!(UdpSocket::bind(a.rtp_port()).is_err(), "held");
    let setting = stayer.start(config);
    for lease in setting.relay.inherited() {
        setting.end(lease.leg);
    }
    assert!(UdpSocket::bind(a.rtp_port()).is_ok() && UdpSocket::bind(b.rtcp_port()).is_ok());
    assert_eq!(setting.lease(4).len(), 4);
}

#[test]
fn what_does_not_fit_the_configuration_any_more_is_closed() {
    let (stayer, before) = (Stayer::default(), config(8));
    let setting = stayer.start(before);
    let (a, _b) = kept_call(&setting);
    setting.relay.shutdown();
    let setting = stayer.start(config(8));
    assert_eq!(setting.relay.inherited(), []);
    setting.settle();
    assert!(UdpSocket::bind(a.rtp_port()).is_ok());
    assert!(stayer.holds().is_empty(), "{:?}", stayer.holds());
}

#[test]
fn voice_goes_on_through_the_kernel_with_nobody_there() {
    let (stayer, config) = (Stayer::default(), fast(16));
    let setting = stayer.start(config.clone());
    let (mut a, mut b) = kept_call(&setting);
    let first = settle(&setting, (&a, &b), 0);
    let begin = Instant::now();
    while !stayer.holds().iter().any(|name| name.starts_with("path-")) {
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", stayer.holds());
        std::thread::yield_now();
    }
    setting.relay.shutdown();
    for number in first..first + 50 {
        a.speak(number);
        assert_eq!(hear(&b.rtp), voice(1, number));
        b.speak(number);
        assert_eq!(hear(&a.rtp), voice(1, number));
    }
    let setting = stayer.start(config);
    take_up(&setting, &mut a, &mut b);
    let next = settle(&setting, (&a, &b), first + 50);
    let figures = setting.end(a.lease.leg);
    assert_eq!(figures.packets, u64::from(next - first - 50), "once each, and none twice");
    assert_eq!([waiting(&a.rtp), waiting(&b.rtp)], [0, 0]);
}

#[test]
fn both_families_and_all_addresses_are_kept_too() {
    let stayer = Stayer::default();
    let everywhere = Config { address: std::net::Ipv4Addr::UNSPECIFIED.into(), ..config(16) };
    let setting = stayer.start(everywhere.clone());
    let leases = setting.lease(2);
    let home = |mut lease: media::relay::Lease| {
        lease.address = PHONE_A.into();
        lease
    };
    let (mut a, mut b) = (Phone::new(PHONE_A, home(leases[0])), Phone::new(PHONE_B, home(leases[1])));
    for phone in [&a, &b] {
        setting.tell(Command::Expect { leg: phone.lease.leg, plan: phone.plan() });
        setting.tell(Command::Keep { leg: phone.lease.leg });
    }
    setting.tell(Command::Join { a: a.lease.leg, b: b.lease.leg });
    setting.settle();
    a.speak(1);
    hear(&b.rtp);
    b.speak(1);
    hear(&a.rtp);
    setting.relay.shutdown();
    b.speak(2);
    let setting = stayer.start(everywhere);
    take_up(&setting, &mut a, &mut b);
    (a.lease, b.lease) = (home(a.lease), home(b.lease));
    assert_eq!(hear(&a.rtp), voice(1, 2));
    a.speak(2);
    assert_eq!(hear(&b.rtp), voice(1, 2));
}
