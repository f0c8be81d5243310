//! Passkeys of one's own: listed, made and forgotten; and the way in with one. Making and using them needs a script.

use askama::Template;
use axum::body::Bytes;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form as Sent, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Time;
use super::access::browser;
use crate::api::problem;
use crate::charter::{Doors, May};
use crate::connection::Peer;
use crate::door::{PasskeyRefused, Password, Site, Token, Visitor};
use crate::door_pages::{Refusal, address, form_broken, go, vault_failed};
use crate::parts::{Cell, Column, Table};
use crate::routes::App;
use crate::shell::Shell;
use crate::vault::{Account, Passkey};
use crate::when;
use crate::words::Lang;

pub(super) fn doors() -> Doors {
    let asked = ["Begann, einen Passkey anzulegen", "Began to make a passkey"];
    Doors::default()
        .act("/access/passkeys/ask", May::Everybody, asked, ask)
        .act("/access/passkeys", May::Everybody, ["Passkey angelegt", "Made a passkey"], keep)
        .act("/access/passkeys/gone", May::Everybody, ["Passkey gelöscht", "Removed a passkey"], gone)
}

/// The form to make one; it shows itself where the browser can.
#[derive(Template)]
#[template(path = "parts/passkey.html")]
pub(super) struct MakePasskey {
    pub(super) t: Lang,
}

/// Those there are; `None` when there are none.
pub(super) fn listed(shell: &Shell, account: &Account) -> Option<Table> {
    let (t, now, zone) = (shell.t, shell.now, &shell.view.account.zone);
    let columns = [
        Column::new("", t.pick("Angelegt mit", "Made with")),
        Column::new("", t.pick("Gilt unter", "Works under")),
        Column::new("", t.pick("Angelegt", "Made")),
        Column::new("", t.pick("Zuletzt benutzt", "Last used")),
        Column::new("", t.to_do_about()),
    ];
    let moment = |at| Cell::Moment { at, shown: Time::fixed(at, when::local(t, zone, at, now)) };
    let mut table = Table::plain(t, "Passkeys", columns);
    for key in &account.passkeys.keys {
        let name = browser(t, &key.name);
        let words = t.pick("Löschen", "Remove");
        let action = "/access/passkeys/gone".to_owned();
        table.row([
            Cell::name(&name, ""),
            Cell::Code(key.host.clone()),
            moment(key.made),
            key.used.map_or(Cell::None, moment),
            Cell::Button { action, id: written(key), words, about: format!("{name}, {}", key.host) },
        ]);
    }
    (!table.is_empty()).then(|| table.done())
}

/// By which a key is named on the page.
fn written(key: &Passkey) -> String {
    key.id.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Deserialize)]
struct Proof {
    password: Password,
}

/// `POST /access/passkeys/ask`
async fn ask(
    State(app): State<App>,
    shell: Shell,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    sent: Result<Sent<Proof>, FormRejection>,
) -> Response {
    let Ok(Sent(proof)) = sent else { return wrong(shell.t, &PasskeyRefused::Unproven) };
    let Some(site) = Site::of(&headers, &app.certificates.names()) else { return nameless(shell.t) };
    let from = Visitor::new(address(peer), &headers);
    match app.door.ask_for_passkey(&shell.who, &from, &site, proof.password).await {
        Ok(question) => json(question),
        Err(refused) => wrong(shell.t, &refused),
    }
}

/// `POST /access/passkeys`
async fn keep(
    State(app): State<App>,
    shell: Shell,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    made: Bytes,
) -> Response {
    let Some(site) = Site::of(&headers, &app.certificates.names()) else { return nameless(shell.t) };
    let from = Visitor::new(address(peer), &headers);
    match app.door.keep_passkey(&shell.who, &from, &site, &made).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refused) => wrong(shell.t, &refused),
    }
}

#[derive(Deserialize)]
struct Which {
    id: String,
}

/// `POST /access/passkeys/gone`
async fn gone(State(app): State<App>, shell: Shell, sent: Result<Sent<Which>, FormRejection>) -> Response {
    let t = shell.t;
    let which = match sent {
        Ok(Sent(which)) => which.id,
        Err(rejected) => return form_broken(t, &rejected),
    };
    let account = match app.door.account(&shell.who.account).await {
        Ok(account) => account,
        Err(failed) => return vault_failed(t, &failed),
    };
    let keys = account.map(|account| account.passkeys.keys).unwrap_or_default();
    let Some(key) = keys.iter().find(|key| written(key) == which) else { return go("/access") };
    match app.door.drop_passkey(&shell.who, &key.id).await {
        Ok(()) => go("/access"),
        Err(failed) => vault_failed(t, &failed),
    }
}

/// `POST /login/passkey/ask`
pub(crate) async fn ask_for_proof(State(app): State<App>, t: Lang, headers: HeaderMap) -> Response {
    let site = Site::of(&headers, &app.certificates.names());
    match site.and_then(|site| app.door.ask_for_proof(&site)) {
        Some(question) => json(question),
        None => nameless(t),
    }
}

/// `POST /login/passkey`
pub(crate) async fn sign_in(
    State(app): State<App>,
    t: Lang,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    proof: Bytes,
) -> Response {
    let Some(site) = Site::of(&headers, &app.certificates.names()) else { return nameless(t) };
    let from = Visitor::new(address(peer), &headers);
    match app.door.sign_in_with_passkey(&from, &site, &proof).await {
        Ok(token) => {
            if let Some(old) = Token::from_headers(&headers) {
                // It is replaced in the browser either way, and ends by itself at the latest.
                let _ = app.door.sign_out(old.key()).await;
            }
            (StatusCode::NO_CONTENT, [(SET_COOKIE, token.cookie())]).into_response()
        }
        Err(refusal) => {
            let Refusal { status, words, .. } = Refusal::of_sign_in(t, &refusal);
            problem(status, &words)
        }
    }
}

fn json(question: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], question).into_response()
}

fn nameless(t: Lang) -> Response {
    let words = t.pick(
        "Passkeys gelten nur, wenn die Box unter ihrem Namen geöffnet ist, nicht unter ihrer Adresse.",
        "Passkeys work only where the box is opened under its name, not under its address.",
    );
    problem(StatusCode::CONFLICT, words)
}

fn wrong(t: Lang, refused: &PasskeyRefused) -> Response {
    let (status, words) = match refused {
        PasskeyRefused::Wrong => {
            (StatusCode::FORBIDDEN, t.pick("Das Passwort stimmt nicht.", "The password is wrong."))
        }
        PasskeyRefused::Unproven => (
            StatusCode::UNPROCESSABLE_ENTITY,
            t.pick("Dieser Passkey ließ sich nicht anlegen.", "This passkey could not be made."),
        ),
        PasskeyRefused::TooMany => (
            StatusCode::CONFLICT,
            t.pick(
                "Zehn Passkeys sind genug: erst einen löschen.",
                "Ten passkeys are enough: remove one first.",
            ),
        ),
        PasskeyRefused::Wait => (StatusCode::TOO_MANY_REQUESTS, t.busy()),
        PasskeyRefused::Vault(failed) => {
            tracing::error!(%failed, "a passkey could not be kept");
            (StatusCode::INTERNAL_SERVER_ERROR, t.box_failed())
        }
    };
    problem(status, words)
}
