//! Voice under lock and key (RFC 4568): each phone agrees with the box alone.

use media::relay::LegPlan;
use media::sdp::Security;
use sip::flow::Transport;

use super::Office;
use super::line::Line;
use super::mailbox;
use super::office::id;
use super::said::Said;
use crate::{Access, Encrypted, Input, Rule};

const SUITE: &str = "AES_CM_128_HMAC_SHA1_80";

/// An office in which these phones come over TLS.
fn office(over_tls: &[&'static str]) -> Office {
    let mut office = Office::empty();
    for (connection, phone) in (100..).zip(over_tls) {
        let flow = &mut office.phone_mut(phone).flow;
        (flow.transport, flow.connection) = (Transport::Tls, connection);
    }
    for phone in ["mara", "mara2", "joerg", "lena"] {
        assert_eq!(office.registers(phone, "").status(), 200);
    }
    office
}

fn rule(office: &mut Office, login: &str, srtp: Security) {
    let mut access = Access::default();
    access.set(id(login), Rule { srtp: Some(srtp), ..Rule::default() });
    office.happens(Input::Access(access));
}

/// What a phone says of its voice, with a key made of this letter, beside open voice or instead of it.
fn closed(office: &Office, phone: &str, transport: &str, (tag, letter): (u32, &str)) -> String {
    let open = office.phone(phone).voice("sendrecv").replace("RTP/AVP", transport);
    open + &format!("a=crypto:{tag} {SUITE} inline:{}\r\n", letter.repeat(40))
}

/// The lines with keys in a description of ours.
fn keys(said: &Said) -> Vec<&str> {
    said.body().lines().filter_map(|line| line.strip_prefix("a=crypto:")).collect()
}

fn transport(said: &Said) -> &str {
    said.body().lines().find_map(|line| line.strip_prefix("m=audio ")?.split(' ').nth(1)).unwrap()
}

/// Which line of ours with the suite that every phone knows.
fn tag(said: &Said) -> u32 {
    let known = keys(said).into_iter().find(|line| line.contains(SUITE)).unwrap();
    known.split(' ').next().unwrap().parse().unwrap()
}

impl Office {
    fn dials_closed(&mut self, phone: &'static str, number: &str, letter: &str) -> (Line, Said) {
        let voice = closed(self, phone, "RTP/SAVP", (7, letter));
        self.tries_with(phone, &format!("sip:{number}@sipgate.de"), "", &voice)
    }

    /// Picks up with a key of its own for the line that we offered.
    fn picks_up_closed(&mut self, line: &Line, letter: &str) {
        let voice = closed(self, line.phone, transport(&line.invite), (tag(&line.invite), letter));
        self.replies(line, &line.invite.clone(), 200, &voice);
        assert!(self.hears(line.phone).is_request("ACK"));
    }

    fn encrypted(&self) -> (bool, bool) {
        let Encrypted { caller, callee } = self.board.picture().calls[0].encrypted;
        (caller, callee)
    }

    /// Mara's phone closes its voice and talks with Jörg's, which does not.
    pub(super) fn closed_call() -> Self {
        let mut office = office(&["mara"]);
        let (mut here, _) = office.dials_closed("mara", "102", "A");
        let there = office.rings("joerg");
        office.picks_up(&there);
        office.is_connected(&mut here);
        office
    }

    /// The latest plan of each leg, the caller's first.
    fn plans(&mut self, callers_port: u16) -> [LegPlan; 2] {
        let mut plans = self.relay.expected();
        plans.reverse();
        let find = |callers: bool| {
            let fits = |plan: &LegPlan| {
                (plan.signalling.to_string() == format!("192.0.2.{callers_port}")) == callers
            };
            plans.iter().map(|(_, plan)| plan).find(|plan| fits(plan)).unwrap().clone()
        };
        [find(true), find(false)]
    }
}

#[test]
fn a_closed_phone_talks_with_an_open_one() {
    let mut office = office(&["mara"]);
    let (mut here, answer) = office.dials_closed("mara", "102", "A");
    assert_eq!(answer.status(), 100);
    let there = office.rings("joerg");
    assert_eq!((transport(&there.invite), keys(&there.invite).len()), ("RTP/AVP", 0));
    office.picks_up(&there);
    let accepted = office.is_connected(&mut here);
    assert_eq!(transport(&accepted), "RTP/SAVP");
    assert!(keys(&accepted)[0].starts_with(&format!("7 {SUITE} inline:")), "{}", accepted.0);
    assert_eq!(keys(&accepted).len(), 1);
    let [mara, joerg] = office.plans(11);
    assert!(mara.keys.is_some_and(|keys| keys.ours != keys.theirs) && joerg.keys.is_none());
    assert_eq!(office.encrypted(), (true, false));
    let shown = format!("{:?} {:?}", office.board, office.board.calls);
    assert!(!shown.contains("AAAA") && !shown.contains("inline"), "keys are never shown");
    office.hangs_up(&mut here, &there);
}

#[test]
fn an_open_phone_calls_a_closed_one_which_may_decline() {
    for declines in [false, true] {
        let mut office = office(&["joerg"]);
        let mut here = office.dials("mara", "102");
        let there = office.rings("joerg");
        assert_eq!(transport(&there.invite), "RTP/AVP");
        assert!(keys(&there.invite).len() > 1, "a line for each suite");
        if declines {
            office.picks_up(&there);
        } else {
            office.picks_up_closed(&there, "B");
        }
        let accepted = office.is_connected(&mut here);
        assert_eq!((transport(&accepted), keys(&accepted).len()), ("RTP/AVP", 0));
        assert_eq!(office.encrypted(), (false, !declines));
        office.hangs_up(&mut here, &there);
    }
}

#[test]
fn who_refuses_keys_beside_open_voice_is_offered_closed_voice_alone() {
    let mut office = office(&["joerg"]);
    let mut here = office.dials("mara", "102");
    let first = office.rings("joerg");
    office.says(&first, 488);
    assert!(office.hears("joerg").is_request("ACK"));
    let there = office.rings("joerg");
    assert_eq!(transport(&there.invite), "RTP/SAVP");
    assert_eq!(there.call_id, first.call_id);
    office.picks_up_closed(&there, "B");
    office.is_connected(&mut here);
    assert_eq!(office.encrypted(), (false, true));
    office.hangs_up(&mut here, &there);

    let line = office.dials("mara", "102");
    for _ in 0..2 {
        let ringing = office.rings("joerg");
        office.says(&ringing, 488);
        assert!(office.hears("joerg").is_request("ACK"));
    }
    let refusal = office.hears("mara");
    assert_eq!(refusal.status(), 488, "asked twice and no more");
    office.acknowledges(&line, &refusal);
}

#[test]
fn keys_that_do_not_fit_are_refused_with_the_reason() {
    let mut office = office(&["mara"]);
    let (line, refusal) = office.dials_closed("joerg", "101", "A");
    let refusal = if refusal.status() == 100 { office.hears("joerg") } else { refusal };
    assert_eq!(refusal.status(), 488);
    assert!(refusal.header("Warning").contains("needs a login over TLS"), "{}", refusal.0);
    office.acknowledges(&line, &refusal);

    rule(&mut office, "7654321e0", Security::Required);
    let voice = office.phone("mara").voice("sendrecv");
    let (line, refusal) = office.tries_with("mara", "sip:102@sipgate.de", "", &voice);
    let refusal = if refusal.status() == 100 { office.hears("mara") } else { refusal };
    assert_eq!(refusal.status(), 488);
    assert!(refusal.header("Warning").contains("needs encrypted audio"), "{}", refusal.0);
    office.acknowledges(&line, &refusal);

    let line = office.dials("joerg", "103");
    let there = office.rings("lena");
    let voice = closed(&office, "lena", "RTP/SAVP", (1, "B"));
    office.replies(&there, &there.invite.clone(), 200, &voice);
    assert!(office.hears("lena").is_request("ACK"));
    office.hears_bye(&there);
    let refusal = office.hears("joerg");
    assert_eq!(refusal.status(), 488, "who answers what was not offered is hung up on");
    office.acknowledges(&line, &refusal);
}

#[test]
fn an_admin_may_want_keys_over_open_signalling_too() {
    let mut office = office(&[]);
    rule(&mut office, "7654321e1", Security::Required);
    let mut here = office.dials("mara", "102");
    let there = office.rings("joerg");
    assert_eq!(transport(&there.invite), "RTP/SAVP");
    office.picks_up_closed(&there, "B");
    office.is_connected(&mut here);
    assert_eq!(office.encrypted(), (false, true));
    office.hangs_up(&mut here, &there);
}

#[test]
fn a_hold_keeps_the_keys_and_a_new_key_is_answered_with_a_new_one() {
    let mut office = office(&["mara", "joerg"]);
    let (mut here, _) = office.dials_closed("mara", "102", "A");
    let there = office.rings("joerg");
    office.picks_up_closed(&there, "B");
    let accepted = office.is_connected(&mut here);
    let [mara, joerg] = office.plans(11).map(|plan| plan.keys.unwrap());
    assert!(mara.ours != joerg.ours && mara.theirs != joerg.theirs, "each leg has keys of its own");

    let mut changes = |office: &mut Office, letter: &str, direction: &str| {
        let voice = closed(office, "mara", "RTP/SAVP", (7, letter)).replace("a=sendrecv", direction);
        here.invite = office.asks(&mut here, "INVITE", "", &voice);
        assert!(office.hears("mara").is_answer(100, "INVITE"));
        let asked = office.hears("joerg");
        assert_eq!(keys(&asked).len(), 1, "the key in use");
        let voice = closed(office, "joerg", transport(&asked), (tag(&asked), "B"));
        office.replies(&there, &asked, 200, &voice.replace("a=sendrecv", "a=recvonly"));
        assert!(office.hears("joerg").is_request("ACK"));
        office.is_connected(&mut here)
    };
    let held = changes(&mut office, "A", "a=sendonly");
    assert_eq!(keys(&held), keys(&accepted));
    let after = office.plans(11).map(|plan| plan.keys.unwrap());
    assert!(*after[0] == *mara && *after[1] == *joerg);

    let renewed = changes(&mut office, "C", "a=sendonly");
    assert_ne!(keys(&renewed), keys(&accepted));
    let plans = office.relay.expected();
    assert_eq!(plans.len(), 1, "the other leg is not touched");
    let keys = plans[0].1.keys.clone().unwrap();
    assert!(keys.ours != mara.ours && keys.theirs != mara.theirs);
}

#[test]
fn phones_that_ring_together_get_keys_of_their_own() {
    let mut office = office(&["mara2", "joerg"]);
    let mut here = office.dials("lena", "200");
    let others = [office.rings("mara2"), office.rings("joerg")];
    office.rings("mara");
    let [one, other] = others.each_ref().map(|ringing| keys(&ringing.invite));
    assert!(one.iter().all(|line| !other.contains(line)));
    let early = closed(&office, "mara2", "RTP/AVP", (tag(&others[0].invite), "B"));
    office.replies(&others[0], &others[0].invite.clone(), 183, &early);
    assert_eq!(
        office.hears("lena").status(),
        180,
        "one of several phones has nothing to say before it answers"
    );
    let wanted = tag(&others[1].invite);
    let ours = keys(&others[1].invite)
        .iter()
        .find(|line| line.starts_with(&wanted.to_string()))
        .unwrap()
        .to_string();
    office.picks_up_closed(&others[1], "D");
    office.is_connected(&mut here);
    let [_, joerg] = office.plans(14);
    let session = media::sdp::Session::parse(
        format!("v=0\r\nm=audio 4000 RTP/AVP 8\r\na=crypto:{ours}\r\n").as_bytes(),
    )
    .unwrap();
    assert!(
        joerg.keys.unwrap().ours == session.audio().unwrap().crypto[0].key,
        "the key that Joerg was offered"
    );
    assert!(office.hears("mara2").is_request("CANCEL"));
}

#[test]
fn early_voice_and_a_late_offer_are_closed_too() {
    let mut office = office(&["mara", "joerg"]);
    let (mut here, _) = office.dials_closed("mara", "102", "A");
    let there = office.rings("joerg");
    let early = closed(&office, "joerg", "RTP/AVP", (tag(&there.invite), "B"));
    office.replies(&there, &there.invite.clone(), 183, &early);
    let said = office.hears("mara");
    assert_eq!((said.status(), keys(&said).len()), (183, 1));
    assert!(office.plans(11).iter().all(|plan| plan.keys.is_some()));
    office.picks_up_closed(&there, "B");
    let accepted = office.is_connected(&mut here);
    assert_eq!(keys(&accepted), keys(&said));
    office.hangs_up(&mut here, &there);

    let (mut here, _) = office.tries_with("mara", "sip:102@sipgate.de", "", "");
    let there = office.rings("joerg");
    let offer = closed(&office, "joerg", "RTP/SAVP", (3, "E"));
    office.replies(&there, &there.invite.clone(), 200, &offer);
    let offered = office.learns(&mut here);
    let answer = closed(&office, "mara", transport(&offered), (tag(&offered), "F"));
    office.confirms(&here, &answer);
    let ack = office.hears("joerg");
    assert!(ack.is_request("ACK") && keys(&ack)[0].starts_with("3 "), "{}", ack.0);
    assert_eq!(office.encrypted(), (true, true));
    office.hangs_up(&mut here, &there);
}

#[test]
fn a_late_answer_without_the_keys_that_must_be_ends_the_call() {
    let mut office = office(&["mara"]);
    rule(&mut office, "7654321e0", Security::Required);
    let (mut here, _) = office.tries_with("mara", "sip:102@sipgate.de", "", "");
    let there = office.rings("joerg");
    let offer = office.phone("joerg").voice("sendrecv");
    office.replies(&there, &there.invite.clone(), 200, &offer);
    let offered = office.learns(&mut here);
    assert_eq!(transport(&offered), "RTP/SAVP");
    let open = office.phone("mara").voice("sendrecv");
    office.confirms(&here, &open);
    assert!(office.hears("joerg").is_request("ACK"));
    office.hears_bye(&there);
    office.hears_bye(&here);
}

#[test]
fn a_mailbox_answers_a_closed_phone_closed() {
    let mut office = office(&["mara"]);
    office
        .happens(Input::Account(std::sync::Arc::new(mailbox::house(Some(std::time::Duration::ZERO), true))));
    office.happens(mailbox::wanted());
    let (mut here, _) = office.dials_closed("mara", "102", "A");
    let accepted = office.is_connected(&mut here);
    assert_eq!((transport(&accepted), keys(&accepted).len()), ("RTP/SAVP", 1), "{}", accepted.0);
    let plan = office.relay.expected().pop().unwrap().1;
    assert!(plan.keys.is_some_and(|keys| keys.ours != keys.theirs));
    assert_eq!(office.encrypted(), (true, false));
}
