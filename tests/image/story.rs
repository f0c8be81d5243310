//! From an empty disk to an office that telephones, and on through a good update, a bad one, and a new beginning.

use serde_json::{Value, json};

use crate::computer::Computer;
use crate::house::House;
use crate::{VERSIONS, made, named};

#[test]
fn a_flashed_box_becomes_a_telephone_system_and_stays_one() {
    let mut house = House::flashed(Computer::Amd64, "story");
    house.is_prepared();
    house.machine.is_equipped();
    for wrong in ["1-key", "2-board", "3-arch", "4-short"] {
        house.machine.drop_in(&made(&format!("wrong/{wrong}.update")), &format!("{wrong}.update"));
    }
    begins(&mut house);
    is_updated(&mut house);
    survives_a_bad_version(&mut house);
    forgets_everything(&mut house);
}

fn begins(house: &mut House) {
    house.opens();
    sees_what_it_is_made_of(house);
    comes_back_from_where_nobody_reaches_it(house);
    for (file, why) in [
        ("1-key", "its signature is not ours"),
        ("2-board", "it is for board \"rpi\""),
        ("3-arch", "it is for arm64 processors"),
        ("4-short", "it is not complete"),
    ] {
        house.machine.says(&format!("{file}.update is NOT used: {why}"));
    }
}

/// Its disk says how it is, what is plugged in is named, and the lights of its front say that all is well.
fn sees_what_it_is_made_of(house: &House) {
    let panel = house.machine.panel();
    panel.shows("power", "on");
    panel.shows("contact", "open");
    house.people.admin.until("what the disk and a serial device say", "/api/v1/hardware", |_, body| {
        let told: Value = serde_json::from_str(body).ok()?;
        let [disks, devices] = ["disks", "devices"].map(|part| told[part].as_array());
        let disk = disks?.iter().find(|disk| disk["name"] == "nvme0n1")?;
        let complains = disk["complaints"].as_array()?.len();
        (disk["says"] == true && disk["used"].is_u64() && complains == 0).then_some(())?;
        devices?.iter().any(|device| device["ports"][0] == "ttyUSB0").then_some(())
    });
    house.lap("the disk says how it is, and a serial device is seen");
}

/// An address at which nobody confirms it is given up.
fn comes_back_from_where_nobody_reaches_it(house: &House) {
    let wanted = json!({"address": "10.0.2.77/24", "gateway": "10.0.2.2", "name": "empfang"}).to_string();
    let options = ["-X", "PUT", "-H", "Content-Type: application/json", "-d", &wanted];
    let answer = house.people.admin.asks("/api/v1/network", &options);
    assert_eq!(answer.as_ref().map(|(status, _)| *status), Some(202), "{answer:?}");
    house.people.admin.until("the former address", "/api/v1/network", |_, body| {
        let told: Value = serde_json::from_str(body).ok()?;
        (told["last"]["settings"]["address"] == "10.0.2.77/24" && told["trial"].is_null()).then(|| {
            assert_eq!(
                (&told["last"]["kept"], &told["settings"]["name"]),
                (&false.into(), &"empfang".into())
            );
        })
    });
    house.lap("an address that nobody confirmed is given up");
}

/// What was set up, and who called, is there as before.
fn remembers(house: &House) {
    let places = house.people.admin.places();
    assert!(places.iter().any(|place| place == "Empfang"), "settings and the admin's session stay");
    assert!(house.people.admin.past_calls() > 0, "calls that are over stay");
}

fn is_updated(house: &mut House) {
    let new = VERSIONS[1];
    house.machine.power_cut();
    assert!(house.machine.reads("RESULT.TXT").contains("4-short.update: NOT USED"));
    house.machine.power_on();
    house.is_ready();
    house.people.admin.uploads(&made(&format!("out/{}.update", named(Computer::Amd64, new))));
    house.lap("the page has taken the update in");
    house.machine.says(&format!("version {new} is installed"));
    house.machine.says(&format!("version {new} is fit"));
    house.is_ready();
    remembers(house);
    let told = house.people.admin.knows("/api/v1/updates");
    assert_eq!((&told["running"], &told["installing"]), (&new.into(), &Value::Null), "{told}");
    house.lap("the update runs, with all data");
    house.telephones();
}

fn survives_a_bad_version(house: &mut House) {
    let [_, good, broken] = VERSIONS;
    house.machine.power_cut();
    house
        .machine
        .drop_in(&made(&format!("out/{}.update", named(Computer::Amd64, broken))), "6-broken.update");
    house.machine.power_on();
    house.machine.says(&format!("version {broken} is installed"));
    for _ in 0..3 {
        house.machine.says(&format!("version {broken} is not fit: the telephone system does not run"));
    }
    house.machine.says(&format!(
        "version {broken} failed 3 times because the telephone system does not run; running {good}"
    ));
    house.is_ready();
    remembers(house);
    let told = house.people.admin.knows("/api/v1/updates")["failed"].to_string();
    assert!(told.contains(&format!("version {broken} failed 3 times")), "{told}");
    house.lap("the broken update is undone, with all data");
}

fn forgets_everything(house: &mut House) {
    house.machine.power_cut();
    assert!(house.machine.reads("RESULT.TXT").contains(&format!("running {}", VERSIONS[1])));
    house.machine.power_on();
    house.is_ready();
    house.machine.panel().holds_the_button();
    house.machine.says("the button was held; the box forgets everything");
    house.machine.says("the box forgets everything and starts anew");
    house.machine.says("Set-up code:");
    house.is_ready();
    let (status, _) = house.people.admin.asks("/api/v1/status", &[]).expect("the page answers");
    assert_eq!(status, 401, "nobody is signed in any more");
    house.lap("the box is as new");
}
