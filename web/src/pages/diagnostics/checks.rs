//! Every check of `gatehouse doctor`, on the page.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::{broken, read, tabs};
use crate::diagnostics::DiagnosticAsk;
use crate::parts::{Cell, Column, Mode, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;

/// What the daemon found.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Checks {
    checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Check {
    id: String,
    status: String,
    evidence: String,
    fix: String,
    de: German,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct German {
    evidence: String,
    fix: String,
}

impl Check {
    fn said(&self, t: Lang) -> (&str, &str) {
        match t {
            Lang::De => (&self.de.evidence, &self.de.fix),
            Lang::En => (&self.evidence, &self.fix),
        }
    }

    fn mark(&self, t: Lang) -> Cell {
        match self.status.as_str() {
            "ok" => Cell::mark(Tone::Good, t.pick("in Ordnung", "well")),
            "fail" => Cell::mark(Tone::Bad, t.pick("Fehler", "failure")),
            _ => Cell::mark(Tone::Warn, t.pick("ansehen", "look")),
        }
    }

    fn name(&self, t: Lang) -> String {
        let names = match self.id.as_str() {
            "data" => ["Datenverzeichnis", "Data directory"],
            "disk" => ["Platte", "Disk"],
            "daemon" => ["Telefonie", "Telephony"],
            "line" => ["Leitung", "Line"],
            "lines" => ["Leitungen", "Lines"],
            "mirror" => ["Kopie des Kontos", "Copy of the account"],
            "notice" => ["Zu erledigen", "To do"],
            "refused" => ["Abgewiesen", "Turned away"],
            "cloud" => ["Weg in die Cloud", "Way to the cloud"],
            "emergency" => ["Notruf", "Calls for help"],
            other => return other.to_owned(),
        };
        t.of(names).to_owned()
    }
}

/// `GET /diagnostics/checks`.
pub(super) async fn page(State(app): State<App>, shell: Shell) -> Response {
    let t = shell.t;
    let told = match app.commands.diagnose(DiagnosticAsk::Checks).await {
        Ok(told) => read::<Checks>(told),
        Err(why) => return broken(shell, &why),
    };
    let columns = [
        Column::new("", t.pick("Was", "What")),
        Column::new("", t.state()),
        Column::new("", t.pick("Befund", "Finding")),
    ];
    let mut table = Table::plain(t, t.pick("Soeben geprüft", "Checked just now"), columns);
    for check in &told.checks {
        let (seen, fix) = check.said(t);
        table.row([Cell::text(check.name(t)), check.mark(t), Cell::name(seen, fix)]);
    }
    let (table, tabs) = (table.done(), tabs(&shell));
    Page::new(shell).mode(Mode::Local).with(tabs).with(table).answer()
}
