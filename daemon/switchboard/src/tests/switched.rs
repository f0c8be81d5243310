//! Do-not-disturb, switched at the phone.

use super::Office;

const OWN: &str = "sip:7654321e1@sipgate.de";

fn switch(on: bool) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SetDoNotDisturb><device/><doNotDisturbOn>{on}</doNotDisturbOn>\
         </SetDoNotDisturb>"
    )
}

const FEATURE: &str = "Event: as-feature-event\r\nContent-Type: application/x-as-feature-event+xml\r\n";

#[test]
fn a_phone_that_is_switched_to_do_not_disturb_is_not_rung() {
    let mut office = Office::open();
    let (mut line, first) = office.watches("joerg", OWN, "as-feature-event");
    assert!(first.body().contains("<doNotDisturbOn>false</doNotDisturbOn>"));
    for (on, called) in [(true, 480), (false, 100)] {
        let answer = office.asks_proven(&mut line, "SUBSCRIBE", FEATURE, &switch(on));
        assert_eq!(answer.status(), 200);
        let shown = format!("<doNotDisturbOn>{on}</doNotDisturbOn>");
        assert!(office.is_told(&line).body().contains(&shown));
        if on {
            assert_eq!(office.is_refused("mara", "102"), called);
        } else {
            office.dials("mara", "102");
            office.rings("joerg");
        }
    }
    assert_eq!(office.silenced, [("e1".to_owned(), true), ("e1".to_owned(), false)]);
}

#[test]
fn a_silenced_person_is_shown_as_busy() {
    let mut office = Office::open();
    let (line, _) = office.watches("mara", "sip:102@sipgate.de", "presence");
    office.passes(super::SECOND);
    let mut own = office.line("joerg", OWN);
    office.asks_proven(&mut own, "SUBSCRIBE", FEATURE, &switch(true));
    assert!(office.is_told(&line).body().contains("<rpid:busy/>"));
}

#[test]
fn what_the_box_cannot_do_or_read_is_refused() {
    let mut office = Office::open();
    let forward = "<SetForwarding><forwardingType>forwardBusy</forwardingType><activateForward>true</activateForward>\
        <forwardDN>101</forwardDN></SetForwarding>";
    for (body, status) in [(forward, 501), ("<x/>", 400), ("x", 400)] {
        let mut line = office.line("joerg", OWN);
        assert_eq!(office.asks_proven(&mut line, "SUBSCRIBE", FEATURE, body).status(), status, "{body}");
        office.nobody_hears_anything();
    }
}
