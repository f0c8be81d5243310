//! Who does not know the password gets in nowhere, and learns nothing from trying.

use tests::{Gatehouse, Login, PracticeCloud, Wire, phone::Setup, wire::credentials};

#[test]
fn a_phone_with_a_wrong_password_does_not_register() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let right = cloud.phone("102");
    let mut phone = Setup::new("anna", house.sip()).login(&Login::new(&right.user, "wrong")).start();
    phone.happens("REGISTER_FAIL");
    assert!(house.registered().is_empty());
}

#[test]
fn a_stranger_is_answered_like_a_wrong_password() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let right = cloud.phone("102");
    let mut wire = Wire::udp(house.sip());
    let stranger = Login::new("9999999e9", "wrong");
    let wrong = Login::new(&right.user, "wrong");
    assert_eq!(wire.register(&stranger, 60).status(), Some(403));
    assert_eq!(wire.register(&wrong, 60).status(), Some(403));
    assert_eq!(wire.register(right, 60).status(), Some(200));
}

#[test]
fn a_made_up_nonce_is_challenged_again_and_not_refused() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let login = cloud.phone("102");
    let mut wire = Wire::udp(house.sip());
    let server = house.sip();
    let mut draft = wire.draft("REGISTER", &login.user, &format!("sip:{server}"));
    let mut challenge = wire.ask(&draft);
    assert_eq!(challenge.status(), Some(401));
    let nonce =
        challenge.0.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    challenge.0 = challenge.0.replace(&nonce, "made-up-nonce-000000");
    draft.lines.push(credentials(&challenge, login, &draft, 1).unwrap());
    draft.number += 1;
    assert_eq!(wire.ask(&draft).status(), Some(401));
}

#[test]
fn a_call_without_a_password_is_challenged() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let login = cloud.phone("102");
    let mut wire = Wire::udp(house.sip());
    let draft = wire.draft("INVITE", &login.user, &format!("sip:103@{}", house.sip()));
    let answer = wire.ask(&draft.offering(wire.here()));
    assert!(matches!(answer.status(), Some(401 | 407)), "{}", answer.0);
}
