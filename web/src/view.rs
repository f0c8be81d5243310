//! The picture of the house that the daemon publishes: plain, immutable, complete.
//!
//! A new picture replaces the old one whole. What stands in here may be shown to a signed-in admin and to the
//! command line, so it holds no secret.

pub mod account;
mod mailbox;
mod mirror;
pub mod past;
pub mod queue;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::when;

pub use mailbox::Mailbox;
pub use mirror::{Brought, Mirror, MirrorState, Progress};

/// Everything the page shows, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Version of the running daemon, as `gatehouse version` prints it.
    pub version: String,
    /// When the daemon started.
    pub started: SystemTime,
    /// Whether phones can call.
    pub readiness: Readiness,
    /// Every device of the account, in the order to show.
    pub phones: Arc<Vec<Phone>>,
    /// Calls that exist now, in the order to show.
    pub calls: Vec<Call>,
    /// Channels in which callers wait, in the order to show.
    pub queues: Vec<queue::Queue>,
    /// The lines to the outside, in the order to show.
    pub lines: Vec<Line>,
    /// How fresh our copy of the cloud account is.
    pub mirror: Mirror,
    /// Calls for help under way, and those nobody has heard of, oldest first.
    pub alarms: Arc<[Alarm]>,
    /// What somebody should know or mend, worst first.
    pub notices: Vec<Notice>,
    /// Phones and strangers that were refused lately, in the order to show.
    pub turned_away: Vec<TurnedAway>,
    /// The account as it was last mirrored.
    pub account: Arc<account::Account>,
    /// How current each kind of object in it is, in the order to show.
    pub kinds: Vec<account::KindNow>,
    /// The mailboxes of the house, in the order to show.
    pub mailboxes: Arc<[Mailbox]>,
    /// What the configuration made of this box.
    pub machine: Arc<Machine>,
}

/// What the configuration made of this box. No secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// Where phones register, `udp:0.0.0.0:5060`.
    pub sip: Vec<String>,
    /// Domains that phones may use besides the box's own addresses.
    pub domains: Vec<String>,
    /// Ports for voice.
    pub voice: String,
    /// Where this page is.
    pub https: String,
    /// Where the redirect to it is.
    pub http: String,
    /// Base address of the cloud's API.
    pub cloud: String,
    /// The data directory.
    pub data: String,
    /// The configuration file.
    pub file: String,
}

impl View {
    /// The picture before anything is known: not ready, nothing mirrored.
    pub fn starting(version: impl Into<String>, started: SystemTime) -> Self {
        Self {
            version: version.into(),
            started,
            readiness: Readiness::NotYet {
                reason: Sentence::new("Gatehouse startet gerade.", "Gatehouse is starting."),
            },
            phones: Arc::default(),
            calls: Vec::new(),
            queues: Vec::new(),
            lines: Vec::new(),
            mirror: Mirror::never(""),
            alarms: Arc::new([]),
            notices: Vec::new(),
            turned_away: Vec::new(),
            account: Arc::default(),
            kinds: Vec::new(),
            mailboxes: Arc::new([]),
            machine: Arc::default(),
        }
    }

    /// How many phones are registered.
    pub fn registered(&self) -> usize {
        self.phones.iter().filter(|phone| matches!(phone.state, PhoneState::Registered { .. })).count()
    }
}

/// Whether two desks can call each other. `/healthz` says the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Readiness {
    /// Phones can register and call.
    Ready,
    /// They cannot, and this is why.
    NotYet {
        /// Shown on `/healthz` without sign-in: no names, no numbers.
        reason: Sentence,
    },
}

/// A call for help that people on site should know of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// Ours, opaque; the same for the life of the call.
    pub call: String,
    /// Who, from where, over which line, and how far it is.
    pub what: Sentence,
    /// When it began.
    #[serde(serialize_with = "when::serialize")]
    pub since: SystemTime,
    /// Nobody has said yet that he heard of it.
    pub unheard: bool,
}

/// One device of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Phone {
    /// The account's id of the device, such as `e0`; unique in [`View::phones`].
    pub device: String,
    /// What the customer calls it.
    pub alias: String,
    /// Name of the person it belongs to.
    pub owner: Option<String>,
    /// Numbers to dial inside the house to make it ring.
    pub extensions: Vec<String>,
    /// Registered or not.
    #[serde(flatten)]
    pub state: PhoneState,
}

/// Registered or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PhoneState {
    /// Calls reach it.
    Registered {
        /// How it talks to us.
        transport: Transport,
        /// Registered without a gap since then.
        #[serde(serialize_with = "when::serialize")]
        since: SystemTime,
    },
    /// Calls do not reach it.
    Unregistered {
        /// When it was last registered; `None`: never seen.
        #[serde(serialize_with = "when::serialize_option")]
        since: Option<SystemTime>,
    },
}

/// How a phone talks to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the standards' own")]
pub enum Transport {
    Udp,
    Tcp,
    Tls,
    WebSocket,
}

/// One call that exists now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Ours, opaque; unique in [`View::calls`] and the same for the life of the call.
    pub id: String,
    /// Who called.
    pub caller: Party,
    /// Who was called, or who answered.
    pub callee: Party,
    /// What is happening.
    pub state: CallState,
    /// When it began to ring or, once answered, when it was answered. Holding does not change it.
    #[serde(serialize_with = "when::serialize")]
    pub since: SystemTime,
}

/// One end of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    /// From the account, never what the phone claims.
    pub name: Option<String>,
    /// Extension of a desk in the house, else the number outside.
    pub number: String,
    /// Whether its voice travels encrypted between it and the box.
    pub encrypted: bool,
    /// Why nothing was heard of it three seconds into the conversation, if so.
    pub unheard: Option<Unheard>,
}

/// Why a side is not heard, as far as the box can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unheard {
    /// Not a packet of voice comes.
    Nothing,
    /// Packets come from elsewhere than it said.
    Elsewhere,
    /// Packets come that are no voice, or that its key does not open.
    Unreadable,
    /// It reports and does not speak.
    Mute,
}

/// What a call is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Nobody has answered yet.
    Ringing,
    /// Both hear each other.
    Talking,
    /// One side has the other on hold.
    Held,
    /// Three hear each other.
    Conference,
}

/// Somebody who was refused: the answer to "why does this phone not work?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TurnedAway {
    /// Where it asked from.
    pub address: String,
    /// The login it claimed, if any; as received.
    pub login: Option<String>,
    /// What it calls itself; as received, empty when it does not say.
    pub agent: String,
    /// How often it was refused, or left without an answer.
    pub times: u64,
    /// The last refusal; for a source that is not answered any more, when that began.
    #[serde(serialize_with = "when::serialize")]
    pub at: SystemTime,
    /// Not answered until then; `None`: it is answered.
    #[serde(serialize_with = "when::serialize_option")]
    pub until: Option<SystemTime>,
    /// Why.
    pub why: Sentence,
    /// What to do.
    pub fix: Sentence,
}

/// A line to the outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// SIP user name of the device it is registered for, or the trunk's name in the configuration; unique in [`View::lines`].
    pub name: String,
    /// What it is for.
    pub kind: LineKind,
    /// Whether it carries calls.
    #[serde(flatten)]
    pub state: LineState,
    /// In that state since then.
    #[serde(serialize_with = "when::serialize")]
    pub since: SystemTime,
    /// Which server it is registered at: address and port.
    pub server: Option<String>,
    /// How long that took to answer when it was last asked, in milliseconds.
    pub answers_ms: Option<u16>,
    /// Until when its certificate counts, where it has shown one.
    #[serde(serialize_with = "when::serialize_option")]
    pub certificate: Option<SystemTime>,
    /// No name server has answered for its provider since then: it lives on the last answer.
    #[serde(serialize_with = "when::serialize_option")]
    pub names_gone: Option<SystemTime>,
    /// Calls on it now.
    pub calls: u16,
    /// Numbers of the account whose calls go out over it first; a trunk without any carries whatever no other line does.
    pub numbers: Vec<String>,
}

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// The calls of one phone of the account.
    Device,
    /// Everybody's calls.
    Trunk,
    /// Everybody's calls when no other line can be used.
    Backup,
}

/// Whether a line carries calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LineState {
    /// Nothing is known yet.
    Starting,
    /// It does.
    Up,
    /// It does not; the box keeps trying.
    Down {
        /// Why.
        why: Sentence,
    },
}

impl View {
    /// How many lines carry calls.
    pub fn lines_up(&self) -> usize {
        self.lines.iter().filter(|line| line.state == LineState::Up).count()
    }
}

/// Something somebody should know or mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// How bad.
    pub severity: Severity,
    /// Whose fault it is.
    pub fault: Fault,
    /// What is wrong and what it means for the office.
    pub what: Sentence,
    /// What to do.
    pub fix: Sentence,
}

/// How bad a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Something works less well than it should.
    Warning,
    /// Somebody cannot call.
    Fault,
}

/// Whose fault something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A telephone or its settings.
    Phone,
    /// The cloud account or the provider.
    Cloud,
    /// The office network or its line.
    Network,
    /// The box, its disk, its clock, its configuration.
    Box,
    /// Gatehouse itself.
    Ours,
}

/// The same sentence in both languages of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// German.
    pub de: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Sentence {
    /// German first, then English, both complete with their full stop.
    pub fn new(de: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { de: de.into(), en: en.into() }
    }
}
