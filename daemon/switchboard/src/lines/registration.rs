//! One line's registration at its provider, as a machine that knows neither messages nor sockets (RFC 3261 10.2).
//!
//! ```text
//!                 hops            open             granted
//!   Resting ─due─> Finding ──────> Opening ───────> Asking ──────> Resting, up; due at half of what was granted
//!      ^             │nowhere        │not open        │refused, silent, 4 s
//!      │             │               └──> the next hop <──┘
//!      '── pause ────┴─── none left: down
//! ```
//!
//! A line that is up asks again where it is registered, without looking for it first.
//!
//! The first attempts after a start come quickly and then twice as late each time. A line that was up is different: when its
//! provider fails, a thousand boxes lose theirs in the same second. So each waits for a time of its own between
//! [`HOLD_OFF`] and twice that, and a line that falls again and again waits longer.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sip::locate::Hop;
use sip::seed::Seed;

use super::{Health, Unconnected, WhyDown};

/// What is asked for, in seconds; the cloud keeps its translators' bindings for 300.
const USUAL: u32 = 120;
/// Longest time a provider can make us ask for (423 Min-Expires).
const LONGEST: u32 = 7_200;
/// A request that nobody has answered by then is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(4);
/// A line whose servers keep silent for this long is down, although more of them are still to be tried.
const SILENT: Duration = Duration::from_secs(8);
/// Names and connections take no longer than this.
const SLOWEST: Duration = Duration::from_secs(10);
/// First pause while the line was never up; doubled until it reaches the hold-off.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// Least pause after an outage.
pub(super) const HOLD_OFF: Duration = Duration::from_secs(60);
/// Least pause after a wrong password: asking more often only gets the box blocked.
const WRONG_PASSWORD: Duration = Duration::from_secs(600);
/// Longest pause that a provider can impose (Retry-After).
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// Falls are counted within this time.
const FLAPPING: Duration = Duration::from_secs(900);
/// With this many of them a line waits twice as long, with twice as many four times.
const FALLS: usize = 3;

/// What happened.
#[derive(Debug)]
pub(super) enum Told {
    /// The time came that [`Registration::due`] names.
    Due,
    /// Where the servers are, the best first.
    Hops(Vec<Hop>),
    /// The servers' names lead nowhere.
    Nowhere,
    /// The way to the hop is open.
    Open,
    /// It is not.
    Shut(Unconnected),
    /// The provider keeps us for so many seconds.
    Granted(u32),
    /// It keeps nobody for less than this.
    TooBrief(u32),
    /// The password is wrong, or the account is blocked.
    Forbidden,
    /// Refused otherwise, perhaps with a time to stay away.
    Refused(u16, Option<u32>),
    /// The way is broken, or nothing comes over it any more.
    Lost(WhyDown),
    /// The provider wants the password, and we have an answer.
    Challenged,
    /// Our address as the provider sees it has changed; the line has its turn then.
    Moved(Instant),
    /// Another line reached the same provider again; this one has its turn then.
    Back(Instant),
    /// Somebody calls for help over it, and it was never registered.
    Wanted,
    /// Its names lead elsewhere now; the line has its turn then.
    Elsewhere(Instant),
}

/// What is to be done about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Deed {
    /// Nothing before [`Registration::due`].
    Rest,
    /// Find the hops.
    Find,
    /// Open a way to this one.
    Open(Hop),
    /// Send the request over the open way.
    Ask,
}

/// One line's registration.
#[derive(Debug)]
pub(super) struct Registration {
    state: State,
    /// When [`Told::Due`] is to be told.
    due: Option<Instant>,
    health: Health,
    /// Hops of this round: the one being tried comes first.
    hops: VecDeque<Hop>,
    /// Whether they were found in this round.
    fresh: bool,
    /// When this round began.
    began: Instant,
    /// For how long to ask.
    wanted: u32,
    /// Rounds in a row in which no hop served us.
    failed: u32,
    /// Whether it was called back already since its last failure.
    called: bool,
    /// When the line went down lately, the latest last.
    falls: VecDeque<Instant>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Resting,
    Finding,
    Opening,
    Asking,
}

impl Registration {
    /// A new line, which begins at `first`.
    pub(super) fn new(now: Instant, first: Option<Instant>) -> Self {
        let health = match first {
            Some(_) => Health::Starting { since: now },
            None => Health::Down { since: now, why: WhyDown::NoServer },
        };
        Self {
            state: State::Resting,
            due: first,
            health,
            hops: VecDeque::new(),
            fresh: false,
            began: now,
            wanted: USUAL,
            failed: 0,
            called: false,
            falls: VecDeque::new(),
        }
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    pub(super) fn health(&self) -> Health {
        self.health
    }

    /// The hop that is being tried, or that the line is registered at.
    pub(super) fn hop(&self) -> Option<&Hop> {
        self.hops.front()
    }

    /// For how long to ask, in seconds.
    pub(super) fn wanted(&self) -> u32 {
        self.wanted
    }

    /// Whether an answer to a request is awaited.
    pub(super) fn is_asking(&self) -> bool {
        self.state == State::Asking
    }

    /// Whether it is being registered at this moment.
    pub(super) fn is_under_way(&self) -> bool {
        self.state != State::Resting
    }

    /// Whether [`Told::Hops`] is awaited.
    pub(super) fn is_finding(&self) -> bool {
        self.state == State::Finding
    }

    /// Whether the way to this hop is awaited.
    pub(super) fn waits_for(&self, hop: &Hop) -> bool {
        self.state == State::Opening && self.hop() == Some(hop)
    }

    /// Takes what happened; what does not fit the state changes nothing.
    pub(super) fn tell(&mut self, now: Instant, told: Told, seed: &mut Seed) -> Deed {
        match (self.state, told) {
            (State::Resting, Told::Due) => self.begin(now),
            (State::Resting, Told::Wanted) if self.may_be_hurried() => self.begin(now),
            (State::Finding, Told::Hops(hops)) => self.found(now, hops),
            (State::Finding, Told::Nowhere | Told::Due) => self.fail(now, WhyDown::Unnamed, None, seed),
            (State::Asking, Told::Challenged) => self.enter(State::Asking, now + PATIENCE, Deed::Ask),
            (State::Opening, Told::Open) => self.enter(State::Asking, now + PATIENCE, Deed::Ask),
            (State::Opening, Told::Shut(why)) => self.next(now, WhyDown::Unconnected(why), None, seed),
            (State::Opening, Told::Due) => {
                self.next(now, WhyDown::Unconnected(Unconnected::Silent), None, seed)
            }
            (State::Asking, Told::Granted(seconds)) => self.granted(now, seconds, seed),
            (State::Asking, Told::TooBrief(least)) if least > self.wanted && least <= LONGEST => {
                self.wanted = least;
                self.enter(State::Asking, now + PATIENCE, Deed::Ask)
            }
            (State::Asking, Told::TooBrief(_)) => self.fail(now, WhyDown::Refused(423), None, seed),
            (State::Asking, Told::Forbidden) => self.fail(now, WhyDown::WrongPassword, None, seed),
            (State::Asking, Told::Refused(status, pause)) => {
                self.next(now, WhyDown::Refused(status), pause, seed)
            }
            (State::Asking, Told::Due) => self.next(now, WhyDown::Silent, None, seed),
            (_, Told::Lost(why)) => self.lost(now, why, seed),
            (State::Resting, Told::Moved(at)) if self.health.is_up() => self.rest_until(at),
            (State::Resting, Told::Elsewhere(at)) if self.health.is_up() => {
                self.hops.clear();
                self.rest_until(at)
            }
            (State::Resting, Told::Back(at)) if self.waits_for_the_network() => {
                self.called = true;
                self.rest_until(at)
            }
            _ => Deed::Rest,
        }
    }

    /// After an outage the line keeps still for a while, so that it does not return with everybody else's.
    pub(super) fn hold_off(&mut self, now: Instant, why: WhyDown, seed: &mut Seed) {
        self.fall(now, why);
        self.state = State::Resting;
        let pause = self.pause(now, None, seed);
        self.rest_until(now + pause);
    }

    fn begin(&mut self, now: Instant) -> Deed {
        self.began = now;
        self.hops.truncate(1);
        if self.health.is_up() && !self.hops.is_empty() {
            self.fresh = false;
            return self.open(now);
        }
        self.enter(State::Finding, now + SLOWEST, Deed::Find)
    }

    fn found(&mut self, now: Instant, hops: Vec<Hop>) -> Deed {
        (self.hops, self.fresh) = (hops.into(), true);
        self.open(now)
    }

    fn open(&mut self, now: Instant) -> Deed {
        match self.hops.front().cloned() {
            Some(hop) => self.enter(State::Opening, now + SLOWEST, Deed::Open(hop)),
            None => self.enter(State::Finding, now + SLOWEST, Deed::Find),
        }
    }

    /// The hop in hand does not serve us.
    fn next(&mut self, now: Instant, why: WhyDown, pause: Option<u32>, seed: &mut Seed) -> Deed {
        self.hops.pop_front();
        if self.hops.is_empty() {
            if !self.fresh {
                return self.enter(State::Finding, now + SLOWEST, Deed::Find);
            }
            return self.fail(now, why, pause, seed);
        }
        if now.saturating_duration_since(self.began) >= SILENT {
            self.fall(now, why);
        }
        self.open(now)
    }

    fn granted(&mut self, now: Instant, seconds: u32, seed: &mut Seed) -> Deed {
        if !self.health.is_up() {
            self.health = Health::Up { since: now };
        }
        self.failed = 0;
        self.state = State::Resting;
        // Half of it, or up to a tenth earlier: what was registered together does not come back together.
        let half = Duration::from_secs(u64::from(seconds.clamp(2, LONGEST)) / 2);
        let earlier = seed.below(u64::try_from(half.as_millis() / 10).unwrap_or(0));
        self.rest_until(now + half - Duration::from_millis(earlier))
    }

    /// No hop serves us.
    fn fail(&mut self, now: Instant, why: WhyDown, pause: Option<u32>, seed: &mut Seed) -> Deed {
        self.fall(now, why);
        self.state = State::Resting;
        let pause = self.pause(now, pause, seed);
        self.rest_until(now + pause)
    }

    /// The way broke: the line tries again at once, and is down until that works.
    fn lost(&mut self, now: Instant, why: WhyDown, seed: &mut Seed) -> Deed {
        if self.state == State::Opening || self.state == State::Finding {
            return Deed::Rest;
        }
        let was_up = self.health.is_up();
        if was_up {
            self.fall(now, why);
        }
        if self.state == State::Asking {
            return self.next(now, why, None, seed);
        }
        if was_up { self.rest_until(now) } else { Deed::Rest }
    }

    fn fall(&mut self, now: Instant, why: WhyDown) {
        let since = match self.health {
            Health::Down { since, .. } => since,
            Health::Up { .. } => {
                self.falls.push_back(now);
                now
            }
            Health::Starting { .. } => now,
        };
        self.health = Health::Down { since, why };
        while self.falls.len() > 2 * FALLS {
            self.falls.pop_front();
        }
    }

    fn pause(&mut self, now: Instant, asked: Option<u32>, seed: &mut Seed) -> Duration {
        (self.failed, self.called) = (self.failed.saturating_add(1), false);
        self.falls.retain(|fall| now.saturating_duration_since(*fall) < FLAPPING);
        let wrong = matches!(self.health, Health::Down { why: WhyDown::WrongPassword, .. });
        let least = match self.falls.len() {
            _ if wrong => WRONG_PASSWORD,
            0 => FIRST_PAUSE
                .saturating_mul(1_u32.checked_shl(self.failed - 1).unwrap_or(u32::MAX))
                .min(HOLD_OFF),
            falls if falls >= 2 * FALLS => 4 * HOLD_OFF,
            falls if falls >= FALLS => 2 * HOLD_OFF,
            _ => HOLD_OFF,
        };
        let asked = Duration::from_secs(asked.unwrap_or(0).into()).min(LONGEST_PAUSE);
        let spread = seed.below(u64::try_from(least.as_millis()).unwrap_or(0));
        asked.max(least) + Duration::from_millis(spread)
    }

    /// Whether nothing but the way to the provider was at fault, and nobody has called it back yet.
    pub(super) fn waits_for_the_network(&self) -> bool {
        let network = matches!(
            self.health,
            Health::Down {
                why: WhyDown::Unnamed | WhyDown::Unconnected(_) | WhyDown::Silent | WhyDown::Closed,
                ..
            }
        );
        network && !self.called
    }

    /// Asking more often does not help a line without a server, and gets one with a wrong password blocked.
    fn may_be_hurried(&self) -> bool {
        !matches!(
            self.health,
            Health::Up { .. } | Health::Down { why: WhyDown::NoServer | WhyDown::WrongPassword, .. }
        )
    }

    fn rest_until(&mut self, at: Instant) -> Deed {
        self.due = Some(at);
        Deed::Rest
    }

    fn enter(&mut self, state: State, until: Instant, deed: Deed) -> Deed {
        (self.state, self.due) = (state, Some(until));
        deed
    }
}

#[cfg(test)]
mod tests;
