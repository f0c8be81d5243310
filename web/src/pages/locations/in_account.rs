//! The address that the account itself gives a phone or its user: written to the cloud first, and read back from there.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::overview;
use crate::commands::MirrorAsk;
use crate::door_pages::form_broken;
use crate::parts::{Note, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::account::Account;
use crate::words::Lang;

/// The forms of one phone.
#[derive(Template)]
#[template(path = "parts/in_account.html")]
pub(super) struct InAccount {
    t: Lang,
    device: String,
    of_device: Vec<Choice>,
    /// Its user: id, name, and where he is.
    user: Option<(String, String, Vec<Choice>)>,
}

/// An address: id, line, whether it is the one that counts now, whether emergency calls may refer to it.
type Choice = (String, String, bool, bool);

/// What the forms send.
#[derive(Deserialize)]
pub(super) struct Typed {
    device: String,
    user: Option<String>,
    address: String,
}

/// The forms; nothing when the account does not name the phone.
pub(super) fn forms(t: Lang, account: &Account, device: &str) -> Option<InAccount> {
    let device = account.devices.iter().find(|known| known.id == device)?;
    let choices = |chosen: &Option<String>| -> Vec<Choice> {
        let all = account.locations.iter();
        all.map(|it| (it.id.clone(), it.line.clone(), chosen.as_ref() == Some(&it.id), it.state == "SUCCESS"))
            .collect()
    };
    let user = device.owner.as_deref().and_then(|id| account.user(id));
    let user = user.map(|user| (user.id.clone(), user.name.clone(), choices(&user.location)));
    Some(InAccount { t, device: device.id.clone(), of_device: choices(&device.location), user })
}

/// The change for the cloud; `None` for a phone or an address that the account does not have.
pub(crate) fn change(account: &Account, device: &str, user: Option<&str>, address: &str) -> Option<Value> {
    let address = account.locations.iter().find(|known| known.id == address)?;
    // The cloud takes a number.
    let number: u32 = address.id.parse().ok()?;
    if let Some(user) = user {
        let user = account.user(user)?;
        return Some(json!({ "act": "user_address", "user": user.id, "address": number }));
    }
    let device = account.devices.iter().find(|known| known.id == device)?;
    // The cloud takes both together; what is not meant stays as it is.
    Some(json!({ "act": "device_state", "device": device.id, "dnd": device.dnd, "address": number }))
}

/// `POST /locations/account`.
pub(super) async fn write(
    State(app): State<App>,
    shell: Shell,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let t = shell.t;
    let typed = match typed {
        Ok(Form(typed)) => typed,
        Err(rejected) => return form_broken(t, &rejected),
    };
    let user = typed.user.as_deref().filter(|user| !user.is_empty());
    let wanted = change(&shell.view.account, &typed.device, user, &typed.address);
    let done = match wanted {
        Some(change) => app.commands.mirror(MirrorAsk::Change(change)).await.map(drop),
        None => Err(t.pick("Das Konto kennt das nicht.", "The account does not know this.").to_owned()),
    };
    match done {
        Ok(()) => Redirect::to(&format!("/locations/phones/{}", typed.device)).into_response(),
        Err(reason) => {
            let kind = t.pick("Nicht geändert", "Not changed").to_owned();
            let note = Note { tone: Tone::Bad, kind, what: reason, more: String::new(), link: None };
            overview(&app, shell, StatusCode::CONFLICT, Some(note)).await
        }
    }
}

impl InAccount {
    fn choices(&self, of: &str) -> &[Choice] {
        match (of, &self.user) {
            ("user", Some((_, _, choices))) => choices,
            _ => &self.of_device,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::change;
    use crate::view::account::{Account, Device, Location, User};

    #[test]
    fn only_what_the_account_has_is_written_and_do_not_disturb_stays_as_it_is() {
        let location = |id: &str| Location { id: id.to_owned(), line: String::new(), state: String::new() };
        let account = Account {
            devices: vec![Device { id: "e3".to_owned(), dnd: true, ..Device::default() }],
            users: vec![User { id: "w2".to_owned(), ..User::default() }],
            locations: vec![location("89"), location("x")],
            ..Account::default()
        };
        let device = json!({ "act": "device_state", "device": "e3", "dnd": true, "address": 89 });
        assert_eq!(change(&account, "e3", None, "89"), Some(device));
        let user = json!({ "act": "user_address", "user": "w2", "address": 89 });
        assert_eq!(change(&account, "e3", Some("w2"), "89"), Some(user));
        for (device, user, address) in
            [("e9", None, "89"), ("e3", Some("w9"), "89"), ("e3", None, "90"), ("e3", None, "x")]
        {
            assert_eq!(change(&account, device, user, address), None, "{device} {user:?} {address}");
        }
    }
}
