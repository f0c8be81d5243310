//! A phone wants to know what others do, and its lamps tell.

use std::sync::Arc;

use account::{DeviceId, UserId};
use sip::package::dialog_info::{DialogInfo, Direction, Stage};
use sip::package::mail::VoiceMessages;
use sip::package::pidf::{Activity, Basic, Presence};
use sip::package::reginfo::RegInfo;
use sip::package::resource_list::ResourceList;

use super::line::Line;
use super::office::{account, id};
use super::said::Said;
use super::{MINUTE, Office, SECOND};
use crate::Input;

impl Office {
    /// Asks to be told, and returns the answer.
    pub(super) fn asks_for_news(&mut self, line: &mut Line, event: &str, lines: &str) -> Said {
        self.asks_proven(line, "SUBSCRIBE", &format!("Event: {event}\r\n{lines}"), "")
    }

    /// Watches; the first NOTIFY has come and is answered.
    pub(super) fn watches(&mut self, phone: &'static str, uri: &str, event: &str) -> (Line, Said) {
        let mut line = self.line(phone, uri);
        let answer = self.asks_for_news(&mut line, event, "");
        assert_eq!(answer.status(), 200, "{}", answer.0);
        line.far = answer.header("To").into();
        line.target = answer.contact().into();
        let first = self.is_told(&line);
        (line, first)
    }

    /// The phone rings and says so; its caller hears it.
    pub(super) fn rings_aloud(&mut self, phone: &'static str, caller: &str) -> Line {
        let ringing = self.rings(phone);
        self.says(&ringing, 180);
        assert!(self.hears(caller).is_answer(180, "INVITE"));
        ringing
    }

    /// The next NOTIFY, which is answered.
    pub(super) fn is_told(&mut self, line: &Line) -> Said {
        let told = self.is_told_but_silent(line);
        self.replies(line, &told, 200, "");
        told
    }

    fn is_told_but_silent(&mut self, line: &Line) -> Said {
        let told = self.hears(line.phone);
        assert!(told.is_request("NOTIFY"), "{}", told.0);
        assert_eq!(told.header("Call-ID"), line.call_id);
        told
    }
}

/// The calls on a lamp, and its version.
pub(super) fn lamp(told: &Said) -> (u32, Vec<(Stage, Option<Direction>)>) {
    let (version, info) = DialogInfo::parse(told.body().as_bytes()).unwrap();
    (version, info.dialogs.iter().map(|dialog| (dialog.stage, dialog.direction)).collect())
}

const CALLED: Option<Direction> = Some(Direction::Recipient);
const CALLING: Option<Direction> = Some(Direction::Initiator);
const JOERG: &str = "sip:102@sipgate.de";

#[test]
fn a_lamp_goes_on_when_a_colleague_is_called_and_off_when_that_is_over() {
    let mut office = Office::open();
    let (line, first) = office.watches("mara", JOERG, "dialog");
    assert_eq!(first.header("Event"), "dialog");
    assert_eq!(first.header("Subscription-State"), "active;expires=3600");
    assert_eq!(first.first_line(), "NOTIFY sip:7654321e0@192.0.2.11:5062 SIP/2.0");
    assert_eq!(lamp(&first), (0, vec![]));
    let mut lena = office.dials("lena", "102");
    let ringing = office.rings_aloud("joerg", "lena");
    office.passes(SECOND);
    assert_eq!(lamp(&office.is_told(&line)), (1, vec![(Stage::Early, CALLED)]));
    office.picks_up(&ringing);
    office.is_connected(&mut lena);
    office.passes(SECOND);
    assert_eq!(lamp(&office.is_told(&line)), (2, vec![(Stage::Confirmed, CALLED)]));
    office.hangs_up(&mut lena, &ringing);
    office.passes(SECOND);
    assert_eq!(lamp(&office.is_told(&line)), (3, vec![(Stage::Terminated, CALLED)]));
    office.passes(MINUTE);
    office.nobody_hears_anything();
}

#[test]
fn a_lamp_shows_all_phones_of_a_person_and_calls_that_were_there_before() {
    let mut office = Office::open();
    office.dials("joerg", "101");
    let (line, first) = office.watches("lena", "sip:101@sipgate.de", "dialog");
    assert_eq!(lamp(&first).1, [(Stage::Early, CALLED), (Stage::Early, CALLED)]);
    let (one, other) = (office.rings("mara"), office.rings("mara2"));
    office.says(&other, 180);
    office.picks_up(&one);
    office.falls_silent(&other);
    office.hears_all("joerg");
    office.passes(SECOND);
    let told = office.is_told(&line);
    assert_eq!(lamp(&told).1, [(Stage::Confirmed, CALLED), (Stage::Terminated, CALLED)]);
    let (_, caller) = office.watches("mara2", JOERG, "dialog");
    assert_eq!(lamp(&caller).1, [(Stage::Confirmed, CALLING)]);
}

/// RFC 4235 4.1.2 names what a Replaces needs. Mara and Jörg share a group; Lena shares none with either.
#[test]
fn colleagues_see_who_calls_and_what_a_pick_up_takes_and_others_see_a_lamp() {
    let mut office = Office::open();
    office.dials("lena", "102");
    let ringing = office.rings("joerg");
    let (_, colleague) = office.watches("mara", JOERG, "dialog");
    let (_, info) = DialogInfo::parse(colleague.body().as_bytes()).unwrap();
    let names = info.dialogs[0].names.clone().unwrap();
    assert_eq!(names.call_id, ringing.call_id);
    assert_eq!(names.remote_tag.as_deref(), Some(ringing.invite.tag("From")));
    assert_eq!(info.dialogs[0].remote.as_ref().unwrap().display, "Lena");
    assert_eq!(info.entity, JOERG);
    let (_, stranger) = office.watches("lena", JOERG, "dialog");
    let (_, info) = DialogInfo::parse(stranger.body().as_bytes()).unwrap();
    let dialog = &info.dialogs[0];
    assert_eq!((&dialog.names, &dialog.local, &dialog.remote), (&None, &None, &None));
    assert_eq!((dialog.stage, dialog.direction), (Stage::Early, CALLED));
}

#[test]
fn a_caller_who_wants_privacy_is_not_named_to_watchers_of_the_called() {
    let mut office = Office::open();
    let voice = office.phone("lena").voice("sendrecv");
    office.tries_with("lena", JOERG, "Privacy: id\r\n", &voice);
    office.rings("joerg");
    let (_, told) = office.watches("mara", JOERG, "dialog");
    assert!(!told.body().contains("Lena") && !told.body().contains("103"), "{}", told.body());
}

#[test]
fn a_watcher_hears_one_thing_a_second_and_always_the_latest() {
    let mut office = Office::open();
    let (line, _) = office.watches("mara", JOERG, "dialog");
    let mut lena = office.dials("lena", "102");
    let ringing = office.rings("joerg");
    office.picks_up(&ringing);
    office.is_connected(&mut lena);
    office.passes(SECOND - SECOND / 100);
    office.nobody_hears_anything();
    office.passes(SECOND / 100);
    let told = office.is_told_but_silent(&line);
    assert_eq!(lamp(&told), (1, vec![(Stage::Confirmed, CALLED)]), "the ringing was skipped");
    office.hangs_up(&mut lena, &ringing);
    office.passes(5 * SECOND);
    let copies = office.hears_all("mara");
    assert!(copies.iter().all(|copy| *copy == told), "the next one waits for the answer to this one");
    office.replies(&line, &told, 200, "");
    let last = office.is_told(&line);
    assert_eq!(lamp(&last), (2, vec![(Stage::Terminated, CALLED)]), "and comes at once then");
}

#[test]
fn a_thousand_watchers_cost_one_document_a_change() {
    let mut office = Office::open();
    let mut lines = Vec::new();
    for phone in ["mara", "joerg", "mara2", "lena"] {
        for _ in 0..250 {
            lines.push(office.watches(phone, JOERG, "dialog").0);
        }
    }
    let before = office.board.events.written();
    office.dials("lena", "102");
    office.rings_aloud("joerg", "lena");
    office.passes(SECOND);
    let told: Vec<_> =
        ["mara", "joerg", "mara2", "lena"].iter().map(|phone| office.hears_all(phone).len()).collect();
    assert_eq!(told.iter().sum::<usize>(), 1000, "{told:?}");
    assert_eq!(office.board.events.written() - before, 2, "one for colleagues, one for others");
    assert_eq!(lines.len(), 1000);
}

#[test]
fn calls_leave_nothing_behind_when_nobody_watches() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    assert_eq!(office.board.calls.take_stirred().len(), 0);
    office.hangs_up(&mut here, &there);
    assert_eq!(office.board.events.in_memory(), [0; 8]);
}

#[test]
fn a_subscription_is_proven_bounded_and_for_what_there_is() {
    let mut office = Office::open();
    let mut line = office.line("mara", JOERG);
    office.phone_mut("mara").challenge = None;
    office.asks(&mut line, "SUBSCRIBE", "Event: dialog\r\n", "");
    assert_eq!(office.hears("mara").status(), 401);
    for (uri, lines, status) in [
        (JOERG, "", 489),
        (JOERG, "Event: refer\r\n", 489),
        (JOERG, "Event: ua-profile;profile-type=\"device\"\r\n", 489),
        (JOERG, "Event: dialog\r\nExpires: 30\r\n", 423),
        (JOERG, "Event: dialog\r\nAccept: text/plain\r\n", 406),
        ("sip:999@sipgate.de", "Event: dialog\r\n", 404),
        ("sip:102@example.com", "Event: dialog\r\n", 404),
        (JOERG, "Event: message-summary\r\n", 403),
        (JOERG, "Event: reg\r\n", 403),
        (JOERG, "Event: as-feature-event\r\n", 403),
    ] {
        let mut line = office.line("mara", uri);
        let answer = office.asks_proven(&mut line, "SUBSCRIBE", lines, "");
        assert_eq!(answer.status(), status, "{lines}");
        match status {
            489 => assert!(answer.header("Allow-Events").contains("dialog, presence")),
            423 => assert_eq!(answer.header("Min-Expires"), "60"),
            _ => {}
        }
        office.nobody_hears_anything();
    }
    for _ in 0..256 {
        office.watches("mara", JOERG, "dialog");
    }
    let mut line = office.line("mara", JOERG);
    assert_eq!(office.asks_for_news(&mut line, "dialog", "").status(), 403);
    office.watches("joerg", JOERG, "dialog");
}

#[test]
fn a_phone_may_ask_once_come_back_move_and_leave() {
    let mut office = Office::open();
    let mut once = office.line("lena", JOERG);
    let answer = office.asks_for_news(&mut once, "dialog;id=7", "Expires: 0\r\n");
    assert_eq!((answer.status(), answer.header("Expires")), (200, "0"));
    let told = office.is_told(&once);
    assert_eq!(told.header("Subscription-State"), "terminated;reason=timeout");
    assert_eq!((told.header("Event"), lamp(&told).0), ("dialog;id=7", 0));
    let (mut line, _) = office.watches("mara", JOERG, "dialog");
    let again =
        office.asks_for_news(&mut line, "dialog", "Expires: 600\r\nContact: <sip:new@192.0.2.11:5999>\r\n");
    assert_eq!((again.status(), again.header("Expires")), (200, "600"));
    let told = office.is_told(&line);
    assert_eq!(told.first_line(), "NOTIFY sip:new@192.0.2.11:5999 SIP/2.0");
    assert_eq!((told.header("Subscription-State"), lamp(&told).0), ("active;expires=600", 1));
    assert_eq!(office.asks_for_news(&mut line, "presence", "").status(), 481, "another event");
    office.asks_for_news(&mut line, "dialog", "Expires: 0\r\n");
    assert_eq!(office.is_told(&line).header("Subscription-State"), "terminated;reason=timeout");
    assert_eq!(office.asks_for_news(&mut line, "dialog", "").status(), 481, "nobody knows it any more");
    assert_eq!(office.board.events.in_memory(), [0; 8]);
}

#[test]
fn a_subscription_ends_when_its_time_is_up_or_its_phone_is_gone() {
    let mut office = Office::open();
    let (line, _) = office.watches("mara", JOERG, "dialog");
    office.passes(60 * MINUTE);
    assert_eq!(office.is_told(&line).header("Subscription-State"), "terminated;reason=timeout");
    assert_eq!(office.board.events.in_memory(), [0; 8]);
    let mut office = Office::open();
    for (phone, status) in [("mara", 481), ("mara2", 0)] {
        let (line, _) = office.watches(phone, JOERG, "dialog");
        let call = office.dials("lena", "102");
        let ringing = office.rings_aloud("joerg", "lena");
        office.passes(SECOND);
        let told = office.is_told_but_silent(&line);
        if status > 0 {
            office.replies(&line, &told, status, "");
        }
        office.cancels(&call);
        office.falls_silent(&ringing);
        office.hears_all("lena");
        office.passes(40 * SECOND);
        let copies = office.hears_all(phone);
        assert!(copies.iter().all(|copy| *copy == told), "nothing new for {phone}");
        assert_eq!(office.board.events.in_memory(), [0; 8]);
    }
}

#[test]
fn a_watcher_whose_connection_broke_is_told_when_it_is_back() {
    let mut office = Office::open();
    let (mut line, _) = office.watches("lena", JOERG, "dialog");
    let old = office.phone("lena").flow;
    office.happens(Input::Closed(old));
    office.dials("mara", "102");
    let ringing = office.rings_aloud("joerg", "mara");
    office.passes(5 * SECOND);
    office.nobody_hears_anything();
    office.phone_mut("lena").flow.connection = 99;
    assert!(office.registers("lena", "").is_answer(200, "REGISTER"));
    let told = office.hears("lena");
    assert_eq!(lamp(&told).1, [(Stage::Early, CALLED)]);
    office.replies(&line, &told, 200, "");
    assert_eq!(
        office.asks_for_news(&mut line, "dialog", "Expires: 0\r\n").status(),
        200,
        "still the same dialog"
    );
    office.is_told(&line);
    office.says(&ringing, 486);
    office.hears_all("joerg");
    office.hears_all("mara");
}

#[test]
fn who_leaves_the_account_is_not_watched_and_does_not_watch() {
    let mut office = Office::open();
    let (gone, _) = office.watches("mara", "sip:103@sipgate.de", "presence");
    let (rejected, _) = office.watches("lena", JOERG, "presence");
    let mut smaller = account();
    smaller.users.remove(&id::<UserId>("w2"));
    smaller.devices.remove(&id::<DeviceId>("e3"));
    office.happens(Input::Account(Arc::new(smaller.indexed())));
    let told = office.is_told(&gone);
    assert_eq!((told.header("Subscription-State"), told.body()), ("terminated;reason=noresource", ""));
    assert_eq!(office.is_told(&rejected).header("Subscription-State"), "terminated;reason=rejected");
}

#[test]
fn a_box_that_restarts_asks_its_watchers_to_come_back() {
    let mut office = Office::open();
    let (line, _) = office.watches("mara", JOERG, "dialog");
    office.happens(Input::Goodbye);
    let told = office.is_told(&line);
    assert_eq!(told.header("Subscription-State"), "terminated;reason=probation;retry-after=10");
}

fn presence(told: &Said) -> (Basic, Vec<Activity>) {
    let state = Presence::parse(told.body().as_bytes()).unwrap();
    (state.tuples[0].basic, state.activities)
}

#[test]
fn presence_follows_registrations_and_calls() {
    let mut office = Office::with(&["mara", "lena"]);
    let (line, first) = office.watches("mara", JOERG, "presence");
    assert_eq!(presence(&first), (Basic::Closed, vec![]));
    office.passes(SECOND);
    office.registers("joerg", "");
    assert_eq!(presence(&office.is_told(&line)), (Basic::Open, vec![]));
    office.passes(SECOND);
    office.registers("joerg", "");
    office.nobody_hears_anything();
    office.dials("lena", "102");
    office.rings("joerg");
    assert_eq!(presence(&office.is_told(&line)), (Basic::Open, vec![Activity::OnThePhone]));
}

#[test]
fn a_message_lamp_is_dark_until_a_message_comes() {
    let mut office = Office::open();
    let (line, first) = office.watches("mara", "sip:7654321e0@sipgate.de", "message-summary");
    assert_eq!(first.body(), "Messages-Waiting: no\r\nVoice-Message: 0/0 (0/0)\r\n");
    office.passes(SECOND);
    let voice = VoiceMessages { new: 1, ..VoiceMessages::default() };
    office.happens(Input::Mailbox { user: id("w0"), voice });
    assert_eq!(office.is_told(&line).body(), "Messages-Waiting: yes\r\nVoice-Message: 1/0 (0/0)\r\n");
    office.happens(Input::Mailbox { user: id("w0"), voice: VoiceMessages::default() });
    office.passes(SECOND);
    assert!(office.is_told(&line).body().starts_with("Messages-Waiting: no"));
}

#[test]
fn a_person_sees_where_their_own_phones_are_registered() {
    let mut office = Office::with(&["mara"]);
    let (line, first) = office.watches("mara", "sip:101@sipgate.de", "reg");
    let (version, info) = RegInfo::parse(first.body().as_bytes()).unwrap();
    let places: Vec<_> =
        info.registrations.iter().map(|login| (login.id.as_str(), login.contacts.len())).collect();
    assert_eq!((version, places), (0, vec![("7654321e0", 1), ("7654321e2", 0)]));
    office.passes(SECOND);
    office.registers("mara2", "");
    let (version, info) = RegInfo::parse(office.is_told(&line).body().as_bytes()).unwrap();
    assert_eq!(
        (version, info.registrations[1].contacts[0].uri.as_str()),
        (1, "sip:7654321e2@192.0.2.13:5062")
    );
}

const LIST: &str = "Supported: eventlist\r\n";

#[test]
fn a_group_is_a_list_of_lamps_for_who_asks_for_lists() {
    let mut office = Office::open();
    let mut line = office.line("lena", "sip:200@sipgate.de");
    let answer = office.asks_for_news(&mut line, "dialog", LIST);
    assert_eq!((answer.status(), answer.header("Require")), (200, "eventlist"));
    let first = office.is_told(&line);
    assert_eq!(first.header("Require"), "eventlist");
    let list = ResourceList::parse(first.header("Content-Type").as_bytes(), first.body().as_bytes()).unwrap();
    let members: Vec<_> = list.members.iter().map(|member| member.uri.as_str()).collect();
    assert_eq!((list.full, list.version, members), (true, 0, vec!["sip:101@sipgate.de", JOERG]));
    office.passes(SECOND);
    office.dials("lena", "102");
    office.rings("joerg");
    let told = office.is_told(&line);
    let list = ResourceList::parse(told.header("Content-Type").as_bytes(), told.body().as_bytes()).unwrap();
    assert_eq!((list.full, list.version, list.members.len()), (false, 1, 1), "only who is called");
    let (version, info) = DialogInfo::parse(list.members[0].document.1).unwrap();
    assert_eq!((version, info.dialogs[0].stage), (1, Stage::Early));
    let (_, plain) = office.watches("mara", "sip:200@sipgate.de", "dialog");
    assert_eq!(lamp(&plain).1, [(Stage::Early, CALLED)], "one lamp for all of them");
}

#[test]
fn a_list_follows_its_group() {
    let mut office = Office::open();
    let mut line = office.line("lena", "sip:200@sipgate.de");
    office.asks_for_news(&mut line, "presence", LIST);
    office.is_told(&line);
    office.passes(SECOND);
    let mut larger = account();
    larger.devices.get_mut(&id::<DeviceId>("e3")).unwrap().groups.push(id("g0"));
    office.happens(Input::Account(Arc::new(larger.indexed())));
    let told = office.is_told(&line);
    let list = ResourceList::parse(told.header("Content-Type").as_bytes(), told.body().as_bytes()).unwrap();
    assert_eq!((list.full, list.members.len()), (true, 3));
}
