//! The box as a file to keep, and a file that becomes the box.

use std::time::{Duration, SystemTime};

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Form as Sent, Multipart, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::{Time, html, refused};
use crate::assets::{ASSETS, Assets};
use crate::backups::{Backups, Bringer, MADE, RESTORED, made, take_in};
use crate::charter::{Doors, May};
use crate::connection::Peer;
use crate::door::Visitor;
use crate::door_pages::{address, go, vault_failed};
use crate::parts::{Cell, Facts, Field, Form, Mode, Page};
use crate::routes::App;
use crate::shell::Shell;
use crate::when;
use crate::words::Lang;

/// What a backup is called.
const FILE: &str = ".backup";
/// The year 9999; a clock that was wrong says more.
const LAST: u64 = 253_402_300_799;

pub(crate) fn doors() -> Doors {
    Doors::default().see("/backup", May::See, page)
}

/// They take as long as they take.
pub(crate) fn orders() -> Doors {
    Doors::default()
        .act("/backup", May::Own, MADE, make)
        .merge(Doors::default().act("/backup/restore", May::Own, RESTORED, restore).bodies(usize::MAX))
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(&app, shell, StatusCode::OK, [None, None]).await
}

/// The page, perhaps with why no backup was made, or none restored.
async fn shown(app: &App, shell: Shell, status: StatusCode, why: [Option<String>; 2]) -> Response {
    let t = shell.t;
    let backups = match app.commands.backups().await {
        Ok(backups) => backups,
        Err(reason) => return refused(t, StatusCode::SERVICE_UNAVAILABLE, t.failed_title(), &reason),
    };
    let facts = facts(&shell, &backups);
    let [not_made, not_restored] = why;
    let own = shell.who.may(May::Own);
    let make = own.then(|| making(t).refused(not_made));
    let restore = own.then(|| restoring(t).refused(not_restored));
    Page::new(shell).mode(Mode::Local).status(status).with(facts).with_some(make).with_some(restore).answer()
}

fn facts(shell: &Shell, backups: &Backups) -> Facts {
    let t = shell.t;
    let moment = |seconds: u64| {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.min(LAST));
        Cell::Moment { at, shown: Time::fixed(at, when::local(t, &shell.view.account.zone, at, shell.now)) }
    };
    let never = || Cell::text(t.pick("noch nie", "never"));
    let facts = Facts::new("")
        .fact(t.pick("Zuletzt gesichert", "Last backup"), backups.made.map_or_else(never, moment));
    match &backups.restored {
        Some(restored) => facts
            .fact(t.pick("Diese Box entstand aus der Sicherung von", "This box came from the backup of"), {
                Cell::text(&restored.house)
            })
            .fact(t.pick("gemacht", "made"), moment(restored.made))
            .fact(t.pick("eingespielt", "restored"), moment(restored.at)),
        None => facts,
    }
}

fn making(t: Lang) -> Form {
    let lead = t.pick(
        "Einstellungen, Konfiguration, Zugänge, Zertifikate, Gesprächsliste, Standorte und die Verbindung zur Cloud in einer Datei, mit einem Kennwort \
         verschlossen. Ohne das Kennwort öffnet sie niemand, auch wir nicht. Telefoniert wird weiter.",
        "Settings, configuration, accounts, certificates, calls, locations and the link to the cloud in one file, sealed with a passphrase. Nobody opens \
         it without, not even we. Calls go on meanwhile.",
    );
    Form::new(
        t.pick("Sichern", "Make a backup"),
        "/backup",
        t.pick("Datei herunterladen", "Download the file"),
    )
    .lead(lead)
    .field(Field::password("passphrase", t.pick("Kennwort", "Passphrase"), "new-password").hint(t.pick(
        "Mindestens zwölf Zeichen. Es gehört nicht neben die Datei.",
        "At least twelve characters. Do not keep it beside the file.",
    )))
    .field(Field::password(
        "repeat",
        t.pick("Kennwort wiederholen", "Repeat the passphrase"),
        "new-password",
    ))
}

fn restoring(t: Lang) -> Form {
    let lead = t.pick(
        "Die Datei wird erst ganz geprüft. Dann tritt ihr Stand an die Stelle des jetzigen, sobald niemand telefoniert; die Box startet \
         dazu neu. Was seit der Sicherung geschah, ist danach fort. Die Box, von der die Datei stammt, gehört dann ausgeschaltet.",
        "The file is first checked to its end. Then its state takes the place of this one once nobody talks; the box starts anew for \
         that. What happened since the backup is gone. Switch the box off that made the file.",
    );
    let passphrase = t.pick("Kennwort der Sicherung", "Passphrase of the backup");
    Form::new(
        t.pick("Sicherung einspielen", "Restore a backup"),
        "/backup/restore",
        t.pick("Diese Box ersetzen", "Replace this box"),
    )
    .lead(lead)
    .field(Field::password("opens", passphrase, "off"))
    .field(Field::file("file", t.pick("Datei", "File"), FILE))
    .grave()
}

#[derive(Deserialize)]
struct Wanted {
    passphrase: String,
    repeat: String,
}

async fn make(State(app): State<App>, shell: Shell, Sent(wanted): Sent<Wanted>) -> Response {
    let t = shell.t;
    let tried = if wanted.passphrase == wanted.repeat {
        made(&app, t, wanted.passphrase).await
    } else {
        Err((StatusCode::UNPROCESSABLE_ENTITY, t.differ().to_owned()))
    };
    match tried {
        Ok(file) => file,
        Err((status, why)) => shown(&app, shell, status, [Some(why), None]).await,
    }
}

async fn restore(
    State(app): State<App>,
    shell: Shell,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    let bringer = Bringer::Known(Some(shell.who.clone()), Visitor::new(address(peer), &headers));
    match take_in(&app, shell.t, form, bringer).await {
        Ok(()) => taken(shell.t),
        Err((status, why)) => shown(&app, shell, status, [None, Some(why)]).await,
    }
}

/// What comes next, for whoever brought a backup.
fn taken(t: Lang) -> Response {
    let words = t.pick(
        "Die Sicherung ist vollständig und geprüft. Die Box startet jetzt neu, sobald niemand telefoniert. Melden Sie sich danach mit \
         einem Zugang aus der Sicherung an; warnt der Browser vor dem Zertifikat, dann ist es wieder das der alten Box.",
        "The backup is complete and checked. The box starts anew now, once nobody talks. Then sign in with an account of the backup; if \
         the browser warns about the certificate, it is that of the old box again.",
    );
    refused(t, StatusCode::OK, t.pick("Sicherung angenommen", "Backup taken in"), words)
}

/// What somebody in front of a new box may do instead of setting it up.
pub(crate) fn in_front() -> Router<App> {
    let route = Router::new().route("/setup/restore", get(in_place_of_another).post(move_in));
    route.layer(DefaultBodyLimit::max(usize::MAX))
}

#[derive(Template)]
#[template(path = "setup_restore.html")]
struct MovePage {
    t: Lang,
    assets: &'static Assets,
    refusal: Option<String>,
}

/// `GET /setup/restore`.
async fn in_place_of_another(State(app): State<App>, t: Lang) -> Response {
    match app.door.awaits_set_up().await {
        Ok(true) => html(StatusCode::OK, &MovePage { t, assets: &ASSETS, refusal: None }),
        Ok(false) => go("/login"),
        Err(failed) => vault_failed(t, &failed),
    }
}

/// `POST /setup/restore`.
async fn move_in(
    State(app): State<App>,
    t: Lang,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    let bringer = Bringer::New(Visitor::new(address(peer), &headers));
    match take_in(&app, t, form, bringer).await {
        Ok(()) => taken(t),
        Err((status, why)) => html(status, &MovePage { t, assets: &ASSETS, refusal: Some(why) }),
    }
}
