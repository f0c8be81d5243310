//! One leg of the hunt, and what an answer means for it.

use std::time::Instant;

use super::{NO_RINGING, NO_TRYING};

/// One leg; new for each INVITE that is no repetition.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LegId(pub u32);

/// What an INVITE carries besides the call itself.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Dress {
    /// The caller's place and all headers of emergency calls.
    Full,
    /// The same without the place.
    WithoutPlace,
    /// No header that an ordinary call would not have.
    Bare,
}

impl Dress {
    pub(super) const fn plainer(self) -> Self {
        match self {
            Self::Full => Self::WithoutPlace,
            Self::WithoutPlace | Self::Bare => Self::Bare,
        }
    }
}

/// Where a 3xx leads.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Redirect {
    /// To the trunk's own domain.
    SameTrunk,
    /// Anywhere else: not followed.
    Elsewhere,
}

/// What a refusal means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reaction {
    /// Prove who we are, once.
    Authenticate,
    /// Go where it points, once.
    Follow,
    /// Leave out what it may not understand.
    Plainer,
    /// Try the next, then this again.
    Busy,
    /// Try the next.
    Next,
}

/// The one place where a status becomes a reaction.
pub(super) const fn reaction(status: u16) -> Reaction {
    match status {
        401 | 407 => Reaction::Authenticate,
        400 | 413 | 415 | 417 | 424 | 488 | 606 => Reaction::Plainer,
        486 | 600 => Reaction::Busy,
        _ => Reaction::Next,
    }
}

/// An attempt that is planned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Try {
    pub(super) rung: usize,
    /// Once more, because the line was busy.
    pub(super) again: bool,
    /// Its pause is over.
    pub(super) paused: bool,
}

impl Try {
    pub(super) const fn first(rung: usize) -> Self {
        Self { rung, again: false, paused: false }
    }
}

#[derive(Debug)]
pub(super) struct Leg {
    pub(super) id: LegId,
    pub(super) attempt: Try,
    pub(super) dress: Dress,
    pub(super) trying_by: Option<Instant>,
    pub(super) ringing_by: Option<Instant>,
    pub(super) rang: bool,
    pub(super) authenticated: bool,
    pub(super) followed: bool,
}

impl Leg {
    pub(super) fn new(id: LegId, attempt: Try, now: Instant) -> Self {
        Self {
            id,
            attempt,
            dress: Dress::Full,
            trying_by: Some(now + NO_TRYING),
            ringing_by: Some(now + NO_RINGING),
            rang: false,
            authenticated: false,
            followed: false,
        }
    }

    /// An INVITE was sent again: its times begin anew.
    pub(super) fn wait(&mut self, now: Instant) {
        self.rang = false;
        self.trying_by = Some(now + NO_TRYING);
        self.ringing_by = Some(now + NO_RINGING);
    }

    pub(super) const fn rings(&mut self) {
        self.trying_by = None;
        self.ringing_by = None;
        self.rang = true;
    }
}
