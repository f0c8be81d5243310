//! A staff list comes from a file or a directory, is looked over cell by cell, leaves once all of it is right, and whoever
//! arrives in the account finds what waited for them.

use std::process::Command;

use serde_json::{Value, json};
use tests::{Gatehouse, PracticeCloud, until};

use crate::asking::ask;
use crate::visiting::{admin, file};

const HEADING: &str = "Vorname;Nachname;E-Mail;Durchwahl;Standort;MAC-Adresse\n";

fn show(house: &Gatehouse) -> Value {
    ask(house, "GET", "/api/v1/people", b"")
}

fn post(house: &Gatehouse, path: &str, body: &Value) -> Value {
    ask(house, "POST", path, body.to_string().as_bytes())
}

/// The faults of a table, each with its column.
fn faults(table: &Value) -> Vec<String> {
    let cells =
        table["rows"].as_array().into_iter().flatten().flat_map(|row| row["cells"].as_array().unwrap());
    let wrong = cells.filter(|cell| !cell["fault"].is_null());
    wrong
        .map(|cell| format!("{}: {}", cell["column"].as_str().unwrap(), cell["fault"].as_str().unwrap()))
        .collect()
}

#[test]
fn nothing_leaves_before_every_cell_is_right_and_a_restart_goes_on() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    house.knows_the_whole_account();
    let place = "Musterstraße 1, 10115 Berlin";
    let list =
        format!("{HEADING}Nora;Neu;nora@example.org;777;{place};00:04:13:aa:bb:01\nOle;;ole@example;778;;\n");
    let table = ask(&house, "POST", "/api/v1/people/upload", list.as_bytes());
    assert_eq!(table["green"], false, "{table}");
    assert_eq!(faults(&table), ["family: this must be filled in", "email: this is no e-mail address"]);
    let refused = post(&house, "/api/v1/people/hand-off", &json!({}));
    assert_eq!(refused["reason"], "2 cells are still wrong; nothing was handed over");
    post(&house, "/api/v1/people/correct", &json!({"row": 1, "column": "family", "text": "Neumann"}));
    house.power_cut();
    house.power_on();
    house.knows_the_account();
    let table = post(
        &house,
        "/api/v1/people/correct",
        &json!({"row": 1, "column": "email", "text": "ole@example.org"}),
    );
    assert_eq!((&table["green"], faults(&table)), (&json!(true), vec![]), "{table}");
    let handed = post(&house, "/api/v1/people/hand-off", &json!({}));
    assert_eq!(handed["waiting"].as_array().unwrap().len(), 2, "{handed}");
    let file = ask(&house, "GET", "/api/v1/people/hand-off.csv", b"");
    assert_eq!(
        file.as_str().unwrap(),
        "firstname,lastname,email\r\nNora,Neu,nora@example.org\r\nOle,Neumann,ole@example.org\r\n"
    );

    // The cloud's own import makes the person; the box gives her what waited.
    let nora = json!({"firstname": "Nora", "lastname": "Neu", "email": "Nora@example.org", "admin": false,
                      "addressId": "", "directDialIds": [], "timezone": "Europe/Berlin"});
    cloud.told("PATCH", "/account/users", &json!({"w77": nora}));
    let line = json!({"p77": {"_owner": "w77", "alias": "Nora Neu"}});
    cloud.told("PATCH", "/account/phonelines", &line);
    let _synced = house.command(&["mirror", "sync"]).output();
    until("her extension and her place in the cloud", || {
        let numbers = cloud.told("GET", "/account/numbers", &Value::Null);
        let user: Value =
            serde_json::from_str(&cloud.told("GET", "/account/users/w77", &Value::Null)).ok()?;
        (numbers.contains("\"777\"") && user["addressId"] == "88").then_some(())
    });
    until("her place in the list", || {
        let waiting = show(&house)["waiting"].clone();
        let mut waiting = waiting.as_array()?.iter();
        waiting.any(|person| person["email"] == "nora@example.org" && person["done"] == true).then_some(())
    });
    let file = ask(&house, "GET", "/api/v1/people/hand-off.csv", b"");
    assert_eq!(file.as_str().unwrap(), "firstname,lastname,email\r\nOle,Neumann,ole@example.org\r\n");
    assert!(house.command(&["unlink"]).output().unwrap().status.success());
    assert_eq!(show(&house)["waiting"], json!([]), "forgotten with the account");
}

/// A company that keeps its people in Entra ID: five, and one who has left.
fn in_entra(cloud: &PracticeCloud) {
    let person = |n: u32| {
        json!({"givenName": "Anna", "surname": format!("Muster {n}"), "mail": format!("a{n}@example.org"),
               "userPrincipalName": format!("a{n}@example.org"), "businessPhones": [format!("+49 30 5550-8{n}")],
               "officeLocation": null, "accountEnabled": true, "id": format!("00000000-{n}")})
    };
    let mut people: Vec<Value> = (0..5).map(person).collect();
    people.push(json!({"givenName": "Gone", "accountEnabled": false, "businessPhones": []}));
    let entra =
        json!({"tenant": "muster.onmicrosoft.com", "client": "app-1", "secret": "s~ecret", "users": people});
    cloud.told("PATCH", "/account", &json!({ "entra": entra }));
}

/// A company that keeps its people at Google: three, and one who is suspended. Comes back with the key file of its service
/// account and the key's modulus.
fn at_google(cloud: &PracticeCloud, house: &Gatehouse) -> (Value, String) {
    let openssl = |arguments: &[&str]| {
        let out = Command::new("openssl").args(arguments).output().unwrap();
        assert!(out.status.success(), "{out:?}");
        String::from_utf8(out.stdout).unwrap()
    };
    let key = openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
    let file = house.data().join("key.pem");
    std::fs::write(&file, &key).unwrap();
    let modulus = openssl(&["rsa", "-in", file.to_str().unwrap(), "-noout", "-modulus"]);
    let modulus = modulus.trim().trim_start_matches("Modulus=").to_owned();
    let person = |n: u32| {
        json!({"kind": "admin#directory#user", "primaryEmail": format!("g{n}@example.org"), "suspended": n == 2,
               "name": {"givenName": "Greta", "familyName": format!("Muster {n}"), "fullName": format!("Greta Muster {n}")},
               "phones": [{"value": format!("030 5550-9{n}"), "type": "work"}], "isAdmin": false})
    };
    let people: Vec<Value> = (0..4).map(person).collect();
    let google = json!({"client_email": "box@muster.iam.gserviceaccount.com", "admin": "admin@example.org",
                        "modulus": modulus, "users": people});
    cloud.told("PATCH", "/account", &json!({ "google": google }));
    let file = json!({"type": "service_account", "project_id": "muster", "private_key_id": "1", "private_key": key,
                      "client_email": "box@muster.iam.gserviceaccount.com", "client_id": "1", "universe_domain": "googleapis.com",
                      "token_uri": format!("{}/google/token", cloud.api)});
    (file, modulus)
}

#[test]
fn entra_id_is_read_page_by_page_and_its_refusals_are_named() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    in_entra(&cloud);
    let fetch = |secret: &str| {
        let wanted = json!({"from": "entra", "tenant": "muster.onmicrosoft.com", "client": "app-1", "secret": secret,
            "login": format!("{}/entra", cloud.api), "api": format!("{}/graph", cloud.api)});
        post(&house, "/api/v1/people/fetch", &wanted)
    };
    let table = fetch("s~ecret");
    assert_eq!((table["rows"].as_array().unwrap().len(), faults(&table)), (5, vec![]), "{table}");
    assert_eq!(table["rows"][4]["cells"][3]["text"], "84", "the extension stands at the end of the number");
    assert!(fetch("wrong")["reason"].as_str().unwrap().contains("refuses the keys (invalid_client)"));
    cloud.told("PATCH", "/account/entra", &json!({"denied": "yes"}));
    assert!(fetch("s~ecret")["reason"].as_str().unwrap().contains("User.Read.All"));
    cloud.told("PATCH", "/account/entra", &json!({"denied": null, "leadsTo": "https://elsewhere.example"}));
    assert!(fetch("s~ecret")["reason"].as_str().unwrap().contains("another place"));
    assert!(!house.log().contains("s~ecret"));
}

#[test]
fn google_is_asked_with_a_signed_statement() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let (file, modulus) = at_google(&cloud, &house);
    let fetch = |admin: &str| {
        let part = |name: &str| file[name].clone();
        let key = json!({"client_email": part("client_email"), "private_key": part("private_key"),
                         "token_uri": part("token_uri")});
        let api = format!("{}/google", cloud.api);
        post(
            &house,
            "/api/v1/people/fetch",
            &json!({"from": "google", "key": key, "admin": admin, "api": api}),
        )
    };
    let table = fetch("admin@example.org");
    assert_eq!((table["rows"].as_array().unwrap().len(), faults(&table)), (3, vec![]), "{table}");
    assert_eq!(table["rows"][2]["cells"][2]["text"], "g3@example.org");
    assert!(fetch("nobody@example.org")["reason"].as_str().unwrap().contains("unauthorized_client"));
    cloud.told("PATCH", "/account/google", &json!({"modulus": modulus.replace('A', "B")}));
    assert!(fetch("admin@example.org")["reason"].as_str().unwrap().contains("invalid_grant"));
}

#[test]
fn both_directories_are_fetched_on_the_page() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    in_entra(&cloud);
    let (key, _) = at_google(&cloud, &house);
    let (browser, page) = admin(&house);
    let entra = |name: &str| format!("form[action='/users/import/entra'] [name={name}]");
    let fetch = |secret: &str| {
        browser.opens(&format!("{page}/users/import"));
        let keys = [("tenant", "muster.onmicrosoft.com"), ("client", "app-1"), ("secret", secret)];
        keys.iter().for_each(|(name, text)| browser.types(&entra(name), text));
        browser.types(&entra("login"), &format!("{}/entra", cloud.api));
        browser.types(&entra("api"), &format!("{}/graph", cloud.api));
        browser.clicks("form[action='/users/import/entra'] button");
    };
    fetch("wrong");
    browser.shows("Das Verzeichnis kennt diese Zugangsdaten nicht.");
    fetch("s~ecret");
    browser.shows("Alles ist richtig.");
    assert!(
        browser.text().contains("a4@example.org") && !browser.text().contains("Gone"),
        "{}",
        browser.text()
    );
    browser.clicks("form[action='/users/import/forget'] button");
    browser.shows("Aus Google Workspace");

    let google = |name: &str| format!("form[action='/users/import/google'] [name={name}]");
    browser.types(&google("key"), &file(&house, "konto.json", "Das ist keine Schlüsseldatei."));
    browser.types(&google("admin"), "admin@example.org");
    browser.clicks("form[action='/users/import/google'] button");
    browser.shows("Das ist keine Schlüsseldatei von Google.");
    browser.types(&google("key"), &file(&house, "konto.json", &key.to_string()));
    browser.types(&google("admin"), "admin@example.org");
    browser.types(&google("api"), &format!("{}/google", cloud.api));
    browser.clicks("form[action='/users/import/google'] button");
    browser.shows("Alles ist richtig.");
    assert!(
        browser.text().contains("g3@example.org") && !browser.text().contains("g2@"),
        "{}",
        browser.text()
    );
    for secret in ["s~ecret", "BEGIN PRIVATE KEY"] {
        assert!(!house.log().contains(secret), "{secret}");
    }
}
