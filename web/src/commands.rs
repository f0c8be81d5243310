//! What admins and processes on the box may ask the daemon to do.

mod ask;
mod nobody;
mod uploads;

use std::pin::Pin;

use axum::Json;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use backup::Passphrase;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::backups::{self, Backups, Restoring};
use crate::charter::{Doors, May};
use crate::detour::DetourAsk;
use crate::diagnostics::{DiagnosticAsk, DiagnosticFile};
use crate::drills::DrillAsk;
use crate::elsewhere::{self, Begun, Elsewhere, Vouched};
use crate::hardware::Hardware;
use crate::ledger::{self, FileAsk};
use crate::line_tests::LineTestAsk;
use crate::messages::{Listener, Lying, MessageAsk, MessageRefused, Minded, SoundAsk};
use crate::network::{Meant, NetworkNow, NetworkRefused, NetworkSettings, Stands};
use crate::people;
use crate::places::{LocationsAsk, LocationsRefused, Placed};
use crate::routes::App;
use crate::self_tests::SelfTestAsk;
use crate::sound::Sound;
use crate::test_calls::TestCallAsk;
use crate::updates::{self, FeedAsk, Pieces, Starts, Versions};
use crate::view::Sentence;
use crate::view::past::{Event, Past, Witness};
use crate::webhooks::WebhookAsk;

pub use ask::MirrorAsk;
pub use nobody::NoCommands;
use nobody::{no_feed, nobody_to_tell, nothing_to_keep, nothing_to_look_at, nothing_to_try};
pub(crate) use uploads::{FILE, Upload};

/// What a command gives back: the result, or a sentence for whoever asked.
pub type Commanded<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// What something that people try gives back: how things stand, or why not, in both languages.
pub type Tried<'a, T = Value> = Pin<Box<dyn Future<Output = Result<T, Sentence>> + Send + 'a>>;

/// What comes of asking for a file: the file, or why there is none, in both languages.
pub type Packed<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, Sentence>> + Send + 'a>>;

/// The daemon, as far as it takes orders.
pub trait Commands: Send + Sync + 'static {
    /// Mirrors the account now and comes back when that has ended.
    fn sync(&self) -> Commanded<'_, Synced>;

    /// Shows a part of the mirror.
    fn mirror(&self, ask: MirrorAsk) -> Commanded<'_, Value>;

    /// Calls that are over, the newest first, from where an earlier page ended.
    fn past(&self, witness: Witness, before: Option<u64>) -> Commanded<'_, Past>;

    /// The call over the box with this number, if it is still remembered.
    fn past_call(&self, number: u64) -> Commanded<'_, Option<Event>> {
        let _ = number;
        Box::pin(async { Ok(None) })
    }

    /// Begins, ends and shows drills.
    fn drill(&self, ask: DrillAsk) -> Tried<'_> {
        let _ = ask;
        Box::pin(async { Err(nothing_to_try()) })
    }

    /// Shows, arms, confirms and disarms a real call for help for testing.
    fn test_call(&self, ask: TestCallAsk) -> Tried<'_> {
        drop(ask);
        Box::pin(async { Err(nothing_to_try()) })
    }

    /// Shows and switches whether the account sends its calls on to a second line while none of its own works.
    fn detour(&self, ask: DetourAsk) -> Tried<'_> {
        let _ = ask;
        Box::pin(async { Err(nothing_to_try()) })
    }

    /// Begins, ends and shows tests of the access line.
    fn line_test(&self, ask: LineTestAsk) -> Tried<'_> {
        let _ = ask;
        Box::pin(async { Err(nothing_to_try()) })
    }

    /// Tests calls for help without a call, and shows the reports.
    fn self_test(&self, ask: SelfTestAsk) -> Tried<'_> {
        let _ = ask;
        Box::pin(async { Err(nothing_to_try()) })
    }

    /// Shows what helps to find a fault, and captures messages.
    fn diagnose(&self, ask: DiagnosticAsk) -> Tried<'_> {
        drop(ask);
        Box::pin(async { Err(nothing_to_look_at()) })
    }

    /// A file for whoever looks for a fault.
    fn diagnostic_file(&self, file: DiagnosticFile) -> Packed<'_> {
        let _ = file;
        Box::pin(async { Err(nothing_to_look_at()) })
    }

    /// Shows and changes which programs are told of calls.
    fn webhook(&self, ask: WebhookAsk) -> Tried<'_> {
        drop(ask);
        Box::pin(async { Err(nobody_to_tell()) })
    }

    /// Shows and changes what lies in mailboxes.
    fn messages(&self, by: Listener, ask: MessageAsk) -> Minded<'_, Lying> {
        drop((by, ask));
        Box::pin(async { Err(MessageRefused::Unknown) })
    }

    /// Opens a message or a greeting to be listened to.
    fn sound(&self, by: Listener, ask: SoundAsk) -> Minded<'_, Sound> {
        drop((by, ask));
        Box::pin(async { Err(MessageRefused::Unknown) })
    }

    /// What the flashed box says about its versions; nothing when this is another system.
    fn versions(&self) -> Commanded<'_, Option<Versions>> {
        Box::pin(async { Ok(None) })
    }

    /// Takes a new version in for the flashed box.
    fn update<'a>(&'a self, pieces: Pieces<'a>, starts: Starts) -> Commanded<'a, ()> {
        drop((pieces, starts));
        Box::pin(async { Err("there is no box to update".to_owned()) })
    }

    /// Looks for a new version where one may be, or fetches the one that is there.
    fn feed(&self, ask: FeedAsk) -> Tried<'_, ()> {
        let _ = ask;
        Box::pin(async { Err(no_feed()) })
    }

    /// Wants the flashed box to begin anew.
    fn forget_everything(&self) -> Commanded<'_, ()> {
        Box::pin(async { Err("there is no box to reset".to_owned()) })
    }

    /// How the box itself is doing, and what is plugged into it.
    fn hardware(&self) -> Commanded<'_, Hardware> {
        Box::pin(async { Ok(Hardware::default()) })
    }

    /// How the flashed box stands in the network.
    fn network(&self) -> Stands<'_, NetworkNow> {
        Box::pin(async { Err(NetworkRefused::NotFlashed) })
    }

    /// Checks settings for the network, and tries them when they are meant; they come back as they are understood.
    fn new_network(&self, wanted: NetworkSettings, meant: Meant) -> Stands<'_, NetworkSettings> {
        drop((wanted, meant));
        Box::pin(async { Err(NetworkRefused::NotFlashed) })
    }

    /// Keeps the settings of the trial with this id.
    fn keep_network(&self, id: u64) -> Stands<'_, ()> {
        let _ = id;
        Box::pin(async { Err(NetworkRefused::NotFlashed) })
    }

    /// When the box last became a file, and when it was made out of one.
    fn backups(&self) -> Commanded<'_, Backups> {
        Box::pin(async { Ok(Backups::default()) })
    }

    /// Everything this box cannot fetch again, as one file that only this passphrase opens.
    fn back_up(&self, with: Passphrase) -> Tried<'_, Pieces<'static>> {
        drop(with);
        Box::pin(async { Err(nothing_to_keep()) })
    }

    /// Checks a backup and makes it the state of the box, once nobody talks.
    fn restore<'a>(&'a self, wanted: Restoring<'a>) -> Tried<'a, ()> {
        drop(wanted);
        Box::pin(async { Err(nothing_to_keep()) })
    }

    /// A file for another program.
    fn file(&self, ask: FileAsk) -> Commanded<'_, Vec<u8>> {
        drop(ask);
        Box::pin(async { Err("there is nothing to write".to_owned()) })
    }

    /// Houses whose people may sign in here.
    fn houses(&self) -> &[Elsewhere] {
        &[]
    }

    /// Begins a sign-in at the house of this name.
    fn begin_sign_in(&self, name: String) -> Vouched<'_, Begun> {
        drop(name);
        Box::pin(async { Err(elsewhere::unknown()) })
    }

    /// The name of the account of whoever brought this query back to the question with this state, which is answered once.
    fn end_sign_in(&self, state: String, query: String) -> Vouched<'_, String> {
        drop((state, query));
        Box::pin(async { Err(elsewhere::unknown()) })
    }

    /// Shows and changes where phones stand; a box that knows no places is busy.
    fn places(&self, ask: LocationsAsk) -> Placed<'_> {
        drop(ask);
        Box::pin(async { Err(LocationsRefused::Busy) })
    }
}

/// What a sync did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Synced {
    /// Objects that are new, different or gone.
    pub changed: usize,
    /// HTTP requests it took.
    pub requests: u32,
}

/// `/api/v1/mirror/...`: what the cloud said, and what may be asked of it.
pub(crate) fn doors() -> Doors {
    let shown = |ask: fn() -> MirrorAsk| move |State(app): State<App>| shown(app, ask());
    Doors::default()
        .see("/api/v1/mirror/journal", May::See, shown(|| MirrorAsk::Journal))
        .see("/api/v1/mirror/events", May::See, events)
        .see("/api/v1/mirror/kinds", May::See, shown(|| MirrorAsk::Kinds))
        .see("/api/v1/history", May::See, history)
        .see("/api/v1/contacts/{form}", May::See, contacts)
        .see("/api/v1/mirror/rights", May::See, shown(|| MirrorAsk::Rights))
        .see("/api/v1/mirror/objects/{kind}", May::See, objects)
        .merge(uploads::doors())
        .merge(ledger::doors())
        .merge(people::doors())
}

/// What takes as long as it takes.
pub(crate) fn orders() -> Doors {
    let login = |State(app): State<App>| done(app, MirrorAsk::Login);
    let unlink = |State(app): State<App>| done(app, MirrorAsk::Unlink);
    Doors::default()
        .act("/api/v1/mirror/sync", May::Set, ["Konto abgeglichen", "Synced the account"], sync)
        .act(
            "/api/v1/mirror/login",
            May::Rule,
            ["Anmeldung an der Cloud begonnen", "Began a login at the cloud"],
            login,
        )
        .act(
            "/api/v1/mirror/login/back",
            May::Rule,
            ["Mit der Cloud verbunden", "Linked the cloud"],
            login_back,
        )
        .act("/api/v1/mirror/journal", May::Set, ["Änderung für die Cloud", "A change for the cloud"], wanted)
        .act(
            "/api/v1/mirror/journal/{id}/{choice}",
            May::Set,
            ["Über eine Änderung entschieden", "Decided about a change"],
            choose,
        )
        .act("/api/v1/mirror/unlink", May::Rule, ["Konto getrennt", "Unlinked the account"], unlink)
        .merge(people::orders())
        .merge(updates::orders())
        .merge(backups::orders())
}

/// Where the cloud sends the browser back to. Another site leads here, so no session shows yet: the answer proves itself
/// by the state it carries, which only the box and the cloud's page know, once, for ten minutes.
pub(crate) async fn back(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let address = query.unwrap_or_default();
    match app.commands.mirror(MirrorAsk::LoginBack { address }).await {
        Ok(_) => Redirect::to("/").into_response(),
        Err(reason) => (StatusCode::CONFLICT, reason).into_response(),
    }
}

#[derive(Deserialize)]
struct Back {
    address: String,
}

async fn login_back(State(app): State<App>, Json(back): Json<Back>) -> Response {
    done(app, MirrorAsk::LoginBack { address: back.address }).await
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    from: usize,
}

async fn objects(State(app): State<App>, Path(kind): Path<String>, Query(page): Query<Page>) -> Response {
    shown(app, MirrorAsk::Objects { kind, from: page.from }).await
}

#[derive(Deserialize)]
struct Before {
    before: Option<u64>,
}

async fn history(State(app): State<App>, Query(page): Query<Before>) -> Response {
    shown(app, MirrorAsk::History { before: page.before }).await
}

async fn contacts(State(app): State<App>, Path(form): Path<String>) -> Response {
    let kind = if form == "contacts.vcf" { "text/vcard; charset=utf-8" } else { "text/csv; charset=utf-8" };
    match app.commands.mirror(MirrorAsk::Contacts { form }).await {
        Ok(Value::String(file)) => {
            ([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, "attachment")], file).into_response()
        }
        Ok(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Err(reason) => refusal(StatusCode::NOT_FOUND, reason),
    }
}

async fn events(State(app): State<App>, Query(page): Query<Before>) -> Response {
    shown(app, MirrorAsk::Events { before: page.before }).await
}

async fn choose(State(app): State<App>, Path((id, choice)): Path<(u64, String)>) -> Response {
    let ask = if choice == "cancel" { MirrorAsk::Cancel { id } } else { MirrorAsk::Choose { id, choice } };
    done(app, ask).await
}

pub(crate) async fn done(app: App, ask: MirrorAsk) -> Response {
    match app.commands.mirror(ask).await {
        Ok(answer) => Json(answer).into_response(),
        Err(reason) => refusal(StatusCode::CONFLICT, reason),
    }
}

pub(crate) async fn shown(app: App, ask: MirrorAsk) -> Response {
    match app.commands.mirror(ask).await {
        Ok(answer) => Json(answer).into_response(),
        Err(reason) => refusal(StatusCode::NOT_FOUND, reason),
    }
}

async fn wanted(State(app): State<App>, Json(change): Json<Value>) -> Response {
    done(app, MirrorAsk::Change(change)).await
}

#[derive(Serialize)]
struct Done {
    schema: &'static str,
    #[serde(flatten)]
    synced: Synced,
}

/// Why not, for whoever asked.
pub(crate) fn refusal(status: StatusCode, reason: String) -> Response {
    (status, Json(NotDone { schema: "refusal/1", reason })).into_response()
}

#[derive(Serialize)]
struct NotDone {
    schema: &'static str,
    reason: String,
}

async fn sync(State(app): State<App>) -> Response {
    match app.commands.sync().await {
        Ok(synced) => Json(Done { schema: "sync/1", synced }).into_response(),
        Err(reason) => refusal(StatusCode::BAD_GATEWAY, reason),
    }
}
