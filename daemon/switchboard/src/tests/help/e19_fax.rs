//! E19: a fax machine calls for help.

use emergency::Rules;
use media::relay::{Command, Ear};

use super::{PHONES, calls, office_with, rules};
use crate::Input;
use crate::tests::office::id;

#[test]
fn e19_a_fax_machine_calls_like_anybody_and_who_is_told_hears_that_it_is_one() {
    let mut office = office_with(&PHONES, Rules { alarm: vec![id("103")], ..rules() });
    let mut line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    office.picks_up(&there);
    office.is_connected(&mut line);
    office.hears_all("lena");
    let [leg, _] = office.relay.legs();
    let sign = media::tone::FaxSign::Calling;
    assert!(office.relay.said.contains(&Command::Listen { leg, to: Ear::Fax }));
    office.happens(Input::Relay(media::relay::Event::Fax { leg, sign }));
    let told = office.hears_all("lena");
    assert!(told.iter().any(|said| said.body().starts_with("NOTRUF 112 per FAX: Mara")), "{told:?}");
    assert_eq!(office.hears_all("cloud"), [], "the box asks for no T.38");
    office.hangs_up(&mut line, &there);
}
