//! Voice under lock and key (SRTP): between the box and each phone that has keys, whatever the other one has.

use tests::{Capture, Gatehouse, Phone, Place, PracticeCloud, phone::Setup, tone::TONES};

const ANNA: u32 = TONES[0];
const BEN: u32 = TONES[2];
/// From one mouth: 20 ms each.
const VOICE_PACKETS_A_SECOND: u64 = 50;

/// How a phone is set up: over TLS or not, and what it does about keys.
#[derive(Clone, Copy)]
struct Desk(&'static str, Option<&'static str>);

const OPEN: Desk = Desk("udp", None);
const CLOSED: Desk = Desk("tls", Some("srtp-mand"));
const CLOSED_IF_POSSIBLE: Desk = Desk("tls", Some("srtp"));

fn desks(cloud: &PracticeCloud, house: &Gatehouse, anna: Desk, ben: Desk) -> (Phone, Phone) {
    let desk = |name, extension, voice, Desk(transport, srtp): Desk| {
        let phone = match transport {
            "tls" => Setup::new(name, house.sips()).over_tls(&house.root()),
            plain => Setup::new(name, house.sip()).over(plain),
        };
        let phone = srtp.into_iter().fold(phone, Setup::closing);
        let mut phone = phone.login(cloud.phone(extension)).voice(voice).start();
        phone.registered();
        phone
    };
    (desk("anna", "102", ANNA, anna), desk("ben", "103", BEN, ben))
}

/// They talk; `closed` says whose voice is closed, Anna's first.
fn they_talk(anna: Desk, ben: Desk, closed: [bool; 2]) {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let (mut anna, mut ben) = desks(&cloud, &house, anna, ben);
    for _ in 0..2 {
        anna.dial("103");
        ben.rings();
        ben.answers();
        anna.talks();
        ben.talks();
        let wire = Capture::start(&Place::Here, "lo", &format!("udp and src host {}", house.address()));
        for (phone, voice) in [(&anna, BEN), (&ben, ANNA)] {
            let heard = phone.hears(voice, 2.0);
            assert!(heard.others < 0.2, "{phone:?}: {heard:?}");
        }
        wire.carries(2 * VOICE_PACKETS_A_SECOND);
        let call = &house.tells("calls")["calls"][0];
        assert_eq!(
            [&call["caller"], &call["callee"]].map(|party| party["encrypted"] == true),
            closed,
            "{call}"
        );
        let open = wire.stop().voices();
        let heard = |voice| open.iter().any(|heard| tests::tone::listen(heard, voice).seconds > 0.5);
        // What the box sends to Anna is Ben's voice, and the other way round.
        assert_eq!([!heard(BEN), !heard(ANNA)], closed, "closed on the wire");
        anna.hangs_up();
        ben.call_ends();
        anna.call_ends();
    }
    assert!(!house.log().contains("inline:"), "no key in the log");
}

#[test]
fn a_closed_phone_talks_with_an_open_one() {
    they_talk(CLOSED, OPEN, [true, false]);
}

#[test]
fn an_open_phone_calls_a_closed_one() {
    they_talk(OPEN, CLOSED, [false, true]);
}

#[test]
fn both_are_closed_each_with_keys_of_its_own() {
    they_talk(CLOSED, CLOSED_IF_POSSIBLE, [true, true]);
}

#[test]
fn somebody_on_hold_comes_back_with_the_same_keys() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let (mut anna, mut ben) = desks(&cloud, &house, CLOSED, CLOSED);
    anna.dial("103");
    ben.rings();
    ben.answers();
    anna.talks();
    ben.talks();
    anna.hears(BEN, 1.0);
    anna.holds();
    ben.happens("CALL_REMOTE_SDP");
    anna.resumes();
    ben.happens("CALL_REMOTE_SDP");
    // The recorder of a phone ends at a hold; what the box cannot open it does not pass on.
    let wire = Capture::start(&Place::Here, "lo", &format!("udp and src host {}", house.address()));
    wire.carries(8 * VOICE_PACKETS_A_SECOND);
    let heard = wire.stop().voices();
    assert_eq!(heard.iter().filter(|voice| voice.len() > 8_000).count(), 2, "both speak again");
    let call = &house.tells("calls")["calls"][0];
    assert_eq!((&call["caller"]["encrypted"], &call["state"]), (&true.into(), &"talking".into()), "{call}");
    anna.hangs_up();
    ben.call_ends();
}

#[test]
fn who_insists_on_keys_over_open_signalling_is_refused() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let (mut anna, _ben) = desks(&cloud, &house, Desk("udp", Some("srtp-mand")), OPEN);
    anna.dial("103");
    let why = anna.call_ends();
    assert!(why.starts_with("488"), "{why}");
}

#[test]
fn a_login_that_must_be_closed_is_not_called_without_keys() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    let user = &cloud.phone("103").user;
    house.configured_with(&format!("[[sip.login]]\nuser = \"{user}\"\nsrtp = \"required\"\n"));
    house.has_no_mailboxes();
    house.power_on();
    house.knows_the_account();
    let (mut anna, mut ben) = desks(&cloud, &house, OPEN, OPEN);
    anna.dial("103");
    anna.call_ends();
    assert!(ben.rings_within(std::time::Duration::from_millis(200)).is_none());
    ben.dial("102");
    ben.call_ends();
}
