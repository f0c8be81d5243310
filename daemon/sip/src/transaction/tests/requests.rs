//! Requests other than INVITE, floods, and what belongs together.

use super::{Bench, answer, request, request_in};
use crate::flow::Transport;
use crate::message::Message;
use crate::transaction::{Count, Limits, NotSent, Priority};
use std::time::Duration;

const HALF_MINUTE: Duration = Duration::from_secs(32);

#[test]
fn a_lost_request_is_repeated_until_its_time_is_up() {
    let mut bench = Bench::new(Transport::Udp);
    bench.layer.request(bench.now, bench.flow, request("BYE", "z9hG4bK1"), Priority::Ordinary).unwrap();
    assert_eq!(bench.out(), ["BYE"]);
    let seen = bench.run(HALF_MINUTE);
    let moments: Vec<u128> = seen.iter().map(|(moment, _)| *moment).collect();
    // RFC 3261 17.1.2.2: 500 ms, doubling to 4 s, until 32 s.
    assert_eq!(moments, [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500, 32000]);
    assert_eq!(seen.last().unwrap().1, "timed out");
    assert_eq!(bench.layer.count(), Count { received: 0, sent: 0 });
    assert_eq!(bench.layer.next_deadline(), None);
}

#[test]
fn an_answer_ends_the_repeating_and_its_copy_is_swallowed() {
    let mut bench = Bench::new(Transport::Udp);
    let bye = request("BYE", "z9hG4bK1");
    bench.layer.request(bench.now, bench.flow, bye.clone(), Priority::Ordinary).unwrap();
    assert_eq!(bench.out(), ["BYE"]);
    assert_eq!(bench.hear(&answer(200, &bye, "x")), "200");
    assert_eq!(bench.hear(&answer(200, &bye, "x")), "");
    assert_eq!(bench.run(HALF_MINUTE), []);
    assert_eq!(bench.layer.count().sent, 0);
}

#[test]
fn a_request_is_carried_out_once_and_its_copies_get_the_same_answer() {
    let mut bench = Bench::new(Transport::Udp);
    let bye = request_in("BYE", "z9hG4bK1", ";tag=us");
    assert_eq!(bench.hear(&bye), "BYE");
    let message = Message::parse(&bye).unwrap();
    bench.layer.answer_kept(bench.now, bench.flow, &message, 200, answer(200, &bye, ""));
    assert_eq!(bench.out(), ["200"]);
    assert_eq!((bench.hear(&bye), bench.out()), (String::new(), vec!["200".to_owned()]));
    bench.run(HALF_MINUTE);
    assert_eq!(bench.layer.count().received, 0);
    assert_eq!(bench.hear(&bye), "BYE");
}

#[test]
fn an_answer_without_memory_leaves_none() {
    let mut bench = Bench::new(Transport::Udp);
    let register = request("REGISTER", "z9hG4bK1");
    for _ in 0..3 {
        assert_eq!(bench.hear(&register), "REGISTER");
        bench.layer.send_once(bench.flow, answer(401, &register, "x"));
        assert_eq!(bench.out(), ["401"]);
    }
    assert_eq!(bench.layer.count().received, 0);
    assert_eq!(bench.layer.next_deadline(), None);
}

#[test]
fn a_request_that_nobody_answers_is_forgotten() {
    let mut bench = Bench::new(Transport::Udp);
    let info = request("INFO", "z9hG4bK1");
    assert_eq!(bench.hear(&info), "INFO");
    bench.layer.proceed(bench.now, bench.flow, &Message::parse(&info).unwrap(), Priority::Ordinary).unwrap();
    assert_eq!(bench.hear(&info), "");
    assert_eq!(bench.run(HALF_MINUTE), []);
    assert_eq!(bench.layer.count().received, 0);
}

#[test]
fn the_same_request_over_another_path_is_a_loop() {
    let mut bench = Bench::new(Transport::Udp);
    let (one, other) = (request("INVITE", "z9hG4bKone"), request("INVITE", "z9hG4bKother"));
    bench.hear(&one);
    bench.layer.proceed(bench.now, bench.flow, &Message::parse(&one).unwrap(), Priority::Ordinary).unwrap();
    assert_eq!(bench.out(), ["100"]);
    assert_eq!((bench.hear(&other), bench.out()), (String::new(), vec!["482".to_owned()]));
    let inside = request_in("INVITE", "z9hG4bKthird", ";tag=us");
    assert_eq!(bench.hear(&inside), "INVITE", "a request inside a dialog is never merged");
}

#[test]
fn sender_and_method_belong_to_the_name() {
    let mut bench = Bench::new(Transport::Udp);
    let info = request_in("INFO", "z9hG4bK1", ";tag=us");
    bench.layer.answer_kept(
        bench.now,
        bench.flow,
        &Message::parse(&info).unwrap(),
        200,
        answer(200, &info, ""),
    );
    let text = String::from_utf8(info.to_vec()).unwrap();
    assert_eq!(bench.hear(&info), "");
    for foreign in [
        text.replace("9:5062;", "9:5063;"),
        text.replace("192.0.2.9:", "192.0.2.8:"),
        text.replace("INFO", "BYE"),
    ] {
        assert_ne!(bench.hear(&foreign.into()), "", "another sender or method is another transaction");
    }
}

#[test]
fn phones_from_before_the_magic_cookie_are_matched_by_everything_else() {
    let mut bench = Bench::new(Transport::Udp);
    let old = |method| request(method, "1");
    bench.hear(&old("INVITE"));
    let invite = old("INVITE");
    let message = Message::parse(&invite).unwrap();
    let key = bench.layer.proceed(bench.now, bench.flow, &message, Priority::Ordinary).unwrap();
    assert_eq!(bench.hear(&old("INVITE")), "");
    assert_eq!(bench.hear(&old("CANCEL")), "cancel");
    bench.layer.answer(bench.now, key, 487, answer(487, &invite, "us"));
    bench.out();
    assert_eq!(bench.hear(&request_in("ACK", "1", ";tag=us")), "");
    bench.run(Duration::from_secs(6));
    assert_eq!(bench.layer.count().received, 0, "the ACK found its INVITE");
}

#[test]
fn endless_branches_take_no_more_room_than_short_ones() {
    let mut bench = Bench::new(Transport::Udp);
    let long = |tail: &str| request_in("INFO", &format!("z9hG4bK{}{tail}", "x".repeat(5000)), ";tag=us");
    let (one, other) = (long("1"), long("2"));
    bench.layer.answer_kept(
        bench.now,
        bench.flow,
        &Message::parse(&one).unwrap(),
        200,
        answer(200, &one, ""),
    );
    assert_eq!(bench.hear(&one), "");
    assert_eq!(bench.hear(&other), "INFO");
}

#[test]
fn a_full_box_says_so_and_still_takes_an_emergency_call() {
    let limits = Limits { received: 3, received_per_source: 2, sent: 1, reserve: 1 };
    let mut bench = Bench::with(Transport::Udp, limits);
    let ask = |bench: &mut Bench, branch: &str, priority| {
        let invite = request_in("INVITE", branch, ";tag=us");
        bench.layer.proceed(bench.now, bench.flow, &Message::parse(&invite).unwrap(), priority).is_some()
    };
    assert!(ask(&mut bench, "z9hG4bK1", Priority::Ordinary));
    assert!(ask(&mut bench, "z9hG4bK2", Priority::Ordinary));
    assert!(!ask(&mut bench, "z9hG4bK3", Priority::Ordinary), "two from one address is enough");
    assert_eq!(bench.out(), ["100", "100", "503"]);
    bench.flow.peer = "192.0.2.10:5060".parse().unwrap();
    assert!(ask(&mut bench, "z9hG4bK4", Priority::Ordinary));
    assert!(!ask(&mut bench, "z9hG4bK5", Priority::Ordinary), "three are all");
    assert!(ask(&mut bench, "z9hG4bK6", Priority::Emergency));
    assert!(!ask(&mut bench, "z9hG4bK7", Priority::Emergency), "the reserve has an end too");
    let mut send =
        |branch, priority| bench.layer.request(bench.now, bench.flow, request("INFO", branch), priority);
    assert!(send("z9hG4bK1", Priority::Ordinary).is_ok());
    assert_eq!(send("z9hG4bK2", Priority::Ordinary), Err(NotSent::Full));
    assert!(send("z9hG4bK3", Priority::Emergency).is_ok());
}

#[test]
fn a_place_is_free_again_when_its_request_is_over() {
    let mut bench = Bench::with(Transport::Udp, Limits { received_per_source: 1, ..Limits::default() });
    for branch in ["z9hG4bK1", "z9hG4bK2"] {
        let info = request("INFO", branch);
        assert_eq!(bench.hear(&info), "INFO", "no longer the same request over another path");
        let message = Message::parse(&info).unwrap();
        assert!(bench.layer.proceed(bench.now, bench.flow, &message, Priority::Ordinary).is_some());
        bench.run(HALF_MINUTE);
    }
}

#[test]
fn what_cannot_be_a_transaction_is_not_sent() {
    let mut bench = Bench::new(Transport::Udp);
    let mut send = |bytes| bench.layer.request(bench.now, bench.flow, bytes, Priority::Ordinary);
    assert!(send(request("INFO", "z9hG4bK1")).is_ok());
    assert_eq!(send(request("INFO", "z9hG4bK1")), Err(NotSent::Unfit));
    assert_eq!(send(request("ACK", "z9hG4bK2")), Err(NotSent::Unfit));
    assert_eq!(send(request("CANCEL", "z9hG4bK3")), Err(NotSent::Unfit));
    assert_eq!(send("nonsense".into()), Err(NotSent::Unfit));
    assert_eq!(bench.out(), ["INFO"]);
}

#[test]
fn a_lost_connection_fails_what_was_sent_on_it_and_nothing_else() {
    let mut bench = Bench::new(Transport::Tcp);
    let other = crate::flow::Flow { connection: 2, ..bench.flow };
    bench.layer.request(bench.now, bench.flow, request("INVITE", "z9hG4bK1"), Priority::Ordinary).unwrap();
    bench.layer.request(bench.now, other, request("INFO", "z9hG4bK2"), Priority::Ordinary).unwrap();
    assert_eq!(bench.out(), ["INVITE", "INFO"]);
    bench.layer.unreachable(bench.now, bench.flow);
    assert_eq!(bench.out(), ["unreachable"]);
    assert_eq!(bench.layer.count().sent, 1);
}
