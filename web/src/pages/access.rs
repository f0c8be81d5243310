//! One's own way in: the password, the second factor, the browsers that are signed in.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form as Sent, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::passkeys::{self, MakePasskey};
use super::{Time, second_factor};
use crate::charter::{Doors, May};
use crate::connection::Peer;
use crate::door::{Password, PasswordRefused, Visitor};
use crate::door_pages::{Refusal, address, form_broken, go, vault_failed};
use crate::parts::{Cell, Column, Facts, Field, Form, Mode, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::vault::{SessionKey, SessionRecord};
use crate::when;
use crate::words::Lang;

pub(crate) fn doors() -> Doors {
    Doors::default()
        .see("/access", May::Everybody, page)
        .act(
            "/access/password",
            May::Everybody,
            ["Eigenes Passwort geändert", "Changed their password"],
            password,
        )
        .act(
            "/access/sessions/end",
            May::Everybody,
            ["Eigenen Browser abgemeldet", "Signed a browser of theirs out"],
            end,
        )
        .see("/access/second-factor", May::Everybody, second_factor::page)
        .act(
            "/access/second-factor",
            May::Everybody,
            ["Zweiten Faktor eingeschaltet", "Switched the second factor on"],
            second_factor::on,
        )
        .act(
            "/access/second-factor/off",
            May::Everybody,
            ["Zweiten Faktor ausgeschaltet", "Switched the second factor off"],
            second_factor::off,
        )
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(&app, shell, None).await
}

async fn shown(app: &App, shell: Shell, refusal: Option<(StatusCode, String)>) -> Response {
    let (t, who) = (shell.t, shell.who.clone());
    let (account, sessions) =
        match (app.door.account(&who.account).await, app.door.sessions(Some(&who.account)).await) {
            (Ok(account), Ok(sessions)) => (account, sessions),
            (Err(failed), _) | (_, Err(failed)) => return vault_failed(t, &failed),
        };
    let second = account.as_ref().is_some_and(|account| account.second.is_some());
    let keys = account.as_ref().and_then(|account| passkeys::listed(&shell, account));
    let until = account.and_then(|account| account.until);
    let mark = match second {
        true => Cell::mark(Tone::Good, t.second_is_on()),
        false => Cell::mark(Tone::Warn, t.second_is_off()),
    };
    let words = if second { t.second_switch_off() } else { t.second_switch_on() };
    let facts = Facts::new("")
        .fact(t.account(), Cell::text(&who.account))
        .fact(t.pick("Rolle", "Role"), Cell::name(t.role(who.role), t.role_may(who.role)))
        .known(
            t.pick("Gilt bis", "Valid until"),
            until.map(|until| Cell::text(when::day(&shell.view.account.zone, until))),
        )
        .fact(t.pick("Zweiter Faktor", "Second factor"), mark)
        .fact(t.pick("Ändern", "Change"), Cell::link(words, "", "/access/second-factor"));
    let status = refusal.as_ref().map_or(StatusCode::OK, |(status, _)| *status);
    let table = sessions_table(&shell, "/access/sessions/end", &sessions, false);
    let password =
        Form::new(t.pick("Passwort ändern", "Change the password"), "/access/password", t.save_password())
            .refused(refusal.map(|(_, words)| words))
            .field(Field::password(
                "current",
                t.pick("Bisheriges Passwort", "Current password"),
                "current-password",
            ))
            .field(Field::password("password", t.new_password(), "new-password").hint(t.new_password_hint()))
            .field(Field::password("repeat", t.repeat_password(), "new-password"));
    let page = Page::new(shell).mode(Mode::Local).status(status);
    page.with(facts).with(table).with_some(keys).with(MakePasskey { t }).with(password).passkeys().answer()
}

/// Signed-in browsers, each with a button that ends it.
pub(super) fn sessions_table(
    shell: &Shell,
    action: &'static str,
    sessions: &[(SessionKey, SessionRecord)],
    whose: bool,
) -> Table {
    let (t, now, view) = (shell.t, shell.now, Arc::clone(&shell.view));
    let mut columns = vec![Column::new("", t.pick("Browser", "Browser"))];
    columns.extend(whose.then(|| Column::new("", t.account())));
    columns.extend([
        Column::new("", t.pick("Angemeldet", "Signed in")),
        Column::new("", t.pick("Zuletzt benutzt", "Last used")),
        Column::new("", t.to_do_about()),
    ]);
    let mut table = Table::plain(t, t.pick("Angemeldete Browser", "Signed-in browsers"), columns);
    for (key, session) in sessions {
        let here = shell.who.session() == Some(*key);
        let name = browser(t, &session.holder.agent);
        let more = if here { t.pick("dieser hier", "this one") } else { &session.holder.address };
        let opened = when::local(t, &view.account.zone, session.opened, now);
        let mut cells = vec![Cell::name(&name, more)];
        cells.extend(whose.then(|| Cell::text(&session.holder.account)));
        cells.extend([
            Cell::Moment { at: session.opened, shown: Time::fixed(session.opened, opened) },
            Cell::Moment { at: session.seen, shown: Time::lasting(t, session.seen, now) },
            Cell::Button {
                action: action.to_owned(),
                id: id(key),
                words: t.pick("Abmelden", "Sign out"),
                about: format!("{name}, {more}"),
            },
        ]);
        table.row(cells);
    }
    table.done()
}

/// `Firefox, Linux`: of what browsers call themselves, what people recognise.
pub(super) fn browser(t: Lang, agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    let name = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (name, system) {
        (Some(name), Some(system)) => format!("{name}, {system}"),
        (Some(name), None) => name.to_owned(),
        _ => t.pick("Unbekannter Browser", "Unknown browser").to_owned(),
    }
}

/// By which a session is named on the page: the beginning of its digest.
pub(super) fn id(key: &SessionKey) -> String {
    key.0.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Deserialize)]
struct NewPassword {
    current: Password,
    password: Password,
    repeat: Password,
}

async fn password(
    State(app): State<App>,
    shell: Shell,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    sent: Result<Sent<NewPassword>, FormRejection>,
) -> Response {
    let t = shell.t;
    let sent = match sent {
        Ok(Sent(sent)) => sent,
        Err(rejected) => return form_broken(t, &rejected),
    };
    let from = Visitor::new(address(peer), &headers);
    let changed =
        app.door.change_password(&shell.who, &from, sent.current, (sent.password, sent.repeat)).await;
    let refused = match changed {
        Ok(()) => return go("/access"),
        Err(PasswordRefused::Wrong) => {
            let words = t.pick("Das bisherige Passwort stimmt nicht.", "The current password is wrong.");
            (StatusCode::FORBIDDEN, words.to_owned())
        }
        Err(PasswordRefused::New(refused)) => {
            let Refusal { status, words, .. } = Refusal::of_set_up(t, &refused);
            (status, words)
        }
    };
    shown(&app, shell, Some(refused)).await
}

#[derive(Deserialize)]
pub(super) struct Which {
    pub(super) id: String,
}

async fn end(State(app): State<App>, shell: Shell, sent: Result<Sent<Which>, FormRejection>) -> Response {
    let own = shell.who.account.clone();
    ended(&app, shell, sent, Some(&own), "/access").await
}

/// Ends the session named; of one account, or of anybody.
pub(super) async fn ended(
    app: &App,
    shell: Shell,
    sent: Result<Sent<Which>, FormRejection>,
    of: Option<&str>,
    back: &str,
) -> Response {
    let t = shell.t;
    let which = match sent {
        Ok(Sent(which)) => which,
        Err(rejected) => return form_broken(t, &rejected),
    };
    let sessions = match app.door.sessions(of).await {
        Ok(sessions) => sessions,
        Err(failed) => return vault_failed(t, &failed),
    };
    // One that has ended meanwhile is as it should be.
    if let Some((key, _)) = sessions.iter().find(|(key, _)| id(key) == which.id)
        && let Err(failed) = app.door.sign_out(*key).await
    {
        return vault_failed(t, &failed);
    }
    go(back)
}
