//! A real call to 110 or 112 for testing, by appointment with the control centre, from a box that is not commissioned yet.
//!
//! ```text
//!   closed ── one person asks ──> asked ── another confirms ──> armed ── the next call for help leaves for real ──> closed
//!     ^                             '── 15 min, or taken back ────┴── 15 min, or taken back ──> closed
//! ```
//!
//! Only two people make it so: nothing here begins by itself, and nothing of it is written down, so a restart disarms.

use std::time::{Duration, Instant};

use crate::gate::Commissioned;

/// As long somebody may wait for the second person, and as long the box stays armed then.
pub const LENGTH: Duration = Duration::from_secs(15 * 60);

/// What somebody wants.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Wish {
    /// The next call for help is to leave for real.
    Arm,
    /// So be it, says a second person.
    Confirm,
    /// Never mind.
    Disarm,
}

/// Why it is not done.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ArmRefused {
    /// The box is commissioned: its calls for help leave for real anyway.
    #[error("the box is commissioned: there is nothing to arm")]
    Commissioned,
    /// Somebody was faster.
    #[error("it is asked for or armed already")]
    UnderWay,
    /// There is nothing to confirm, or not any more.
    #[error("nobody asks for it, or not any more")]
    NotAsked,
    /// Whoever asked cannot confirm.
    #[error("a second person has to confirm")]
    SamePerson,
}

/// How far it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Stage {
    /// One person wants it; no call leaves.
    Asked {
        /// Who.
        by: Box<str>,
        /// Until when somebody else may confirm.
        until: Instant,
    },
    /// Two people want it: the next call for help leaves for real.
    Armed {
        /// Who asked.
        by: Box<str>,
        /// Who confirmed.
        confirmed: Box<str>,
        /// Until then, unless somebody calls before.
        until: Instant,
    },
}

impl Stage {
    /// When it is over by itself.
    #[must_use]
    pub const fn until(&self) -> Instant {
        match self {
            Self::Asked { until, .. } | Self::Armed { until, .. } => *until,
        }
    }
}

/// How it ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum End {
    /// Somebody called for help, and that call left for real.
    Called,
    /// Nobody confirmed in time.
    NotConfirmed,
    /// Nobody called in time.
    TimeUp,
    /// Somebody took it back.
    Disarmed,
}

/// At most one appointment at a time, and how the last one ended.
#[derive(Debug, Default)]
pub struct Appointment {
    stage: Option<Stage>,
    ended: Option<(Instant, End)>,
}

impl Appointment {
    /// Does what `who` wants, where `commissioned` is the word of the configuration.
    ///
    /// # Errors
    /// [`ArmRefused`] says why not.
    pub fn handle(
        &mut self,
        now: Instant,
        wish: Wish,
        (who, commissioned): (&str, Commissioned),
    ) -> Result<(), ArmRefused> {
        self.handle_timeout(now);
        if commissioned == Commissioned::Yes && wish != Wish::Disarm {
            return Err(ArmRefused::Commissioned);
        }
        match (wish, &self.stage) {
            (Wish::Arm, None) => self.stage = Some(Stage::Asked { by: who.into(), until: now + LENGTH }),
            (Wish::Arm, Some(_)) | (Wish::Confirm, Some(Stage::Armed { .. })) => {
                return Err(ArmRefused::UnderWay);
            }
            (Wish::Confirm, None) => return Err(ArmRefused::NotAsked),
            (Wish::Confirm, Some(Stage::Asked { by, .. })) if **by == *who => {
                return Err(ArmRefused::SamePerson);
            }
            (Wish::Confirm, Some(Stage::Asked { by, .. })) => {
                let (by, confirmed, until) = (by.clone(), who.into(), now + LENGTH);
                self.stage = Some(Stage::Armed { by, confirmed, until });
            }
            (Wish::Disarm, _) => self.ends(now, End::Disarmed),
        }
        Ok(())
    }

    /// Whether a call for help that begins now may leave for real; `configured` is the word of the configuration.
    #[must_use]
    pub fn commissioned(&self, now: Instant, configured: Commissioned) -> Commissioned {
        match &self.stage {
            Some(Stage::Armed { until, .. }) if now < *until => Commissioned::Yes,
            _ => configured,
        }
    }

    /// The same for a call that begins now: if it leaves for real only because of the appointment, it is the last one that does.
    #[must_use]
    pub fn taken(&mut self, now: Instant, configured: Commissioned) -> Commissioned {
        self.handle_timeout(now);
        let commissioned = self.commissioned(now, configured);
        if commissioned != configured {
            self.ends(now, End::Called);
        }
        commissioned
    }

    /// How far it is now.
    #[must_use]
    pub const fn stage(&self) -> Option<&Stage> {
        self.stage.as_ref()
    }

    /// When and how the last one ended.
    #[must_use]
    pub const fn ended(&self) -> Option<(Instant, End)> {
        self.ended
    }

    /// When it is over by itself.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        self.stage.as_ref().map(Stage::until)
    }

    /// Ends what is over; true when something was.
    pub fn handle_timeout(&mut self, now: Instant) -> bool {
        let over = self.stage.as_ref().filter(|stage| stage.until() <= now);
        let how = over.map(|stage| match stage {
            Stage::Asked { .. } => End::NotConfirmed,
            Stage::Armed { .. } => End::TimeUp,
        });
        how.into_iter().for_each(|how| self.ends(now, how));
        how.is_some()
    }

    fn ends(&mut self, now: Instant, how: End) {
        if self.stage.take().is_some() {
            self.ended = Some((now, how));
        }
    }
}

#[cfg(test)]
mod tests;
