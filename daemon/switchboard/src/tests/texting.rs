//! Short texts from phone to phone (RFC 3428).

use super::line::Line;
use super::said::Said;
use super::{Office, SECOND};

const PLAIN: &str = "Content-Type: text/plain;charset=UTF-8\r\n";

impl Office {
    pub(super) fn writes(&mut self, phone: &'static str, number: &str, text: &str) -> Line {
        let mut line = self.line(phone, &format!("sip:{number}@sipgate.de"));
        for _ in 0..2 {
            let proof = self.phone_mut(phone).proof("MESSAGE", &line.target);
            line.invite = self.asks(&mut line, "MESSAGE", &format!("{proof}{PLAIN}"), text);
            match self.phone_mut(phone).mail.pop_front() {
                Some(answer) if answer.status() == 401 => self.phone_mut(phone).challenged(&answer),
                Some(answer) => {
                    self.phone_mut(phone).mail.push_front(answer);
                    return line;
                }
                None => return line,
            }
        }
        line
    }

    pub(super) fn reads(&mut self, phone: &'static str) -> (Line, Said) {
        let text = self.hears(phone);
        assert!(text.is_request("MESSAGE"), "{}", text.0);
        let near = format!("{};tag={phone}", text.header("To"));
        let line = Line {
            phone,
            call_id: text.header("Call-ID").into(),
            near,
            far: text.header("From").into(),
            target: String::new(),
            cseq: 0,
            invite: text.clone(),
        };
        (line, text)
    }
}

#[test]
fn a_text_is_read_and_the_writer_hears_so() {
    let mut office = Office::open();
    office.writes("mara", "102", "Kaffee?");
    let (line, text) = office.reads("joerg");
    assert_eq!((text.body(), text.header("Content-Type")), ("Kaffee?", "text/plain;charset=UTF-8"));
    assert_eq!(text.header("P-Asserted-Identity"), "\"Mara\" <sip:101@sipgate.de>");
    office.nobody_hears_anything();
    office.replies(&line, &text, 200, "");
    assert!(office.hears("mara").is_answer(200, "MESSAGE"));
}

#[test]
fn the_first_phone_that_takes_a_text_is_enough_and_the_best_refusal_is_told() {
    for (one, other, told) in [(200, 486, 200), (486, 200, 200), (486, 405, 486), (202, 202, 202)] {
        let mut office = Office::open();
        office.writes("joerg", "101", "Kaffee?");
        let ((desk, at_desk), (cordless, at_cordless)) = (office.reads("mara"), office.reads("mara2"));
        office.replies(&desk, &at_desk, one, "");
        office.replies(&cordless, &at_cordless, other, "");
        assert!(office.hears("joerg").is_answer(told, "MESSAGE"));
        office.nobody_hears_anything();
    }
}

#[test]
fn a_text_that_nobody_can_read_is_refused_honestly() {
    let mut office = Office::with(&["mara", "joerg"]);
    office.phone_mut("joerg").mail.clear();
    for (number, status) in [("555", 404), ("103", 480), ("102", 480)] {
        office.writes("mara", number, "Kaffee?");
        if number == "102" {
            office.passes(32 * SECOND);
            office.hears_all("joerg");
        }
        assert_eq!(office.hears("mara").status(), status, "{number}");
    }
    let long = "x".repeat(1_001);
    office.writes("mara", "102", &long);
    assert_eq!(office.hears("mara").status(), 413);
    office.nobody_hears_anything();
}

#[test]
fn a_text_within_a_call_reaches_the_other_side() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.asks(&mut here, "MESSAGE", PLAIN, "Gleich.");
    let text = office.hears("joerg");
    assert!(text.is_request("MESSAGE") && text.body() == "Gleich.");
    assert_eq!(text.header("Content-Type"), "text/plain;charset=UTF-8");
    office.replies(&there, &text, 200, "");
    assert!(office.hears("mara").is_answer(200, "MESSAGE"));
    office.hangs_up(&mut here, &there);
}

#[test]
fn what_the_box_serves_is_what_it_says() {
    let mut office = Office::open();
    let mut line = office.line("mara", "sip:sipgate.de");
    office.asks(&mut line, "OPTIONS", "", "");
    let answer = office.hears("mara");
    assert_eq!(answer.status(), 200);
    for word in answer.header("Supported").split(", ") {
        let mut line = office.line("mara", "sip:sipgate.de");
        office.asks(&mut line, "OPTIONS", &format!("Require: {word}\r\n"), "");
        assert_eq!(office.hears("mara").status(), 200, "{word}");
    }
    for method in answer.header("Allow").split(", ").filter(|method| !matches!(*method, "ACK" | "CANCEL")) {
        let mut line = office.line("mara", "sip:sipgate.de");
        office.asks(&mut line, method, "", "");
        let status = office.hears_all("mara").pop().unwrap().status();
        assert!(status != 405 && status != 501, "{method} {status}");
    }
    assert_eq!(answer.header("Accept"), "application/sdp, text/plain");
}
