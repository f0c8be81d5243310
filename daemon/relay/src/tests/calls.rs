use super::setting::{PHONE_A, PHONE_B, Phone, STRANGER, Setting, config, hear, report, socket, voice};
use crate::Config;
use media::relay::{Command, Event, Flow, LegPlan, RtcpPath};
use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::Duration;

#[test]
fn two_phones_hear_each_other() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    for sequence in 0..50 {
        a.speak(sequence);
        assert_eq!(hear(&b.rtp), voice(1, sequence));
        b.speak(sequence);
        assert_eq!(hear(&a.rtp), voice(1, sequence));
    }
    let (address, leg) = (a.rtp.local_addr().unwrap(), a.lease.leg);
    assert_eq!(setting.event(), Event::Latched { leg, address });
    let statistics = setting.figures(leg, |statistics| statistics.packets == 50);
    assert_eq!((statistics.packets, statistics.bytes, statistics.lost), (50, 50 * 172, 0));
    assert!(statistics.last_arrival.is_some());
}

#[test]
fn a_phone_hears_before_it_speaks() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    b.speak(7);
    assert_eq!(hear(&a.rtp), voice(1, 7));
}

#[test]
fn reports_travel_beside_the_voice() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    a.report();
    assert_eq!(hear(&b.rtcp), report());
    b.report();
    assert_eq!(hear(&a.rtcp), report());
    assert_eq!(setting.end(a.lease.leg).rtcp, 1);
}

#[test]
fn a_report_does_not_tell_who_sends_it() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    let name = [&[0x81, 202, 0, 5, 0, 0, 0, 1, 1, 13][..], b"mara@10.1.2.3", &[0]].concat();
    a.rtcp.send_to(&name, a.rtcp_port()).unwrap();
    let heard = hear(&b.rtcp);
    assert_eq!((heard.len(), &heard[..10]), (name.len(), &name[..10]));
    assert!(!String::from_utf8_lossy(&heard).contains("mara"));
}

#[test]
fn one_shared_port_meets_two_separate_ones() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    let plan = LegPlan { rtcp_path: RtcpPath::Shared, ..a.plan() };
    setting.tell(Command::Expect { leg: a.lease.leg, plan });
    setting.tell(Command::Join { a: a.lease.leg, b: b.lease.leg });
    setting.settle();
    a.speak(1);
    assert_eq!(hear(&b.rtp), voice(1, 1));
    a.rtp.send_to(&report(), a.rtp_port()).unwrap();
    assert_eq!(hear(&b.rtcp), report());
    b.report();
    assert_eq!(hear(&a.rtp), report());
}

#[test]
fn a_held_phone_hears_no_voice_but_reports() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    let plan = LegPlan { receives: Flow::Held, ..b.plan() };
    setting.tell(Command::Expect { leg: b.lease.leg, plan });
    setting.settle();
    a.speak(1);
    setting.wait_for(|event| matches!(event, Event::Latched { .. }).then_some(()));
    a.report();
    assert_eq!(hear(&b.rtcp), report());
    b.rtp.set_nonblocking(true).unwrap();
    assert!(b.rtp.recv(&mut [0; 10]).is_err());
}

#[test]
fn a_phone_that_moves_is_learnt_anew_and_its_old_place_forgotten() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    a.speak(1);
    hear(&b.rtp);
    let moved = Phone::new(PHONE_A, a.lease);
    setting.tell(Command::Expect { leg: a.lease.leg, plan: moved.plan() });
    setting.settle();
    b.speak(1);
    assert_eq!(hear(&moved.rtp), voice(1, 1), "voice follows the new description at once");
    let stranger = socket(STRANGER);
    stranger.send_to(&voice(9, 2), a.rtp_port()).unwrap();
    moved.speak(3);
    assert_eq!(hear(&b.rtp), voice(1, 3));
    a.speak(4);
    moved.speak(5);
    assert_eq!(hear(&b.rtp), voice(1, 5), "a late packet of the old place is dropped");
    assert_eq!(setting.end(a.lease.leg).foreign, 1);
}

#[test]
fn a_phone_behind_a_translator_is_found_by_its_signalling() {
    let setting = Setting::start(config(8));
    let leases = setting.lease(2);
    let (a, b) = (Phone::new(PHONE_A, leases[0]), Phone::new(PHONE_B, leases[1]));
    let private = "10.255.255.1:4000".parse().unwrap();
    let plan = LegPlan { rtp: Some(private), rtcp: None, ..a.plan() };
    setting.tell(Command::Expect { leg: a.lease.leg, plan });
    setting.tell(Command::Expect { leg: b.lease.leg, plan: b.plan() });
    setting.tell(Command::Join { a: a.lease.leg, b: b.lease.leg });
    setting.settle();
    (0..2).for_each(|sequence| a.speak(sequence));
    assert_eq!(hear(&b.rtp), voice(1, 1));
    let address = a.rtp.local_addr().unwrap();
    assert_eq!(setting.event(), Event::Latched { leg: a.lease.leg, address });
    b.speak(1);
    assert_eq!(hear(&a.rtp), voice(1, 1));
}

#[test]
fn a_phone_that_sends_from_another_port_is_let_in_after_its_patience() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    let other = socket(PHONE_A);
    b.rtp.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let heard = (0..1_000u16).find_map(|sequence| {
        other.send_to(&voice(1, sequence), a.rtp_port()).unwrap();
        b.rtp.recv(&mut [0; 2_048]).ok()
    });
    assert_eq!(heard, Some(172));
    let address = other.local_addr().unwrap();
    let latched = setting.wait_for(|event| match event {
        Event::Latched { address, .. } => Some(*address),
        _ => None,
    });
    assert_eq!(latched, address);
}

#[test]
fn a_leg_joined_to_another_leaves_the_one_before() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    let c = Phone::new(PHONE_B, setting.lease(1)[0]);
    setting.tell(Command::Expect { leg: c.lease.leg, plan: c.plan() });
    setting.tell(Command::Join { a: a.lease.leg, b: c.lease.leg });
    setting.settle();
    a.speak(1);
    assert_eq!(hear(&c.rtp), voice(1, 1));
    b.speak(1);
    c.speak(2);
    assert_eq!(hear(&a.rtp), voice(1, 2));
}

#[test]
fn a_complaint_about_one_packet_does_not_cost_the_next() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    let gate = setting.gate.lock().unwrap();
    b.speak(1);
    hear(&a.rtp);
    let (address, leg) = (b.rtp.local_addr().unwrap(), b.lease.leg);
    drop(b);
    (1..5).for_each(|sequence| a.speak(sequence));
    drop(gate);
    setting.figures(leg, |statistics| statistics.sent + statistics.unsent == 4);
    let back = UdpSocket::bind(address).unwrap();
    back.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    a.speak(5);
    assert_eq!(hear(&back), voice(1, 5));
    assert_eq!(setting.end(leg).unsent, 0);
}

#[test]
fn phones_speak_over_ipv6_too() {
    let setting = Setting::start(Config { address: Ipv6Addr::LOCALHOST.into(), ..config(8) });
    let (a, b) = setting.call_between(Ipv6Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into());
    for sequence in 0..3 {
        a.speak(sequence);
        assert_eq!(hear(&b.rtp), voice(1, sequence));
        b.speak(sequence);
        assert_eq!(hear(&a.rtp), voice(1, sequence));
    }
}

#[test]
fn a_phone_of_each_family_in_one_call_and_one_that_moves_to_the_other() {
    let setting = Setting::start(Config { address: Ipv4Addr::UNSPECIFIED.into(), ..config(16) });
    let (mut a, mut b) = setting.call_between(PHONE_A.into(), Ipv6Addr::LOCALHOST.into());
    (a.lease.address, b.lease.address) = (Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into());
    for sequence in 0..3 {
        a.speak(sequence);
        assert_eq!(hear(&b.rtp), voice(1, sequence));
        b.speak(sequence);
        assert_eq!(hear(&a.rtp), voice(1, sequence));
    }
    b.report();
    assert_eq!(hear(&a.rtcp), report());

    let mut moved = Phone::new(PHONE_B, b.lease);
    moved.lease.address = Ipv4Addr::LOCALHOST.into();
    setting.tell(Command::Expect { leg: b.lease.leg, plan: moved.plan() });
    setting.settle();
    moved.speak(4);
    assert_eq!(hear(&a.rtp), voice(1, 4));
    a.speak(5);
    assert_eq!(hear(&moved.rtp), voice(1, 5));
}

/// A box with two addresses, bound to both. The kernel would answer from the first, and the phone sends to the second.
#[test]
fn a_phone_is_answered_from_the_address_that_it_sends_to() {
    let setting = Setting::start(Config { address: Ipv4Addr::UNSPECIFIED.into(), ..config(16) });
    for ours in [Ipv4Addr::new(127, 0, 0, 1), Ipv4Addr::new(127, 0, 1, 1)] {
        let (mut a, mut b) = setting.call();
        (a.lease.address, b.lease.address) = (ours.into(), ours.into());
        for sequence in 0..3 {
            a.speak(sequence);
            assert_eq!(hear(&b.rtp), voice(1, sequence));
            b.speak(sequence);
            let (mut buffer, expected) = ([0; 2_048], a.rtp_port());
            assert_eq!(a.rtp.recv_from(&mut buffer).unwrap(), (172, expected), "{ours}, packet {sequence}");
        }
        setting.tell(Command::Expect { leg: a.lease.leg, plan: a.plan() });
        setting.settle();
        socket(STRANGER).send_to(&voice(9, 8), a.rtp_port()).unwrap();
        a.speak(9);
        assert_eq!(hear(&b.rtp), voice(1, 9));
    }
}
