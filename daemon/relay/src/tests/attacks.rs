use super::setting::{PHONE_A, STRANGER, Setting, config, hear, socket, voice, waiting};
use super::shortcut;
use crate::Shortcut;
use media::relay::Event;
use std::net::Ipv4Addr;

const ATTACKER: u32 = 666;

/// When the phone is first heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phone {
    BeforeTheAttack,
    DuringIt,
}

/// Fifty packets into a call from elsewhere, the phone talking too. Returns how many the callee got of them, and
/// how many the attacker got of the callee's.
fn attack(setting: &Setting, from: Ipv4Addr, phone: Phone) -> (usize, usize) {
    let (a, b) = setting.call();
    let attacker = socket(from);
    let mut first = 0;
    if phone == Phone::BeforeTheAttack {
        a.speak(0);
        hear(&b.rtp);
        if setting.relay.facts().fast_path == Shortcut::Granted {
            first = shortcut::settle(setting, (&a, &b), 1);
        }
    }
    for sequence in first..first + 50 {
        attacker.send_to(&voice(ATTACKER, 3_000 + sequence), a.rtp_port()).unwrap();
        if phone == Phone::BeforeTheAttack || sequence >= first + 3 {
            a.speak(1 + sequence);
        }
        b.speak(sequence);
        hear(&a.rtp);
    }
    let last = first + 100;
    a.speak(last);
    let heard = std::iter::from_fn(|| Some(hear(&b.rtp)).filter(|packet| *packet != voice(1, last)));
    let forwarded = heard.filter(|packet| packet[8..12] == ATTACKER.to_be_bytes()).count();
    (forwarded, waiting(&attacker))
}

#[test]
fn nothing_is_injected_and_nothing_leaks() {
    for (row, from, phone) in [
        ("first second, other port", PHONE_A, Phone::DuringIt),
        ("first second, other address", STRANGER, Phone::DuringIt),
        ("later, other port", PHONE_A, Phone::BeforeTheAttack),
        ("later, other address", STRANGER, Phone::BeforeTheAttack),
        ("first second, a neighbour's address", Ipv4Addr::new(127, 0, 0, 67), Phone::DuringIt),
    ] {
        for (way, config) in [("the relay", config(8)), ("the kernel", shortcut::fast(8))] {
            assert_eq!(attack(&Setting::start(config), from, phone), (0, 0), "{row}, by {way}");
        }
    }
}

#[test]
fn what_waited_before_the_lock_is_checked_too() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    let attacker = socket(STRANGER);
    let gate = setting.gate.lock().unwrap();
    b.speak(0);
    hear(&a.rtp);
    a.speak(0);
    (0..5).for_each(|sequence| drop(attacker.send_to(&voice(ATTACKER, sequence), a.rtp_port())));
    a.speak(1);
    drop(gate);
    assert_eq!([hear(&b.rtp), hear(&b.rtp)], [voice(1, 0), voice(1, 1)]);
    assert_eq!(setting.end(a.lease.leg).foreign, 5);
}

#[test]
fn once_the_phone_is_known_the_kernel_drops_the_others() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    a.speak(0);
    hear(&b.rtp);
    setting.settle();
    socket(STRANGER).send_to(&voice(ATTACKER, 1), a.rtp_port()).unwrap();
    a.speak(1);
    hear(&b.rtp);
    assert_eq!(setting.end(a.lease.leg).foreign, 0);
}

#[test]
fn strangers_are_counted_and_told() {
    let setting = Setting::start(config(8));
    let (a, _b) = setting.call();
    let attacker = socket(STRANGER);
    (0..5).for_each(|sequence| drop(attacker.send_to(&voice(ATTACKER, sequence), a.rtp_port())));
    attacker.send_to(b"noise", a.rtp_port()).unwrap();
    setting.figures(a.lease.leg, |statistics| statistics.foreign == 6);
    assert_eq!(setting.event(), Event::Foreign { leg: a.lease.leg, packets: 6 });
}

#[test]
fn reports_of_strangers_go_nowhere() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    let attacker = socket(STRANGER);
    attacker.send_to(&[0x80, 203, 0, 1, 0, 0, 0, 9], a.rtcp_port()).unwrap();
    a.report();
    assert_eq!(hear(&b.rtcp), super::setting::report());
}

#[test]
fn noise_of_the_phone_is_counted_and_goes_nowhere() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    a.speak(0);
    hear(&b.rtp);
    for noise in
        [&b""[..], b"\x00\x01\x00\x00", &[0x80; 11], &[0x80; 3_000], &[0x90, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]]
    {
        a.rtp.send_to(noise, a.rtp_port()).unwrap();
    }
    a.speak(1);
    assert_eq!(hear(&b.rtp), voice(1, 1));
    assert_eq!(setting.end(a.lease.leg).malformed, 5);
}

#[test]
fn a_leg_that_expects_nobody_hears_nobody() {
    let setting = Setting::start(config(2));
    let lease = setting.lease(1)[0];
    let attacker = socket(STRANGER);
    attacker.send_to(&voice(ATTACKER, 1), (lease.address, lease.rtp)).unwrap();
    setting.figures(lease.leg, |statistics| statistics.foreign == 1);
    assert_eq!(setting.end(lease.leg).packets, 0);
}
