//! What one round of questions to the cloud brought home.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::{Document, Fault, Kind, Notice, Source};

/// What one question covers: all objects of a kind, or those of one user.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Scope {
    /// Objects of this kind.
    pub kind: Kind,
    /// Only this user's.
    pub owner: Option<String>,
}

impl Scope {
    /// All objects of a kind.
    #[must_use]
    pub const fn all(kind: Kind) -> Self {
        Self { kind, owner: None }
    }

    /// The objects of one user.
    #[must_use]
    pub fn of(kind: Kind, owner: &str) -> Self {
        Self { kind, owner: Some(owner.to_owned()) }
    }
}

/// How a question ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Everything in its scope is known; what is missing from the answer is gone.
    Complete,
    /// The account, its product or the token's rights do not have it (403 or 404).
    Absent,
    /// No usable answer; what was known stays.
    Failed(Failure),
}

/// Why a question got no usable answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The cloud answered with this status.
    Status(u16),
    /// The cloud asked for a longer pause than a sync can make.
    RateLimited,
    /// The answer was no JSON, or not of a shape that could be this answer.
    Unreadable,
    /// The answer was larger than any answer should be.
    TooLarge,
    /// The list did not end.
    TooManyPages,
    /// No connection, or it broke.
    Unreachable,
    /// Somebody answered who could not prove to be the cloud, or the box's clock is so wrong that no proof holds.
    Untrusted,
    /// No answer in time.
    TooSlow,
    /// It was not asked, because what it depends on was not answered.
    NotAsked,
}

impl Failure {
    /// Who has to do something about it.
    #[must_use]
    pub const fn fault(self) -> Fault {
        match self {
            Self::Status(401 | 403) => Fault::Token,
            Self::Unreachable => Fault::Network,
            Self::Untrusted => Fault::Box,
            Self::Status(_)
            | Self::RateLimited
            | Self::Unreadable
            | Self::TooLarge
            | Self::TooManyPages
            | Self::TooSlow
            | Self::NotAsked => Fault::Cloud,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => write!(f, "the cloud answered with status {status}"),
            Self::RateLimited => f.write_str("the cloud asked for a longer pause; the next sync tries again"),
            Self::Unreadable => f.write_str("the cloud's answer could not be read"),
            Self::TooLarge => f.write_str("the cloud's answer was too large"),
            Self::TooManyPages => f.write_str("the cloud's list did not end"),
            Self::Unreachable => f.write_str("the cloud could not be reached"),
            Self::Untrusted => {
                f.write_str("the cloud's certificate is not trusted; is the clock of this box right?")
            }
            Self::TooSlow => f.write_str("the cloud did not answer in time"),
            Self::NotAsked => f.write_str("not asked, because an earlier question was not answered"),
        }
    }
}

/// The answers of one sync.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// When the sync began.
    pub at: SystemTime,
    /// All objects named, in any order.
    pub documents: Vec<Document>,
    /// How each question ended; what was not asked is not in it.
    pub scopes: BTreeMap<Scope, Outcome>,
    /// Whether each interface that was asked has this kind at all.
    pub there: BTreeMap<(Kind, Source), bool>,
    /// What was odd in the answers.
    pub notices: BTreeSet<Notice>,
    /// How many HTTP requests it took.
    pub requests: u32,
}

impl Fetched {
    /// Nothing answered yet.
    #[must_use]
    pub const fn new(at: SystemTime) -> Self {
        Self {
            at,
            documents: Vec::new(),
            scopes: BTreeMap::new(),
            there: BTreeMap::new(),
            notices: BTreeSet::new(),
            requests: 0,
        }
    }

    /// Remembers how a question ended. Of two questions for one scope the worse end counts.
    pub fn conclude(&mut self, scope: Scope, outcome: Outcome) {
        let end = self.scopes.entry(scope).or_insert(outcome);
        if outcome.badness() > end.badness() {
            *end = outcome;
        }
    }
}

impl Outcome {
    const fn badness(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Absent => 1,
            Self::Failed(_) => 2,
        }
    }
}
