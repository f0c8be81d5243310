//! A program tries everything that the description of the API allows, and much that it does not: nothing breaks.

use std::process::Command;

use tests::{Gatehouse, PracticeCloud, program::in_tree};

use crate::visiting::admin;

/// The same tries each time.
const SEED: &str = "4711";
/// Tries of one operation, at most.
const TRIES: &str = "12";
/// For all of them, seconds.
const TIME: &str = "90";

/// A token that may do everything a program may.
fn token(house: &Gatehouse) -> String {
    let (browser, page) = admin(house);
    browser.opens(&format!("{page}/security/tokens"));
    browser.types("#name", "Versuche");
    for scope in ["phones", "calls", "system"] {
        browser.clicks(&format!("input[name={scope}]"));
    }
    browser.clicks("form.fill button");
    browser.shows("gatehouse_");
    let text = browser.text();
    let token = text.split_whitespace().find(|word| word.starts_with("gatehouse_")).unwrap();
    token.to_owned()
}

#[test]
fn nothing_that_is_tried_at_the_api_breaks_it() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    let token = token(&house);
    let tool = in_tree("tests/out/tools/bin/schemathesis");
    assert!(tool.exists(), "schemathesis is missing: run tests/install");
    let address = format!("https://{}:8443", house.address());
    let mut command = Command::new(tool);
    command.current_dir(house.folder()).args(["run", "--tls-verify=false", "--seed", SEED, "-n", TRIES]);
    command.args([
        "--phases",
        "examples,coverage,fuzzing",
        "--max-time",
        TIME,
        "--no-shrink",
        "--warnings",
        "off",
    ]);
    command.args(["--checks", "not_a_server_error", "--continue-on-failure", "--request-timeout", "20"]);
    // A sync comes back when the cloud's limits allow it, which after so many is later than anybody waits.
    command.args(["--exclude-path", "/api/v1/mirror/unlink", "--exclude-path", "/api/v1/mirror/sync"]);
    command.args(["--suppress-health-check", "all"]);
    command.arg("-H").arg(format!("Authorization: Bearer {token}"));
    let tried = command.args(["-u", &address]).arg(in_tree("web/src/api/openapi.json")).output().unwrap();
    let told = String::from_utf8_lossy(&tried.stdout);
    assert!(tried.status.success(), "{told}\n{}", String::from_utf8_lossy(&tried.stderr));
    assert!(house.running().runs() && house.answers());
    assert!(!house.log().contains("panicked"), "{}", house.log());
}
