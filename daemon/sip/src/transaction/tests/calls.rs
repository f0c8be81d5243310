//! INVITE: repetition, refusal, acceptance, and the races around CANCEL.

use super::{Bench, answer, request, request_in};
use crate::flow::Transport;
use crate::message::Message;
use crate::name::Name;
use crate::transaction::{ClientKey, Output, Priority, ServerKey};
use bytes::Bytes;
use std::time::Duration;

const HALF_MINUTE: Duration = Duration::from_secs(32);

/// We call: the INVITE has left.
pub(super) fn calling(transport: Transport) -> (Bench, Bytes, ClientKey) {
    let mut bench = Bench::new(transport);
    let invite = request("INVITE", "z9hG4bKcall");
    let key = bench.layer.request(bench.now, bench.flow, invite.clone(), Priority::Ordinary).unwrap();
    assert_eq!(bench.out(), ["INVITE"]);
    (bench, invite, key)
}

/// We are called: the INVITE is in our hands and has its 100.
pub(super) fn called(transport: Transport) -> (Bench, Bytes, ServerKey) {
    let mut bench = Bench::new(transport);
    let invite = request("INVITE", "z9hG4bKcall");
    assert_eq!(bench.hear(&invite), "INVITE");
    let message = Message::parse(&invite).unwrap();
    let key = bench.layer.proceed(bench.now, bench.flow, &message, Priority::Ordinary).unwrap();
    assert_eq!(bench.out(), ["100"]);
    (bench, invite, key)
}

#[test]
fn an_invite_nobody_hears_is_repeated_and_given_up() {
    let (mut bench, _, _) = calling(Transport::Udp);
    let seen = bench.run(HALF_MINUTE);
    let moments: Vec<u128> = seen.iter().map(|(moment, _)| *moment).collect();
    // RFC 3261 17.1.1.2: doubling, seven INVITEs in all.
    assert_eq!(moments, [500, 1500, 3500, 7500, 15500, 31500, 32000]);
    assert_eq!(seen.last().unwrap().1, "timed out");
    assert_eq!(bench.layer.count().sent, 0);
}

#[test]
fn a_refusal_is_acknowledged_every_time_but_told_once() {
    let (mut bench, invite, _) = calling(Transport::Udp);
    let busy = answer(486, &invite, "them");
    assert_eq!((bench.hear(&busy), bench.out()), ("486".into(), vec!["ACK".into()]));
    assert_eq!((bench.hear(&busy), bench.out()), (String::new(), vec!["ACK".into()]));
    assert_eq!(bench.run(HALF_MINUTE), []);
    assert_eq!(bench.layer.count().sent, 0);
}

#[test]
fn the_ack_of_a_refusal_belongs_to_the_invite() {
    let (mut bench, invite, _) = calling(Transport::Udp);
    bench.hear(&answer(486, &invite, "them"));
    let [Output::Send { bytes, .. }] = &bench.outputs()[..] else { panic!("one ACK") };
    let (ack, invite) = (Message::parse(bytes).unwrap(), Message::parse(&invite).unwrap());
    // RFC 3261 17.1.1.3.
    assert_eq!(ack.uri().unwrap().raw(), invite.uri().unwrap().raw());
    assert_eq!(ack.header(Name::Via), invite.header(Name::Via));
    assert_eq!(ack.header(Name::Route), invite.header(Name::Route));
    assert_eq!(ack.header(Name::From), invite.header(Name::From));
    assert_eq!(ack.to_tag(), Some(&b"them"[..]));
    assert_eq!(ack.header(Name::CSeq), Some(&b"7 ACK"[..]));
}

#[test]
fn every_acceptance_of_a_fork_is_told_and_late_ones_are_strays() {
    let (mut bench, invite, _) = calling(Transport::Udp);
    assert_eq!(bench.hear(&answer(200, &invite, "kitchen")), "200");
    assert_eq!(
        bench.hear(&answer(200, &invite, "kitchen")),
        "200",
        "its ACK was lost: the dialog sends it again"
    );
    assert_eq!(bench.hear(&answer(200, &invite, "hall")), "200");
    assert_eq!(bench.hear(&answer(486, &invite, "attic")), "");
    assert_eq!(bench.run(HALF_MINUTE), []);
    assert_eq!(bench.layer.count().sent, 0);
    assert_eq!(bench.hear(&answer(200, &invite, "cellar")), "stray");
    assert_eq!(bench.hear(&answer(180, &invite, "cellar")), "");
}

#[test]
fn copies_of_an_invite_get_the_last_provisional_answer() {
    let (mut bench, invite, key) = called(Transport::Udp);
    assert_eq!((bench.hear(&invite), bench.out()), (String::new(), vec!["100".into()]));
    bench.layer.answer(bench.now, key, 180, answer(180, &invite, "us"));
    assert_eq!(bench.out(), ["180"]);
    assert_eq!((bench.hear(&invite), bench.out()), (String::new(), vec!["180".into()]));
}

#[test]
fn our_refusal_is_repeated_until_its_ack() {
    let (mut bench, invite, key) = called(Transport::Udp);
    bench.layer.answer(bench.now, key, 486, answer(486, &invite, "us"));
    assert_eq!(bench.out(), ["486"]);
    let seen = bench.run(Duration::from_secs(8));
    assert_eq!(seen.iter().map(|(moment, _)| *moment).collect::<Vec<_>>(), [500, 1500, 3500, 7500]);
    assert_eq!(bench.hear(&request_in("ACK", "z9hG4bKcall", ";tag=us")), "");
    assert_eq!(bench.run(HALF_MINUTE), []);
    assert_eq!(bench.layer.count().received, 0);
}

#[test]
fn our_acceptance_is_repeated_until_the_dialog_has_its_ack() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let (mut bench, invite, key) = called(transport);
        bench.layer.answer(bench.now, key, 200, answer(200, &invite, "us"));
        assert_eq!(bench.out(), ["200"]);
        let seen = bench.run(Duration::from_secs(2));
        assert_eq!(
            seen,
            [(500, "200".into()), (1500, "200".into())],
            "on every transport (RFC 3261 13.3.1.4)"
        );
        assert_eq!(bench.hear(&request_in("ACK", "z9hG4bKnew", ";tag=us")), "ack");
        bench.layer.acknowledged(bench.now, key);
        assert_eq!(bench.hear(&invite), "", "a late copy of the INVITE is no new call");
        assert_eq!(bench.run(HALF_MINUTE), []);
        assert_eq!(bench.layer.count().received, 0);
    }
}

#[test]
fn an_acceptance_without_ack_is_reported() {
    let (mut bench, invite, key) = called(Transport::Udp);
    bench.layer.answer(bench.now, key, 200, answer(200, &invite, "us"));
    bench.layer.answer(bench.now, key, 486, answer(486, &invite, "us"));
    assert_eq!(bench.out(), ["200"], "only the first final answer counts");
    let seen = bench.run(HALF_MINUTE);
    assert_eq!(seen.last(), Some(&(32_000, "unacknowledged".into())));
    assert_eq!(bench.layer.count().received, 0);
}

#[test]
fn a_cancel_waits_for_the_first_sign_of_life() {
    let (mut bench, invite, key) = calling(Transport::Udp);
    bench.layer.cancel(bench.now, key, &[("Reason", "SIP;cause=200;text=\"Call completed elsewhere\"")]);
    assert!(bench.out().is_empty(), "RFC 3261 9.1: not before a provisional answer");
    assert_eq!(bench.hear(&answer(100, &invite, "")), "100");
    let [Output::Send { bytes, .. }] = &bench.outputs()[..] else { panic!("one CANCEL") };
    let (cancel, original) = (Message::parse(bytes).unwrap(), Message::parse(&invite).unwrap());
    assert_eq!(cancel.header(Name::Via), original.header(Name::Via));
    assert_eq!(cancel.header(Name::CSeq), Some(&b"7 CANCEL"[..]));
    assert_eq!(cancel.header(Name::Reason), Some(&b"SIP;cause=200;text=\"Call completed elsewhere\""[..]));
    assert_eq!(bench.hear(&answer(200, bytes, "them")), "", "the answer to the CANCEL says nothing");
    assert_eq!((bench.hear(&answer(487, &invite, "them")), bench.out()), ("487".into(), vec!["ACK".into()]));
    bench.run(HALF_MINUTE);
    assert_eq!(bench.layer.count().sent, 0);
}

#[test]
fn an_acceptance_that_crosses_the_cancel_is_told() {
    let (mut bench, invite, key) = calling(Transport::Udp);
    bench.hear(&answer(180, &invite, "them"));
    bench.layer.cancel(bench.now, key, &[]);
    bench.layer.cancel(bench.now, key, &[]);
    assert_eq!(bench.out(), ["CANCEL"], "once");
    assert_eq!(bench.hear(&answer(200, &invite, "them")), "200");
    let cancel_again = bench.run(HALF_MINUTE);
    assert!(cancel_again.iter().all(|(_, word)| word == "CANCEL"), "{cancel_again:?}");
    assert_eq!(bench.layer.count().sent, 0);
}

#[test]
fn an_acceptance_before_any_provisional_answer_takes_the_cancel_back() {
    let (mut bench, invite, key) = calling(Transport::Udp);
    bench.layer.cancel(bench.now, key, &[]);
    assert_eq!(bench.hear(&answer(200, &invite, "them")), "200");
    assert!(bench.out().is_empty());
    bench.layer.cancel(bench.now, key, &[]);
    assert_eq!(bench.run(HALF_MINUTE), []);
}

#[test]
fn a_cancelled_invite_that_stays_silent_ends_by_itself() {
    let (mut bench, invite, key) = calling(Transport::Tcp);
    bench.hear(&answer(180, &invite, "them"));
    bench.layer.cancel(bench.now, key, &[]);
    assert_eq!(bench.out(), ["CANCEL"]);
    let seen = bench.run(HALF_MINUTE);
    assert_eq!(seen, [(32_000, "timed out".into())]);
    assert_eq!(bench.layer.count().sent, 0);
}

#[test]
fn a_phone_that_rings_for_three_minutes_is_cancelled() {
    let (mut bench, invite, _) = calling(Transport::Tcp);
    bench.hear(&answer(180, &invite, "them"));
    assert_eq!(bench.run(Duration::from_secs(184)), []);
    bench.hear(&answer(180, &invite, "them"));
    assert_eq!(
        bench.run(Duration::from_secs(184)),
        [],
        "every 101 to 199 starts the time anew (RFC 3261 16.7)"
    );
    assert_eq!(bench.run(Duration::from_secs(2)), [(1_000, "CANCEL".into())]);
}

#[test]
fn a_caller_who_gives_up_is_heard_once() {
    let (mut bench, invite, key) = called(Transport::Udp);
    bench.layer.answer(bench.now, key, 180, answer(180, &invite, "us"));
    bench.out();
    let cancel = request("CANCEL", "z9hG4bKcall");
    assert_eq!(bench.hear(&cancel), "cancel");
    let [Output::Send { bytes, .. }] = &bench.outputs()[..] else { panic!("one answer") };
    let ok = Message::parse(bytes).unwrap();
    assert_eq!(
        (ok.status(), ok.to_tag()),
        (Some(200), Some(&b"us"[..])),
        "the tag of the INVITE (RFC 3261 9.2)"
    );
    assert_eq!((bench.hear(&cancel), bench.out()), (String::new(), vec!["200".into()]));
}

#[test]
fn a_cancel_behind_the_final_answer_changes_nothing() {
    let (mut bench, invite, key) = called(Transport::Udp);
    bench.layer.answer(bench.now, key, 200, answer(200, &invite, "us"));
    bench.out();
    assert_eq!(
        (bench.hear(&request("CANCEL", "z9hG4bKcall")), bench.out()),
        (String::new(), vec!["200".into()])
    );
}

#[test]
fn a_cancel_for_nothing_is_told_so() {
    let mut bench = Bench::new(Transport::Udp);
    assert_eq!(
        (bench.hear(&request("CANCEL", "z9hG4bKno")), bench.out()),
        (String::new(), vec!["481".into()])
    );
    assert_eq!(bench.hear(&request_in("ACK", "z9hG4bKno", ";tag=us")), "ack");
}
