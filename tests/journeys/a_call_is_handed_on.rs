//! Ben has Anna on the line, who wants somebody else: he hands her on, and she never notices that she was.

use tests::{Gatehouse, Phone, PracticeCloud, phone::Setup, tone::TONES};

pub(crate) const ANNA: u32 = TONES[0];
pub(crate) const CARL: u32 = TONES[1];
pub(crate) const BEN: u32 = TONES[2];

/// Anna, Ben and Carl at their desks.
pub(crate) fn desks(cloud: &PracticeCloud, house: &Gatehouse) -> [Phone; 3] {
    let desk = |name, login, voice| Setup::new(name, house.sip()).login(login).voice(voice).start();
    let mut anna = desk("anna", cloud.phone("102"), ANNA);
    let mut ben = desk("ben", cloud.phone("103"), BEN);
    let mut carl = desk("carl", cloud.phones_of("101")[0], CARL);
    for phone in [&mut anna, &mut ben, &mut carl] {
        phone.registered();
    }
    [anna, ben, carl]
}

#[test]
fn anna_keeps_her_call_and_talks_with_carl() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let [mut anna, mut ben, mut carl] = desks(&cloud, &house);
    anna.dial("103");
    ben.rings();
    ben.answers();
    anna.talks();
    ben.talks();
    ben.hears(ANNA, 1.0);

    ben.press("transfer", &format!("sip:101@{}", house.sip()));
    let caller = carl.rings();
    assert_eq!(caller.number(), "102", "he sees whom he will talk with");
    carl.answers();
    carl.talks();
    ben.call_ends();
    carl.hears(ANNA, 2.0);
    anna.hears(CARL, 2.0);
    assert_eq!(house.calls(), 1);
    anna.hangs_up();
    carl.call_ends();
    tests::until("the call to be forgotten", || (house.calls() == 0).then_some(()));
}
