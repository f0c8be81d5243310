//! Money on the page: what the books say, in both languages, and what becomes of the forms.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::*;
use crate::view::account::{self, Group, User};
use crate::view::past::{Past, Witness};
use crate::{Commanded, LedgerAsk, LocationsAsk, MirrorAsk, Placed, Synced};

/// A daemon that answers from a table and remembers what it was asked.
#[derive(Default)]
pub(super) struct Told {
    answers: HashMap<&'static str, Result<Value, String>>,
    pub(super) asked: Mutex<Vec<MirrorAsk>>,
}

impl Told {
    pub(super) fn answering(answers: impl IntoIterator<Item = (&'static str, Value)>) -> Arc<Self> {
        let answers = answers.into_iter().map(|(what, answer)| (what, Ok(answer))).collect();
        Arc::new(Self { answers, asked: Mutex::default() })
    }
}

impl Commands for Told {
    fn sync(&self) -> Commanded<'_, Synced> {
        NoCommands.sync()
    }

    fn past(&self, witness: Witness, before: Option<u64>) -> Commanded<'_, Past> {
        NoCommands.past(witness, before)
    }

    fn places(&self, ask: LocationsAsk) -> Placed<'_> {
        NoCommands.places(ask)
    }

    fn mirror(&self, ask: MirrorAsk) -> Commanded<'_, Value> {
        let written = format!("{ask:?}");
        let known = self.answers.iter().find(|(what, _)| written.starts_with(**what));
        let answer =
            known.map_or_else(|| Err("an amount has digits and one comma".to_owned()), |(_, it)| it.clone());
        self.asked.lock().unwrap().push(ask);
        Box::pin(async { answer })
    }
}

fn item(kind: &str, direction: &str, remote: &str, amount: Value) -> Value {
    json!({"kind": kind, "direction": direction, "outcome": "answered", "remote": remote, "user": "w0", "group": "g0",
           "started": 1_799_999_000_000_u64, "waited": 4, "talked": 90, "amount": amount})
}

fn books() -> Arc<Told> {
    let counts = json!({"same": 7, "longer": 1, "only_cloud_leg": 2, "only_cloud_before_the_box": 12,
                        "only_cloud_no_call": 3});
    let house = item("call", "out", "+43155501", Value::Null);
    let difference = json!({"what": "longer", "house": house, "cloud": house, "seconds": 61});
    let rate = json!({"prefix": "43", "name": "Österreich", "set_up_millionths": 50_000, "minute_millionths": 19_000,
                      "first": 60, "then": 1, "flat": false, "from": "2026-01-01", "until": null});
    Told::answering([
        (
            "Ledger(Billing",
            json!({"estimate": {"since": 1_798_761_600_000_u64, "amount": "12.30", "calls": 20, "seconds": 3_723,
                   "without_rate": 2}, "check": {"counts": counts}}),
        ),
        ("Ledger(Settings", json!({"privacy": "complete", "thresholds": ["20.00", "5.00"]})),
        ("Ledger(RateTable", json!({"rates": [rate]})),
        ("Ledger(Rates", json!({"schema": "rates/1", "rates": 1})),
        (
            "Ledger(Items",
            json!({"privacy": "complete", "count": 1, "whole": true,
                   "items": [item("call", "out", "+43155501", json!("0.04"))]}),
        ),
        ("Ledger(Check", json!({"counts": counts, "rows": [difference], "whole": true})),
        (
            "Rights",
            json!({"rights": [
                {"right": "users:read", "kinds": ["user"], "acts": [], "standing": "granted"},
                {"right": "balance:read", "kinds": ["balance"], "acts": [], "standing": "refused"},
                {"right": "numbers:write", "kinds": [], "acts": ["number_target"], "standing": "unknown"}]}),
        ),
    ])
}

async fn office(told: Arc<Told>) -> (House, String) {
    let house = House::with(told).await;
    let cookie = house.enter_as(Role::Owner).await;
    house.change(|view| {
        let user = User { id: "w0".to_owned(), name: "Anna Berger".to_owned(), ..User::default() };
        let group = Group { id: "g0".to_owned(), alias: "Vertrieb".to_owned(), ..Group::default() };
        let account = account::Account {
            users: vec![user],
            groups: vec![group],
            zone: "Europe/Berlin".to_owned(),
            ..account::Account::default()
        };
        view.account = Arc::new(account);
    });
    (house, cookie)
}

#[tokio::test]
async fn the_books_are_read_in_both_languages() {
    let (house, cookie) = office(books()).await;
    for (path, texts) in [
        (
            "/billing?lang=de",
            vec![
                "12,30 €",
                "für 20 Gespräche nach draußen, 1:02:03",
                "1 ungeklärt",
                "Für 2 Gespräche steht kein Preis",
                "20,00; 5,00",
            ],
        ),
        ("/billing?lang=en", vec!["12.30 €", "for 20 calls to the outside", "1 unexplained"]),
        (
            "/billing/calls?lang=de",
            vec!["+43155501", "Anna Berger", "Vertrieb", "0,04 €", "1:30", "Gespräch, nach draußen"],
        ),
        (
            "/billing/check?lang=de",
            vec![
                "Eine Abweichung kann keine Seite erklären.",
                "Cloud zählt länger",
                "um 1:01",
                "what=only_cloud_leg",
                "Nur Cloud: vor der Box",
                "Nur Cloud: kein Gespräch",
            ],
        ),
        ("/billing/check?lang=en", vec!["The cloud counts longer"]),
        ("/billing/rates?lang=de", vec!["+43", "Österreich", "0,019", "60/1", "ab 01.01.2026"]),
        (
            "/mirror/rights?lang=de",
            vec!["Ein Recht fehlt.", "balance:read", "Wohin Nummern führen", "noch nicht gebraucht"],
        ),
    ] {
        let page = house.get(path, &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for text in texts {
            assert!(page.body.contains(text), "{path}: {text}\n{}", page.body);
        }
    }
    let rights = house.get("/mirror/rights", &cookie).await.body;
    let at = |text: &str| rights.find(text).unwrap();
    assert!(at("balance:read") < at("users:read"), "what lacks stands first");
}

#[tokio::test]
async fn a_list_is_narrowed_and_its_files_hold_the_same() {
    let told = books();
    let (house, cookie) = office(Arc::clone(&told)).await;
    let page = house.get("/billing/calls?from=2027-01-01&user=w0&group=&kind=fax", &cookie).await.body;
    let asked = told.asked.lock().unwrap().clone();
    let MirrorAsk::Ledger(LedgerAsk::Items(items)) = &asked[0] else { panic!("{asked:?}") };
    let set = |text: &str| Some(text.to_owned());
    assert_eq!(
        (&items.from, &items.user, &items.group, &items.kind),
        (&set("2027-01-01"), &set("w0"), &None, &set("fax"))
    );
    assert!(page.contains(r#"items-excel.csv?from=2027-01-01&#38;user=w0&#38;kind=fax""#), "{page}");
    assert!(page.contains(r#"<option value="w0" selected>Anna Berger"#), "{page}");
}

#[tokio::test]
async fn what_deletes_asks_first_and_what_is_refused_says_why() {
    let (house, cookie) = office(books()).await;
    let unsure = house.post("/billing/privacy", &cookie, &form(&[("privacy", "none")])).await;
    assert_eq!(unsure.status.as_u16(), 422);
    assert!(unsure.body.contains("Bitte ankreuzen"), "{}", unsure.body);
    let wrong = house.post("/billing/thresholds", &cookie, &form(&[("thresholds", "viel; 5")])).await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(wrong.body.contains("Beträge haben Ziffern und ein Komma"), "{}", wrong.body);
    let auditor = house.enter_as(Role::Auditor).await;
    let page = house.get("/billing", &auditor).await.body;
    assert!(page.contains("12,30 €") && !page.contains("/billing/privacy"), "{page}");
}

#[tokio::test]
async fn a_table_of_rates_comes_as_a_file() {
    let told = books();
    let (house, cookie) = office(Arc::clone(&told)).await;
    let body = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"r.csv\"\r\n\r\nVorwahl;Preis\n\r\n--b--\r\n";
    let loading = |kind: &'static str| {
        request("POST", "/billing/rates")
            .header("cookie", &cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", kind)
    };
    let loaded = house.ask(loading("multipart/form-data; boundary=b"), body).await;
    assert_eq!((loaded.status, loaded.header("location")), (StatusCode::SEE_OTHER, "/billing/rates"));
    let file = MirrorAsk::Ledger(LedgerAsk::Rates(b"Vorwahl;Preis\n".to_vec()));
    assert!(told.asked.lock().unwrap().contains(&file));
    assert_eq!(house.ask(loading("text/plain"), "x").await.status.as_u16(), 400);
    let large = format!(
        "--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n{}\r\n--b--\r\n",
        "a".repeat(17 << 20)
    );
    let refused = house.ask(loading("multipart/form-data; boundary=b"), &large).await;
    assert_eq!(refused.status.as_u16(), 413, "{}", refused.body);
    assert!(refused.body.contains("16 MiB"));
}
