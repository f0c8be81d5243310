//! E8: refused for what it carries, the call goes again plainer.

use super::{calls, office};

#[test]
fn e08_refused_for_what_it_carries_it_goes_again_plainer() {
    let mut office = office();
    calls(&mut office, "mara", "sip:112@sipgate.de");
    for dressed in [true, true, false] {
        let there = office.rings("cloud");
        assert_eq!(there.invite.0.contains("Priority: emergency"), dressed, "{}", there.invite.0);
        if dressed {
            office.says(&there, 488);
            assert!(office.hears("cloud").is_request("ACK"));
        }
    }
}
