//! A page in a browser registers over WebSocket and talks with desk phones; a page of somebody else is not let in.

use std::net::SocketAddr;
use std::time::Duration;

use tests::program::{as_root, run};
use tests::{
    Gatehouse, Lan, Phone, Place, PracticeCloud, Softphone, Wire, phone::Setup, secure::Page, tone::TONES,
    until, until_within,
};

const ANNA: u32 = TONES[0];
const BEN: u32 = TONES[2];
/// Two seconds of voice.
const A_WHILE: u64 = 100;

/// A box that also listens for browsers.
fn house(cloud: &PracticeCloud) -> (Gatehouse, SocketAddr) {
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    let server = SocketAddr::from((house.address(), 5062));
    let config = house.config();
    *config = config.replace("\"tls:", &format!("\"wss:{server}\", \"tls:"));
    house.has_no_mailboxes();
    house.power_on();
    house.knows_the_account();
    (house, server)
}

#[test]
fn a_page_of_the_box_registers_and_is_called_on_its_own_connection() {
    let cloud = PracticeCloud::office();
    let (house, server) = house(&cloud);
    let origin = format!("https://{}:8443", house.address());
    let page = Page::open(server, &house.root(), &origin).expect("our own page is let in");
    let mut ben = Wire::web(server, page);
    let answer = ben.register(cloud.phone("103"), 300);
    assert_eq!(answer.status(), Some(200), "{}", answer.0);
    assert!(answer.header("Contact").is_some_and(|contact| contact.contains(".invalid")), "{}", answer.0);

    let mut anna = Wire::udp(house.sip());
    let mut draft = anna.draft("INVITE", &cloud.phone("102").user, &format!("sip:103@{}", house.sip()));
    draft = draft.offering(anna.here());
    let calling = std::thread::spawn({
        let login = cloud.phone("102").clone();
        move || anna.ask_as(&login, &mut draft)
    });
    let invite = ben.receive_where("an INVITE", |message| message.method() == Some("INVITE"));
    assert!(invite.header("Via").is_some_and(|via| via.starts_with("SIP/2.0/WSS ")), "{}", invite.0);
    assert!(
        invite.header("Contact").is_some_and(|contact| contact.contains(";transport=ws")),
        "{}",
        invite.0
    );
    ben.reply(&invite, "486 Busy Here", "page", "");
    let answer = calling.join().unwrap();
    assert_eq!(answer.status(), Some(486), "{}", answer.0);
}

#[test]
fn a_page_of_somebody_else_is_turned_away() {
    let cloud = PracticeCloud::office();
    let (house, server) = house(&cloud);
    let refused = Page::open(server, &house.root(), "https://evil.example").unwrap_err();
    assert!(matches!(&refused, tungstenite::Error::Http(answer) if answer.status() == 403), "{refused}");
}

#[test]
fn a_page_is_let_in_at_an_address_that_the_box_gets_late() {
    let mut lan = Lan::new();
    let (place, address) = lan.host("box", 2);
    let Place::Namespace(namespace) = &place else { unreachable!("it is a namespace") };
    let namespace = namespace.clone();
    let mut house = Gatehouse::at(place.clone(), address);
    let config = house.config();
    *config = config.replace("\"tls:", &format!("\"wss:{address}:5062\", \"tls:"));
    house.power_on();
    let late = "10.77.0.57";
    let asks = |host: &str| {
        let mut curl = place.command("curl");
        curl.args(["-ks", "-m", "1", "-o", "/dev/null", "-w", "%{http_code}", "--http1.1"]);
        for header in [
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol: sip",
            &format!("Origin: https://{host}:8443"),
        ] {
            curl.args(["-H", header]);
        }
        let answer = curl.arg(format!("https://{address}:5062/")).output().unwrap();
        String::from_utf8(answer.stdout).unwrap()
    };
    assert_eq!([asks(&address.to_string()), asks(late)], ["101", "403"]);
    let mut comes = as_root("ip");
    comes.args(["-n", &namespace, "addr", "add", &format!("{late}/24"), "dev", "lan"]);
    run(comes);
    until_within(Duration::from_secs(60), "a page at the late address", || {
        (asks(late) == "101").then_some(())
    });
    assert_eq!(asks("10.77.0.58"), "403", "nobody else's");
}

/// Anna at her page and Ben at his desk phone.
fn desks(cloud: &PracticeCloud) -> (Gatehouse, Softphone, Phone) {
    let (house, server) = house(cloud);
    let mut ben = Setup::new("ben", house.sip()).login(cloud.phone("103")).voice(BEN).start();
    ben.registered();
    let anna = Softphone::open(&house, server, cloud.phone("102"), ANNA);
    (house, anna, ben)
}

/// Both hear each other, and nothing is lost on the way.
fn hear_each_other(anna: &Softphone, ben: &Phone) {
    let received = anna.hears(BEN, A_WHILE);
    assert_eq!(received.lost, 0, "{received:?}");
    let heard = ben.hears(ANNA, 2.0);
    assert!(heard.others < 0.2, "{heard:?}");
}

#[test]
fn a_page_calls_a_desk_phone_and_both_hear_each_other() {
    let cloud = PracticeCloud::office();
    let (house, anna, mut ben) = desks(&cloud);
    anna.dials("103");
    ben.rings();
    ben.answers();
    anna.talks();
    ben.talks();
    hear_each_other(&anna, &ben);
    let call = &house.tells("calls")["calls"][0];
    assert_eq!(
        [&call["caller"], &call["callee"]].map(|party| party["encrypted"] == true),
        [true, false],
        "{call}"
    );
    ben.hangs_up();
    anna.call_ends();
    assert!(!house.log().contains("ice-pwd"), "no secret in the log");
}

#[test]
fn a_desk_phone_calls_a_page_and_both_hear_each_other_again_after_a_hold() {
    let cloud = PracticeCloud::office();
    let (_house, anna, mut ben) = desks(&cloud);
    ben.dial("102");
    anna.answers();
    anna.talks();
    ben.talks();
    hear_each_other(&anna, &ben);
    anna.holds(true);
    ben.happens("CALL_REMOTE_SDP");
    anna.holds(false);
    ben.happens("CALL_REMOTE_SDP");
    anna.hears(BEN, A_WHILE);
    anna.hangs_up();
    ben.call_ends();
    anna.call_ends();
}

#[test]
fn a_page_calls_outside_is_heard_and_its_keys_arrive_there() {
    let cloud = PracticeCloud::office();
    let (house, server) = house(&cloud);
    until("every line up", || house.has_lines_up(8).then_some(()));
    let anna = Softphone::open(&house, server, cloud.phone("102"), ANNA);
    anna.dials("+49305550910");
    anna.talks();
    // Somebody there says back what she says.
    anna.hears(ANNA, A_WHILE);
    anna.presses('5');
    // The cloud answers with the number that the page gave them; it has one of its own when it calls.
    until("the key", || cloud.events().iter().any(|event| event["digit"] == "5").then_some(()));
    anna.hears(ANNA, A_WHILE);
    anna.hangs_up();
    anna.call_ends();
}
