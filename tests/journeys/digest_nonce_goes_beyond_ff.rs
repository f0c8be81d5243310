//! Many phones keep one nonce for days and count in hexadecimal: 256 uses and more must work, a
//! repeated count must not.

use tests::{Gatehouse, PracticeCloud, Wire, wire::credentials};

#[test]
fn a_nonce_is_good_for_three_hundred_registrations_but_each_count_only_once() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let login = cloud.phone("102");
    let server = house.sip();
    let mut wire = Wire::udp(server);
    let mut draft = wire.draft("REGISTER", &login.user, &format!("sip:{server}"));
    draft.to.clone_from(&draft.from);
    let challenge = wire.ask(&draft);
    assert_eq!(challenge.status(), Some(401));
    for count in 1..=300 {
        draft.number += 1;
        draft.lines = vec![credentials(&challenge, login, &draft, count).unwrap()];
        let answer = wire.ask(&draft);
        assert_eq!(answer.status(), Some(200), "nc={count:08x}: {}", answer.0);
    }
    draft.number += 1;
    draft.lines = vec![credentials(&challenge, login, &draft, 300).unwrap()];
    let replayed = wire.ask(&draft);
    assert_eq!(replayed.status(), Some(401), "a recorded request does not work twice: {}", replayed.0);
    assert!(replayed.header("WWW-Authenticate").unwrap().contains("stale=true"), "{}", replayed.0);
}
