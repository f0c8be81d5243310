//! What the account costs and whom it knows: the files an admin brings and takes, over the API.

use serde_json::{Value, json};
use tests::{Gatehouse, PracticeCloud, until};

/// A request to the daemon's socket; JSON comes back as such, anything else as text.
fn ask(house: &Gatehouse, method: &str, path: &str, body: &[u8]) -> Value {
    let file = house.data().join("upload");
    std::fs::write(&file, body).unwrap();
    let mut command = std::process::Command::new("curl");
    command.args(["-sS", "-m", "30", "-X", method, "--unix-socket"]).arg(house.data().join("gatehouse.sock"));
    command.args(["-H", "content-type: application/octet-stream"]);
    if method == "POST" {
        command.arg("--data-binary").arg(format!("@{}", file.display()));
    }
    let out = command.arg(format!("http://localhost{path}")).output().unwrap();
    assert!(out.status.success(), "{out:?}");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

#[test]
fn the_history_of_the_cloud_and_the_credit_are_shown_and_rates_are_taken() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let history = until("the cloud's calls in the history", || {
        let history = ask(&house, "GET", "/api/v1/history", b"");
        (history["entries"].as_array()?.len() > 10).then_some(history)
    });
    let entries = history["entries"].as_array().unwrap();
    let started = |entry: &Value| entry["call"]["started"].as_u64();
    assert!(
        entries.iter().any(|it| it["call"]["direction"] == "in" && it["call"]["outcome"] == "missed"),
        "{history}"
    );
    assert!(entries.windows(2).all(|two| started(&two[0]) >= started(&two[1])));
    let billing = ask(&house, "GET", "/api/v1/billing", b"");
    assert_eq!(
        (&billing["credit"]["amount"], &billing["credit"]["currency"]),
        (&json!("41.23"), &json!("EUR"))
    );
    assert_eq!(billing["estimate"]["calls"], 0);
    let rates = "Vorwahl;Name;Preis pro Minute\n+49;Deutschland;0,019\n+43;Österreich;0,15\n".as_bytes();
    assert_eq!(ask(&house, "POST", "/api/v1/billing/rates", rates)["rates"], 2);
    let wrong = ask(&house, "POST", "/api/v1/billing/rates", b"Vorwahl;Preis pro Minute\n+49;gratis\n");
    assert_eq!(wrong["schema"], "refusal/1", "{wrong}");
}

#[test]
fn contacts_leave_and_come_as_files() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let cards = until("the telephone book", || {
        let cards = ask(&house, "GET", "/api/v1/contacts/contacts.vcf", b"");
        cards.as_str().filter(|text| text.contains("BEGIN:VCARD")).map(str::to_owned)
    });
    assert!(cards.contains("Käthe"), "{cards}");
    let file =
        "Vorname;Nachname;Telefon (geschäftlich)\nPetra;Neumann;030 5550777\nKlaus;Fehler;keine\n".as_bytes();
    let looked = ask(&house, "POST", "/api/v1/contacts/look", file);
    assert_eq!(
        (&looked["new"], &looked["kept"], &looked["rows"]),
        (&json!(1), &json!(0), &json!(2)),
        "{looked}"
    );
    assert!(!looked["problems"].as_array().unwrap().is_empty());
    assert_eq!(ask(&house, "POST", "/api/v1/contacts/take", file)["kept"], 1);
    until("the new contact in the cloud", || {
        cloud.told("GET", "/account/contacts", &Value::Null).contains("Petra Neumann").then_some(())
    });
}
