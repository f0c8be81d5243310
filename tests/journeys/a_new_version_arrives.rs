//! A new version comes in by page, API and command line, and lies where the flashed box looks for it; elsewhere the page says how this
//! one came. What the box does with it is told in QEMU (`tests/image`).

use std::fs;
use std::path::PathBuf;

use tests::{Gatehouse, PracticeCloud, until};

use crate::asking::ask;
use crate::visiting::admin_in;

const REPORT: &str = r#"{"running":"0.1.0","installing":null,"failed":"version 0.0.9 failed 3 times because it did not start; running 0.1.0",
    "told":[{"at":1800000000,"said":"page.update: NOT USED: this is no update for this box's software"}]}"#;

/// The programs around the daemon have left their report beside its data.
fn flashed(house: &Gatehouse) -> PathBuf {
    let beside = house.data().parent().expect("a folder").join("appliance");
    fs::create_dir_all(&beside).expect("a folder");
    fs::write(beside.join("report.json"), REPORT).expect("a report");
    house.data().join("box/page.update")
}

fn arrived(file: &PathBuf) -> Vec<u8> {
    let bytes = until("the new version in the box", || fs::read(file).ok());
    fs::remove_file(file).expect("the box takes it");
    bytes
}

/// One that may start at night only says from when on.
fn arrived_for_the_night(house: &Gatehouse) -> Vec<u8> {
    let named = |path: &PathBuf| path.to_string_lossy().contains("page.after-");
    let file = until("a version for the night", || {
        let files = fs::read_dir(house.data().join("box")).ok()?;
        files.filter_map(|file| Some(file.ok()?.path())).find(named)
    });
    arrived(&file)
}

#[test]
fn by_page_api_and_command_line() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let (browser, page) = admin_in(&house, "en", "Sign out");
    browser.opens(&format!("{page}/updates"));
    browser.shows("not flashed with our image");

    let inbox = flashed(&house);
    // Larger than any form, so that it comes in pieces.
    let new: Vec<u8> = b"GATEHOUSE UPDATE".iter().copied().cycle().take(3 << 20).collect();
    let file = house.data().join("gatehouse_0.2.0_generic_amd64.update");
    fs::write(&file, &new).expect("a file on the laptop");
    browser.opens(&format!("{page}/updates"));
    for text in ["0.1.0", "went back to the old one", "failed 3 times", "this is no update", "Factory state"]
    {
        browser.shows(text);
    }
    browser.types("#file", &file.to_string_lossy());
    browser.clicks("form[action='/updates'] button");
    assert!(arrived(&inbox) == new, "by the page");
    browser.opens(&format!("{page}/updates"));
    browser.clicks("input[name=night]");
    browser.types("#file", &file.to_string_lossy());
    browser.clicks("form[action='/updates'] button");
    assert!(arrived_for_the_night(&house) == new, "by the page");

    assert_eq!(ask(&house, "POST", "/api/v1/updates", &new)["schema"], "taken/1");
    assert!(arrived(&inbox) == new, "by the API");
    assert_eq!(ask(&house, "POST", "/api/v1/updates?starts=night", &new)["schema"], "taken/1");
    assert!(arrived_for_the_night(&house) == new, "by the API");
    assert_eq!(ask(&house, "POST", "/api/v1/updates", b"")["reason"], "nothing was sent; choose the file");

    let given = house.command(&["update", &file.to_string_lossy()]).output().expect("gatehouse runs");
    assert!(given.status.success(), "{given:?}");
    assert!(arrived(&inbox) == new, "by the command line");
    let given =
        house.command(&["update", &file.to_string_lossy(), "--at-night"]).output().expect("gatehouse runs");
    assert!(given.status.success(), "{given:?}");
    assert!(arrived_for_the_night(&house) == new, "by the command line");
    let shown = house.command(&["update"]).output().expect("gatehouse runs");
    assert!(String::from_utf8_lossy(&shown.stdout).contains("running     0.1.0"), "{shown:?}");
}

#[test]
fn only_whoever_says_so_makes_the_box_forget_everything() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let wish = house.data().join("box/factory-reset");
    let refused = ask(&house, "POST", "/api/v1/factory-reset", br#"{"sure":"FORGET"}"#);
    assert!(refused["reason"].as_str().is_some_and(|why| why.contains("not the flashed box")), "{refused}");
    let _inbox = flashed(&house);
    let refused = ask(&house, "POST", "/api/v1/factory-reset", br#"{"sure":"yes"}"#);
    assert_eq!((refused["schema"].as_str(), wish.exists()), (Some("refusal/1"), false));
    let taken = ask(&house, "POST", "/api/v1/factory-reset", br#"{"sure":"FORGET"}"#);
    assert_eq!((taken["schema"].as_str(), wish.exists()), (Some("taken/1"), true));
}
