//! Telephones ask where their configuration lies (RFC 6080), with a login and, as they come out of the box, without.

use std::sync::Arc;

use sip::message::Message;
use sip::package::profile::EXTERNAL;

use super::office::Office;
use super::said::Said;
use super::{MINUTE, SECOND};
use crate::Input;
use crate::provisioning::Provisioning;

const DEVICE: &str = "ua-profile;profile-type=\"device\"";
const SNOM: &str = "ua-profile;profile-type=\"device\";vendor=\"snom\";model=\"snom300\";version=\"7.1\"";
const EVERYBODY: &str = "https://10.0.0.1/{mac}.xml";

/// Telephones of every vendor, and Yealink's, are told this; the phones of the office are near.
fn provisioned(everybody: Option<&str>, yealink: Option<&str>) -> Provisioning {
    let yealink = yealink.map(|address| ("Yealink".to_owned(), address.parse().unwrap()));
    Provisioning {
        everybody: everybody.map(|address| address.parse().unwrap()),
        vendors: yealink.into_iter().collect(),
        networks: vec!["192.0.2.0/28".parse().unwrap()],
    }
}

fn office(everybody: Option<&str>, yealink: Option<&str>) -> Office {
    let mut office = Office::open();
    office.tells(provisioned(everybody, yealink));
    office
}

impl Office {
    fn tells(&mut self, told: Provisioning) {
        self.happens(Input::Provisioning(Arc::new(told)));
    }

    /// A telephone as it comes out of the box asks everybody in the network; returns what it said.
    fn asks_everybody(&mut self, phone: &'static str, number: u32, event: &str) -> String {
        let text = self.question(phone, number, event);
        self.calls_to_all(phone, &text);
        text
    }

    fn question(&self, phone: &'static str, number: u32, event: &str) -> String {
        let here = self.phone(phone).flow.peer;
        format!(
            "SUBSCRIBE sip:MAC%3a000413AABBCC@224.0.1.75 SIP/2.0\r\nVia: SIP/2.0/UDP {here};rport;branch=z9hG4bK-new{number}\r\n\
             From: <sip:MAC%3a000413AABBCC@224.0.1.75>;tag=658512961\r\nTo: <sip:MAC%3a000413AABBCC@224.0.1.75>\r\n\
             Call-ID: new{number}\r\nCSeq: 1 SUBSCRIBE\r\nEvent: {event}\r\nExpires: 0\r\nAccept: application/url\r\n\
             Contact: <sip:{here}>\r\nContent-Length: 0\r\n\r\n"
        )
    }

    fn calls_to_all(&mut self, phone: &str, text: &str) {
        let (flow, message) = (self.phone(phone).flow, Message::parse(text.as_bytes()).unwrap());
        self.happens(Input::AskedAll { flow, message });
    }

    /// The same telephone asks the box itself.
    fn asks_us(&mut self, phone: &'static str, number: u32, event: &str) {
        let before = self.question(phone, number, event);
        self.post(phone, &before.replace("@224.0.1.75 SIP", "@192.0.2.1 SIP"));
    }

    /// The answer and the NOTIFY to that.
    fn is_given_an_address(&mut self, phone: &'static str) -> (Said, Said) {
        let (answer, told) = (self.hears(phone), self.hears(phone));
        assert!(answer.is_answer(200, "SUBSCRIBE"), "{}", answer.0);
        assert!(told.is_request("NOTIFY"), "{}", told.0);
        (answer, told)
    }
}

fn confirms(office: &mut Office, phone: &str, told: &Said) {
    let copied =
        ["Via", "From", "To", "Call-ID", "CSeq"].map(|name| format!("{name}: {}\r\n", told.header(name)));
    office.post(phone, &format!("SIP/2.0 200 OK\r\n{}Content-Length: 0\r\n\r\n", copied.concat()));
}

/// RFC 6665 4.4.3: one answer, one NOTIFY, and nothing after it.
#[test]
fn section_6_6_a_new_telephone_is_told_once_where_its_configuration_lies() {
    let mut office = office(Some(EVERYBODY), None);
    let asked = office.asks_everybody("mara", 1, SNOM);
    let (answer, told) = office.is_given_an_address("mara");
    assert_eq!((answer.header("Expires"), answer.contact()), ("0", "sip:gatehouse@192.0.2.1:5060"));
    assert_eq!(told.first_line(), "NOTIFY sip:192.0.2.11:5062 SIP/2.0");
    assert_eq!(told.header("Event"), "ua-profile;effective-by=0");
    assert_eq!(told.header("Subscription-State"), "terminated;reason=timeout");
    assert_eq!(
        (told.header("Content-Type"), told.body()),
        ("application/url", "https://10.0.0.1/000413aabbcc.xml")
    );
    assert_eq!((told.header("Call-ID"), told.header("From")), ("new1", answer.header("To")));
    assert_eq!(told.header("To"), "<sip:MAC%3a000413AABBCC@224.0.1.75>;tag=658512961");
    for secret in ["7654321", "Mara", "101", "sipgate"] {
        assert!(!told.0.contains(secret) && !answer.0.contains(secret), "{secret} in {}", told.0);
    }
    office.calls_to_all("mara", &asked);
    assert_eq!(office.hears("mara"), answer, "a copy of the question gets a copy of the answer");
    confirms(&mut office, "mara", &told);
    office.passes(MINUTE);
    office.nobody_hears_anything();
    assert_eq!(office.board.events.in_memory(), [0; 8]);
}

/// As Snom phones of 2001 ask: no branch, no Max-Forwards, and a domain that is not ours.
#[test]
fn section_6_6_a_telephone_with_old_manners_is_told_as_well() {
    let mut office = office(Some(EVERYBODY), None);
    office.calls_to_all(
        "joerg",
        "SUBSCRIBE sip:MAC%3a00135E874B49@intern.snom.de SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.12:5062;rport\r\n\
         From: <sip:MAC%3a00135E874B49@intern.snom.de>;tag=658512961\r\n\
         To: <sip:MAC%3a00135E874B49@intern.snom.de>\r\nCall-ID: 1930770594@192.0.2.12\r\nCSeq: 1 SUBSCRIBE\r\n\
         Event: ua-profile;profile-type=\"device\";vendor=\"OEM\";model=\"OEM\";version=\"7.1.19\"\r\nExpires: 0\r\n\
         Accept: application/url\r\nContact: <sip:192.0.2.12:5062>\r\nContent-Length: 0\r\n\r\n",
    );
    let (_, told) = office.is_given_an_address("joerg");
    assert_eq!(told.body(), "https://10.0.0.1/00135e874b49.xml");
}

#[test]
fn section_6_6_nobody_else_hears_an_address_without_a_proof() {
    // Nothing is told at all.
    let mut closed = Office::open();
    closed.asks_us("mara", 1, SNOM);
    assert_eq!(closed.hears("mara").status(), 401);
    let mut office = office(Some(EVERYBODY), None);
    // From somewhere else.
    office.asks_us("provider", 1, SNOM);
    let said = office.hears("provider");
    assert!(said.status() == 401 && !said.0.contains("10.0.0.1/"), "{}", said.0);
    // Of a person.
    office.asks_us("mara", 2, "ua-profile;profile-type=\"user\"");
    assert_eq!(office.hears("mara").status(), 401);
    // Something else.
    office.asks_us("mara", 3, "dialog");
    assert_eq!(office.hears("mara").status(), 401);
    // Who asks everybody is asked for nothing.
    let user = "ua-profile;profile-type=\"user\"";
    for (number, phone, event) in [(10, "provider", SNOM), (11, "mara", "dialog"), (12, "mara", user)] {
        office.asks_everybody(phone, number, event);
    }
    closed.asks_everybody("mara", 10, SNOM);
    closed.nobody_hears_anything();
    let other = office.question("mara", 6, SNOM).replace("SUBSCRIBE", "OPTIONS");
    office.calls_to_all("mara", &other);
    office.nobody_hears_anything();
    // While the box goes down.
    office.happens(Input::Goodbye);
    office.asks_us("mara", 4, SNOM);
    assert_eq!(office.hears("mara").status(), 401);
    office.nobody_hears_anything();
}

#[test]
fn section_6_6_a_telephone_may_ask_the_box_itself() {
    let mut office = office(Some(EVERYBODY), None);
    office.asks_us("mara", 1, SNOM);
    let (_, told) = office.is_given_an_address("mara");
    assert_eq!(told.body(), "https://10.0.0.1/000413aabbcc.xml");
    office.asks_us("mara", 2, "ua-profile;profile-type=\"everything\"");
    assert_eq!(office.hears("mara").status(), 489);
}

/// RFC 6665 4.2.1.3, and silence where the question went to everybody: somebody else may know.
#[test]
fn section_6_6_a_telephone_of_another_vendor_is_left_to_others() {
    let mut office = office(None, Some("tftp://10.0.0.1/{model}/{mac}.cfg"));
    office.asks_everybody("mara", 1, SNOM);
    office.asks_everybody("mara", 2, "ua-profile;profile-type=\"device\";vendor=\"yealink\"");
    office.asks_everybody("mara", 3, "ua-profile;profile-type=\"everything\"");
    office.nobody_hears_anything();
    office.asks_everybody("mara", 4, "ua-profile;profile-type=\"device\";vendor=\"yealink\";model=\"T46S\"");
    let (_, told) = office.is_given_an_address("mara");
    assert_eq!(told.body(), "tftp://10.0.0.1/T46S/000413aabbcc.cfg");
    for (event, status) in [(DEVICE, 489), ("ua-profile;profile-type=\"everything\"", 489)] {
        let mut line = office.line("mara", "sip:MAC%3a000413AABBCC@sipgate.de");
        office.asks(&mut line, "SUBSCRIBE", &format!("Event: {event}\r\n"), "");
        let answer = office.hears("mara");
        assert_eq!(answer.status(), status);
        assert!(answer.header("Allow-Events").ends_with("ua-profile"));
    }
    let mut line = office.line("mara", "sip:MAC%3a000413AABBCC@sipgate.de");
    office.asks(&mut line, "SUBSCRIBE", &format!("Event: {DEVICE}\r\nAccept: text/html\r\n"), "");
    assert_eq!(office.hears("mara").status(), 406);
    office.nobody_hears_anything();
}

#[test]
fn section_6_10_who_asks_without_end_is_not_told_without_end() {
    let mut office = office(Some(EVERYBODY), None);
    for number in 0..20 {
        office.asks_everybody("mara", number, SNOM);
    }
    let heard = office.hears_all("mara");
    assert_eq!(heard.iter().filter(|said| said.is_request("NOTIFY")).count(), 4);
    assert_eq!(heard.len(), 8);
    office.asks_everybody("joerg", 21, SNOM);
    office.is_given_an_address("joerg");
    office.passes(60 * SECOND);
    office.hears_all("mara");
    office.hears_all("joerg");
    office.asks_everybody("mara", 22, SNOM);
    office.is_given_an_address("mara");
}

#[test]
fn section_6_7_a_phone_with_a_login_is_told_again_when_the_address_changes() {
    let mut office = office(Some("https://10.0.0.1/{vendor}.xml"), None);
    let address = "sip:MAC%3a000413AABBCC@sipgate.de";
    let mut line = office.line("lena", address);
    let asks = "ua-profile;id=7;profile-type=\"device\";vendor=\"snom\"";
    let answer = office.asks_for_news(&mut line, asks, "Accept: message/external-body\r\nExpires: 86400\r\n");
    // A phone may be near and known: without a proof it would have been told once.
    line.far = answer.header("To").into();
    let told = office.is_told(&line);
    assert_eq!((answer.status(), told.header("Event")), (200, "ua-profile;id=7;effective-by=0"));
    let (status, kind) = (told.header("Subscription-State"), told.header("Content-Type"));
    assert_eq!((status, answer.header("Expires")), ("active;expires=3600", "3600"));
    assert_eq!(kind, format!("{EXTERNAL};access-type=\"URL\";URL=\"https://10.0.0.1/snom.xml\""));
    assert!(told.body().starts_with("Content-Type: application/octet-stream\r\nContent-ID: <"), "{}", told.0);
    office.passes(SECOND);
    office.tells(provisioned(Some("https://10.0.0.1/{vendor}.xml"), Some("https://10.0.0.2/y.xml")));
    office.nobody_hears_anything();
    office.tells(provisioned(Some("https://10.0.0.2/{vendor}.xml"), None));
    assert!(office.is_told(&line).header("Content-Type").ends_with("URL=\"https://10.0.0.2/snom.xml\""));
    office.passes(SECOND);
    office.tells(Provisioning::default());
    let last = office.is_told(&line);
    assert_eq!(last.header("Subscription-State"), "terminated;reason=noresource");
    assert_eq!(last.body(), "");
    assert_eq!(office.board.events.in_memory(), [0; 8]);
}

#[test]
fn section_5_1_4_a_user_s_profile_is_for_that_user() {
    let mut office = office(Some("https://10.0.0.1/all.xml"), None);
    for (address, status) in
        [("sip:103@sipgate.de", 200), ("sip:102@sipgate.de", 403), ("sip:999@sipgate.de", 404)]
    {
        let mut line = office.line("lena", address);
        let asks = "ua-profile;profile-type=\"user\"";
        let answer = office.asks_for_news(&mut line, asks, "Expires: 0\r\n");
        assert_eq!(answer.status(), status, "{address}");
        if status == 200 {
            let told = office.is_told(&line);
            assert_eq!(told.header("Subscription-State"), "terminated;reason=timeout");
            assert!(told.header("Content-Type").ends_with("URL=\"https://10.0.0.1/all.xml\""));
        }
    }
}
