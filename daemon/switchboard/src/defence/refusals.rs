//! Why phones were refused lately: the answer to "why does this phone not register?".

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Instant;

/// Refusals that are remembered, one for each login and address.
const MOST: usize = 64;
/// Letters of a login or a User-Agent that are shown.
const LETTERS: usize = 64;

/// A phone that was refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RefusedPhone {
    /// The last time.
    pub at: Instant,
    /// How often, since it was last served.
    pub times: u64,
    /// Where it asked from.
    pub address: IpAddr,
    /// The login it claimed, as received; empty when it claimed none.
    pub login: String,
    /// What it calls itself, as received.
    pub agent: String,
    /// Why.
    pub why: WhyRefused,
}

/// Why a phone was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WhyRefused {
    /// No device of the account has this login.
    UnknownLogin,
    /// The device exists, the password is another.
    WrongPassword,
    /// The login is right, but may not be used from this network.
    NotFromHere,
    /// The login is right, but may only be used over TLS.
    NotEncrypted,
    /// It wants to register another login than the one it proved, or for a foreign domain.
    ForSomebodyElse,
    /// It is registered in too many places.
    TooManyPlaces,
    /// It wants to come back sooner than the box allows.
    TooBrief,
    /// Its Contact cannot be used.
    BadContact,
}

/// The latest refusals, bounded.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    /// The latest last.
    all: VecDeque<RefusedPhone>,
}

impl Refusals {
    pub(crate) fn note(&mut self, at: Instant, address: IpAddr, login: &[u8], agent: &str, why: WhyRefused) {
        let login = shown(&String::from_utf8_lossy(login));
        let times = self.forget(address, &login).map_or(1, |old| old.times + 1);
        if self.all.len() >= MOST {
            self.all.pop_front();
        }
        self.all.push_back(RefusedPhone { at, times, address, login, agent: shown(agent), why });
    }

    /// The phone was served: whatever was wrong is mended. Says whether anything was.
    pub(crate) fn served(&mut self, address: IpAddr, login: &str) -> bool {
        let before = self.all.len();
        if before > 0 {
            self.forget(address, login);
        }
        self.all.len() != before
    }

    /// The latest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &RefusedPhone> {
        self.all.iter().rev()
    }

    fn forget(&mut self, address: IpAddr, login: &str) -> Option<RefusedPhone> {
        let at = self.all.iter().position(|old| old.address == address && old.login == login)?;
        self.all.remove(at)
    }
}

fn shown(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(LETTERS).collect()
}
