//! The way out breaks in every way it can, and each kind of call does what it should: a table of eleven faults and five kinds.
//!
//! ```text
//!   phones, box ── LAN ── router (translates) ── WAN ── provider        each its own network namespace
//! ```
//!
//! Whatever happens outside: who talks inside goes on talking, groups ring, phones register. Voice is listened to wherever it
//! flows. Each fault is told once, with its five kinds together, since the office is set up anew for it.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::{
    Gatehouse, Lan, Login, Phone, Place, PracticeCloud, Sipp, Wan, phone::Setup, program::in_tree,
    tone::TONES, until,
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
enum Outside {
    /// It is made, and heard both ways.
    Works,
    /// It goes on, and its voice still goes out.
    GoesOn,
    /// Its caller hears in time that it cannot be.
    Ends,
    /// The provider cannot send any.
    Never,
}
use Outside::{Ends, GoesOn, Never, Works};

/// A row of the table.
struct Fault {
    name: &'static str,
    /// How lines go out: `udp`, `tcp`, `tls` or `named`.
    lines: &'static str,
    /// Whether the router translates addresses; a long way does not go together with that.
    translated: bool,
    strikes: fn(&mut Office),
    /// A call that goes out while it lasts, one that comes in, and one that went out before.
    out: Outside,
    comes: Outside,
    before: Outside,
}

struct Office {
    wan: Wan,
    cloud: PracticeCloud,
    house: Gatehouse,
    desks: (Place, Ipv4Addr),
    api: u16,
    boss: Phone,
    anna: Phone,
    lena: Phone,
    mike: Phone,
    carl: Phone,
    _lan: Lan,
}

impl Office {
    fn open(fault: &Fault) -> Self {
        let mut lan = Lan::new();
        let wan = Wan::of(&mut lan);
        let (place, address) = lan.host("box", 2);
        let (there, provider) = wan.provider();
        let cloud = PracticeCloud::start(&there, provider, &in_tree("tests/practice/accounts/office.json"));
        let api: u16 = cloud.api.rsplit(':').next().unwrap().parse().unwrap();
        cloud.habit("transport", &json!(fault.lines));
        wan.serves(&place, api);
        if !fault.translated {
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
    fn carl_talks_already(&mut self) {
        self.carl.dial(ECHO);
        self.carl.talks();
        self.carl.hears(TONES[1], 1.0);
    }

    fn storms(&self) {
        let login = Login::new("7654321e7", "Uebung-e7-5550");
        let storm = Sipp::new("register.xml").to(self.house.sip()).row(&login).calls(100, 100);
        storm.at(self.desks.0.clone(), &self.desks.1.to_string()).passes();
    }

    fn calls_inside(&mut self) {
        call(&mut self.boss, &mut self.anna, "102");
        self.boss.hears(TONES[1], 1.0);
        self.anna.hears(TONES[0], 1.0);
        hang_up(&mut self.boss, &mut self.anna);
    }

    fn calls_the_group(&mut self) {
        call(&mut self.boss, &mut self.anna, GROUP);
        self.boss.hears(TONES[1], 1.0);
        hang_up(&mut self.boss, &mut self.anna);
    }

    fn calls_out(&mut self, does: Outside) {
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

    fn is_called(&mut self, does: Outside) {
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
    fn carls_call(&mut self, does: Outside, struck: Instant) -> Option<Duration> {
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
    fn they_still_talk(&mut self, since: Instant) {
        for (phone, tone) in [(&self.lena, TONES[2]), (&self.mike, TONES[0])] {
            let (heard, of) = (phone.hears(tone, 1.0).seconds, since.elapsed().as_secs_f64());
            assert!(heard > of * 0.95 - 3.0, "{heard} s of {of} s");
        }
    }
}

/// Recordings of calls before do not count.
fn hears_anew(phone: &Phone, before: usize) {
    until("a new recording", || (phone.recordings().len() > before).then_some(()));
}

fn call(from: &mut Phone, to: &mut Phone, number: &str) {
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

#[expect(clippy::print_stderr, reason = "docs/LINES.md holds what is measured here")]
fn story(fault: &Fault) {
    let mut office = Office::open(fault);
    call(&mut office.lena, &mut office.mike, "105");
    let talking = Instant::now();
    office.carl_talks_already();
    (fault.strikes)(&mut office);
    let struck = Instant::now();
    let told = (fault.before == Ends).then(|| office.carls_call(Ends, struck)).flatten();
    office.calls_out(fault.out);
    office.storms();
    office.calls_inside();
    office.calls_the_group();
    office.is_called(fault.comes);
    if fault.before == GoesOn {
        office.carls_call(GoesOn, struck);
    }
    office.they_still_talk(talking);
    eprintln!(
        "{}: out {:?}, in {:?}, before {:?} {told:.1?}",
        fault.name, fault.out, fault.comes, fault.before
    );
}

/// What most rows have in common: the lines are lost, and the voice of calls goes on.
const LOST: Fault = Fault {
    name: "",
    lines: "udp",
    translated: true,
    strikes: |_| {},
    out: Ends,
    comes: Never,
    before: GoesOn,
};
/// What harms nobody.
const HARMLESS: Fault = Fault { out: Works, comes: Works, ..LOST };

/// Nothing is answered any more, in calls or outside; their voice still flows.
#[test]
fn registrar_silent() {
    let strikes = |office: &mut Office| office.cloud.habit("sip", &json!("silent"));
    story(&Fault { name: "registrar silent", strikes, ..LOST });
}

#[test]
fn registrar_refuses() {
    let strikes = |office: &mut Office| office.cloud.habit("sip", &json!("refuses"));
    story(&Fault { name: "registrar refuses", strikes, ..LOST });
}

#[test]
fn registrar_answers_503() {
    let strikes = |office: &mut Office| office.cloud.habit("sip", &json!("unavailable"));
    story(&Fault { name: "registrar answers 503", strikes, ..LOST });
}

/// What was known goes on being used.
#[test]
fn dns_gone() {
    let strikes = |office: &mut Office| office.cloud.habit("names", &json!("silent"));
    story(&Fault { name: "DNS gone", lines: "named", strikes, ..HARMLESS });
}

#[test]
fn wan_cut_in_the_middle_of_a_call() {
    let strikes = |office: &mut Office| office.wan.swallows(&[]);
    story(&Fault { name: "WAN cut", strikes, before: Ends, ..LOST });
}

/// 5 % lost each way, and 150 ms there and back.
#[test]
fn wan_bad() {
    let strikes = |office: &mut Office| office.wan.is_bad(75, 5);
    story(&Fault { name: "WAN 5 % loss, 150 ms", translated: false, strikes, ..HARMLESS });
}

#[test]
fn nat_rebinding() {
    let strikes = |office: &mut Office| {
        let before = office.seen_from();
        office.wan.forgets_mappings();
        office.is_seen_anew(&before);
    };
    story(&Fault { name: "NAT rebinding", strikes, ..HARMLESS });
}

/// A translator keeps what is quiet for 300 s at most; this one for eight. The box asks for life more often than that, so that it is
/// reached after any silence, and from where it was reached before.
#[test]
fn translator_that_forgets_quickly() {
    let mut office = Office::open(&Fault { name: "translator forgets", ..HARMLESS });
    let before = office.seen_from();
    office.wan.forgets_after(8);
    std::thread::sleep(Duration::from_secs(30));
    office.is_called(Works);
    assert_eq!(office.seen_from(), before);
}

#[test]
fn address_changes() {
    let strikes = |office: &mut Office| {
        let before = office.seen_from();
        office.wan.moves();
        office.is_seen_anew(&before);
    };
    story(&Fault { name: "IP change", strikes, ..HARMLESS });
}

#[test]
fn certificate_expired() {
    let strikes = |office: &mut Office| {
        office.cloud.habit("tls", &json!("expired"));
        office.cloud.cuts_connections();
    };
    story(&Fault { name: "TLS certificate expired", lines: "tls", strikes, ..LOST });
}

#[test]
fn api_down() {
    let strikes = |office: &mut Office| {
        office.wan.swallows(&["-p", "tcp", "--dport", &office.api.to_string()]);
    };
    story(&Fault { name: "API down", strikes, ..HARMLESS });
}

/// The connection is not closed, and nothing comes over it any more.
#[test]
fn tcp_half_open() {
    let strikes = |office: &mut Office| office.wan.swallows(&["-p", "tcp"]);
    story(&Fault { name: "half-open TCP", lines: "tcp", strikes, ..LOST });
}

impl Office {
    /// From where the lines are registered, as the provider sees it.
    fn seen_from(&self) -> BTreeSet<String> {
        let bindings = self.cloud.bindings();
        let devices = bindings.as_object().cloned().unwrap_or_default();
        let all = devices.values().flat_map(|contacts| contacts.as_array().cloned().unwrap_or_default());
        all.map(|contact| contact["source"].to_string()).collect()
    }

    /// Every line is registered from where the office is seen now, and nowhere else.
    fn is_seen_anew(&self, before: &BTreeSet<String>) {
        let what = format!("registrations from elsewhere than {before:?}");
        until(&what, || {
            let now = self.seen_from();
            (now.len() == 1 && now != *before).then_some(())
        });
    }
}
