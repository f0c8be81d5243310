//! Second lines: gateways that are only reached, how they want numbers, and calls that come in over them.

use std::sync::Arc;

use account::{Number, NumberId, NumberKind};

use super::cloud::trunk;
use super::line::Line as End;
use super::office::{Office, account, id};
use super::said::Said;
use crate::Input;
use crate::lines::{Line, LineKind, Manner, Shows, Written};

const BERLIN: &str = "+4930999999";
pub(super) const JOERG: &str = "+4930555011";
pub(super) const MARA: &str = "+4930555012";
const PARIS: &str = "+33142685300";

/// A gateway in the same network: no password, no registration.
fn gateway(numbers: Written, shows: Shows) -> Line {
    let manner = Manner { numbers, shows };
    Line { kind: LineKind::Backup, password: None, manner, presents: vec![id("+4930777")], ..trunk() }
}

fn office(line: &Line) -> Office {
    Office::with_lines(&["mara", "joerg"], std::slice::from_ref(line))
}

/// Mara calls out; the INVITE that the gateway gets.
fn invited(line: &Line, number: &str, lines: &str) -> Said {
    let mut office = office(line);
    let voice = office.phone("mara").voice("sendrecv");
    office.tries_with("mara", &format!("sip:{number}@sipgate.de"), lines, &voice);
    let world = office.rings("cloud");
    office.says(&world, 486);
    world.invite
}

#[test]
fn a_gateway_gets_numbers_as_it_wants_them_written() {
    for (numbers, called, there, shown) in [
        (Written::International, BERLIN, "+4930999999", "4930777"),
        (Written::National, BERLIN, "030999999", "030777"),
        (Written::National, PARIS, "0033142685300", "030777"),
    ] {
        let invite = invited(&gateway(numbers, Shows::Preferred), called, "");
        assert_eq!(invite.first_line(), format!("INVITE sip:{there}@sipgate.de SIP/2.0"));
        assert_eq!(invite.header("P-Preferred-Identity"), format!("<sip:{shown}@sipgate.de>"));
    }
}

/// In which headers the number stands, and what is left of it when the caller hides.
#[test]
fn a_gateway_reads_the_caller_where_it_looks_and_nothing_of_one_who_hides() {
    let own = "<sip:7654321t0@sipgate.de>";
    let number = "<sip:030777@sipgate.de>";
    let nobody = "\"Anonymous\" <sip:anonymous@anonymous.invalid>";
    for (shows, from, preferred, asserted, hidden) in [
        (Shows::Preferred, own, number, "", own),
        (Shows::Asserted, own, "", number, own),
        (Shows::From, number, "", "", nobody),
    ] {
        let line = gateway(Written::National, shows);
        let invite = invited(&line, BERLIN, "");
        assert!(invite.header("From").starts_with(&format!("{from};tag=")), "{}", invite.0);
        let told = [invite.header("P-Preferred-Identity"), invite.header("P-Asserted-Identity")];
        assert_eq!(told, [preferred, asserted], "{shows:?}");
        assert_eq!(invite.header("Privacy"), "");
        let invite = invited(&line, BERLIN, "Privacy: id\r\n");
        assert!(invite.header("From").starts_with(&format!("{hidden};tag=")), "{}", invite.0);
        assert_eq!(invite.header("Privacy"), "id");
    }
}

impl Office {
    /// The account knows a number of Mara's and one of Jörg's.
    pub(super) fn has_numbers(&mut self) {
        let mut house = account();
        for (digits, to) in [(JOERG, "w1"), (MARA, "w0")] {
            let (name, endpoint) = (NumberId::new(digits), Some(id(to)));
            house.numbers.push(Number {
                id: name,
                digits: digits.into(),
                kind: NumberKind::Landline,
                endpoint,
            });
        }
        self.happens(Input::Account(Arc::new(house.indexed())));
    }
}

/// Somebody outside calls this number, and comes in on a gateway.
fn comes_in(line: &Line, number: &str, lines: &str) -> (Office, End) {
    let mut office = office(line);
    office.has_numbers();
    let uri = format!("sip:{number}@192.0.2.1:5060");
    let world = office.world_calls(&uri, "<sip:+4930123456@sipgate.de>", lines);
    (office, world)
}

#[test]
fn a_call_for_the_gateways_own_number_rings_whom_the_admin_named() {
    let line = gateway(Written::National, Shows::From);
    let refused = comes_in(&line, "030777", "").0.hears("cloud");
    assert!(refused.status() >= 400, "{}", refused.0);
    let (mut office, _) = comes_in(&Line { rings: Some(id(JOERG)), ..line }, "030777", "");
    office.rings("joerg");
}

/// The account sends a call on to the second line: it rings where the number leads that was called.
#[test]
fn a_call_that_the_account_sent_on_to_the_second_line_rings_whom_it_was_for() {
    let line = Line { rings: Some(id(MARA)), ..gateway(Written::National, Shows::From) };
    let own = "Diversion: <sip:4930555011@sipgate.de>;reason=unconditional\r\n";
    let (mut office, _) = comes_in(&line, "030777", own);
    office.rings("joerg");
    let (mut office, _) = comes_in(&line, "030777", "Diversion: <sip:4940111@sipgate.de>\r\n");
    office.rings("mara");
}

/// On a trunk the number that was called stands in one of three places (RFC 7315 4.2), the others name the trunk.
#[test]
fn the_number_that_was_called_on_a_trunk_is_read_wherever_it_stands() {
    let trunk_itself = "sip:7654321t0@192.0.2.1:5060";
    let number = "sip:+4930555011@sipgate.de";
    let named = format!("P-Called-Party-ID: <{number}>\r\n");
    for (uri, to, lines) in [
        ("sip:4930555011@192.0.2.1:5060", trunk_itself, ""),
        (trunk_itself, number, ""),
        (trunk_itself, trunk_itself, named.as_str()),
    ] {
        let mut office = Office::with_lines(&["mara", "joerg"], &[trunk()]);
        office.has_numbers();
        let mut line = office.line("cloud", uri);
        (line.near, line.far) = ("<sip:+4930123456@sipgate.de>;tag=world".into(), format!("<{to}>"));
        let voice = office.phone("cloud").voice("sendrecv");
        office.asks(&mut line, "INVITE", lines, &voice);
        office.rings("joerg");
    }
}

/// The account says that both numbers are the trunk's, and no more.
fn trunk_with_numbers(trunk: Line) -> Line {
    let person = |id| account::Destination::User(super::office::id(id));
    let numbers = [(id("+493077710"), person("w1")), (id("+493077711"), person("w0"))];
    Line { dial_in: Arc::new(numbers.into_iter().collect()), ..trunk }
}

fn trunk_with_dial_in() -> Line {
    trunk_with_numbers(Line { presents: vec![id("+4930777")], ..trunk() })
}

#[test]
fn a_number_of_the_trunk_rings_whom_the_admin_chose_for_it() {
    for number in ["+493077710", "493077710", "03077710"] {
        let mut office = office(&trunk_with_dial_in());
        office.world_calls(&format!("sip:{number}@192.0.2.1:5060"), "<sip:+4930123456@sipgate.de>", "");
        office.rings("joerg");
    }
    let mut office = office(&trunk_with_dial_in());
    office.world_calls("sip:+493077712@192.0.2.1:5060", "<sip:+4930123456@sipgate.de>", "");
    let refused = office.hears("cloud");
    assert!(refused.status() >= 400, "nobody was chosen for this one: {}", refused.0);
}

/// What the account says of a number counts, whatever the admin chose.
#[test]
fn a_number_that_the_account_gives_to_somebody_rings_them() {
    let mara = account::Destination::User(id("w0"));
    let line = Line { dial_in: Arc::new([(id(JOERG), mara)].into_iter().collect()), ..trunk() };
    let (mut office, _) = comes_in(&line, JOERG, "");
    office.rings("joerg");
}

#[test]
fn who_has_a_number_of_the_trunk_is_shown_with_it() {
    for (phone, shown) in [("joerg", "493077710"), ("mara", "493077711")] {
        let mut office = office(&trunk_with_dial_in());
        office.dials(phone, BERLIN);
        let invite = office.rings("cloud").invite;
        assert_eq!(invite.header("P-Preferred-Identity"), format!("<sip:{shown}@sipgate.de>"));
    }
}

/// Somebody gets an extension: the provider need not know.
#[test]
fn whom_numbers_ring_changes_while_the_trunk_stays_registered() {
    let mut office = Office::with_lines(&["mara", "joerg"], &[trunk()]);
    office.cloud.registers.clear();
    office.has_lines(&[trunk_with_numbers(trunk())]);
    assert!(office.is_up(&trunk()) && office.cloud.registers.is_empty(), "{:?}", office.cloud.registers);
    office.world_calls("sip:+493077710@192.0.2.1:5060", "<sip:+4930123456@sipgate.de>", "");
    office.rings("joerg");
}
