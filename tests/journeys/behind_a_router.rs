//! An office, the router it is behind, and a provider that real phones call out to and are called from.
//!
//! ```text
//!   phones, box ── LAN ── router (translates) ── WAN ── provider        each its own network namespace
//!                                 └── and another one, where two stand in the way
//! ```

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::{
    Gatehouse, Lan, Login, Phone, Place, PracticeCloud, Sipp, Wan, phone::Setup, tone::TONES, until,
};

/// What the practice cloud says where it plays a tone.
const CLOUD: u32 = 500;
const ECHO: &str = "+49305550910";
const ANNA: &str = "+49305550102";
const CUSTOMER: &str = "+49305550901";
/// The group of reception and boss.
const GROUP: &str = "200";
/// How soon a caller hears that nothing leads out: the box asks for 4 s at most, the rest is for a loaded machine.
const REFUSED: Duration = Duration::from_secs(12);
/// How soon who talks to the outside hears that the line is lost: 3 s, and the rest for a loaded machine.
const TOLD: Duration = Duration::from_secs(6);

/// What a call to or from the outside does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outside {
    /// It is made, and heard both ways.
    Works,
    /// It goes on, and its voice still goes out.
    GoesOn,
    /// Its caller hears in time that it cannot be.
    Ends,
    /// The provider cannot send any.
    Never,
}
use Outside::{Ends, Never, Works};

/// Phones, box, router and provider, and a way to do harm.
pub(crate) struct Office {
    pub(crate) wan: Wan,
    pub(crate) cloud: PracticeCloud,
    pub(crate) house: Gatehouse,
    desks: (Place, Ipv4Addr),
    pub(crate) api: u16,
    pub(crate) boss: Phone,
    pub(crate) anna: Phone,
    pub(crate) lena: Phone,
    pub(crate) mike: Phone,
    pub(crate) carl: Phone,
    _lan: Lan,
}

impl Office {
    /// Lines go out by `udp`, `tcp`, `tls` or `named`; so many routers on the way translate addresses.
    pub(crate) fn open(lines: &str, translators: u8) -> Self {
        let mut lan = Lan::new();
        let wan = if translators < 2 { Wan::of(&mut lan) } else { Wan::behind_two(&mut lan) };
        let (place, address) = lan.host("box", 2);
        let (cloud, api) = wan.with_cloud(&place);
        cloud.habit("transport", &json!(lines));
        if translators == 0 {
            wan.translates_nothing();
        }
        let mut house = Gatehouse::at(place.clone(), address);
        house.mirrors(&format!("http://127.0.0.1:{api}"));
        house.trusts(&cloud, &format!("name_servers = [\"{}\"]\n", cloud.names));
        house.power_on();
        house.knows_the_account();
        until("every line up", || house.has_lines_up(8).then_some(()));
        let sip = house.sip();
        let (desks, address) = lan.host("desks", 3);
        let desk = |name: &str, extension: &str, voice| {
            let at = Setup::new(name, sip).login(cloud.phone(extension)).at(desks.clone(), address);
            let mut phone = at.voice(voice).start();
            phone.registered();
            phone
        };
        let [boss, anna] = [desk("boss", "101", TONES[0]), desk("anna", "102", TONES[1])];
        let [lena, mike] = [desk("lena", "104", TONES[0]), desk("mike", "105", TONES[2])];
        let carl = desk("carl", "106", TONES[1]);
        let desks = (desks, address);
        Self { wan, cloud, house, desks, api, boss, anna, lena, mike, carl, _lan: lan }
    }

    /// With somebody outside who echoes.
    pub(crate) fn carl_talks_already(&mut self) {
        self.carl.dial(ECHO);
        self.carl.talks();
        self.carl.hears(TONES[1], 1.0);
    }

    /// A hundred registrations a second, every one of them taken.
    pub(crate) fn storms(&self) {
        let login = Login::new("7654321e7", "Uebung-e7-5550");
        let storm = Sipp::new("register.xml").to(self.house.sip()).row(&login).calls(100, 100);
        storm.at(self.desks.0.clone(), &self.desks.1.to_string()).passes();
    }

    /// Two in the house, who hear each other.
    pub(crate) fn calls_inside(&mut self) {
        call(&mut self.boss, &mut self.anna, "102");
        self.boss.hears(TONES[1], 1.0);
        self.anna.hears(TONES[0], 1.0);
        hang_up(&mut self.boss, &mut self.anna);
    }

    /// The group is called, and the other one of it answers.
    pub(crate) fn calls_the_group(&mut self) {
        call(&mut self.boss, &mut self.anna, GROUP);
        self.boss.hears(TONES[1], 1.0);
        hang_up(&mut self.boss, &mut self.anna);
    }

    /// Somebody calls out.
    pub(crate) fn calls_out(&mut self, does: Outside) {
        let started = Instant::now();
        let before = self.boss.recordings().len();
        self.boss.dial(ECHO);
        if does == Works {
            self.boss.talks();
            hears_anew(&self.boss, before);
            self.boss.hears(TONES[0], 1.0);
            self.boss.hangs_up();
        }
        let reason = self.boss.call_ends();
        let took = started.elapsed();
        let refused = reason.starts_with(['4', '5', '6']) && took < REFUSED;
        assert!(does == Works || refused, "{reason} after {took:?}");
    }

    /// Somebody outside calls in.
    pub(crate) fn is_called(&mut self, does: Outside) {
        if does == Never {
            return;
        }
        let before = self.anna.recordings().len();
        let _ = self.cloud.calls_in(ANNA, CUSTOMER);
        assert_eq!(self.anna.rings().number(), CUSTOMER);
        self.anna.answers();
        self.anna.talks();
        hears_anew(&self.anna, before);
        self.anna.hears(CLOUD, 1.0);
        self.anna.hangs_up();
        self.anna.call_ends();
    }

    /// The call that went out before.
    pub(crate) fn carls_call(&mut self, does: Outside, struck: Instant) -> Option<Duration> {
        if does == Ends {
            self.carl.call_ends();
            let told = struck.elapsed();
            assert!(told < TOLD, "told after {told:?}");
            return Some(told);
        }
        let received = |office: &Self| {
            let told = office.cloud.told("GET", "/sip/calls", &json!(null));
            let calls: serde_json::Value = serde_json::from_str(&told).unwrap();
            calls.as_array().unwrap().iter().filter_map(|call| call["received"].as_u64()).max()
        };
        let before = received(self).expect("the call goes on");
        until("more of his voice", || (received(self)? > before + 50).then_some(()));
        let heard = self.carl.hears(TONES[1], 0.0).seconds;
        self.carl.hears(TONES[1], heard + 1.0);
        None
    }

    /// Nobody inside has noticed anything: since then both were heard without a gap. (Recorders write now and then.)
    pub(crate) fn they_still_talk(&mut self, since: Instant) {
        for (phone, tone) in [(&self.lena, TONES[2]), (&self.mike, TONES[0])] {
            let (heard, of) = (phone.hears(tone, 1.0).seconds, since.elapsed().as_secs_f64());
            assert!(heard > of * 0.95 - 3.0, "{heard} s of {of} s");
        }
    }

    /// Every line says so of itself.
    pub(crate) fn every_line(&self, so: impl Fn(&serde_json::Value) -> bool) -> Option<()> {
        let told = self.house.tells("lines");
        told["lines"].as_array().is_some_and(|lines| lines.iter().all(so)).then_some(())
    }

    /// From where the lines are registered, as the provider sees it.
    pub(crate) fn seen_from(&self) -> BTreeSet<String> {
        let bindings = self.cloud.bindings();
        let devices = bindings.as_object().cloned().unwrap_or_default();
        let all = devices.values().flat_map(|contacts| contacts.as_array().cloned().unwrap_or_default());
        all.map(|contact| contact["source"].to_string()).collect()
    }

    /// Every line is registered from where the office is seen now, and nowhere else.
    pub(crate) fn is_seen_anew(&self, before: &BTreeSet<String>) {
        let what = format!("registrations from elsewhere than {before:?}");
        until(&what, || {
            let now = self.seen_from();
            (now.len() == 1 && now != *before).then_some(())
        });
    }
}

/// Recordings of calls before do not count.
fn hears_anew(phone: &Phone, before: usize) {
    until("a new recording", || (phone.recordings().len() > before).then_some(()));
}

/// One calls the other, who answers; both are heard.
pub(crate) fn call(from: &mut Phone, to: &mut Phone, number: &str) {
    let before = [from.recordings().len(), to.recordings().len()];
    from.dial(number);
    to.rings();
    to.answers();
    from.talks();
    to.talks();
    hears_anew(from, before[0]);
    hears_anew(to, before[1]);
}

fn hang_up(one: &mut Phone, other: &mut Phone) {
    one.hangs_up();
    one.call_ends();
    other.call_ends();
}
