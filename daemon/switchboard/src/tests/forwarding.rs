//! Nobody answers where a call rings: it goes on to whom the account names.

use std::sync::Arc;
use std::time::Duration;

use account::{Forwarding, LineRules, Phoneline, Snapshot, Target, Voicemail};

use super::office::{account, id};
use super::said::Said;
use super::{Office, SECOND};
use crate::Input;

/// Calls to Jörg go on like this, after so many seconds.
fn joerg_forwards(rows: &[(u64, &str)]) -> Snapshot {
    let mut house = account();
    house.phonelines.insert(id("p1"), Phoneline { id: id("p1"), alias: "Jörg".into(), owner: id("w1") });
    house.rules.voicemails.insert(id("v0"), Voicemail { id: id("v0"), alias: "Box".into(), of: None });
    let forwarding = |(after, to): &(u64, &str)| Forwarding {
        alias: "".into(),
        to: Target::Inside(id(to)),
        after: Duration::from_secs(*after),
        active: true,
    };
    let forwardings = rows.iter().map(forwarding).collect();
    house.rules.lines.insert(id("p1"), LineRules { forwardings, ..LineRules::default() });
    house.indexed()
}

pub(super) fn office(rows: &[(u64, &str)]) -> Office {
    let mut office = Office::open();
    office.happens(Input::Account(Arc::new(joerg_forwards(rows))));
    office
}

/// The refusal that ends the call for its caller.
fn last(office: &mut Office, phone: &str) -> Said {
    office
        .hears_all(phone)
        .into_iter()
        .rev()
        .find(|said| !said.is_request("ACK") && said.status() >= 300)
        .unwrap()
}

#[test]
fn it_rings_elsewhere_when_the_time_is_over() {
    let mut office = office(&[(20, "w2")]);
    let mut line = office.dials("mara", "102");
    let first = office.rings("joerg");
    office.says(&first, 180);
    office.passes(19 * SECOND);
    office.nobody_hears_anything_but("mara");
    assert_eq!(office.hears("mara").status(), 180);
    office.passes(2 * SECOND);
    assert!(office.hears("joerg").is_request("CANCEL"));
    let second = office.rings("lena");
    assert!(second.invite.header("Diversion").contains("sip:102@sipgate.de"));
    assert!(second.invite.header("Diversion").contains("no-answer"));
    office.says(&first, 487);
    office.picks_up(&second);
    assert_eq!(office.is_connected(&mut line).header("P-Asserted-Identity"), "\"Lena\" <sip:103@sipgate.de>");
}

#[test]
fn whoever_refuses_sends_it_on_at_once() {
    for status in [486, 603] {
        let mut office = office(&[(20, "w2")]);
        office.dials("mara", "102");
        let first = office.rings("joerg");
        office.says(&first, status);
        let second = office.rings("lena");
        office.says(&second, 480);
        assert!([486, 603].contains(&last(&mut office, "mara").status()));
        assert!(office.board.picture().calls.is_empty());
    }
}

#[test]
fn who_forwards_at_once_is_not_rung() {
    let mut office = office(&[(0, "w2")]);
    office.dials("mara", "102");
    let ringing = office.rings("lena");
    assert!(ringing.invite.header("Diversion").contains("unconditional"));
    assert_eq!(office.hears_all("joerg"), []);
}

#[test]
fn a_box_that_is_not_there_is_named_to_the_caller() {
    let mut office = office(&[(20, "v0")]);
    office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.says(&ringing, 180);
    office.passes(21 * SECOND);
    let last = last(&mut office, "mara");
    assert_eq!((last.status(), last.header("Warning")), (480, "399 gatehouse \"this box has no mailboxes\""));
    assert_eq!(office.records.len(), 1);
}

#[test]
fn a_caller_who_gives_up_between_two_ends_the_call() {
    let mut office = office(&[(20, "w2"), (40, "w0")]);
    let line = office.dials("mara", "102");
    let first = office.rings("joerg");
    office.says(&first, 180);
    office.passes(21 * SECOND);
    office.says(&first, 487);
    let second = office.rings("lena");
    office.cancels(&line);
    office.says(&second, 487);
    office.passes(60 * SECOND);
    assert!(office.board.picture().calls.is_empty());
    assert_eq!(office.records.len(), 1);
}
