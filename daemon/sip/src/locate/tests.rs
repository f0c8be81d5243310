use std::net::IpAddr;

use proptest::prelude::*;

use super::*;
use crate::view::Uri;

#[expect(clippy::disallowed_methods, reason = "a test has to start at some moment")]
fn start() -> Instant {
    Instant::now()
}

/// A locator, its clock, and a name server that knows a few lines and counts what it is asked.
struct Office {
    locator: Locator,
    now: Instant,
    zone: Vec<(Question, Records)>,
    works: bool,
    asked: usize,
}

impl Office {
    fn new(zone: &[&str]) -> Self {
        let transports = vec![Transport::Tls, Transport::Udp, Transport::Tcp];
        let reach = Reach { transports, families: vec![Family::V6, Family::V4] };
        let locator = Locator::new(reach, Seed::new([5; 32]));
        let zone = zone.iter().map(|line| record(line)).collect();
        Self { locator, now: start(), zone, works: true, asked: 0 }
    }

    fn find(&mut self, uri: &str) -> Vec<Hop> {
        self.look(&Target::of(&Uri::parse(uri.as_bytes()).unwrap()).unwrap())
    }

    fn look(&mut self, target: &Target) -> Vec<Hop> {
        for _ in 0..40 {
            match self.locator.find(self.now, target) {
                Located::Hops(hops) => return hops,
                Located::Nowhere => return vec![],
                Located::Ask(questions) => {
                    assert!((1..=16).contains(&questions.len()));
                    questions.into_iter().for_each(|question| self.ask(question));
                }
            }
        }
        panic!("this never ends");
    }

    fn ask(&mut self, question: Question) {
        self.asked += 1;
        let mut records = match question.kind {
            Kind::Naptr => Records::Naptr(vec![]),
            Kind::Srv => Records::Srv(vec![]),
            Kind::A | Kind::Aaaa => Records::Addresses(vec![]),
        };
        for (_, known) in self.zone.iter().filter(|(about, _)| *about == question) {
            match (&mut records, known) {
                (Records::Naptr(all), Records::Naptr(one)) => all.extend(one.iter().cloned()),
                (Records::Srv(all), Records::Srv(one)) => all.extend(one.iter().cloned()),
                (Records::Addresses(all), Records::Addresses(one)) => all.extend(one),
                _ => {}
            }
        }
        let answer = self.works.then_some(Answer { records, ttl: Duration::from_secs(300) });
        self.locator.learn(self.now, question, answer);
    }

    /// The hops of a URI in words: `UDP 192.0.2.1:5060`.
    fn words(&mut self, uri: &str) -> Vec<String> {
        self.find(uri).iter().map(|hop| format!("{} {}", hop.transport.token(), hop.address)).collect()
    }
}

/// `name NAPTR order preference flags service replacement`, `name SRV priority weight port target`, `name A ip`.
fn record(line: &str) -> (Question, Records) {
    let words: Vec<&str> = line.split(' ').collect();
    let number = |place: usize| words[place].parse::<u16>().unwrap();
    let (kind, records) = match words[1] {
        "NAPTR" => {
            let (flags, service, replacement) = (words[4].into(), words[5].into(), words[6].into());
            let naptr = Naptr { order: number(2), preference: number(3), flags, service, replacement };
            (Kind::Naptr, Records::Naptr(vec![naptr]))
        }
        "SRV" => {
            let target = words[5].into();
            let srv = Srv { priority: number(2), weight: number(3), port: number(4), target };
            (Kind::Srv, Records::Srv(vec![srv]))
        }
        family => {
            let ip: IpAddr = words[2].parse().unwrap();
            (if family == "A" { Kind::A } else { Kind::Aaaa }, Records::Addresses(vec![ip]))
        }
    };
    (Question::about(words[0], kind).unwrap(), records)
}

/// RFC 3263 4.1 and 4.2: numbers need nobody.
#[test]
fn addresses_with_numbers_are_never_asked_about() {
    let mut office = Office::new(&[]);
    for (uri, expected) in [
        ("sip:192.0.2.1", "UDP 192.0.2.1:5060"),
        ("sip:a@192.0.2.1:5070", "UDP 192.0.2.1:5070"),
        ("sip:192.0.2.1;transport=tcp", "TCP 192.0.2.1:5060"),
        ("sips:192.0.2.1", "TLS 192.0.2.1:5061"),
        ("sips:192.0.2.1;transport=tcp", "TLS 192.0.2.1:5061"),
        ("sip:[2001:db8::1]:5066;transport=tls", "TLS [2001:db8::1]:5066"),
        ("sip:unknown.example;maddr=192.0.2.9", "UDP 192.0.2.9:5060"),
    ] {
        assert_eq!(office.words(uri), [expected], "{uri}");
    }
    assert_eq!(office.asked, 0);
    for uri in ["tel:+4930", "isbn:1", "sip:192.0.2.1;transport=sctp"] {
        assert_eq!(Target::of(&Uri::parse(uri.as_bytes()).unwrap()), None, "{uri}");
    }
}

/// RFC 3263 4.2: with a port there is no service to look for.
#[test]
fn a_port_asks_for_addresses_only() {
    let mut office = Office::new(&["h.example A 192.0.2.1", "h.example AAAA 2001:db8::1"]);
    assert_eq!(office.words("sip:h.example:5080"), ["UDP [2001:db8::1]:5080", "UDP 192.0.2.1:5080"]);
    assert_eq!(office.asked, 2);
    assert_eq!(office.find("sip:h.example:5080")[0].name.as_deref(), Some("h.example"));
}

const PROVIDER: &[&str] = &[
    "p.example NAPTR 50 50 s SIPS+D2T _sips._tcp.p.example.",
    "p.example NAPTR 90 50 S sip+d2t _sip._tcp.p.example",
    "p.example NAPTR 100 50 s SIP+D2U _sip._udp.p.example",
    "p.example NAPTR 10 50 s SIP+D2S _sip._sctp.p.example",
    "p.example NAPTR 10 50 u E2U+sip !^.*$!sip:x@p.example!",
    "_sips._tcp.p.example SRV 10 0 5061 s1.p.example",
    "_sip._tcp.p.example SRV 10 0 5060 s1.p.example",
    "_sip._udp.p.example SRV 20 0 5060 s2.p.example",
    "_sip._udp.p.example SRV 10 0 5060 s1.p.example",
    "s1.p.example A 192.0.2.1",
    "s2.p.example A 192.0.2.2",
];

/// The example of RFC 3263 4.1: the domain's order, what we do not speak left out.
#[test]
fn the_domain_says_how_to_speak() {
    let mut office = Office::new(PROVIDER);
    let all = ["TLS 192.0.2.1:5061", "TCP 192.0.2.1:5060", "UDP 192.0.2.1:5060", "UDP 192.0.2.2:5060"];
    assert_eq!(office.words("sip:P.Example"), all);
    let asked = office.asked;
    assert_eq!(office.words("sip:p.example"), all);
    assert_eq!(office.asked, asked, "what is known is not asked again");
    assert_eq!(office.words("sips:p.example"), all[..1]);
    assert_eq!(office.words("sip:p.example;transport=udp"), all[2..]);
}

#[test]
fn without_naptr_every_transport_is_looked_for() {
    let mut office = Office::new(&PROVIDER[5..]);
    let found = office.words("sip:p.example");
    assert_eq!(
        found,
        ["TLS 192.0.2.1:5061", "UDP 192.0.2.1:5060", "UDP 192.0.2.2:5060", "TCP 192.0.2.1:5060"]
    );
    let mut bare = Office::new(&["p.example A 192.0.2.5"]);
    assert_eq!(bare.words("sip:p.example"), ["UDP 192.0.2.5:5060"]);
    assert_eq!(bare.words("sips:p.example"), ["TLS 192.0.2.5:5061"]);
    assert_eq!(bare.words("sip:p.example;transport=tcp"), ["TCP 192.0.2.5:5060"]);
    assert!(bare.words("sip:elsewhere.example").is_empty());
}

/// RFC 2782: a dot says that there is no such service here.
#[test]
fn a_domain_can_say_no() {
    let mut office = Office::new(&["_sip._udp.p.example SRV 0 0 0 .", "p.example A 192.0.2.5"]);
    assert!(office.words("sip:p.example").is_empty());
    assert!(office.words("sip:p.example;transport=udp").is_empty());
}

#[test]
fn names_that_are_none_are_not_asked_for() {
    let mut office = Office::new(&[
        "p.example NAPTR 1 1 s SIP+D2U _sip._udp.p.example",
        "_sip._udp.p.example SRV 0 0 5060 bad/name",
    ]);
    assert!(office.words("sip:p.example").is_empty());
    assert_eq!(Question::about("a b", Kind::A), None);
    assert_eq!(Question::about(&"a".repeat(254), Kind::A), None);
}

/// RFC 2782: priorities are strict, weights are shares.
#[test]
fn requests_spread_by_weight() {
    let mut office = Office::new(&[
        "_sip._udp.p.example SRV 5 30 5060 a.example",
        "_sip._udp.p.example SRV 5 10 5060 b.example",
        "_sip._udp.p.example SRV 5 0 5060 c.example",
        "_sip._udp.p.example SRV 9 60000 5060 d.example",
        "a.example A 192.0.2.1",
        "b.example A 192.0.2.2",
        "c.example A 192.0.2.3",
        "d.example A 192.0.2.4",
    ]);
    let mut first = [0; 5];
    for _ in 0..4_000 {
        let hops = office.find("sip:p.example;transport=udp");
        let last = |place: usize| match hops[place].address.ip() {
            IpAddr::V4(v4) => usize::from(v4.octets()[3]),
            IpAddr::V6(_) => panic!("no such record"),
        };
        assert_eq!((hops.len(), last(3)), (4, 4));
        first[last(0)] += 1;
    }
    assert!((2_700..3_200).contains(&first[1]) && (800..1_150).contains(&first[2]), "{first:?}");
    assert!(first[3] < 250 && first[3] > 0, "hardly ever, but ever: {first:?}");
}

/// RFC 3263 4.3.
#[test]
fn a_hop_that_failed_is_tried_last_until_it_recovers() {
    let mut office = Office::new(PROVIDER);
    let hops = office.find("sip:p.example;transport=udp");
    let last = |office: &mut Office| office.find("sip:p.example;transport=udp").pop().unwrap().address;
    office.locator.failed(office.now, &hops[0], None);
    assert_eq!(last(&mut office), hops[0].address);
    office.locator.worked(&hops[0]);
    assert_eq!(last(&mut office), hops[1].address);
    office.locator.failed(office.now, &hops[0], Some(120));
    office.now += SHUNNED;
    assert_eq!(last(&mut office), hops[0].address, "it asked for two minutes");
    office.now += SHUNNED;
    assert_eq!(last(&mut office), hops[1].address);
    office.locator.failed(office.now, &hops[0], None);
    office.locator.failed(office.now, &hops[1], None);
    assert_eq!(office.find("sip:p.example;transport=udp"), hops, "where all are bad, all are tried");
}

#[test]
fn a_line_outlives_its_name_server() {
    let mut office = Office::new(PROVIDER);
    let known = office.words("sip:p.example");
    office.works = false;
    office.now += Duration::from_secs(301);
    let asked = office.asked;
    assert_eq!(office.words("sip:p.example"), known);
    assert!(office.asked > asked, "it is asked again");
    let asked = office.asked;
    assert_eq!(office.words("sip:p.example"), known);
    assert_eq!(office.asked, asked, "but not for every call");
    office.now += Duration::from_secs(8 * 24 * 3600);
    assert!(office.words("sip:p.example").is_empty());
    office.works = true;
    office.now += cache::FAILED;
    assert_eq!(office.words("sip:p.example"), known);
}

/// What an earlier run knew counts where the resolver fails, as long as it may; where it answers, the answer does.
#[test]
fn a_new_run_lives_on_what_the_last_one_was_told() {
    let recall = |office: &mut Office| {
        let (question, records) = record("p.example A 192.0.2.1");
        office.locator.recall(office.now, Recalled { question, records, left: Duration::from_secs(3600) });
    };
    let mut office = Office::new(&[]);
    recall(&mut office);
    office.works = false;
    assert_eq!(office.words("sip:p.example:5070"), ["UDP 192.0.2.1:5070"]);
    assert!(office.asked > 0, "the resolver comes first");
    office.now += Duration::from_secs(3601);
    assert!(office.words("sip:p.example:5070").is_empty(), "it is too old by now");

    let mut office = Office::new(&["p.example A 192.0.2.77"]);
    recall(&mut office);
    assert_eq!(office.words("sip:p.example:5070"), ["UDP 192.0.2.77:5070"]);
    recall(&mut office);
    assert_eq!(office.words("sip:p.example:5070"), ["UDP 192.0.2.77:5070"], "news is not overwritten");
}

/// Whoever leans on names knows when to look again, and since when nobody answers.
#[test]
fn how_long_a_name_holds_and_since_when_nobody_answers_is_known() {
    let mut office = Office::new(&["p.example A 192.0.2.1"]);
    let target = Target::named("p.example:5060", None).unwrap();
    let (begun, ttl) = (office.now, Duration::from_secs(300));
    assert_eq!(office.locator.look(begun, &Target::named("192.0.2.1", None).unwrap()).1, Standing::default());
    assert_eq!(office.look(&target).len(), 1);
    let standing = |office: &mut Office| office.locator.look(office.now, &target).1;
    assert_eq!(standing(&mut office), Standing { until: Some(begun + ttl), failing: None });

    office.works = false;
    office.now += ttl;
    assert_eq!(office.look(&target).len(), 1);
    let gone = office.now;
    assert_eq!(standing(&mut office), Standing { until: Some(gone + cache::FAILED), failing: Some(gone) });
    office.now += cache::FAILED;
    assert_eq!(office.look(&target).len(), 1);
    assert_eq!(standing(&mut office).failing, Some(gone), "since the first time");

    office.works = true;
    office.zone = vec![record("p.example A 192.0.2.2")];
    office.now += cache::FAILED;
    assert_eq!(office.look(&target)[0].address, "192.0.2.2:5060".parse().unwrap());
    assert_eq!(standing(&mut office), Standing { until: Some(office.now + ttl), failing: None });
}

/// A router that never answers one kind of question does so all day: that is no outage.
#[test]
fn a_name_that_was_never_answered_is_not_said_to_have_fallen_silent() {
    let mut office = Office::new(&[]);
    office.works = false;
    let target = Target::named("p.example:5060", None).unwrap();
    assert!(office.look(&target).is_empty());
    assert_eq!(office.locator.look(office.now, &target).1.failing, None);
}

#[test]
fn memory_is_bounded() {
    let mut office = Office::new(&[]);
    for number in 0..2 * cache::MOST {
        assert!(office.words(&format!("sip:h{number}.example:5060")).is_empty());
        let hop =
            Target::named(&format!("192.0.2.1:{}", number + 1), None).map(|target| office.look(&target));
        office.locator.failed(office.now, &hop.unwrap()[0], None);
    }
    assert!(office.locator.cache.len() <= cache::MOST);
    assert!(office.locator.shunned.len() <= MOST_SHUNNED);
}

fn line() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "p.example",
        "s.example",
        "_sip._udp.p.example",
        "_sips._tcp.p.example",
        ".",
    ]);
    let services = prop::sample::select(vec!["SIP+D2U", "SIPS+D2T", "SIP+D2T", "SIP+D2W"]);
    (names.clone(), 0..4_u8, 0..3_u16, 0..3_u16, services, names).prop_map(
        |(name, kind, one, two, service, target)| {
            let name = if name == "." { "p.example" } else { name };
            match kind {
                0 => format!("{name} NAPTR {one} {two} s {service} {target}"),
                1 => format!("{name} SRV {one} {two} 5060 {target}"),
                2 => format!("{name} A 192.0.2.{one}"),
                _ => format!("{name} AAAA 2001:db8::{two}"),
            }
        },
    )
}

proptest! {
    /// Whatever a domain says, even about itself in circles, every search ends soon and stays small.
    #[test]
    fn every_search_ends(lines in prop::collection::vec(line(), 0..40)) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut office = Office::new(&lines);
        for uri in ["sip:p.example", "sips:p.example", "sip:p.example;transport=tcp", "sip:s.example:5060"] {
            prop_assert!(office.find(uri).len() <= 24);
        }
        prop_assert!(office.asked < 200);
    }
}

#[test]
fn a_place_may_say_how_it_is_reached() {
    let place = |text, wins| Target::named(text, wins).unwrap();
    assert_eq!(place("192.0.2.1:5061;transport=tls", None), place("192.0.2.1:5061", Some(Transport::Tls)));
    assert_ne!(
        place("192.0.2.1;transport=tls", Some(Transport::Tcp)),
        place("192.0.2.1;transport=tls", None)
    );
}
