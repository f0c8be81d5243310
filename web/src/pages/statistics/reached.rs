//! How well groups, channels and people were reached over sixty days, by box and cloud together.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::tabs;
use crate::commands::MirrorAsk;
use crate::ledger::LedgerAsk;
use crate::pages::Time;
use crate::pages::names::Names;
use crate::parts::{Cell, Column, Empty, Facts, Mode, Page, Table, escaped};
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;

/// Days counted.
const DAYS: u16 = 60;

#[derive(Deserialize)]
struct Reached {
    rows: Vec<Figures>,
}

/// Of a group or channel, of a person, or of a person in one of these.
#[derive(Deserialize)]
struct Figures {
    group: Option<String>,
    user: Option<String>,
    offered: u64,
    answered: u64,
    reachable_permille: Option<u64>,
    mean_wait_ms: Option<u64>,
    longest_wait_ms: Option<u64>,
    mean_talk_ms: Option<u64>,
}

/// `GET /statistics/reached`.
pub(super) async fn page(State(app): State<App>, shell: Shell) -> Response {
    let t = shell.t;
    let told = app.commands.mirror(MirrorAsk::Ledger(LedgerAsk::Statistics(DAYS))).await.ok();
    let told = told.and_then(|told| serde_json::from_value::<Reached>(told).ok());
    let failed = told.is_none().then(|| {
        let words =
            t.pick("Die Zahlen lassen sich gerade nicht lesen.", "The figures cannot be read right now.");
        Empty::new("", words, "")
    });
    let table = told.map(|told| table(&shell, &told.rows));
    let lead = t.pick(
        "Wie oft angerufen und angenommen wurde, und wie lange jemand warten musste.",
        "How often somebody called and was answered, and how long they had to wait.",
    );
    let page = Page::below(shell, t.pick("Erreichbarkeit", "Reachability"), lead);
    let page = page.mirrored().mode(Mode::Local).with(tabs(t, "/statistics/reached"));
    page.with_some(failed).with_some(table).with(files(t)).answer()
}

fn table(shell: &Shell, rows: &[Figures]) -> Table {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let names = Names::of(t, &view.account);
    let columns = [
        Column::new("name", t.pick("Wer", "Who")),
        Column::new("calls", t.calls()).end(),
        Column::new("answered", t.pick("Angenommen", "Answered")).end(),
        Column::new("wait", t.pick("Wartezeit", "Wait")).end(),
        Column::new("longest", t.pick("Längste", "Longest")).end(),
        Column::new("talk", t.pick("Gespräch", "Talk")).end(),
    ];
    let nothing = t.pick("In sechzig Tagen rief niemand an.", "Nobody called in sixty days.");
    let mut table = Table::new(shell, t.pick("Erreichbarkeit", "Reachability"), columns).or_else(nothing);
    for row in rows {
        let time = |millis: Option<u64>| {
            millis.map_or(Cell::None, |millis| Cell::Amount {
                value: i64::try_from(millis).unwrap_or(i64::MAX),
                written: Time::counted(millis.div_ceil(1000)),
            })
        };
        let group = row.group.as_deref().map(|id| names.rung(id).to_owned());
        let name = match (row.user.as_deref(), group) {
            (Some(user), group) => {
                Cell::link(names.user(user), group.unwrap_or_default(), format!("/users/{}", escaped(user)))
            }
            (None, group) => {
                Cell::name(group.unwrap_or_default(), t.pick("Gruppe oder Kanal", "Group or channel"))
            }
        };
        let count = |count: u64| Cell::count(usize::try_from(count).unwrap_or(usize::MAX));
        let answered = row.reachable_permille.map_or_else(
            || count(row.answered),
            |share| Cell::Amount {
                value: i64::try_from(share).unwrap_or_default(),
                written: format!("{} %", share / 10),
            },
        );
        table.row([
            name,
            count(row.offered),
            answered,
            time(row.mean_wait_ms),
            time(row.longest_wait_ms),
            time(row.mean_talk_ms),
        ]);
    }
    table.done()
}

fn files(t: Lang) -> Facts {
    let files = [
        ("/api/v1/statistics-excel.csv", "Excel (CSV)"),
        ("/api/v1/statistics.xlsx", "XLSX"),
        ("/api/v1/statistics.csv", "CSV (RFC 4180)"),
    ];
    let files = files.map(|(path, words)| (path.to_owned(), words.to_owned())).to_vec();
    Facts::new("").fact(t.pick("Jeder Tag einzeln, als Datei", "Day by day, as a file"), Cell::Links(files))
}
