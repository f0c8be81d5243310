//! After a call for help the control centre may call back: for a while such calls reach the caller, whatever else is set.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use account::{DeviceId, E164, LineId};

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
pub const NO_RESTART: Duration = Duration::from_secs(30 * 60);
/// Windows kept; the oldest makes room.
const MOST: usize = 256;

/// Who called for help a short while ago.
#[derive(Clone, Debug, Default)]
pub struct Callbacks {
    open: VecDeque<Opened>,
}

/// How a call for help appeared outside, or what a call back asks for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Shown {
    /// The line, where it belongs to one phone.
    pub line: Option<LineId>,
    /// The number, where it is known.
    pub number: Option<E164>,
}

impl Shown {
    fn fits(&self, other: &Self) -> bool {
        let same_number = self.number.is_some() && self.number == other.number;
        same_number || (self.line.is_some() && self.line == other.line)
    }
}

/// One phone's time to be called back, for whoever keeps it over a restart.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Opened {
    /// The phone that called for help.
    pub device: DeviceId,
    /// How it appeared outside.
    pub shown: Shown,
    /// The end of its call.
    pub since: Instant,
    /// The end of the time.
    pub until: Instant,
}

impl Callbacks {
    /// A call for help from `device` ended, also one that was given up early; this is how it appeared outside.
    pub fn opened(&mut self, now: Instant, device: DeviceId, shown: Shown, window: Window) {
        self.open.retain(|one| one.device != device || one.shown != shown);
        if self.open.len() >= MOST {
            self.open.pop_front();
        }
        self.open.push_back(Opened { device, shown, since: now, until: now + window.0 });
    }

    /// Goes on with what an earlier run knew.
    pub fn resume(&mut self, before: impl IntoIterator<Item = Opened>) {
        let room = MOST.saturating_sub(self.open.len());
        before.into_iter().take(room).for_each(|one| self.open.push_front(one));
    }

    /// Whoever may be called back, the last first.
    pub fn all(&self) -> impl Iterator<Item = &Opened> {
        self.open.iter().rev()
    }

    /// Whom a call to `called` rings: the phone that showed this number, or used this line, last. One announced as a call back to
    /// another number of the house rings the phone that called last of all.
    #[must_use]
    pub fn ring(&self, now: Instant, called: &Shown, announced: Announced) -> Option<Ring<'_>> {
        let mut open = self.open.iter().rev().filter(|one| one.until > now);
        let shown = open.clone().find(|one| one.shown.fits(called));
        let last = if announced == Announced::AsCallback { open.next() } else { None };
        shown.or(last).map(|one| Ring { device: &one.device, group_after: GROUP_AFTER })
    }

    /// The end of the last time in which the box may not be restarted, which may be over already.
    #[must_use]
    pub fn latest_stay(&self) -> Option<Instant> {
        self.open.iter().map(|one| one.since + NO_RESTART).max()
    }

    /// Until when the box may not be restarted, upgraded or reset.
    #[must_use]
    pub fn no_restart_before(&self, now: Instant) -> Option<Instant> {
        self.latest_stay().filter(|end| *end > now)
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
