//! Before anybody trusts these journeys: the phones, ears and judges themselves, without a box between.

use tests::{Capture, Phone, Place, phone::Setup, tone::TONES};

fn two_phones() -> (Phone, Phone) {
    let nobody = "127.0.0.1:9".parse().unwrap();
    let [anna, ben] =
        [("anna", TONES[0]), ("ben", TONES[2])].map(|(name, voice)| Setup::new(name, nobody).voice(voice));
    (anna.start(), ben.start())
}

#[test]
fn each_phone_records_the_other_one_and_not_itself() {
    let (mut anna, mut ben) = two_phones();
    let wire = Capture::start(&Place::Here, "lo", &format!("udp port {}", ben.sip().port()));
    anna.dial(&format!("sip:ben@{}", ben.sip()));
    let caller = ben.rings();
    assert_eq!((caller.name.as_str(), caller.number()), ("anna", "anna"));
    anna.hears_ringing();
    ben.answers();
    anna.talks();
    ben.talks();
    for (phone, voice) in [(&anna, TONES[2]), (&ben, TONES[0])] {
        let heard = phone.hears(voice, 2.0);
        assert!(heard.others < 0.2, "{phone:?}: {heard:?}");
    }
    ben.hangs_up();
    anna.call_ends();
    let wire = wire.stop();
    wire.is_well_formed();
    assert!(!wire.fields("sip.Method == INVITE", &["frame.number"]).is_empty(), "the capture saw the call");
}
