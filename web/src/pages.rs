//! Every page behind the door, one file each; the dashboard and its parts here. Each part has an id; the live stream replaces parts by it.

pub(crate) mod access;
pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod billing;
pub(crate) mod changes;
pub(crate) mod contacts;
pub(crate) mod diagnostics;
pub(crate) mod finding;
pub(crate) mod first_run;
pub(crate) mod groups;
pub(crate) mod hardware;
pub(crate) mod lines;
pub(crate) mod locations;
pub(crate) mod machine;
pub(crate) mod me;
pub(crate) mod messages;
pub(crate) mod mirror;
pub(crate) mod names;
pub(crate) mod network;
pub(crate) mod numbers;
pub(crate) mod parts_list;
pub(crate) mod passkeys;
pub(crate) mod people;
pub(crate) mod phone_system;
pub(crate) mod phones;
mod refusals;
pub(crate) mod repairs;
pub(crate) mod routing;
pub(crate) mod second_factor;
pub(crate) mod security;
pub(crate) mod statistics;
pub(crate) mod talk;
pub(crate) mod tokens;
pub(crate) mod updates;
pub(crate) mod users;
pub(crate) mod voicemail;
pub(crate) mod webhooks;

pub(crate) use refusals::{missing, not_found, refused};

use std::fmt;
use std::time::SystemTime;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::assets::{ASSETS, Assets};
use crate::charter::{Doors, May};
use crate::parts::{Note, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::{
    Alarm, Call, CallState, Mirror, MirrorState, Notice, Party, Readiness, Severity, TurnedAway, View,
};
use crate::when;
use crate::words::Lang;

/// Every page behind the door.
pub(crate) fn doors() -> Doors {
    Doors::default()
        .see("/", May::Everybody, dashboard)
        .see("/repairs", May::See, repairs::page)
        .see("/calls", May::See, talk::page)
        .see("/calls/{id}", May::See, talk::one)
        .see("/phones", May::See, phones::page)
        .see("/phones/{id}", May::See, phones::one)
        .see("/users", May::See, users::page)
        .see("/users/{id}", May::See, users::one)
        .see("/groups", May::See, phone_system::groups)
        .see("/groups/{id}", May::See, groups::one)
        .see("/channels", May::See, phone_system::channels)
        .see("/numbers", May::See, phone_system::numbers)
        .see("/numbers/{id}", May::See, numbers::one)
        .see("/fax", May::See, phone_system::fax)
        .see("/system", May::See, machine::system)
        .see("/about", May::Everybody, machine::about)
        .see("/about/sbom.json", May::Everybody, parts_list::download)
        .see("/search", May::See, finding::search)
        .see("/help", May::Everybody, finding::help)
        .merge(billing::doors())
        .merge(first_run::doors())
        .merge(lines::doors())
        .merge(locations::doors())
        .merge(changes::doors())
        .merge(contacts::doors())
        .merge(diagnostics::doors())
        .merge(me::doors())
        .merge(messages::doors())
        .merge(mirror::doors())
        .merge(network::doors())
        .merge(people::doors())
        .merge(security::doors())
        .merge(statistics::doors())
        .merge(access::doors())
        .merge(passkeys::doors())
        .merge(accounts::doors())
        .merge(tokens::doors())
        .merge(audit::doors())
        .merge(updates::doors())
        .merge(backup::doors())
        .merge(voicemail::doors())
        .merge(webhooks::doors())
}

/// Forms that are answered when something outside has answered.
pub(crate) fn orders() -> Doors {
    people::orders().merge(updates::orders()).merge(diagnostics::orders()).merge(backup::orders())
}

/// A finished page.
pub(crate) fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(failed) => {
            tracing::error!(%failed, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Dashboard {
    t: Lang,
    assets: &'static Assets,
    shell: Shell,
    /// While setting up goes on.
    reminder: Option<Note>,
}

/// `GET /`.
pub(crate) async fn dashboard(State(app): State<App>, shell: Shell) -> Response {
    if !shell.who.may(May::See) {
        return crate::door_pages::go("/me");
    }
    let reminder = first_run::reminder(&app, &shell).await;
    html(StatusCode::OK, &Dashboard { t: shell.t, assets: &ASSETS, shell, reminder })
}

impl Dashboard {
    fn health(&self) -> Health<'_> {
        Health { t: self.shell.t, readiness: &self.shell.view.readiness }
    }
    fn figures(&self) -> Figures<'_> {
        Figures { t: self.shell.t, now: self.shell.now, view: &self.shell.view }
    }
    fn notices(&self) -> Notices<'_> {
        Notices { t: self.shell.t, notices: &self.shell.view.notices }
    }
    fn turned_away(&self) -> TurnedAways<'_> {
        TurnedAways { t: self.shell.t, now: self.shell.now, all: &self.shell.view.turned_away }
    }
    fn calls(&self) -> Calls<'_> {
        Calls { t: self.shell.t, now: self.shell.now, calls: &self.shell.view.calls }
    }
    fn mirror(&self) -> MirrorPart<'_> {
        MirrorPart { t: self.shell.t, mirror: &self.shell.view.mirror }
    }
}

/// Whether phones can call.
#[derive(Template)]
#[template(path = "health.html")]
pub(crate) struct Health<'a> {
    pub(crate) t: Lang,
    pub(crate) readiness: &'a Readiness,
}

/// The three figures.
#[derive(Template)]
#[template(path = "figures.html")]
pub(crate) struct Figures<'a> {
    pub(crate) t: Lang,
    pub(crate) now: SystemTime,
    pub(crate) view: &'a View,
}

impl Figures<'_> {
    fn age(&self) -> Option<Time> {
        self.view.mirror.fetched.map(|at| Time::lasting(self.t, at, self.now))
    }
}

/// Calls for help, on every page.
#[derive(Template)]
#[template(path = "parts/alarms.html")]
pub(crate) struct AlarmPart<'a> {
    pub(crate) t: Lang,
    pub(crate) now: SystemTime,
    pub(crate) assets: &'static Assets,
    pub(crate) alarms: &'a [Alarm],
}

impl AlarmPart<'_> {
    fn age(&self, alarm: &Alarm) -> Time {
        Time::clock(alarm.since, self.now)
    }

    fn sounds(&self) -> bool {
        self.alarms.iter().any(|alarm| alarm.unheard)
    }
}

/// What needs attention.
#[derive(Template)]
#[template(path = "notices.html")]
pub(crate) struct Notices<'a> {
    pub(crate) t: Lang,
    pub(crate) notices: &'a [Notice],
}

/// Who was refused, and why.
#[derive(Template)]
#[template(path = "turned_away.html")]
pub(crate) struct TurnedAways<'a> {
    pub(crate) t: Lang,
    pub(crate) now: SystemTime,
    pub(crate) all: &'a [TurnedAway],
}

impl TurnedAways<'_> {
    fn last(&self, one: &TurnedAway) -> Time {
        Time::lasting(self.t, one.at, self.now)
    }
}

/// Calls now.
#[derive(Template)]
#[template(path = "calls.html")]
pub(crate) struct Calls<'a> {
    pub(crate) t: Lang,
    pub(crate) now: SystemTime,
    pub(crate) calls: &'a [Call],
}

/// How many there are.
#[derive(Template)]
#[template(path = "calls_count.html")]
pub(crate) struct CallsCount {
    pub(crate) count: usize,
}

impl Calls<'_> {
    /// What the table's rows stand in.
    pub(crate) const TABLE: &'static str = "calls-now";

    fn count(&self) -> CallsCount {
        CallsCount { count: self.calls.len() }
    }
    fn rows(&self) -> impl Iterator<Item = CallRow<'_>> {
        self.calls.iter().map(|call| CallRow { t: self.t, now: self.now, call })
    }
}

/// One call.
#[derive(Template)]
#[template(path = "call.html")]
pub(crate) struct CallRow<'a> {
    pub(crate) t: Lang,
    pub(crate) now: SystemTime,
    pub(crate) call: &'a Call,
}

impl CallRow<'_> {
    fn from(&self) -> PartyPart<'_> {
        PartyPart { t: self.t, party: &self.call.caller }
    }
    fn to(&self) -> PartyPart<'_> {
        PartyPart { t: self.t, party: &self.call.callee }
    }
    fn mark(&self) -> &'static str {
        match self.call.state {
            CallState::Ringing => "rings",
            CallState::Talking | CallState::Conference => "good",
            CallState::Held => "warn",
        }
    }
    fn time(&self) -> Time {
        Time::clock(self.call.since, self.now)
    }
}

/// One end of a call.
#[derive(Template)]
#[template(path = "party.html")]
struct PartyPart<'a> {
    t: Lang,
    party: &'a Party,
}

/// How fresh our copy is.
#[derive(Template)]
#[template(path = "mirror.html")]
pub(crate) struct MirrorPart<'a> {
    pub(crate) t: Lang,
    pub(crate) mirror: &'a Mirror,
}

/// A moment that reads as the time since; `live.ts` counts on in the same form.
#[derive(Debug, Clone)]
pub(crate) struct Time {
    at: String,
    text: String,
    form: &'static str,
}

impl Time {
    /// `3 min`, `2 h`, `5 days`.
    pub(crate) fn lasting(t: Lang, since: SystemTime, now: SystemTime) -> Self {
        Self { at: when::rfc3339(since), text: t.lasting(when::seconds(since, now)), form: "lasting" }
    }

    /// `0:42`, `1:02:33`, as a telephone shows it.
    fn clock(since: SystemTime, now: SystemTime) -> Self {
        let seconds = when::seconds(since, now);
        Self { at: when::rfc3339(since), text: Self::counted(seconds), form: "clock" }
    }

    /// The same for a time that is over.
    pub(crate) fn counted(seconds: u64) -> String {
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        match hours {
            0 => format!("{minutes}:{seconds:02}"),
            _ => format!("{hours}:{minutes:02}:{seconds:02}"),
        }
    }

    /// A moment that reads as written and does not move; `written` is ours.
    pub(crate) fn fixed(at: SystemTime, written: String) -> Self {
        Self { at: when::rfc3339(at), text: written, form: "fixed" }
    }
}

impl askama::filters::HtmlSafe for Time {}

/// Nothing in here comes from outside: a date, digits and units.
impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, r#"<time datetime="{}" data-form="{}">{}</time>"#, self.at, self.form, self.text)
    }
}

/// The colour of a notice; the word beside it says the same.
fn severity_mark(severity: Severity) -> Tone {
    match severity {
        Severity::Info => Tone::Calm,
        Severity::Warning => Tone::Warn,
        Severity::Fault => Tone::Bad,
    }
}

/// The colour of the copy's state; the word beside it says the same.
fn mirror_mark(state: &MirrorState) -> &'static str {
    match state {
        MirrorState::Current => "good",
        MirrorState::Stale => "warn",
        MirrorState::Failed { .. } => "bad",
        MirrorState::Never => "calm",
    }
}

fn mirror_word(t: Lang, state: &MirrorState) -> &'static str {
    match state {
        MirrorState::Current => t.mirror_current(),
        MirrorState::Stale => t.mirror_stale(),
        MirrorState::Failed { .. } => t.mirror_failed(),
        MirrorState::Never => t.mirror_never(),
    }
}

fn not_ready(readiness: &Readiness, t: Lang) -> Option<&str> {
    match readiness {
        Readiness::Ready => None,
        Readiness::NotYet { reason } => Some(t.say(reason)),
    }
}
