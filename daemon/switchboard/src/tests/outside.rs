//! Calls out of the house and into it, over lines of a provider.

use std::time::Duration;

use account::LineId;
use media::relay::Event;

use super::SECOND;
use super::cloud::{line_of, trunk};
use super::line::Line as End;
use super::office::Office;
use super::said::Said;
use crate::Input;
use crate::lines::{Line, LineKind};

const BERLIN: &str = "+4930999999";

fn office(lines: &[Line]) -> Office {
    Office::with_lines(&["mara", "joerg", "lena"], lines)
}

impl Office {
    /// The provider's end of a call that it was asked for; the INVITE that it wants no password for.
    pub(super) fn world_rings(&mut self) -> End {
        let asked = self.rings("cloud");
        assert_eq!(asked.invite.header("Proxy-Authorization"), "");
        self.says(&asked, 100);
        self.wants_password("cloud", &asked.invite, 407, "");
        let ack = self.hears("cloud");
        assert!(ack.is_request("ACK"), "{}", ack.0);
        let proven = self.rings("cloud");
        assert!(proven.invite.header("Proxy-Authorization").contains("username="), "{}", proven.invite.0);
        self.says(&proven, 100);
        proven
    }

    /// Somebody outside calls this address of the box.
    pub(super) fn world_calls(&mut self, uri: &str, caller: &str, lines: &str) -> End {
        let mut line = self.line("cloud", uri);
        line.near = format!("{caller};tag=world-{}", self.lines);
        let voice = self.phone("cloud").voice("sendrecv");
        line.invite = self.asks(&mut line, "INVITE", lines, &voice);
        line
    }
}

#[test]
fn a_call_out_of_the_house_goes_over_the_line_of_its_phone() {
    let mut office = office(&[line_of("e0"), line_of("e1")]);
    let mut mara = office.dials("mara", BERLIN);
    let world = office.world_rings();
    let invite = &world.invite;
    assert_eq!(invite.first_line(), "INVITE sip:+4930999999@sipgate.de SIP/2.0");
    assert!(invite.header("From").starts_with("<sip:7654321e0@sipgate.de>;tag="), "{}", invite.0);
    assert_eq!(invite.header("To"), "<sip:+4930999999@sipgate.de>");
    assert_eq!(invite.header("Contact"), "<sip:7654321e0@192.0.2.1:5060>");
    assert_eq!(invite.header("P-Preferred-Identity"), "<sip:4930555010@sipgate.de>");
    assert_eq!(invite.header("P-Asserted-Identity"), "");
    assert!(!invite.0.contains("Mara") && !invite.0.contains("geheim"), "{}", invite.0);

    office.says_with_voice(&world, 183);
    let early = office.hears("mara");
    assert!(early.is_answer(183, "INVITE") && !early.body().is_empty(), "{}", early.0);
    office.picks_up(&world);
    office.is_connected(&mut mara);
    assert_eq!(office.board.picture().lines[0].calls, 1);
    office.asks(&mut mara, "BYE", "", "");
    assert!(office.hears("mara").is_answer(200, "BYE"));
    let bye = office.hears_bye(&world);
    assert!(bye.header("Proxy-Authorization").contains("nc=00000002"), "{}", bye.0);
    assert_eq!(office.records.last().unwrap().callee.number, BERLIN);
}

#[test]
fn a_hidden_number_is_not_shown_and_the_line_still_says_whose_it_is() {
    let mut office = office(&[trunk()]);
    let voice = office.phone("mara").voice("sendrecv");
    let (line, _) = office.tries_with("mara", &format!("sip:{BERLIN}@sipgate.de"), "Privacy: id\r\n", &voice);
    let world = office.rings("cloud");
    assert_eq!(world.invite.header("Privacy"), "id");
    assert!(world.invite.header("From").starts_with("<sip:7654321t0@sipgate.de>"));
    office.says(&world, 486);
    office.hears("cloud");
    let busy = office.hears("mara");
    assert_eq!(busy.status(), 486);
    office.acknowledges(&line, &busy);
}

#[test]
fn without_lines_with_lines_down_and_with_all_in_use_the_caller_hears_which() {
    let mut office = office(&[Line { limit: Some(1), ..trunk() }]);
    let mut mara = office.dials("mara", BERLIN);
    let world = office.world_rings();
    office.picks_up(&world);
    office.is_connected(&mut mara);
    let (_, busy) = office.tries("joerg", BERLIN);
    let busy = if busy.status() == 100 { office.hears("joerg") } else { busy };
    assert!(
        busy.status() == 503 && busy.header("Warning").contains("all outside lines are in use"),
        "{}",
        busy.0
    );
    office.hangs_up(&mut mara, &world);
    let flow = office.phone("cloud").flow;
    office.happens(Input::Unreachable(flow));
    let (_, down) = office.tries("joerg", BERLIN);
    let down = if down.status() == 100 { office.hears("joerg") } else { down };
    assert!(down.header("Warning").contains("do not work"), "{}", down.0);
}

#[test]
fn why_nobody_was_reached_is_said_in_words() {
    for (status, lines, words) in [
        (404, "", "nobody has this number"),
        (404, "Reason: Q.850;cause=22\r\n", "this number has changed"),
        (402, "", "no credit"),
        (486, "Reason: SIP;cause=404\r\n", "busy"),
    ] {
        let mut office = office(&[trunk()]);
        let mara = office.dials("mara", BERLIN);
        let world = office.rings("cloud");
        office.replies_with(&world, &world.invite, status, lines, "");
        office.hears("cloud");
        let refusal = office.hears("mara");
        assert_eq!(refusal.status(), status);
        assert!(refusal.header("Warning").contains(words), "{}", refusal.0);
        office.acknowledges(&mara, &refusal);
    }
}

#[test]
fn a_line_that_says_nothing_is_left_for_the_next_one() {
    let mut office = office(&[line_of("e0"), trunk()]);
    let mara = office.dials("mara", BERLIN);
    let own = office.rings("cloud");
    assert!(own.invite.header("From").contains("7654321e0"));
    office.passes(4 * SECOND);
    let mut later = office.hears_all("cloud");
    let next = later.iter().position(|said| said.header("From").contains("7654321t0"));
    let trunk = later.swap_remove(next.expect("the trunk is asked"));
    office.phone_mut("cloud").mail.push_back(trunk);
    let trunk = office.rings("cloud");
    office.says(&trunk, 180);
    assert_eq!(office.hears("mara").status(), 180);
    // The first one answers after all, and is hung up on.
    office.says_with_voice(&own, 200);
    let heard = office.hears_all("cloud");
    assert!(
        heard.iter().any(|said| said.is_request("ACK")) && heard.iter().any(|said| said.is_request("BYE"))
    );
    office.cancels(&mara);
}

/// The configuration names the better of two first, whatever they are called.
#[test]
fn of_two_second_lines_the_one_named_first_is_asked_first() {
    let second = |user: &str, name: &str| Line {
        id: LineId::new(name),
        kind: LineKind::Backup,
        user: user.parse().unwrap(),
        ..trunk()
    };
    let mut office = office(&[second("7654321t1", "zugspitze"), second("7654321t2", "alm")]);
    let mara = office.dials("mara", BERLIN);
    let first = office.rings("cloud");
    assert!(first.invite.header("From").contains("7654321t1"), "{}", first.invite.0);
    office.says(&first, 503);
    assert!(office.hears("cloud").is_request("ACK"));
    assert!(office.rings("cloud").invite.header("From").contains("7654321t2"));
    office.cancels(&mara);
}

#[test]
fn a_provider_that_is_overloaded_is_left_for_the_next_line_but_a_busy_callee_is_busy() {
    let mut office = office(&[line_of("e0"), trunk()]);
    let mara = office.dials("mara", BERLIN);
    let own = office.rings("cloud");
    office.says(&own, 503);
    assert!(office.hears("cloud").is_request("ACK"));
    let trunk = office.rings("cloud");
    assert!(trunk.invite.header("From").contains("7654321t0"));
    office.says(&trunk, 486);
    assert!(office.hears("cloud").is_request("ACK"));
    let busy = office.hears("mara");
    assert_eq!(busy.status(), 486);
    office.acknowledges(&mara, &busy);
    office.nobody_hears_anything();
}

#[test]
fn when_no_line_is_left_the_caller_hears_that_and_not_that_nobody_is_there() {
    for status in [503, 500, 407] {
        let mut office = office(&[Line { password: None, ..trunk() }]);
        let mara = office.dials("mara", BERLIN);
        let world = office.rings("cloud");
        office.says(&world, status);
        assert!(office.hears("cloud").is_request("ACK"));
        let failed = office.hears("mara");
        assert_eq!(failed.status(), 502);
        assert!(failed.header("Warning").contains("outside lines do not work"), "{}", failed.0);
        office.acknowledges(&mara, &failed);
    }
}

#[test]
fn whoever_calls_again_at_once_rings_again() {
    let mut office = office(&[line_of("e1")]);
    for _ in 0..2 {
        let first = office.world_calls("sip:7654321e1@192.0.2.1:5060", "<sip:+491570001@sipgate.de>", "");
        let joerg = office.rings("joerg");
        office.says(&joerg, 180);
        office.cancels(&first);
        office.falls_silent(&joerg);
        let heard = office.hears_all("cloud");
        let gone = heard.into_iter().find(|said| said.status() == 487).expect("487");
        office.acknowledges(&first, &gone);
    }
}

#[test]
fn somebody_outside_rings_the_phone_whose_line_it_is() {
    let mut office = office(&[line_of("e0"), line_of("e1")]);
    let mut world = office.world_calls("sip:7654321e1@192.0.2.1:5060", "<sip:4915700000012@sipgate.de>", "");
    assert_eq!(office.hears("cloud").status(), 100);
    let joerg = office.rings("joerg");
    assert!(joerg.invite.header("From").starts_with("<sip:+4915700000012@sipgate.de>"), "{}", joerg.invite.0);
    office.says(&joerg, 180);
    assert_eq!(office.hears("cloud").status(), 180);
    office.picks_up(&joerg);
    let accepted = office.is_connected(&mut world);
    assert_eq!(accepted.header("P-Asserted-Identity"), "");
    assert!(!accepted.0.contains("Jojo"), "{}", accepted.0);
    office.hangs_up(&mut world, &joerg);
    office.nobody_hears_anything();
}

#[test]
fn one_call_that_comes_twice_rings_once() {
    let mut office = office(&[line_of("e1")]);
    let caller = "\"0157\" <sip:+4915700000012@sipgate.de>";
    let first = office.world_calls("sip:7654321e1@192.0.2.1:5060", caller, "");
    office.hears("cloud");
    office.passes(SECOND);
    office.world_calls("sip:7654321e1@192.0.2.1:5060", caller, "");
    let answers: Vec<u16> = office.hears_all("cloud").iter().map(Said::status).collect();
    assert!(answers.contains(&482), "{answers:?}");
    let joerg = office.rings("joerg");
    assert!(office.hears_all("joerg").iter().all(|said| *said == joerg.invite), "nothing but copies");
    office.says(&joerg, 180);
    office.cancels(&first);
    office.falls_silent(&joerg);
}

#[test]
fn nobody_else_is_believed_to_be_the_provider() {
    let mut office = office(&[line_of("e1"), trunk()]);
    let voice = office.phone("lena").voice("sendrecv");
    let mut stranger = office.line("lena", "sip:7654321e1@192.0.2.1:5060");
    office.asks(&mut stranger, "INVITE", "", &voice);
    assert_eq!(office.hears("lena").status(), 401);
    office.world_calls("sip:+4930999999@192.0.2.1:5060", "<sip:+491570@sipgate.de>", "");
    assert_eq!(office.hears("cloud").status(), 401, "the provider may not call the world through us");
    office.nobody_hears_anything();
}

#[test]
fn a_provider_that_neither_speaks_nor_answers_ends_the_call_within_three_seconds() {
    let mut office = office(&[line_of("e0")]);
    let mut mara = office.dials("mara", BERLIN);
    let world = office.world_rings();
    office.picks_up(&world);
    office.is_connected(&mut mara);
    let [_, leg] = office.relay.legs();
    let (mut here, there) = office.talk("joerg", "103", "lena");
    office.cloud_works(3 * SECOND);
    let begun = office.now;
    office.passes(Duration::from_millis(1_500));
    office.happens(Input::Relay(Event::Silent { leg, since: Duration::from_millis(1_500) }));
    office.passes(Duration::from_millis(1_300));
    let bye = office.hears_bye(&mara);
    assert!(bye.header("Reason").contains("Outside line lost"), "{}", bye.0);
    assert!(office.now - begun <= 3 * SECOND);
    assert_eq!(office.hears_all("joerg"), []);
    office.hangs_up(&mut here, &there);
}

#[test]
fn somebody_who_is_only_quiet_is_not_cut_off() {
    let mut office = office(&[line_of("e0")]);
    let mut mara = office.dials("mara", BERLIN);
    let world = office.world_rings();
    office.picks_up(&world);
    office.is_connected(&mut mara);
    office.cloud_works(3 * SECOND);
    let [_, leg] = office.relay.legs();
    for since in [1_500, 3_000, 4_500] {
        office.happens(Input::Relay(Event::Silent { leg, since: Duration::from_millis(since) }));
        office.cloud_works(Duration::from_millis(1_500));
    }
    assert_eq!(office.hears_all("mara"), []);
    office.hangs_up(&mut mara, &world);
}

/// A new address from the access provider in the middle of a call: the voice finds its way again.
#[test]
fn when_our_address_changes_calls_on_the_line_are_offered_anew() {
    let mut office = office(&[trunk()]);
    office.cloud.sees = Some("203.0.113.9:40123");
    office.cloud_works(10 * SECOND);
    let mut mara = office.dials("mara", BERLIN);
    let world = office.world_rings();
    office.picks_up(&world);
    office.is_connected(&mut mara);
    office.cloud.sees = Some("203.0.113.77:40123");
    office.cloud_works(10 * SECOND);
    let offer = office.hears("cloud");
    assert!(offer.is_request("INVITE") && offer.contact().contains("203.0.113.77"), "{}", offer.0);
    office.hears_all("cloud");
    let voice = office.phone("cloud").voice("sendrecv");
    office.replies(&world, &offer, 200, &voice);
    assert!(office.hears("cloud").is_request("ACK"));
    office.hangs_up(&mut mara, &world);
}

/// A nonce that has had its time is answered once for each request, in calls out and in.
#[test]
fn a_provider_that_wants_the_password_within_a_call_gets_it() {
    let mut office = office(&[trunk()]);
    let mut mara = office.dials("mara", BERLIN);
    let world = office.world_rings();
    office.picks_up(&world);
    office.is_connected(&mut mara);
    let hold = office.phone("mara").voice("sendonly");
    mara.invite = office.asks(&mut mara, "INVITE", "", &hold);
    assert!(office.hears("mara").is_answer(100, "INVITE"));
    let asked = office.hears("cloud");
    office.cloud.nonce = 7;
    office.wants_password("cloud", &asked, 407, "");
    assert!(office.hears("cloud").is_request("ACK"));
    let proven = office.hears("cloud");
    assert!(proven.is_request("INVITE") && proven.header("Proxy-Authorization").contains("nonce=\"n7\""));
    assert!(proven.body().contains("a=sendonly"), "{}", proven.0);
    let voice = office.phone("cloud").voice("recvonly");
    office.replies(&world, &proven, 200, &voice);
    assert!(office.hears("cloud").is_request("ACK"));
    office.is_connected(&mut mara);
    office.hangs_up(&mut mara, &world);
}
