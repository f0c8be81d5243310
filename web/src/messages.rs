//! `/api/v1/me/messages`, `/api/v1/voicemail`: what lies in the mailboxes of the house, for those whose they are, and what greets
//! whoever calls.
//!
//! Nobody else hears of a caller or hears a message, whatever else they may: the owner of the box sees how many there are.

use std::pin::Pin;
use std::time::SystemTime;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::{Paged, part, problem};
use crate::charter::{Doors, May};
use crate::commands::Upload;
use crate::door::Who;
use crate::routes::App;
use crate::view::{Mailbox, Sentence};
use crate::when;

/// What is written down.
pub(crate) const HEARD: [&str; 2] =
    ["Sprachnachricht als gehört oder neu gekennzeichnet", "Marked a voice message as heard or new"];
pub(crate) const DELETED: [&str; 2] = ["Sprachnachricht gelöscht", "Deleted a voice message"];
pub(crate) const RESTORED: [&str; 2] = ["Sprachnachricht zurückgeholt", "Took a voice message back"];
pub(crate) const GREETED: [&str; 2] =
    ["Ansage eines Anrufbeantworters geändert", "Changed a mailbox's greeting"];
pub(crate) const UNGREETED: [&str; 2] =
    ["Ansage eines Anrufbeantworters entfernt", "Removed a mailbox's greeting"];

/// On whose behalf something is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listener {
    /// This person of the account; only what lies in their mailboxes is there for them.
    Person(String),
    /// Whoever sets the telephone system up: greetings, and nothing that a caller said.
    Admin,
}

/// What may be asked about mailboxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageAsk {
    /// What lies in them.
    Shown,
    /// Somebody has listened to it, or wants it to count as new.
    Heard {
        /// Which message.
        id: String,
        /// Whether it counts as heard from now on.
        heard: bool,
    },
    /// Delete it; for a while it can be taken back.
    Delete {
        /// Which message.
        id: String,
    },
    /// Take it back.
    Restore {
        /// Which message.
        id: String,
    },
    /// Greet with this WAV file.
    Greet {
        /// Which mailbox.
        mailbox: String,
        /// The file as it came.
        file: Vec<u8>,
    },
    /// Greet as usual.
    Ungreet {
        /// Which mailbox.
        mailbox: String,
    },
}

/// What may be listened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoundAsk {
    /// A message.
    Message {
        /// Which.
        id: String,
    },
    /// A mailbox's own greeting.
    Greeting {
        /// Which mailbox.
        mailbox: String,
    },
}

/// Why something did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageRefused {
    /// There is nothing of that name for whoever asked.
    Unknown,
    /// This is why not.
    Not(Sentence),
}

/// What comes of it.
pub type Minded<'a, T> = Pin<Box<dyn Future<Output = Result<T, MessageRefused>> + Send + 'a>>;

/// What lies in somebody's mailboxes, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lying {
    /// Messages.
    pub messages: Vec<Message>,
    /// Those deleted a moment ago that can still be taken back.
    pub deleted: Vec<Message>,
}

/// Something said after the tone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Ours, opaque.
    pub id: String,
    /// The mailbox it lies in.
    pub mailbox: String,
    /// The caller's number; empty when nobody knows it.
    pub number: String,
    /// The caller's name as it was shown; may be empty.
    pub name: String,
    /// When the tone sounded.
    #[serde(serialize_with = "when::serialize")]
    pub left: SystemTime,
    /// How long it is.
    pub seconds: u64,
    /// Whether somebody has listened to it.
    pub heard: bool,
}

/// Whoever asks, with their own rights; what stands in the account as a person, or nobody.
pub(crate) struct Asking(pub(crate) App, pub(crate) Listener);

pub(crate) fn person(who: &Who) -> Listener {
    // Nobody is called nothing, so nothing is theirs.
    Listener::Person(who.user.clone().unwrap_or_default())
}

impl Asking {
    pub(crate) async fn ask(&self, ask: MessageAsk) -> Result<Lying, MessageRefused> {
        self.0.commands.messages(self.1.clone(), ask).await
    }

    async fn done(&self, ask: MessageAsk) -> Response {
        match self.ask(ask).await {
            Ok(_) => Json(json!({ "schema": "done/1" })).into_response(),
            Err(refused) => refusal(&refused),
        }
    }

    pub(crate) async fn sound(&self, ask: SoundAsk, asked: &HeaderMap) -> Result<Response, MessageRefused> {
        let (name, edition) = match &ask {
            SoundAsk::Message { id } => (id.clone(), 0),
            SoundAsk::Greeting { mailbox } => {
                let view = self.0.view();
                let known = view.mailboxes.iter().find(|it| it.id == *mailbox);
                (mailbox.clone(), known.map_or(0, |it| it.edition))
            }
        };
        let sound = self.0.commands.sound(self.1.clone(), ask).await?;
        // What was opened has a name that fits into a header: only such files are.
        Ok(sound.answer(&format!("{name}.{edition}"), &name, asked))
    }
}

fn refusal(refused: &MessageRefused) -> Response {
    match refused {
        MessageRefused::Unknown => problem(StatusCode::NOT_FOUND, "there is no such thing in your mailboxes"),
        MessageRefused::Not(why) => {
            (StatusCode::CONFLICT, Json(json!({ "schema": "refusal/1", "reason": why.en }))).into_response()
        }
    }
}

/// How much lies in which mailbox, also for programs on the box itself.
pub(crate) fn counts() -> Doors {
    Doors::default().see("/api/v1/voicemail", May::See, boxes)
}

/// What is one's own.
pub(crate) fn doors() -> Doors {
    let own = "/api/v1/me/messages/{id}";
    let greeting = "/api/v1/me/greetings/{id}";
    let every = "/api/v1/voicemail/{id}/greeting";
    let mine = |ask: fn(String) -> MessageAsk| {
        move |State(app): State<App>, Extension(who): Extension<Who>, Path(id): Path<String>| async move {
            Asking(app, person(&who)).done(ask(id)).await
        }
    };
    let admin = |State(app): State<App>, Path(mailbox): Path<String>| async move {
        Asking(app, Listener::Admin).done(MessageAsk::Ungreet { mailbox }).await
    };
    Doors::default()
        .see("/api/v1/me/messages", May::Mind, list)
        .see(own, May::Mind, one)
        .act(own, May::Mind, HEARD, mark)
        .act("/api/v1/me/messages/{id}/gone", May::Mind, DELETED, mine(|id| MessageAsk::Delete { id }))
        .act("/api/v1/me/messages/{id}/back", May::Mind, RESTORED, mine(|id| MessageAsk::Restore { id }))
        .see("/api/v1/me/messages/{id}/sound", May::Mind, listen)
        .see(greeting, May::Mind, own_greeting)
        .act(
            "/api/v1/me/greetings/{id}/gone",
            May::Mind,
            UNGREETED,
            mine(|mailbox| MessageAsk::Ungreet { mailbox }),
        )
        .see(every, May::See, any_greeting)
        .act("/api/v1/voicemail/{id}/greeting/gone", May::Set, UNGREETED, admin)
        .merge(
            Doors::default()
                .act(greeting, May::Mind, GREETED, greet)
                .act(every, May::Set, GREETED, greet_any)
                .bodies(crate::commands::FILE),
        )
}

async fn list(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    page: Result<Query<Paged>, QueryRejection>,
) -> Response {
    let Ok(Query(page)) = page else {
        return problem(StatusCode::BAD_REQUEST, "limit is a number, cursor what `next` said");
    };
    let user = who.user.clone().unwrap_or_default();
    let lying = match app.commands.messages(Listener::Person(user.clone()), MessageAsk::Shown).await {
        Ok(lying) => lying,
        Err(refused) => return refusal(&refused),
    };
    let Some((items, next)) = part(&lying.messages, &page, |it| &it.id) else {
        return problem(StatusCode::BAD_REQUEST, "the list has changed: begin again without a cursor");
    };
    let view = app.view();
    let boxes: Vec<&Mailbox> = view.mailboxes.iter().filter(|it| it.is_of(&user)).collect();
    let at = when::rfc3339(app.clock.now());
    let answer = json!({
        "schema": "messages/1", "at": at, "mailboxes": boxes, "items": items, "next": next, "deleted": lying.deleted,
    });
    Json(answer).into_response()
}

async fn one(State(app): State<App>, Extension(who): Extension<Who>, Path(id): Path<String>) -> Response {
    match Asking(app, person(&who)).ask(MessageAsk::Shown).await {
        Ok(lying) => match lying.messages.iter().find(|it| it.id == id) {
            Some(message) => Json(json!({ "schema": "message/1", "message": message })).into_response(),
            None => refusal(&MessageRefused::Unknown),
        },
        Err(refused) => refusal(&refused),
    }
}

#[derive(Deserialize)]
struct Mark {
    heard: bool,
}

async fn mark(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Json(Mark { heard }): Json<Mark>,
) -> Response {
    Asking(app, person(&who)).done(MessageAsk::Heard { id, heard }).await
}

async fn listen(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    asked: HeaderMap,
) -> Response {
    heard(Asking(app, person(&who)), SoundAsk::Message { id }, &asked).await
}

async fn own_greeting(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(mailbox): Path<String>,
    asked: HeaderMap,
) -> Response {
    heard(Asking(app, person(&who)), SoundAsk::Greeting { mailbox }, &asked).await
}

async fn any_greeting(State(app): State<App>, Path(mailbox): Path<String>, asked: HeaderMap) -> Response {
    heard(Asking(app, Listener::Admin), SoundAsk::Greeting { mailbox }, &asked).await
}

async fn heard(asking: Asking, ask: SoundAsk, asked: &HeaderMap) -> Response {
    asking.sound(ask, asked).await.unwrap_or_else(|refused| refusal(&refused))
}

async fn greet(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(mailbox): Path<String>,
    Upload(file): Upload,
) -> Response {
    Asking(app, person(&who)).done(MessageAsk::Greet { mailbox, file }).await
}

async fn greet_any(State(app): State<App>, Path(mailbox): Path<String>, Upload(file): Upload) -> Response {
    Asking(app, Listener::Admin).done(MessageAsk::Greet { mailbox, file }).await
}

async fn boxes(State(app): State<App>) -> Response {
    let view = app.view();
    let at = when::rfc3339(app.clock.now());
    Json(json!({ "schema": "voicemail/1", "at": at, "mailboxes": &*view.mailboxes })).into_response()
}
