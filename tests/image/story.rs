//! From an empty disk to a box that survives a bad update.

use std::fs;

use crate::machine::Machine;
use crate::{VERSIONS, made, named};

#[test]
fn a_flashed_box_shows_its_page_and_its_code() {
    let mut house = Machine::flashed(&format!("out/{}.img.zst", named(VERSIONS[0])));
    let zone = tempfile::tempdir().unwrap();
    let network = zone.path().join("network.ini");
    fs::write(&network, "\u{feff}name = Empfang\r\nadress = 1\r\n").unwrap();
    house.drop_in(&network, "network.ini");
    house.power_on();
    house.says("drop zone: network.ini: NOT USED: line 2: there is no setting \"adress\"");
    house.is_ready();
    house.says("Page:         https://10.0.2.15:8443/");
    let code = house.says("Set-up code:");
    assert!(code.len() > "Set-up code:  7KQ4-M2XR-9TDB".len() - 2, "{code}");
    assert!(house.asked("/setup").unwrap().contains("<form"), "the page asks for the code");
    house.power_cut();
    assert!(house.reads("RESULT.TXT").contains("NOT USED"));

    fs::write(&network, "\u{feff}name = Empfang\r\n").unwrap();
    house.drop_in(&network, "network.ini");
    house.power_on();
    house.says("Name:         empfang.local");
    house.is_ready();
}

#[test]
fn an_update_comes_and_a_broken_one_goes() {
    let [old, new, broken] = VERSIONS;
    let mut house = Machine::flashed(&format!("out/{}.img.zst", named(old)));
    for wrong in ["1-key", "2-board", "3-arch", "4-short"] {
        house.drop_in(&made(&format!("wrong/{wrong}.update")), &format!("{wrong}.update"));
    }
    house.drop_in(&made(&format!("out/{}.update", named(new))), "5-good.update");
    house.power_on();
    house.says("1-key.update is NOT used: its signature is not ours");
    house.says("2-board.update is NOT used: it is for board \"rpi\"");
    house.says("3-arch.update is NOT used: it is for arm64 processors");
    house.says("4-short.update is NOT used: it is not complete");
    house.says(&format!("version {new} is installed"));
    house.says(&format!("version {new} is fit"));
    house.is_ready();
    house.power_cut();

    house.drop_in(&made(&format!("out/{}.update", named(broken))), "6-broken.update");
    house.power_on();
    house.says(&format!("version {broken} is installed"));
    for _ in 0..3 {
        house.says(&format!("version {broken} is not fit: the telephone system does not run"));
    }
    house.says(&format!(
        "version {broken} failed 3 times because the telephone system does not run; running {new}"
    ));
    house.is_ready();
    house.power_cut();
    assert!(house.reads("RESULT.TXT").contains(&format!("running {new}")));
}
