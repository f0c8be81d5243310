//! How old the copy of the account is, and what the box may do in it.

mod rights;

use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Time;
use crate::charter::{Doors, May};
use crate::commands::MirrorAsk;
use crate::door_pages::go;
use crate::parts::{Cell, Column, Form, Page, Row, Table, Tabs, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::account::{KindNow, KindState};
use crate::words::Lang;

pub(crate) fn doors() -> Doors {
    Doors::default().see("/mirror", May::See, page).see("/mirror/rights", May::See, rights::page).act(
        "/mirror/sync",
        May::Set,
        ["Konto abgeglichen", "Synced the account"],
        sync,
    )
}

/// The sides of the same place.
fn tabs(t: Lang, here: &str) -> Tabs {
    Tabs::new(t.mirror()).tab("/mirror", t.pick("Kopie", "Copy"), here == "/mirror").tab(
        "/mirror/rights",
        t.pick("Rechte", "Rights"),
        here == "/mirror/rights",
    )
}

/// `GET /mirror`.
async fn page(shell: Shell) -> Response {
    shown(shell, None)
}

/// `POST /mirror/sync`: begins, and the page shows how far it is.
async fn sync(State(app): State<App>, shell: Shell) -> Response {
    match app.commands.mirror(MirrorAsk::Hurry).await {
        Ok(_) => go("/mirror"),
        Err(reason) => shown(shell, Some(reason)),
    }
}

fn shown(shell: Shell, refused: Option<String>) -> Response {
    let (t, now, view) = (shell.t, shell.now, Arc::clone(&shell.view));
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let part = super::MirrorPart { t, mirror: &view.mirror };
    let title = t.pick("Teile der Kopie", "Parts of the copy");
    let mut table = Table::new(&shell, title, columns(t)).or_else(t.not_mirrored());
    view.kinds.iter().for_each(|kind| table.live(row(t, now, kind)));
    let order = shell.who.may(May::Set).then(|| {
        Form::new("", "/mirror/sync", t.pick("Jetzt abgleichen", "Sync now"))
            .lead(t.pick(
                "Die Box gleicht von selbst ab; was man ständig braucht, ist höchstens eine Minute alt.",
                "The box syncs by itself; what is needed all the time is at most a minute old.",
            ))
            .refused(refused)
    });
    let page = Page::new(shell).mirrored().status(status);
    page.with(tabs(t, "/mirror")).with(part).with_some(order).with(table.done()).answer()
}

/// Columns of the parts of the copy.
pub(crate) fn columns(t: Lang) -> [Column; 4] {
    [
        Column::new("kind", t.pick("Was", "What")),
        Column::new("count", t.pick("Anzahl", "Count")).narrow(),
        Column::new("state", t.state()),
        Column::new("age", t.pick("Alter", "Age")).end(),
    ]
}

/// One part of the copy; the live stream keeps it current.
pub(crate) fn row(t: Lang, now: SystemTime, kind: &KindNow) -> Row {
    let (tone, word) = match kind.state {
        KindState::Complete => (Tone::Good, t.pick("vollständig", "complete")),
        KindState::Absent => (Tone::Calm, t.pick("hat dieses Konto nicht", "not in this account")),
        KindState::Failed => (Tone::Warn, t.pick("letzte Frage schlug fehl", "last question failed")),
        KindState::Never => (Tone::Calm, t.pick("noch nicht gefragt", "not asked yet")),
    };
    let age = kind.at.map_or(Cell::None, |at| Cell::Moment { at, shown: Time::lasting(t, at, now) });
    let cells =
        vec![Cell::name(t.kind(&kind.name), ""), Cell::count(kind.count), Cell::mark(tone, word), age];
    Row { id: format!("kind-{}", kind.name), cells }
}
