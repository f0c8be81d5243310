//! Linking with a browser: the login outlives its short tokens, restarts and power cuts, and its end is said.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tests::{Gatehouse, PracticeCloud, until};

const BACK: &str = "https://gatehouse.example/link/back";

/// A house that knows the client it was registered as, and has no token.
fn unlinked(cloud: &PracticeCloud) -> Gatehouse {
    cloud.told("PATCH", "/account/clients/box", &json!({"redirect": BACK}));
    let mut house = Gatehouse::new();
    house.configured_with(&format!(
        "[cloud]\napi = \"{api}\"\nlogin = \"{api}/auth/realms/practice\"\nclient_id = \"box\"\nredirect = \"{BACK}\"\n",
        api = cloud.api
    ));
    house.power_on();
    house
}

/// What an admin does: opens the address, agrees, and pastes where the browser ended up.
fn log_in(house: &Gatehouse) -> bool {
    let mut command = house.command(&["login"]);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut login = command.spawn().unwrap();
    let mut address = String::new();
    BufReader::new(login.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let browser = Command::new("curl")
        .args(["-sS", "-o", "/dev/null", "-w", "%{redirect_url}", address.trim()])
        .output();
    let back = browser.unwrap().stdout;
    login.stdin.take().unwrap().write_all(&[back.as_slice(), b"\n"].concat()).unwrap();
    login.wait().unwrap().success()
}

fn given(cloud: &PracticeCloud) -> u64 {
    let told: Value = serde_json::from_str(&cloud.told("GET", "/login", &Value::Null)).unwrap();
    told["given"].as_u64().unwrap()
}

#[test]
fn a_login_outlives_its_tokens_and_a_power_cut() {
    let cloud = PracticeCloud::office();
    cloud.told("POST", "/login", &json!({"lives": 2}));
    let mut house = unlinked(&cloud);
    assert!(log_in(&house));
    house.knows_the_account();
    until("tokens to be renewed before they end", || (given(&cloud) >= 4).then_some(()));
    house.power_cut();
    house.power_on();
    let out = house.command(&["mirror", "sync"]).output().unwrap();
    assert!(out.status.success(), "{out:?}");
    let out = house.command(&["mirror", "rights", "--json"]).output().unwrap();
    let rights: Value = serde_json::from_slice(&out.stdout).unwrap();
    let standing = |name: &str| {
        let mut all = rights["rights"].as_array().unwrap().iter();
        all.find(|right| right["right"] == name).unwrap()["standing"].clone()
    };
    assert_eq!((standing("users:read"), standing("devices:write")), (json!("granted"), json!("lacking")));
}

#[test]
fn a_login_that_was_ended_in_the_cloud_is_said_and_the_last_copy_serves() {
    let cloud = PracticeCloud::office();
    cloud.told("POST", "/login", &json!({"lives": 2}));
    let house = unlinked(&cloud);
    assert!(log_in(&house));
    house.knows_the_account();
    cloud.told("DELETE", "/login", &Value::Null);
    until("a notice about the login", || {
        house.tells("status")["notices"].to_string().contains("gatehouse login").then_some(())
    });
    house.knows_the_account();
    assert!(log_in(&house));
    let out = house.command(&["mirror", "sync"]).output().unwrap();
    assert!(out.status.success(), "{out:?}");
}
