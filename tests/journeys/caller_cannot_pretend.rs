//! Whatever a phone claims to be, the display shows who the account says it is.

use tests::{Gatehouse, PracticeCloud, Wire, phone::Setup};

#[test]
fn the_display_shows_the_account_and_never_the_claim() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::without_mailboxes_beside(&cloud);
    let mut ben = Setup::new("ben", house.sip()).login(cloud.phone("103")).start();
    ben.registered();
    let anna = cloud.phone("102");
    let (user, server) = (&anna.user, house.sip());
    let claims = [
        format!("\"Chef <sip:ceo@corp.test>\" <sip:{user}@{server}>"),
        format!("\"Chef\" <sip:{user}@{server}>"),
        format!("Chef <sip:101@{server}>"),
        format!("<sip:110@{server}>"),
        format!("\"\\\"<sip:ceo@corp.test>\" <sip:{user}@{server}>"),
    ];
    for claim in claims {
        let mut wire = Wire::udp(server);
        let mut draft = wire.draft("INVITE", user, &format!("sip:103@{server}")).offering(wire.here());
        draft.from.clone_from(&claim);
        draft.lines.push("P-Asserted-Identity: \"Chef\" <sip:ceo@corp.test>".to_owned());
        draft.lines.push("Remote-Party-ID: \"Chef\" <sip:ceo@corp.test>".to_owned());
        let calling = std::thread::spawn({
            let anna = anna.clone();
            move || wire.ask_as(&anna, &mut draft)
        });
        // A claim that does not fit the login may be refused; if it rings, it rings as who it is.
        let rings = ben.rings_within(std::time::Duration::from_secs(3));
        if let Some(caller) = rings {
            assert_eq!((caller.name.as_str(), caller.number()), ("Zoë Schäfer", "102"), "claimed {claim}");
            ben.hangs_up();
        }
        let answer = calling.join().unwrap();
        assert!(matches!(answer.status(), Some(403 | 486 | 603)), "{claim}: {}", answer.0);
    }
}

#[test]
fn a_quoted_name_with_an_address_in_it_still_rings_as_anna() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::without_mailboxes_beside(&cloud);
    let mut ben = Wire::udp(house.sip());
    ben.register(cloud.phone("103"), 600);
    let anna = cloud.phone("102").clone();
    let mut wire = Wire::udp(house.sip());
    let mut draft =
        wire.draft("INVITE", &anna.user, &format!("sip:103@{}", house.sip())).offering(wire.here());
    draft.from = format!("\"Chef <sip:ceo@corp.test>\" <sip:{}@{}>", anna.user, house.sip());
    let calling = std::thread::spawn(move || wire.ask_as(&anna, &mut draft));
    let invite = ben.receive_where("an INVITE", |message| message.method() == Some("INVITE"));
    for word in ["Chef", "ceo", "corp.test"] {
        assert!(!invite.0.contains(word), "{word} went through:\n{}", invite.0);
    }
    assert!(invite.header("From").unwrap().contains("sip:102@"), "{}", invite.0);
    ben.reply(&invite, "486 Busy Here", "ben", "");
    assert_eq!(calling.join().unwrap().status(), Some(486));
}
