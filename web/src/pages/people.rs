//! Many people at once: a staff list comes in, is looked over cell by cell, and leaves once all of it is right.
//!
//! ```text
//!   bring (file, Entra ID, Google) ──> review (wrong cells) ── all right ──> handed over ──> who has arrived
//! ```

mod bring;
mod known;
mod review;
mod say;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::users::tabs;
use crate::charter::{Doors, May};
use crate::commands::{FILE, MirrorAsk};
use crate::door_pages::go;
use crate::parts::{Mode, Note, Page, Tone};
use crate::people::PeopleAsk;
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;
use known::People;

/// Where all of it is.
const HERE: &str = "/users/import";
/// Corrections of one page with room to spare, bytes.
const CORRECTIONS: usize = 256 << 10;

pub(crate) fn doors() -> Doors {
    let checked = ["Personalliste geprüft", "Checked a staff list"];
    let corrected = ["Personalliste berichtigt", "Corrected a staff list"];
    let handed = ["Personalliste übergeben", "Handed a staff list over"];
    let forgot = ["Personalliste vergessen", "Forgot a staff list"];
    let hand_off = |State(app): State<App>, shell: Shell| done(app, shell, PeopleAsk::HandOff);
    let forget = |State(app): State<App>, shell: Shell| done(app, shell, PeopleAsk::Forget);
    let files = Doors::default().act("/users/import/file", May::Set, checked, bring::file).bodies(FILE);
    let cells = Doors::default().act("/users/import/correct", May::Set, corrected, review::correct);
    Doors::default()
        .see(HERE, May::Set, page)
        .act("/users/import/hand-off", May::Set, handed, hand_off)
        .act("/users/import/forget", May::Set, forgot, forget)
        .merge(files)
        .merge(cells.bodies(CORRECTIONS))
}

/// What takes as long as a directory takes.
pub(crate) fn orders() -> Doors {
    let deed = ["Personalliste aus einem Verzeichnis geholt", "Fetched a staff list from a directory"];
    Doors::default().act("/users/import/entra", May::Set, deed, bring::entra).act(
        "/users/import/google",
        May::Set,
        deed,
        bring::google,
    )
}

/// `GET /users/import`.
async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(&app, shell, None).await
}

/// Asks, and comes back to the page; what was refused stands on top of it.
async fn done(app: App, shell: Shell, ask: PeopleAsk) -> Response {
    match app.commands.mirror(MirrorAsk::People(ask)).await {
        Ok(_) => go(HERE),
        Err(reason) => {
            let what = say::refused(shell.t, &reason);
            shown(&app, shell, Some(what)).await
        }
    }
}

async fn shown(app: &App, shell: Shell, refused: Option<String>) -> Response {
    let t = shell.t;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let told = app.commands.mirror(MirrorAsk::People(PeopleAsk::Show)).await;
    let told = told.and_then(|told| serde_json::from_value(told).map_err(|fault| fault.to_string()));
    let people: People = told.unwrap_or_default();
    let note = refused.map(|what| refusal(t, what));
    let review = (!people.rows.is_empty()).then(|| review::part(&shell, &people));
    let handed = (!people.waiting.is_empty()).then(|| review::handed(t, &people));
    let forms = people.rows.is_empty().then(|| bring::forms(t));
    let cloud = shell.view.account.link("teamUrl").map(str::to_owned);
    let lead = t.pick(
        "Eine Personalliste wird Zelle für Zelle geprüft. Erst wenn alles stimmt, geht sie hinaus.",
        "A staff list is checked cell by cell. Nothing leaves before all of it is right.",
    );
    let page = Page::below(shell, t.pick("Viele auf einmal", "Many at once"), lead);
    let page = page.status(status).mode(Mode::Local).mode(Mode::Linked).in_cloud(cloud.as_deref());
    let page = page.with(tabs(t, HERE)).with_some(note).with_some(review).with_some(handed);
    forms.into_iter().flatten().fold(page, Page::with).answer()
}

fn refusal(t: Lang, what: String) -> Note {
    let more = t.pick("Nichts wurde übernommen.", "Nothing was taken over.").to_owned();
    Note { tone: Tone::Bad, kind: t.failed_title().to_owned(), what, more, link: None }
}
