//! A phone that was told "registered" stays registered, even when the plug is pulled that very moment.

use std::net::SocketAddr;
use std::thread::JoinHandle;

use tests::{Gatehouse, Login, PracticeCloud, Sipp, Wire};

#[test]
fn every_binding_that_was_acknowledged_is_there_after_a_power_cut() {
    let cloud = PracticeCloud::generated(121);
    let mut house = Gatehouse::beside(&cloud);
    let (callee, rest) = cloud.phones.split_first().unwrap();
    let (callers, phones) = rest.split_at(20);

    // 20 calls stand.
    let desk = Sipp::new("answer.xml").pausing(10).calls(20, 20);
    Sipp::new("register.xml").from_port(desk.port()).to(house.sip()).row(callee).passes();
    let _desk = desk.start();
    let calls =
        Sipp::new("call.xml").to(house.sip()).calling(&callee.extension).pausing(60_000).calls(20, 20);
    let _calls = callers.iter().fold(calls, Sipp::row).start();
    tests::until("20 calls", || (house.calls() == 20).then_some(()));

    // 100 phones register side by side; the plug is pulled in the middle of it.
    let storm = storm(phones.get(..100).unwrap(), house.sip());
    tests::until("some phones", || (house.registered().len() > 20).then_some(()));
    assert_eq!(house.calls(), 20, "the calls stand while the plug is pulled");
    house.power_cut();
    let mut acknowledged = acknowledged_by(storm);
    assert!(acknowledged.len() > 20, "{acknowledged:?}");
    house.power_on();
    acknowledged.push(callee.device.clone());
    house.remembers(&acknowledged);
}

/// The plug is pulled while phones are registering side by side: what was acknowledged is there, what
/// was not may be missing, and nobody is refused afterwards.
#[test]
fn a_storm_cut_in_the_middle_loses_nothing_that_was_acknowledged() {
    let cloud = PracticeCloud::generated(100);
    let mut house = Gatehouse::beside(&cloud);
    let storm = storm(&cloud.phones, house.sip());
    tests::until("some phones", || (house.registered().len() > 20).then_some(()));
    house.power_cut();
    let acknowledged = acknowledged_by(storm);
    house.power_on();
    house.remembers(&acknowledged);
    let mut late = Wire::udp(house.sip());
    let last = cloud.phones.last().unwrap();
    assert_eq!(late.register(last, 600).status(), Some(200));
}

/// A phone that comes back unchanged is told 200 at once, since its record still counts.
#[test]
fn who_merely_came_back_in_time_is_remembered_as_well() {
    let cloud = PracticeCloud::generated(10);
    let mut house = Gatehouse::beside(&cloud);
    let mut wires: Vec<_> = cloud.phones.iter().map(|phone| (phone, Wire::udp(house.sip()))).collect();
    for _ in 0..3 {
        wires.iter_mut().for_each(|(phone, wire)| assert_eq!(wire.register(phone, 600).status(), Some(200)));
    }
    house.power_cut();
    house.power_on();
    house.remembers(&cloud.phones.iter().map(|phone| phone.device.clone()).collect::<Vec<_>>());
}

/// Four sources at once, each registering its phones one after the other.
fn storm(phones: &[Login], server: SocketAddr) -> Vec<JoinHandle<Vec<String>>> {
    let sources = phones.chunks(phones.len().div_ceil(4)).map(<[Login]>::to_vec);
    sources.map(|phones| std::thread::spawn(move || register_until_the_end(&phones, server))).collect()
}

/// The devices that were told 200.
fn acknowledged_by(storm: Vec<JoinHandle<Vec<String>>>) -> Vec<String> {
    storm.into_iter().flat_map(|source| source.join().unwrap()).collect()
}

fn register_until_the_end(phones: &[Login], server: SocketAddr) -> Vec<String> {
    let mut wire = Wire::udp(server);
    let limit = std::time::Duration::from_secs(2);
    let mut acknowledged = vec![];
    for login in phones {
        match wire.try_register(login, 600, limit) {
            Some(answer) if answer.status() == Some(200) => acknowledged.push(login.device.clone()),
            Some(answer) => panic!("{login:?}: {}", answer.0),
            None => break,
        }
    }
    acknowledged
}
