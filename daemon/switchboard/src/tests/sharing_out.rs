//! Phones' own lines and a trunk beside them: each number of the account goes out as the admin chose, and comes in over either.

use super::SECOND;
use super::cloud::{line_of, trunk};
use super::line::Line as End;
use super::office::{Office, id};
use super::second_lines::{JOERG, MARA};
use crate::lines::Line;

const BERLIN: &str = "+4930999999";
const OWN: &str = "7654321e0";
const TRUNK: &str = "7654321t0";

/// Mara's number was given to the trunk, Jörg's stays on the line of his phone.
fn office() -> Office {
    let own = |device| Line { presents: Vec::new(), ..line_of(device) };
    let trunk = Line { presents: vec![id(MARA)], carries: [id(MARA)].into(), ..trunk() };
    let mut office = Office::with_lines(&["mara", "joerg"], &[own("e0"), own("e1"), trunk]);
    office.has_numbers();
    office
}

/// The line that the INVITE is for.
fn over(world: &End, line: &str) -> bool {
    world.invite.header("From").starts_with(&format!("<sip:{line}@sipgate.de>;tag="))
}

#[test]
fn a_number_goes_out_over_the_trunk_it_was_given_to_and_the_others_over_their_phones_line() {
    for (phone, line, shown) in [("mara", TRUNK, "<sip:4930555012@sipgate.de>"), ("joerg", "7654321e1", "")] {
        let mut office = office();
        let mut caller = office.dials(phone, BERLIN);
        let world = office.world_rings();
        assert!(over(&world, line), "{}", world.invite.0);
        assert_eq!(world.invite.header("P-Preferred-Identity"), shown, "as the line shows numbers");
        office.picks_up(&world);
        office.is_connected(&mut caller);
        office.hangs_up(&mut caller, &world);
    }
}

#[test]
fn a_number_whose_way_is_refused_or_silent_goes_out_the_other_way() {
    let mut office = office();
    let mara = office.dials("mara", BERLIN);
    let first = office.rings("cloud");
    assert!(over(&first, TRUNK), "{}", first.invite.0);
    office.says(&first, 503);
    office.hears("cloud");
    let second = office.rings("cloud");
    assert!(over(&second, OWN), "{}", second.invite.0);
    office.says(&second, 180);
    assert_eq!(office.hears("mara").status(), 180);
    office.cancels(&mara);

    let mut office = self::office();
    office.dials("joerg", BERLIN);
    assert!(over(&office.rings("cloud"), "7654321e1"));
    office.passes(4 * SECOND);
    let asked = office.hears_all("cloud");
    let trunk = asked.iter().any(|said| said.is_request("INVITE") && said.header("From").contains(TRUNK));
    assert!(trunk, "the trunk is asked for him");
}

#[test]
fn a_trunk_that_no_longer_works_leaves_its_numbers_to_the_phones_lines_at_once() {
    let gone = Line { servers: Vec::new(), carries: [id(MARA)].into(), ..trunk() };
    let mut office = Office::with_lines(&["mara", "joerg"], &[line_of("e0")]);
    office.has_numbers();
    office.has_lines(&[line_of("e0"), gone]);
    office.dials("mara", BERLIN);
    assert!(over(&office.rings("cloud"), OWN));
}

#[test]
fn somebody_outside_reaches_both_over_either_way() {
    let caller = "<sip:+4930123456@sipgate.de>";
    for (called, phone) in [
        ("7654321e0", "mara"),
        ("7654321e1", "joerg"),
        (MARA, "mara"),
        (JOERG, "joerg"),
        ("4930555011", "joerg"),
    ] {
        let mut office = office();
        office.world_calls(&format!("sip:{called}@192.0.2.1:5060"), caller, "");
        let rings = office.rings(phone);
        assert!(rings.invite.header("From").contains("+4930123456"), "{called}: {}", rings.invite.0);
    }
}
