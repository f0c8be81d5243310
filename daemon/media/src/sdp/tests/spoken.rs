//! What the box answers itself.

use super::*;

fn offer(formats: &str, attributes: &str) -> Session {
    parse(&format!(
        "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP {formats}\r\n{attributes}"
    ))
}

fn answered(offer: &Session) -> String {
    let answer = offer.spoken().unwrap();
    String::from_utf8(answer.text().to_vec()).unwrap()
}

#[test]
fn only_what_we_speak_and_keys_are_left_in_the_callers_order() {
    let offer = offer(
        "111 9 18 0 96 8",
        "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\na=rtpmap:96 telephone-event/8000\r\na=ptime:30\r\na=rtcp-mux\r\n",
    );
    let text = answered(&offer);
    assert!(text.contains("m=audio 4000 RTP/AVP 9 0 96 8\r\n"), "{text}");
    assert!(text.contains("a=rtpmap:96 ") && text.ends_with("a=sendrecv\r\n"), "{text}");
    for gone in ["opus", "useinbandfec", "ptime", "rtcp-mux"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
}

#[test]
fn who_holds_is_answered_that_it_is_held() {
    for (said, told) in [
        ("sendonly", "recvonly"),
        ("recvonly", "sendonly"),
        ("inactive", "inactive"),
        ("sendrecv", "sendrecv"),
    ] {
        let text = answered(&offer("8", &format!("a={said}\r\n")));
        assert!(text.ends_with(&format!("\r\na={told}\r\n")), "{text}");
        assert_eq!(text.matches("a=").count(), 1, "{text}");
    }
}

#[test]
fn an_offer_without_any_of_our_codecs_has_no_answer() {
    assert_eq!(offer("18 101", "a=rtpmap:101 telephone-event/8000\r\n").spoken(), None);
}
