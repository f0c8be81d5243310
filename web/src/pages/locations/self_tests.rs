//! The tests of calls for help that call nobody: the newest phone by phone, and what the others found.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use super::{say, tabs};
use crate::door_pages::go;
use crate::parts::{Cell, Column, Form, Mode, Page, Table, Tone};
use crate::routes::App;
use crate::self_tests::SelfTestAsk;
use crate::shell::Shell;
use crate::view::Sentence;
use crate::when;
use crate::words::Lang;

/// The reports, as the daemon tells them.
#[derive(Default, Deserialize)]
struct Told {
    records: Vec<Report>,
}

#[derive(Deserialize)]
struct Report {
    began: String,
    verdict: String,
    #[serde(default)]
    phones: Vec<Phone>,
    #[serde(default)]
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Phone {
    device: String,
    alias: String,
    place: String,
    rule: Option<String>,
    number: Option<String>,
    line: Option<String>,
    registered: bool,
    verdict: String,
    #[serde(flatten)]
    why: Sentence,
}

#[derive(Deserialize)]
struct Check {
    verdict: String,
    #[serde(flatten)]
    what: Sentence,
}

/// `GET /locations/self-tests`.
pub(super) async fn page(State(app): State<App>, shell: Shell) -> Response {
    let told = app.commands.self_test(SelfTestAsk::Shown).await;
    let told = told.ok().and_then(|told: Value| serde_json::from_value(told).ok());
    let Told { records } = told.unwrap_or_default();
    let t = shell.t;
    let lead = t.pick(
        "Was aus einem Notruf von jedem Telefon würde, jeden Monat und auf Wunsch geprüft. Angerufen wird niemand.",
        "What would become of a call for help from each phone, tested each month and on request. Nobody is called.",
    );
    let form = Form::new("", "/locations/self-tests", t.pick("Jetzt prüfen", "Test now"));
    let newest = records.first();
    let (checks, phones) = newest.map(|report| (checks(t, report), phones(&shell, report))).unzip();
    let reports = reports(&shell, &records);
    Page::below(shell, t.pick("Prüfung der Notrufe", "Test of calls for help"), lead)
        .mode(Mode::Local)
        .with(tabs(t, "/locations/self-tests"))
        .with(form)
        .with_some(checks)
        .with_some(phones)
        .with(reports)
        .answer()
}

/// `POST /locations/self-tests`.
pub(super) async fn begin(State(app): State<App>) -> Response {
    // What it found stands on the page; a box that makes none has none to show.
    drop(app.commands.self_test(SelfTestAsk::Begin).await);
    go("/locations/self-tests")
}

fn checks(t: Lang, report: &Report) -> Table {
    let columns =
        [Column::new("", t.pick("Geprüft", "Tested")), Column::new("", t.pick("Ergebnis", "Result"))];
    let mut table = Table::plain(t, t.pick("Im Ganzen", "In all"), columns);
    for check in &report.checks {
        table.row([Cell::text(t.say(&check.what)), judged(t, &check.verdict, "")]);
    }
    table.done()
}

fn phones(shell: &Shell, report: &Report) -> Table {
    let t = shell.t;
    let columns = [
        Column::new("phone", t.phone()),
        Column::new("place", t.pick("Steht", "Stands")),
        Column::new("line", t.pick("Notruf über", "Emergency call over")),
        Column::new("result", t.pick("Ergebnis", "Result")),
    ];
    let mut table = Table::new(shell, t.phones(), columns);
    for phone in &report.phones {
        let there = if phone.registered { "" } else { t.pick("nicht angemeldet", "not registered") };
        let rule = phone.rule.as_deref().map(|rule| say::rule(t, rule)).unwrap_or_default();
        let line = phone.number.as_ref().or(phone.line.as_ref()).cloned().unwrap_or_default();
        table.row([
            Cell::link(&phone.alias, there, format!("/locations/phones/{}", phone.device)),
            Cell::name(&phone.place, rule),
            Cell::text(line),
            judged(t, &phone.verdict, t.say(&phone.why)),
        ]);
    }
    table.done()
}

fn reports(shell: &Shell, records: &[Report]) -> Table {
    let t = shell.t;
    let columns = [Column::new("", t.pick("Prüfung", "Test")), Column::new("", t.pick("Ergebnis", "Result"))];
    let nothing = t.pick("Noch wurde nicht geprüft.", "Nothing was tested yet.");
    let mut table = Table::plain(t, t.pick("Prüfungen bisher", "Tests so far"), columns).or_else(nothing);
    for report in records {
        let at = when::read(&report.began).map(|at| when::local(t, &shell.view.account.zone, at, shell.now));
        table.row([Cell::text(at.unwrap_or_else(|| report.began.clone())), judged(t, &report.verdict, "")]);
    }
    table.done()
}

fn judged(t: Lang, verdict: &str, more: &str) -> Cell {
    let (tone, word) = match verdict {
        "passed" => (Tone::Good, t.pick("bestanden", "passed")),
        "fails" => (Tone::Bad, t.pick("erreicht niemanden", "reaches nobody")),
        _ => (Tone::Warn, t.pick("ansehen", "look at it")),
    };
    Cell::Mark { tone, word: word.to_owned(), more: more.to_owned() }
}
