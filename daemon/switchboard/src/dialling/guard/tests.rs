use std::time::{Duration, Instant, SystemTime};

use super::{Guard, Held, LONGEST_TRUST, Limits, MOST_PEOPLE, Night};
use crate::dialling::{Country, Outside, Payer, Spot};
use crate::wires::Clock;

fn outside(dialled: &str) -> Outside {
    Spot { country: Country::GERMANY, area: None, outside_digit: None }.read(dialled).unwrap()
}

fn user(number: usize) -> Payer {
    Payer::User(format!("w{number}").parse().unwrap())
}

/// So many seconds after a midnight (UTC).
#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn at(seconds: u64) -> Clock {
    let midnight = 1_790_000_000 / 86_400 * 86_400;
    let since = Duration::from_secs(seconds);
    Clock {
        steady: Instant::now() + since,
        wall: SystemTime::UNIX_EPOCH + Duration::from_secs(midnight) + since,
    }
}

const NOON: u64 = 12 * 3600;

fn limits() -> Limits {
    let night = Night::read("20:00-06:00", "UTC").unwrap();
    Limits { person: 8, abroad: 4, premium: 1, house: 12, night, ..Limits::default() }
}

fn calls(guard: &mut Guard, when: u64, who: &Payer, dialled: &str, times: usize) {
    (0..times).for_each(|_| guard.count(at(when), who, &outside(dialled)));
}

fn judge(guard: &Guard, when: u64, who: &Payer, dialled: &str) -> Result<(), Held> {
    guard.judge(at(when), &limits(), who, &outside(dialled))
}

#[test]
fn each_limit_is_named_when_it_is_reached() {
    let (mara, joerg) = (user(0), user(1));
    let mut guard = Guard::default();
    calls(&mut guard, NOON, &mara, "+43123456789", 3);
    assert_eq!(judge(&guard, NOON, &mara, "+43123456789"), Ok(()));
    calls(&mut guard, NOON, &mara, "+43123456789", 1);
    assert_eq!(judge(&guard, NOON, &mara, "+43123456789"), Err(Held::Abroad));
    assert_eq!(judge(&guard, NOON, &mara, "030555010"), Ok(()));
    calls(&mut guard, NOON, &mara, "030555010", 4);
    assert_eq!(judge(&guard, NOON, &mara, "030555010"), Err(Held::Person));
    assert_eq!(judge(&guard, NOON, &joerg, "01805123456"), Ok(()));
    calls(&mut guard, NOON, &joerg, "01805123456", 1);
    assert_eq!(judge(&guard, NOON, &joerg, "01805123456"), Err(Held::Premium));
    calls(&mut guard, NOON, &joerg, "030555010", 3);
    assert_eq!(judge(&guard, NOON, &user(2), "030555010"), Err(Held::House));
}

#[test]
fn an_hour_later_it_is_forgotten() {
    let mara = user(0);
    let mut guard = Guard::default();
    calls(&mut guard, NOON, &mara, "030555010", 8);
    for (later, held) in [(0, true), (1800, true), (2999, true), (3600, false), (86_400, false)] {
        assert_eq!(judge(&guard, NOON + later, &mara, "030555010").is_err(), held, "{later}");
    }
    calls(&mut guard, NOON + 3600, &mara, "030555010", 7);
    assert_eq!(judge(&guard, NOON + 3600, &mara, "030555010"), Ok(()));
}

#[test]
fn at_night_less_is_usual() {
    let mara = user(0);
    for (hour, held) in [(12, false), (19, false), (20, true), (23, true), (0, true), (5, true), (6, false)] {
        let mut guard = Guard::default();
        calls(&mut guard, hour * 3600, &mara, "030555010", 2);
        assert_eq!(judge(&guard, hour * 3600, &mara, "030555010").is_err(), held, "{hour}");
        let first = judge(&Guard::default(), hour * 3600, &mara, "01805123456");
        assert_eq!(first, Ok(()), "one call is always usual");
    }
}

#[test]
fn night_is_where_the_office_stands() {
    let night = Night::read("20:00 - 06:00", "Europe/Berlin").unwrap();
    for (hours, place) in
        [("20-6", "UTC"), ("24:00-06:00", "UTC"), ("20:00", "UTC"), ("20:00-06:00", "Berlin")]
    {
        assert_eq!(Night::read(hours, place), None, "{hours} {place}");
    }
    let night_at = |second| night.is_at(SystemTime::UNIX_EPOCH + Duration::from_secs(second));
    // 2026-01-15 19:30 and 2026-07-15 18:30 UTC are both half past eight in Berlin.
    assert!(night_at(1_768_505_400) && night_at(1_784_140_200));
    assert!(!night_at(1_768_505_400 - 3600) && !night_at(1_784_140_200 - 3600));
}

#[test]
fn the_admin_lets_somebody_through_for_a_time() {
    let (mara, joerg) = (user(0), user(1));
    let mut guard = Guard::default();
    calls(&mut guard, NOON, &mara, "030555010", 8);
    calls(&mut guard, NOON, &joerg, "030555010", 4);
    let now = at(NOON);
    let ask = |guard: &Guard, who: &Payer, after: u64| {
        let later = Duration::from_secs(after);
        let at = Clock { steady: now.steady + later, wall: now.wall + later };
        guard.judge(at, &limits(), who, &outside("030555010"))
    };
    guard.trust(now.steady, Some(mara.clone()), now.steady + Duration::from_secs(600));
    assert_eq!(ask(&guard, &mara, 599), Ok(()));
    assert_eq!(ask(&guard, &mara, 600), Err(Held::Person));
    assert_eq!(ask(&guard, &joerg, 0), Err(Held::House));
    guard.trust(now.steady, None, now.steady + 10 * LONGEST_TRUST);
    assert_eq!(ask(&guard, &joerg, 0), Ok(()));
    guard.trust(now.steady, None, now.steady);
    assert_eq!(ask(&guard, &joerg, 0), Err(Held::House));
}

#[test]
fn it_remembers_no_more_than_it_can() {
    let mut guard = Guard::default();
    let (noon, berlin) = (at(NOON), outside("030555010"));
    for number in 0..MOST_PEOPLE + 100 {
        guard.count(noon, &user(number), &berlin);
    }
    assert_eq!(guard.remembered(), MOST_PEOPLE);
    guard.count(at(NOON + 7200), &user(MOST_PEOPLE + 200), &outside("030555010"));
    assert_eq!(guard.remembered(), 1);
}

#[test]
fn a_clock_that_is_set_back_forgets_nothing() {
    let mara = user(0);
    let mut guard = Guard::default();
    calls(&mut guard, NOON, &mara, "030555010", 4);
    calls(&mut guard, NOON - 7200, &mara, "030555010", 4);
    assert_eq!(judge(&guard, NOON, &mara, "030555010"), Err(Held::Person));
    assert_eq!(judge(&guard, NOON - 7200, &mara, "030555010"), Err(Held::Person));
}
