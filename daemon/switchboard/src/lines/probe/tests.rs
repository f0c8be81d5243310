use super::*;

#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn start() -> Instant {
    Instant::now()
}

/// Every state with everything that can happen in it: where it leads, what is to be done, and when it is due.
#[test]
fn every_event_in_every_state() {
    use Deed::{Ask, Lost, Renew, Rest};
    use State::{Asked, Doubted, Hurried, Resting};
    let (silent, gone) = (Lost(WhyDown::Silent), Lost(WhyDown::Refused(404)));
    let table = [
        (Resting, 0, Told::Due, Asked, Ask, 2_000),
        (Resting, 0, Told::Answered(200), Resting, Rest, 0),
        (Resting, 0, Told::Heard, Resting, Rest, 4_000),
        (Resting, 1, Told::Heard, Resting, Rest, 0),
        (Resting, 0, Told::Hurry, Hurried, Ask, 1_200),
        (Asked, 0, Told::Due, Asked, Ask, 2_000),
        (Asked, 1, Told::Due, Resting, silent, 4_000),
        (Asked, 1, Told::Heard, Resting, Rest, 4_000),
        (Asked, 0, Told::Answered(200), Resting, Rest, 4_000),
        (Asked, 1, Told::Answered(401), Resting, Rest, 4_000),
        (Asked, 0, Told::Answered(403), Resting, Renew, 4_000),
        (Asked, 0, Told::Answered(404), Resting, Rest, 2_000),
        (Asked, 1, Told::Answered(404), Resting, gone, 4_000),
        (Asked, 0, Told::Hurry, Hurried, Ask, 1_200),
        (Hurried, 0, Told::Due, Resting, silent, 4_000),
        (Hurried, 0, Told::Answered(407), Resting, Rest, 4_000),
        (Hurried, 0, Told::Answered(503), Resting, Rest, 2_000),
        (Hurried, 0, Told::Heard, Resting, Rest, 4_000),
        (Hurried, 0, Told::Hurry, Hurried, Rest, 0),
        (Resting, 0, Told::Measure, Asked, Ask, 2_000),
        (Asked, 0, Told::Measure, Asked, Rest, 0),
        (Hurried, 0, Told::Measure, Hurried, Rest, 0),
        (Doubted, 2, Told::Due, Resting, silent, 4_000),
        (Doubted, 2, Told::Heard, Resting, Rest, 4_000),
        (Doubted, 2, Told::Answered(200), Resting, Rest, 4_000),
        (Doubted, 2, Told::Hurry, Doubted, Rest, 0),
        (Doubted, 2, Told::Measure, Doubted, Rest, 0),
    ];
    for (state, failed, told, then, deed, due) in table {
        let now = start();
        let answers = Some(200);
        let usual = Probe::new(now, Pace::Usual);
        let mut probe = Probe { state, due: now, failed, answers, ..usual };
        assert_eq!(probe.tell(now, told), deed, "{state:?} {told:?}");
        assert_eq!((probe.state, probe.due - now), (then, Duration::from_millis(due)), "{state:?} {told:?}");
    }
}

/// The same where no questions are answered; the last one was asked 10 or 30 s ago.
#[test]
fn every_event_in_every_state_of_who_takes_no_questions() {
    use Deed::{Ask, Lost, ProveInTurn, Rest};
    use State::{Asked, Doubted, Resting};
    let (now, later) = (start() + SELDOM, Duration::from_secs(17));
    let table = [
        (Resting, 0, 10, Told::Due, Doubted, ProveInTurn, 2_000),
        (Resting, 0, 30, Told::Due, Asked, Ask, 2_000),
        (Resting, 0, 10, Told::Hurry, Doubted, ProveInTurn, 2_000),
        (Resting, 0, 10, Told::Measure, Asked, Ask, 2_000),
        (Resting, 0, 10, Told::Heard, Resting, Rest, 4_000),
        (Asked, 0, 10, Told::Due, Doubted, ProveInTurn, 2_000),
        (Asked, 0, 10, Told::Heard, Resting, Rest, 4_000),
        (Asked, 0, 10, Told::Answered(200), Resting, Rest, 4_000),
        (Doubted, 1, 10, Told::Due, Doubted, ProveInTurn, 2_000),
        (Doubted, 1, 10, Told::Heard, Resting, Rest, 4_000),
        (Doubted, 1, 10, Told::Unproved(now + later), Resting, Rest, 17_000),
        (Doubted, 2, 10, Told::Unproved(now + later), Doubted, Rest, 0),
        (Doubted, 2, 10, Told::Due, Resting, Lost(WhyDown::Silent), 4_000),
    ];
    for (state, failed, asked, told, then, deed, due) in table {
        let usual = Probe::new(now, Pace::Usual);
        let asked = now - Duration::from_secs(asked);
        let mut probe = Probe { state, due: now, failed, asked, unasked: true, ..usual };
        assert_eq!(probe.tell(now, told), deed, "{state:?} {told:?}");
        assert_eq!((probe.state, probe.due - now), (then, Duration::from_millis(due)), "{state:?} {told:?}");
    }
}

#[test]
fn who_never_answers_options_is_told_by_registrations() {
    let mut now = start();
    let begun = now;
    let mut probe = Probe::new(now, Pace::Usual);
    let mut questions = 0;
    while now - begun < Duration::from_secs(300) {
        now = probe.due();
        match probe.tell(now, Told::Due) {
            Deed::Ask => questions += 1,
            Deed::Prove | Deed::ProveInTurn => assert_eq!(probe.tell(now, Told::Heard), Deed::Rest),
            deed @ (Deed::Rest | Deed::Renew | Deed::Lost(_)) => panic!("{deed:?}"),
        }
    }
    assert!((9..=12).contains(&questions), "{questions}");
    while probe.tell(probe.due(), Told::Due) != Deed::Ask {
        probe.tell(probe.due(), Told::Heard);
    }
    now = probe.asked;
    probe.tell(now, Told::Answered(200));
    assert_eq!((probe.due() - now, probe.unasked), (EVERY, false), "until it does");
}

/// Registrations are taken, questions are not; then nothing any more.
#[test]
fn silence_of_who_takes_no_questions_is_noticed_within_ten_seconds_too() {
    let begun = start();
    let heard_last = begun + Duration::from_secs(60);
    let mut probe = Probe::new(begun, Pace::Usual);
    let mut heard = begun;
    loop {
        let now = probe.due();
        let deed = probe.tell(now, Told::Due);
        if matches!(deed, Deed::Prove | Deed::ProveInTurn) && now < heard_last {
            heard = now;
            probe.tell(now, Told::Heard);
        } else if matches!(deed, Deed::Lost(_)) {
            assert!(now - heard <= Duration::from_secs(10), "{:?}", now - heard);
            return;
        }
    }
}

/// A question that was not answered does not count, and one that was repeated counts from the first time it was sent.
#[test]
fn how_long_an_answer_takes_is_known() {
    let now = start();
    let after = |milliseconds| now + Duration::from_millis(milliseconds);
    let mut probe = Probe::new(now, Pace::Usual);
    assert_eq!(probe.round_trip(), None);
    probe.tell(after(2_000), Told::Due);
    probe.tell(after(4_000), Told::Due);
    probe.tell(after(4_030), Told::Answered(200));
    assert_eq!(probe.round_trip(), Some(Duration::from_millis(30)));
    probe.tell(after(5_000), Told::Measure);
    probe.tell(after(5_600), Told::Answered(401));
    assert_eq!(probe.round_trip(), Some(Duration::from_millis(600)));
}

#[test]
fn what_else_is_heard_does_not_put_off_the_first_question() {
    let now = start();
    let mut probe = Probe::new(now, Pace::Usual);
    probe.tell(now, Told::Heard);
    assert_eq!(probe.due() - now, FIRST);
}

/// Silence begins, at worst, just after an answer.
#[test]
fn silence_is_noticed_within_ten_seconds_of_the_last_word() {
    let mut probe = Probe::new(start(), Pace::Usual);
    let mut now = probe.due();
    probe.tell(now, Told::Due);
    probe.tell(now, Told::Answered(401));
    let heard = now;
    loop {
        now = probe.due();
        if probe.tell(now, Told::Due) == Deed::Lost(WhyDown::Silent) {
            break;
        }
    }
    assert_eq!(now - heard, Duration::from_secs(8));
}

/// It took the registration and has not said a word since.
#[test]
fn silence_from_the_first_second_is_noticed_within_ten_seconds_too() {
    let begun = start();
    let mut probe = Probe::new(begun, Pace::Usual);
    let mut deeds = Vec::new();
    while !deeds.contains(&Deed::Lost(WhyDown::Silent)) {
        let now = probe.due();
        assert!(now - begun < Duration::from_secs(10), "{deeds:?}");
        deeds.push(probe.tell(now, Told::Due));
    }
    assert_eq!(deeds, [Deed::Ask, Deed::Ask, Deed::Prove, Deed::Lost(WhyDown::Silent)]);
}

#[test]
fn whoever_refuses_once_and_for_all_is_doubted_once() {
    let mut probe = Probe::new(start(), Pace::Usual);
    let mut deeds = Vec::new();
    for status in [200, 403, 403, 403] {
        let now = probe.due();
        probe.tell(now, Told::Due);
        deeds.push(probe.tell(now, Told::Answered(status)));
    }
    assert_eq!(deeds, [Deed::Rest, Deed::Renew, Deed::Rest, Deed::Rest]);
}
