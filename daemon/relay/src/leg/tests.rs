use super::*;
use std::mem::offset_of;

#[test]
fn what_every_packet_asks_lies_together() {
    const LINE: usize = 64;
    assert!(offset_of!(Leg, rtp) + channel::ASKED_BY_ALL <= 2 * LINE, "the partner needs two lines");
    assert_eq!(offset_of!(Leg, quality) % LINE, 0, "and the judge two more");
}
