//! E3: of ports and channels some are kept for help.

use super::e04_others_make_way::{BERLIN, office as office_with_lines_for, talks_outside};
use super::{calls, office};

#[test]
fn e03_calls_in_every_port_leave_room_for_one_that_needs_help() {
    let mut office = office();
    office.relay.full = true;
    while office.board.picture().room > 0 {
        let line = office.dials("lena", "102");
        assert!(office.hears("joerg").is_request("INVITE"));
        let _ = line;
    }
    assert_eq!(office.is_refused("lena", "102"), 503, "an ordinary call finds no room");
    calls(&mut office, "mara", "sip:112@sipgate.de");
    assert!(office.rings("cloud").invite.first_line().contains("112"));
}

#[test]
fn e03_of_many_channels_one_is_kept_for_help() {
    let mut office = office_with_lines_for(Some(4));
    let talking: Vec<_> = (0..3).map(|_| talks_outside(&mut office, "mara")).collect();
    let refused = office.is_refused("mara", BERLIN);
    assert_eq!(refused, 503, "the last channel is not for everybody");
    calls(&mut office, "mara2", "sip:112@sipgate.de");
    assert!(office.rings("cloud").invite.first_line().contains("112"));
    assert_eq!(office.board.picture().calls.len(), talking.len() + 1, "nobody had to make way");
}
