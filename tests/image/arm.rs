//! The same for boards with an ARM processor.

use crate::computer::Computer;
use crate::contents::{has_no_shell, is_small, says_what_it_is_made_of};
use crate::house::House;
use crate::{VERSIONS, named};

#[test]
fn it_is_small_has_no_shell_and_says_what_it_is_made_of() {
    let name = named(Computer::Arm64, VERSIONS[0]);
    is_small(&name);
    has_no_shell(&name);
    says_what_it_is_made_of(&name);
}

#[test]
fn a_flashed_board_becomes_a_telephone_system() {
    let mut house = House::flashed(Computer::Arm64, "arm64");
    house.is_prepared();
    house.opens();
}
