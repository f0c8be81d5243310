//! The box is asked to stop: calls are ended properly, nothing is lost, and it is quick.

use std::time::{Duration, Instant};

use tests::{Gatehouse, PracticeCloud, phone::Setup, tone::TONES};

#[test]
fn both_phones_are_told_and_the_box_is_gone_within_five_seconds() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    let desk = |name, extension, voice| {
        Setup::new(name, house.sip()).login(cloud.phone(extension)).voice(voice).start()
    };
    let (mut anna, mut ben) = (desk("anna", "102", TONES[0]), desk("ben", "103", TONES[2]));
    anna.registered();
    ben.registered();
    anna.dial("103");
    ben.rings();
    ben.answers();
    anna.talks();
    ben.talks();
    let began = Instant::now();
    let status = house.stop();
    assert_eq!(status.code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    anna.call_ends();
    ben.call_ends();
    house.power_on();
    house.has_registered(2);
}
