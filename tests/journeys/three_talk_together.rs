//! Anna has Ben on hold, talks with Carl and presses *3: each of the three hears the two others, and when one goes, two go on.

use tests::{Capture, Gatehouse, Place, PracticeCloud, tone};

use crate::a_call_is_handed_on::{ANNA, BEN, CARL, desks};

/// From one mouth: 20 ms each.
const VOICE_PACKETS_A_SECOND: u64 = 50;

/// For each stream of voice out of the box, which tones were in it for most of the time.
fn heard(house: &Gatehouse, ears: u64) -> Vec<Vec<u32>> {
    let wire = Capture::start(&Place::Here, "lo", &format!("udp and src host {}", house.address()));
    wire.carries(4 * ears * VOICE_PACKETS_A_SECOND);
    let wire = wire.stop();
    wire.is_well_formed();
    let voices = wire.voices().into_iter().filter(|voice| voice.len() > 2 * 8_000);
    let tones = voices.map(|voice| {
        let there = |hertz: &u32| {
            let heard = tone::listen(&voice, *hertz);
            let (share, level) = (heard.seconds / heard.length, tone::level(&voice, *hertz));
            assert!(share > 0.8 || level < 0.01, "{hertz} Hz in {share} of the time, {level} loud");
            share > 0.8
        };
        [ANNA, CARL, BEN].into_iter().filter(there).collect()
    });
    let mut tones: Vec<Vec<u32>> = tones.collect();
    tones.sort_unstable();
    tones
}

#[test]
fn each_hears_the_two_others_and_two_go_on_when_one_goes() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let [mut anna, mut ben, mut carl] = desks(&cloud, &house);
    anna.dial("103");
    ben.rings();
    ben.answers();
    anna.talks();
    ben.talks();
    anna.holds();
    ben.happens("CALL_REMOTE_SDP");
    anna.dial("101");
    carl.rings();
    carl.answers();
    anna.talks();
    carl.talks();
    carl.hears(ANNA, 1.0);

    anna.press("sndcode", "*");
    carl.hears(ANNA, 1.5);
    anna.press("sndcode", "3");
    ben.happens("CALL_REMOTE_SDP");
    assert_eq!(heard(&house, 3), [vec![ANNA, CARL], vec![ANNA, BEN], vec![CARL, BEN]]);

    carl.hangs_up();
    carl.call_ends();
    anna.call_ends();
    ben.happens("CALL_REMOTE_SDP");
    tests::until("one call to be left", || (house.calls() == 1).then_some(()));
    assert_eq!(heard(&house, 2), [vec![ANNA], vec![BEN]]);
    ben.hangs_up();
    ben.call_ends();
    tests::until("the call to be forgotten", || (house.calls() == 0).then_some(()));
}
