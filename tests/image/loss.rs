//! The data partition is damaged while the box is off: what can be mended is mended, what cannot is made anew, and both are said.

use crate::computer::Computer;
use crate::house::House;

/// The first superblock and what describes the groups, in bytes.
const HEAD: u64 = 64 * 1024;

#[test]
fn a_damaged_disk_is_mended_and_a_lost_one_made_anew() {
    let mut house = House::flashed(Computer::Amd64, "loss");
    house.is_prepared();
    house.machine.power_on();
    house.is_ready();
    house.is_set_up();
    assert!(house.people.admin.adds_place("Empfang").is_some(), "a setting is kept");
    is_mended(&mut house);
    is_made_anew(&mut house);
}

fn is_mended(house: &mut House) {
    house.machine.power_cut();
    house.machine.loses_data(Some(HEAD));
    house.machine.power_on();
    house.machine.says("the data partition is damaged; mending it");
    house.machine.says("the data partition is mended");
    house.machine.says("! the data partition was damaged on");
    house.is_ready();
    assert!(house.people.admin.places().iter().any(|place| place == "Empfang"), "the data are there");
    let notices = house.people.admin.knows("/api/v1/status")["notices"].to_string();
    assert!(notices.contains("The data partition was damaged on"), "{notices}");
    house.lap("a damaged data partition is mended, with all data");
}

fn is_made_anew(house: &mut House) {
    house.machine.power_cut();
    house.machine.loses_data(None);
    house.is_prepared();
    house.machine.power_on();
    house.machine.says("the data partition is beyond repair; making it anew");
    house.machine.says("the data partition was made anew");
    house.machine.says("! the data partition was beyond repair on");
    house.is_ready();
    house.is_set_up();
    let notices = house.people.admin.knows("/api/v1/status")["notices"].to_string();
    assert!(notices.contains("The data partition was beyond saving on"), "{notices}");
    let told = house.people.admin.knows("/api/v1/updates")["told"].to_string();
    assert!(told.contains("account, settings, calls"), "{told}");
    house.lap("a lost data partition is made anew, and the account is fetched again");
    house.machine.power_cut();
    assert!(house.machine.reads("RESULT.TXT").contains("data: the data partition was beyond repair on"));
}
