//! What is held against one source.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::{Evidence, LONG, LONGEST, MANY_GUESSES, MANY_NAMES, MANY_QUESTIONS, SHORT, WINDOW};
use super::{ShutOut, WhyShutOut};

/// A name a source calls itself is kept up to here.
const AGENT_LETTERS: usize = 64;
/// A login that is longer is none of ours and counts as its beginning.
const LOGIN_BYTES: usize = 64;

#[derive(Debug)]
pub(super) struct Suspect {
    pub(super) address: IpAddr,
    pub(super) last: Instant,
    pub(super) unanswered: u64,
    /// When the evidence below began to be collected.
    began: Instant,
    questions: u32,
    /// Logins whose password was wrong, and how often; at most [`MANY_NAMES`].
    guessed: Vec<(Box<[u8]>, u32)>,
    shut: Option<Shut>,
    /// How often it was shut out for guessing.
    relapses: u32,
    agent: String,
}

#[derive(Clone, Copy, Debug)]
struct Shut {
    why: WhyShutOut,
    since: Instant,
    until: Instant,
}

impl Suspect {
    pub(super) fn new(now: Instant, address: IpAddr) -> Self {
        Self {
            address,
            last: now,
            unanswered: 0,
            began: now,
            questions: 0,
            guessed: Vec::new(),
            shut: None,
            relapses: 0,
            agent: String::new(),
        }
    }

    pub(super) fn note(&mut self, now: Instant, resident: bool, agent: &str, evidence: Evidence<'_>) {
        self.last = now;
        if now.saturating_duration_since(self.began) >= WINDOW {
            self.began = now;
            self.questions = 0;
            self.guessed.clear();
        }
        if self.agent.is_empty() {
            self.agent = agent.chars().filter(|letter| !letter.is_control()).take(AGENT_LETTERS).collect();
        }
        match evidence {
            Evidence::ScannersName if !resident => self.shut(now, WhyShutOut::Scanner, SHORT),
            Evidence::ScannersName => {}
            Evidence::Question => {
                self.questions += 1;
                if self.questions >= MANY_QUESTIONS {
                    self.shut(now, WhyShutOut::NeverProves, SHORT);
                }
            }
            Evidence::WrongPassword(login) => self.guess(now, resident, login),
        }
    }

    fn guess(&mut self, now: Instant, resident: bool, login: &[u8]) {
        let login = login.get(..LOGIN_BYTES).unwrap_or(login);
        if let Some((_, times)) = self.guessed.iter_mut().find(|(name, _)| **name == *login) {
            *times += 1;
        } else if self.guessed.len() < MANY_NAMES {
            self.guessed.push((login.into(), 1));
        }
        let guesses: u32 = self.guessed.iter().map(|(_, times)| times).sum();
        if resident || guesses < MANY_GUESSES && self.guessed.len() < MANY_NAMES {
            return;
        }
        let many = self.guessed.len() >= MANY_NAMES;
        let why = if many { WhyShutOut::TriesLogins } else { WhyShutOut::GuessesPasswords };
        let length = LONG.saturating_mul(1 << self.relapses.min(8)).min(LONGEST);
        self.relapses += 1;
        self.shut(now, why, length);
        self.guessed.clear();
    }

    fn shut(&mut self, now: Instant, why: WhyShutOut, length: Duration) {
        let running = self.shut.filter(|shut| now < shut.until);
        let until = running.map_or(now + length, |shut| shut.until.max(now + length));
        self.shut = Some(running.map_or(Shut { why, since: now, until }, |shut| Shut { until, ..shut }));
    }

    /// Whether a request of this source is left without an answer.
    pub(super) fn deaf_to(
        &self,
        now: Instant,
        resident: bool,
        login: impl FnOnce() -> Option<Vec<u8>>,
    ) -> bool {
        if resident {
            return self.guessed.iter().any(|(_, times)| *times >= MANY_GUESSES)
                && login().is_some_and(|login| self.guessed_too_often(now, &login));
        }
        match self.shut.filter(|shut| now < shut.until).map(|shut| shut.why) {
            None => false,
            Some(WhyShutOut::TriesLogins | WhyShutOut::GuessesPasswords) => true,
            // Whoever brings a password has a nonce that was sent to this address: it may prove itself.
            Some(WhyShutOut::Scanner | WhyShutOut::NeverProves) => login().is_none(),
        }
    }

    fn guessed_too_often(&self, now: Instant, login: &[u8]) -> bool {
        let recent = now.saturating_duration_since(self.began) < WINDOW;
        recent && self.guessed.iter().any(|(name, times)| **name == *login && *times >= MANY_GUESSES)
    }

    /// Takes back what somebody else could have forged; true when nothing is left.
    pub(super) fn forgive(&mut self) -> bool {
        self.questions = 0;
        let forged = |shut: &Shut| matches!(shut.why, WhyShutOut::Scanner | WhyShutOut::NeverProves);
        self.shut = self.shut.filter(|shut| !forged(shut));
        self.shut.is_none() && self.guessed.is_empty() && self.relapses == 0
    }

    /// Whether forgetting it would lose anything.
    pub(super) fn matters(&self, now: Instant) -> bool {
        let shut = self.shut.is_some_and(|shut| now < shut.until);
        shut || now.saturating_duration_since(self.last) < WINDOW
    }

    pub(super) fn shut_out(&self) -> Option<ShutOut> {
        let Shut { why, since, until } = self.shut?;
        let (address, unanswered, agent) = (self.address, self.unanswered, self.agent.clone());
        Some(ShutOut { address, why, since, until, unanswered, agent })
    }
}
