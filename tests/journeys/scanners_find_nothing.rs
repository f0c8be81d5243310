//! Somebody on the network looks for extensions and passwords with the tools that everybody has.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Gatehouse, Login, Place, PracticeCloud, Wire, program::in_tree};

const TOOLS: &str = "/usr/share/sipvicious";
/// Where the search for servers comes from; the other tools come from the address of honest phones.
const ATTACKER: &str = "127.0.0.66";
const FOUND: [&str; 3] = ["Extension", "Password", "reqauth"];

#[test]
fn sipvicious_finds_no_extension_and_no_password_and_the_page_shows_it() {
    let cloud = cloud();
    let house = Gatehouse::beside(&cloud);
    let folder = TempDir::new().expect("a folder");
    let mut wire = Wire::udp(house.sip());
    assert_eq!(wire.register(cloud.phone("103"), 60).status(), Some(200));
    let phone = cloud.phone("102");
    for said in attacks(Path::new(TOOLS), &house, phone, &phone.password, &folder) {
        assert!(FOUND.iter().all(|word| !said.contains(&format!("| {word}"))), "{said}");
    }
    let seen = turned_away(&house);
    assert_eq!((&seen["agent"], &seen["address"]), (&json!("friendly-scanner"), &json!(ATTACKER)));
    let doctor = house.command(&["doctor"]).output().expect("doctor");
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("friendly-scanner"), "{doctor:?}");
    let again = wire.register(cloud.phone("103"), 60).status();
    assert_eq!(again, Some(200), "a phone at the address of some of the tools is served");
}

/// The same tools under the name of a phone, so that only what they do gives them away.
#[test]
fn under_another_name_they_are_found_out_by_what_they_do() {
    let cloud = cloud();
    let house = Gatehouse::beside(&cloud);
    let folder = TempDir::new().expect("a folder");
    let disguised = folder.path().join("tools");
    let copied = Command::new("cp").args(["-r", TOOLS]).arg(&disguised).status().expect("cp");
    assert!(copied.success());
    let helper = disguised.join("sipvicious/libs/svhelper.py");
    let text = fs::read_to_string(&helper).expect("the tools' text");
    fs::write(&helper, text.replace("friendly-scanner", "Desk/1.0")).expect("disguised");
    for said in attacks(&disguised, &house, cloud.phone("102"), "0000", &folder) {
        assert!(FOUND.iter().all(|word| !said.contains(&format!("| {word}"))), "{said}");
    }
    let login = Login::new(&cloud.phone("102").user, "wrong");
    let mut wire = Wire::udp(house.sip());
    for name in ["100", "101", "admin", "test", "200"] {
        wire.register(&Login::new(name, "wrong"), 60);
    }
    let answer = wire.try_register(&login, 60, Duration::from_secs(2));
    assert!(answer.is_none(), "not answered any more: {answer:?}");
    assert!(turned_away(&house)["until"].is_string());
}

/// The provider's own address is never shut out, so it is not the attackers'.
fn cloud() -> PracticeCloud {
    let account = in_tree("tests/practice/accounts/office.json");
    PracticeCloud::start(&Place::Here, Ipv4Addr::new(127, 0, 0, 77), &account)
}

/// Looks for a server, for extensions among which a true login is, and for its password, trying `password` as well.
fn attacks(tools: &Path, house: &Gatehouse, login: &Login, password: &str, folder: &TempDir) -> Vec<String> {
    let (names, passwords) = (folder.path().join("names"), folder.path().join("passwords"));
    fs::write(&names, format!("100\n101\n{}\n102\n103\n", login.user)).expect("names");
    fs::write(&passwords, format!("1234\n{password}\n")).expect("passwords");
    let (names, passwords) = (names.display().to_string(), passwords.display().to_string());
    let port = house.sip().port().to_string();
    let wars = ["REGISTER", "INVITE", "OPTIONS"]
        .map(|method| vec!["svwar", "-m", method, "-d", &names, "-p", &port]);
    let crack = vec!["svcrack", "-u", &login.user, "-d", &passwords, "-p", &port];
    let all = wars.into_iter().chain([vec!["svmap", "-p", &port], crack]);
    all.map(|words| attack(tools, &words, house)).collect()
}

fn attack(tools: &Path, words: &[&str], house: &Gatehouse) -> String {
    let [tool, options @ ..] = words else { panic!("a tool") };
    let mut command = Command::new("timeout");
    command.args(["10", "python3", "-c", "import sys; from importlib import import_module as i; sys.argv[0] = sys.argv[1]; t = sys.argv.pop(1); i('sipvicious.' + t).main()"]);
    command
        .arg(tool)
        .args(["-b", ATTACKER])
        .args(options)
        .arg(house.sip().ip().to_string())
        .env("PYTHONPATH", tools);
    let out = command.output().expect("the tool runs");
    [out.stdout, out.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat()
}

fn turned_away(house: &Gatehouse) -> Value {
    house.tells("status")["turned_away"][0].clone()
}
