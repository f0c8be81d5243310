//! Voice through the kernel: nobody can tell it from voice through the relay, but for the delay.

use super::keys_pressed;
use super::setting::{PHONE_A, Phone, STRANGER, Setting, config, hear, socket, voice, waiting};
use crate::{Config as RelayConfig, Shortcut};
use media::relay::{Command, Flow, LegPlan, LegStatistics};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::time::{Duration, Instant};

/// Two phones that talk until both their voices go through the kernel. Returns what number comes next.
fn talking(setting: &Setting) -> (Phone, Phone, u16) {
    let (a, b) = keys_pressed::call(setting, keys_pressed::PHONE, keys_pressed::CLOUD);
    let number = settle(setting, (&a, &b), 0);
    (a, b, number)
}

/// The same from this number on.
pub(super) fn settle(setting: &Setting, (a, b): (&Phone, &Phone), mut number: u16) -> u16 {
    let begin = Instant::now();
    while setting.relay.fast_lanes() < 2 {
        assert!(begin.elapsed() < Duration::from_secs(20), "still {}", setting.relay.fast_lanes());
        exchange(a, b, number);
        number += 1;
    }
    number
}

fn exchange(a: &Phone, b: &Phone, number: u16) {
    for (speaks, hears) in [(a, b), (b, a)] {
        speaks.speak(number);
        assert_eq!(hear(&hears.rtp)[2..4], number.to_be_bytes());
    }
}

pub(super) fn fast(pairs: u16) -> RelayConfig {
    RelayConfig { fast_path: Some(Duration::from_millis(20)), ..config(pairs) }
}

#[test]
fn two_phones_that_have_settled_talk_through_the_kernel() {
    let setting = Setting::start(fast(8));
    assert_eq!(setting.relay.facts().fast_path, Shortcut::Granted);
    let (a, b, first) = talking(&setting);
    let still = setting.asleep();
    for number in first..first + 200 {
        exchange(&a, &b, number);
    }
    drop(still);
    let all = u64::from(first) + 200;
    let figures = setting.end(a.lease.leg);
    assert_eq!((figures.packets, figures.sent, figures.bytes), (all, all, all * 172));
    assert_eq!((figures.lost, figures.restarts, figures.foreign), (0, 0, 0));
    assert!(setting.relay.fast_lanes() <= 2);
}

#[test]
fn a_packet_out_of_order_comes_up_and_the_next_ones_behind_it() {
    let setting = Setting::start(fast(8));
    let (a, b, first) = talking(&setting);
    let numbers = [first, first + 2, first + 3, first + 1, first + 4, first + 4, first + 5];
    for number in numbers {
        a.speak(number);
    }
    for number in numbers {
        assert_eq!(hear(&b.rtp)[2..4], number.to_be_bytes(), "none is overtaken");
    }
    let figures = setting.figures(a.lease.leg, |figures| figures.packets == u64::from(first) + 7);
    assert_eq!((figures.lost, figures.reordered, figures.duplicates), (0, 1, 1));
    let begin = Instant::now();
    while setting.relay.fast_lanes() < 2 {
        assert!(begin.elapsed() < Duration::from_secs(20));
    }
    let _still = setting.asleep();
    a.speak(first + 6);
    assert_eq!(hear(&b.rtp)[2..4], (first + 6).to_be_bytes());
}

#[test]
fn keys_reports_and_strangers_are_not_for_the_kernel() {
    let setting = Setting::start(fast(8));
    let (a, b, first) = talking(&setting);
    for stranger in [socket(STRANGER), socket(PHONE_A)] {
        for number in 0..50 {
            stranger.send_to(&voice(1, first + number), a.rtp_port()).unwrap();
        }
    }
    a.speak(first);
    assert_eq!(hear(&b.rtp), voice(1, first));
    let mut key = voice(1, first + 1);
    key[1] = 101;
    a.rtp.send_to(&key, a.rtp_port()).unwrap();
    assert_eq!(hear(&b.rtp)[1], 113, "renumbered by the relay, and nothing of the strangers before it");
    a.report();
    assert_eq!(hear(&b.rtcp).len(), 8, "by the relay");
}

#[test]
fn whoever_holds_or_leaves_is_heard_no_more() {
    let setting = Setting::start(fast(8));
    let (a, b, first) = talking(&setting);
    setting.tell(Command::Expect { leg: b.lease.leg, plan: LegPlan { receives: Flow::Held, ..b.plan() } });
    setting.settle();
    a.speak(first);
    b.speak(first);
    assert_eq!(hear(&a.rtp)[2..4], first.to_be_bytes());
    assert_eq!(waiting(&b.rtp), 0, "held");
    setting.end(b.lease.leg);
    a.speak(first + 1);
    setting.settle();
    assert_eq!(waiting(&b.rtp), 0, "gone");
}

/// Numbers as a bad network delivers them: some missing, some twice, some swapped.
fn battered() -> impl Strategy<Value = Vec<u16>> {
    proptest::collection::vec((0u8..12, 1u16..5), 100..150).prop_map(|steps| {
        let mut numbers = Vec::new();
        let mut next = 60_000u16;
        for (what, far) in steps {
            match what {
                0 => next = next.wrapping_add(far),
                1 => numbers.extend(numbers.last().copied()),
                2 => numbers.push(next.wrapping_sub(far)),
                _ => {}
            }
            numbers.push(next);
            next = next.wrapping_add(1);
        }
        numbers
    })
}

/// The figures of a leg that has heard so many packets and then these, without those that depend on the clock.
fn judged(setting: &Setting, (a, b): (&Phone, &Phone), before: u16, numbers: &[u16]) -> LegStatistics {
    for number in numbers {
        a.rtp.send_to(&voice(2, *number), a.rtp_port()).unwrap();
        assert_eq!(hear(&b.rtp)[2..4], number.to_be_bytes());
    }
    let all = u64::from(before) + u64::try_from(numbers.len()).unwrap();
    let figures = setting.figures(a.lease.leg, |figures| figures.packets == all);
    LegStatistics { sent: 0, jitter: Duration::ZERO, last_arrival: None, ..figures }
}

#[test]
fn the_figures_are_the_same_by_both_ways() {
    let mut runner = TestRunner::new(Config { cases: 8, failure_persistence: None, ..Config::default() });
    runner
        .run(&battered(), |numbers| {
            let (fast, slow) = (Setting::start(fast(8)), Setting::start(config(8)));
            let (a, b, first) = talking(&fast);
            let (c, d) = slow.call();
            (0..first).for_each(|number| exchange(&c, &d, number));
            prop_assert_eq!(
                judged(&fast, (&a, &b), first, &numbers),
                judged(&slow, (&c, &d), first, &numbers)
            );
            Ok(())
        })
        .unwrap();
}
