//! Where a SIP address leads: RFC 3263, without asking anybody itself.
//!
//! ```text
//!  target ──> Locator::find ──> Hops      go there, in this order
//!                 │      ├────> Ask       questions for the resolver; then find again
//!                 │      └────> Nowhere
//!   Locator::learn <── the resolver's answers, kept for their time to live
//!   Locator::failed, worked <── how the hops did
//! ```
//!
//! [`Locator::find`] is one look over everything known; a search has no state of its own. A hop that
//! failed goes to the end of the list for a while, never off it. When the resolver fails, what was known
//! before goes on being used: a telephone line outlives its name server.
//!
//! Nothing on the way of an internal or an emergency call comes here.

mod cache;
mod order;
mod question;
mod search;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

pub use question::{Answer, Kind, Naptr, Question, Recalled, Records, Srv};
pub use search::{Hop, Standing, Target};

use crate::flow::Transport;
use crate::seed::Seed;
use cache::Cache;

/// How long a hop that failed is tried last, unless it says so itself.
pub const SHUNNED: Duration = Duration::from_secs(60);
/// Longest that a hop can keep itself away with its Retry-After.
const LONGEST_SHUNNED: Duration = Duration::from_secs(3600);
/// Questions asked at once; the next look asks the rest.
const MOST_ASKED: usize = 16;
/// Failed hops remembered at once.
const MOST_SHUNNED: usize = 256;

/// Which of both worlds the box can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// What the box speaks, each list in the order of preference.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Transports it can open.
    pub transports: Vec<Transport>,
    /// Families it has addresses of.
    pub families: Vec<Family>,
}

/// What to do about a target now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// Try these, the best first; never empty.
    Hops(Vec<Hop>),
    /// Ask these, tell [`Locator::learn`], then look again; never empty.
    Ask(Vec<Question>),
    /// Nobody answers for this target, or nobody we can speak to.
    Nowhere,
}

/// Knows where SIP addresses lead.
#[derive(Debug)]
pub struct Locator {
    reach: Reach,
    cache: Cache,
    shunned: HashMap<(Transport, SocketAddr), Instant>,
    seed: Seed,
}

impl Locator {
    /// Knows nothing yet.
    #[must_use]
    pub fn new(reach: Reach, seed: Seed) -> Self {
        Self { reach, cache: Cache::default(), shunned: HashMap::new(), seed }
    }

    /// Where a request to this target goes (RFC 3263 4).
    ///
    /// An address with numbers needs no questions. Every look chooses anew among hops of equal
    /// priority by their weights (RFC 2782), so take it once for each request.
    pub fn find(&mut self, now: Instant, target: &Target) -> Located {
        self.look(now, target).0
    }

    /// The same, and how long it holds.
    pub fn look(&mut self, now: Instant, target: &Target) -> (Located, Standing) {
        let (standing, reach, seed) = (Standing::default(), &self.reach, &mut self.seed);
        let mut search = search::Search { now, cache: &self.cache, reach, seed, standing };
        let found = search.hops(target);
        let standing = search.standing;
        let located = match found {
            Ok(hops) if hops.is_empty() => Located::Nowhere,
            Ok(hops) => Located::Hops(self.unhappy_last(now, hops)),
            Err(mut questions) => {
                questions.truncate(MOST_ASKED);
                Located::Ask(questions)
            }
        };
        (located, standing)
    }

    /// What the resolver says; `None` when it could not be reached in time or failed.
    pub fn learn(&mut self, now: Instant, question: Question, answer: Option<Answer>) {
        match answer {
            Some(answer) => self.cache.keep(now, question, answer),
            None => self.cache.keep_what_there_was(now, question),
        }
    }

    /// What a resolver said before the box started. It counts once no resolver answers (RFC 8767), so ask first.
    pub fn recall(&mut self, now: Instant, known: Recalled) {
        self.cache.recall(now, known.question, known.records, known.left);
    }

    /// The hop answered 503, did not answer, or could not be reached: others come first for a while
    /// (RFC 3263 4.3). `retry_after` is what a 503 asks for, in seconds.
    pub fn failed(&mut self, now: Instant, hop: &Hop, retry_after: Option<u32>) {
        self.shunned.retain(|_, until| *until > now);
        let pause = retry_after.map_or(SHUNNED, |seconds| Duration::from_secs(seconds.into()));
        if self.shunned.len() < MOST_SHUNNED {
            self.shunned.insert(hop.way(), now + pause.min(LONGEST_SHUNNED));
        }
    }

    /// The hop answered: it is as good as the others again.
    pub fn worked(&mut self, hop: &Hop) {
        self.shunned.remove(&hop.way());
    }

    /// Hops of several searches, those that failed lately at the end. Stable: otherwise the order stays.
    #[must_use]
    pub fn unhappy_last(&self, now: Instant, mut hops: Vec<Hop>) -> Vec<Hop> {
        hops.sort_by_key(|hop| self.shunned.get(&hop.way()).is_some_and(|until| *until > now));
        hops
    }
}

#[cfg(test)]
mod tests;
