use super::{Failure, Tone};

/// What a line says, what the phone is told, what the caller hears.
const ROWS: &[(u16, Option<u16>, Failure, u16, Tone)] = &[
    (486, None, Failure::Busy, 486, Tone::Busy),
    (600, None, Failure::Busy, 486, Tone::Busy),
    (480, Some(17), Failure::Busy, 486, Tone::Busy),
    (408, None, Failure::NoAnswer, 480, Tone::Busy),
    (487, None, Failure::NoAnswer, 480, Tone::Busy),
    (480, Some(19), Failure::NoAnswer, 480, Tone::Busy),
    (480, Some(18), Failure::NoAnswer, 480, Tone::Busy),
    (480, None, Failure::NotThere, 480, Tone::Busy),
    (480, Some(20), Failure::NotThere, 480, Tone::Busy),
    (502, Some(27), Failure::NotThere, 480, Tone::Busy),
    (603, None, Failure::Declined, 603, Tone::Busy),
    (403, Some(21), Failure::Declined, 603, Tone::Busy),
    (608, None, Failure::Declined, 603, Tone::Busy),
    (404, None, Failure::NoSuchNumber, 404, Tone::NoSuchNumber),
    (604, None, Failure::NoSuchNumber, 404, Tone::NoSuchNumber),
    (500, Some(1), Failure::NoSuchNumber, 404, Tone::NoSuchNumber),
    (404, Some(3), Failure::NoSuchNumber, 404, Tone::NoSuchNumber),
    (410, None, Failure::Changed, 410, Tone::NoSuchNumber),
    (404, Some(22), Failure::Changed, 410, Tone::NoSuchNumber),
    (484, None, Failure::Incomplete, 484, Tone::NoSuchNumber),
    (400, Some(28), Failure::Incomplete, 484, Tone::NoSuchNumber),
    (402, None, Failure::NoCredit, 403, Tone::Congestion),
    (403, None, Failure::NotAllowed, 403, Tone::Congestion),
    (403, Some(57), Failure::NotAllowed, 403, Tone::Congestion),
    (500, Some(50), Failure::NotAllowed, 403, Tone::Congestion),
    (401, None, Failure::WrongPassword, 503, Tone::Congestion),
    (407, None, Failure::WrongPassword, 503, Tone::Congestion),
    (503, None, Failure::Congested, 503, Tone::Congestion),
    (503, Some(34), Failure::Congested, 503, Tone::Congestion),
    (486, Some(42), Failure::Congested, 503, Tone::Congestion),
    (488, None, Failure::NoCommonVoice, 488, Tone::Congestion),
    (500, Some(88), Failure::NoCommonVoice, 488, Tone::Congestion),
    (500, None, Failure::OutOfOrder, 503, Tone::Congestion),
    (504, None, Failure::OutOfOrder, 503, Tone::Congestion),
    (503, Some(38), Failure::OutOfOrder, 503, Tone::Congestion),
    (503, Some(41), Failure::OutOfOrder, 503, Tone::Congestion),
    (302, None, Failure::OutOfOrder, 503, Tone::Congestion),
    // Causes that say nothing of their own.
    (486, Some(16), Failure::Busy, 486, Tone::Busy),
    (404, Some(31), Failure::NoSuchNumber, 404, Tone::NoSuchNumber),
    (480, Some(127), Failure::NotThere, 480, Tone::Busy),
    (486, Some(60_000), Failure::Busy, 486, Tone::Busy),
];

#[test]
fn a_line_s_answer_becomes_a_tone_and_words() {
    for (status, cause, failure, answer, tone) in ROWS {
        let found = Failure::of(*status, *cause);
        assert_eq!((found, found.status(), found.tone()), (*failure, *answer, *tone), "{status} {cause:?}");
        assert!(!found.explanation().is_empty() && found.explanation().is_ascii());
    }
}

/// A password that the provider wants is ours to give, never the phone's: a 401 or 407 would make it ask its user.
#[test]
fn no_answer_of_a_line_makes_a_phone_ask_for_a_password() {
    for status in 300..700 {
        for cause in [None, Some(1), Some(17), Some(34), Some(57), Some(99)] {
            let told = Failure::of(status, cause).status();
            assert!(
                (400..700).contains(&told) && ![401, 407, 408, 487].contains(&told),
                "{status} {cause:?}"
            );
        }
    }
}
