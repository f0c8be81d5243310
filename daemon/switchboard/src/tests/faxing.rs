//! A call becomes a fax (ITU-T T.38 annex D), and voice again.

use media::relay::{Carries, Command, Ear, Event, LegId};
use media::tone::FaxSign;

use super::Office;
use super::cloud::line_of;
use super::line::Line;
use crate::Input;

/// What a fax machine says once it has heard the other one.
fn fax(office: &Office, phone: &str) -> String {
    let ip = office.phone(phone).flow.peer.ip();
    format!(
        "v=0\r\no=- 77 2 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=image 40000 udptl t38\r\n\
         a=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\na=T38FaxRateManagement:transferredTCF\r\n"
    )
}

#[test]
fn a_fax_is_offered_and_answered_with_our_addresses_and_its_own_words() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.relay.expected();
    let body = fax(&office, "mara");
    office.asks(&mut here, "INVITE", "", &body);
    let offer = office.hears("joerg");
    assert!(offer.body().contains("m=image 2") && offer.body().contains(" udptl t38\r\n"), "{}", offer.0);
    assert!(offer.body().contains("a=T38MaxBitRate:14400\r\n"));
    let answer = fax(&office, "joerg");
    office.replies(&there, &offer, 200, &answer);
    assert!(office.hears("joerg").is_request("ACK"));
    let accepted = office.hears_all("mara").into_iter().find(|said| said.is_answer(200, "INVITE")).unwrap();
    assert!(accepted.body().contains("a=T38FaxRateManagement:transferredTCF\r\n"), "{}", accepted.0);
    office.confirms(&here, "");
    let plans = office.relay.expected();
    assert_eq!(plans.iter().map(|(_, plan)| plan.carries).collect::<Vec<_>>(), [Carries::Fax; 2]);
    assert!(plans.iter().all(|(_, plan)| plan.rtp.is_some_and(|rtp| rtp.port() == 40_000)));
}

#[test]
fn who_knows_no_fax_says_so_and_voice_goes_on() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    office.relay.expected();
    let body = fax(&office, "mara");
    office.asks(&mut here, "INVITE", "", &body);
    let offer = office.hears("joerg");
    office.replies(&there, &offer, 488, "");
    office.hears_all("joerg");
    let refusal = office.hears_all("mara").into_iter().find(|said| said.status() >= 300).unwrap();
    assert_eq!(refusal.status(), 488);
    office.acknowledges(&here, &refusal);
    assert_eq!(office.relay.expected(), []);
}

/// Which legs are listened to, and which are made even, since this was asked last.
fn told(office: &mut Office) -> (Vec<LegId>, Vec<LegId>) {
    let (mut listened, mut even) = (Vec::new(), Vec::new());
    for command in office.relay.said.drain(..) {
        if let Command::Listen { leg, to: Ear::FaxAtFirst } = command {
            listened.push(leg);
        } else if let Command::Even { leg } = command {
            even.push(leg);
        }
    }
    (listened, even)
}

/// A machine at Mara's desk calls somebody outside.
fn calls_out() -> (Office, Line, Line, [LegId; 2]) {
    let mut office = Office::with_lines(&["mara"], &[line_of("e0")]);
    let mut mara = office.dials("mara", "+4930999999");
    let world = office.world_rings();
    office.picks_up(&world);
    office.is_connected(&mut mara);
    let legs = office.relay.legs();
    (office, mara, world, legs)
}

#[test]
fn a_fax_that_talks_through_voice_with_the_outside_is_listened_for_and_made_even() {
    let (mut office, mut mara, world, legs) = calls_out();
    assert_eq!(told(&mut office), (legs.to_vec(), vec![]));
    office.happens(Input::Relay(Event::Fax { leg: legs[1], sign: FaxSign::Answering }));
    assert_eq!(told(&mut office), (vec![], legs.to_vec()));
    office.hangs_up(&mut mara, &world);
}

#[test]
fn a_fax_that_goes_as_such_is_not_made_even() {
    let (mut office, mut mara, world, legs) = calls_out();
    let body = fax(&office, "mara");
    office.asks(&mut mara, "INVITE", "", &body);
    let offer = office.hears("cloud");
    let answer = fax(&office, "cloud");
    office.replies(&world, &offer, 200, &answer);
    office.hears_all("cloud");
    office.hears_all("mara");
    office.confirms(&mara, "");
    told(&mut office);
    office.happens(Input::Relay(Event::Fax { leg: legs[1], sign: FaxSign::Preamble }));
    assert_eq!(told(&mut office), (vec![], vec![]));
}

#[test]
fn between_two_desks_nobody_listens() {
    let mut office = Office::open();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    assert_eq!(told(&mut office), (vec![], vec![]));
    office.hangs_up(&mut here, &there);
}
