//! Tokens for programs: which there are, a new one, and an end to each.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::access::Which;
use super::security::tabs;
use crate::charter::{Doors, May};
use crate::door_pages::{form_broken, go, vault_failed};
use crate::parts::{Cell, Column, Field, Form, Mode, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::vault::{Scope, TokenHash};
use crate::when;
use crate::words::Lang;

pub(crate) fn doors() -> Doors {
    Doors::default()
        .see("/security/tokens", May::Rule, page)
        .act(
            "/security/tokens",
            May::Rule,
            ["Schlüssel für ein Programm gemacht", "Made a token for a program"],
            make,
        )
        .act(
            "/security/tokens/gone",
            May::Rule,
            ["Schlüssel für ein Programm gelöscht", "Removed a token for a program"],
            gone,
        )
}

/// The token, once.
#[derive(Template)]
#[template(path = "parts/token.html")]
struct Told {
    t: Lang,
    token: Zeroizing<String>,
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
    list(&app, shell, None).await
}

async fn list(app: &App, shell: Shell, refusal: Option<String>) -> Response {
    let t = shell.t;
    let tokens = match app.door.tokens().await {
        Ok(tokens) => tokens,
        Err(failed) => return vault_failed(t, &failed),
    };
    let columns = [
        Column::new("name", t.pick("Programm", "Program")),
        Column::new("scopes", t.pick("Darf", "May")),
        Column::new("by", t.pick("Von", "By")),
        Column::new("until", t.pick("Gilt bis", "Valid until")),
        Column::new("", t.to_do_about()),
    ];
    let nothing = t.pick("Noch kein Programm hat einen Schlüssel.", "No program has a token yet.");
    let mut table = Table::new(&shell, t.pick("Schlüssel", "Tokens"), columns).or_else(nothing);
    for (hash, token) in &tokens {
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.name()).collect();
        let until = match token.until {
            None => Cell::None,
            Some(until) if until <= shell.now => Cell::mark(Tone::Warn, t.pick("abgelaufen", "ended")),
            Some(until) => Cell::text(when::day(&shell.view.account.zone, until)),
        };
        table.row([
            Cell::name(&token.name, ""),
            Cell::Code(scopes.join(" ")),
            Cell::text(&token.by),
            until,
            Cell::Button {
                action: "/security/tokens/gone".to_owned(),
                id: id(hash),
                words: t.pick("Löschen", "Remove"),
                about: token.name.clone(),
            },
        ]);
    }
    let form = form(t).refused(refusal.clone());
    let tabs = tabs(&shell);
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page::new(shell).mode(Mode::Local).status(status);
    page.with(tabs).with(table.done()).with(form).answer()
}

fn form(t: Lang) -> Form {
    Form::new(
        t.pick("Neuer Schlüssel", "New token"),
        "/security/tokens",
        t.pick("Schlüssel machen", "Make the token"),
    )
    .lead(t.pick(
        "Damit liest oder steuert ein Programm die Box unter /api/v1, nie mehr, als Sie selbst dürfen.",
        "With it a program reads or controls the box under /api/v1, never more than you may yourself.",
    ))
    .field(Field::line("name", t.pick("Wofür", "What for")))
    .field(Field::tick("read", t.pick("lesen (read)", "read (read)")).value("yes"))
    .field(Field::tick(
        "phones",
        t.pick("Telefone bedienen (phones:write)", "work with phones (phones:write)"),
    ))
    .field(Field::tick("calls", t.pick("Gespräche bedienen (calls:write)", "work with calls (calls:write)")))
    .field(Field::tick("system", t.pick("einrichten (system:write)", "set up (system:write)")))
    .field(Field::day("until", t.pick("Gilt bis einschließlich", "Valid through")).optional())
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
    read: Option<String>,
    phones: Option<String>,
    calls: Option<String>,
    system: Option<String>,
    #[serde(default)]
    until: String,
}

async fn make(State(app): State<App>, shell: Shell, sent: Result<Sent<Wanted>, FormRejection>) -> Response {
    let t = shell.t;
    let wanted = match sent {
        Ok(Sent(wanted)) => wanted,
        Err(rejected) => return form_broken(t, &rejected),
    };
    let ticked = [
        (Scope::Read, &wanted.read),
        (Scope::Phones, &wanted.phones),
        (Scope::Calls, &wanted.calls),
        (Scope::System, &wanted.system),
    ];
    let scopes = ticked.into_iter().filter(|(_, tick)| tick.is_some()).map(|(scope, _)| scope).collect();
    let until = when::end_of(&shell.view.account.zone, &wanted.until);
    if until.is_none() && !wanted.until.trim().is_empty() {
        return list(&app, shell, Some(t.pick("Das ist kein Tag.", "That is no day.").to_owned())).await;
    }
    match app.door.make_token(&shell.who, &wanted.name, scopes, until).await {
        Ok(Some(token)) => {
            let title = t.pick("Neuer Schlüssel", "New token");
            Page::below(shell, title, "").mode(Mode::Local).with(Told { t, token }).answer()
        }
        Ok(None) => {
            let words = t.pick(
                "Bitte einen Namen und mindestens ein Recht angeben.",
                "Please give a name and at least one right.",
            );
            list(&app, shell, Some(words.to_owned())).await
        }
        Err(failed) => vault_failed(t, &failed),
    }
}

async fn gone(State(app): State<App>, shell: Shell, sent: Result<Sent<Which>, FormRejection>) -> Response {
    let t = shell.t;
    let which = match sent {
        Ok(Sent(which)) => which,
        Err(rejected) => return form_broken(t, &rejected),
    };
    let tokens = match app.door.tokens().await {
        Ok(tokens) => tokens,
        Err(failed) => return vault_failed(t, &failed),
    };
    let found = tokens.iter().find(|(hash, _)| id(hash) == which.id);
    if let Some((hash, _)) = found
        && let Err(failed) = app.door.drop_token(*hash).await
    {
        return vault_failed(t, &failed);
    }
    go("/security/tokens")
}

/// By which a token is named on the page: the beginning of its digest.
fn id(hash: &TokenHash) -> String {
    hash.0.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
