//! How long a change of one number takes from the cloud's answer to routing, and what a new account costs whoever is on
//! the telephone: the switchboard takes one every simulated second while calls are asked for.
//!
//! `cargo run --release -p tests --example publish -- 1000`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement that cannot go on stops on the spot, and its figures go to the standard output"
)]

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use account::Snapshot;
use mirror::{Documents, Fetched, Kind, Scope, Source, assemble, plan};
use serde_json::{Value, json};
use switchboard::{Clock, Input, Setup, Switchboard};

/// The promise.
const BAR: Duration = Duration::from_millis(50);
/// Changes measured.
const ROUNDS: usize = 30;

fn main() {
    let users = std::env::args().nth(1).and_then(|users| users.parse().ok()).unwrap_or(1000);
    let mut known = Documents::default();
    let account = fetched(users, 0);
    known.apply(plan(&known, &account));
    let mut took: Vec<Duration> = (1..=ROUNDS).map(|round| change(&mut known, users, round)).collect();
    took.sort_unstable();
    let (middle, worst) = (took[ROUNDS / 2], took[ROUNDS - 1]);
    println!("one number of {users} users: median {middle:.1?}, worst of {ROUNDS} {worst:.1?} (<= {BAR:?})");
    let houses: Vec<Arc<Snapshot>> = (0..2).map(|round| house(users, round)).collect();
    let [alone, replaced] = set_ups(&houses);
    let ratio = replaced.p99.as_secs_f64() / alone.p99.as_secs_f64();
    println!(
        "asking for a call, p99: {:.1?} alone, {:.1?} while the account is replaced every second: {ratio:.2} x; \
         taking an account holds the switchboard up for {:.1?} at most",
        alone.p99, replaced.p99, replaced.pause
    );
    if middle > BAR {
        std::process::exit(1);
    }
}

/// Reading the answer, comparing, typing and indexing: everything but the disk.
fn change(known: &mut Documents, users: usize, round: usize) -> Duration {
    let answer = numbers(users, round);
    let began = Instant::now();
    let mut fetched = Fetched::new(SystemTime::now());
    let scope = Scope::all(Kind::Number);
    fetched.read(&scope, Source::V2, answer).unwrap();
    fetched.conclude(scope, mirror::Outcome::Complete);
    let changes = plan(known, &fetched);
    assert_eq!(changes.put.len(), 1, "one number changes in each round");
    known.apply(changes);
    let (house, _) = assemble(known);
    let there = house.destination(&"1000".parse().unwrap()).cloned();
    let took = began.elapsed();
    assert!(there.is_some(), "the number leads somewhere");
    took
}

fn house(users: usize, round: usize) -> Arc<Snapshot> {
    let mut known = Documents::default();
    known.apply(plan(&known, &fetched(users, round)));
    Arc::new(assemble(&known).0)
}

struct SetUps {
    p99: Duration,
    /// The longest that taking an account took.
    pause: Duration,
}

/// 20,000 requests for calls at 200 a second, to a board whose account stays and to one that is given a new one each second, in turn:
/// each is judged and challenged, which takes a look into the account. An account comes at any moment between two calls, so
/// that the next one waits for what is left of the pause when it comes, if anything is.
fn set_ups(houses: &[Arc<Snapshot>]) -> [SetUps; 2] {
    const APART: Duration = Duration::from_millis(5);
    let began = Instant::now();
    let mut boards = [board(began), board(began)];
    boards.iter_mut().for_each(|board| board.handle(began, Input::Account(Arc::clone(&houses[0]))));
    let mut took = [Vec::new(), Vec::new()];
    let mut pause = Duration::ZERO;
    for n in 0..20_000_u32 {
        let now = began + APART * n;
        let second = n / 200;
        let mut left = Duration::ZERO;
        if n % 200 == 199 {
            let asked = Instant::now();
            boards[1].handle(now, Input::Account(Arc::clone(&houses[usize::try_from(second % 2).unwrap()])));
            let took = asked.elapsed();
            pause = pause.max(took);
            left = took.saturating_sub(APART * (second * 37 % 100) / 100);
        }
        for (board, took) in boards.iter_mut().zip(&mut took) {
            let asked = Instant::now();
            ask(board, now, n);
            took.push(asked.elapsed());
        }
        took[1].iter_mut().last().into_iter().for_each(|took| *took += left);
    }
    took.map(|mut took| {
        took.sort_unstable();
        SetUps { p99: took[took.len() * 99 / 100], pause }
    })
}

fn board(began: Instant) -> Switchboard {
    Switchboard::new(Setup {
        domains: vec!["sipgate.de".to_owned()],
        agent: "bench".to_owned(),
        clock: Clock { steady: began, wall: SystemTime::now() },
        nonce_key: [1; 32],
        seed: [2; 32],
    })
}

fn ask(board: &mut Switchboard, now: Instant, n: u32) {
    let text = format!(
        "INVITE sip:1001@sipgate.de SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK{n}\r\n\
         From: <sip:7654321e0@sipgate.de>;tag=a{n}\r\nTo: <sip:1001@sipgate.de>\r\nCall-ID: {n}@bench\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:7654321e0@192.0.2.7>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    );
    let message = sip::Message::parse(text.as_bytes()).unwrap();
    let [local, peer] = ["192.0.2.1:5060", "192.0.2.7:5060"].map(|address| address.parse().unwrap());
    let flow = sip::Flow { transport: sip::flow::Transport::Udp, local, peer, connection: 0 };
    board.handle(now, Input::Message { flow, message });
    while board.poll_output().is_some() {}
    board.handle_timeout(now);
    while board.poll_output().is_some() {}
}

/// Everything the cloud says of an account of lines, phones and extensions; `round` changes one number's target.
fn fetched(users: usize, round: usize) -> Fetched {
    let mut fetched = Fetched::new(SystemTime::now());
    let mut told = |kind, owner: Option<String>, answer: Value| {
        let scope = Scope { kind, owner };
        fetched.read(&scope, Source::V2, answer).unwrap();
        fetched.conclude(scope, mirror::Outcome::Complete);
    };
    told(Kind::Identity, None, json!({"sub": "w0", "domain": "sipgate.de", "masterSipId": "7654321"}));
    let people = (0..users).map(
        |n| json!({"id": format!("w{n}"), "firstname": "Anna", "lastname": n.to_string(), "admin": n == 0}),
    );
    told(Kind::User, None, people.collect());
    for n in 0..users {
        let device = json!([{"id": format!("e{n}"), "alias": "Telefon", "type": "REGISTER", "dnd": false,
            "activePhonelines": [{"id": format!("p{n}")}], "credentials": {"username": format!("7654321e{n}"), "password": "x"}}]);
        told(Kind::Device, Some(format!("w{n}")), device);
        told(Kind::Phoneline, Some(format!("w{n}")), json!([{"id": format!("p{n}"), "alias": "Leitung"}]));
        let voicemail = json!({"alias": "Voicemail", "destination": "v0", "timeout": 25, "active": true});
        told(Kind::Forwarding, Some(format!("p{n}")), json!({ "items": [voicemail] }));
        told(Kind::BlockAnonymous, Some(format!("p{n}")), json!({"enabled": false, "target": "REJECT"}));
    }
    told(Kind::Number, None, numbers(users, round));
    fetched
}

fn numbers(users: usize, round: usize) -> Value {
    let target = |n: usize| if n == 0 { round % users } else { n };
    (0..users)
        .map(|n| json!({"id": n.to_string(), "number": (1000 + n).to_string(), "type": "QUICKDIAL", "endpointId": format!("p{}", target(n))}))
        .collect()
}
