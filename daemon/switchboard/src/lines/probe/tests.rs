use super::*;

#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn start() -> Instant {
    Instant::now()
}

/// Every state with everything that can happen in it: where it leads, what is to be done, and when it is due.
#[test]
fn every_event_in_every_state() {
    use Deed::{Ask, Lost, Rest};
    use State::{Asked, Hurried, Resting};
    let (silent, gone) = (Lost(WhyDown::Silent), Lost(WhyDown::Refused(404)));
    let table = [
        (Resting, 0, Told::Due, Asked, Ask, 4_000),
        (Resting, 0, Told::Answered(200), Resting, Rest, 0),
        (Resting, 0, Told::Hurry, Hurried, Ask, 1_200),
        (Asked, 0, Told::Due, Asked, Ask, 4_000),
        (Asked, 1, Told::Due, Resting, silent, 30_000),
        (Asked, 0, Told::Answered(200), Resting, Rest, 30_000),
        (Asked, 1, Told::Answered(401), Resting, Rest, 30_000),
        (Asked, 0, Told::Answered(404), Resting, Rest, 4_000),
        (Asked, 1, Told::Answered(404), Resting, gone, 30_000),
        (Asked, 0, Told::Hurry, Hurried, Ask, 1_200),
        (Hurried, 0, Told::Due, Resting, silent, 30_000),
        (Hurried, 0, Told::Answered(407), Resting, Rest, 30_000),
        (Hurried, 0, Told::Answered(503), Resting, Rest, 4_000),
        (Hurried, 0, Told::Hurry, Hurried, Rest, 0),
    ];
    for (state, failed, told, then, deed, due) in table {
        let now = start();
        let mut probe = Probe { state, due: now, failed, answers: true };
        assert_eq!(probe.tell(now, told), deed, "{state:?} {told:?}");
        assert_eq!((probe.state, probe.due - now), (then, Duration::from_millis(due)), "{state:?} {told:?}");
    }
}

#[test]
fn who_never_answers_options_is_not_missed() {
    let mut now = start();
    let mut probe = Probe::new(now);
    for _ in 0..20 {
        now = probe.due();
        assert!(!matches!(probe.tell(now, Told::Due), Deed::Lost(_)));
    }
}

#[test]
fn silence_is_noticed_within_ten_seconds_of_the_first_question() {
    let mut probe = Probe::new(start());
    let mut now = probe.due();
    probe.tell(now, Told::Due);
    probe.tell(now, Told::Answered(401));
    let asked = probe.due();
    now = asked;
    while probe.tell(now, Told::Due) != Deed::Lost(WhyDown::Silent) {
        now = probe.due();
    }
    assert!(now - asked <= Duration::from_secs(10), "{:?}", now - asked);
}
