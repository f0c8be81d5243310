//! E10: how long a line may keep silent, and which of two lines wins.

use std::time::Duration;

use super::{calls, line_used, office};
use crate::tests::SECOND;

#[test]
fn e10_a_silent_line_is_left_after_one_and_a_half_seconds() {
    let mut office = office();
    calls(&mut office, "mara", "sip:112@sipgate.de");
    assert_eq!(line_used(&office.rings("cloud").invite), "7654321e0");
    office.passes(Duration::from_millis(1400));
    let early = office.hears_all("cloud");
    assert!(early.iter().all(|said| line_used(said) == "7654321e0"), "only copies of the first");
    office.passes(Duration::from_millis(100));
    let second = office.hears_all("cloud");
    assert!(second.iter().any(|said| said.is_request("INVITE") && line_used(said) == "7654321e3"));
}

#[test]
fn e10_two_lines_beside_each_other_and_the_first_answer_wins() {
    let mut office = office();
    let mut line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let slow = office.rings("cloud");
    office.says(&slow, 100);
    office.cloud_works(8 * SECOND);
    let fast = office.rings("cloud");
    assert_eq!(line_used(&fast.invite), "7654321e3");
    office.picks_up(&fast);
    office.is_connected(&mut line);
    assert!(office.hears("cloud").is_request("CANCEL"));
    office.says(&slow, 487);
    assert!(office.hears("cloud").is_request("ACK"));
    office.hangs_up(&mut line, &fast);
}
