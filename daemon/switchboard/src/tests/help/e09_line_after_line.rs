//! E9: line after line is tried, twice; then the caller is told.

use std::sync::Arc;

use media::playback::Sound;
use media::relay::Command;
use media::tone::Tone;

use super::{PHONES, TOLD_FOR, calls, is_spoken_to, is_told_to_take_a_mobile_phone, line_used, office};
use crate::Input;
use crate::tests::SECOND;
use crate::tests::line::Line;
use crate::tests::office::Office;

const VOICE: &str = "v=0\r\no=- 7 1 IN IP4 192.0.2.11\r\ns=-\r\nc=IN IP4 192.0.2.11\r\nt=0 0\r\n\
                     m=audio 40000 RTP/AVP 8\r\na=sendrecv\r\n";

#[test]
fn e09_a_line_that_refuses_is_followed_by_the_next_and_after_two_rounds_the_caller_is_told() {
    let mut office = office();
    let line = calls(&mut office, "mara", "sip:112@sipgate.de");
    for user in ["7654321e0", "7654321e3", "7654321e0", "7654321e3"] {
        office.nobody_hears_anything_but("cloud");
        let there = office.rings("cloud");
        assert_eq!(line_used(&there.invite), user);
        office.says(&there, 404);
        assert!(office.hears("cloud").is_request("ACK"));
    }
    is_told_to_take_a_mobile_phone(&mut office, &line);
    office.nobody_hears_anything_but("cloud");
}

#[test]
fn without_any_line_the_caller_hears_at_once_to_take_a_mobile_phone() {
    let mut office = without_lines();
    let line = office.dials("mara", "112");
    is_told_to_take_a_mobile_phone(&mut office, &line);
}

#[test]
fn e09_whoever_hears_it_and_hangs_up_is_rung_off_without_another_word() {
    let mut office = without_lines();
    let line = office.dials("mara", "112");
    is_spoken_to(&mut office, "mara");
    office.passes(5 * SECOND);
    office.cancels(&line);
    let told = office.hears_all("mara");
    assert!(told.iter().all(|said| said.header("Warning").is_empty()), "{told:?}");
    office.passes(TOLD_FOR);
}

#[test]
fn e09_a_phone_that_speaks_another_codec_or_confirms_what_it_hears_is_spoken_to_as_well() {
    let wide = VOICE.replace("AVP 8", "AVP 9");
    for (lines, offer) in [("", wide.as_str()), ("Supported: 100rel\r\n", VOICE)] {
        let mut office = without_lines();
        let (line, first) = office.tries_with("mara", "sip:112@sipgate.de", lines, offer);
        assert_eq!(first.status(), 100);
        is_spoken_to(&mut office, "mara");
        office.cancels(&line);
        office.hears_all("mara");
    }
}

#[test]
fn e09_a_phone_that_cannot_hear_the_box_is_shown_it_at_once() {
    let held = VOICE.replace("sendrecv", "inactive");
    let opus = VOICE.replace("AVP 8", "AVP 96\r\na=rtpmap:96 opus/48000/2");
    for offer in [&*held, &opus, ""] {
        let mut office = without_lines();
        let (line, first) = office.tries_with("mara", "sip:112@sipgate.de", "", offer);
        assert_eq!(first.status(), 100);
        let told = office.hears("mara");
        assert_eq!(told.status(), 503, "{}", told.0);
        assert!(told.header("Warning").contains("use a mobile phone, dial 112"));
        office.acknowledges(&line, &told);
    }
}

#[test]
fn e09_a_slow_line_that_answers_meanwhile_takes_the_place_of_the_voice() {
    let (mut office, mut line, slow) = only_a_slow_line_is_left();
    office.picks_up(&slow);
    office.is_connected(&mut line);
    let [leg, _] = office.relay.legs();
    assert!(office.relay.said.contains(&Command::Hush { leg }));
    office.cloud_works(2 * TOLD_FOR);
    office.hears_all("cloud");
    office.hangs_up(&mut line, &slow);
}

#[test]
fn e09_a_slow_line_that_rings_meanwhile_is_waited_for_until_it_refuses() {
    let (mut office, line, slow) = only_a_slow_line_is_left();
    office.says(&slow, 180);
    let [leg, _] = office.relay.legs();
    let rings = Command::Play { leg, sound: Sound::Tone(Tone::RINGBACK) };
    assert!(office.relay.said.contains(&rings));
    office.cloud_works(2 * TOLD_FOR);
    assert!(office.hears_all("mara").iter().all(|said| said.status() == 183), "it still rings");
    office.hears_all("cloud");
    office.says(&slow, 480);
    assert!(office.hears("cloud").is_request("ACK"));
    is_told_to_take_a_mobile_phone(&mut office, &line);
}

fn without_lines() -> Office {
    let mut office = Office::with(&PHONES);
    office.happens(Input::Emergency(Arc::default()));
    office
}

/// All refuse but one, which has said no more than 100; the caller is being told.
fn only_a_slow_line_is_left() -> (Office, Line, Line) {
    let mut office = office();
    let line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let slow = office.rings("cloud");
    office.says(&slow, 100);
    office.cloud_works(8 * SECOND);
    for _ in 0..3 {
        let there = office.rings("cloud");
        office.says(&there, 404);
        assert!(office.hears("cloud").is_request("ACK"));
    }
    is_spoken_to(&mut office, "mara");
    (office, line, slow)
}
