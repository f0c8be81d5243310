//! Two phones without a common codec talk all the same: the relay translates. Who has one never hears of that.

use media::coding::Coding;
use media::g711::Law;
use media::payload::Passage;

use super::Office;

/// What a phone says that speaks this codec alone.
fn voice(office: &Office, phone: &str, codec: u8) -> String {
    office.phone(phone).voice("sendrecv").replace("RTP/AVP 8 101", &format!("RTP/AVP {codec} 101"))
}

#[test]
fn a_phone_that_knows_none_of_the_caller_s_codecs_is_offered_more_and_the_relay_translates() {
    let mut office = Office::open();
    let offer = voice(&office, "mara", 9);
    let (mut here, first) = office.tries_with("mara", "sip:102@sipgate.de", "", &offer);
    assert_eq!(first.status(), 100);
    let there = office.rings("joerg");
    assert!(there.invite.body().contains("RTP/AVP 9 101\r\n"), "{}", there.invite.0);
    office.says(&there, 488);
    office.hears("joerg");
    let again = office.rings("joerg");
    assert!(again.invite.body().contains("RTP/AVP 9 101 8 0\r\n"), "{}", again.invite.0);
    let answer = voice(&office, "joerg", 8);
    office.replies(&again, &again.invite, 200, &answer);
    assert!(office.hears("joerg").is_request("ACK"));
    let accepted = office.is_connected(&mut here);
    assert!(accepted.body().contains("RTP/AVP 9 101\r\n"), "{}", accepted.0);
    let (narrow, wide) = (Coding::G711(Law::A), Coding::G722);
    let plans = office.relay.expected();
    let maps = plans.iter().filter_map(|(_, plan)| plan.payloads.as_ref());
    let passages = maps.map(|map| [map.passage(9), map.passage(8)]);
    let out = Passage::Translated { number: 8, from: wide, into: narrow };
    let back = Passage::Translated { number: 9, from: narrow, into: wide };
    assert_eq!(passages.collect::<Vec<_>>(), [[out, Passage::As(8)], [Passage::As(9), back]]);

    let mut there = again;
    let hold = office.phone("joerg").voice("sendonly");
    office.asks(&mut there, "INVITE", "", &hold);
    let offer = office.hears("mara");
    assert!(offer.body().contains("RTP/AVP 8 101 0 9\r\n"), "she finds her own codec in it: {}", offer.0);
    let answer = voice(&office, "mara", 9).replace("sendrecv", "recvonly");
    office.replies(&here, &offer, 200, &answer);
    assert!(office.hears("mara").is_request("ACK"));
    let held = office.hears_all("joerg").into_iter().find(|said| said.is_answer(200, "INVITE")).unwrap();
    assert!(held.body().contains("RTP/AVP 8 101\r\n"), "{}", held.0);
    office.confirms(&there, "");
    office.hangs_up(&mut here, &there);
}

#[test]
fn who_refuses_what_can_be_translated_too_is_asked_no_more() {
    let mut office = Office::open();
    let offer = voice(&office, "mara", 9);
    let (here, _) = office.tries_with("mara", "sip:102@sipgate.de", "", &offer);
    for _ in 0..2 {
        let there = office.rings("joerg");
        office.says(&there, 488);
        office.hears("joerg");
    }
    let refusal = office.hears("mara");
    assert_eq!(refusal.status(), 488);
    office.acknowledges(&here, &refusal);
    office.nobody_hears_anything();
}
