//! Whatever the house has decided, forbidden, run out of or switched off: 110 and 112 go out, from the right line, at once.

use std::sync::Arc;

use account::rules::{Blocklist, Forwarding, LineRules, Restrictions, Sender, Shown, Target};
use media::relay::Shortage;
use sip::seed::Seed;

use super::{line_used, office_over, rules};
use crate::dialling::{Country, Limits, Outgoing, Prefixes};
use crate::tests::cloud::line_of;
use crate::tests::office::{Office, account, id};
use crate::{Access, Input, Rule, lines};

/// Rules and troubles that may stand against a call, each on or off.
const RULES: u32 = 16;

/// What is on at one moment.
#[derive(Clone, Copy, Debug)]
struct State(u64);

impl State {
    fn has(self, rule: u32) -> bool {
        self.0 >> rule & 1 == 1
    }

    /// The account as it is then.
    fn house(self) -> account::Snapshot {
        let mut house = account();
        let device = house.devices.get_mut(&id::<account::DeviceId>("e0")).unwrap();
        device.dnd = self.has(0);
        house.users.values_mut().for_each(|user| user.busy_on_busy = self.has(1));
        if self.has(2) {
            let nothing = Restrictions {
                foreign_and_special: true,
                charged: true,
                expensive_countries: true,
                ..Restrictions::default()
            };
            house.rules.restrictions.insert(id("w0"), nothing);
        }
        if self.has(3) {
            let away = Forwarding {
                alias: "away".into(),
                to: Target::Number(id("+4930999999")),
                after: std::time::Duration::ZERO,
                active: true,
            };
            let line = LineRules { forwardings: vec![away], ..LineRules::default() };
            house.rules.lines.insert(id("p0"), line);
        }
        if self.has(4) {
            let prefixes = ["1", "4", "7"].into_iter().map(Into::into).collect();
            house.rules.blocked = Blocklist { prefixes, ..Blocklist::default() };
            let hidden = Sender { shows: Some(Shown::Nothing), ..Sender::default() };
            house.rules.senders.insert(id("e0"), hidden);
        }
        house.indexed()
    }

    fn outgoing(self) -> Outgoing {
        let none = Limits { person: 0, abroad: 0, premium: 0, house: 0, ..Limits::default() };
        let everything = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let blocked = Prefixes::read(everything, Country::GERMANY).unwrap_or_default();
        Outgoing {
            limits: if self.has(5) { Some(none) } else { None },
            uplink: self.has(6).then_some(0),
            blocked: if self.has(7) { blocked } else { Prefixes::default() },
            outside_digit: self.has(8).then_some('0'),
            ..Outgoing::default()
        }
    }

    fn access(self) -> Access {
        let mut access = Access::default();
        let elsewhere = vec!["198.51.100.0/24".parse().unwrap()];
        let networks = if self.has(9) { elsewhere } else { vec![] };
        access.set(id("7654321e0"), Rule { networks, encrypted: self.has(10), srtp: None });
        access
    }

    /// What the phone's INVITE says besides.
    fn words(self) -> String {
        let proof = "Authorization: Digest username=\"7654321e0\",realm=\"x\",nonce=\"x\",uri=\"x\",response=\"00\"\r\n";
        let all = [
            (11, "Privacy: id\r\n"),
            (12, "Require: wonders, geolocation\r\n"),
            (13, proof),
            (14, "Resource-Priority: unheard.of\r\n"),
        ];
        all.into_iter().filter(|(rule, _)| self.has(*rule)).map(|(_, words)| words).collect()
    }
}

/// An office in which Mara's phone is registered, or has lost its registration.
fn office(registered: bool) -> Office {
    let full = |device: &str| lines::Line { limit: Some(1), ..line_of(device) };
    let phones: &[&'static str] = if registered { &["mara", "joerg"] } else { &["joerg"] };
    office_over(phones, rules(), &[full("e0"), full("e3")])
}

/// One call for help in this state; the office is as before when it returns.
fn calls_for_help(office: &mut Office, state: State) {
    office.happens(Input::Account(Arc::new(state.house())));
    office.happens(Input::Outgoing(Arc::new(state.outgoing())));
    office.happens(Input::Access(state.access()));
    if state.has(15) {
        let event = media::relay::Event::Exhausted { missing: 0, cause: Shortage::Ports };
        office.happens(Input::Relay(event));
    }
    for phone in ["mara", "joerg", "cloud"] {
        office.hears_all(phone);
    }
    let number = if state.has(16) { "110" } else { "112" };
    let mut line = office.line("mara", &format!("sip:{number}@sipgate.de"));
    let voice = office.phone("mara").voice("sendrecv");
    line.invite = office.asks(&mut line, "INVITE", &state.words(), &voice);
    assert_eq!(office.hears("mara").status(), 100, "{state:?}");
    let there = office.rings("cloud");
    assert!(there.invite.first_line().contains(&format!("sip:{number}@")), "{state:?}: {}", there.invite.0);
    assert_eq!(line_used(&there.invite), "7654321e0", "{state:?}");
    assert_eq!(there.invite.header("P-Preferred-Identity"), "<sip:4930555010@sipgate.de>", "{state:?}");
    office.says(&there, 100);
    office.cancels(&line);
    let cancel = office.hears("cloud");
    assert!(cancel.is_request("CANCEL"), "{state:?}: {}", cancel.0);
    office.replies(&there, &cancel, 200, "");
    office.says(&there, 487);
    for phone in ["mara", "cloud"] {
        office.hears_all(phone);
    }
}

#[test]
fn e01_in_a_thousand_states_of_the_house_help_is_called_from_the_right_line() {
    let mut seed = Seed::new([7; 32]);
    let mut offices = [office(true), office(false)];
    for round in 0..1_000 {
        let state = State(seed.below(1 << (RULES + 1)));
        calls_for_help(&mut offices[round % 2], state);
    }
}
