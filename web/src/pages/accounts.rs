//! Who may sign in: everybody, one of them, somebody new; and who is signed in now.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::access::{Which, ended, sessions_table};
use super::not_found;
use super::security::tabs;
use crate::charter::{Doors, May};
use crate::door::{AccountRefused, AccountWish, Password};
use crate::door_pages::{Refusal, form_broken, go, vault_failed};
use crate::parts::{Cell, Column, Field, Form, Mode, Page, Table, Tone, escaped};
use crate::routes::App;
use crate::shell::Shell;
use crate::vault::{Account, Role};
use crate::view::View;
use crate::when;
use crate::words::Lang;

pub(crate) fn doors() -> Doors {
    let keep = ["Zugang angelegt oder geändert", "Made or changed an account"];
    let second = [
        "Zweiten Faktor und Passkeys eines Zugangs gelöscht",
        "Forgot second factor and passkeys of an account",
    ];
    Doors::default()
        .see("/security/accounts", May::Rule, page)
        .act("/security/accounts", May::Rule, keep, make)
        .see("/security/accounts/{name}", May::Rule, one)
        .act("/security/accounts/{name}", May::Rule, keep, change)
        .act("/security/accounts/{name}/gone", May::Rule, ["Zugang gelöscht", "Removed an account"], gone)
        .act("/security/accounts/{name}/second-factor", May::Rule, second, forget_second)
        .see("/security/sessions", May::Rule, sessions)
        .act("/security/sessions/end", May::Rule, ["Browser abgemeldet", "Signed a browser out"], end)
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
    list(&app, shell, None).await
}

async fn list(app: &App, shell: Shell, refusal: Option<(StatusCode, String)>) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let accounts = match app.door.accounts().await {
        Ok(accounts) => accounts,
        Err(failed) => return vault_failed(t, &failed),
    };
    let columns = [
        Column::new("name", t.account()),
        Column::new("role", t.pick("Rolle", "Role")),
        Column::new("person", t.pick("Person", "Person")),
        Column::new("second", t.pick("Zweiter Faktor", "Second factor")),
        Column::new("until", t.pick("Gilt bis", "Valid until")),
    ];
    let mut table = Table::new(&shell, t.pick("Zugänge", "Accounts"), columns);
    for account in &accounts {
        table.row(row(&shell, &view, account));
    }
    let status = refusal.as_ref().map_or(StatusCode::OK, |(status, _)| *status);
    let form =
        Form::new(t.pick("Neuer Zugang", "New account"), "/security/accounts", t.pick("Anlegen", "Make it"))
            .refused(refusal.map(|(_, words)| words))
            .field(Field::line("name", t.pick("Name zum Anmelden", "Name to sign in with")).hint(t.pick(
                "Kleine Buchstaben, Ziffern, Punkt und Strich.",
                "Small letters, digits, dot and dash.",
            )));
    let form = fields(form, t, &view, None, true);
    let tabs = tabs(&shell);
    let page = Page::new(shell).mode(Mode::Local).status(status);
    page.with(tabs).with(table.done()).with(form).answer()
}

fn row(shell: &Shell, view: &View, account: &Account) -> [Cell; 5] {
    let t = shell.t;
    let person = account.user.as_deref().and_then(|id| view.account.user(id));
    let second = match account.second {
        Some(_) => Cell::mark(Tone::Good, t.second_is_on()),
        None => Cell::mark(Tone::Calm, t.second_is_off()),
    };
    let until = account.until.map_or(Cell::None, |until| {
        let day = when::day(&view.account.zone, until);
        if until <= shell.now {
            Cell::Mark { tone: Tone::Warn, word: t.pick("abgelaufen", "ended").to_owned(), more: day }
        } else {
            Cell::text(day)
        }
    });
    [
        Cell::link(&account.name, "", format!("/security/accounts/{}", escaped(&account.name))),
        Cell::name(t.role(account.role), t.role_may(account.role)),
        person.map_or(Cell::None, |person| Cell::link(&person.name, "", format!("/users/{}", person.id))),
        second,
        until,
    ]
}

/// Role, person, end and password, for a new account or a change.
fn fields(form: Form, t: Lang, view: &View, account: Option<&Account>, new: bool) -> Form {
    let roles =
        Role::ALL.map(|role| (code(role).to_owned(), format!("{}: {}", t.role(role), t.role_may(role))));
    let nobody = (String::new(), t.pick("niemand aus dem Konto", "nobody of the account").to_owned());
    let people = view.account.users.iter().map(|user| (user.id.clone(), user.name.clone()));
    let is = account.map_or(Role::Operator, |account| account.role);
    let until = account.and_then(|account| account.until).map(|until| when::day(&view.account.zone, until));
    let password = Field::password("password", t.new_password(), "new-password");
    let repeat = Field::password("repeat", t.repeat_password(), "new-password");
    let stays = t.pick("Leer lassen, wenn es bleiben soll.", "Leave empty to keep the one there is.");
    let form = form
        .field(Field::choice("role", t.pick("Rolle", "Role"), roles).value(code(is)))
        .field(
            Field::choice("user", t.pick("Person", "Person"), std::iter::once(nobody).chain(people))
                .value(account.and_then(|account| account.user.clone()).unwrap_or_default()),
        )
        .field(
            Field::day("until", t.pick("Gilt bis einschließlich", "Valid through"))
                .hint(t.pick(
                    "Für Einrichter nötig, für andere freiwillig.",
                    "Required for installers, optional for others.",
                ))
                .value(until.unwrap_or_default())
                .optional(),
        );
    match new {
        true => form.field(password.hint(t.new_password_hint())).field(repeat),
        false => form.field(password.hint(stays).optional()).field(repeat.optional()),
    }
}

/// As a form sends it.
const fn code(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Installer => "installer",
        Role::Operator => "operator",
        Role::Auditor => "auditor",
        Role::User => "user",
    }
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    name: String,
    role: Role,
    #[serde(default)]
    user: String,
    #[serde(default)]
    until: String,
    password: Password,
    repeat: Password,
}

impl Wanted {
    /// `None` when the day is none.
    fn wish(self, name: String, zone: &str) -> Option<AccountWish> {
        let until = match self.until.trim() {
            "" => None,
            day => Some(when::end_of(zone, day)?),
        };
        let password = (!self.password.is_empty()).then_some((self.password, self.repeat));
        Some(AccountWish {
            name,
            role: self.role,
            user: Some(self.user).filter(|it| !it.is_empty()),
            until,
            password,
        })
    }
}

async fn make(State(app): State<App>, shell: Shell, sent: Result<Sent<Wanted>, FormRejection>) -> Response {
    let t = shell.t;
    let wanted = match sent {
        Ok(Sent(wanted)) => wanted,
        Err(rejected) => return form_broken(t, &rejected),
    };
    let name = wanted.name.clone();
    if matches!(app.door.account(name.trim()).await, Ok(Some(_))) {
        let words = t.pick("Diesen Namen gibt es schon.", "There is such a name already.");
        return list(&app, shell, Some((StatusCode::CONFLICT, words.to_owned()))).await;
    }
    match kept(&app, &shell, name, wanted).await {
        Ok(()) => go("/security/accounts"),
        Err(refused) => list(&app, shell, Some(words(t, &refused))).await,
    }
}

async fn kept(app: &App, shell: &Shell, name: String, wanted: Wanted) -> Result<(), AccountRefused> {
    let wish = wanted.wish(name, &shell.view.account.zone).ok_or(AccountRefused::Until)?;
    app.door.keep_account(&shell.who, wish).await
}

async fn one(State(app): State<App>, shell: Shell, Path(name): Path<String>) -> Response {
    shown(&app, shell, &name, None).await
}

async fn shown(app: &App, shell: Shell, name: &str, refusal: Option<(StatusCode, String)>) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let account = match app.door.account(name).await {
        Ok(Some(account)) => account,
        Ok(None) => return not_found(t),
        Err(failed) => return vault_failed(t, &failed),
    };
    let path = format!("/security/accounts/{}", escaped(name));
    let status = refusal.as_ref().map_or(StatusCode::OK, |(status, _)| *status);
    let own = shell.who.account == name;
    let change = Form::new("", &path, t.pick("Speichern", "Save"))
        .refused(refusal.map(|(_, words)| words))
        .lead(if own {
            ""
        } else {
            t.pick(
                "Nach einer Änderung meldet sich dieser Zugang überall neu an.",
                "After a change this account signs in anew everywhere.",
            )
        });
    let change = fields(change, t, &view, Some(&account), false);
    let proofs = account.second.is_some() || !account.passkeys.keys.is_empty();
    let second = (proofs && !own).then(|| {
        Form::new(
            t.pick("Zweiter Faktor und Passkeys", "Second factor and passkeys"),
            format!("{path}/second-factor"),
            t.pick("Alle löschen", "Remove all"),
        )
        .lead(t.pick(
            "Wenn jemand Telefon und Papier verloren hat.",
            "When somebody lost both telephone and paper.",
        ))
    });
    let gone = (!own).then(|| {
        let title = t.pick("Zugang löschen", "Remove the account");
        Form::new(title, format!("{path}/gone"), title)
            .grave()
            .lead(t.pick(
                "Seine Browser werden abgemeldet, seine Schlüssel für Programme gelten nicht mehr.",
                "Its browsers are signed out, its tokens for programs stop working.",
            ))
            .field(Field::line(
                "confirm",
                t.pick("Zur Sicherheit den Namen eintippen", "To be sure, type the name"),
            ))
    });
    let page = Page::below(shell, account.name.clone(), "").mode(Mode::Local).status(status);
    page.with(change).with_some(second).with_some(gone).answer()
}

async fn change(
    State(app): State<App>,
    shell: Shell,
    Path(name): Path<String>,
    sent: Result<Sent<Wanted>, FormRejection>,
) -> Response {
    let t = shell.t;
    let wanted = match sent {
        Ok(Sent(wanted)) => wanted,
        Err(rejected) => return form_broken(t, &rejected),
    };
    match app.door.account(&name).await {
        Ok(Some(_)) => {}
        Ok(None) => return not_found(t),
        Err(failed) => return vault_failed(t, &failed),
    }
    match kept(&app, &shell, name.clone(), wanted).await {
        Ok(()) => go("/security/accounts"),
        Err(refused) => shown(&app, shell, &name, Some(words(t, &refused))).await,
    }
}

#[derive(Deserialize)]
struct Confirmed {
    confirm: String,
}

async fn gone(
    State(app): State<App>,
    shell: Shell,
    Path(name): Path<String>,
    sent: Result<Sent<Confirmed>, FormRejection>,
) -> Response {
    let t = shell.t;
    let confirmed = match sent {
        Ok(Sent(confirmed)) => confirmed.confirm.trim().to_lowercase() == name,
        Err(rejected) => return form_broken(t, &rejected),
    };
    if !confirmed {
        let words = t.pick(
            "Der Name stimmt nicht; nichts wurde gelöscht.",
            "The name is not right; nothing was removed.",
        );
        return shown(&app, shell, &name, Some((StatusCode::UNPROCESSABLE_ENTITY, words.to_owned()))).await;
    }
    match app.door.drop_account(&shell.who, &name).await {
        Ok(()) => go("/security/accounts"),
        Err(refused) => shown(&app, shell, &name, Some(words(t, &refused))).await,
    }
}

async fn forget_second(State(app): State<App>, shell: Shell, Path(name): Path<String>) -> Response {
    match app.door.forget_second(&shell.who, &name).await {
        Ok(()) => go("/security/accounts"),
        Err(refused) => {
            let refused = words(shell.t, &refused);
            shown(&app, shell, &name, Some(refused)).await
        }
    }
}

/// One status and one sentence for every refusal.
fn words(t: Lang, refused: &AccountRefused) -> (StatusCode, String) {
    let (status, words) = match refused {
        AccountRefused::Name => (
            StatusCode::UNPROCESSABLE_ENTITY,
            t.pick(
                "Dieser Name geht nicht: 2 bis 40 kleine Buchstaben, Ziffern, Punkte oder Striche.",
                "This name does not do: 2 to 40 small letters, digits, dots or dashes.",
            ),
        ),
        AccountRefused::NoPassword => (
            StatusCode::UNPROCESSABLE_ENTITY,
            t.pick("Ein neuer Zugang braucht ein Passwort.", "A new account needs a password."),
        ),
        AccountRefused::Until => (
            StatusCode::UNPROCESSABLE_ENTITY,
            t.pick(
                "Bitte einen Tag in der Zukunft wählen; für Einrichter ist er nötig.",
                "Please choose a day in the future; installers need one.",
            ),
        ),
        AccountRefused::NotYours => (
            StatusCode::FORBIDDEN,
            t.pick(
                "Das darf nur ein Inhaber, und niemand bei sich selbst.",
                "Only an owner may do this, and nobody to themselves.",
            ),
        ),
        AccountRefused::LastOwner => (
            StatusCode::CONFLICT,
            t.pick(
                "Die eigene Rolle ändert man nicht, und ein Inhaber muss bleiben.",
                "Nobody changes their own role, and one owner has to stay.",
            ),
        ),
        AccountRefused::Absent => (StatusCode::NOT_FOUND, t.missing()),
        AccountRefused::Password(refused) => {
            let Refusal { status, words, .. } = Refusal::of_set_up(t, refused);
            return (status, words);
        }
        AccountRefused::Vault(failed) => {
            tracing::error!(%failed, "an account could not be kept");
            (StatusCode::INTERNAL_SERVER_ERROR, t.box_failed())
        }
    };
    (status, words.to_owned())
}

async fn sessions(State(app): State<App>, shell: Shell) -> Response {
    let t = shell.t;
    match app.door.sessions(None).await {
        Ok(sessions) => {
            let table = sessions_table(&shell, "/security/sessions/end", &sessions, true);
            let tabs = tabs(&shell);
            Page::new(shell).mode(Mode::Local).with(tabs).with(table).answer()
        }
        Err(failed) => vault_failed(t, &failed),
    }
}

async fn end(State(app): State<App>, shell: Shell, sent: Result<Sent<Which>, FormRejection>) -> Response {
    ended(&app, shell, sent, None, "/security/sessions").await
}
