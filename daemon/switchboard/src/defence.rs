//! Who is no phone of ours: a source that shows it is not answered any more.
//!
//! | seen from one source | not answered for |
//! |---|---|
//! | a User-Agent that only scanners have | [`SHORT`], anew with every request |
//! | [`MANY_NAMES`] wrong logins, or [`MANY_GUESSES`] wrong passwords, within [`WINDOW`] | [`LONG`], twice as long each time, at most [`LONGEST`] |
//! | [`MANY_QUESTIONS`] requests within [`WINDOW`] and never a password | [`SHORT`] |
//!
//! Three things keep a phone from being shut out by somebody else. A source with a phone that proved itself within [`RESIDENT`]
//! is a resident: only its single login that guesses is left unanswered. A wrong password counts only with a nonce that was given to
//! this very address, so nobody can forge it. And what could be forged (a name, a question) is forgiven by the first good password.
//! Emergency calls are heard from everybody.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use sip::flow::Source;

mod refusals;
mod suspect;
#[cfg(test)]
mod tests;

pub use refusals::{RefusedPhone, WhyRefused};

use refusals::Refusals;
use suspect::Suspect;

/// Evidence older than this is forgotten.
const WINDOW: Duration = Duration::from_secs(10 * 60);
/// A phone that is set up wrongly has one or two names.
const MANY_NAMES: usize = 5;
/// A phone that is set up wrongly asks about once in 20 seconds.
const MANY_GUESSES: u32 = 60;
/// A site of 1,000 phones behind one router asks once for each before the first proves itself.
const MANY_QUESTIONS: u32 = 2_000;
const SHORT: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(10 * 60);
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// One registration at its longest.
const RESIDENT: Duration = Duration::from_secs(3600);
/// Sources that are remembered; the half that was quiet longest makes room.
const MOST_SUSPECTS: usize = 2_048;
/// Sources that are shown.
const MOST_SHOWN: usize = 100;
const MOST_RESIDENTS: usize = 16_384;

/// Beginnings of a User-Agent that no phone has (lower case).
const SCANNERS: [&str; 11] = [
    "friendly-scanner",
    "friendly-request",
    "sipvicious",
    "sundayddr",
    "sip-scan",
    "sipscan",
    "sipcli",
    "vaxsipuseragent",
    "iwar",
    "smap",
    "pplsip",
];

/// What a request shows about its sender.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Evidence<'a> {
    /// It says that it is a scanner.
    ScannersName,
    /// It asked without a password and was asked for one.
    Question,
    /// Its password for this login is wrong, or nobody has this login.
    WrongPassword(&'a [u8]),
}

/// Why a source is not answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WhyShutOut {
    /// It calls itself by the name of a known scanner.
    Scanner,
    /// It tried one login after another.
    TriesLogins,
    /// It tried one password after another.
    GuessesPasswords,
    /// It asks and asks and never proves who it is.
    NeverProves,
}

/// A source that is not answered until [`Self::until`], for the page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShutOut {
    /// The last address it had; of an IPv6 source the whole /64 is meant.
    pub address: IpAddr,
    /// Why.
    pub why: WhyShutOut,
    /// Since when.
    pub since: Instant,
    /// Until when, if it is quiet from now on.
    pub until: Instant,
    /// Requests that were not answered.
    pub unanswered: u64,
    /// What it calls itself, as received, at most 64 letters.
    pub agent: String,
}

/// Everything held against sources, in bounded memory.
#[derive(Debug, Default)]
pub(crate) struct Defence {
    suspects: HashMap<Source, Suspect>,
    residents: HashMap<Source, Instant>,
    /// Why single phones were refused.
    pub(crate) refusals: Refusals,
}

impl Defence {
    /// Whether a request is left without an answer. `login` is the one it claims, if it brings a password.
    pub(crate) fn silent(
        &mut self,
        now: Instant,
        address: IpAddr,
        agent: &str,
        login: impl FnOnce() -> Option<Vec<u8>>,
    ) -> bool {
        if is_scanner(agent) {
            self.note(now, address, agent, Evidence::ScannersName);
        }
        // Quiet houses have no suspects, and their phones pay nothing.
        if self.suspects.is_empty() {
            return false;
        }
        let source = Source::of(address);
        let resident = self.resident(now, source);
        let Some(suspect) = self.suspects.get_mut(&source) else { return false };
        let silent = is_scanner(agent) || suspect.deaf_to(now, resident, login);
        suspect.unanswered += u64::from(silent);
        silent
    }

    /// Takes note of what a request showed.
    pub(crate) fn note(&mut self, now: Instant, address: IpAddr, agent: &str, evidence: Evidence<'_>) {
        let source = Source::of(address);
        let resident = self.resident(now, source);
        if resident && evidence == Evidence::Question {
            return;
        }
        if !self.suspects.contains_key(&source) {
            self.make_room(now);
        }
        let suspect = self.suspects.entry(source).or_insert_with(|| Suspect::new(now, address));
        suspect.address = address;
        suspect.note(now, resident, agent, evidence);
    }

    /// A phone there proved itself.
    pub(crate) fn proved(&mut self, now: Instant, address: IpAddr) {
        let source = Source::of(address);
        if self.residents.len() >= MOST_RESIDENTS && !self.residents.contains_key(&source) {
            self.residents.retain(|_, last| now.saturating_duration_since(*last) < RESIDENT);
        }
        if self.residents.len() < MOST_RESIDENTS {
            self.residents.insert(source, now);
        }
        if self.suspects.get_mut(&source).is_some_and(Suspect::forgive) {
            self.suspects.remove(&source);
        }
    }

    /// Who was shut out, the latest first.
    pub(crate) fn shut_out(&self) -> Vec<ShutOut> {
        let mut all: Vec<_> = self.suspects.values().filter_map(Suspect::shut_out).collect();
        all.sort_by_key(|shut| std::cmp::Reverse(shut.since));
        all.truncate(MOST_SHOWN);
        all
    }

    fn resident(&self, now: Instant, source: Source) -> bool {
        self.residents.get(&source).is_some_and(|last| now.saturating_duration_since(*last) < RESIDENT)
    }

    fn make_room(&mut self, now: Instant) {
        if self.suspects.len() < MOST_SUSPECTS {
            return;
        }
        self.suspects.retain(|_, suspect| suspect.matters(now));
        if self.suspects.len() >= MOST_SUSPECTS {
            let mut lasts: Vec<_> = self.suspects.values().map(|suspect| suspect.last).collect();
            let (_, median, _) = lasts.select_nth_unstable(MOST_SUSPECTS / 2);
            let median = *median;
            self.suspects.retain(|_, suspect| suspect.last > median);
        }
    }
}

fn is_scanner(agent: &str) -> bool {
    let begins = |name: &str| agent.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    SCANNERS.iter().any(|name| begins(name))
}
