//! After a call for help the control centre may call back: for a while such calls reach the caller, whatever else is set.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use account::{DeviceId, E164};

/// How long calls back are let through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Window(Duration);

/// Not between 30 minutes and a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("calls back are let through for 30 to 1440 minutes")]
pub struct WindowRefused;

impl Window {
    /// Takes a length in minutes, 30 to 1440.
    ///
    /// # Errors
    /// [`WindowRefused`] for any other.
    pub fn minutes(minutes: u16) -> Result<Self, WindowRefused> {
        let fine = (30..=1440).contains(&minutes);
        fine.then(|| Self(Duration::from_secs(u64::from(minutes) * 60))).ok_or(WindowRefused)
    }
}

impl Default for Window {
    /// Three hours.
    fn default() -> Self {
        Self(Duration::from_secs(180 * 60))
    }
}

/// How the incoming call announces itself.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Announced {
    /// As any other.
    Plainly,
    /// `Priority: psap-callback` (RFC 7090 3).
    AsCallback,
}

/// Whom a call back rings, past every rule of the house and never into a voicemail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ring<'w> {
    /// The phone that called for help.
    pub device: &'w DeviceId,
    /// After this long the security group too.
    pub group_after: Duration,
}

/// After this long a call back rings the security group too.
const GROUP_AFTER: Duration = Duration::from_secs(20);
/// After the end of a call for help the box is not restarted for this long.
const NO_RESTART: Duration = Duration::from_secs(30 * 60);
/// Windows kept; the oldest makes room.
const MOST: usize = 256;

/// Who called for help a short while ago.
#[derive(Clone, Debug, Default)]
pub struct Callbacks {
    open: VecDeque<Open>,
}

#[derive(Clone, Debug)]
struct Open {
    device: DeviceId,
    number: E164,
    since: Instant,
    until: Instant,
}

impl Callbacks {
    /// A call for help from `device` ended, also one that was given up early; `number` was shown.
    pub fn opened(&mut self, now: Instant, device: DeviceId, number: E164, window: Window) {
        self.open.retain(|one| one.device != device || one.number != number);
        if self.open.len() >= MOST {
            self.open.pop_front();
        }
        self.open.push_back(Open { device, number, since: now, until: now + window.0 });
    }

    /// Whom a call to `called` rings: the phone that showed this number last. One announced as a call back to
    /// another number of the house rings the phone that called last of all.
    #[must_use]
    pub fn ring(&self, now: Instant, called: &E164, announced: Announced) -> Option<Ring<'_>> {
        let mut open = self.open.iter().rev().filter(|one| one.until > now);
        let shown = open.clone().find(|one| one.number == *called);
        let last = if announced == Announced::AsCallback { open.next() } else { None };
        shown.or(last).map(|one| Ring { device: &one.device, group_after: GROUP_AFTER })
    }

    /// Until when the box may not be restarted, upgraded or reset.
    #[must_use]
    pub fn no_restart_before(&self, now: Instant) -> Option<Instant> {
        let ends = self.open.iter().map(|one| one.since + NO_RESTART);
        ends.max().filter(|end| *end > now)
    }

    /// Forgets what is over.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.open.retain(|one| one.until > now);
    }

    /// When there is something to forget.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        self.open.iter().map(|one| one.until).min()
    }
}

#[cfg(test)]
mod tests;
