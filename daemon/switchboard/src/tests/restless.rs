//! Phones that do anything at any time.

use std::sync::Arc;

use media::relay::Event;
use proptest::prelude::*;

use super::line::Line;
use super::office::account;
use super::said::Said;
use super::{Office, SECOND};
use crate::Input;

const PHONES: [&str; 4] = ["mara", "joerg", "mara2", "lena"];
const NUMBERS: [&str; 5] = ["101", "102", "103", "200", "555"];
const STATUSES: [u16; 10] = [100, 180, 183, 200, 200, 200, 302, 486, 491, 603];
const DIRECTIONS: [&str; 4] = ["sendrecv", "sendonly", "recvonly", "inactive"];

/// What one phone remembers without any order.
#[derive(Default)]
struct Chaos {
    lines: Vec<Line>,
    asked: Vec<(Line, Said)>,
}

fn pick<T>(all: &[T], choice: usize) -> Option<&T> {
    all.get(choice.checked_rem(all.len())?)
}

impl Chaos {
    fn act(&mut self, office: &mut Office, deed: u8, one: usize, other: usize) {
        let phone = PHONES[one % PHONES.len()];
        match deed {
            0..=2 => self.call(office, phone, NUMBERS[other % NUMBERS.len()]),
            3..=8 => self.answer(office, one, other),
            9..=11 => self.change(office, one, other),
            12 => self.within(office, one, "BYE"),
            13 if other.is_multiple_of(2) => self.within(office, one, "INFO"),
            13 => self.hand_on(office, one, other),
            14 => pick(&self.lines, one).into_iter().for_each(|line| office.cancels(line)),
            15 => pick(&self.lines, one).into_iter().for_each(|line| office.confirms(line, "")),
            16 => office.happens(Input::Closed(office.phone(phone).flow)),
            17 => office.happens(Input::Unreachable(office.phone(phone).flow)),
            18 => office.happens(Input::Account(Arc::new(account()))),
            19 => self.relay(office, one, other),
            20 => self.take(office, phone, other),
            _ => office.passes(SECOND * u32::try_from(other % 40).unwrap()),
        }
        self.listen(office);
    }

    fn call(&mut self, office: &mut Office, phone: &'static str, number: &str) {
        let mut line = office.line(phone, &format!("sip:{number}@sipgate.de"));
        let proof = office.phone_mut(phone).proof("INVITE", &line.target);
        let body = if number == "103" { String::new() } else { office.phone(phone).voice("sendrecv") };
        let knows = if phone == "mara" { "Supported: 100rel, timer\r\n" } else { "" };
        line.invite = office.asks(&mut line, "INVITE", &format!("{proof}{knows}"), &body);
        self.lines.push(line);
    }

    fn answer(&mut self, office: &mut Office, one: usize, other: usize) {
        let Some((line, request)) = pick(&self.asked, one) else { return };
        let voice = office.phone(line.phone).voice(DIRECTIONS[other % DIRECTIONS.len()]);
        let body = if other.is_multiple_of(7) { "" } else { &*voice };
        let number = other % 3;
        let reliable =
            format!("Require: 100rel\r\nRSeq: {number}\r\nAllow: INVITE, UPDATE\r\nSession-Expires: 90\r\n");
        let lines = if number == 0 { "" } else { &*reliable };
        office.replies_with(line, request, STATUSES[other % STATUSES.len()], lines, body);
    }

    fn change(&mut self, office: &mut Office, one: usize, other: usize) {
        let Some(place) = one.checked_rem(self.lines.len()) else { return };
        let line = &mut self.lines[place];
        let voice = office.phone(line.phone).voice(DIRECTIONS[other % DIRECTIONS.len()]);
        let body = if other.is_multiple_of(5) { "" } else { &*voice };
        if other.is_multiple_of(3) {
            office.asks(line, "UPDATE", "Allow: INVITE, UPDATE\r\n", body);
        } else {
            line.invite = office.asks(line, "INVITE", "", body);
        }
    }

    fn within(&mut self, office: &mut Office, one: usize, method: &str) {
        if let Some(place) = one.checked_rem(self.lines.len()) {
            office.asks(&mut self.lines[place], method, "", "");
        }
    }

    /// Hands a call on to an extension, or brings two calls together.
    fn hand_on(&mut self, office: &mut Office, one: usize, other: usize) {
        let Some(place) = one.checked_rem(self.lines.len()) else { return };
        let replaced = pick(&self.lines, other).map(Office::replaces).filter(|_| other.is_multiple_of(3));
        let number = NUMBERS[other % NUMBERS.len()];
        let target = match replaced {
            Some(replaced) => format!(
                "sip:{number}@sipgate.de?Replaces={}",
                replaced.replace(';', "%3B").replace('=', "%3D")
            ),
            None => format!("sip:{number}@sipgate.de"),
        };
        let line = &mut self.lines[place];
        office.asks(line, "REFER", &format!("Refer-To: <{target}>\r\n"), "");
    }

    /// Comes for a call of others.
    fn take(&mut self, office: &mut Office, phone: &'static str, other: usize) {
        let Some(replaces) = pick(&self.lines, other).map(Office::replaces) else { return };
        let mut line = office.line(phone, "sip:102@sipgate.de");
        let proof = office.phone_mut(phone).proof("INVITE", &line.target);
        let voice = office.phone(phone).voice("sendrecv");
        line.invite = office.asks(&mut line, "INVITE", &format!("{proof}Replaces: {replaces}\r\n"), &voice);
        self.lines.push(line);
    }

    fn relay(&self, office: &mut Office, one: usize, other: usize) {
        let legs: Vec<_> = office.relay.in_use.iter().copied().collect();
        if let Some(leg) = pick(&legs, one).copied() {
            let since = 30 * SECOND * u32::try_from(other % 12).unwrap();
            let event =
                if other.is_multiple_of(9) { Event::Lost { leg } } else { Event::Silent { leg, since } };
            office.happens(Input::Relay(event));
        }
    }

    /// Everything heard becomes something to act upon.
    fn listen(&mut self, office: &mut Office) {
        for phone in PHONES {
            for said in office.hears_all(phone) {
                self.hear(office, phone, &said);
            }
        }
    }

    fn hear(&mut self, office: &mut Office, phone: &'static str, said: &Said) {
        let place = self.lines.iter().position(|line| line.call_id == said.header("Call-ID"));
        if said.status() == 0 {
            let near = format!("{};tag={phone}", said.header("To").split(";tag=").next().unwrap());
            let line = Line {
                phone,
                call_id: said.header("Call-ID").into(),
                near,
                far: said.header("From").into(),
                target: said.contact().into(),
                cseq: 100,
                invite: said.clone(),
            };
            self.asked.push((line.clone(), said.clone()));
            if place.is_none() {
                self.lines.push(line);
            }
        } else if let Some(line) = place.map(|place| &mut self.lines[place]) {
            line.far = said.header("To").into();
            if !said.contact().is_empty() {
                line.target = said.contact().into();
            }
            if !said.header("RSeq").is_empty() && !said.number().is_multiple_of(4) {
                let rack = format!("RAck: {} {} INVITE\r\n", said.header("RSeq"), said.number());
                office.asks(line, "PRACK", &rack, "");
            }
            let line = line.clone();
            confirm(office, &line, said);
        }
    }
}

/// Final answers are acknowledged most of the time.
fn confirm(office: &mut Office, line: &Line, said: &Said) {
    if said.method() != "INVITE" || said.number().is_multiple_of(3) {
        return;
    }
    match said.status() {
        200..300 => office.confirms(line, ""),
        300.. => office.acknowledges(line, said),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever phones do, the box stays on its feet and in the end remembers nothing of it (see [`Office`]).
    #[test]
    fn phones_that_do_anything_leave_nothing_behind(
        deeds in prop::collection::vec((0_u8..24, any::<u16>(), any::<u16>()), 1..120)
    ) {
        let mut office = Office::open();
        let mut chaos = Chaos::default();
        for (deed, one, other) in deeds {
            chaos.act(&mut office, deed, one.into(), other.into());
        }
    }
}
