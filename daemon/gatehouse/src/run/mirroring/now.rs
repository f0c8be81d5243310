//! The mirror as others see it, and why it could not be brought up to date.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use account::Snapshot;
use cloud::FetchFailed;
use mirror::{Absences, Beat, Freshness, Kind, Notice, State};
use serde::{Deserialize, Serialize};

/// The mirror as it is now, for page and command line.
#[derive(Clone, Debug)]
pub(crate) struct MirrorNow {
    /// The account.
    pub house: Arc<Snapshot>,
    /// The same as the page shows it.
    pub shown: Arc<web::view::account::Account>,
    /// The cloud's host.
    pub source: String,
    /// How current each kind is, and how many of it the house knows.
    pub kinds: BTreeMap<Kind, (Freshness, usize)>,
    /// When everything that is asked for often was last answered: the age of the stalest.
    pub fetched: Option<SystemTime>,
    /// How the last round of questions ended.
    pub last: LastSync,
    /// How far the first copy is, or a sync that somebody asked for; over all its rounds.
    pub progress: Option<cloud::Progress>,
    /// What the last of these brought.
    pub brought: Option<Brought>,
    /// What was odd in the answers.
    pub oddities: Vec<Notice>,
}

/// What a sync that was watched brought.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Brought {
    /// When it ended.
    pub at: SystemTime,
    /// Objects that were new, different or gone.
    pub changed: usize,
    /// HTTP requests it took.
    pub requests: u32,
}

/// How the last round of questions ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum LastSync {
    /// There was none in this run.
    NotYet,
    /// No token was given.
    NotLinked,
    /// Everything that was asked was answered.
    Well,
    /// Some questions were not answered; what was known of them stays.
    Partly,
    /// Nothing was.
    Failed(SyncFailed),
}

/// Why the mirror could not be brought up to date. Its text is for admins.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum SyncFailed {
    #[error("no account is linked; run `gatehouse link`, or set cloud.token_id and cloud.token_file")]
    NotLinked,
    #[error("{path}: {cause}")]
    TokenFile { path: String, cause: String },
    #[error(transparent)]
    Refused(#[from] cloud::ClientRefused),
    #[error("cloud.authorities: {cause}")]
    Authorities { cause: String },
    #[error(transparent)]
    Login(#[from] cloud::LoginFailed),
    #[error(
        "no client is registered for logging in; set cloud.client_id and cloud.redirect, or link a token"
    )]
    NoClient,
    #[error(transparent)]
    Fetch(#[from] FetchFailed),
    #[error(
        "the token belongs to account {is}, but account {was} is mirrored here; nothing was mixed. Run `gatehouse unlink` to forget the old account, or link its own token again"
    )]
    OtherAccount { was: String, is: String },
    #[error("the account was fetched but not saved, so the old one stays: {0}")]
    Store(#[from] store::WriteFailed),
    #[error("the mirror is shutting down")]
    Stopped,
}

/// For whom a sync changed something.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Changed {
    /// For nobody; also calls in the cloud, which come and go all the time and are shown from elsewhere.
    Nothing,
    /// For the page alone.
    Aside,
    /// For calls as well.
    House,
}

impl Changed {
    pub(super) fn by(kind: Kind) -> Self {
        if kind == Kind::LiveCall {
            Self::Nothing
        } else if kind.shapes_the_house() {
            Self::House
        } else {
            Self::Aside
        }
    }
}

/// What is remembered about the documents as a whole.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Meta {
    pub(super) freshness: BTreeMap<Kind, Freshness>,
    pub(super) absences: Absences,
    pub(super) history: mirror::Trail,
    pub(super) channels: BTreeMap<account::ChannelId, mirror::ChannelTrail>,
}

impl Meta {
    /// The age of the stalest kind that is asked for during the day; none before all of them were told once.
    pub(super) fn fetched(&self) -> Option<SystemTime> {
        let today = Kind::ALL.iter().filter(|kind| kind.beat() != Beat::Daily);
        let there = today.filter_map(|kind| match self.freshness.get(kind) {
            Some(Freshness { state: State::Absent { .. }, .. }) => None,
            other => Some(other.and_then(|fresh| fresh.at)),
        });
        there.min().flatten()
    }

    /// Whether something that was asked for was not answered.
    pub(super) fn is_partial(&self) -> bool {
        self.freshness.values().any(|fresh| matches!(fresh.state, State::Failed { .. }))
    }
}

/// One kind, as the API and the command line list it.
#[derive(Serialize)]
pub(super) struct Listed {
    kind: Kind,
    count: usize,
    /// Paths of the cloud it is read from.
    source: Vec<String>,
    age_seconds: Option<u64>,
    /// Everything the cloud has is here.
    complete: bool,
    #[serde(flatten)]
    fresh: Option<Freshness>,
    /// The promise: not older than this, in seconds.
    oldest_seconds: u64,
    /// The right of the token that a missing kind may lack.
    right: &'static str,
}

impl MirrorNow {
    /// Every kind there is with where it comes from, how old it is and whether it is whole.
    pub(super) fn listed(&self, now: SystemTime) -> Vec<Listed> {
        let listed = |kind: &Kind| {
            let (fresh, count) = self.kinds.get(kind).copied().unzip();
            let at = fresh.and_then(|fresh| fresh.at);
            Listed {
                kind: *kind,
                count: count.unwrap_or_default(),
                source: kind.endpoints().map(mirror::Endpoint::name).collect(),
                age_seconds: at.map(|at| now.duration_since(at).unwrap_or_default().as_secs()),
                complete: fresh.is_some_and(|fresh| fresh.state == State::Complete),
                fresh,
                oldest_seconds: kind.beat().every().as_secs() + Duration::from_secs(10).as_secs(),
                right: kind.endpoints().next().map_or("", |endpoint| endpoint.right),
            }
        };
        Kind::ALL.iter().map(listed).collect()
    }
}
