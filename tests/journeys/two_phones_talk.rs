//! Anna calls Ben by his extension; they hear each other, and nobody else.

use tests::{Capture, Gatehouse, Phone, Place, PracticeCloud, phone::Setup, tone::TONES};

const ANNA: u32 = TONES[0];
const BEN: u32 = TONES[2];

/// From one mouth: 20 ms each.
const VOICE_PACKETS_A_SECOND: u64 = 50;

fn desks(cloud: &PracticeCloud, house: &Gatehouse, transport: &'static str) -> (Phone, Phone) {
    let desk = |name, extension, voice| {
        let phone = match transport {
            "tls" => Setup::new(name, house.sips()).over_tls(&house.root()),
            plain => Setup::new(name, house.sip()).over(plain),
        };
        phone.login(cloud.phone(extension)).voice(voice).start()
    };
    let (mut anna, mut ben) = (desk("anna", "102", ANNA), desk("ben", "103", BEN));
    anna.registered();
    ben.registered();
    (anna, ben)
}

/// Both hear the other one for a while, and not themselves.
fn hear_each_other(anna: &Phone, ben: &Phone) {
    for (phone, voice) in [(anna, BEN), (ben, ANNA)] {
        let heard = phone.hears(voice, 2.0);
        assert!(heard.others < 0.2, "{phone:?}: {heard:?}");
        assert!(heard.length - heard.seconds < 1.0, "hardly a gap: {phone:?}: {heard:?}");
    }
}

fn a_call_over(transport: &'static str) {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    let wire = Capture::start(&Place::Here, "lo", &format!("host {}", house.address()));
    let (mut anna, mut ben) = desks(&cloud, &house, transport);
    anna.dial("103");
    let caller = ben.rings();
    assert_eq!((caller.name.as_str(), caller.number()), ("Zoë Schäfer", "102"), "as the account names her");
    anna.hears_ringing();
    tests::until("one call", || (house.calls() == 1).then_some(()));
    ben.answers();
    anna.talks();
    ben.talks();
    hear_each_other(&anna, &ben);
    ben.hangs_up();
    anna.call_ends();
    ben.call_ends();
    tests::until("the call to be forgotten", || (house.calls() == 0).then_some(()));
    wire.stop().is_well_formed();
    assert!(house.running().runs());
}

#[test]
fn over_udp() {
    a_call_over("udp");
}

#[test]
fn over_tcp() {
    a_call_over("tcp");
}

#[test]
fn over_tls() {
    a_call_over("tls");
}

#[test]
fn the_caller_hangs_up_and_calls_again() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let (mut anna, mut ben) = desks(&cloud, &house, "udp");
    for _ in 0..2 {
        anna.dial("103");
        ben.rings();
        ben.answers();
        anna.talks();
        anna.hears(BEN, 1.0);
        anna.hangs_up();
        ben.call_ends();
        anna.call_ends();
    }
    assert_eq!(anna.recordings().len(), 2);
}

#[test]
fn somebody_on_hold_over_udp_comes_back_and_is_heard_again() {
    a_hold_over("udp");
}

#[test]
fn somebody_on_hold_over_tcp_comes_back_and_is_heard_again() {
    a_hold_over("tcp");
}

fn a_hold_over(transport: &'static str) {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let (mut anna, mut ben) = desks(&cloud, &house, transport);
    anna.dial("103");
    ben.rings();
    ben.answers();
    anna.talks();
    ben.talks();
    hear_each_other(&anna, &ben);
    anna.holds();
    ben.happens("CALL_REMOTE_SDP");
    anna.resumes();
    let wire = Capture::start(&Place::Here, "lo", &format!("udp and src host {}", house.address()));
    ben.happens("CALL_REMOTE_SDP");
    // The recorder of a phone ends at a hold: what comes out of the box now is judged on the wire, the end of the music among it.
    wire.carries(4 * VOICE_PACKETS_A_SECOND * 2);
    anna.hangs_up();
    ben.call_ends();
    let wire = wire.stop();
    wire.is_well_formed();
    let heard = wire.voices();
    assert!(heard.iter().any(|voice| tests::tone::listen(voice, ANNA).seconds > 1.0), "Ben hears Anna again");
    assert!(heard.iter().any(|voice| tests::tone::listen(voice, BEN).seconds > 1.0), "Anna hears Ben again");
}
