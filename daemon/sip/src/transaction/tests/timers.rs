//! Every timer of RFC 3261 table 4 and RFC 6026 by its letter: when it fires, and that a reliable transport needs none that only
//! mends losses.

use super::calls::{called, calling};
use super::{Bench, answer, request, request_in};
use crate::flow::Transport::{Tcp, Udp};
use crate::message::Message;
use crate::transaction::Priority;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const DOUBLING_TO_T2: [u128; 10] = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];

/// We ask something that is no call.
fn asking(transport: crate::Transport) -> (Bench, bytes::Bytes) {
    let mut bench = Bench::new(transport);
    let bye = request("BYE", "z9hG4bKask");
    bench.layer.request(bench.now, bench.flow, bye.clone(), Priority::Ordinary).unwrap();
    assert_eq!(bench.out(), ["BYE"]);
    (bench, bye)
}

/// We were asked something that is no call, and have answered.
fn answered(transport: crate::Transport) -> Bench {
    let mut bench = Bench::new(transport);
    let bye = request_in("BYE", "z9hG4bKask", ";tag=us");
    assert_eq!(bench.hear(&bye), "BYE");
    let message = Message::parse(&bye).unwrap();
    bench.layer.answer_kept(bench.now, bench.flow, &message, 200, answer(200, &bye, ""));
    assert_eq!(bench.out(), ["200"]);
    bench
}

/// What leaves until nothing is in memory any more, in milliseconds from now, and when that is.
fn until_forgotten(bench: &mut Bench) -> (Vec<(u128, String)>, u128) {
    let (began, mut seen) = (bench.now, Vec::new());
    let count = |bench: &Bench| bench.layer.count().sent + bench.layer.count().received;
    while count(bench) > 0 {
        let at = bench.layer.next_deadline().expect("what is in memory has an end");
        let before = (bench.now - began).as_millis();
        let said = bench.run(at.saturating_duration_since(bench.now));
        seen.extend(said.into_iter().map(|(moment, word)| (before + moment, word)));
    }
    (seen, (bench.now - began).as_millis())
}

/// Moments at which `word` left.
fn moments(seen: &[(u128, String)], word: &str) -> Vec<u128> {
    seen.iter().filter(|(_, said)| said == word).map(|(moment, _)| *moment).collect()
}

#[test]
fn timer_a_rfc3261_17_1_1_2_repeats_the_invite_twice_as_late_each_time() {
    let (seen, _) = until_forgotten(&mut calling(Udp).0);
    assert_eq!(moments(&seen, "INVITE"), [500, 1500, 3500, 7500, 15_500, 31_500]);
    let (seen, _) = until_forgotten(&mut calling(Tcp).0);
    assert_eq!(moments(&seen, "INVITE"), []);
}

#[test]
fn timer_b_rfc3261_17_1_1_2_gives_an_unanswered_invite_up() {
    for transport in [Udp, Tcp] {
        let (seen, end) = until_forgotten(&mut calling(transport).0);
        assert_eq!((moments(&seen, "timed out"), end), (vec![32_000], 32_000));
    }
}

#[test]
fn timer_c_rfc3261_16_8_cancels_what_rings_for_more_than_three_minutes() {
    for transport in [Udp, Tcp] {
        let (mut bench, invite, _) = calling(transport);
        bench.hear(&answer(180, &invite, "them"));
        assert_eq!(bench.run(400 * SECOND).first(), Some(&(185_000, "CANCEL".into())));
    }
}

#[test]
fn timer_d_rfc3261_17_1_1_2_acknowledges_copies_of_a_refusal() {
    for (transport, lasts) in [(Udp, 32_000), (Tcp, 0)] {
        let (mut bench, invite, _) = calling(transport);
        bench.hear(&answer(486, &invite, "them"));
        assert_eq!((bench.out(), until_forgotten(&mut bench)), (vec!["ACK".into()], (vec![], lasts)));
    }
}

#[test]
fn timer_e_rfc3261_17_1_2_2_repeats_a_request_at_most_every_four_seconds() {
    let (seen, _) = until_forgotten(&mut asking(Udp).0);
    assert_eq!(moments(&seen, "BYE"), DOUBLING_TO_T2);
    let (seen, _) = until_forgotten(&mut asking(Tcp).0);
    assert_eq!(moments(&seen, "BYE"), []);
    let (mut bench, bye) = asking(Udp);
    bench.hear(&answer(100, &bye, "them"));
    assert_eq!(
        moments(&bench.run(9 * SECOND), "BYE"),
        [500, 4_500, 8_500],
        "T2 at once when it was heard of"
    );
}

#[test]
fn timer_f_rfc3261_17_1_2_2_gives_an_unanswered_request_up() {
    for transport in [Udp, Tcp] {
        let (seen, end) = until_forgotten(&mut asking(transport).0);
        assert_eq!((moments(&seen, "timed out"), end), (vec![32_000], 32_000));
    }
}

#[test]
fn timer_g_rfc3261_17_2_1_repeats_a_refusal_until_its_ack() {
    for (transport, copies) in [(Udp, &DOUBLING_TO_T2[..]), (Tcp, &[])] {
        let (mut bench, invite, key) = called(transport);
        bench.layer.answer(bench.now, key, 486, answer(486, &invite, "us"));
        assert_eq!(bench.out(), ["486"]);
        assert_eq!(moments(&until_forgotten(&mut bench).0, "486"), copies);
    }
}

#[test]
fn timer_h_rfc3261_17_2_1_gives_a_missing_ack_up() {
    for transport in [Udp, Tcp] {
        let (mut bench, invite, key) = called(transport);
        bench.layer.answer(bench.now, key, 486, answer(486, &invite, "us"));
        assert_eq!(until_forgotten(&mut bench).1, 32_000);
    }
}

#[test]
fn timer_i_rfc3261_17_2_1_swallows_copies_of_the_ack() {
    for (transport, lasts) in [(Udp, 5_000), (Tcp, 0)] {
        let (mut bench, invite, key) = called(transport);
        bench.layer.answer(bench.now, key, 486, answer(486, &invite, "us"));
        assert_eq!(bench.out(), ["486"]);
        bench.hear(&request_in("ACK", "z9hG4bKcall", ";tag=us"));
        assert_eq!(until_forgotten(&mut bench), (vec![], lasts));
    }
}

#[test]
fn timer_j_rfc3261_17_2_2_answers_copies_of_a_request() {
    for (transport, lasts) in [(Udp, 32_000), (Tcp, 0)] {
        assert_eq!(until_forgotten(&mut answered(transport)), (vec![], lasts));
    }
}

#[test]
fn timer_k_rfc3261_17_1_2_2_swallows_copies_of_the_answer() {
    for (transport, lasts) in [(Udp, 5_000), (Tcp, 0)] {
        let (mut bench, bye) = asking(transport);
        assert_eq!(bench.hear(&answer(200, &bye, "them")), "200");
        assert_eq!(until_forgotten(&mut bench), (vec![], lasts));
    }
}

#[test]
fn timer_l_rfc6026_7_1_swallows_copies_of_an_accepted_invite() {
    for transport in [Udp, Tcp] {
        let (mut bench, invite, key) = called(transport);
        bench.layer.answer(bench.now, key, 200, answer(200, &invite, "us"));
        bench.layer.acknowledged(bench.now, key);
        bench.out();
        assert_eq!(bench.hear(&invite), "");
        assert_eq!(until_forgotten(&mut bench), (vec![], 32_000));
    }
}

#[test]
fn timer_m_rfc6026_7_2_hears_other_phones_that_accept_too() {
    for transport in [Udp, Tcp] {
        let (mut bench, invite, _) = calling(transport);
        assert_eq!(bench.hear(&answer(200, &invite, "kitchen")), "200");
        bench.run(31 * SECOND);
        assert_eq!(bench.hear(&answer(200, &invite, "hall")), "200");
        assert_eq!(until_forgotten(&mut bench), (vec![], 1_000));
        assert_eq!(bench.hear(&answer(200, &invite, "attic")), "stray");
    }
}
