//! Files on the page: staff lists and contacts, faulted cell by cell and row by row.

use serde_json::json;

use super::billing::Told;
use super::*;
use crate::{Correction, MirrorAsk, PeopleAsk};

fn cell(column: &str, text: &str, why: Option<&str>) -> serde_json::Value {
    json!({"column": column, "text": text, "fault": why, "why": why, "other_row": why.map(|_| 7)})
}

fn list(green: bool) -> serde_json::Value {
    let wrong = |why| if green { None } else { Some(why) };
    let row = |number: u32, email: &str, why| {
        json!({"number": number, "cells": [
            cell("given", "Nora", None), cell("family", "<b>Neu</b>", None), cell("email", email, why),
            cell("extension", "777", None), cell("location", "", None), cell("device", "", None)]})
    };
    json!({"schema": "people/1", "green": green, "waiting": [],
           "rows": [row(2, "nora@example.org", None), row(3, "ole", wrong("email")), row(4, "a@b.de", wrong("twice"))]})
}

async fn beside(
    answers: impl IntoIterator<Item = (&'static str, serde_json::Value)>,
) -> (House, String, Arc<Told>) {
    let told = Told::answering(answers);
    let house = House::with(Arc::clone(&told) as Arc<dyn Commands>).await;
    let cookie = house.enter_as(Role::Owner).await;
    (house, cookie, told)
}

#[tokio::test]
async fn wrong_cells_are_named_and_nothing_leaves_before_all_are_right() {
    let (house, cookie, told) = beside([("People", list(false))]).await;
    let page = house.get("/users/import", &cookie).await.body;
    for text in [
        "1 von 3 Zeilen sind richtig, falsche Zellen: 2",
        "Das ist keine E-Mail-Adresse.",
        "Dasselbe steht in Zeile 7.",
        r#"name="1.email" value="ole""#,
        r#"aria-invalid="true" aria-describedby="why-1-email""#,
        "Geht erst, wenn keine Zelle mehr falsch ist.",
        "<button disabled",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    assert!(!page.contains("nora@example.org"), "only wrong rows unless asked for all");
    let all = house.get("/users/import?of=all&lang=en", &cookie).await.body;
    assert!(all.contains("nora@example.org") && all.contains("This is no e-mail address."));
    let sent = form(&[("1.email", "ole@example.org"), ("nonsense", "x"), ("2.email", "c@b.de")]);
    let corrected = house.post("/users/import/correct", &cookie, &sent).await;
    assert_eq!(corrected.header("location"), "/users/import");
    let cell = |row, text: &str| Correction { row, column: "email".to_owned(), text: text.to_owned() };
    let wanted = PeopleAsk::Correct(vec![cell(1, "ole@example.org"), cell(2, "c@b.de")]);
    assert!(told.asked.lock().unwrap().contains(&MirrorAsk::People(wanted)));
}

#[tokio::test]
async fn who_was_handed_over_is_shown_until_they_arrive() {
    let person = |name: &str, done| {
        json!({"email": format!("{name}@example.org"), "given": name, "family": "Neu", "extension": "777",
               "location": null, "device": null, "done": done})
    };
    let waiting =
        json!({"rows": [], "green": false, "waiting": [person("Nora", true), person("Ole", false)]});
    let (house, cookie, _) = beside([("People", waiting)]).await;
    let page = house.get("/users/import", &cookie).await.body;
    for text in ["1 von 2 sind im Konto angekommen", "Ole Neu", "wird erwartet", "people.csv", "Aus Entra ID"]
    {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let green = beside([("People", list(true))]).await;
    let page = green.0.get("/users/import", &green.1).await.body;
    assert!(page.contains("Alles ist richtig.") && !page.contains("<button disabled"), "{page}");
}

#[tokio::test]
async fn keys_of_a_directory_are_passed_on_and_never_shown() {
    let (house, cookie, told) = beside([("People(Show", list(true))]).await;
    let keys = form(&[
        ("tenant", "muster.de"),
        ("client", "app-1"),
        ("secret", "s~ecret"),
        ("login", ""),
        ("api", ""),
    ]);
    let refused = house.post("/users/import/entra", &cookie, &keys).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(!refused.body.contains("s~ecret"));
    let asked = told.asked.lock().unwrap().clone();
    let wanted = json!({"from": "entra", "tenant": "muster.de", "client": "app-1", "secret": "s~ecret"});
    assert!(asked.contains(&MirrorAsk::People(PeopleAsk::Fetch(wanted))), "{asked:?}");
    assert!(!format!("{asked:?}").contains("s~ecret"));
}

fn upload(file: &str) -> String {
    format!(
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\n{file}\r\n--b--\r\n"
    )
}

#[tokio::test]
async fn contacts_are_looked_through_before_they_are_taken_over() {
    let read = json!({"schema": "contacts-read/1", "rows": 3, "new": 1, "known": 1, "kept": 1, "more_problems": 0,
        "contacts": [{"name": "Petra <i>", "numbers": ["+49305550777"], "emails": []}],
        "problems": [{"row": 4, "column": 2, "loses_row": false, "what": "x", "why": "number"}]});
    let (house, cookie, told) = beside([("ContactUpload", read)]).await;
    let sending = request("POST", "/contacts/import/look")
        .header("cookie", &cookie)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=b");
    let looked = house.ask(sending, &upload("Name;Telefon\n")).await.body;
    for text in
        ["Petra &#60;i&#62;", "Zeile 4", "Spalte C", "Zelle bleibt weg", "Den neuen Kontakt übernehmen"]
    {
        assert!(looked.contains(text), "{text}\n{looked}");
    }
    let ticket =
        looked.split("name=\"ticket\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let taken = house.post("/contacts/import/take", &cookie, &form(&[("ticket", &ticket)])).await;
    assert!(taken.body.contains("Ein Kontakt ist auf dem Weg in die Cloud."), "{}", taken.body);
    let file = b"Name;Telefon\n".to_vec();
    assert!(told.asked.lock().unwrap().contains(&MirrorAsk::ContactUpload { file, keep: true }));
    let again = house.post("/contacts/import/take", &cookie, &form(&[("ticket", &ticket)])).await;
    assert_eq!(again.status.as_u16(), 422, "{}", again.body);
}

#[tokio::test]
async fn a_sync_is_begun_from_the_page_and_watched_live() {
    let (house, cookie, told) = beside([("Hurry", json!({}))]).await;
    let begun = house.post("/mirror/sync", &cookie, "").await;
    assert_eq!(begun.header("location"), "/mirror");
    assert!(told.asked.lock().unwrap().contains(&MirrorAsk::Hurry));
    let mut stream = house.send(request("GET", "/events").header("cookie", &cookie), "").await.into_body();
    let _whole = stream.frame().await.unwrap().unwrap();
    house.change(|view| {
        view.mirror.progress = Some(crate::view::Progress { answered: 37, questions: 120, requests: 41 });
    });
    let event = stream.frame().await.unwrap().unwrap().into_data().unwrap();
    let event = std::str::from_utf8(&event).unwrap();
    assert!(event.contains("37 von 120 Fragen beantwortet"), "{event}");
    let page = house.get("/mirror", &cookie).await.body;
    assert!(page.contains(r#"<progress max="120" value="37""#), "{page}");
}

#[tokio::test]
async fn box_and_cloud_stand_in_one_list() {
    let call = json!({"kind": "call", "direction": "in", "outcome": "missed", "remote": "+4930666", "user": null,
                      "group": null, "started": 1_799_999_000_000_u64, "waited": 4, "talked": 0});
    let entries =
        json!([{"house": "1", "cloud": "h1", "call": call}, {"house": null, "cloud": "h2", "call": call}]);
    let (house, cookie, _) = beside([("History", json!({"entries": entries, "older": 17}))]).await;
    let page = house.get("/calls?of=all", &cookie).await.body;
    for text in ["Box und Cloud", "nur die Cloud", "verpasst", "/calls?of=all&#38;before=17"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
}
