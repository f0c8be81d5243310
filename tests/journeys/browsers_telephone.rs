//! A page in a browser registers over WebSocket and is called there; a page of somebody else is not let in.

use std::net::SocketAddr;

use tests::{Gatehouse, PracticeCloud, Wire, secure::Page};

/// A box that also listens for browsers.
fn house(cloud: &PracticeCloud) -> (Gatehouse, SocketAddr) {
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    let server = SocketAddr::from((house.address(), 5062));
    let config = house.config();
    *config = config.replace("\"tls:", &format!("\"wss:{server}\", \"tls:"));
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
