//! What the forms of the steps do.

use std::time::Duration;

use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form as Sent, Path, State};
use axum::response::Response;
use serde::Deserialize;
use tokio::time::timeout;

use super::shown;
use super::steps::{address, read};
use crate::commands::MirrorAsk;
use crate::door::Who;
use crate::door_pages::{form_broken, go, vault_failed};
use crate::linking::CloudToken;
use crate::pages::locations::site;
use crate::pages::not_found;
use crate::parts::{Note, Tone};
use crate::places::name;
use crate::routes::App;
use crate::shell::Shell;
use crate::vault::{Step, VaultFailed};

/// An ordinary account is read within this; a large one is read on while the page says so.
const READING: Duration = Duration::from_secs(10);
/// What was read stands on the page within this.
const SHOWING: Duration = Duration::from_secs(2);

/// `POST /start/{step}/{choice}`: `confirm` or `skip`.
pub(super) async fn choose(
    State(app): State<App>,
    shell: Shell,
    Path((step, choice)): Path<(String, String)>,
) -> Response {
    let Some(step) = read(&step) else { return not_found(shell.t) };
    let said = match choice.as_str() {
        // What the house can tell by itself nobody has to say.
        "confirm" if matches!(step, Step::Network | Step::Fax) => app.door.confirm_step(step).await,
        "skip" => app.door.skip_step(step).await,
        _ => return not_found(shell.t),
    };
    onward(&shell, step, said)
}

/// On to the step after this one.
fn onward(shell: &Shell, step: Step, said: Result<(), VaultFailed>) -> Response {
    let next = Step::ALL.into_iter().find(|it| *it > step).unwrap_or(step);
    match said {
        Ok(()) => go(&address(next)),
        Err(failed) => vault_failed(shell.t, &failed),
    }
}

#[derive(Deserialize)]
pub(super) struct Link {
    id: String,
    token: String,
}

/// `POST /start/link-account`.
pub(super) async fn link(
    State(app): State<App>,
    shell: Shell,
    sent: Result<Sent<Link>, FormRejection>,
) -> Response {
    let Link { id, token } = match sent {
        Ok(Sent(link)) => link,
        Err(rejected) => return form_broken(shell.t, &rejected),
    };
    let ask = MirrorAsk::Link { id, token: CloudToken::new(token) };
    if let Err(reason) = app.commands.mirror(ask).await {
        return shown(&app, shell, Step::Account, wrong(reason)).await;
    }
    match timeout(READING, app.commands.sync()).await {
        Ok(Err(reason)) => return shown(&app, shell, Step::Account, wrong(reason)).await,
        Ok(Ok(_)) => {
            let mut view = app.view.clone();
            let read = view.wait_for(|view| view.mirror.fetched.is_some());
            // If the page lags behind, it says so itself.
            let _ = timeout(SHOWING, read).await;
        }
        Err(_) => {}
    }
    go(&address(Step::Account))
}

/// `POST /start/log-in`: the way to the cloud is a link, since no form of ours leads to another site.
pub(super) async fn log_in(State(app): State<App>, shell: Shell) -> Response {
    let t = shell.t;
    let note = match app.commands.mirror(MirrorAsk::Login).await {
        Err(reason) => wrong(reason),
        Ok(answer) => {
            let address = answer.get("address").and_then(|it| it.as_str()).unwrap_or_default().to_owned();
            let words = t.pick("Bei der Cloud anmelden", "Log in at the cloud").to_owned();
            let what = t.pick(
                "Die Anmeldeseite der Cloud wartet zehn Minuten.",
                "The cloud's own page waits for ten minutes.",
            );
            let is_web = address.starts_with("https://") || address.starts_with("http://");
            Some(Note {
                tone: Tone::Calm,
                kind: String::new(),
                what: what.to_owned(),
                more: String::new(),
                link: is_web.then_some((address, words)),
            })
        }
    };
    shown(&app, shell, Step::Account, note).await
}

#[derive(Deserialize)]
pub(super) struct Chosen {
    site: u32,
}

/// `POST /start/assume-site`.
pub(super) async fn assume(
    State(app): State<App>,
    shell: Shell,
    who: Option<Extension<Who>>,
    sent: Result<Sent<Chosen>, FormRejection>,
) -> Response {
    let site = match sent {
        Ok(Sent(chosen)) => chosen.site,
        Err(rejected) => return form_broken(shell.t, &rejected),
    };
    if let Err(note) = site::assume(&app, shell.t, site, name(who)).await {
        return shown(&app, shell, Step::Place, Some(note)).await;
    }
    let said = app.door.confirm_step(Step::Place).await;
    onward(&shell, Step::Place, said)
}

/// `POST /start/hand-over`.
pub(super) async fn hand_over(State(app): State<App>, shell: Shell) -> Response {
    match app.door.hand_over().await {
        Ok(()) => go("/start/sheet"),
        Err(failed) => vault_failed(shell.t, &failed),
    }
}

fn wrong(reason: String) -> Option<Note> {
    Some(Note { tone: Tone::Bad, kind: String::new(), what: reason, more: String::new(), link: None })
}
