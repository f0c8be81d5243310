//! E13: the control centre calls back.

use std::sync::Arc;
use std::time::Duration;

use account::{DeviceId, LineId};
use emergency::{Opened, Rules, Shown};

use super::{calls, office_with, rules};
use crate::Input;
use crate::tests::SECOND;
use crate::tests::mailbox;
use crate::tests::office::id;

/// Mara's phone takes no calls just now; that is for others.
#[test]
fn e13_a_call_back_rings_the_phone_that_called_past_every_rule() {
    let mut office = office_with(&["mara", "joerg"], Rules { alarm: vec![id("102")], ..rules() });
    let line = calls(&mut office, "mara", "sip:112@sipgate.de");
    office.rings("cloud");
    office.cancels(&line);
    office.passes(SECOND);
    for phone in ["mara", "joerg", "cloud"] {
        office.hears_all(phone);
    }
    let mut house = crate::tests::office::account();
    house.devices.get_mut(&id::<DeviceId>("e0")).unwrap().dnd = true;
    office.happens(Input::Account(Arc::new(house.indexed())));
    office.world_calls("sip:7654321e0@192.0.2.1:5060", "<sip:anonymous@anonymous.invalid>", "");
    let mara = office.rings("mara");
    assert_eq!(office.hears_all("joerg"), []);
    office.says(&mara, 180);
    office.passes(20 * SECOND);
    assert!(
        office.hears_all("joerg").iter().any(|said| said.is_request("INVITE")),
        "who is alarmed rings too"
    );
    let still = office.hears_all("mara");
    assert!(!still.iter().any(|said| said.is_request("BYE")), "{still:?}");
}

#[test]
fn e13_who_called_for_help_before_the_box_was_started_again_is_called_back_too() {
    let mut office = office_with(&["mara"], rules());
    let shown = Shown { line: Some(LineId::new("7654321e0")), number: None };
    let (since, until) = (office.now, office.now + Duration::from_secs(3600));
    let before = Opened { device: id("e0"), shown, since, until };
    office.happens(Input::CalledForHelp(vec![before.clone()]));
    assert_eq!(office.board.picture().called_for_help, [before], "and the run after this one knows it");
    let mut house = crate::tests::office::account();
    house.devices.get_mut(&id::<DeviceId>("e0")).unwrap().dnd = true;
    office.happens(Input::Account(Arc::new(house.indexed())));
    office.world_calls("sip:7654321e0@192.0.2.1:5060", "<sip:anonymous@anonymous.invalid>", "");
    office.rings("mara");
}

/// Nobody is at the phone any more; its owner's mailbox would answer anybody else.
#[test]
fn e13_no_mailbox_answers_a_control_centre_that_calls_back() {
    let mut office = office_with(&["mara", "joerg"], rules());
    let line = calls(&mut office, "mara", "sip:112@sipgate.de");
    office.rings("cloud");
    office.cancels(&line);
    office.passes(SECOND);
    for phone in ["mara", "joerg", "cloud"] {
        office.hears_all(phone);
    }
    office.happens(Input::Account(Arc::new(mailbox::house_of("w0", (Some(Duration::ZERO), true)))));
    office.happens(mailbox::wanted());
    office.world_calls("sip:7654321e0@192.0.2.1:5060", "<sip:anonymous@anonymous.invalid>", "");
    office.rings("mara");
    office.passes(150 * SECOND);
    let heard = office.hears_all("cloud");
    assert!(!heard.iter().any(|said| said.is_answer(200, "INVITE")), "{heard:?}");
}
