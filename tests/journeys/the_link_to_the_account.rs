//! Linking the box to an account, losing the right to read it, meeting another account, and parting.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};
use tests::{Gatehouse, Guard, Place, PracticeCloud, cloud::TOKEN, until};

/// A house that knows where the cloud is and has no token.
fn unlinked(cloud: &PracticeCloud) -> Gatehouse {
    let mut house = Gatehouse::new();
    house.configured_with(&format!("[cloud]\napi = \"{}\"", cloud.api));
    house.power_on();
    house
}

fn link(house: &Gatehouse, id: &str, token: &str) -> bool {
    let mut command = house.command(&["link", "--token-id", id]);
    let mut linking =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    linking.stdin.take().unwrap().write_all(token.as_bytes()).unwrap();
    linking.wait().unwrap().success()
}

fn kind(house: &Gatehouse, name: &str) -> Value {
    let listed = house.tells("mirror");
    let kinds = listed["kinds"].as_array().unwrap();
    kinds.iter().find(|kind| kind["kind"] == name).unwrap().clone()
}

fn says(house: &Gatehouse, word: &str) {
    until(&format!("a notice about {word}"), || {
        house.tells("status")["notices"].to_string().contains(word).then_some(())
    });
}

#[test]
fn linking_fills_the_house_and_unlinking_empties_it() {
    let cloud = PracticeCloud::office();
    let house = unlinked(&cloud);
    says(&house, "gatehouse link");
    assert!(link(&house, TOKEN.0, TOKEN.1));
    house.knows_the_account();
    assert!(house.command(&["unlink"]).output().unwrap().status.success());
    until("an empty house", || house.tells("phones")["phones"].as_array()?.is_empty().then_some(()));
    says(&house, "gatehouse link");
    for file in std::fs::read_dir(house.data()).unwrap().filter_map(Result::ok) {
        let text = std::fs::read(file.path()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        // People's names stand in clear in the database, so they are what would be found.
        assert!(!text.unwrap_or_default().contains("Großmann"), "{file:?} remembers people of the account");
    }
}

/// The cloud answers so slowly that the account is being read when it is forgotten.
#[test]
fn what_was_under_way_does_not_bring_a_forgotten_account_back() {
    let cloud = PracticeCloud::office();
    let house = unlinked(&cloud);
    assert!(link(&house, TOKEN.0, TOKEN.1));
    house.knows_the_account();
    let slow = json!({"prefix": "/v2/numbers", "count": 1000, "kind": {"delay": 1500}});
    cloud.told("POST", "/faults", &slow);
    let before = cloud.requests();
    let mut sync =
        house.command(&["mirror", "sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("a sync under way", || (cloud.requests() != before).then_some(()));
    assert!(house.command(&["unlink"]).output().unwrap().status.success());
    // Whatever the sync still had to tell has been told, so an empty house stays empty.
    let _told = sync.wait().unwrap();
    until("an empty house", || house.tells("phones")["phones"].as_array()?.is_empty().then_some(()));
    says(&house, "gatehouse link");
}

#[test]
fn a_revoked_token_is_named_and_the_last_copy_serves() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    cloud.told("DELETE", &format!("/tokens/{}", TOKEN.0), &Value::Null);
    let out = house.command(&["mirror", "sync"]).output().unwrap();
    assert!(!out.status.success());
    assert!(String::from_utf8_lossy(&out.stderr).contains("refuses the token"));
    says(&house, "refuses the token");
    house.knows_the_account();
}

#[test]
fn a_right_the_token_lacks_is_an_absent_kind_with_its_name() {
    let cloud = PracticeCloud::office();
    let scopes =
        ["account:read", "users:read", "devices:read", "numbers:read", "phonelines:read", "groups:read"];
    cloud.told("PATCH", &format!("/account/tokens/{}", TOKEN.0), &json!({"scopes": scopes}));
    let house = Gatehouse::beside(&cloud);
    let _synced = house.command(&["mirror", "sync"]).output();
    let balance = kind(&house, "balance");
    assert_eq!((&balance["state"], &balance["right"]), (&json!("absent"), &json!("balance:read")));
    assert_eq!(kind(&house, "device")["complete"], true);
    let asked = cloud.requests()["/v2/balance"].clone();
    let _synced = house.command(&["mirror", "sync"]).output();
    assert_eq!(cloud.requests()["/v2/balance"], asked, "not asked again today");
}

#[test]
fn another_account_behind_the_token_is_never_mixed_in() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    cloud.told("PATCH", "/account/userinfo", &json!({"masterSipId": "1111111"}));
    cloud.told("PATCH", "/account/users/w0", &json!({"lastname": "Fremd"}));
    let out = house.command(&["mirror", "sync"]).output().unwrap();
    assert!(!out.status.success());
    says(&house, "1111111");
    let users = house.command(&["mirror", "show", "user", "--json"]).output().unwrap();
    assert!(!String::from_utf8_lossy(&users.stdout).contains("Fremd"));
}

/// A firewall that opens TLS shows a certificate of its own: trusted when the admin named it, and never otherwise.
#[test]
fn only_a_firewall_that_was_named_may_stand_before_the_cloud() {
    let cloud = PracticeCloud::office();
    let here = std::net::Ipv4Addr::LOCALHOST;
    let port = tests::loopback::free_port();
    let guard = Guard::before(&cloud.api, &Place::Here, (here, port).into(), here.into());
    let api = format!("https://{here}:{port}");
    let mut house = Gatehouse::new();
    house.mirrors(&api);
    house.power_on();
    says(&house, "could not be mirrored");
    assert!(house.tells("phones")["phones"].as_array().unwrap().is_empty());
    house.power_cut();

    house.configured_with(&format!("authorities = \"{}\"\n", guard.certificate().display()));
    house.power_on();
    house.knows_the_account();
}
