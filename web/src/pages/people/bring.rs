//! Where a staff list comes from: a file, Entra ID, Google. Keys are used once and kept nowhere.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{done, shown};
use crate::door_pages::form_broken;
use crate::parts::{Field, Form};
use crate::people::PeopleAsk;
use crate::routes::App;
use crate::shell::Shell;
use crate::upload::Filled;
use crate::words::Lang;

/// One form for each way.
pub(super) fn forms(t: Lang) -> [Form; 3] {
    [of_file(t), of_entra(t), of_google(t)]
}

fn of_file(t: Lang) -> Form {
    let title = t.pick("Aus einer Datei", "From a file");
    Form::new(title, "/users/import/file", t.pick("Prüfen", "Check"))
        .lead(t.pick(
            "CSV oder XLSX mit den Überschriften Vorname, Nachname, E-Mail und, wenn gewünscht, Durchwahl, Standort, MAC-Adresse.",
            "CSV or XLSX with the headings first name, last name, e-mail and, if wanted, extension, location, MAC address.",
        ))
        .field(Field::file("file", t.pick("Datei", "File"), ".csv,.xlsx,text/csv"))
}

fn of_entra(t: Lang) -> Form {
    let password = t.pick("Geheimer Clientschlüssel", "Client secret");
    Form::new(t.pick("Aus Entra ID", "From Entra ID"), "/users/import/entra", t.pick("Holen", "Fetch"))
        .lead(t.pick(
            "Eine App-Registrierung mit der Anwendungsberechtigung User.Read.All. Der Schlüssel wird einmal benutzt und nirgends aufbewahrt.",
            "An app registration with the application permission User.Read.All. The secret is used once and kept nowhere.",
        ))
        .field(Field::line("tenant", t.pick("Verzeichnis (Mandant): Kennung oder Domäne", "Directory (tenant): id or domain")))
        .field(Field::line("client", t.pick("Anwendung (Client): Kennung", "Application (client): id")))
        .field(Field::password("secret", password, "off"))
        .field(national("login", t.pick("Anmeldung bei", "Logs in at"), t))
        .field(national("api", t.pick("Graph bei", "Graph at"), t))
}

fn national(name: &'static str, label: &str, t: Lang) -> Field {
    Field::line(name, label)
        .optional()
        .hint(t.pick("Nur in nationalen Clouds nötig.", "Needed in national clouds only."))
}

fn of_google(t: Lang) -> Form {
    let title = t.pick("Aus Google Workspace", "From Google Workspace");
    Form::new(title, "/users/import/google", t.pick("Holen", "Fetch"))
        .lead(t.pick(
            "Ein Dienstkonto, dem admin.directory.user.readonly domainweit delegiert ist. Der Schlüssel wird einmal benutzt und nirgends aufbewahrt.",
            "A service account with domain-wide delegation of admin.directory.user.readonly. The key is used once and kept nowhere.",
        ))
        .field(Field::file("key", t.pick("Schlüsseldatei (JSON)", "Key file (JSON)"), ".json,application/json"))
        .field(Field::line("admin", t.pick("E-Mail eines Administrators, in dessen Namen gefragt wird", "E-mail of an administrator in whose name it asks")))
        .field(
            Field::line("api", t.pick("Directory-API bei", "Directory API at"))
                .optional()
                .hint(t.pick("Nur nötig, wenn das Haus Google über einen eigenen Zugang erreicht.", "Needed only where the house reaches Google by a way of its own.")),
        )
}

/// `POST /users/import/file`.
pub(super) async fn file(State(app): State<App>, shell: Shell, sent: Filled) -> Response {
    done(app, shell, PeopleAsk::Upload(sent.file)).await
}

#[derive(Deserialize)]
pub(super) struct Entra {
    tenant: String,
    client: String,
    secret: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    api: String,
}

/// `POST /users/import/entra`.
pub(super) async fn entra(
    State(app): State<App>,
    shell: Shell,
    sent: Result<Sent<Entra>, FormRejection>,
) -> Response {
    let entra = match sent {
        Ok(Sent(entra)) => entra,
        Err(rejected) => return form_broken(shell.t, &rejected),
    };
    let mut wanted = Map::new();
    let fields = [
        ("from", "entra"),
        ("tenant", entra.tenant.trim()),
        ("client", entra.client.trim()),
        ("secret", entra.secret.trim()),
        ("login", entra.login.trim()),
        ("api", entra.api.trim()),
    ];
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        wanted.insert(name.to_owned(), Value::from(value));
    }
    done(app, shell, PeopleAsk::Fetch(Value::Object(wanted))).await
}

/// `POST /users/import/google`.
pub(super) async fn google(State(app): State<App>, shell: Shell, sent: Filled) -> Response {
    let Ok(key) = serde_json::from_slice::<Value>(&sent.file) else {
        let what =
            shell.t.pick("Das ist keine Schlüsseldatei von Google.", "This is no key file of Google's.");
        return shown(&app, shell, Some(what.to_owned())).await;
    };
    let part = |name: &str| key.get(name).cloned().unwrap_or_default();
    let key = json!({"client_email": part("client_email"), "private_key": part("private_key"), "token_uri": part("token_uri")});
    let mut wanted = json!({"from": "google", "key": key, "admin": sent.field("admin")});
    let api = Some(sent.field("api")).filter(|api| !api.is_empty());
    if let (Some(api), Some(wanted)) = (api, wanted.as_object_mut()) {
        wanted.insert("api".to_owned(), Value::from(api));
    }
    done(app, shell, PeopleAsk::Fetch(wanted)).await
}
