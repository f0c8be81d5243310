//! Nobody answers, and a mailbox of the house takes a message.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use account::{
    AnonymousCallers, Answering, CallOutcome, LineRules, Number, NumberId, NumberKind, Phoneline, Snapshot,
    VoiceMessage, Voicemail,
};
use media::clip::{self, Language};
use media::playback::{Repeat, Sound};
use media::recording::Sides;
use media::relay::{Command, Ear, Event, LegId, Played, Recorded};
use media::tone::Tone;

use super::cloud::{line_of, trunk};
use super::line::Line;
use super::office::{account, id};
use super::said::Said;
use super::second_lines::JOERG;
use super::{MINUTE, Office, SECOND};
use crate::{CallStage, Input, Mailboxes};

const LONGEST: Duration = Duration::from_secs(180);
const KNOWS: &str = "Supported: timer\r\nAllow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n";

/// Jörg's box answers after 20 seconds.
pub(super) fn house(after: Option<Duration>, active: bool) -> Snapshot {
    house_of("w1", (after, active))
}

/// The box of this person answers.
pub(super) fn house_of(owner: &str, (after, active): (Option<Duration>, bool)) -> Snapshot {
    let mut house = account();
    house.phonelines.insert(id("p1"), Phoneline { id: id("p1"), alias: "Line".into(), owner: id(owner) });
    house.rules.voicemails.insert(id("v0"), Voicemail { id: id("v0"), alias: "Box".into(), of: None });
    let answering = vec![Answering { box_id: id("v0"), after, active }];
    house.rules.lines.insert(id("p1"), LineRules { answering, ..LineRules::default() });
    house.indexed()
}

pub(super) fn wanted() -> Input<'static> {
    Input::Mailboxes(Some(Mailboxes { longest: LONGEST, language: Language::German }))
}

fn office() -> Office {
    office_of(Office::open())
}

fn office_of(mut office: Office) -> Office {
    office.happens(Input::Account(Arc::new(house(Some(20 * SECOND), true))));
    office.happens(wanted());
    office
}

/// What the relay was told of sounds and recordings.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Told {
    Greeting,
    Beep,
    Silence,
    Closing,
    Sorry,
    Other,
    Records,
    Ends,
    Discards,
    ListensForKeys,
}

fn once(samples: Arc<[i16]>) -> Sound {
    Sound::Clip { samples, repeat: Repeat::Once }
}

pub(super) fn sound(sound: &Sound) -> Told {
    let known = [
        (once(clip::nobody_there(Language::German)), Told::Greeting),
        (once(clip::beep()), Told::Beep),
        (once(clip::closing()), Told::Closing),
        (clip::silence(), Told::Silence),
        (Sound::Tone(Tone::CONGESTION), Told::Sorry),
    ];
    known.into_iter().find(|(one, _)| one == sound).map_or(Told::Other, |(_, told)| told)
}

impl Office {
    /// Since this was asked last, of this leg.
    pub(super) fn at(&mut self, wanted: LegId) -> Vec<Told> {
        let plain = [
            (Command::EndRecording { leg: wanted }, Told::Ends),
            (Command::Discard { leg: wanted }, Told::Discards),
            (Command::Listen { leg: wanted, to: Ear::Keys }, Told::ListensForKeys),
        ];
        let told = self.relay.said.drain(..).filter_map(|command| {
            if let Command::Play { leg, sound: played } = &command {
                return (*leg == wanted).then(|| sound(played));
            }
            if matches!(command, Command::Record { leg, sides: Sides::Peer, .. } if leg == wanted) {
                return Some(Told::Records);
            }
            plain.iter().find(|(one, _)| *one == command).map(|(_, told)| told.clone())
        });
        told.collect()
    }

    /// A sound is over.
    pub(super) fn played(&mut self, leg: LegId) {
        self.passes(Duration::from_millis(500));
        self.happens(Input::Relay(Event::Played { leg, how: Played::ToItsEnd }));
    }

    pub(super) fn file_closes(&mut self, leg: LegId, how: Recorded) {
        self.happens(Input::Relay(Event::Recorded { leg, how }));
    }

    /// Jörg does not answer Mara; his mailbox does. Her leg, and what she was told.
    fn nobody_answers(&mut self, lines: &str, body: &str) -> (Line, LegId, Said) {
        let (mut line, first) = self.tries_with("mara", "sip:102@sipgate.de", lines, body);
        assert_eq!(first.status(), 100, "{}", first.0);
        let ringing = self.rings("joerg");
        let [leg, _] = self.relay.legs();
        self.says(&ringing, 180);
        assert_eq!(self.hears("mara").status(), 180);
        self.passes(20 * SECOND);
        self.falls_silent(&ringing);
        let accepted = self.learns(&mut line);
        (line, leg, accepted)
    }

    fn answered_by_box(&mut self) -> (Line, LegId) {
        let voice = self.phone("mara").voice("sendrecv");
        let (line, leg, _) = self.nobody_answers("", &voice);
        self.confirms(&line, "");
        assert_eq!(self.at(leg), [Told::Greeting]);
        (line, leg)
    }

    /// Up to the tone.
    fn speaks(&mut self) -> (Line, LegId) {
        let (line, leg) = self.answered_by_box();
        self.played(leg);
        self.played(leg);
        assert_eq!(self.at(leg), [Told::Beep, Told::Records, Told::Silence]);
        (line, leg)
    }

    fn hangs_up_alone(&mut self, line: &mut Line) {
        self.asks(line, "BYE", "", "");
        let answer = self.hears(line.phone);
        assert!(answer.is_answer(200, "BYE"), "{}", answer.0);
    }

    /// What becomes of an INVITE within the call.
    fn hears_in_the_end(&mut self, phone: &str) -> Said {
        let trying = self.hears(phone);
        assert!(trying.is_answer(100, "INVITE"), "{}", trying.0);
        self.hears(phone)
    }

    fn only_message(&self) -> &VoiceMessage {
        let [message] = &self.messages[..] else { panic!("{:?}", self.messages) };
        message
    }
}

#[test]
fn a_caller_is_greeted_hears_the_tone_and_only_then_is_recorded() {
    let mut office = office();
    let voice = office.phone("mara").voice("sendrecv");
    let (mut line, leg, accepted) = office.nobody_answers("", &voice);
    assert!(accepted.body().contains("m=audio ") && accepted.body().contains("a=sendrecv"), "{}", accepted.0);
    assert_eq!(office.at(leg), [], "nothing before the caller knows that it was answered");
    office.confirms(&line, "");
    assert_eq!(office.at(leg), [Told::Greeting]);
    assert_eq!(office.board.picture().calls[0].stage, CallStage::Mailbox);
    office.played(leg);
    assert_eq!(office.at(leg), [Told::Beep]);
    office.played(leg);
    assert_eq!(office.at(leg), [Told::Records, Told::Silence]);
    let tone = SystemTime::UNIX_EPOCH + 21 * SECOND;
    office.passes(7 * SECOND);
    office.hangs_up_alone(&mut line);
    assert_eq!(office.at(leg), [Told::Ends]);
    assert!(office.messages.is_empty(), "its file is not whole yet");
    office.file_closes(leg, Recorded::Whole);
    let message = office.only_message();
    assert_eq!((message.mailbox.clone(), message.left, message.length), (id("v0"), tone, 7 * SECOND));
    assert_eq!((&*message.caller.name, message.heard), ("Mara", false));
    let record = office.records.last().unwrap();
    assert_eq!((record.outcome, record.status, record.talked), (CallOutcome::Mailbox, 200, Duration::ZERO));
    assert_eq!((record.ringing, format!("v0-{}", record.id)), (20 * SECOND, message.id.clone()));
    assert_eq!(office.board.counts().answered, 0, "nobody answered");
}

#[test]
fn a_box_greets_as_its_owner_does() {
    let mut office = office();
    let own = Sound::Clip { samples: [7; 800].into(), repeat: Repeat::Once };
    office.happens(Input::Greetings(Arc::new(HashMap::from([(id("v0"), own.clone())]))));
    let voice = office.phone("mara").voice("sendrecv");
    let (line, leg, _) = office.nobody_answers("", &voice);
    office.confirms(&line, "");
    assert!(office.relay.said.contains(&Command::Play { leg, sound: own }));
}

#[test]
fn hash_ends_a_message_however_the_phone_tells_of_it() {
    for way in ["event", "info"] {
        let mut office = office();
        let (mut line, leg) = office.speaks();
        office.passes(5 * SECOND);
        if way == "event" {
            office.presses(leg, "5");
            assert_eq!(office.at(leg), [], "another key says nothing");
            office.presses(leg, "#");
        } else {
            office.asks(
                &mut line,
                "INFO",
                "Content-Type: application/dtmf-relay\r\n",
                "Signal=#\r\nDuration=160\r\n",
            );
            assert!(office.hears("mara").is_answer(200, "INFO"));
        }
        assert_eq!(office.at(leg), [Told::Ends, Told::Closing], "{way}");
        office.file_closes(leg, Recorded::Whole);
        assert_eq!(office.only_message().length, 5 * SECOND);
        office.played(leg);
        office.hears_bye(&line);
        assert_eq!(office.messages.len(), 1);
    }
}

#[test]
fn who_knows_the_greeting_passes_it_over_and_still_hears_the_tone() {
    let mut office = office();
    let (_, leg) = office.answered_by_box();
    office.presses(leg, "#");
    assert_eq!(office.at(leg), [Told::Beep]);
    office.happens(Input::Relay(Event::Played { leg, how: Played::ToItsEnd }));
    assert_eq!(office.at(leg), [], "that was the end of the greeting, which crossed the key");
    office.played(leg);
    assert_eq!(office.at(leg), [Told::Records, Told::Silence]);
}

#[test]
fn keys_are_heard_as_tones_from_who_knows_no_events() {
    let mut office = office();
    let voice = office.phone("mara").voice("sendrecv").replace("8 101", "8");
    let voice = voice.replace("a=rtpmap:101 telephone-event/8000\r\n", "");
    let (line, leg, _) = office.nobody_answers("", &voice);
    office.confirms(&line, "");
    assert_eq!(office.at(leg), [Told::ListensForKeys, Told::Greeting]);
}

#[test]
fn the_longest_message_ends_by_itself() {
    let mut office = office();
    let (line, leg) = office.speaks();
    office.passes(LONGEST - SECOND);
    assert_eq!(office.at(leg), []);
    office.passes(SECOND);
    assert_eq!(office.at(leg), [Told::Ends, Told::Closing]);
    office.file_closes(leg, Recorded::WithGaps { missing: SECOND });
    assert_eq!(office.only_message().length, LONGEST);
    office.passes(3 * SECOND);
    office.hears_bye(&line);
}

#[test]
fn who_says_no_more_is_through_and_the_silence_does_not_count() {
    let mut office = office();
    let (_, leg) = office.speaks();
    office.passes(14 * SECOND);
    office.happens(Input::Relay(Event::Quiet { leg }));
    assert_eq!(office.at(leg), [Told::Ends, Told::Closing]);
    office.file_closes(leg, Recorded::Whole);
    assert_eq!(office.only_message().length, 6 * SECOND);
}

#[test]
fn what_is_too_short_or_only_silence_is_no_message() {
    let mut office = office();
    let (mut line, leg) = office.speaks();
    office.passes(Duration::from_millis(1_900));
    office.hangs_up_alone(&mut line);
    assert_eq!(office.at(leg), [Told::Discards]);
    office.file_closes(leg, Recorded::Removed);
    let (_, leg) = office.speaks();
    office.passes(8 * SECOND);
    office.happens(Input::Relay(Event::Quiet { leg }));
    assert_eq!(office.at(leg), [Told::Discards, Told::Closing]);
    office.file_closes(leg, Recorded::Removed);
    assert!(office.messages.is_empty());
    assert_eq!(office.records[0].outcome, CallOutcome::Mailbox);
}

#[test]
fn who_holds_the_line_before_the_tone_is_not_recorded_until_it_has_heard_it() {
    for at_the_tone in [false, true] {
        let mut office = office();
        let (mut line, leg) = office.answered_by_box();
        if at_the_tone {
            office.played(leg);
            assert_eq!(office.at(leg), [Told::Beep]);
        }
        let hold = office.phone("mara").voice("sendonly");
        office.asks(&mut line, "INVITE", "", &hold);
        let held = office.hears_in_the_end("mara");
        assert!(held.is_answer(200, "INVITE") && held.body().contains("a=recvonly"), "{}", held.0);
        office.confirms(&line, "");
        office.played(leg);
        office.passes(10 * SECOND);
        assert_eq!(office.at(leg), []);
        let back = office.phone("mara").voice("sendrecv");
        office.asks(&mut line, "INVITE", "", &back);
        assert!(office.hears_in_the_end("mara").body().contains("a=sendrecv"));
        office.confirms(&line, "");
        assert_eq!(office.at(leg), [Told::Greeting]);
    }
}

#[test]
fn who_never_comes_back_from_a_hold_is_hung_up_on() {
    let mut office = office();
    let (mut line, leg) = office.answered_by_box();
    let hold = office.phone("mara").voice("sendonly");
    office.asks(&mut line, "INVITE", "", &hold);
    office.hears_in_the_end("mara");
    office.confirms(&line, "");
    office.played(leg);
    office.passes(LONGEST);
    office.hears_bye(&line);
    assert!(office.messages.is_empty());
}

#[test]
fn changes_of_the_caller_are_answered_by_the_box() {
    let mut office = office();
    let (mut line, leg) = office.speaks();
    let offer = office.phone("mara").voice("sendrecv").replace("40000", "40002");
    office.asks(&mut line, "UPDATE", "", &offer);
    let updated = office.hears("mara");
    assert!(updated.is_answer(200, "UPDATE") && updated.body().contains("m=audio "), "{}", updated.0);
    office.asks(&mut line, "INVITE", "", "");
    let offered = office.hears_in_the_end("mara");
    assert!(offered.is_answer(200, "INVITE") && offered.body().contains("m=audio "), "{}", offered.0);
    office.asks(&mut line, "UPDATE", "", &offer);
    assert_eq!(office.hears("mara").status(), 491, "the offer of the box waits for its answer");
    line.cseq -= 1;
    let answer = office.phone("mara").voice("sendrecv");
    office.confirms(&line, &answer);
    line.cseq += 1;
    let useless = offer.replace("RTP/AVP 8 101", "RTP/AVP 18");
    office.asks(&mut line, "INVITE", "", &useless);
    let refused = office.hears_in_the_end("mara");
    assert_eq!(refused.status(), 488, "{}", refused.0);
    office.asks(&mut line, "MESSAGE", "Content-Type: text/plain\r\n", "hallo");
    assert_eq!(office.hears("mara").status(), 403);
    office.passes(3 * SECOND);
    office.hears_all("mara");
    office.asks(&mut line, "BYE", "", "");
    assert_eq!(office.at(leg), [Told::Ends], "it was recorded all the while");
}

#[test]
fn a_mailbox_is_not_handed_on() {
    let mut office = office();
    let (mut line, leg) = office.speaks();
    office.asks(&mut line, "REFER", "Refer-To: <sip:103@sipgate.de>\r\n", "");
    assert_eq!(office.hears("mara").status(), 403);
    assert_eq!(office.hears_all("lena"), []);
    assert_eq!(office.at(leg), []);
}

#[test]
fn a_caller_without_an_offer_answers_in_its_ack() {
    let mut office = office();
    let (line, leg, accepted) = office.nobody_answers("", "");
    assert!(accepted.body().contains("RTP/AVP 8 0 9 101"), "{}", accepted.0);
    let answer = office.phone("mara").voice("sendrecv");
    let ack = office.phone_mut("mara").write(&line, "ACK", "", &answer);
    office.post("mara", &ack.0);
    assert_eq!(office.at(leg), [Told::Greeting]);
}

#[test]
fn a_caller_that_never_confirms_is_neither_greeted_nor_recorded() {
    let mut office = office();
    let voice = office.phone("mara").voice("sendrecv");
    let (line, leg, _) = office.nobody_answers("", &voice);
    office.passes(40 * SECOND);
    assert_eq!(office.at(leg), []);
    let heard = office.hears_all("mara");
    let (copies, rest): (Vec<_>, Vec<_>) = heard.into_iter().partition(|said| said.is_answer(200, "INVITE"));
    assert!(!copies.is_empty());
    let bye = rest.iter().find(|said| said.is_request("BYE")).unwrap();
    assert_eq!(bye.header("Reason"), "SIP;cause=408;text=\"No ACK\"");
    office.replies(&line, bye, 200, "");
    assert!(office.messages.is_empty());
}

#[test]
fn who_gives_up_while_it_rings_meets_no_mailbox() {
    let mut office = office();
    let line = office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.passes(19 * SECOND);
    office.cancels(&line);
    office.passes(30 * SECOND);
    assert_eq!(office.records[0].outcome, CallOutcome::Cancelled);
    drop(ringing);
}

#[test]
fn a_box_that_ends_keeps_what_was_said_so_far() {
    for input in [Input::Goodbye, Input::Restart] {
        let mut office = office();
        let (line, leg) = office.speaks();
        office.passes(9 * SECOND);
        office.happens(input);
        assert_eq!(office.at(leg), [Told::Ends]);
        assert_eq!(office.only_message().length, 9 * SECOND, "without waiting for the relay");
        assert!(office.hears_bye(&line).header("Reason").contains("Restarting"));
    }
}

#[test]
fn a_session_is_kept_alive_as_any_other() {
    let mut office = office();
    let voice = office.phone("mara").voice("sendrecv");
    let lines = format!("{KNOWS}Session-Expires: 90;refresher=uas\r\n");
    let (line, leg, accepted) = office.nobody_answers(&lines, &voice);
    assert_eq!(accepted.header("Session-Expires"), "90;refresher=uas");
    office.confirms(&line, "");
    office.played(leg);
    office.played(leg);
    office.passes(45 * SECOND);
    let refresh = office.hears("mara");
    assert!(refresh.is_request("UPDATE"), "{}", refresh.0);
    office.replies_with(&line, &refresh, 200, "Session-Expires: 90;refresher=uac\r\n", "");
    office.passes(40 * SECOND);
    office.at(leg);
    assert_eq!(office.board.picture().calls.len(), 1, "it goes on");
}

#[test]
fn a_phone_that_is_refreshed_by_invite_goes_on_speaking() {
    let mut office = office();
    let voice = office.phone("mara").voice("sendrecv");
    let lines =
        "Supported: timer\r\nAllow: INVITE, ACK, BYE, CANCEL\r\nSession-Expires: 90;refresher=uas\r\n";
    let (line, leg, _) = office.nobody_answers(lines, &voice);
    office.confirms(&line, "");
    office.played(leg);
    office.played(leg);
    office.at(leg);
    office.passes(44 * SECOND);
    let refresh = office.hears("mara");
    assert!(refresh.is_request("INVITE"), "{}", refresh.0);
    office.replies_with(&line, &refresh, 200, "Session-Expires: 90;refresher=uac\r\n", &voice);
    assert!(office.hears("mara").is_request("ACK"));
    assert_eq!(office.at(leg), []);
}

#[test]
fn a_disk_that_refuses_is_told_to_the_caller() {
    let mut office = office();
    let (line, leg) = office.speaks();
    office.passes(SECOND);
    office.file_closes(leg, Recorded::Broken);
    assert_eq!(office.at(leg), [Told::Sorry]);
    office.passes(2 * SECOND);
    office.hears_bye(&line);
    let (mut line, leg) = office.speaks();
    office.passes(5 * SECOND);
    office.hangs_up_alone(&mut line);
    office.file_closes(leg, Recorded::Broken);
    assert!(office.messages.is_empty(), "nor when that is known at the end only");
}

#[test]
fn a_caller_who_cannot_hear_it_is_told_that_there_is_no_mailbox() {
    let mut office = office();
    let voice = office.phone("mara").voice("sendrecv").replace("RTP/AVP 8 101", "RTP/AVP 18 101");
    office.tries_with("mara", "sip:102@sipgate.de", "", &voice);
    let ringing = office.rings("joerg");
    office.says(&ringing, 180);
    office.hears("mara");
    office.passes(20 * SECOND);
    office.falls_silent(&ringing);
    let last = office.hears("mara");
    assert_eq!((last.status(), last.header("Warning")), (480, "399 gatehouse \"this box has no mailboxes\""));
}

/// Whom the box answers for, and whom not.
#[test]
fn only_a_box_that_answers_does() {
    for (after, active, answers) in
        [(Some(20 * SECOND), true, true), (Some(20 * SECOND), false, false), (None, true, false)]
    {
        let mut office = office();
        office.happens(Input::Account(Arc::new(house(after, active))));
        let mut line = office.dials("mara", "102");
        office.rings("joerg");
        office.passes(119 * SECOND);
        let heard = office.hears_all("mara");
        assert_eq!(heard.iter().any(|said| said.is_answer(200, "INVITE")), answers, "{after:?} {active}");
        line.cseq += 1;
    }
}

#[test]
fn where_nobody_can_ring_the_box_answers_at_once() {
    let mut office = office_of(Office::with(&["mara"]));
    let mut line = office.dials("mara", "102");
    let accepted = office.learns(&mut line);
    assert!(accepted.body().contains("m=audio "));
}

/// Jörg's number leads to him.
pub(super) fn with_number(mut house: Snapshot) -> Input<'static> {
    house.numbers.push(Number {
        id: NumberId::new(JOERG),
        digits: JOERG.into(),
        kind: NumberKind::Landline,
        endpoint: Some(id("w1")),
    });
    Input::Account(Arc::new(house.indexed()))
}

/// Calls to it come over a trunk.
fn office_on_a_trunk(house: Snapshot) -> Office {
    let mut office = office_of(Office::with_lines(&["mara", "joerg"], &[trunk()]));
    office.happens(with_number(house));
    office
}

#[test]
fn somebody_outside_who_calls_over_a_trunk_can_leave_a_message() {
    let mut office = office_on_a_trunk(house(Some(20 * SECOND), true));
    let uri = format!("sip:{JOERG}@192.0.2.1:5060");
    let mut world = office.world_calls(&uri, "<sip:+4930123456@sipgate.de>", "");
    let ringing = office.rings("joerg");
    let [leg, _] = office.relay.legs();
    office.says(&ringing, 180);
    office.passes(20 * SECOND);
    let accepted = office.heard_from_the_box(&mut world);
    assert_eq!(accepted.header("P-Asserted-Identity"), "", "the world learns no names of the house");
    office.confirms(&world, "");
    office.played(leg);
    office.played(leg);
    office.passes(4 * SECOND);
    office.asks(&mut world, "BYE", "", "");
    office.file_closes(leg, Recorded::Whole);
    assert_eq!(office.only_message().caller.number, "+4930123456");
}

#[test]
fn somebody_outside_who_hides_meets_the_box_at_once() {
    let mut hiding = house(Some(20 * SECOND), true);
    hiding.rules.lines.get_mut(&id("p1")).unwrap().anonymous = AnonymousCallers::Voicemail;
    let mut office = office_on_a_trunk(hiding);
    let uri = format!("sip:{JOERG}@192.0.2.1:5060");
    let mut world = office.world_calls(&uri, "<sip:anonymous@anonymous.invalid>", "");
    let accepted = office.heard_from_the_box(&mut world);
    assert!(accepted.body().contains("m=audio "), "{}", accepted.0);
    assert_eq!(office.hears_all("joerg"), []);
}

impl Office {
    pub(super) fn heard_from_the_box(&mut self, world: &mut Line) -> Said {
        let heard = self.hears_all("cloud");
        let accepted = heard.into_iter().find(|said| said.is_answer(200, "INVITE")).expect("an answer");
        (world.far, world.target) = (accepted.header("To").into(), accepted.contact().into());
        accepted
    }
}

/// The cloud lets its own mailbox answer and takes the call back; ours must not be there before it.
#[test]
fn a_call_that_the_cloud_rings_at_a_phone_is_left_to_the_mailbox_of_the_cloud() {
    let mut office = office_of(Office::with_lines(&["mara", "joerg"], &[line_of("e1")]));
    office.world_calls("sip:7654321e1@192.0.2.1:5060", "<sip:+4930123456@sipgate.de>", "");
    office.rings("joerg");
    office.passes(2 * MINUTE);
    let heard = office.hears_all("cloud");
    assert!(!heard.iter().any(|said| said.is_answer(200, "INVITE")), "{heard:?}");
    assert!(heard.iter().any(|said| said.is_answer(480, "INVITE")), "{heard:?}");
}

/// A phone that dials for its owner's messages: the oldest is played first.
fn listens(office: &mut Office, ids: &[(&str, u64, bool)]) -> (Line, LegId) {
    let messages = ids.iter().map(|(id_, at, heard)| VoiceMessage {
        id: (*id_).into(),
        mailbox: id("v0"),
        caller: account::CallParty::default(),
        left: SystemTime::UNIX_EPOCH + Duration::from_secs(*at),
        length: 3 * SECOND,
        heard: *heard,
    });
    let elsewhere = VoiceMessage { mailbox: id("v9"), ..messages.clone().next().unwrap() };
    office.happens(Input::Messages(messages.chain([elsewhere]).collect()));
    let mut line = office.dials("joerg", "*97");
    let [leg, _] = office.relay.legs();
    office.learns(&mut line);
    office.confirms(&line, "");
    assert_eq!(office.at(leg), [Told::Other], "it says what there is");
    office.played(leg);
    (line, leg)
}

fn spoken(sample: i16) -> Sound {
    Sound::Clip { samples: [sample; 800].into(), repeat: Repeat::Once }
}

#[test]
fn new_messages_are_played_the_newest_last_and_are_heard_then() {
    let mut office = office();
    let (line, leg) = listens(&mut office, &[("b", 20, false), ("old", 5, true), ("a", 10, false)]);
    assert_eq!(office.desires, ["fetch a 1"]);
    office.happens(Input::Fetched { ticket: 1, sound: Some(spoken(1)) });
    assert!(office.relay.said.contains(&Command::Play { leg, sound: spoken(1) }));
    office.at(leg);
    office.played(leg);
    assert_eq!((office.at(leg), office.desires.pop().unwrap()), (vec![Told::Beep], "heard a".into()));
    office.passes(4 * SECOND);
    assert_eq!(office.desires.pop().unwrap(), "fetch b 2");
    office.happens(Input::Fetched { ticket: 2, sound: None });
    assert_eq!(office.at(leg), [Told::Closing], "what cannot be read is passed over");
    office.played(leg);
    office.hears_bye(&line);
    assert_eq!(office.records.last().unwrap().outcome, CallOutcome::Answered);
}

#[test]
fn keys_play_again_keep_and_delete() {
    let mut office = office();
    let (line, leg) = listens(&mut office, &[("a", 1, false), ("b", 2, false), ("c", 3, false)]);
    office.happens(Input::Fetched { ticket: 1, sound: Some(spoken(1)) });
    office.at(leg);
    office.presses(leg, "1");
    assert_eq!(office.at(leg), [Told::Other], "once more");
    office.presses(leg, "2");
    assert_eq!(office.desires, ["fetch a 1", "heard a", "fetch b 2"]);
    office.presses(leg, "3");
    assert_eq!(office.desires.len(), 3, "nothing is played that could be meant");
    office.happens(Input::Fetched { ticket: 2, sound: Some(spoken(2)) });
    office.presses(leg, "3");
    assert_eq!(office.desires[3..], ["delete b", "fetch c 3"]);
    office.at(leg);
    office.presses(leg, "#");
    assert_eq!(office.at(leg), [Told::Closing]);
    office.played(leg);
    office.hears_bye(&line);
    office.happens(Input::Fetched { ticket: 3, sound: Some(spoken(3)) });
    assert_eq!(office.desires.len(), 5, "what was not played stays new");
}

#[test]
fn an_empty_mailbox_says_so_and_a_disk_that_is_silent_ends_the_call() {
    let mut office = office();
    let (line, leg) = listens(&mut office, &[("a", 1, true)]);
    assert_eq!((office.at(leg), office.desires.len()), (vec![Told::Closing], 0));
    office.played(leg);
    office.hears_bye(&line);
    let (line, leg) = listens(&mut office, &[("a", 1, false)]);
    office.passes(5 * SECOND);
    assert_eq!(office.at(leg), [Told::Closing]);
    office.played(leg);
    office.hears_bye(&line);
}

#[test]
fn nobody_listens_to_the_messages_of_others() {
    let mut office = office();
    listens(&mut office, &[("a", 1, false)]);
    let mut line = office.dials("lena", "*97");
    let [leg, _] = office.relay.legs();
    office.learns(&mut line);
    office.confirms(&line, "");
    office.at(leg);
    office.played(leg);
    assert_eq!((office.at(leg), office.desires.len()), (vec![Told::Closing], 1));
}

#[test]
fn where_mailboxes_are_not_wanted_the_caller_hears_that_there_are_none() {
    let mut office = office();
    office.happens(Input::Mailboxes(None));
    office.dials("mara", "102");
    let ringing = office.rings("joerg");
    office.says(&ringing, 180);
    office.hears("mara");
    office.passes(20 * SECOND);
    office.falls_silent(&ringing);
    assert_eq!(office.hears("mara").header("Warning"), "399 gatehouse \"this box has no mailboxes\"");
}
