//! The programs around the daemon write down how the box is doing; what is wrong stands among the repairs, in `doctor` and in the metrics,
//! and the page shows disks and what is plugged in. What really hardware says is read in `board`.

use std::fs;
use std::path::Path;

use tests::{Gatehouse, PracticeCloud, until};

use crate::asking::{ask, raw};
use crate::visiting::admin_in;

pub(crate) const WORN: &str = r#"{"disks":[{"name":"mmcblk0","model":"DG4008","size":7818182656,"says":{"used":90,"celsius":44}},
    {"name":"nvme0n1","model":"QEMU NVMe Ctrl","size":2147483648,"says":{"used":3,"spare":100,"celsius":50,"hours":12}}],
    "celsius":51,"memory":{"total":1073741824,"available":536870912}}"#;
pub(crate) const PLUGGED: &str = r#"{"devices":[{"kind":"fax","name":"Conexant USB Modem","vendor":"0572","model":"1340",
    "ports":[{"interface":"00","name":"ttyACM0"}]},{"kind":"satellites","name":"u-blox","vendor":"1546","model":"01a8",
    "ports":[{"interface":"00","name":"ttyACM1"}]}],
    "receiver":{"place":{"latitude":51221720,"longitude":6776160},"satellites":7}}"#;

#[test]
fn a_worn_disk_is_a_repair_and_a_modem_is_seen() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::new();
    let now = house.data().parent().expect("a folder").join("appliance/now");
    fs::create_dir_all(&now).expect("a folder");
    fs::write(now.join("condition.json"), WORN).expect("a file");
    house.mirrors(&cloud.api);
    house.power_on();
    house.knows_the_account();

    let words = "DG4008 (mmcblk0) is worn: 90 % of its life is used";
    let notice = until("the repair", || {
        let status = ask(&house, "GET", "/api/v1/status", b"");
        status["notices"]
            .as_array()?
            .iter()
            .find(|one| one["what"]["en"].as_str().is_some_and(|what| what.contains(words)))
            .cloned()
    });
    assert_eq!(
        (notice["severity"].as_str(), notice["fault"].as_str()),
        (Some("warning"), Some("box")),
        "{notice}"
    );
    let doctor = house.command(&["doctor"]).output().expect("gatehouse runs");
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    for line in [
        "mmcblk0: worn, 90 % of its life used, 44 °C",
        "nvme0n1: 3 % of its life used, 100 % spare, 50 °C",
        words,
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let metrics = String::from_utf8(raw(&house, "GET", "/metrics", b"")).expect("text");
    for line in [
        "gatehouse_disk_life_used_percent 90",
        "gatehouse_disk_temperature_celsius 50",
        "gatehouse_disks_failing 0",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }

    shows_it(&house, &now);
    let told = ask(&house, "GET", "/api/v1/hardware", b"");
    assert_eq!((told["schema"].as_str(), told["disks"][0]["used"].as_u64()), (Some("hardware/1"), Some(90)));
    assert_eq!(told["receiver"]["place"], "51.22172, 6.77616");
    let status = ask(&house, "GET", "/api/v1/locations", b"");
    assert!(!status.to_string().contains("51.22172"), "a place is offered, and never used by itself");
}

/// On the page, also what is plugged in while the box runs.
fn shows_it(house: &Gatehouse, now: &Path) {
    let (browser, page) = admin_in(house, "en", "Sign out");
    browser.opens(&format!("{page}/system"));
    for text in ["DG4008", "worn", "QEMU NVMe Ctrl", "12 hours of use", "51 °C", "512 MiB of 1.0 GiB"] {
        browser.shows(text);
    }
    fs::write(now.join("serial.json"), PLUGGED).expect("a file");
    browser.opens(&format!("{page}/system"));
    for text in
        ["Fax modem", "cannot fax over it yet", "Satellite receiver", "51.22172, 6.77616", "7 satellites"]
    {
        browser.shows(text);
    }
}
