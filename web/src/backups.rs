//! `/api/v1/backup` and `/api/v1/restore`: the box as one file, and a box out of one.

use std::io;

use axum::Json;
use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{Extension, Multipart, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use backup::{Passphrase, PassphraseRefused};
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};

use crate::charter::{Did, Doors, May};
use crate::commands::refusal;
use crate::connection::Peer;
use crate::door::{Visitor, Who};
use crate::door_pages::{Refusal, address};
use crate::routes::App;
use crate::updates::Pieces;
use crate::vault::Deed;
use crate::when;
use crate::words::Lang;

/// What is written down.
pub(crate) const MADE: [&str; 2] = ["Sicherung gemacht", "Made a backup"];
pub(crate) const RESTORED: [&str; 2] = ["Sicherung eingespielt", "Restored a backup"];
/// Under which both are found there.
const ROUTE: &str = "/backup/restore";
/// Fields of a form of ours, at most, and what is typed into one, in bytes.
const FIELDS: usize = 8;
const LONGEST: usize = 1024;

/// When the box last became a file, and when it was made out of one.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Backups {
    /// Seconds since 1970; `None`: never.
    pub made: Option<u64>,
    /// The last one that was restored.
    pub restored: Option<Restored>,
}

/// A backup that became this box.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Restored {
    /// When, in seconds since 1970.
    pub at: u64,
    /// When it was made.
    pub made: u64,
    /// What the box was called that made it.
    pub house: String,
}

/// A backup on its way in.
pub struct Restoring<'a> {
    /// What it was sealed with.
    pub with: Passphrase,
    /// What its own log is to say.
    pub by: Deed,
    /// The file.
    pub pieces: Pieces<'a>,
}

impl std::fmt::Debug for Restoring<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Restoring").field("by", &self.by).finish_non_exhaustive()
    }
}

pub(crate) fn doors() -> Doors {
    Doors::default().see("/api/v1/backup", May::See, shown)
}

/// They take as long as they take.
pub(crate) fn orders() -> Doors {
    Doors::default()
        .act("/api/v1/backup", May::Own, MADE, make)
        .merge(Doors::default().act("/api/v1/restore", May::Own, RESTORED, restore).bodies(usize::MAX))
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    #[serde(flatten)]
    backups: Backups,
}

async fn shown(State(app): State<App>) -> Response {
    match app.commands.backups().await {
        Ok(backups) => Json(Shown { schema: "backups/1", backups }).into_response(),
        Err(reason) => refusal(StatusCode::SERVICE_UNAVAILABLE, reason),
    }
}

#[derive(Deserialize)]
struct Wanted {
    passphrase: String,
}

async fn make(State(app): State<App>, Json(Wanted { passphrase }): Json<Wanted>) -> Response {
    match made(&app, Lang::En, passphrase).await {
        Ok(file) => file,
        Err((status, why)) => refusal(status, why),
    }
}

/// The box as a file to keep, or why not.
pub(crate) async fn made(app: &App, t: Lang, typed: String) -> Result<Response, (StatusCode, String)> {
    let unfit = |why| (StatusCode::UNPROCESSABLE_ENTITY, unfit(t, why).to_owned());
    let passphrase = Passphrase::new(typed).map_err(unfit)?;
    let pieces = app.commands.back_up(passphrase).await;
    let pieces = pieces.map_err(|why| (StatusCode::CONFLICT, t.say(&why).to_owned()))?;
    let day = when::rfc3339(app.clock.now());
    let name = format!("attachment; filename=\"gatehouse-{}.backup\"", day.get(..10).unwrap_or_default());
    let head = [(CONTENT_TYPE, "application/octet-stream".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((head, Body::from_stream(pieces.map_err(io::Error::other))).into_response())
}

const fn unfit(t: Lang, why: PassphraseRefused) -> &'static str {
    match why {
        PassphraseRefused::TooSimple => t.pick(
            "Das Kennwort braucht mindestens zwölf Zeichen, fünf davon verschieden. Ein Satz ist gut.",
            "The passphrase needs at least twelve characters, five of them different. A sentence is good.",
        ),
        PassphraseRefused::TooLong => {
            t.pick("Das Kennwort hat höchstens 200 Zeichen.", "The passphrase has at most 200 characters.")
        }
    }
}

#[derive(Serialize)]
struct Taken {
    schema: &'static str,
}

async fn restore(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    who: Option<Extension<Who>>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    let who = who.map(|Extension(who)| who);
    let bringer = Bringer::Known(who, Visitor::new(address(peer), &headers));
    match take_in(&app, Lang::En, form, bringer).await {
        Ok(()) => (StatusCode::ACCEPTED, Json(Taken { schema: "taken/1" })).into_response(),
        Err((status, why)) => refusal(status, why),
    }
}

/// Who brings a backup.
pub(crate) enum Bringer {
    /// Somebody inside, or on the box itself.
    Known(Option<Who>, Visitor),
    /// Somebody in front of a new box; the form has its set-up code.
    New(Visitor),
}

impl Bringer {
    async fn deed(&self, app: &App, t: Lang, code: &str) -> Result<Deed, (StatusCode, String)> {
        let did = Did { method: Method::POST, route: ROUTE, about: String::new() };
        match self {
            Self::Known(who, from) => {
                Ok(app.door.deed(who.as_ref().map_or("console", |who| &who.account), from, did))
            }
            Self::New(from) => {
                let knows = app.door.knows_code(from, code).await;
                knows.map_err(|refused| {
                    let Refusal { status, words, .. } = Refusal::of_set_up(t, &refused);
                    (status, words)
                })?;
                Ok(app.door.deed("-", from, did))
            }
        }
    }
}

/// Takes a backup in that comes with a form; what is typed stands before the file.
pub(crate) async fn take_in(
    app: &App,
    t: Lang,
    mut form: Multipart,
    bringer: Bringer,
) -> Result<(), (StatusCode, String)> {
    let (mut code, mut typed) = (String::new(), String::new());
    for _ in 0..FIELDS {
        let field = form.next_field().await.map_err(|fault| (fault.status(), t.form_broken().to_owned()))?;
        let Some(field) = field else { break };
        match field.name() {
            Some("code") => code = short(field, t).await?,
            Some("passphrase" | "opens") => typed = short(field, t).await?,
            Some("file") => {
                let by = bringer.deed(app, t, &code).await?;
                let pieces = Box::pin(field.map_err(|fault| fault.to_string()));
                let restoring = Restoring { with: Passphrase::typed(typed), by, pieces };
                let restored = app.commands.restore(restoring).await;
                return restored.map_err(|why| (StatusCode::CONFLICT, t.say(&why).to_owned()));
            }
            _ => drop(short(field, t).await?),
        }
    }
    let words = t.pick("Bitte Kennwort und Datei angeben.", "Give passphrase and file.");
    Err((StatusCode::UNPROCESSABLE_ENTITY, words.to_owned()))
}

/// What was typed into a field.
async fn short(mut field: Field<'_>, t: Lang) -> Result<String, (StatusCode, String)> {
    let broken = |status| (status, t.form_broken().to_owned());
    let mut text = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|fault| broken(fault.status()))? {
        text.extend_from_slice(&piece);
        if text.len() > LONGEST {
            return Err(broken(StatusCode::PAYLOAD_TOO_LARGE));
        }
    }
    String::from_utf8(text).map_err(|_| broken(StatusCode::BAD_REQUEST))
}
