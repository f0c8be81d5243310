//! Programs that are told of calls: which, how that went, one more, and a try.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::Time;
use crate::charter::{Doors, May};
use crate::door_pages::{form_broken, go};
use crate::parts::{Cell, Column, Empty, Field, Form, Mode, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::Sentence;
use crate::webhooks::{ADDED, REMOVED, TESTED, WebhookAsk};
use crate::when;
use crate::words::Lang;

pub(crate) fn doors() -> Doors {
    Doors::default()
        .see("/webhooks", May::Rule, page)
        .act("/webhooks", May::Rule, ADDED, add)
        .act("/webhooks/gone", May::Rule, REMOVED, gone)
        .act("/webhooks/test", May::Rule, TESTED, test)
}

/// What the daemon told.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    programs: Vec<Program>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Program {
    id: u64,
    address: String,
    inside: bool,
    lost: u64,
    results: Vec<Outcome>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Outcome {
    at: String,
    event: String,
    ok: bool,
    tries: u8,
    words: Words,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Words {
    de: String,
    en: String,
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(&app, shell, None).await
}

async fn shown(app: &App, shell: Shell, refused: Option<(Wanted, Sentence)>) -> Response {
    let t = shell.t;
    let told: Told = match app.commands.webhook(WebhookAsk::Shown).await {
        Ok(told) => serde_json::from_value(told).unwrap_or_default(),
        Err(why) => {
            let empty = Empty::new("", t.say(&why), "");
            return Page::new(shell).mode(Mode::Local).with(empty).answer();
        }
    };
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let (programs, results, form) = (programs(t, &told), results(&shell, &told), wanted(t, refused));
    let page = Page::new(shell).mode(Mode::Local).status(status);
    page.with_some(programs).with_some(results).with(form).answer()
}

fn programs(t: Lang, told: &Told) -> Option<Table> {
    let columns = [
        Column::new("", t.pick("Programm", "Program")),
        Column::new("", t.pick("Wie es geht", "How it goes")),
        Column::new("", t.pick("Ausprobieren", "Try it")),
        Column::new("", t.pick("Entfernen", "Remove")),
    ];
    let mut table = Table::plain(t, t.pick("Benachrichtigt werden", "Told are"), columns);
    for program in &told.programs {
        let place = if program.inside {
            t.pick("im eigenen Netz", "in the own network")
        } else {
            t.pick("im Internet", "on the internet")
        };
        let button = |action: &str, words| Cell::Button {
            action: action.to_owned(),
            id: program.id.to_string(),
            words,
            about: program.address.clone(),
        };
        table.row([
            Cell::name(&program.address, place),
            health(t, program),
            button("/webhooks/test", t.pick("Probe senden", "Send a test")),
            button("/webhooks/gone", t.pick("Entfernen", "Remove")),
        ]);
    }
    (!table.is_empty()).then(|| table.done())
}

/// How the last telling went, and what was lost.
fn health(t: Lang, program: &Program) -> Cell {
    let (tone, word) = match program.results.first() {
        None => (Tone::Calm, t.pick("noch nichts gesendet", "nothing sent yet")),
        Some(last) if last.ok => (Tone::Good, t.pick("nimmt an", "takes it")),
        Some(_) => (Tone::Bad, t.pick("nimmt nicht an", "does not take it")),
    };
    let lost = program.lost;
    let more = match t {
        _ if lost == 0 => String::new(),
        Lang::De => format!("{lost} verworfen, weil zu viele warteten"),
        Lang::En => format!("{lost} dropped because too many waited"),
    };
    Cell::Mark { tone, word: word.to_owned(), more }
}

fn results(shell: &Shell, told: &Told) -> Option<Table> {
    let t = shell.t;
    let columns = [
        Column::new("", t.pick("Wann", "When")),
        Column::new("", t.pick("Was", "What")),
        Column::new("", t.pick("Ergebnis", "Result")),
        Column::new("", t.pick("Programm", "Program")),
    ];
    let mut table = Table::plain(t, t.pick("Die letzten Benachrichtigungen", "What was told last"), columns);
    for program in &told.programs {
        for one in &program.results {
            let at = when::read(&one.at).unwrap_or(shell.now);
            let shown = when::local(t, &shell.view.account.zone, at, shell.now);
            let tone = if one.ok { Tone::Good } else { Tone::Bad };
            let more = if one.tries > 1 { t.pick("zweiter Versuch", "second try") } else { "" };
            let words = if t == Lang::De { &one.words.de } else { &one.words.en };
            table.row([
                Cell::Moment { at, shown: Time::fixed(at, shown) },
                Cell::Code(one.event.clone()),
                Cell::Mark { tone, word: words.clone(), more: more.to_owned() },
                Cell::text(&program.address),
            ]);
        }
    }
    (!table.is_empty()).then(|| table.done())
}

fn wanted(t: Lang, refused: Option<(Wanted, Sentence)>) -> Form {
    let (typed, why) = refused.unzip();
    let typed = typed.unwrap_or_default();
    Form::new(t.pick("Ein Programm benachrichtigen", "Tell a program"), "/webhooks", t.pick("Hinzufügen", "Add"))
        .lead(t.pick(
            "Beginn, Annahme und Ende jedes Gesprächs, wie sipgate.io sie sendet (newCall, answer, hangup), mit Nummern und Namen. \
             Kein Gespräch wartet darauf; was das Programm antwortet, ändert nichts.",
            "The beginning, answer and end of every call as sipgate.io sends them (newCall, answer, hangup), with numbers and names. \
             No call waits for it; what the program answers changes nothing.",
        ))
        .refused(why.map(|why| t.say(&why).to_owned()))
        .field(Field::line("url", t.pick("Adresse", "Address")).value(typed.url).hint("https://crm.example/calls"))
        .field(
            Field::tick("inside", t.pick("Es steht in unserem eigenen Netz", "It stands in our own network"))
                .value(typed.inside.unwrap_or_default()),
        )
}

#[derive(Default, Deserialize)]
struct Wanted {
    url: String,
    inside: Option<String>,
}

#[derive(Deserialize)]
struct Which {
    id: u64,
}

async fn add(State(app): State<App>, shell: Shell, sent: Result<Sent<Wanted>, FormRejection>) -> Response {
    let Sent(wanted) = match sent {
        Ok(sent) => sent,
        Err(rejected) => return form_broken(shell.t, &rejected),
    };
    let inside = wanted.inside.as_deref() == Some("yes");
    match app.commands.webhook(WebhookAsk::Add { url: wanted.url.clone(), inside }).await {
        Ok(_) => go("/webhooks"),
        Err(why) => shown(&app, shell, Some((wanted, why))).await,
    }
}

async fn gone(State(app): State<App>, shell: Shell, sent: Result<Sent<Which>, FormRejection>) -> Response {
    match sent {
        Ok(Sent(Which { id })) => done(&app, shell, WebhookAsk::Remove { id }).await,
        Err(rejected) => form_broken(shell.t, &rejected),
    }
}

async fn test(State(app): State<App>, shell: Shell, sent: Result<Sent<Which>, FormRejection>) -> Response {
    match sent {
        Ok(Sent(Which { id })) => done(&app, shell, WebhookAsk::Test { id }).await,
        Err(rejected) => form_broken(shell.t, &rejected),
    }
}

async fn done(app: &App, shell: Shell, ask: WebhookAsk) -> Response {
    match app.commands.webhook(ask).await {
        Ok(_) => go("/webhooks"),
        Err(why) => shown(app, shell, Some((Wanted::default(), why))).await,
    }
}
