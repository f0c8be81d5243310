//! Callers wait in line for the agents of a channel.

use std::sync::Arc;
use std::time::Duration;

use account::{
    Channel, ChannelId, ChannelMember, ChannelQueue, Number, NumberId, NumberKind, RingOrder, Snapshot,
};
use media::playback::Sound;
use media::relay::{Command, LegId};
use media::tone::Tone;

use super::line::Line;
use super::office::{account, id};
use super::said::Said;
use super::{MINUTE, Office, SECOND};
use crate::{AgentState, Input, QueueNow};

const MUSIC: Sound = Sound::Tone(Tone::DIAL);
const CHANNEL: &str = "0b4e9d6c-7a51-4f0e-9a3e-1f5a2b3c4d5e";
const TURN: Duration = Duration::from_secs(15);
const REST: Duration = Duration::from_secs(30);

/// 300 is a channel in which callers wait: these agents answer it.
fn house(agents: &[(&str, &str)], ringing: RingOrder) -> Snapshot {
    let mut house = account();
    let member = |(user, device): &(&str, &str)| ChannelMember { user: id(user), devices: vec![id(device)] };
    let channel = Channel {
        id: id(CHANNEL),
        name: "Bestellannahme".into(),
        members: agents.iter().map(member).collect(),
        ringing,
        order: vec![],
        ring_time: Some(TURN),
        follow_up_time: Some(REST),
        queue: Some(ChannelQueue { longest_first: true, audio: None }),
        greeting: None,
    };
    house.rules.channels.insert(channel.id.clone(), channel);
    house.numbers.push(Number {
        id: NumberId::new("300"),
        digits: "300".into(),
        kind: NumberKind::Extension,
        endpoint: Some(id(CHANNEL)),
    });
    house.indexed()
}

fn office(agents: &[(&str, &str)]) -> Office {
    let mut office = Office::open();
    office.happens(Input::Account(Arc::new(house(agents, RingOrder::OneByOne))));
    office.happens(Input::HoldMusic(Some(MUSIC)));
    office
}

const LENA: (&str, &str) = ("w2", "e3");
const JOERG: (&str, &str) = ("w1", "e1");

/// A caller who waits, and hears so.
fn waits(office: &mut Office, phone: &'static str) -> Line {
    let line = office.dials(phone, "300");
    let told = office.hears(phone);
    assert!(told.is_answer(183, "INVITE") && told.voice().contains("m=audio"), "{}", told.0);
    line
}

fn plays(office: &mut Office) -> Vec<LegId> {
    let told = office.relay.said.drain(..).filter_map(|said| {
        let Command::Play { leg, sound } = said else { return None };
        (sound == MUSIC).then_some(leg)
    });
    told.collect()
}

fn hushed(office: &mut Office) -> usize {
    office.relay.said.drain(..).filter(|said| matches!(said, Command::Hush { .. })).count()
}

fn queue(office: &Office) -> QueueNow {
    office.board.picture().queues[0].clone()
}

fn refusal(office: &mut Office, phone: &str) -> Said {
    let all = office.hears_all(phone);
    all.into_iter().rev().find(|said| said.status() >= 300).unwrap()
}

#[test]
fn who_waits_hears_music_until_an_agent_answers() {
    let mut office = office(&[LENA]);
    let mut mara = waits(&mut office, "mara");
    assert_eq!(plays(&mut office).len(), 1);
    let rung = office.rings("lena");
    assert!(rung.invite.header("From").contains("Mara"));
    assert!(rung.invite.header("Diversion").starts_with("\"Bestellannahme\" <sip:300@sipgate.de>"));
    office.says(&rung, 180);
    office.nobody_hears_anything();
    office.passes(3 * SECOND);
    office.picks_up(&rung);
    let accepted = office.is_connected(&mut mara);
    assert_eq!(accepted.header("P-Asserted-Identity"), "\"Lena\" <sip:103@sipgate.de>");
    assert!(accepted.voice().contains("m=audio"));
    assert_eq!(hushed(&mut office), 1);
    office.hangs_up(&mut mara, &rung);
    assert_eq!(office.records[0].ringing, 3 * SECOND);
    assert_eq!(office.records[0].through, Some(id(CHANNEL)));
}

#[test]
fn the_next_caller_waits_until_the_agent_has_rested() {
    let mut office = office(&[LENA]);
    let mut mara = waits(&mut office, "mara");
    let rung = office.rings("lena");
    office.picks_up(&rung);
    office.is_connected(&mut mara);
    let mut joerg = waits(&mut office, "joerg");
    office.passes(SECOND);
    waits(&mut office, "mara2");
    assert_eq!(queue(&office).waiting.len(), 2);
    assert_eq!(queue(&office).agents[0].state, AgentState::Talks);
    office.passes(10 * SECOND);
    office.hangs_up(&mut mara, &rung);
    assert_eq!(queue(&office).agents[0].state, AgentState::Rests);
    office.passes(REST - SECOND);
    office.nobody_hears_anything();
    office.passes(SECOND);
    let rung = office.rings("lena");
    assert!(rung.invite.header("From").contains("Jojo"), "{}", rung.invite.0);
    let now = queue(&office);
    assert_eq!(now.agents[0].state, AgentState::Rings);
    assert_eq!(now.waiting.iter().map(|one| one.rings).collect::<Vec<_>>(), [true, false]);
    office.picks_up(&rung);
    office.is_connected(&mut joerg);
    assert_eq!(queue(&office).waiting.len(), 1);
}

#[test]
fn one_agent_rings_after_the_other_however_long_it_takes() {
    let mut office = office(&[LENA, JOERG]);
    let mara = waits(&mut office, "mara");
    for round in 0..40 {
        for phone in ["lena", "joerg"] {
            let rung = office.rings(phone);
            office.says(&rung, 180);
            office.passes(TURN);
            office.falls_silent(&rung);
        }
        let told = office.hears_all("mara");
        assert!(told.iter().all(|said| said.status() == 183), "{round}: {told:?}");
    }
    assert!(office.board.calls.alive().all(|call| call.forks.len() <= 3));
    let rung = office.rings("lena");
    office.says(&rung, 180);
    office.cancels(&mara);
    office.falls_silent(&rung);
    assert_eq!(office.records.len(), 1);
    assert_eq!(queue(&office).waiting, []);
}

#[test]
fn a_refusing_agent_refuses_for_himself_only() {
    for status in [486, 603] {
        let mut office = office(&[LENA, JOERG]);
        let mut mara = waits(&mut office, "mara");
        let rung = office.rings("lena");
        office.says(&rung, status);
        assert!(office.hears("lena").is_request("ACK"));
        let rung = office.rings("joerg");
        office.picks_up(&rung);
        office.is_connected(&mut mara);
        office.hangs_up(&mut mara, &rung);
    }
}

#[test]
fn two_callers_ring_two_agents() {
    let mut office = office(&[LENA, JOERG]);
    let mut first = waits(&mut office, "mara");
    let mut second = waits(&mut office, "mara2");
    let (lena, joerg) = (office.rings("lena"), office.rings("joerg"));
    office.picks_up(&joerg);
    office.is_connected(&mut second);
    office.picks_up(&lena);
    office.is_connected(&mut first);
}

#[test]
fn everybody_rings_and_one_answers() {
    let mut office = office(&[LENA, JOERG]);
    office.happens(Input::Account(Arc::new(house(&[LENA, JOERG], RingOrder::Everybody))));
    let mut mara = waits(&mut office, "mara");
    let (lena, joerg) = (office.rings("lena"), office.rings("joerg"));
    office.says(&lena, 180);
    office.picks_up(&joerg);
    office.falls_silent(&lena);
    office.is_connected(&mut mara);
    assert_eq!(
        queue(&office).agents.iter().map(|agent| agent.state).collect::<Vec<_>>(),
        [AgentState::Free, AgentState::Talks]
    );
}

#[test]
fn an_agent_in_another_call_is_not_rung() {
    let mut office = office(&[LENA]);
    let (mut here, there) = office.talk("joerg", "103", "lena");
    let mut mara = waits(&mut office, "mara");
    office.passes(20 * SECOND);
    assert_eq!(queue(&office).agents[0].state, AgentState::Busy);
    assert_eq!(office.hears_all("lena"), []);
    office.hangs_up(&mut here, &there);
    let rung = office.rings("lena");
    office.picks_up(&rung);
    office.is_connected(&mut mara);
}

#[test]
fn nobody_waits_for_ever() {
    let mut office = office(&[LENA]);
    let (_here, _there) = office.talk("joerg", "103", "lena");
    let mara = waits(&mut office, "mara");
    office.passes(30 * MINUTE - SECOND);
    let told = office.hears_all("mara");
    assert!(told.len() >= 28 && told.iter().all(|said| said.status() == 183), "{}", told.len());
    office.passes(2 * SECOND);
    let last = refusal(&mut office, "mara");
    office.acknowledges(&mara, &last);
    assert_eq!((last.status(), last.header("Warning")), (480, "399 gatehouse \"nobody was free in time\""));
}

#[test]
fn a_line_is_full_and_an_empty_channel_refuses_at_once() {
    let mut office = office(&[LENA]);
    for place in 0..crate::queue::MOST_WAITING {
        let channel: ChannelId = id(CHANNEL);
        let caller = crate::CallId(9_000_000 + u64::try_from(place).unwrap());
        let now = office.now;
        assert!(office.board.queues.join(now, &channel, caller));
    }
    let (_, busy) = office.tries("mara", "300");
    let busy = if busy.status() == 100 { office.hears("mara") } else { busy };
    assert_eq!(
        (busy.status(), busy.header("Warning")),
        (486, "399 gatehouse \"all places in the line are taken\"")
    );

    let mut office = Office::with(&["mara"]);
    office.happens(Input::Account(Arc::new(house(&[LENA], RingOrder::OneByOne))));
    assert_eq!(office.is_refused("mara", "300"), 480);
}

#[test]
fn a_caller_without_an_offer_or_music_hears_that_it_rings() {
    let mut office = office(&[LENA]);
    let (_, trying) = office.tries_with("mara", "sip:300@sipgate.de", "", "");
    assert_eq!(trying.status(), 100);
    assert_eq!(office.hears("mara").status(), 180);
    office.happens(Input::HoldMusic(None));
    office.dials("mara2", "300");
    assert_eq!(office.hears("mara2").status(), 180);
}

#[test]
fn a_caller_that_confirms_what_it_hears_is_free_to_hear_something_else() {
    let mut office = office(&[LENA]);
    let voice = office.phone("mara").voice("sendrecv");
    let (mut mara, _) = office.tries_with("mara", "sip:300@sipgate.de", "Supported: 100rel\r\n", &voice);
    let told = office.hears("mara");
    assert!(told.is_answer(183, "INVITE") && told.header("Require").is_empty(), "{}", told.0);
    let rung = office.rings("lena");
    office.picks_up(&rung);
    assert!(office.is_connected(&mut mara).voice().contains("m=audio"));
}

#[test]
fn a_restart_ends_the_waiting_in_order() {
    let mut office = office(&[LENA]);
    waits(&mut office, "mara");
    let rung = office.rings("lena");
    office.says(&rung, 180);
    office.happens(Input::Restart);
    office.falls_silent(&rung);
    assert_eq!(refusal(&mut office, "mara").status(), 503);
    assert_eq!(queue(&office).waiting, []);
}

#[test]
fn an_agent_who_wants_no_calls_is_passed_over_and_nobody_waits_long_for_nobody() {
    let mut office = office(&[LENA]);
    let quiet = |dnd| {
        let mut house = house(&[LENA], RingOrder::OneByOne);
        house.devices.get_mut(&id("e3")).unwrap().dnd = dnd;
        Arc::new(house.indexed())
    };
    waits(&mut office, "mara");
    let rung = office.rings("lena");
    office.says(&rung, 180);
    office.happens(Input::Account(quiet(true)));
    office.falls_silent(&rung);
    office.passes(30 * SECOND);
    office.happens(Input::Account(quiet(false)));
    let rung = office.rings("lena");
    office.says(&rung, 180);
    office.happens(Input::Account(quiet(true)));
    office.falls_silent(&rung);
    office.passes(59 * SECOND);
    assert!(office.hears_all("mara").iter().all(|said| said.status() == 183));
    office.passes(2 * SECOND);
    assert_eq!(refusal(&mut office, "mara").status(), 480);
}
