//! The daemon falls, or is started again, while people talk: they talk on, and hang up when they like.

use std::time::Duration;

use tests::{Capture, Gatehouse, Phone, Place, PracticeCloud, Sipp, phone::Setup, tone::TONES};

const ANNA: u32 = TONES[0];
const BEN: u32 = TONES[2];

/// How the daemon goes.
#[derive(Clone, Copy, Debug)]
enum Going {
    Falls,
    IsRestarted,
}

impl Going {
    fn happens_to(self, house: &mut Gatehouse) {
        let before = house.starts();
        match self {
            Self::Falls => house.falls(),
            Self::IsRestarted => house.restarts(),
        }
        tests::until("the next run", || (house.starts() > before && house.answers()).then_some(()));
    }
}

fn desks(cloud: &PracticeCloud, house: &Gatehouse, keys: Option<&'static str>) -> (Phone, Phone) {
    let desk = |name, extension, voice, keys: Option<&'static str>| {
        let phone = match keys {
            Some(keys) => Setup::new(name, house.sips()).over_tls(&house.root()).closing(keys),
            None => Setup::new(name, house.sip()),
        };
        phone.login(cloud.phone(extension)).voice(voice).start()
    };
    let (mut anna, mut ben) = (desk("anna", "102", ANNA, keys), desk("ben", "103", BEN, None));
    anna.registered();
    ben.registered();
    anna.dial("103");
    ben.rings();
    ben.answers();
    anna.talks();
    ben.talks();
    (anna, ben)
}

fn hear_each_other(anna: &Phone, ben: &Phone, seconds: f64) {
    for (phone, voice) in [(anna, BEN), (ben, ANNA)] {
        let heard = phone.hears(voice, seconds);
        assert!(heard.others < 0.3, "{phone:?}: {heard:?}");
    }
}

#[expect(clippy::print_stderr, reason = "the gap is a figure, and depends on the machine")]
fn people_talk_on(going: Going, keys: Option<&'static str>) {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::kept_beside(&cloud);
    let (mut anna, mut ben) = desks(&cloud, &house, keys);
    // Longer than both need to be known, so that their voice goes the way it stays on.
    hear_each_other(&anna, &ben, 4.0);
    let wire = Capture::start(&Place::Here, "lo", &format!("udp and host {}", house.address()));
    going.happens_to(&mut house);
    tests::until("the call, as it was", || (house.calls() == 1).then_some(()));
    hear_each_other(&anna, &ben, 8.0);
    let gap = wire.stop().longest_pause_of_voice();
    eprintln!("{going:?}: longest pause of voice {} ms", gap.as_millis());
    assert!(gap < Duration::from_secs(2), "{gap:?}");
    // A connection ends with the daemon that held it: a phone on one is reached again once it has spoken.
    let first = if keys.is_some() { &mut anna } else { &mut ben };
    first.holds();
    first.resumes();
    first.hangs_up();
    anna.call_ends();
    ben.call_ends();
    tests::until("the call to be forgotten", || (house.calls() == 0).then_some(()));
    house.stop();
}

#[test]
fn two_people_do_not_notice_that_the_daemon_fell() {
    people_talk_on(Going::Falls, None);
}

#[test]
fn two_people_do_not_notice_that_the_daemon_was_restarted() {
    people_talk_on(Going::IsRestarted, None);
}

#[test]
fn encrypted_voice_goes_on_too() {
    people_talk_on(Going::Falls, Some("srtp-mand"));
}

/// Many calls stand; the daemon goes in both ways; all of them stand, and end properly.
#[test]
fn two_hundred_calls_go_on() {
    let cloud = PracticeCloud::generated(221);
    let mut house = Gatehouse::kept_beside(&cloud);
    let (callee, callers) = cloud.phones.split_first().unwrap();
    let desk = Sipp::new("answer.xml").pausing(10).calls(200, 50);
    Sipp::new("register.xml").from_port(desk.port()).to(house.sip()).row(callee).passes();
    let desk = desk.start();
    let calls =
        Sipp::new("call.xml").to(house.sip()).calling(&callee.extension).pausing(18_000).calls(200, 50);
    let calls = callers.iter().take(200).fold(calls, Sipp::row).start();
    tests::until("200 calls", || (house.calls() == 200).then_some(()));
    tests::until("200 calls written down", || (house.rows("gatehouse.db", "call") == 200).then_some(()));
    for going in [Going::Falls, Going::IsRestarted] {
        going.happens_to(&mut house);
        tests::until("200 calls again", || (house.calls() == 200).then_some(()));
    }
    assert_eq!(calls.passes().passed, 200);
    assert_eq!(desk.passes().passed, 200);
    tests::until("all calls to be over", || (house.calls() == 0).then_some(()));
    house.stop();
}
