//! Phones without a common codec.

use super::*;

fn voice(formats: &str, attributes: &str) -> Session {
    parse(&format!(
        "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP {formats}\r\n{attributes}\
         a=sendrecv\r\n"
    ))
}

const EVENTS: &str = "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n";

fn formats(session: &Session) -> String {
    session.audio().unwrap().formats.join(" ")
}

#[test]
fn an_offer_is_widened_by_what_can_be_translated_behind_its_own() {
    for (offer, wide) in [("9 101", Some("9 101 8 0")), ("0", Some("0 8 9")), ("9 8 0", None), ("18", None)] {
        assert_eq!(voice(offer, "").widened().as_ref().map(formats).as_deref(), wide, "{offer}");
    }
    let opus = voice("111 9", "a=rtpmap:111 opus/48000/2\r\n").widened().unwrap();
    assert!(opus.text().windows(12).any(|part| part == b"a=rtpmap:111"), "its own lines stay");
}

#[test]
fn a_number_that_means_something_else_is_not_taken() {
    let odd = voice("9 8", "a=rtpmap:8 speex/8000\r\n");
    assert_eq!(odd.widened().as_ref().map(formats).as_deref(), Some("9 8 0"));
}

#[test]
fn an_answer_without_a_common_codec_speaks_the_one_that_was_offered() {
    let offer = voice("9 101", EVENTS);
    let answer = voice("8 101", &format!("a=rtpmap:8 PCMA/8000\r\n{EVENTS}")).answering(&offer).unwrap();
    assert_eq!(formats(&answer), "9 101");
    let text = String::from_utf8(answer.text().to_vec()).unwrap();
    assert!(!text.contains("PCMA") && text.contains("a=fmtp:101 0-15"), "{text}");
    for answer in ["9 101", "8 9 101", "18"] {
        assert_eq!(voice(answer, EVENTS).answering(&offer), None, "{answer}");
    }
}
