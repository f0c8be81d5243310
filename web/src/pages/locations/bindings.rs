//! What tells a place: every binding, a new one, and the whole table out and in again.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::known::{Known, ask};
use super::{say, tabs, unknown};
use crate::parts::{Mode, Note, Page};
use crate::places::LocationsAsk;
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;

/// Bindings on one page; all of them leave as a table.
const SHOWN: usize = 200;

/// The table with a button in each row, and the forms.
#[derive(Template)]
#[template(path = "parts/bindings.html")]
struct Bindings<'a> {
    t: Lang,
    revision: u64,
    all: usize,
    rows: Vec<Row<'a>>,
    signs: Vec<(&'static str, &'static str)>,
    places: Vec<(u32, &'a str)>,
    words: &'a str,
}

struct Row<'a> {
    kind: &'a str,
    sign: &'static str,
    key: &'a str,
    path: &'a str,
}

/// `GET /locations/bindings`.
pub(super) async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(&app, shell, StatusCode::OK, None).await
}

/// The page, perhaps with what went wrong on top.
pub(super) async fn shown(app: &App, shell: Shell, status: StatusCode, wrong: Option<Note>) -> Response {
    let known: Known = match ask(app, LocationsAsk::All).await {
        Ok(known) => known,
        Err(why) => return unknown(shell, &why),
    };
    let (t, words) = (shell.t, shell.wish.words.clone());
    let wanted = words.to_lowercase();
    let says = |text: &str| text.to_lowercase().contains(&wanted);
    let rows = known.bindings.iter().filter_map(|binding| {
        let path = known.place(binding.place).map(|place| place.path.as_str()).unwrap_or_default();
        let sign = say::sign(t, &binding.kind);
        (says(path) || says(&binding.key)).then(|| Row { kind: &binding.kind, sign, key: &binding.key, path })
    });
    let part = Bindings {
        t,
        revision: known.revision,
        all: known.bindings.len(),
        rows: rows.take(SHOWN).collect(),
        signs: say::SIGNS.map(|kind| (kind, say::sign(t, kind))).to_vec(),
        places: known.places.iter().map(|place| (place.id, place.path.as_str())).collect(),
        words: &words,
    };
    let lead = t.pick(
        "Woran die Box erkennt, wo ein Telefon steht. Das Genaueste gilt.",
        "How the box can tell where a phone stands. The most exact counts.",
    );
    let page = Page::below(shell, t.pick("Zuordnungen", "Bindings"), lead).status(status).mode(Mode::Local);
    page.with(tabs(t, "/locations/bindings")).with_some(wrong).with(part).answer()
}
