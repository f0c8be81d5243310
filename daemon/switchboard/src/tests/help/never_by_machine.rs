//! What must never happen with calls for help: that nobody's hand begins one (NotrufV § 4 (6)), that a number is shown which the
//! provider does not know, that disk, names or cloud are waited for.

use std::sync::Arc;
use std::time::Duration;

use account::{Forwarding, LineRules, Phoneline, Target};

use super::{PHONES, TOLD_FOR, calls, line_used, office_over, rules};
use crate::Input;
use crate::tests::cloud::line_of;
use crate::tests::office::{Office, account, id};
use crate::tests::{MINUTE, SECOND};

fn office() -> Office {
    office_over(&PHONES, rules(), &[line_of("e0"), line_of("e3")])
}

const HELP: [&str; 5] =
    ["sip:112@sipgate.de", "sip:0110@sipgate.de", "tel:112", "urn:service:sos", "sip:1125@elsewhere.example"];

#[test]
fn never_a_click_that_lets_a_phone_dial() {
    for target in HELP {
        let mut office = office();
        let mut line = office.line("mara", "sip:101@sipgate.de");
        let refused = office.asks_proven(&mut line, "REFER", &format!("Refer-To: <{target}>\r\n"), "");
        assert!(refused.status() >= 400, "{target}: {}", refused.0);
        office.nobody_hears_anything();
    }
}

#[test]
fn never_a_call_that_is_handed_on() {
    for target in HELP {
        let mut office = office();
        let (mut here, there) = office.talk("mara", "102", "joerg");
        office.asks(&mut here, "REFER", &format!("Refer-To: <{target}>\r\n"), "");
        assert!(office.hears("mara").status() >= 400, "{target}");
        office.passes(SECOND);
        assert_eq!(office.hears_all("cloud"), [], "{target}");
        office.hangs_up(&mut here, &there);
    }
}

#[test]
fn never_a_phone_that_sends_its_calls_on() {
    for target in HELP {
        let mut office = office();
        let _mara = office.dials("mara", "103");
        let lena = office.rings("lena");
        office.replies_with(&lena, &lena.invite, 302, &format!("Contact: <{target}>\r\n"), "");
        office.passes(SECOND);
        assert_eq!(office.hears_all("cloud"), [], "{target}");
    }
}

#[test]
fn never_a_forwarding_of_the_account() {
    for number in ["112", "110", "0112", "urn:service:sos"] {
        let mut office = office();
        let mut house = account();
        let to = Target::Other(number.into());
        let away = Forwarding { alias: "away".into(), to, after: Duration::ZERO, active: true };
        let forwardings = LineRules { forwardings: vec![away], ..LineRules::default() };
        house.phonelines.insert(id("p1"), Phoneline { id: id("p1"), alias: "line".into(), owner: id("w1") });
        house.rules.lines.insert(id("p1"), forwardings);
        office.happens(Input::Account(Arc::new(house.indexed())));
        office.tries("mara", "102");
        office.passes(SECOND);
        assert_eq!(office.hears_all("cloud"), [], "{number}");
    }
}

#[test]
fn never_somebody_outside() {
    for target in HELP {
        let mut office = office();
        office.world_calls(target, "<sip:+491570001@sipgate.de>", "");
        assert!(office.hears("cloud").status() >= 400, "{target}");
        office.passes(SECOND);
        assert_eq!(
            office.hears_all("cloud"),
            [],
            "{target}: the provider's own call must not come back to it"
        );
    }
}

#[test]
fn never_again_after_the_caller_hung_up_or_was_told_that_nobody_answers() {
    let mut office = office();
    let line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    office.says(&there, 100);
    office.cancels(&line);
    let cancel = office.hears("cloud");
    office.replies(&there, &cancel, 200, "");
    office.says(&there, 487);
    let line = calls_in_vain(&mut office);
    assert!(office.hears_all("mara").iter().any(|said| said.status() == 183), "he is told");
    office.cloud_works(TOLD_FOR);
    let told = office.hears_all("mara").into_iter().find(|said| said.status() == 503).expect("503");
    office.acknowledges(&line, &told);
    office.hears_all("cloud");
    office.cloud_works(30 * MINUTE);
    let later = office.hears_all("cloud");
    assert!(later.iter().all(|said| !said.is_request("INVITE")), "{later:?}");
}

fn calls_in_vain(office: &mut Office) -> crate::tests::line::Line {
    office.hears_all("mara");
    office.hears_all("cloud");
    let line = calls(office, "mara", "sip:112@sipgate.de");
    for _ in 0..4 {
        let there = office.rings("cloud");
        office.says(&there, 404);
        assert!(office.hears("cloud").is_request("ACK"));
    }
    line
}

#[test]
fn never_a_number_that_the_phone_claims() {
    let mut office = office();
    let mut line = office.line("mara", "sip:112@sipgate.de");
    let voice = office.phone("mara").voice("sendrecv");
    let claims = "P-Preferred-Identity: <sip:+4930110110@x>\r\nP-Asserted-Identity: <sip:+4930110110@x>\r\n\
                  Diversion: <sip:+4930110110@x>\r\nRemote-Party-ID: <sip:+4930110110@x>\r\n";
    line.invite = office.asks(&mut line, "INVITE", claims, &voice);
    assert_eq!(office.hears("mara").status(), 100);
    let there = office.rings("cloud").invite;
    assert!(!there.0.contains("110110") && there.header("P-Asserted-Identity").is_empty(), "{}", there.0);
    assert_eq!(line_used(&there), "7654321e0");
    assert_eq!(there.header("P-Preferred-Identity"), "<sip:4930555010@sipgate.de>");
}

#[test]
fn never_disk_names_or_ways_that_are_waited_for() {
    let mut office = office();
    office.disk_works = false;
    let before = (office.cloud.asked.len(), office.cloud.opened.len(), office.ledger.len());
    let mut line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    let after = (office.cloud.asked.len(), office.cloud.opened.len(), office.ledger.len());
    assert_eq!(after, before, "nothing was looked up, opened or written before the INVITE left");
    office.picks_up(&there);
    office.is_connected(&mut line);
    office.hangs_up(&mut line, &there);
}
