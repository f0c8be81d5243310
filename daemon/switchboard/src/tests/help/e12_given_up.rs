//! E12: the caller hangs up before anybody answers.

use std::time::Duration;

use account::LineId;

use super::{calls, office};

#[test]
fn e12_e13_after_the_call_the_control_centre_may_call_back() {
    let mut office = office();
    let line = calls(&mut office, "mara", "sip:112@sipgate.de");
    office.rings("cloud");
    office.cancels(&line);
    let shown = emergency::Shown { line: Some(LineId::new("7654321e0")), number: None };
    let now = office.now;
    let window = &office.board.help.callbacks;
    let ring = window.ring(now, &shown, emergency::Announced::Plainly).unwrap();
    assert_eq!(ring.device.as_str(), "e0");
    assert_eq!(window.no_restart_before(now), Some(now + Duration::from_secs(1800)));
}
