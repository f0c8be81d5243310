//! E11: nothing disturbs the call.

use std::time::Duration;

use super::{calls, office};
use crate::Input;
use crate::tests::SECOND;

#[test]
fn e11_nobody_takes_a_call_for_help_from_its_caller_and_silence_does_not_end_it() {
    let mut office = office();
    let mut line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    office.picks_up(&there);
    office.is_connected(&mut line);
    office.asks(&mut line, "REFER", "Refer-To: <sip:102@sipgate.de>\r\n", "");
    let refused = office.hears("mara");
    assert_eq!(refused.status(), 403);
    assert!(refused.header("Warning").contains("emergency"));
    for leg in office.relay.legs() {
        let since = Duration::from_secs(7200);
        office.happens(Input::Relay(media::relay::Event::Silent { leg, since }));
    }
    office.passes(4 * 3600 * SECOND);
    assert_eq!(office.board.picture().calls.len(), 1);
}
