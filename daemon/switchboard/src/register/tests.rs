use std::time::{Duration, Instant};

use account::{Binding, SipUser};
use sip::flow::{Flow, Transport};
use sip::message::Message;

use super::{Bound, Ledger, MOST_CONTACTS, RegisterRefused, Registrar};

#[expect(clippy::disallowed_methods, reason = "an origin for test time")]
fn start() -> Instant {
    Instant::now()
}

fn flow(transport: Transport, connection: u64) -> Flow {
    let peer = "192.0.2.7:41000".parse().unwrap();
    Flow { transport, local: "192.0.2.1:5060".parse().unwrap(), peer, connection }
}

fn udp() -> Flow {
    flow(Transport::Udp, 0)
}

fn mara() -> SipUser {
    "7654321e0".parse().unwrap()
}

fn register(call_id: &str, cseq: u32, lines: &str) -> String {
    format!(
        "REGISTER sip:sipgate.de SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.7;branch=z9hG4bK{cseq}\r\nFrom: <sip:7654321e0@sipgate.de>;tag=1\r\n\
         To: <sip:7654321e0@sipgate.de>\r\nCall-ID: {call_id}\r\nCSeq: {cseq} REGISTER\r\nUser-Agent: desk/1\r\n{lines}Content-Length: 0\r\n\r\n"
    )
}

struct Desk {
    registrar: Registrar,
    now: Instant,
}

impl Desk {
    fn new() -> Self {
        Self { registrar: Registrar::default(), now: start() }
    }

    fn say(&mut self, call_id: &str, cseq: u32, lines: &str) -> Result<Vec<Ledger>, RegisterRefused> {
        self.say_over(udp(), call_id, cseq, lines)
    }

    fn say_over(
        &mut self,
        flow: Flow,
        call_id: &str,
        cseq: u32,
        lines: &str,
    ) -> Result<Vec<Ledger>, RegisterRefused> {
        let text = register(call_id, cseq, lines);
        self.registrar.register(self.now, &mara(), flow, &Message::parse(text.as_bytes()).unwrap())
    }

    fn contacts(&self) -> Vec<&str> {
        self.registrar.of(&mara()).iter().map(|bound| &*bound.contact).collect()
    }

    fn later(&mut self, seconds: u64) -> Vec<Ledger> {
        self.now += Duration::from_secs(seconds);
        self.registrar.expire(self.now)
    }
}

const ONE: &str = "Contact: <sip:m@10.0.0.7:5060>\r\n";

#[test]
fn a_phone_is_known_until_its_time_is_up() {
    let mut desk = Desk::new();
    let ledger = desk.say("a", 1, &format!("{ONE}Expires: 120\r\n")).unwrap();
    assert!(
        matches!(&ledger[..], [Ledger::Bind(b)] if b.remaining == Duration::from_secs(120) && b.user_agent == "desk/1")
    );
    assert_eq!(desk.contacts(), ["sip:m@10.0.0.7:5060"]);
    assert_eq!(desk.registrar.next_deadline(), Some(desk.now + Duration::from_secs(120)));
    assert_eq!(desk.later(119), []);
    assert_eq!(desk.later(1).len(), 1);
    assert!(desk.registrar.is_empty() && desk.registrar.next_deadline().is_none());
}

#[test]
fn the_path_is_the_one_it_came_on_not_the_one_it_claims() {
    let mut desk = Desk::new();
    desk.say("a", 1, ONE).unwrap();
    assert_eq!(desk.registrar.of(&mara())[0].way().peer.to_string(), "192.0.2.7:41000");
}

#[test]
fn coming_back_renews_and_leaving_forgets() {
    let mut desk = Desk::new();
    desk.say("a", 1, ONE).unwrap();
    desk.later(1000);
    desk.say("a", 2, "Contact: <sip:M@10.0.0.7:5060>;expires=60\r\nContact: <sip:m@10.0.0.8>\r\n").unwrap();
    assert_eq!(desk.contacts().len(), 3, "user parts are compared with case");
    desk.say("a", 3, "Contact: <sip:m@10.0.0.8>;expires=0\r\n").unwrap();
    assert_eq!(desk.contacts().len(), 2);
    let ledger = desk.say("a", 4, "Contact: *\r\nExpires: 0\r\n").unwrap();
    assert_eq!((ledger.len(), desk.contacts().len()), (2, 0));
}

#[test]
fn a_phone_that_moved_replaces_itself() {
    let mut desk = Desk::new();
    let named = |host| format!("Contact: <sip:m@{host}>;+sip.instance=\"<urn:uuid:1>\"\r\n");
    desk.say("a", 1, &named("10.0.0.7")).unwrap();
    let ledger = desk.say("b", 1, &named("10.0.0.9")).unwrap();
    assert_eq!(desk.contacts(), ["sip:m@10.0.0.9"]);
    assert!(matches!(&ledger[..], [Ledger::Unbind { .. }, Ledger::Bind(_)]), "{ledger:?}");
}

/// One way of a phone that keeps several (RFC 5626 4.2).
fn way(id: u32, port: u16) -> String {
    format!(
        "Supported: path, outbound\r\nContact: <sip:m@10.0.0.7:{port};ob>;reg-id={id};+sip.instance=\"<urn:uuid:1>\"\r\n"
    )
}

#[test]
fn a_phone_may_keep_two_ways_and_is_rung_once() {
    let mut desk = Desk::new();
    let (first, second) = (flow(Transport::Tcp, 7), flow(Transport::Tcp, 8));
    desk.say_over(first, "a", 1, &way(1, 5070)).unwrap();
    desk.later(10);
    desk.say_over(second, "b", 1, &way(2, 5080)).unwrap();
    let rung = |desk: &Desk| desk.registrar.ways(&mara()).map(Bound::way).collect::<Vec<_>>();
    assert_eq!((desk.contacts().len(), rung(&desk)), (2, vec![second]), "the way confirmed last");
    desk.registrar.closed(second);
    assert_eq!(rung(&desk), [first], "the way that is open");
    let ledger = desk.say_over(flow(Transport::Tcp, 9), "b", 2, &way(2, 5090)).unwrap();
    assert!(
        matches!(&ledger[..], [Ledger::Unbind { contact, .. }, Ledger::Bind(_)] if contact.contains("5080"))
    );
    assert_eq!(rung(&desk), [flow(Transport::Tcp, 9)]);
    desk.say("c", 1, "Contact: <sip:soft@10.0.0.9>\r\n").unwrap();
    assert_eq!(rung(&desk).len(), 2, "another phone of the same login is rung as well");
}

#[test]
fn two_ways_under_one_address_are_not_forgotten_together() {
    let mut desk = Desk::new();
    for id in [1, 2] {
        desk.say_over(flow(Transport::Tcp, u64::from(id)), "a", id, &way(id, 5070)).unwrap();
    }
    let leave = way(2, 5070).replace(";reg-id=2", ";reg-id=2;expires=0");
    assert_eq!(
        desk.say_over(flow(Transport::Tcp, 2), "a", 3, &leave),
        Ok(vec![]),
        "the other way keeps the row"
    );
    assert_eq!(desk.contacts().len(), 1);
}

#[test]
fn a_way_is_kept_only_for_who_knows_what_it_means_and_whose_first_hop_keeps_it() {
    let mut desk = Desk::new();
    let unaware = way(1, 5070).replace("path, outbound", "path");
    desk.say("a", 1, &unaware).unwrap();
    assert_eq!(desk.registrar.of(&mara())[0].reg_id, None);
    let hop = "Via: SIP/2.0/UDP 10.0.0.99;branch=z9hG4bKhop\r\n";
    assert_eq!(desk.say("a", 2, &format!("{hop}{}", way(1, 5070))), Err(RegisterRefused::FirstHop));
    let path = "Path: <sip:hop.test;lr;ob>\r\n";
    assert!(desk.say("a", 3, &format!("{hop}{path}{}", way(1, 5070))).is_ok());
    assert_eq!(desk.registrar.of(&mara())[0].reg_id, Some(1));
    assert!(
        desk.say("a", 4, &format!("{hop}{ONE}")).is_ok(),
        "who asks for nothing special needs no special hop"
    );
}

#[test]
fn asking_without_contact_changes_nothing() {
    let mut desk = Desk::new();
    desk.say("a", 1, ONE).unwrap();
    assert_eq!(desk.say("a", 2, ""), Ok(vec![]));
    assert_eq!(desk.contacts().len(), 1);
}

#[test]
fn what_cannot_be_followed_is_refused_and_changes_nothing() {
    let mut desk = Desk::new();
    desk.say("a", 5, ONE).unwrap();
    let many = "Contact: <sip:m@10.0.1.1>\r\n".repeat(MOST_CONTACTS + 1);
    let rows = [
        ("Contact: *\r\n".to_owned(), RegisterRefused::BadContact),
        (format!("{ONE}Contact: *\r\nExpires: 0\r\n"), RegisterRefused::BadContact),
        ("Contact: <tel:+4930>\r\n".to_owned(), RegisterRefused::BadContact),
        ("Contact: ,;\r\n".to_owned(), RegisterRefused::BadContact),
        (format!("Contact: <sip:{}@10.0.0.7>\r\n", "m".repeat(600)), RegisterRefused::BadContact),
        (format!("{ONE}Expires: 59\r\n"), RegisterRefused::TooBrief),
        (many, RegisterRefused::TooManyContacts),
    ];
    for (lines, why) in rows {
        assert_eq!(desk.say("a", 6, &lines), Err(why), "{lines}");
    }
    assert_eq!(desk.say("a", 4, ONE), Err(RegisterRefused::OutOfOrder));
    assert!(desk.say("a", 5, ONE).is_ok(), "a repeated REGISTER is not an older one");
    assert_eq!(desk.contacts().len(), 1);
}

#[test]
fn a_login_has_room_for_a_few_places_only() {
    let mut desk = Desk::new();
    for place in 0..MOST_CONTACTS {
        desk.say("a", 1, &format!("Contact: <sip:m@10.0.2.{place}>\r\n")).unwrap();
    }
    assert_eq!(desk.say("a", 1, "Contact: <sip:m@10.0.3.1>\r\n"), Err(RegisterRefused::TooManyContacts));
    assert!(desk.say("a", 1, "Contact: <sip:m@10.0.2.1>\r\n").is_ok());
}

#[test]
fn a_closed_connection_leaves_the_contact_to_connect_to() {
    let mut desk = Desk::new();
    let tcp = flow(Transport::Tcp, 7);
    desk.say_over(tcp, "a", 1, "Contact: <sip:m@10.0.0.7:5070;transport=tcp>\r\n").unwrap();
    assert_eq!(desk.registrar.of(&mara())[0].way(), tcp);
    desk.registrar.closed(tcp);
    let way = desk.registrar.of(&mara())[0].way();
    assert_eq!((way.connection, way.peer.to_string()), (0, "10.0.0.7:5070".into()));
}

#[test]
fn bindings_survive_a_restart() {
    let mut desk = Desk::new();
    let ledger = desk.say("a", 1, ONE).unwrap();
    let [Ledger::Bind(kept)] = &ledger[..] else { panic!("{ledger:?}") };
    let kept = Binding { remaining: Duration::from_secs(50), ..kept.clone() };
    let mut next = Registrar::default();
    next.restore(desk.now, &kept);
    assert_eq!(next.of(&mara())[0].way(), udp());
    assert_eq!(next.expire(desk.now + Duration::from_secs(50)).len(), 1);
}

#[test]
fn who_left_the_account_is_forgotten() {
    let mut desk = Desk::new();
    desk.say("a", 1, ONE).unwrap();
    assert_eq!(desk.registrar.keep_only(|_| true), []);
    assert_eq!(desk.registrar.keep_only(|_| false).len(), 1);
    assert_eq!(desk.registrar.len(), 0);
}

#[test]
fn a_phone_that_comes_back_unchanged_is_written_down_once_in_a_while() {
    let mut desk = Desk::new();
    let expires = format!("{ONE}Expires: 600\r\n");
    assert_eq!(desk.say("a", 1, &expires).unwrap().len(), 1);
    let written = (2..=14).map(|cseq| {
        desk.later(300);
        desk.say("a", cseq, &expires).unwrap().len()
    });
    assert_eq!(written.collect::<Vec<_>>(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn whatever_matters_after_a_restart_is_written_down_at_once() {
    let mut desk = Desk::new();
    let minutes = |n: u32| format!("{ONE}Expires: {}\r\n", n * 60);
    desk.say("a", 1, &minutes(10)).unwrap();
    assert_eq!(desk.say("a", 2, &minutes(5)).unwrap(), [], "the record promises more");
    assert_eq!(desk.say("a", 3, &minutes(20)).unwrap().len(), 1, "a longer promise");
    let moved = Flow { peer: "10.0.0.8:5060".parse().unwrap(), ..udp() };
    assert_eq!(desk.say_over(moved, "a", 4, &minutes(20)).unwrap().len(), 1, "another address");
    desk.registrar.distrust_the_store();
    assert_eq!(desk.say_over(moved, "a", 5, &minutes(20)).unwrap().len(), 1, "a store that lost something");
    assert_eq!(desk.say_over(moved, "a", 6, &minutes(20)).unwrap(), []);
    let record = desk.registrar.of(&mara())[0].record(&mara(), Duration::from_secs(1200));
    let mut next = Desk::new();
    next.registrar.restore(next.now, &record);
    assert_eq!(
        next.say_over(moved, "b", 1, &minutes(20)).unwrap().len(),
        1,
        "nobody knows how old the record is"
    );
}
