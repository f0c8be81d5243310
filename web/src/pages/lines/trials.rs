//! What can be tried with the lines: a drill without them, and a test of the access line. Each begins here, shows how far it is, can
//! be ended, and leaves a record.

use std::time::SystemTime;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, State};
use axum::response::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Cell, Column, DrillAsk, LineTestAsk, Page, Shell, Table, Tone, shown};
use crate::door_pages::{form_broken, go};
use crate::parts::{Field, Form, UnderWay};
use crate::routes::App;
use crate::view::Sentence;
use crate::when;
use crate::words::Lang;

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Drill,
    Test,
    /// The switch of the way round.
    Detour,
}

/// The one under way and the records of the last ones, as the daemon tells them.
#[derive(Debug, Deserialize)]
#[serde(bound = "R: DeserializeOwned")]
pub(super) struct Trials<R> {
    pub(super) began: Option<String>,
    pub(super) until: Option<String>,
    pub(super) records: Vec<R>,
}

/// A drill that is over.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Drill {
    pub(super) began: String,
    pub(super) ended: String,
    pub(super) how: String,
    pub(super) calls_inside: u64,
    pub(super) answered_inside: u64,
    pub(super) registrations: u64,
    pub(super) refused_out: u64,
    pub(super) turned_away: u64,
    pub(super) phones_before: u64,
    pub(super) phones_after: u64,
    pub(super) lines_before: u64,
    pub(super) lines_after: u64,
    pub(super) verdict: String,
}

/// A test of the access line that is over.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Test {
    pub(super) began: String,
    pub(super) ended: String,
    pub(super) verdict: String,
    pub(super) calls: u64,
    pub(super) latency_ms: Option<f64>,
    pub(super) says: Vec<Said>,
}

/// A sentence of a record.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Said {
    de: String,
    en: String,
}

impl Said {
    pub(super) fn of(&self, t: Lang) -> &str {
        match t {
            Lang::De => &self.de,
            Lang::En => &self.en,
        }
    }
}

impl Drill {
    pub(super) fn judged(&self, t: Lang) -> (Tone, &'static str) {
        match self.verdict.as_str() {
            "passed" => (Tone::Good, t.pick("bestanden", "passed")),
            _ => (Tone::Warn, t.pick("Telefone oder Leitungen fehlen", "phones or lines are missing")),
        }
    }
}

impl Test {
    pub(super) fn judged(&self, t: Lang) -> (Tone, &'static str) {
        match self.verdict.as_str() {
            "fit" => (Tone::Good, t.pick("genügt", "good enough")),
            "unfit" => (Tone::Bad, t.pick("genügt nicht", "not good enough")),
            _ => (Tone::Warn, t.pick("nicht alles gemessen", "not all measured")),
        }
    }
}

/// What the daemon told; without it there is nothing to show.
pub(super) fn read<R: DeserializeOwned>(told: Result<Value, Sentence>) -> Trials<R> {
    let read = told.ok().and_then(|told| serde_json::from_value(told).ok());
    read.unwrap_or(Trials { began: None, until: None, records: Vec::new() })
}

/// One trial on the page: how far it is or how to begin it, and the records.
pub(super) struct Part {
    under_way: Option<UnderWay>,
    form: Option<Form>,
    records: Option<Table>,
}

impl Part {
    pub(super) fn onto(self, page: Page) -> Page {
        page.with_some(self.under_way).with_some(self.form).with_some(self.records)
    }
}

pub(super) fn of_drill(shell: &Shell, drills: &Trials<Drill>, may: bool, refused: Option<&Sentence>) -> Part {
    let t = shell.t;
    let until = until(shell, drills);
    let under_way = until.map(|until| UnderWay {
        what: match t {
            Lang::De => format!("Übung: Bis {until} führt keine Leitung nach draußen, außer für Notrufe."),
            Lang::En => format!("Drill: until {until} no line leads outside, except for calls for help."),
        },
        more: t.pick(
            "Jetzt im Haus anrufen, Gruppen rufen, verbinden: Es muss alles gehen. Ein Notruf geht hinaus und beendet die Übung.",
            "Now call inside the house, call groups, transfer: all of it has to work. A call for help goes out and ends the drill.",
        ),
        ..so_far(shell.now, drills)
    });
    let title = t.pick("Übung ohne Leitungen", "Drill without lines");
    let form = match &under_way {
        Some(_) => Form::new("", "/lines/drill/stop", t.pick("Übung beenden", "End the drill")),
        None => Form::new(title, "/lines/drill", t.pick("Übung beginnen", "Begin the drill"))
            .lead(t.pick(
                "Für einige Minuten gelten die Leitungen als verloren, damit Sie sehen, was dann noch geht. Abgemeldet wird nichts, niemand wird \
                 getrennt, und Notrufe gehen hinaus wie immer.",
                "For some minutes the lines count as lost, so that you see what works without them. Nothing is unregistered, nobody is cut \
                 off, and calls for help go out as ever.",
            ))
            .refused(refused.map(|why| t.say(why).to_owned()))
            .field(Field::choice("minutes", t.pick("Dauer", "Length"), minutes(t)).value("5")),
    };
    let columns = [
        Column::new("", t.pick("Übung", "Drill")),
        Column::new("", t.pick("Ergebnis", "Result")),
        Column::new("", t.pick("Im Haus", "Inside")).end(),
        Column::new("", t.pick("Nach draußen abgelehnt", "Refused to the outside")).end(),
    ];
    let mut table = Table::plain(t, t.pick("Übungen bisher", "Drills so far"), columns);
    for drill in &drills.records {
        let (tone, word) = drill.judged(t);
        table.row([
            named(shell, "drills", &drill.began),
            Cell::mark(tone, word),
            Cell::count(usize::try_from(drill.calls_inside).unwrap_or(usize::MAX)),
            Cell::count(usize::try_from(drill.refused_out).unwrap_or(usize::MAX)),
        ]);
    }
    let records = (!table.is_empty()).then(|| table.done());
    Part { under_way, form: Some(form).filter(|_| may), records }
}

fn minutes(t: Lang) -> impl Iterator<Item = (String, String)> {
    [1, 5, 15, 30, 60].into_iter().map(move |minutes| {
        let words = match (t, minutes) {
            (Lang::De, 1) => "1 Minute".to_owned(),
            (Lang::De, minutes) => format!("{minutes} Minuten"),
            (Lang::En, 1) => "1 minute".to_owned(),
            (Lang::En, minutes) => format!("{minutes} minutes"),
        };
        (minutes.to_string(), words)
    })
}

pub(super) fn of_test(shell: &Shell, tests: &Trials<Test>, may: bool, refused: Option<&Sentence>) -> Part {
    let t = shell.t;
    let under_way = until(shell, tests).map(|_| UnderWay {
        what: t.pick("Der Anschluss wird gemessen.", "The access line is being tested.").to_owned(),
        more: t.pick(
            "Das dauert etwa zwanzig Sekunden; telefonieren Sie in dieser Zeit möglichst nicht nach draußen.",
            "This takes about twenty seconds; best make no calls to the outside meanwhile.",
        ),
        ..so_far(shell.now, tests)
    });
    let title = t.pick("Anschluss testen", "Test the access line");
    let form = match &under_way {
        Some(_) => Form::new("", "/lines/test/stop", t.pick("Test beenden", "End the test")),
        None => Form::new(title, "/lines/test", t.pick("Test beginnen", "Begin the test"))
            .lead(t.pick(
                "Wie schnell der Anbieter antwortet, und ob so viele Gespräche zugleich durchkommen: je 100 kbit/s in beide Richtungen, \
                 höchstens 0,1 % verloren, höchstens 200 ms. Angerufen wird die Echo-Nummer aus [trunk] echo.",
                "How fast the provider answers, and whether so many calls get through at once: 100 kbit/s each way for each, 0.1 % lost \
                 at most, 200 ms at most. The number called is the echo of [trunk] echo.",
            ))
            .refused(refused.map(|why| t.say(why).to_owned()))
            .field(
                Field::line("at_once", t.pick("Gespräche zugleich", "Calls at once"))
                    .value("2")
                    .hint(t.pick("1 bis 30, so viele wie Sie brauchen", "1 to 30, as many as you need")),
            ),
    };
    let columns = [
        Column::new("", t.pick("Test", "Test")),
        Column::new("", t.pick("Ergebnis", "Result")),
        Column::new("", t.pick("Gespräche zugleich", "Calls at once")).end(),
        Column::new("", t.pick("Antwort", "Answer")).end(),
    ];
    let mut table = Table::plain(t, t.pick("Tests bisher", "Tests so far"), columns);
    for test in &tests.records {
        let (tone, word) = test.judged(t);
        let more = test.says.first().map(|said| said.of(t).to_owned()).unwrap_or_default();
        table.row([
            named(shell, "tests", &test.began),
            Cell::Mark { tone, word: word.to_owned(), more },
            Cell::count(usize::try_from(test.calls).unwrap_or(usize::MAX)),
            test.latency_ms.map_or(Cell::None, |ms| Cell::text(format!("{ms:.0} ms"))),
        ]);
    }
    let records = (!table.is_empty()).then(|| table.done());
    Part { under_way, form: Some(form).filter(|_| may), records }
}

/// A record by its moment, which leads to its sheet.
fn named(shell: &Shell, of: &str, began: &str) -> Cell {
    let at = when::read(began).map(|at| when::local(shell.t, &shell.view.account.zone, at, shell.now));
    Cell::link(at.unwrap_or_else(|| began.to_owned()), "", format!("/lines/{of}/{began}"))
}

fn until<R>(shell: &Shell, trials: &Trials<R>) -> Option<String> {
    let until = trials.until.as_deref().and_then(when::read)?;
    Some(when::local(shell.t, &shell.view.account.zone, until, shell.now))
}

fn so_far<R>(now: SystemTime, trials: &Trials<R>) -> UnderWay {
    let [began, until] = [&trials.began, &trials.until].map(|at| at.as_deref().and_then(when::read));
    UnderWay::between(began.unwrap_or(now), until.unwrap_or(now), now)
}

#[derive(Deserialize)]
pub(super) struct Length {
    minutes: u16,
}

#[derive(Deserialize)]
pub(super) struct AtOnce {
    at_once: u16,
}

pub(super) async fn begin_drill(
    State(app): State<App>,
    shell: Shell,
    sent: Result<Sent<Length>, FormRejection>,
) -> Response {
    match sent {
        Ok(Sent(Length { minutes })) => {
            let begun = app.commands.drill(DrillAsk::Begin { minutes }).await;
            tried(&app, shell, Kind::Drill, begun).await
        }
        Err(rejected) => form_broken(shell.t, &rejected),
    }
}

pub(super) async fn stop_drill(State(app): State<App>, shell: Shell) -> Response {
    let stopped = app.commands.drill(DrillAsk::Stop).await;
    tried(&app, shell, Kind::Drill, stopped).await
}

pub(super) async fn begin_test(
    State(app): State<App>,
    shell: Shell,
    sent: Result<Sent<AtOnce>, FormRejection>,
) -> Response {
    match sent {
        Ok(Sent(AtOnce { at_once: calls })) => {
            let begun = app.commands.line_test(LineTestAsk::Begin { calls }).await;
            tried(&app, shell, Kind::Test, begun).await
        }
        Err(rejected) => form_broken(shell.t, &rejected),
    }
}

pub(super) async fn stop_test(State(app): State<App>, shell: Shell) -> Response {
    let stopped = app.commands.line_test(LineTestAsk::Stop).await;
    tried(&app, shell, Kind::Test, stopped).await
}

async fn tried(app: &App, shell: Shell, kind: Kind, done: Result<Value, Sentence>) -> Response {
    match done {
        Ok(_) => go("/lines"),
        Err(why) => shown(app, shell, Some((kind, why))).await,
    }
}
