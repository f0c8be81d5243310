//! E8, E9, E10, E12: line after line, every answer at every step.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{BUSY_PAUSE, Dress, Hunt, Input, LegId, NO_RINGING, NO_TRYING, Output, Redirect};
use crate::lines::{AddressFit, Rung, Step, Via};

#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn start() -> Instant {
    Instant::now()
}

const STEPS: [Step; 8] = [
    Step::OwnLine,
    Step::OtherWay,
    Step::SameSite,
    Step::SameArea,
    Step::AnyLine,
    Step::SecondTrunk,
    Step::Mobile,
    Step::Analogue,
];

fn ladder(rungs: usize) -> Arc<[Rung]> {
    let rung = |step: &Step| Rung {
        step: *step,
        line: account::LineId::new("7654321e1"),
        number: "+4921155501".parse().ok(),
        via: Via::Account,
        way: 0,
        address: AddressFit::Right,
    };
    STEPS.iter().take(rungs).map(rung).collect()
}

struct Bench {
    hunt: Hunt,
    now: Instant,
    t0: Instant,
}

impl Bench {
    fn new(rungs: usize) -> Self {
        let t0 = start();
        Self { hunt: Hunt::start(t0, ladder(rungs)), now: t0, t0 }
    }

    fn says(&mut self, input: Input) -> Vec<Output> {
        self.hunt.handle(self.now, input);
        self.outputs()
    }

    fn outputs(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.hunt.poll_output()).collect()
    }

    /// Lets the next deadline pass.
    fn waits(&mut self) -> Vec<Output> {
        self.now = self.hunt.next_deadline().unwrap();
        self.hunt.handle_timeout(self.now);
        self.outputs()
    }

    /// The leg of the only new call, checked to be at `step`.
    fn call(outputs: &[Output], step: Step) -> LegId {
        let calls: Vec<_> = outputs
            .iter()
            .filter_map(|one| if let Output::Call(id, rung, _) = one { Some((*id, rung.step)) } else { None })
            .collect();
        assert_eq!(calls.len(), 1, "{outputs:?}");
        assert_eq!(calls[0].1, step);
        calls[0].0
    }

    /// Refuses everything up to `step`, whose leg is then young.
    fn climbed(step: usize) -> (Self, LegId) {
        let mut bench = Self::new(STEPS.len());
        let mut leg = Self::call(&bench.outputs(), STEPS[0]);
        for next in &STEPS[1..=step] {
            leg = Self::call(&bench.says(Input::Refused(leg, 503)), *next);
        }
        (bench, leg)
    }

    fn elapsed(&self) -> Duration {
        self.now - self.t0
    }
}

/// What follows an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    Next,
    Same,
    Plainer,
    BusyLater,
    Connected,
    Stays,
}

const ANSWERS: [(u16, Then); 23] = [
    (100, Then::Stays),
    (180, Then::Stays),
    (183, Then::Stays),
    (200, Then::Connected),
    (400, Then::Plainer),
    (401, Then::Same),
    (403, Then::Next),
    (404, Then::Next),
    (407, Then::Same),
    (408, Then::Next),
    (413, Then::Plainer),
    (415, Then::Plainer),
    (417, Then::Plainer),
    (424, Then::Plainer),
    (480, Then::Next),
    (484, Then::Next),
    (486, Then::BusyLater),
    (488, Then::Plainer),
    (500, Then::Next),
    (503, Then::Next),
    (600, Then::BusyLater),
    (603, Then::Next),
    (606, Then::Plainer),
];

#[test]
fn e10_every_answer_at_every_step() {
    for step in 0..STEPS.len() {
        for (status, then) in ANSWERS {
            let (mut bench, leg) = Bench::climbed(step);
            let outputs = bench.says(match status {
                100 => Input::Trying(leg),
                180..=199 => Input::Ringing(leg),
                200 => Input::Answered(leg),
                _ => Input::Refused(leg, status),
            });
            // Behind the last line the second round begins.
            let next = STEPS[(step + 1) % STEPS.len()];
            match then {
                Then::Stays => assert_eq!(outputs, []),
                Then::Connected => assert!(matches!(outputs[..], [Output::Connect(id, _)] if id == leg)),
                Then::Same => assert_eq!(outputs, [Output::Authenticate(leg)]),
                Then::Plainer => {
                    assert!(matches!(&outputs[..], [Output::Call(_, rung, Dress::WithoutPlace)]
                        if rung.step == STEPS[step]));
                }
                Then::Next => {
                    Bench::call(&outputs, next);
                }
                Then::BusyLater => {
                    let leg = Bench::call(&outputs, next);
                    assert_eq!(bench.says(Input::Refused(leg, 503)), []);
                    assert_eq!(bench.hunt.next_deadline(), Some(bench.now + BUSY_PAUSE));
                    Bench::call(&bench.waits(), STEPS[step]);
                }
            }
        }
    }
}

#[test]
fn e08_refused_because_of_the_place_it_goes_again_plainer_twice() {
    let (mut bench, mut leg) = Bench::climbed(0);
    for dress in [Dress::WithoutPlace, Dress::Bare] {
        let outputs = bench.says(Input::Refused(leg, 415));
        let [Output::Call(id, rung, worn)] = &outputs[..] else { panic!("{outputs:?}") };
        assert_eq!((rung.step, *worn), (Step::OwnLine, dress));
        leg = *id;
    }
    Bench::call(&bench.says(Input::Refused(leg, 415)), Step::OtherWay);
    assert_eq!(bench.elapsed(), Duration::ZERO);
}

#[test]
fn e10_without_a_100_the_next_line_is_tried_after_a_second_and_a_half() {
    let mut bench = Bench::new(2);
    let leg = Bench::call(&bench.outputs(), Step::OwnLine);
    let outputs = bench.waits();
    assert_eq!(bench.elapsed(), NO_TRYING);
    assert_eq!(outputs[0], Output::Cancel(leg));
    Bench::call(&outputs, Step::OtherWay);
    let late = bench.says(Input::Answered(leg));
    assert!(matches!(late[..], [Output::Cancel(_), Output::Connect(id, _)] if id == leg), "{late:?}");
}

#[test]
fn e10_without_ringing_the_next_line_is_tried_beside_it() {
    let mut bench = Bench::new(3);
    let first = Bench::call(&bench.outputs(), Step::OwnLine);
    assert_eq!(bench.says(Input::Trying(first)), []);
    let outputs = bench.waits();
    assert_eq!(bench.elapsed(), NO_RINGING);
    let second = Bench::call(&outputs, Step::OtherWay);
    assert_eq!(outputs.len(), 1, "the first leg is kept");
    bench.says(Input::Trying(second));
    let outputs = bench.waits();
    assert_eq!(outputs[0], Output::Cancel(first), "two legs at a time");
    let third = Bench::call(&outputs, Step::SameSite);
    assert_eq!(bench.says(Input::Ringing(third)), []);
    assert_eq!(bench.hunt.next_deadline(), None, "who rings is not hunted past");
    let outputs = bench.says(Input::Answered(second));
    assert!(
        matches!(outputs[..], [Output::Cancel(lost), Output::Connect(won, _)] if lost == third && won == second)
    );
    assert_eq!(bench.says(Input::Answered(second)), [], "the answer comes twice");
    assert_eq!(bench.says(Input::Answered(third)), [Output::Cancel(third)]);
}

#[test]
fn e10_a_ringing_line_that_refuses_is_left() {
    let (mut bench, leg) = Bench::climbed(0);
    bench.says(Input::Ringing(leg));
    Bench::call(&bench.says(Input::Refused(leg, 480)), Step::OtherWay);
}

#[test]
fn e10_a_busy_line_is_tried_three_times_more() {
    let mut bench = Bench::new(1);
    let mut leg = Bench::call(&bench.outputs(), Step::OwnLine);
    // The second round comes at once, then what was busy in both rounds.
    leg = Bench::call(&bench.says(Input::Refused(leg, 486)), Step::OwnLine);
    for _ in 0..6 {
        assert_eq!(bench.says(Input::Refused(leg, 486)), []);
        leg = Bench::call(&bench.waits(), Step::OwnLine);
    }
    assert_eq!(bench.elapsed(), 6 * BUSY_PAUSE);
    assert_eq!(bench.says(Input::Refused(leg, 486)), [Output::Announce]);
}

#[test]
fn e10_behind_a_busy_line_another_is_asked_before_it_comes_again_though_ways_are_missing() {
    let mut bench = Bench::new(4);
    let leg = Bench::call(&bench.outputs(), Step::OwnLine);
    let missing = Bench::call(&bench.says(Input::Refused(leg, 486)), Step::OtherWay);
    let other = Bench::call(&bench.says(Input::Missing(missing)), Step::SameSite);
    assert_eq!(bench.says(Input::Refused(other, 503)), [], "then the busy one, after its pause");
    Bench::call(&bench.waits(), Step::OwnLine);
    assert_eq!(bench.elapsed(), BUSY_PAUSE);
}

#[test]
fn e10_passwords_and_redirections_are_answered_once() {
    let (mut bench, leg) = Bench::climbed(0);
    assert_eq!(bench.says(Input::Refused(leg, 401)), [Output::Authenticate(leg)]);
    let leg = Bench::call(&bench.says(Input::Refused(leg, 407)), Step::OtherWay);
    assert_eq!(bench.says(Input::Redirected(leg, Redirect::SameTrunk)), [Output::Follow(leg)]);
    let leg = Bench::call(&bench.says(Input::Redirected(leg, Redirect::SameTrunk)), Step::SameSite);
    Bench::call(&bench.says(Input::Redirected(leg, Redirect::Elsewhere)), Step::SameArea);
}

#[test]
fn e09_twice_through_all_lines_then_the_caller_is_told() {
    let mut bench = Bench::new(STEPS.len());
    let mut leg = Bench::call(&bench.outputs(), STEPS[0]);
    for next in STEPS.iter().chain(&STEPS).skip(1) {
        leg = Bench::call(&bench.says(Input::Refused(leg, 503)), *next);
    }
    assert_eq!(bench.says(Input::Refused(leg, 503)), [Output::Announce]);
    assert_eq!(bench.hunt.next_deadline(), None);
}

#[test]
fn e09_silence_everywhere_ends_at_the_announcement_too() {
    let mut bench = Bench::new(STEPS.len());
    let mut outputs = bench.outputs();
    while outputs.last() != Some(&Output::Announce) {
        outputs = bench.waits();
    }
    assert_eq!(bench.elapsed(), NO_TRYING * 16);

    let mut bench = Bench::new(1);
    let first = Bench::call(&bench.outputs(), Step::OwnLine);
    bench.says(Input::Trying(first));
    let second = Bench::call(&bench.waits(), Step::OwnLine);
    bench.says(Input::Trying(second));
    assert_eq!(bench.waits(), [Output::Announce]);
    let outputs = bench.says(Input::Answered(first));
    assert!(matches!(outputs[..], [Output::Cancel(_), Output::Connect(id, _)] if id == first));
}

#[test]
fn e09_a_line_that_rings_after_all_silences_the_announcement_until_it_refuses() {
    let mut bench = Bench::new(1);
    let first = Bench::call(&bench.outputs(), Step::OwnLine);
    bench.says(Input::Trying(first));
    let second = Bench::call(&bench.waits(), Step::OwnLine);
    assert_eq!(bench.says(Input::Refused(second, 503)), [Output::Announce]);
    assert_eq!(bench.says(Input::Ringing(second)), [], "it was given up");
    assert_eq!(bench.says(Input::Ringing(first)), [Output::Wait]);
    assert_eq!(bench.says(Input::Ringing(first)), []);
    assert_eq!(bench.says(Input::Refused(first, 480)), [Output::Announce]);
}

#[test]
fn e09_without_any_line_the_caller_is_told_at_once() {
    assert_eq!(Bench::new(0).outputs(), [Output::Announce]);
}

#[test]
fn e12_a_caller_who_hangs_up_ends_the_hunt() {
    let (mut bench, leg) = Bench::climbed(2);
    assert_eq!(bench.says(Input::CallerGone), [Output::Cancel(leg)]);
    assert_eq!(bench.hunt.next_deadline(), None);
    assert_eq!(bench.says(Input::Answered(leg)), [Output::Cancel(leg)]);
}
