//! E12, E13, E15: calls back reach who called for help, and the box is not restarted meanwhile.

use std::time::{Duration, Instant};

use account::{DeviceId, LineId};

use super::{Announced, Callbacks, MOST, Shown, Window};

#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn start() -> Instant {
    Instant::now()
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

fn phone(id: &str) -> DeviceId {
    id.parse().unwrap()
}

fn number(digits: &str) -> Shown {
    Shown { line: None, number: digits.parse().ok() }
}

fn rings(callbacks: &Callbacks, now: Instant, called: &str, announced: Announced) -> Option<String> {
    callbacks.ring(now, &number(called), announced).map(|ring| ring.device.to_string())
}

#[test]
fn e13_a_call_back_rings_the_phone_that_called_last() {
    let t0 = start();
    let mut callbacks = Callbacks::default();
    callbacks.opened(t0, phone("e1"), number("+4921155501"), Window::default());
    callbacks.opened(t0 + minutes(1), phone("e2"), number("+4921155501"), Window::default());
    callbacks.opened(t0 + minutes(2), phone("e3"), number("+4921155502"), Window::minutes(30).unwrap());
    use Announced::{AsCallback, Plainly};
    let rows = [
        (3, "+4921155501", Plainly, Some("e2")),
        (3, "+4921155502", Plainly, Some("e3")),
        (3, "+4921155509", Plainly, None),
        (3, "+4921155509", AsCallback, Some("e3")),
        (31, "+4921155502", Plainly, Some("e3")),
        (32, "+4921155502", Plainly, None),
        (32, "+4921155509", AsCallback, Some("e2")),
        (180, "+4921155501", Plainly, Some("e2")),
        (181, "+4921155501", AsCallback, None),
    ];
    for (minute, called, announced, rung) in rows {
        let found = rings(&callbacks, t0 + minutes(minute), called, announced);
        assert_eq!(found.as_deref(), rung, "{called} in minute {minute}");
    }
    let ring = callbacks.ring(t0 + minutes(3), &number("+4921155501"), Plainly).unwrap();
    assert_eq!(ring.group_after, Duration::from_secs(20));
}

#[test]
fn e13_the_window_has_bounds_and_ends() {
    assert!([0, 29, 1441].into_iter().all(|wrong| Window::minutes(wrong).is_err()));
    assert!([30, 180, 1440].into_iter().all(|right| Window::minutes(right).is_ok()));
    let t0 = start();
    let mut callbacks = Callbacks::default();
    (0..=MOST).for_each(|one| {
        callbacks.opened(t0, phone(&format!("e{one}")), number("+4921155501"), Window::default());
    });
    assert_eq!(callbacks.open.len(), MOST);
    assert_eq!(callbacks.next_deadline(), Some(t0 + minutes(180)));
    callbacks.handle_timeout(t0 + minutes(180));
    assert_eq!(callbacks.next_deadline(), None);
}

#[test]
fn e15_the_box_is_not_restarted_for_half_an_hour() {
    let t0 = start();
    let mut callbacks = Callbacks::default();
    assert_eq!(callbacks.no_restart_before(t0), None);
    callbacks.opened(t0, phone("e1"), number("+4921155501"), Window::default());
    assert_eq!(callbacks.no_restart_before(t0 + minutes(29)), Some(t0 + minutes(30)));
    assert_eq!(callbacks.no_restart_before(t0 + minutes(30)), None);
}

#[test]
fn e13_a_call_back_over_the_phone_s_own_line_needs_no_number() {
    let t0 = start();
    let mut callbacks = Callbacks::default();
    let line = |name| Shown { line: Some(LineId::new(name)), number: None };
    callbacks.opened(t0, phone("e1"), line("7654321e1"), Window::default());
    let rung = |called| callbacks.ring(t0, &called, Announced::Plainly).map(|ring| ring.device.clone());
    assert_eq!(rung(line("7654321e1")), Some(phone("e1")));
    assert_eq!(rung(line("7654321e2")), None);
    assert_eq!(rung(Shown::default()), None, "nothing known is nothing alike");
}
