//! Switching the second factor on and off.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::not_found;
use crate::connection::Peer;
use crate::door::{Offer, SecondRefused, Visitor};
use crate::door_pages::{address, form_broken, vault_failed};
use crate::parts::{Mode, Page};
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;

/// What the form sends.
#[derive(serde::Deserialize)]
pub(crate) struct Typed {
    code: String,
}

#[derive(Template)]
#[template(path = "parts/second_on.html")]
struct On {
    t: Lang,
    offer: Offer,
    refusal: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "parts/second_off.html")]
struct Off {
    t: Lang,
    refusal: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "parts/second_codes.html")]
struct Codes {
    t: Lang,
    codes: Vec<String>,
}

/// `GET /access/second-factor`.
pub(crate) async fn page(State(app): State<App>, shell: Shell) -> Response {
    form(&app, shell, None).await
}

/// The form that fits: to switch it on, or off.
async fn form(app: &App, shell: Shell, refusal: Option<&'static str>) -> Response {
    let t = shell.t;
    let status = if refusal.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK };
    let who = shell.who.clone();
    let page = Page::below(shell, title(t), t.pick(
        "Ein Passwort kann jemand mitlesen. Mit dem zweiten Faktor fragt die Anmeldung auch nach sechs Ziffern von Ihrem Telefon.",
        "A password can be overheard. With the second factor, signing in also asks for six digits from your telephone.",
    ));
    let page = page.mode(Mode::Local).status(status);
    match app.door.has_second(&who.account).await {
        Ok(true) => page.with(Off { t, refusal }).answer(),
        Ok(false) => match app.door.offer_second(&who) {
            Ok(None) => not_found(t),
            Ok(Some(offer)) => page.with(On { t, offer, refusal }).answer(),
            Err(failed) => vault_failed(t, &failed),
        },
        Err(failed) => vault_failed(t, &failed),
    }
}

fn title(t: Lang) -> &'static str {
    t.pick("Zweiter Faktor", "Second factor")
}

/// `POST /access/second-factor`.
pub(crate) async fn on(
    State(app): State<App>,
    shell: Shell,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let t = shell.t;
    let typed = match typed {
        Ok(Form(typed)) => typed,
        Err(rejected) => return form_broken(t, &rejected),
    };
    match app.door.confirm_second(&shell.who, &typed.code).await {
        Ok(codes) => Page::below(shell, title(t), "").mode(Mode::Local).with(Codes { t, codes }).answer(),
        Err(SecondRefused::Vault(failed)) => vault_failed(t, &failed),
        Err(SecondRefused::Wrong | SecondRefused::Wait) => form(&app, shell, Some(t.wrong_digits())).await,
    }
}

/// `POST /access/second-factor/off`.
pub(crate) async fn off(
    State(app): State<App>,
    shell: Shell,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let t = shell.t;
    let typed = match typed {
        Ok(Form(typed)) => typed,
        Err(rejected) => return form_broken(t, &rejected),
    };
    match app.door.drop_second(&shell.who, &Visitor::new(address(peer), &headers), &typed.code).await {
        Ok(()) => crate::door_pages::go("/access"),
        Err(SecondRefused::Vault(failed)) => vault_failed(t, &failed),
        Err(SecondRefused::Wrong) => form(&app, shell, Some(t.wrong_digits())).await,
        Err(SecondRefused::Wait) => form(&app, shell, Some(t.busy())).await,
    }
}
