use super::setting::{PHONE_A, PHONE_B, Phone, Setting, config, hear, range, voice};
use crate::{Config, Relay, StartFailed};
use media::relay::{Command, Event, Flow, Lease, LegPlan, Shortage, SilenceLimits, Unheard};
use std::net::UdpSocket;
use std::sync::mpsc;
use std::time::{Duration, Instant};

#[test]
fn leases_are_pairs_of_bound_ports() {
    let setting = Setting::start(config(10));
    let leases = setting.lease(10);
    for Lease { address, rtp, rtcp, .. } in &leases {
        assert_eq!((rtp % 2, *rtcp), (0, rtp + 1));
        assert!(UdpSocket::bind((*address, *rtp)).is_err() && UdpSocket::bind((*address, *rtcp)).is_err());
    }
    let mut ports: Vec<u16> = leases.iter().map(|lease| lease.rtp).collect();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 10);
}

#[test]
fn too_few_ports_are_told() {
    let setting = Setting::start(config(3));
    setting.tell(Command::Lease { count: 5 });
    assert!(matches!(setting.event(), Event::Ports(leases) if leases.len() == 3));
    assert_eq!(setting.event(), Event::Exhausted { missing: 2, cause: Shortage::Ports });
}

#[test]
fn ports_of_other_programs_are_passed_over() {
    let config = config(2);
    let taken = UdpSocket::bind((config.address, config.ports.rtp(0) + 1)).unwrap();
    let setting = Setting::start(config);
    setting.tell(Command::Lease { count: 2 });
    assert!(matches!(setting.event(), Event::Ports(leases) if leases.len() == 1));
    assert_eq!(setting.event(), Event::Exhausted { missing: 1, cause: Shortage::Ports });
    drop(taken);
}

#[test]
fn ports_rest_after_a_call_and_come_back_as_another_leg() {
    let rest = Duration::from_millis(300);
    // With a single pair the least rest counts, a thirtieth of the full one.
    let setting = Setting::start(Config { quarantine: 30 * rest, ..config(1) });
    let first = setting.lease(1)[0];
    setting.end(first.leg);
    let released = Instant::now();
    setting.tell(Command::Lease { count: 1 });
    assert_eq!(setting.event(), Event::Exhausted { missing: 1, cause: Shortage::Ports });
    let again = loop {
        setting.tell(Command::Lease { count: 1 });
        if let Event::Ports(leases) = setting.event() {
            break leases[0];
        }
    };
    assert!(released.elapsed() >= rest - Duration::from_millis(50));
    assert_eq!((again.rtp, again.leg.slot), (first.rtp, first.leg.slot));
    assert_ne!(again.leg, first.leg);
    assert_eq!(setting.relay.statistics(first.leg), None);
    setting.tell(Command::Release { leg: first.leg });
    setting.end(again.leg);
}

#[test]
fn the_end_of_a_leg_tells_its_figures_and_silences_its_partner() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    a.speak(1);
    hear(&b.rtp);
    let ended = setting.end(b.lease.leg);
    assert_eq!((ended.sent, ended.unsent, ended.packets), (1, 0, 0));
    assert_eq!(setting.relay.statistics(b.lease.leg), None);
    a.speak(2);
    setting.figures(a.lease.leg, |statistics| statistics.packets == 2);
}

#[test]
fn who_says_nothing_is_missed_and_the_way_to_who_reports_is_measured() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    b.speak(1);
    hear(&a.rtp);
    let words = [1, 2, 3, 4, 5, 6u32].map(u32::to_be_bytes).concat();
    b.rtcp.send_to(&[&[0x80, 200, 0, 6][..], &words].concat(), b.rtcp_port()).unwrap();
    hear(&a.rtcp);
    let words = [8, 7, 0, 1, 2, 0x0002_0000, 1u32].map(u32::to_be_bytes).concat();
    a.rtcp.send_to(&[&[0x81, 201, 0, 7][..], &words].concat(), a.rtcp_port()).unwrap();
    // How it hears Ben (RFC 3611 4.7): an eighth of his packets never came.
    let heard = [[0x80, 207, 0, 10], [0, 0, 0, 8], [7, 0, 0, 8], [0, 0, 0, 7], [32, 0, 0, 0]].concat();
    a.rtcp.send_to(&[&heard[..], &[0; 24]].concat(), a.rtcp_port()).unwrap();
    let (leg, why) = setting.wait_for(|event| match event {
        Event::Unheard { leg, why } => Some((*leg, *why)),
        _ => None,
    });
    assert_eq!((leg, why), (a.lease.leg, Unheard::Mute));
    let figures = setting.end(a.lease.leg);
    assert!(figures.round_trip.is_some(), "{figures:?}");
    assert_eq!(figures.mos(), None);
    assert_eq!(figures.phone.map(|phone| phone.loss_rate), Some(32));
    assert_eq!(setting.end(b.lease.leg).mos().map(|mos| mos.to_string()).as_deref(), Some("4.39"));
}

#[test]
fn a_leg_never_hears_the_partner_of_the_leg_before_it() {
    let setting = Setting::start(Config { quarantine: Duration::ZERO, ..config(3) });
    let (a, b) = setting.call();
    setting.tell(Command::Release { leg: b.lease.leg });
    let c = Phone::new(PHONE_B, setting.lease(1)[0]);
    assert_eq!(c.lease.rtp, b.lease.rtp);
    setting.tell(Command::Expect { leg: c.lease.leg, plan: c.plan() });
    a.speak(1);
    c.speak(1);
    setting.figures(a.lease.leg, |statistics| statistics.packets == 1);
    setting.figures(c.lease.leg, |statistics| statistics.packets == 1);
    let statistics = setting.end(c.lease.leg);
    assert_eq!((statistics.sent, statistics.unsent), (0, 0));
}

#[test]
fn silence_is_told_again_and_again_until_somebody_speaks() {
    let setting = Setting::start(config(2));
    let leases = setting.lease(2);
    let (a, b) = (Phone::new(PHONE_A, leases[0]), Phone::new(PHONE_B, leases[1]));
    let limit = Duration::from_millis(200);
    let silence = SilenceLimits { open: limit, held: Duration::from_secs(3_600) };
    setting.tell(Command::Expect { leg: a.lease.leg, plan: LegPlan { silence, ..a.plan() } });
    let held = LegPlan { silence, sends: Flow::Held, ..b.plan() };
    setting.tell(Command::Expect { leg: b.lease.leg, plan: held });
    setting.tell(Command::Join { a: a.lease.leg, b: b.lease.leg });
    for times in 1..=2 {
        let Event::Silent { leg, since } = setting.event() else { panic!("nothing but silence") };
        assert!(leg == a.lease.leg && since >= limit * times, "{leg:?} {since:?}");
    }
    a.speak(1);
    assert!(matches!(setting.event(), Event::Latched { .. }));
    let Event::Silent { since, .. } = setting.event() else { panic!("silence begins anew") };
    assert!(since < limit * 3, "{since:?}");
}

#[test]
fn a_receiver_that_is_full_loses_no_ports() {
    let (sender, events) = mpsc::sync_channel(1);
    let deliver = move |event| match sender.try_send(event) {
        Err(mpsc::TrySendError::Full(event)) => Some(event),
        Ok(()) | Err(mpsc::TrySendError::Disconnected(_)) => None,
    };
    let relay = Relay::start(config(40), Box::new(deliver)).unwrap();
    relay.command(Command::Lease { count: 40 }).unwrap();
    let mut leases = 0;
    while leases < 40 {
        let event = events.recv_timeout(Duration::from_secs(10)).unwrap();
        let Event::Ports(more) = event else { panic!("{event:?}") };
        leases += more.len();
    }
    assert_eq!(relay.lost_events(), 0);
}

#[test]
fn shutdown_closes_everything_at_once() {
    let setting = Setting::start(config(8));
    let (a, _b) = setting.call();
    let begin = Instant::now();
    setting.relay.shutdown();
    assert!(begin.elapsed() < Duration::from_secs(2));
    assert!(UdpSocket::bind((a.lease.address, a.lease.rtp)).is_ok());
}

#[test]
fn a_foreign_address_is_refused_at_the_start() {
    let config = Config { priority: None, ..Config::new("192.0.2.1".parse().unwrap(), range(1)) };
    assert!(matches!(Relay::start(config, Box::new(|_| None)), Err(StartFailed::Address { .. })));
}

#[test]
fn packets_are_marked_for_expedited_forwarding() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    socket2::SockRef::from(&b.rtp).set_recv_tos_v4(true).unwrap();
    a.speak(1);
    assert_eq!(hear_with_tos(&b.rtp), (voice(1, 1), Some(0xb8)));
}

fn hear_with_tos(socket: &UdpSocket) -> (Vec<u8>, Option<u8>) {
    use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg};
    use std::os::fd::AsRawFd;
    let mut buffer = [0; 2_048];
    let mut slices = [std::io::IoSliceMut::new(&mut buffer)];
    let mut space = nix::cmsg_space!(u8);
    let message =
        recvmsg::<SockaddrIn>(socket.as_raw_fd(), &mut slices, Some(&mut space), MsgFlags::empty()).unwrap();
    let tos = message.cmsgs().unwrap().find_map(|control| match control {
        ControlMessageOwned::Ipv4Tos(tos) => Some(tos),
        _ => None,
    });
    let length = message.bytes;
    (buffer[..length].to_vec(), tos)
}
