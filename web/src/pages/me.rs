//! One's own telephone: what rings, what becomes of a call, and one's own past calls.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::names::{Names, joined};
use super::{routing, talk};
use crate::charter::{Doors, May};
use crate::parts::{Empty, Facts, Mode, Page};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::account::User;
use crate::view::past::{Event, Witness};
use crate::words::Lang;

pub(crate) fn doors() -> Doors {
    Doors::default().see("/me", May::Everybody, page).see("/me/calls/{id}", May::Everybody, call)
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let account = &view.account;
    let Some(user) = shell.who.user.as_deref().and_then(|id| account.user(id)) else {
        return Page::new(shell).with(nobody(t)).answer();
    };
    let names = Names::of(t, account);
    let facts = Facts::new("")
        .fact(t.extension(), joined(&user.extensions))
        .fact(t.numbers(), joined(&user.numbers))
        .fact(t.pick("Standort für Notrufe", "Emergency location"), names.location(user.location.as_deref()));
    let past = app.commands.past(Witness::House, shell.wish.before).await.ok().map(|mut past| {
        past.events.retain(|event| is_own(user, event));
        talk::history(&shell, account, past, talk::Side::Own)
    });
    let page = Page::new(shell).mirrored().mode(Mode::Local);
    page.with(routing::diagram(t, &view, user)).with(facts).with_some(past).answer()
}

/// `GET /me/calls/{id}`: one of one's own calls; those of others are not there.
async fn call(State(app): State<App>, Path(id): Path<String>, shell: Shell) -> Response {
    let view = Arc::clone(&shell.view);
    let user = shell.who.user.as_deref().and_then(|id| view.account.user(id));
    talk::one_of(&app, shell, &id, |event| user.is_some_and(|user| is_own(user, event))).await
}

fn is_own(user: &User, event: &Event) -> bool {
    let mine = |number: &String| *number == event.from.number || *number == event.to.number;
    user.extensions.iter().chain(&user.numbers).any(mine)
}

/// What is said to an account that is no person.
pub(super) fn nobody(t: Lang) -> Empty {
    Empty::new(
        "",
        t.pick(
            "Dieser Zugang gehört zu keiner Person des Kontos.",
            "This account belongs to no person of the cloud account.",
        ),
        t.pick(
            "Wer die Box verwaltet, ordnet ihn unter Sicherheit, Zugänge zu.",
            "Whoever administers the box assigns it under Security, Accounts.",
        ),
    )
}
