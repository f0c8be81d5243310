//! Habits that a provider may have and a box easily gets wrong, switched on one by one: each is borne, and calls go on.

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Gatehouse, Phone, PracticeCloud, phone::Setup, tone::TONES, until};

use crate::lines_carry_calls::{ANNA, CUSTOMER, office};

/// Somebody outside who says what he hears.
const ECHO: &str = "+49305550910";

/// What happened on the cloud's SIP side, of this kind.
fn events(cloud: &PracticeCloud, kind: &str) -> Vec<Value> {
    cloud.events().into_iter().filter(|event| event["event"] == kind).collect()
}

fn refused(cloud: &PracticeCloud, status: u16) -> Vec<Value> {
    events(cloud, "refused").into_iter().filter(|event| event["status"] == status).collect()
}

/// Waits longer than a story usually does, because the habit itself takes its time.
fn within(limit: Duration, what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < limit, "{what} takes longer than {limit:?}");
        sleep(Duration::from_millis(100));
    }
}

fn calls_out_and_is_heard(anna: &mut Phone) {
    anna.dial(ECHO);
    anna.talks();
    anna.hears(TONES[0], 2.0);
    anna.hangs_up();
    anna.call_ends();
}

fn is_called_and_hears(cloud: &PracticeCloud, anna: &mut Phone) {
    let call = cloud.calls_in(ANNA, CUSTOMER);
    assert_eq!(anna.rings().number(), CUSTOMER);
    anna.answers();
    anna.talks();
    until("the caller to hear her", || (cloud.call(call)?["received"].as_u64()? > 100).then_some(()));
    anna.hangs_up();
    anna.call_ends();
    until("the cloud to hear it", || cloud.call(call).is_none().then_some(()));
}

/// 423 Interval Too Brief: the lines ask for longer at once, each of them once.
#[test]
fn a_provider_that_keeps_nobody_so_briefly_is_asked_for_longer() {
    let (cloud, house, _anna) = office(&[("minExpires", json!(300))]);
    let lines = house.lines();
    assert_eq!(refused(&cloud, 423).len(), lines.len());
    let bindings = cloud.bindings();
    for line in &lines {
        let device = line.name.trim_start_matches("7654321");
        let left = bindings[device][0]["secondsLeft"].as_u64().unwrap_or_default();
        assert!(left > 200, "{device} is kept for {left} s");
    }
}

/// 503 with Retry-After: no line comes back before, and the page says what is wrong meanwhile.
#[test]
fn a_provider_that_asks_for_a_pause_gets_it() {
    const PAUSE: Duration = Duration::from_secs(12);
    let cloud = PracticeCloud::office();
    cloud.habit("retryAfter", &json!(PAUSE.as_secs()));
    let house = Gatehouse::beside(&cloud);
    let tried = |line: &str| refused(&cloud, 503).iter().filter(|event| event["from"] == line).count();
    let line = until("the first line to be put off", || {
        refused(&cloud, 503).first().map(|event| event["from"].as_str().unwrap_or_default().to_owned())
    });
    let put_off = Instant::now();
    until("the reason", || {
        house.lines().iter().any(|now| now.name == line && now.why.contains("503")).then_some(())
    });
    assert_eq!(tried(&line), 1);
    cloud.habit("retryAfter", &Value::Null);
    within(PAUSE * 3, "the line to be up", || {
        house.lines().iter().any(|now| now.name == line && now.state == "up")
    });
    assert!(put_off.elapsed() > PAUSE - Duration::from_secs(1), "back after {:?}", put_off.elapsed());
    within(PAUSE * 3, "every line up", || house.has_lines_up(8));
}

/// Stations that the provider names: on registration (Service-Route, Path), and in calls (Record-Route). It refuses whatever
/// comes past them.
#[test]
fn stations_that_the_provider_names_are_visited() {
    let (cloud, _house, mut anna) = office(&[("edge", json!(true))]);
    calls_out_and_is_heard(&mut anna);
    is_called_and_hears(&cloud, &mut anna);
    assert_eq!(refused(&cloud, 403), Vec::<Value>::new());
}

/// 422 Session Interval Too Small: the call is asked for again with what the provider wants.
#[test]
fn a_provider_that_wants_signs_of_life_more_seldom_is_asked_again() {
    let (cloud, _house, mut anna) = office(&[("minSession", json!(2_400))]);
    calls_out_and_is_heard(&mut anna);
    assert_eq!(refused(&cloud, 422).len(), 1);
}

/// Session timers: the box gives the signs of life in a call that went out, the cloud in one that came in. Without them the box
/// would hang up on the latter a minute after it began.
#[test]
fn signs_of_life_are_given_and_taken() {
    const MINUTE: u64 = 63;
    let (cloud, house, mut anna) = office(&[("session", json!(90))]);
    let mut boss = Setup::new("boss", house.sip()).login(cloud.phone("101")).voice(TONES[1]).start();
    boss.registered();
    boss.dial(ECHO);
    boss.talks();
    let call = cloud.calls_in(ANNA, CUSTOMER);
    anna.rings();
    anna.answers();
    anna.talks();
    let packets = || {
        let received = cloud.call(call).and_then(|call| call["received"].as_u64());
        received.unwrap_or_else(|| panic!("the call is over: {:#?}\n{}", cloud.events(), cloud.log()))
    };
    within(Duration::from_secs(2 * MINUTE), "a minute of her voice", || packets() > MINUTE * 50);
    let by: Vec<Value> = events(&cloud, "callRefreshed").iter().map(|event| event["by"].clone()).collect();
    assert!(by.contains(&json!("device")) && by.contains(&json!("cloud")), "{by:?}");
    assert_eq!(house.calls(), 2);
    let heard = boss.hears(TONES[1], 1.0).seconds;
    boss.hears(TONES[1], heard + 1.0);
    for phone in [&mut anna, &mut boss] {
        phone.hangs_up();
        phone.call_ends();
    }
}

/// The cloud asks each registration whether it lives (every 30 s, here every second) and forgets who keeps silent.
#[test]
fn the_cloud_asks_whether_each_line_lives_and_is_told() {
    let (cloud, house, mut anna) = office(&[("asksEvery", json!(1))]);
    let lines = house.lines().len();
    until("three rounds of questions", || (events(&cloud, "asked").len() >= 3 * lines).then_some(()));
    let asked = events(&cloud, "asked");
    assert!(asked.iter().all(|event| event["status"] == 200), "{asked:?}");
    is_called_and_hears(&cloud, &mut anna);
    assert_eq!(cloud.bindings().as_object().map(serde_json::Map::len), Some(lines));
}
