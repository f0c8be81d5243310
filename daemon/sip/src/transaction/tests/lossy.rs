//! Two boxes call each other over a network that loses, repeats and reorders.
//!
//! Whatever it does, an INVITE ends once on each side, both sides agree where they can, and when all is
//! quiet nothing is left in memory.

mod called;
mod calling;
mod wire;

use crate::flow::Transport;
use crate::message::Message;
use crate::method::Method;
use called::Called;
use calling::Calling;
use proptest::prelude::*;
use std::time::Duration;
use wire::{Event, Side, Weather, Wire};

/// What one call is going to be like.
#[derive(Clone, Debug)]
struct Plan {
    status: u16,
    ring_after: u64,
    answer_after: u64,
    cancel_after: Option<u64>,
    bye_after: u64,
}

/// How an INVITE ended for one side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ending {
    Accepted,
    Refused,
    TimedOut,
    Unacknowledged,
}

/// How both sides saw it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Outcome {
    calling: Option<Ending>,
    called: Option<Ending>,
}

fn play(weather: Weather, transport: Transport, plans: &[Plan]) -> Vec<Outcome> {
    let mut wire = Wire::new(weather);
    let (mut calling, mut called) = (Calling::new(transport, plans), Called::new(transport, plans));
    for call in 0..plans.len() {
        calling.call(&mut wire, call);
    }
    let mut steps = 0;
    loop {
        calling.drain(&mut wire);
        called.drain(&mut wire);
        let deadlines = [calling.layer.next_deadline(), called.layer.next_deadline(), wire.next()];
        let Some(next) = deadlines.into_iter().flatten().min() else { break };
        wire.now = next.max(wire.now);
        calling.layer.handle_timeout(wire.now);
        called.layer.handle_timeout(wire.now);
        while let Some(event) = wire.take() {
            match event {
                Event::Arrive(Side::Calling, bytes) => calling.hear(&mut wire, &bytes),
                Event::Arrive(Side::Called, bytes) => called.hear(&mut wire, &bytes),
                Event::Cancel(call) => calling.cancel(&wire, call),
                Event::Bye(call) => calling.bye(&wire, call),
                Event::Ring(call) => called.answer(&wire, call, 180),
                Event::Answer(call) => called.answer(&wire, call, plans[call].status),
            }
        }
        steps += 1;
        assert!(steps < 100_000, "this never ends");
    }
    assert_eq!((calling.layer.count().sent, called.layer.count().received), (0, 0), "something leaks");
    calling.endings().zip(called.endings()).map(|(calling, called)| Outcome { calling, called }).collect()
}

fn method<'a>(message: &Message<'a>) -> Method<'a> {
    message.cseq().unwrap().method
}

fn call_of(message: &Message<'_>) -> usize {
    std::str::from_utf8(message.call_id().unwrap()).unwrap().parse().unwrap()
}

fn plan() -> impl Strategy<Value = Plan> {
    let status = prop_oneof![2 => Just(200_u16), 1 => Just(486), 1 => Just(302), 1 => Just(603)];
    (status, 0..3_000_u64, 0..40_000_u64, proptest::option::of(0..45_000_u64), 0..60_000_u64).prop_map(
        |(status, ring_after, answer_after, cancel_after, bye_after)| Plan {
            status,
            ring_after,
            answer_after,
            cancel_after,
            bye_after,
        },
    )
}

fn agree(outcome: Outcome) -> Result<(), TestCaseError> {
    let Outcome { calling, called } = outcome;
    prop_assert!(calling.is_some(), "every INVITE ends: {outcome:?}");
    let fits = match (calling, called) {
        // The ACK got through: the caller must have accepted the acceptance.
        (calling, Some(Ending::Accepted)) => {
            calling == Some(Ending::Accepted) || calling == Some(Ending::TimedOut)
        }
        // The caller was told an end, so the called side had said it.
        (Some(Ending::Accepted), called) => called == Some(Ending::Unacknowledged),
        (Some(Ending::Refused), called) => called == Some(Ending::Refused),
        (Some(Ending::TimedOut), _) => true,
        _ => false,
    };
    prop_assert!(fits, "{outcome:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_call_ends_once_in_any_weather(
        seed in any::<u64>(),
        loss in 0..70_u64,
        copies in 0..40_u64,
        delay in 1..2_000_u64,
        plans in proptest::collection::vec(plan(), 1..5),
    ) {
        let weather = Weather { seed, loss, copies, delay: Duration::from_millis(delay), steady: false };
        for outcome in play(weather, Transport::Udp, &plans) {
            agree(outcome)?;
        }
    }

    #[test]
    fn in_fair_weather_both_sides_see_the_same(
        transport in prop_oneof![Just(Transport::Udp), Just(Transport::Tcp)],
        delay in 1..400_u64,
        plans in proptest::collection::vec(plan(), 1..5),
    ) {
        let weather = Weather { seed: 1, loss: 0, copies: 0, delay: Duration::from_millis(delay), steady: true };
        for outcome in play(weather, transport, &plans) {
            prop_assert_eq!(outcome.calling, outcome.called);
        }
    }
}

#[test]
fn nobody_there() {
    let weather = Weather { seed: 1, loss: 100, copies: 0, delay: Duration::from_millis(10), steady: true };
    let plan = Plan { status: 200, ring_after: 0, answer_after: 0, cancel_after: Some(100), bye_after: 0 };
    let seen = play(weather, Transport::Udp, &[plan]);
    assert_eq!(seen, [Outcome { calling: Some(Ending::TimedOut), called: None }]);
}
