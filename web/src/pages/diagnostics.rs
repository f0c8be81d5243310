//! When something does not work: the last calls message by message, the checks of the box, a capture, the log, a file for support.

mod capture;
mod checks;
mod ladder;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use super::Time;
use crate::charter::{Doors, May};
use crate::diagnostics::{self as api, DiagnosticAsk};
use crate::parts::{Cell, Column, Empty, Facts, Mode, Note, Page, Table, Tabs, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::Sentence;
use crate::when;
use crate::words::Lang;

pub(crate) fn doors() -> Doors {
    Doors::default()
        .see("/diagnostics", May::See, calls)
        .see("/diagnostics/calls/{call}", May::See, ladder::page)
        .see("/diagnostics/capture", May::Rule, capture::page)
        .act("/diagnostics/capture", May::Rule, api::BEGAN, capture::begin)
        .act("/diagnostics/capture/stop", May::Rule, api::ENDED, capture::stop)
        .act("/diagnostics/capture/forget", May::Rule, api::FORGOT, capture::forget)
        .take("/diagnostics/capture.pcapng", May::Rule, api::TOOK, api::capture)
        .see("/diagnostics/log", May::Rule, log)
        .see("/diagnostics/support", May::Rule, support)
}

/// They take as long as names and disks take.
pub(crate) fn orders() -> Doors {
    Doors::default().see("/diagnostics/checks", May::Set, checks::page).take(
        "/diagnostics/support.zip",
        May::Rule,
        api::BUNDLED,
        api::bundle,
    )
}

/// The sides that are open to whoever asks.
fn tabs(shell: &Shell) -> Tabs {
    let t = shell.t;
    let sides = [
        ("/diagnostics", t.pick("Gespräche", "Calls")),
        ("/diagnostics/checks", t.pick("Prüfung", "Checks")),
        ("/diagnostics/capture", t.pick("Mitschnitt", "Capture")),
        ("/diagnostics/log", t.pick("Meldungen", "Log")),
        ("/diagnostics/support", t.pick("Für den Support", "For support")),
    ];
    let open = sides.into_iter().filter(|(path, _)| shell.leads(path));
    let tabs = Tabs::new(t.pick("Diagnose", "Diagnostics"));
    open.fold(tabs, |tabs, (path, words)| tabs.tab(path, words, shell.path == path))
}

/// What the daemon told of the last calls.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Calls {
    /// The customer wants no complete records, so nothing is kept.
    silent: bool,
    calls: Vec<Summary>,
}

/// One of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Summary {
    call: String,
    began: Option<String>,
    from: Option<String>,
    from_name: String,
    to: Option<String>,
    status: Option<u16>,
    messages: usize,
}

impl Summary {
    fn began(&self, shell: &Shell) -> Cell {
        let Some(at) = self.began.as_deref().and_then(when::read) else { return Cell::None };
        let shown = when::local(shell.t, &shell.view.account.zone, at, shell.now);
        Cell::Moment { at, shown: Time::fixed(at, shown) }
    }

    /// Who called, as the phone or line said it.
    fn caller(&self) -> (String, String) {
        let number = self.from.clone().unwrap_or_default();
        if self.from_name.is_empty() { (number, String::new()) } else { (self.from_name.clone(), number) }
    }

    /// What the caller heard last.
    fn status(&self, t: Lang) -> Cell {
        let (tone, word) = match self.status {
            None => return Cell::None,
            Some(100..=199) => (Tone::Calm, t.pick("klingelt", "rings")),
            Some(200..=299) => (Tone::Good, t.pick("verbunden", "connected")),
            Some(486 | 600) => (Tone::Calm, t.pick("besetzt", "busy")),
            Some(487) => (Tone::Calm, t.pick("aufgelegt", "given up")),
            Some(408 | 480) => (Tone::Warn, t.pick("niemand da", "nobody there")),
            Some(_) => (Tone::Bad, t.pick("nicht verbunden", "not connected")),
        };
        let more = self.status.map(|status| status.to_string()).unwrap_or_default();
        Cell::Mark { tone, word: word.to_owned(), more }
    }
}

async fn calls(State(app): State<App>, shell: Shell) -> Response {
    let t = shell.t;
    let told = match app.commands.diagnose(DiagnosticAsk::Calls).await {
        Ok(told) => read::<Calls>(told),
        Err(why) => return broken(shell, &why),
    };
    let silent = told.silent.then(|| Note {
        tone: Tone::Calm,
        kind: String::new(),
        what: t
            .pick("Von Gesprächen wird nichts aufgehoben.", "Nothing of calls is kept.")
            .to_owned(),
        more: t
            .pick(
                "So ist es unter Kosten eingestellt (Einzelnachweis gekürzt oder keiner). Ein Mitschnitt geht trotzdem.",
                "That is the choice under Billing (records shortened or none). A capture works all the same.",
            )
            .to_owned(),
        link: None,
    });
    let columns = [
        Column::new("from", t.caller()),
        Column::new("to", t.pick("Gewählt", "Dialled")),
        Column::new("when", t.pick("Wann", "When")),
        Column::new("status", t.pick("Ergebnis", "Result")),
        Column::new("messages", t.pick("Nachrichten", "Messages")).end(),
    ];
    let nothing = t.pick("Noch kein Gespräch, seit die Box läuft.", "No call yet since the box was started.");
    let title =
        t.pick("Die letzten Gespräche, Nachricht für Nachricht", "The last calls, message by message");
    let mut table = Table::new(&shell, title, columns).or_else(nothing);
    for call in &told.calls {
        let (name, more) = call.caller();
        let name = if name.is_empty() { t.pick("unterdrückt", "withheld").to_owned() } else { name };
        table.row([
            Cell::link(name, more, format!("/diagnostics/calls/{}", call.call)),
            Cell::text(call.to.clone().unwrap_or_default()),
            call.began(&shell),
            call.status(t),
            Cell::count(call.messages),
        ]);
    }
    let (table, tabs) = (table.done(), tabs(&shell));
    Page::new(shell).mode(Mode::Local).with(tabs).with_some(silent).with(table).answer()
}

/// Lines as they were written.
#[derive(Template)]
#[template(path = "parts/lines.html")]
struct Lines {
    title: &'static str,
    lines: Vec<String>,
}

async fn log(State(app): State<App>, shell: Shell) -> Response {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Log {
        lines: Vec<String>,
    }
    let t = shell.t;
    let mut log = match app.commands.diagnose(DiagnosticAsk::Log).await {
        Ok(told) => read::<Log>(told),
        Err(why) => return broken(shell, &why),
    };
    log.lines.reverse();
    log.lines.truncate(MOST_LINES);
    let title =
        t.pick("Die letzten Meldungen, die neueste oben", "The last lines of the log, the newest first");
    let (tabs, lines) = (tabs(&shell), Lines { title, lines: log.lines });
    Page::new(shell).mode(Mode::Local).with(tabs).with(lines).answer()
}

/// Lines on the page; the file for support has them all.
const MOST_LINES: usize = 200;

/// What the file holds is said before it is fetched.
async fn support(shell: Shell) -> Response {
    let t = shell.t;
    let fact = |facts: Facts, name: &str, words: &str| facts.fact(name, Cell::text(words));
    let facts = Facts::new(t.pick("Was darin ist", "What is in it"));
    let facts = fact(
        facts,
        "checks.json",
        t.pick(
            "jede Prüfung der Box; abgewiesene Geräte mit Adresse und Anmeldenamen",
            "every check of the box; refused devices with their address and login",
        ),
    );
    let facts = fact(
        facts,
        "status.json",
        t.pick(
            "Version, Laufzeit, wie viele Telefone, Gespräche und Leitungen",
            "version, uptime, how many phones, calls and lines",
        ),
    );
    let facts = fact(
        facts,
        "log.txt",
        t.pick(
            "die letzten Meldungen; Nummern und Namen unkenntlich",
            "the last lines of the log; numbers and names unrecognisable",
        ),
    );
    let facts = facts.fact(
        t.pick("Alles in einer Datei", "All in one file"),
        Cell::link(t.pick("Laden", "Download"), "gatehouse-support.zip", "/diagnostics/support.zip"),
    );
    let nothing = Note {
        tone: Tone::Calm,
        kind: t.pick("Was nicht darin ist", "What is not in it").to_owned(),
        what: t
            .pick(
                "Kein Passwort, kein Schlüssel, keine Konfiguration, kein Gespräch und keine Anrufliste.",
                "No password, no key, no configuration, no call and no list of calls.",
            )
            .to_owned(),
        more: t
            .pick(
                "Die Datei verlässt die Box nur über diesen Link; niemand schickt sie von selbst irgendwohin.",
                "The file leaves the box through this link alone; nothing sends it anywhere by itself.",
            )
            .to_owned(),
        link: None,
    };
    let tabs = tabs(&shell);
    Page::new(shell).mode(Mode::Local).with(tabs).with(facts).with(nothing).answer()
}

/// What the daemon told, as far as it can be read.
fn read<T: serde::de::DeserializeOwned + Default>(told: Value) -> T {
    serde_json::from_value(told).unwrap_or_default()
}

/// Why there is nothing to see.
fn broken(shell: Shell, why: &Sentence) -> Response {
    let empty = Empty::new("", shell.t.say(why), "");
    let tabs = tabs(&shell);
    Page::new(shell).mode(Mode::Local).with(tabs).with(empty).answer()
}
