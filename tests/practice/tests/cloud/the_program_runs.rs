//! `practice-cloud` as scripts start it.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::http::send;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_practice-cloud"))
}

#[tokio::test]
async fn it_says_where_it_listens_serves_and_stops_on_sigterm() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/accounts/office.json");
    let mut running = program()
        .args(["--account", file, "--token-id", "token-X", "--token", "secret-x"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(running.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(said["tokenId"], "token-X");
    assert_eq!(said["phones"][2]["user"], "7654321e2");
    assert_eq!(said["phones"][2]["extensions"][0], "102");
    let url = format!("{}/v2/account", said["http"].as_str().unwrap());
    assert_eq!(send("GET", &url, Some("token-X:secret-x"), "").await.status, 200);
    let stopped = Command::new("kill").arg(running.id().to_string()).status().unwrap();
    assert!(stopped.success());
    assert!(running.wait().unwrap().success());
}

#[test]
fn it_prints_accounts_of_any_size() {
    let printed = program().args(["--generate", "250"]).output().unwrap();
    let account: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(account["devices"].as_object().unwrap().len(), 250);
}

#[test]
fn a_bad_account_is_named_and_fails() {
    let failed = program().args(["--account", "no-such-file.json"]).output().unwrap();
    assert!(!failed.status.success());
    assert!(String::from_utf8_lossy(&failed.stderr).contains("no-such-file.json"));
}
