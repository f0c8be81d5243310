//! E15: as long as somebody calls for help, and for half an hour after that, the box is not restarted.

use std::time::Duration;

use super::{calls, office};
use crate::tests::SECOND;

#[test]
fn e15_the_box_stays_while_the_call_lasts_and_half_an_hour_longer() {
    let mut office = office();
    let mut line = calls(&mut office, "lena", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    office.picks_up(&there);
    office.is_connected(&mut line);
    assert!(office.board.picture().stays_until(office.now + 24 * 3600 * SECOND).is_some());
    office.hangs_up(&mut line, &there);
    let (picture, now) = (office.board.picture(), office.now);
    let half_an_hour = Duration::from_secs(1800);
    assert_eq!(picture.stays_until(now), Some(now + half_an_hour));
    assert_eq!(picture.stays_until(now + half_an_hour), None);
}
