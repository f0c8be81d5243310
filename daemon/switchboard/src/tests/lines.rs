//! Lines that are registered at the provider, lose it, and find it again.

use std::time::Duration;

use sip::flow::Transport;
use sip::locate::{Answer, Kind, Records, Target};

use super::SECOND;
use super::cloud::{CLOUD_2, line_of, trunk};
use super::office::Office;
use crate::Input;
use crate::lines::{Health, Line, Unconnected, WhyDown};

fn office(line: &Line) -> Office {
    Office::with_lines(&[], std::slice::from_ref(line))
}

/// The latest REGISTER the provider heard.
fn latest(office: &Office) -> &super::said::Said {
    &office.cloud.registers.last().unwrap().1
}

#[test]
fn a_line_is_registered_under_its_own_name() {
    let office = office(&line_of("e0"));
    let register = latest(&office);
    assert_eq!(register.first_line(), "REGISTER sip:sipgate.de SIP/2.0");
    assert!(register.header("From").starts_with("<sip:7654321e0@sipgate.de>;tag="));
    assert_eq!(register.header("To"), "<sip:7654321e0@sipgate.de>");
    assert_eq!(register.header("Contact"), "<sip:7654321e0@192.0.2.1:5060>;expires=120");
    assert_eq!(register.header("Expires"), "120");
    assert!(register.header("Authorization").contains("username=\"7654321e0\""));
    assert!(!register.0.contains("geheim"));
    assert_eq!(office.cloud.registers.len(), 2, "once without the password, once with it");
}

#[test]
fn it_is_refreshed_in_time_with_the_nonce_at_hand() {
    let mut office = office(&line_of("e0"));
    office.cloud_works(Duration::from_secs(600));
    let times: Vec<_> = office.cloud.registers.iter().skip(1).map(|(at, _)| *at).collect();
    assert!(times.len() >= 10, "{}", times.len());
    for pair in times.windows(2) {
        let pause = (pair[1] - pair[0]).as_secs();
        assert!((54..=60).contains(&pause), "{pause}");
    }
    assert!(latest(&office).header("Authorization").contains("nc=0000000"));
    office.cloud.nonce = 7;
    office.cloud_works(Duration::from_secs(60));
    assert!(office.is_up(&line_of("e0")), "a new nonce is no wrong password");
}

#[test]
fn a_provider_that_grants_little_is_asked_more_often() {
    let line = line_of("e0");
    let mut office = office(&line);
    office.cloud.grants = 20;
    office.cloud_works(Duration::from_secs(90));
    let before = office.cloud.registers.len();
    office.cloud_works(Duration::from_secs(100));
    assert!((10..=12).contains(&(office.cloud.registers.len() - before)));
}

#[test]
fn five_hundred_lines_are_registered_within_a_minute_and_never_more_than_twenty_in_a_second() {
    let lines: Vec<Line> = (0..500).map(|number| line_of(&format!("e{number}"))).collect();
    let mut office = Office::empty();
    office.has_lines(&lines);
    let begun = office.now;
    office.cloud_works(Duration::from_secs(59));
    let up = office.board.picture().lines.iter().filter(|line| line.health.is_up()).count();
    assert_eq!(up, 500);
    let mut seconds = std::collections::BTreeMap::<u64, usize>::new();
    for (at, _) in &office.cloud.registers {
        *seconds.entry((*at - begun).as_secs()).or_default() += 1;
    }
    assert!(seconds.values().all(|count| *count <= 20), "{seconds:?}");
    office.has_lines(&[]);
}

#[test]
fn a_wrong_password_is_said_and_tried_again_only_slowly() {
    let line = line_of("e0");
    let mut office = Office::empty();
    office.has_lines(std::slice::from_ref(&line));
    let first = office.cloud_hears();
    office.wants_password("cloud", &first, 407, "");
    let second = office.hears("cloud");
    assert!(second.header("Proxy-Authorization").contains("username=\"7654321e0\""));
    office.wants_password("cloud", &second, 407, "");
    assert_eq!(office.is_down(&line), Some(WhyDown::WrongPassword));
    office.passes(Duration::from_secs(599));
    assert_eq!(office.hears_all("cloud"), []);
    office.cloud_works(Duration::from_secs(700));
    assert!(office.is_up(&line));
}

#[test]
fn a_nonce_that_is_too_old_is_no_wrong_password() {
    let line = line_of("e0");
    let mut office = Office::empty();
    office.has_lines(std::slice::from_ref(&line));
    let first = office.cloud_hears();
    office.wants_password("cloud", &first, 401, "");
    let second = office.hears("cloud");
    office.cloud.nonce = 1;
    office.wants_password("cloud", &second, 401, ", stale=true");
    let third = office.hears("cloud");
    office.takes("cloud", &third);
    assert!(office.is_up(&line));
}

#[test]
fn a_provider_that_keeps_nobody_so_briefly_is_asked_for_longer() {
    let line = line_of("e0");
    let mut office = Office::empty();
    office.has_lines(std::slice::from_ref(&line));
    let first = office.cloud_hears();
    office.cloud_says("cloud", &first, 423, "Min-Expires: 600\r\n");
    let second = office.hears("cloud");
    assert_eq!(second.header("Expires"), "600");
    office.takes("cloud", &second);
    assert!(office.is_up(&line));
}

#[test]
fn a_provider_that_asks_for_a_pause_gets_it() {
    let line = line_of("e0");
    let mut office = Office::empty();
    office.has_lines(std::slice::from_ref(&line));
    let first = office.cloud_hears();
    office.cloud_says("cloud", &first, 503, "Retry-After: 300\r\n");
    assert_eq!(office.is_down(&line), Some(WhyDown::Refused(503)));
    office.passes(Duration::from_secs(299));
    assert_eq!(office.hears_all("cloud"), []);
    office.cloud_works(Duration::from_secs(10));
    assert!(office.is_up(&line));
}

#[test]
fn behind_a_translator_the_contact_is_what_the_provider_sees() {
    let line = line_of("e0");
    let mut office = Office::empty();
    office.cloud.sees = Some("203.0.113.9:40123");
    office.has_lines(std::slice::from_ref(&line));
    office.cloud_works(10 * SECOND);
    let contacts: Vec<_> = latest(&office).headers("Contact").map(str::to_owned).collect();
    assert_eq!(contacts, ["<sip:7654321e0@203.0.113.9:40123>;expires=120"]);
    assert_eq!(office.cloud.registers.len(), 2);

    // The router was restarted: the new place comes in, the old one goes.
    office.cloud.sees = Some("203.0.113.9:50777");
    office.cloud_works(32 * SECOND);
    let contacts: Vec<_> = latest(&office).headers("Contact").map(str::to_owned).collect();
    let [new, old] =
        ["50777>;expires=120", "40123>;expires=0"].map(|end| format!("<sip:7654321e0@203.0.113.9:{end}"));
    assert_eq!(contacts, [new, old]);
}

#[test]
fn a_router_that_rewrites_what_we_say_is_told_from_one_that_only_translates() {
    let mut office = Office::empty();
    office.cloud.sees = Some("203.0.113.9:40123");
    office.has_lines(&[line_of("e0")]);
    office.cloud_works(10 * SECOND);
    assert!(!office.board.picture().lines[0].altered);
    office.cloud.rewritten = Some("203.0.113.9:5060");
    office.cloud_works(10 * SECOND);
    assert!(office.board.picture().lines[0].altered);
}

#[test]
fn a_provider_that_falls_silent_is_noticed_and_its_line_comes_back_by_itself() {
    let line = line_of("e0");
    let mut office = office(&line);
    office.cloud_works(35 * SECOND);
    office.passes(9 * SECOND);
    assert_eq!(office.is_down(&line), Some(WhyDown::Silent));
    office.hears_all("cloud");
    let down = office.now;
    while !office.is_up(&line) {
        office.cloud_works(SECOND);
    }
    assert!(office.now - down <= Duration::from_secs(120), "{:?}", office.now - down);
}

/// The time it takes counts from now, so the question must not wait for something else to happen.
#[test]
fn who_measures_asks_at_once() {
    let mut office = office(&line_of("e0"));
    office.cloud_works(35 * SECOND);
    office.hears_all("cloud");
    office.board.measure_lines(office.now);
    office.drain();
    assert!(office.hears_all("cloud").iter().any(|said| said.is_request("OPTIONS")));
}

/// It took the registrations and never said a word again, not even to the first question.
#[test]
fn a_provider_that_is_silent_from_its_first_second_is_noticed_within_ten() {
    let lines: Vec<Line> = (0..3).map(|number| line_of(&format!("e{number}"))).collect();
    let mut office = Office::empty();
    office.cloud.says_to_options = 0;
    office.has_lines(&lines);
    while !lines.iter().all(|line| office.is_up(line)) {
        office.cloud_works(Duration::from_millis(100));
    }
    office.passes(10 * SECOND);
    assert!(lines.iter().all(|line| office.is_down(line) == Some(WhyDown::Silent)));
}

/// Whoever takes registrations and no questions is there, and its lines stay up.
#[test]
fn a_provider_that_never_takes_questions_stays_up() {
    let line = line_of("e0");
    let mut office = Office::empty();
    office.cloud.says_to_options = 0;
    office.has_lines(std::slice::from_ref(&line));
    office.cloud_works(10 * SECOND);
    let Health::Up { since } = office.health(&line.id) else { panic!("down") };
    office.cloud.registers.clear();
    office.cloud_works(Duration::from_secs(600));
    assert_eq!(office.health(&line.id), Health::Up { since });
    assert!((10..=20).contains(&office.cloud.registers.len()), "{}", office.cloud.registers.len());
}

/// However many lines go there, a provider is asked 15 times a minute at most; what it says anyway spares questions.
#[test]
fn a_provider_is_asked_for_life_once_for_all_lines() {
    let mut office = office(&line_of("e0"));
    office.cloud.options = 0;
    office.cloud_works(60 * SECOND);
    assert!((11..=15).contains(&office.cloud.options), "{}", office.cloud.options);
    let lines: Vec<Line> = (0..60).map(|number| line_of(&format!("e{number}"))).collect();
    let mut office = Office::with_lines(&[], &lines);
    office.cloud.options = 0;
    office.cloud_works(60 * SECOND);
    assert!(office.cloud.options <= 13, "{}", office.cloud.options);
    office.has_lines(&[]);
}

#[test]
fn a_provider_that_takes_registrations_and_no_questions_is_asked_seldom() {
    let line = line_of("e0");
    let mut office = office(&line);
    for _ in 0..2 {
        office.cloud.says_to_options = 200;
        office.cloud_works(40 * SECOND);
        office.cloud.says_to_options = 0;
        office.cloud_works(20 * SECOND);
        assert!(office.is_up(&line));
    }
    office.cloud.says_to_options = 200;
    office.cloud_works(10 * SECOND);
    office.cloud.options = 0;
    office.cloud_works(300 * SECOND);
    assert!((4..=10).contains(&office.cloud.options), "{}", office.cloud.options);
}

/// Each of eight lines registers anew at most every 30 s, so that the provider is heard every few seconds.
#[test]
fn a_provider_that_takes_no_questions_is_told_by_its_lines_in_turn() {
    let lines: Vec<Line> = (0..8).map(|number| line_of(&format!("e{number}"))).collect();
    let mut office = Office::with_lines(&[], &lines);
    office.cloud.says_to_options = 0;
    office.cloud_works(20 * SECOND);
    office.cloud.registers.clear();
    office.cloud_works(120 * SECOND);
    let asked = office.cloud.registers.len();
    assert!((20..=40).contains(&asked), "{asked}");
    office.passes(11 * SECOND);
    assert!(lines.iter().all(|line| office.is_down(line) == Some(WhyDown::Silent)));
    office.has_lines(&[]);
}

/// Whoever asks for the way again must not be given the dead one.
#[test]
fn a_connection_that_nobody_answers_over_is_ended_and_opened_anew() {
    let line = Line { servers: vec![Target::named(CLOUD_2, None).unwrap()], ..line_of("e0") };
    let mut office = office(&line);
    office.cloud_works(10 * SECOND);
    assert_eq!((office.cloud.opened.len(), office.cloud.left.len()), (1, 0));
    office.passes(9 * SECOND);
    assert_eq!(office.cloud.left, [office.phone("cloud2").flow]);
    assert!(office.cloud.opened.len() > 1);
}

#[test]
fn a_provider_that_suddenly_refuses_is_asked_by_every_line_at_once() {
    let lines: Vec<Line> = (0..3).map(|number| line_of(&format!("e{number}"))).collect();
    let mut office = Office::with_lines(&[], &lines);
    office.cloud.registers.clear();
    office.cloud.says_to_options = 403;
    office.cloud_works(8 * SECOND);
    assert_eq!(office.cloud.registers.len(), 3, "each once, with the nonce at hand");
    office.cloud.registers.clear();
    office.cloud_works(20 * SECOND);
    assert_eq!(office.cloud.registers.len(), 0, "and then no more");
}

#[test]
fn when_a_way_breaks_one_line_tries_at_once_and_the_others_follow() {
    let lines: Vec<Line> = (0..50).map(|number| line_of(&format!("e{number}"))).collect();
    let mut office = Office::with_lines(&[], &lines);
    let flow = office.phone("cloud").flow;
    office.cloud.registers.clear();
    office.happens(Input::Unreachable(flow));
    assert!(lines.iter().all(|line| office.is_down(line) == Some(WhyDown::Closed)));
    office.passes(SECOND);
    assert_eq!(office.hears_all("cloud").len(), 2, "one line, and its request once more");
    office.passes(7 * SECOND);
    office.hears_all("cloud");
    office.cloud_works(Duration::from_secs(120));
    assert!(lines.iter().all(|line| office.is_up(line)));
    let times: Vec<_> = office.cloud.registers.iter().map(|(at, _)| *at).collect();
    let most =
        times.iter().map(|at| times.iter().filter(|one| (*at..*at + SECOND).contains(*one)).count()).max();
    assert!(most <= Some(20), "{most:?}");
    office.has_lines(&[]);
}

#[test]
fn a_second_proxy_takes_over() {
    let mut line = line_of("e0");
    let (place, _) = CLOUD_2.split_once(';').unwrap();
    line.servers.push(Target::named(place, Some(Transport::Tls)).unwrap());
    let mut office = office(&line);
    for _ in 0..60 {
        office.passes(SECOND);
        office.hears_all("cloud");
        let Some(said) = office.phone_mut("cloud2").mail.pop_front() else { continue };
        office.phone_mut("cloud2").mail.push_back(said);
        office.cloud_answers();
        break;
    }
    let now = office.board.picture().lines.remove(0);
    assert_eq!(now.peer, Some("192.0.2.202:5062".parse().unwrap()));
    assert!(latest(&office).header("Contact").contains(";transport=tls>"));
    assert!(now.health.is_up());
}

#[test]
fn nobody_there_is_told_from_nobody_answering() {
    let line = trunk();
    let mut office = Office::empty();
    office.cloud.unplugged = true;
    office.has_lines(std::slice::from_ref(&line));
    office.passes(4 * SECOND);
    assert_eq!(office.is_down(&line), Some(WhyDown::Unconnected(Unconnected::Unreachable)));
    let nowhere = Line { servers: vec![], ..line };
    office.has_lines(std::slice::from_ref(&nowhere));
    assert_eq!(office.is_down(&nowhere), Some(WhyDown::NoServer));
}

#[test]
fn a_name_is_looked_up_outside_and_an_answer_that_fails_says_so() {
    let line = Line { servers: vec![Target::named("sipgate.de:5060", None).unwrap()], ..trunk() };
    let mut office = Office::empty();
    office.has_lines(std::slice::from_ref(&line));
    office.passes(4 * SECOND);
    let asked = std::mem::take(&mut office.cloud.asked);
    assert_eq!(asked.len(), 2, "{asked:?}");
    for question in asked {
        office.happens(Input::Answer { question, answer: None });
    }
    assert_eq!(office.is_down(&line), Some(WhyDown::Unnamed));
}

/// As where a trunk and phones have servers of two names at one address.
#[test]
fn lines_that_reach_one_server_under_two_names_share_the_way() {
    let named = Line { servers: vec![Target::named("sipgate.de:5062", None).unwrap()], ..trunk() };
    let lines = [line_of("e0"), named];
    let mut office = Office::empty();
    office.has_lines(&lines);
    office.cloud_works(4 * SECOND);
    for question in std::mem::take(&mut office.cloud.asked) {
        let there = if question.kind == Kind::A { vec!["192.0.2.201".parse().unwrap()] } else { vec![] };
        let answer = Some(Answer { records: Records::Addresses(there), ttl: 3600 * SECOND });
        office.happens(Input::Answer { question, answer });
    }
    for _ in 0..6 {
        office.cloud_works(10 * SECOND);
        assert!(lines.iter().all(|line| office.is_up(line)));
    }
    assert_eq!(office.cloud.opened.len(), 1);
}

#[test]
fn a_line_without_password_is_only_reached() {
    let line = Line { password: None, ..trunk() };
    let mut office = office(&line);
    assert!(office.cloud.registers.is_empty());
    assert!(office.is_up(&line));
    let flow = office.phone("cloud").flow;
    office.happens(Input::Unreachable(flow));
    assert!(matches!(office.health(&line.id), Health::Down { .. }));
}

#[test]
fn lines_that_stay_keep_their_registration_and_others_are_taken_back() {
    let (kept, gone) = (line_of("e0"), line_of("e1"));
    let mut office = Office::with_lines(&[], &[kept.clone(), gone]);
    office.has_lines(std::slice::from_ref(&kept));
    let said = office.hears("cloud");
    assert_eq!(said.header("Contact"), "<sip:7654321e1@192.0.2.1:5060>;expires=0");
    assert!(said.header("Authorization").contains("7654321e1"));
    assert!(office.is_up(&kept));
    office.happens(Input::Goodbye);
    let said = office.hears("cloud");
    assert_eq!(said.header("Contact"), "<sip:7654321e0@192.0.2.1:5060>;expires=0");
}
