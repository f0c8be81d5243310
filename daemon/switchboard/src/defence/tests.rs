use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::{
    Defence, Evidence, LONG, MANY_GUESSES, MANY_NAMES, MANY_QUESTIONS, MOST_SUSPECTS, Refusals, SHORT,
    WINDOW, WhyRefused, WhyShutOut,
};

const PHONE: &str = "snomD785/10.1.46.16";

struct House {
    defence: Defence,
    now: Instant,
}

#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn house() -> House {
    House { defence: Defence::default(), now: Instant::now() }
}

fn at(address: &str) -> IpAddr {
    address.parse().unwrap()
}

impl House {
    fn guesses(&mut self, from: &str, login: &str) {
        self.defence.note(self.now, at(from), PHONE, Evidence::WrongPassword(login.as_bytes()));
    }

    fn hears(&mut self, from: &str) -> bool {
        !self.defence.silent(self.now, at(from), PHONE, || None)
    }

    fn hears_login(&mut self, from: &str, login: &str) -> bool {
        !self.defence.silent(self.now, at(from), PHONE, || Some(login.as_bytes().to_vec()))
    }
}

#[test]
fn whoever_calls_itself_a_scanner_is_not_answered_and_after_a_minute_of_quiet_forgotten() {
    let mut house = house();
    let scanner = at("192.0.2.66");
    assert!(house.defence.silent(house.now, scanner, "friendly-scanner", || None));
    assert!(house.defence.silent(house.now, scanner, "Friendly-Scanner v2", || None));
    assert!(!house.hears("192.0.2.66"), "nor under another name");
    assert!(house.hears("192.0.2.67"), "its neighbour is");
    let shut = house.defence.shut_out();
    assert_eq!((shut.len(), shut[0].why, shut[0].unanswered), (1, WhyShutOut::Scanner, 3));
    assert_eq!(shut[0].agent, "friendly-scanner");
    house.now += SHORT;
    assert!(house.hears("192.0.2.66"));
}

#[test]
fn one_login_after_another_shuts_a_source_out_longer_each_time() {
    let mut house = house();
    let mut length = LONG;
    for _ in 0..3 {
        for name in 0..MANY_NAMES {
            assert!(house.hears("198.51.100.1"), "after {name} names");
            house.guesses("198.51.100.1", &format!("10{name}"));
        }
        assert!(!house.hears("198.51.100.1"));
        assert!(!house.hears_login("198.51.100.1", "100"), "a password does not help it");
        house.now += length - Duration::from_secs(1);
        assert!(!house.hears("198.51.100.1"));
        house.now += Duration::from_secs(1);
        length *= 2;
    }
    assert_eq!(house.defence.shut_out()[0].why, WhyShutOut::TriesLogins);
}

#[test]
fn a_phone_with_a_wrong_password_is_answered_while_it_asks_at_a_phones_pace() {
    let mut house = house();
    for _ in 0..1_000 {
        house.guesses("192.0.2.11", "7654321e0");
        assert!(house.hears("192.0.2.11"));
        house.now += Duration::from_secs(20);
    }
    for _ in 0..MANY_GUESSES {
        house.guesses("192.0.2.11", "7654321e0");
    }
    assert!(!house.hears("192.0.2.11"));
    assert_eq!(house.defence.shut_out()[0].why, WhyShutOut::GuessesPasswords);
}

#[test]
fn behind_the_router_of_an_office_only_the_login_that_guesses_goes_unheard() {
    let mut house = house();
    house.defence.proved(house.now, at("203.0.113.1"));
    for _ in 0..MANY_GUESSES {
        house.guesses("203.0.113.1", "7654321e0");
    }
    assert!(!house.hears_login("203.0.113.1", "7654321e0"));
    assert!(house.hears_login("203.0.113.1", "7654321e1"));
    assert!(house.hears("203.0.113.1"));
    house.now += WINDOW;
    assert!(house.hears_login("203.0.113.1", "7654321e0"));
}

#[test]
fn what_anybody_could_forge_is_forgiven_by_the_first_good_password() {
    let mut house = house();
    for _ in 0..MANY_QUESTIONS {
        house.defence.note(house.now, at("192.0.2.11"), PHONE, Evidence::Question);
    }
    assert!(!house.hears("192.0.2.11"));
    assert!(house.hears_login("192.0.2.11", "7654321e0"), "it may prove itself");
    house.defence.proved(house.now, at("192.0.2.11"));
    assert!(house.hears("192.0.2.11"));
    for _ in 0..2 * MANY_QUESTIONS {
        house.defence.note(house.now, at("192.0.2.11"), PHONE, Evidence::Question);
    }
    assert_eq!(house.defence.suspects.len(), 0);
    assert!(house.hears("192.0.2.11"), "a phone that proved itself cannot be shut out by forged questions");
}

#[test]
fn suspects_are_bounded_and_the_quietest_make_room() {
    let mut house = house();
    for name in 0..MANY_NAMES {
        house.guesses("192.0.2.66", &format!("10{name}"));
    }
    for source in 0..2 * u32::try_from(MOST_SUSPECTS).unwrap() {
        house.now += Duration::from_millis(1);
        let forged = IpAddr::from((0x0A00_0000 + source).to_be_bytes());
        house.defence.note(house.now, forged, PHONE, Evidence::Question);
        if source % 100 == 0 {
            house.guesses("192.0.2.66", "100");
        }
    }
    assert!(house.defence.suspects.len() <= MOST_SUSPECTS);
    assert!(!house.hears("192.0.2.66"), "who goes on is not forgotten");
}

#[test]
fn the_last_refusals_are_kept_one_for_each_login_and_place_until_it_is_served() {
    let house = house();
    let mut refusals = Refusals::default();
    let mut note = |login: &str, why| {
        refusals.note(house.now, at("192.0.2.11"), login.as_bytes(), "snom\r\n\u{7}", why);
    };
    for other in 0..200 {
        note(&format!("x{other}"), WhyRefused::UnknownLogin);
    }
    note("7654321e0", WhyRefused::WrongPassword);
    note("7654321e0", WhyRefused::NotFromHere);
    let first = refusals.all().next().unwrap();
    assert_eq!((first.why, first.times, first.agent.as_str()), (WhyRefused::NotFromHere, 2, "snom"));
    assert_eq!(refusals.all().count(), 64);
    refusals.served(at("192.0.2.11"), "7654321e0");
    assert!(refusals.all().all(|left| left.login != "7654321e0"));
}
