//! What the account costs and whom it knows: the files an admin brings and takes, over the API.

use std::time::SystemTime;

use serde_json::{Value, json};
use tests::{Gatehouse, PracticeCloud, Sipp, until};

use crate::asking::{ask, raw, send};

fn post(house: &Gatehouse, path: &str, body: &Value) -> Value {
    ask(house, "POST", path, body.to_string().as_bytes())
}

/// A call of a minute to a group or line, begun now.
fn called_just_now(cloud: &PracticeCloud, from: &str, end: &str) {
    let now = std::process::Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]).output().unwrap();
    let now = String::from_utf8(now.stdout).unwrap().trim().to_owned();
    let entry = json!({"source": from, "target": "+49305550100", "type": "CALL", "created": now, "lastModified": now,
        "direction": "INCOMING", "incoming": true, "status": "PICKUP", "callStatus": "SUCCESS", "duration": 60,
        "callId": from, "endpoints": [{"type": "ROUTED", "endpoint": {"extension": end, "type": "GROUP"}}]});
    cloud.told("PATCH", "/account/history", &json!({format!("h{from}"): entry}));
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

#[test]
fn little_credit_is_said_until_it_has_risen() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    let said = |house: &Gatehouse| house.tells("status")["notices"].to_string().contains("41.23 EUR left");
    assert!(!said(&house), "nothing is low by default");
    let wrong = post(&house, "/api/v1/billing/settings", &json!({"thresholds": ["much"]}));
    assert_eq!(wrong["reason"], "an amount has digits and one comma");
    let set = post(&house, "/api/v1/billing/settings", &json!({"thresholds": ["50", "7,50"]}));
    assert_eq!(set["thresholds"], json!(["50.00", "7.50"]));
    until("a notice of the credit", || said(&house).then_some(()));
    house.power_cut();
    house.power_on();
    until("the notice after a restart", || said(&house).then_some(()));
    cloud.told("PATCH", "/account/balance", &json!({"amount": 900_000}));
    let _synced = house.command(&["mirror", "sync"]).output();
    until("the notice to go", || {
        (!house.tells("status")["notices"].to_string().contains("EUR left")).then_some(())
    });
}

#[test]
fn what_is_not_to_be_kept_is_on_no_page_and_on_no_disk() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let events = |house: &Gatehouse| ask(house, "GET", "/api/v1/mirror/events", b"");
    until("the whole history", || (events(&house)["complete"] == true).then_some(()));
    // Numbers that stand nowhere but in the history.
    let stands = |text: &str| {
        let files = std::fs::read_dir(house.data()).unwrap().filter_map(Result::ok);
        let mut files = files.filter_map(|file| std::fs::read(file.path()).ok());
        files.any(|file| file.windows(text.len()).any(|found| found == text.as_bytes()))
    };
    assert!(stands("+49305550908") && events(&house).to_string().contains("+49305550908"));
    post(&house, "/api/v1/billing/settings", &json!({"privacy": "shortened"}));
    until("the history with shortened numbers", || {
        let told = events(&house);
        (told["complete"] == true && told.to_string().contains("+49305550xxx")).then_some(())
    });
    assert!(!events(&house).to_string().contains("+49305550908"));
    assert!(!stands("+49305550908"), "on the disk");
    post(&house, "/api/v1/billing/settings", &json!({"privacy": "none"}));
    until("an empty history", || (events(&house)["complete"] == true).then_some(()));
    assert_eq!(events(&house)["count"], 0);
    let desk = Sipp::new("answer.xml").pausing(100);
    Sipp::new("register.xml").from_port(desk.port()).to(house.sip()).row(cloud.phone("103")).passes();
    let desk = desk.start();
    Sipp::new("call.xml").to(house.sip()).calling("103").row(cloud.phone("102")).pausing(100).passes();
    desk.passes();
    until("the call to be over", || (house.calls() == 0).then_some(()));
    post(&house, "/api/v1/billing/settings", &json!({"privacy": "complete"}));
    until("the history of the cloud again", || (events(&house)["count"].as_u64()? > 10).then_some(()));
    let history = ask(&house, "GET", "/api/v1/history", b"");
    assert!(history["entries"].as_array().unwrap().iter().all(|entry| entry["house"].is_null()), "{history}");
}

#[test]
fn single_calls_leave_as_files_filtered_and_priced() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    until("the whole history", || {
        (ask(&house, "GET", "/api/v1/mirror/events", b"")["complete"] == true).then_some(())
    });
    let rates = "Vorwahl;Name;Preis pro Minute\n+49;Deutschland;0,02\n".as_bytes();
    assert_eq!(ask(&house, "POST", "/api/v1/billing/rates", rates)["rates"], 1);
    let day = "from=2026-11-20&to=2026-11-20";
    let items = ask(&house, "GET", &format!("/api/v1/billing/items?{day}"), b"");
    let all = items["items"].as_array().unwrap();
    assert!(all.len() >= 7, "{items}");
    assert!(all.iter().any(|it| it["direction"] == "out" && it["amount"].as_str() > Some("0.00")), "{items}");
    let fax = ask(&house, "GET", &format!("/api/v1/billing/items?{day}&kind=fax"), b"");
    assert_eq!((fax["count"].clone(), &fax["items"][0]["kind"]), (json!(1), &json!("fax")));
    let group = ask(&house, "GET", &format!("/api/v1/billing/items?{day}&group=g0"), b"");
    assert_eq!(group["count"], 1, "{group}");
    let excel = raw(&house, "GET", &format!("/api/v1/billing/items-excel.csv?{day}"), b"");
    let excel = String::from_utf8(excel).unwrap();
    assert!(excel.starts_with("\u{feff}Beginn;Art;Richtung;Rufnummer;"), "{excel}");
    assert!(excel.contains("2026-11-20 09:15:30;Anruf;eingehend;+49305550901;"), "Berlin's clock: {excel}");
    let plain = raw(&house, "GET", &format!("/api/v1/billing/items.csv?{day}"), b"");
    assert!(plain.starts_with(b"Beginn,Art,"));
    assert!(raw(&house, "GET", &format!("/api/v1/billing/items.xlsx?{day}"), b"").starts_with(b"PK"));
    let wrong = ask(&house, "GET", "/api/v1/billing/items?from=yesterday", b"");
    assert_eq!(wrong["reason"], "write days as 2026-11-20, not \"yesterday\"");
}

#[test]
fn groups_and_people_are_counted_over_sixty_days() {
    let cloud = PracticeCloud::office();
    for n in 0..3 {
        called_just_now(&cloud, &format!("+4930666000{n}"), "g0");
    }
    let house = Gatehouse::beside(&cloud);
    let figures = until("the group's figures", || {
        let told = ask(&house, "GET", "/api/v1/statistics?days=2", b"");
        let rows = told["rows"].as_array()?;
        let group = rows.iter().find(|row| row["group"] == "g0" && row["user"].is_null())?;
        (group["offered"].as_u64()? >= 3).then(|| group.clone())
    });
    assert_eq!((&figures["reachable_permille"], &figures["mean_talk_ms"]), (&json!(1000), &json!(60_000)));
    let file = raw(&house, "GET", "/api/v1/statistics-excel.csv", b"");
    let file = String::from_utf8(file).unwrap();
    assert!(file.starts_with("\u{feff}Tag;Gruppe;Benutzer;Anrufe;Angenommen;Erreichbarkeit (%);"), "{file}");
    assert!(file.contains(";g0;;"), "{file}");
}

/// The cloud tells whole seconds.
fn the_next_second() {
    let second = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let now = second();
    until("the next second", || (second() > now).then_some(()));
}

#[test]
fn the_bill_is_checked_for_the_time_the_box_was_there_and_for_calls_alone() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    until("the whole history", || {
        (ask(&house, "GET", "/api/v1/mirror/events", b"")["complete"] == true).then_some(())
    });
    let counts = |house: &Gatehouse, days: &str| {
        ask(house, "GET", &format!("/api/v1/billing/check?{days}"), b"")["counts"].clone()
    };
    let before = counts(&house, "from=2026-11-20&to=2026-11-20");
    let names: Vec<&str> = before.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["only_cloud_before_the_box", "only_cloud_no_call"], "{before}");

    // A person with a phone here is called, and the box sees nothing of it.
    let seen = |house: &Gatehouse, name: &str| {
        let _synced = house.command(&["mirror", "sync"]).output();
        (counts(house, "")[name] == 1).then_some(())
    };
    called_just_now(&cloud, "+49306660001", "p1");
    until("a call that nobody can explain", || seen(&house, "only_cloud_unexplained"));
    house.power_cut();
    the_next_second();
    house.power_on();
    house.knows_the_account();
    until("it to lie in a time that ended with a power cut", || seen(&house, "only_cloud_box_away"));
    called_just_now(&cloud, "+49306660002", "p1");
    until("the next one", || seen(&house, "only_cloud_unexplained"));
    the_next_second();
    post(&house, "/api/v1/billing/settings", &json!({"privacy": "none"}));
    post(&house, "/api/v1/billing/settings", &json!({"privacy": "complete"}));
    until("nothing to be asked of a time of which nothing was kept", || {
        let told = counts(&house, "");
        (told["only_cloud_before_the_box"] == 18 && told["only_cloud_unexplained"].is_null()).then_some(())
    });
}

#[test]
fn hostile_files_are_refused_with_a_reason() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    house.knows_the_whole_account();
    let look = |file: &[u8]| ask(&house, "POST", "/api/v1/contacts/look", file);
    let formula = look(b"Name;Telefon\n=cmd|' /C calc'!A0;030 1234567\nMara;030 1234568\n");
    assert_eq!(
        (&formula["new"], &formula["problems"][0]["what"]),
        (&json!(1), &json!("this is a formula; paste the table as values"))
    );
    assert!(look(b"Name;Telefon\nMa\0ra;030 1234567\n")["reason"].is_string());
    let huge = vec![b'a'; (16 << 20) + 1];
    let refused = look(&huge);
    assert_eq!(refused["reason"], "files of more than 16 MiB are not taken", "{refused}");
    let gigabyte = house.folder().join("gigabyte.csv");
    std::fs::File::create(&gigabyte).unwrap().set_len(1 << 30).unwrap();
    let refused = send(&house, "/api/v1/contacts/look", &gigabyte);
    assert!(refused.contains("files of more than 16 MiB are not taken"), "{refused}");
    // A workbook of 65 kB that would be 64 MiB of texts.
    let bomb = house.folder().join("bomb.xlsx");
    let make = "import sys, zipfile; \
                zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED).writestr('xl/sharedStrings.xml', ' ' * (64 << 20))";
    let made = std::process::Command::new("python3").args(["-c", make]).arg(&bomb).status().unwrap();
    assert!(made.success());
    let bomb = look(&std::fs::read(&bomb).unwrap());
    assert!(bomb["reason"].as_str().is_some_and(|why| why.contains("unpack")), "{bomb}");
    assert!(house.tells("mirror")["age_seconds"].is_u64());
}
