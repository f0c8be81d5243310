//! Phones say how they heard a call (RFC 6035).

use super::{MINUTE, Office};

const REPORT: &str = "Event: vq-rtcpxr\r\nContent-Type: application/vq-rtcpxr\r\n";

fn of(kind: &str, call_id: &str) -> String {
    format!(
        "{kind}\r\nCallID: {call_id}\r\nLocalMetrics:\r\nPacketLoss:NLR=1.5 JDR=0.5\r\nQualityEst:MOSLQ=4.2 MOSCQ=4.1\r\n"
    )
}

#[test]
fn rfc6035_4_a_report_is_taken_once_from_whoever_proves_who_it_is() {
    let mut office = Office::open();
    let mut line = office.line("joerg", "sip:collector@sipgate.de");
    let answer = office.asks_proven(&mut line, "PUBLISH", REPORT, &of("VQSessionReport: CallTerm", "a1@b"));
    assert_eq!((answer.status(), answer.header("Expires")), (200, "0"), "no state is kept of it");
    let [(device, call_id, voice)] = &office.reported[..] else { panic!("{:?}", office.reported) };
    assert_eq!((device.as_str(), &**call_id), ("e1", "a1@b"));
    assert_eq!((voice.lost, voice.discarded, voice.mos_listening), (Some(150), Some(50), Some(420)));
    office.passes(MINUTE);
    office.nobody_hears_anything();
}

#[test]
fn rfc6035_4_what_is_said_on_the_way_is_counted_and_not_kept() {
    let mut office = Office::open();
    let mut line = office.line("joerg", "sip:collector@sipgate.de");
    let answer = office.asks_proven(&mut line, "PUBLISH", REPORT, &of("VQIntervalReport", "a1@b"));
    assert_eq!((answer.status(), office.board.counts().reported), (200, 1));
    assert!(office.reported.is_empty(), "{:?}", office.reported);
}

#[test]
fn what_is_no_report_is_refused() {
    let mut office = Office::open();
    let lamp = "Event: vq-rtcpxr\r\nContent-Type: application/pidf+xml\r\n";
    let other = "Event: vq-rtcpxr\r\nContent-Type: text/plain\r\n";
    for (uri, lines, body, status) in [
        ("sip:collector@sipgate.de", REPORT, "VQSessionReport: CallTerm\r\n".to_owned(), 400),
        ("sip:collector@sipgate.de", lamp, of("VQSessionReport: CallTerm", "a1@b"), 400),
        ("sip:collector@sipgate.de", other, of("VQSessionReport: CallTerm", "a1@b"), 415),
        ("sip:collector@elsewhere.example", REPORT, of("VQSessionReport: CallTerm", "a1@b"), 403),
    ] {
        let mut line = office.line("joerg", uri);
        assert_eq!(office.asks_proven(&mut line, "PUBLISH", lines, &body).status(), status, "{uri} {body}");
    }
    assert!(office.reported.is_empty(), "{:?}", office.reported);
}
