//! E14: the house is told that somebody calls for help, by texts that come again and by a call to the security group.

use account::Extension;
use emergency::Rules;

use super::{PHONES, calls, office_over, rules};
use crate::Input;
use crate::tests::SECOND;
use crate::tests::cloud::line_of;
use crate::tests::office::{Office, id};

/// An office in which these phones get texts, and those ring.
fn office(texts: &[&str], rings: &[&str]) -> Office {
    let extensions = |all: &[&str]| all.iter().map(|one| id::<Extension>(one)).collect();
    let rules = Rules { alarm: extensions(texts), alarm_calls: extensions(rings), ..rules() };
    office_over(&PHONES, rules, &[line_of("e0"), line_of("e3")])
}

/// Nobody has heard yet of the last call for help.
fn is_reminded(office: &mut Office) {
    let call = office.board.picture().help.pop().expect("a call for help").call;
    office.happens(Input::Remind(call));
}

#[test]
fn e14_a_text_comes_again_while_nobody_has_heard_and_says_how_it_is_now() {
    let mut office = office(&["103"], &[]);
    let mut line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    let text = |office: &mut Office| office.hears_all("lena").pop().map(|said| said.body().to_owned());
    assert!(text(&mut office).unwrap().contains("yard. wird verbunden"));
    is_reminded(&mut office);
    assert!(text(&mut office).unwrap().contains("yard. wird verbunden"));
    office.picks_up(&there);
    office.is_connected(&mut line);
    assert!(text(&mut office).unwrap().contains("yard. verbunden"));
    office.hangs_up(&mut line, &there);
    is_reminded(&mut office);
    assert!(text(&mut office).unwrap().contains("yard. beendet"));
}

#[test]
fn e14_the_security_group_rings_and_whoever_picks_up_has_heard() {
    let mut office = office(&[], &["102", "103"]);
    calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    office.says(&there, 180);
    let (joerg, lena) = (office.rings("joerg"), office.rings("lena"));
    for phone in [&joerg, &lena] {
        assert!(phone.far.starts_with("\"NOTRUF 112: Mara, yard\" <sip:101@sipgate.de>"), "{}", phone.far);
        assert_eq!(phone.invite.header("Priority"), "emergency");
        assert!(phone.invite.body().contains("a=inactive"), "nothing to hear");
    }
    office.says(&joerg, 180);
    assert_eq!(office.board.picture().heard, None);
    office.picks_up(&lena);
    let (heard, at) = office.board.picture().heard.unwrap();
    assert_eq!((heard.as_str(), at), ("e3", office.now));
    let cancel = office.hears("joerg");
    assert!(cancel.is_request("CANCEL") && cancel.0.contains("completed elsewhere"), "{}", cancel.0);
    office.replies(&joerg, &cancel, 200, "");
    office.says(&joerg, 487);
    assert!(office.hears("joerg").is_request("ACK"));
    office.says_with_voice(&lena, 200);
    assert!(office.hears("lena").is_request("ACK"), "again for a copy of its answer");
    office.passes(15 * SECOND);
    let bye = office.hears("lena");
    assert!(bye.is_request("BYE"), "{}", bye.0);
    office.replies(&lena, &bye, 200, "");
}

#[test]
fn e14_phones_of_the_group_fall_silent_after_a_while_and_ring_again_when_reminded() {
    let mut office = office(&[], &["103"]);
    calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    office.says(&there, 180);
    let lena = office.rings("lena");
    office.says(&lena, 180);
    is_reminded(&mut office);
    assert_eq!(office.hears_all("lena"), [], "it rings already");
    office.passes(50 * SECOND);
    let cancel = office.hears("lena");
    assert!(cancel.is_request("CANCEL"), "{}", cancel.0);
    office.replies(&lena, &cancel, 200, "");
    office.says(&lena, 487);
    assert!(office.hears("lena").is_request("ACK"));
    is_reminded(&mut office);
    office.rings("lena");
}

#[test]
fn e14_the_caller_s_own_phone_does_not_ring() {
    let mut office = office(&[], &["101"]);
    calls(&mut office, "mara", "sip:112@sipgate.de");
    office.rings("cloud");
    office.rings("mara2");
    assert_eq!(office.hears_all("mara"), []);
}

/// NotrufV § 4 (6): the call to the group is none for help, and becomes none whatever its phones answer.
#[test]
fn never_a_call_for_help_out_of_the_call_to_the_group() {
    for target in ["sip:112@sipgate.de", "tel:112", "urn:service:sos", "sip:+4930555010@sipgate.de"] {
        let mut office = office(&[], &["103"]);
        calls(&mut office, "mara", "sip:112@sipgate.de");
        let there = office.rings("cloud");
        office.says(&there, 180);
        let lena = office.rings("lena");
        office.replies_with(&lena, &lena.invite, 302, &format!("Contact: <{target}>\r\n"), "");
        assert!(office.hears("lena").is_request("ACK"));
        office.passes(SECOND);
        assert_eq!(office.hears_all("cloud"), [], "{target}");
    }
}
