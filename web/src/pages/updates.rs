//! Which version runs, how a new one comes in, and how the box forgets everything.

mod feed;

use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::TryStreamExt as _;
use serde::Deserialize;

use super::Time;
use super::phone_system::local;
use crate::charter::{Doors, May};
use crate::door_pages::go;
use crate::parts::{Cell, Column, Facts, Field, Form, Mode, Note, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::updates::{DEED, FETCH, FORGET, FeedAsk, LOOK, SURE, Starts, Versions};
use crate::view::Sentence;
use crate::when;
use crate::words::Lang;

/// What a box of ours is updated with.
const FILE: &str = ".update";

pub(crate) fn doors() -> Doors {
    Doors::default().see("/updates", May::See, page)
}

/// They take as long as they take.
pub(crate) fn orders() -> Doors {
    Doors::default()
        .act("/updates", May::Set, DEED, take)
        .bodies(usize::MAX)
        .act("/updates/look", May::Set, LOOK, look)
        .act("/updates/fetch", May::Set, FETCH, fetch)
        .act("/updates/forget", May::Rule, FORGET, forget)
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(&app, shell, StatusCode::OK, None).await
}

async fn shown(app: &App, shell: Shell, status: StatusCode, refusal: Option<Refusal>) -> Response {
    let t = shell.t;
    let versions = match app.commands.versions().await {
        Ok(Some(versions)) => versions,
        Ok(None) => return elsewhere(shell),
        Err(reason) => return elsewhere_broken(shell, reason),
    };
    let (of_file, of_feed, of_reset) = match refusal {
        Some(Refusal::File(why)) => (Some(why), None, None),
        Some(Refusal::Feed(why)) => (None, Some(why), None),
        Some(Refusal::Reset(why)) => (None, None, Some(why)),
        None => (None, None, None),
    };
    let may = |may| shell.who.may(may);
    let form = may(May::Set).then(|| upload(t).refused(of_file));
    let reset = may(May::Rule).then(|| forgetting(t).refused(of_reset));
    let offered = feed::forms(&shell, &versions, of_feed);
    let (failed, facts, told) = (given_up(t, &versions), facts(&shell, &versions), told(&shell, &versions));
    let page = Page::new(shell).mode(Mode::Local).status(status);
    let page = offered.into_iter().fold(page.with_some(failed).with(facts), Page::with);
    page.with_some(form).with_some(told).with_some(reset).answer()
}

enum Refusal {
    File(String),
    Feed(String),
    Reset(String),
}

fn facts(shell: &Shell, versions: &Versions) -> Facts {
    let t = shell.t;
    let coming = versions.installing.as_ref().map(|coming| {
        let words = t.pick("wird geschrieben", "is being written");
        Cell::text(format!("{} {words}: {} %", coming.version, coming.percent))
    });
    let facts = Facts::new("").fact(t.pick("Es läuft", "Running"), Cell::Code(versions.running.clone()));
    let facts = match coming {
        Some(coming) => facts.fact(t.pick("Es kommt", "Coming"), coming),
        None => facts,
    };
    feed::facts(shell, versions, facts)
}

/// A moment as the box knows it, in seconds since 1970.
fn moment(shell: &Shell, seconds: u64) -> Cell {
    let at = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds.min(LAST));
    let shown = when::local(shell.t, &shell.view.account.zone, at, shell.now);
    Cell::Moment { at, shown: Time::fixed(at, shown) }
}

fn given_up(t: Lang, versions: &Versions) -> Option<Note> {
    let more = versions.failed.clone()?;
    Some(Note {
        tone: Tone::Warn,
        kind: t.pick("Aktualisierung", "Update").to_owned(),
        what: t
            .pick(
                "Die neue Version lief nicht; die Box ist zur alten zurückgekehrt.",
                "The new version did not run; the box went back to the old one.",
            )
            .to_owned(),
        more,
        link: None,
    })
}

fn upload(t: Lang) -> Form {
    let lead = t.pick(
        "Die Datei wird geprüft und neben die laufende Version geschrieben. Die Box startet neu, sobald niemand telefoniert; läuft die \
         neue Version nicht, kehrt sie von selbst zurück.",
        "The file is checked and written beside the running version. The box starts anew once nobody talks; if the new version does \
         not run, it goes back by itself.",
    );
    Form::new(t.pick("Neue Version", "New version"), "/updates", t.pick("Aktualisieren", "Update"))
        .lead(lead)
        .field(Field::tick(
            "night",
            t.pick("Erst nachts ab 3 Uhr neu starten", "Start anew at night only, from 3 o'clock"),
        ))
        .field(Field::file("file", t.pick("Datei", "File"), FILE))
}

fn forgetting(t: Lang) -> Form {
    let lead = t.pick(
        "Konto, Einstellungen, Anrufliste und Zugänge sind danach fort; die Version bleibt.",
        "Account, settings, calls and accounts of this page are gone afterwards; the version stays.",
    );
    let say = format!("{} {SURE}", t.pick("Zur Sicherheit eintippen:", "To be sure, type:"));
    Form::new(
        t.pick("Werkszustand", "Factory state"),
        "/updates/forget",
        t.pick("Alles vergessen", "Forget everything"),
    )
    .lead(lead)
    .field(Field::line("sure", say))
    .grave()
}

fn told(shell: &Shell, versions: &Versions) -> Option<Table> {
    let t = shell.t;
    if versions.told.is_empty() {
        return None;
    }
    let columns =
        [Column::new("at", t.pick("Wann", "When")).narrow(), Column::new("said", t.pick("Was", "What"))];
    let mut table = Table::plain(t, t.pick("Bisher", "So far"), columns);
    for one in &versions.told {
        table.row([moment(shell, one.at), Cell::text(&one.said)]);
    }
    Some(table.done())
}

/// The year 9999; a clock that was wrong says more.
const LAST: u64 = 253_402_300_799;

fn elsewhere(shell: Shell) -> Response {
    let t = shell.t;
    let note = local(
        t.pick(
            "Diese Box wurde nicht mit unserem Abbild bespielt: Neue Versionen kommen auf dem Weg, auf dem diese kam.",
            "This box was not flashed with our image: new versions come the way this one came.",
        ),
        t.pick(
            "Auf der bespielten Box steht hier, wie man eine neue Version einspielt.",
            "On the flashed box, this page takes new versions in.",
        ),
    );
    Page::new(shell).mode(Mode::Local).with(note).answer()
}

fn elsewhere_broken(shell: Shell, more: String) -> Response {
    let what =
        shell.t.pick("Der Bericht der Box ist nicht lesbar.", "The box's report cannot be read.").to_owned();
    let note = Note { tone: Tone::Warn, kind: String::new(), what, more, link: None };
    Page::new(shell).mode(Mode::Local).with(note).answer()
}

async fn take(State(app): State<App>, shell: Shell, mut form: Multipart) -> Response {
    let t = shell.t;
    let mut starts = Starts::Quiet;
    let taken = loop {
        match form.next_field().await {
            // It comes before the file, as the browser sends the fields in their order.
            Ok(Some(field)) if field.name() == Some("night") => starts = Starts::Night,
            Ok(Some(field)) if field.name() == Some("file") => {
                let pieces = field.map_err(|fault| fault.to_string());
                break app.commands.update(Box::pin(pieces), starts).await;
            }
            Ok(Some(_)) => {}
            Ok(None) => break Err(t.pick("Bitte eine Datei wählen.", "Choose a file.").to_owned()),
            Err(fault) => break Err(fault.to_string()),
        }
    };
    match taken {
        Ok(()) => go("/updates"),
        Err(why) => shown(&app, shell, StatusCode::CONFLICT, Some(Refusal::File(why))).await,
    }
}

async fn look(State(app): State<App>, shell: Shell) -> Response {
    let looked = app.commands.feed(FeedAsk::Look).await;
    asked(&app, shell, looked).await
}

#[derive(Deserialize)]
struct Wanted {
    tonight: Option<String>,
}

async fn fetch(State(app): State<App>, shell: Shell, wanted: axum::extract::Form<Wanted>) -> Response {
    let starts = if wanted.tonight.is_some() { Starts::Night } else { Starts::Quiet };
    let begun = app.commands.feed(FeedAsk::Fetch(starts)).await;
    asked(&app, shell, begun).await
}

async fn asked(app: &App, shell: Shell, ended: Result<(), Sentence>) -> Response {
    match ended {
        Ok(()) => go("/updates"),
        Err(why) => {
            let why = shell.t.say(&why).to_owned();
            shown(app, shell, StatusCode::CONFLICT, Some(Refusal::Feed(why))).await
        }
    }
}

#[derive(Deserialize)]
struct Sure {
    sure: String,
}

async fn forget(State(app): State<App>, shell: Shell, sure: axum::extract::Form<Sure>) -> Response {
    let t = shell.t;
    if sure.sure.trim() != SURE {
        let why = format!("{} {SURE}", t.pick("Bitte eintippen:", "Please type:"));
        return shown(&app, shell, StatusCode::BAD_REQUEST, Some(Refusal::Reset(why))).await;
    }
    match app.commands.forget_everything().await {
        Ok(()) => go("/updates"),
        Err(why) => shown(&app, shell, StatusCode::CONFLICT, Some(Refusal::Reset(why))).await,
    }
}
