//! A capture of the signalling: begun here, with how far it is, an end, and a file for Wireshark.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use super::{broken, read, tabs};
use crate::diagnostics::DiagnosticAsk;
use crate::door_pages::{form_broken, go};
use crate::parts::{Cell, Facts, Field, Form, Mode, Page, UnderWay, kept_current};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::Sentence;
use crate::when;
use crate::words::Lang;

/// What the daemon told.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    capture: Option<Capture>,
}

/// A capture, under way or over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Capture {
    began: String,
    until: String,
    ended: Option<String>,
    messages: usize,
    bytes: usize,
}

/// `GET /diagnostics/capture`.
pub(super) async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(&app, shell, None).await
}

async fn shown(app: &App, shell: Shell, refused: Option<Sentence>) -> Response {
    let t = shell.t;
    let told = match app.commands.diagnose(DiagnosticAsk::Capture).await {
        Ok(told) => read::<Told>(told),
        Err(why) => return broken(shell, &why),
    };
    let (under_way, over) = match told.capture {
        Some(capture) if capture.ended.is_none() => (Some(so_far(&shell, &capture)), None),
        over => (None, over),
    };
    let busy = under_way.is_some();
    let form = if busy {
        Form::new("", "/diagnostics/capture/stop", t.pick("Beenden", "End it"))
    } else {
        wanted(t)
    };
    let form = form.refused(refused.as_ref().map(|why| t.say(why).to_owned()));
    let facts = over.as_ref().map(|over| facts(&shell, over));
    let forget = over.map(|_| {
        Form::new("", "/diagnostics/capture/forget", t.pick("Mitschnitt verwerfen", "Throw the capture away"))
    });
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let tabs = tabs(&shell);
    let page = Page::new(shell).mode(Mode::Local).status(status).with(tabs);
    let page = page.with_some(under_way).with_some(facts).with_some(forget).with(form);
    kept_current(page.answer(), busy)
}

fn so_far(shell: &Shell, capture: &Capture) -> UnderWay {
    let t = shell.t;
    let at = |text: &str| when::read(text).unwrap_or(shell.now);
    let (count, size) = (capture.messages, size(capture.bytes));
    let what = match t {
        Lang::De => format!("Es wird mitgeschnitten: {count} Nachrichten bisher, {size}."),
        Lang::En => format!("Capturing: {count} messages so far, {size}."),
    };
    let more = t.pick(
        "Jetzt nachstellen, was nicht geht. Der Mitschnitt endet von selbst.",
        "Now do again what does not work. The capture ends by itself.",
    );
    UnderWay { what, more, ..UnderWay::between(at(&capture.began), at(&capture.until), shell.now) }
}

fn facts(shell: &Shell, over: &Capture) -> Facts {
    let t = shell.t;
    let why = match over.ended.as_deref() {
        Some("full") => t.pick("voll: mehr hält die Box nicht fest", "full: the box holds no more"),
        Some("stopped") => t.pick("beendet", "ended"),
        _ => t.pick("nach der gewählten Zeit", "after the time chosen"),
    };
    let began = when::read(&over.began).map(|at| when::local(t, &shell.view.account.zone, at, shell.now));
    Facts::new(t.pick("Der letzte Mitschnitt", "The last capture"))
        .fact(t.pick("Begann", "Began"), Cell::text(began.unwrap_or_default()))
        .fact(t.pick("Endete", "Ended"), Cell::text(why))
        .fact(t.pick("Nachrichten", "Messages"), Cell::count(over.messages))
        .fact(
            t.pick("Datei", "File"),
            Cell::link(
                t.pick("Laden", "Download"),
                format!("capture.pcapng, {}", size(over.bytes)),
                "/diagnostics/capture.pcapng",
            ),
        )
}

fn wanted(t: Lang) -> Form {
    let minutes = |minutes: u16| {
        let words = match minutes {
            1 => t.pick("1 Minute", "1 minute").to_owned(),
            _ => format!("{minutes} {}", t.pick("Minuten", "minutes")),
        };
        ((minutes * 60).to_string(), words)
    };
    Form::new(
        t.pick("Mitschneiden", "Capture"),
        "/diagnostics/capture",
        t.pick("Mitschnitt beginnen", "Begin the capture"),
    )
    .lead(t.pick(
        "Alles, was Telefone, Leitungen und die Box einander sagen, als Datei für Wireshark. Nummern und Namen stehen darin, \
         Passwörter und Schlüssel nicht, Sprache nie. Es bleibt im Speicher, höchstens 8 MiB, und ist eine Stunde danach fort.",
        "Everything phones, lines and the box say to each other, as a file for Wireshark. It holds numbers and names, no passwords \
         and keys, and never voice. It stays in memory, 8 MiB at most, and is gone an hour later.",
    ))
    .field(Field::choice("seconds", t.pick("Wie lange", "How long"), [1, 5, 10].map(minutes)))
}

fn size(bytes: usize) -> String {
    format!("{} KiB", bytes.div_ceil(1024))
}

#[derive(Deserialize)]
pub(super) struct Length {
    seconds: u16,
}

pub(super) async fn begin(
    State(app): State<App>,
    shell: Shell,
    sent: Result<Sent<Length>, FormRejection>,
) -> Response {
    match sent {
        Ok(Sent(Length { seconds })) => done(&app, shell, DiagnosticAsk::Begin { seconds }).await,
        Err(rejected) => form_broken(shell.t, &rejected),
    }
}

pub(super) async fn stop(State(app): State<App>, shell: Shell) -> Response {
    done(&app, shell, DiagnosticAsk::End).await
}

pub(super) async fn forget(State(app): State<App>, shell: Shell) -> Response {
    done(&app, shell, DiagnosticAsk::Forget).await
}

async fn done(app: &App, shell: Shell, ask: DiagnosticAsk) -> Response {
    let done: Result<Value, Sentence> = app.commands.diagnose(ask).await;
    match done {
        Ok(_) => go("/diagnostics/capture"),
        Err(why) => shown(app, shell, Some(why)).await,
    }
}
