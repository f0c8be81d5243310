//! Mailboxes: how those of the house answer, and who of its callers gets to one.

use std::time::{Duration, Instant};

use account::VoicemailId;
use media::clip::{self, Language};
use media::playback::{Repeat, Sound};
use media::recording::AT_ONCE;
use media::relay::{LegId, Played, Recorded};

use crate::bridge::{CallId, Desk, Stage};
use crate::switchboard::Switchboard;

/// How mailboxes of the house answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailboxes {
    /// Longest message.
    pub longest: Duration,
    /// What a mailbox speaks that has no greeting of its own.
    pub language: Language,
}

impl Switchboard {
    /// Lets a mailbox answer. Says whether it does: only where mailboxes are wanted, and not more than can be recorded at once.
    pub(crate) fn mailbox_answers(&mut self, now: Instant, id: CallId, mailbox: &VoicemailId) -> bool {
        let Some(Mailboxes { longest, language }) = self.wires.mailboxes else { return false };
        let taken = self.calls.alive().filter(|call| call.stage == Stage::Mailbox).count();
        if self.closing || taken >= AT_ONCE {
            return false;
        }
        let own = self.greetings.get(mailbox).cloned();
        let usual = || Sound::Clip { samples: clip::nobody_there(language), repeat: Repeat::Once };
        let desk = Desk::new(mailbox.clone(), own.unwrap_or_else(usual), longest);
        self.calls.with(id, |call| call.answered_by(now, desk, &mut self.wires)) == Some(true)
    }

    /// A sound is over that the box played by itself.
    pub(crate) fn played(&mut self, now: Instant, leg: LegId, how: Played) {
        if let Some(id) = self.calls.by_leg(leg) {
            self.calls.with(id, |call| call.played(now, how, &mut self.wires));
        }
    }

    /// Who is recorded says nothing.
    pub(crate) fn fell_quiet(&mut self, now: Instant, leg: LegId) {
        if let Some(id) = self.calls.by_leg(leg) {
            self.calls.with(id, |call| call.fell_quiet(now, &mut self.wires));
        }
    }

    /// The file of a recording is closed, or there is none.
    pub(crate) fn recorded(&mut self, now: Instant, leg: LegId, how: Recorded) {
        self.wires.recorded(leg, how);
        if let Some(id) = self.calls.by_leg(leg) {
            self.calls.with(id, |call| call.recording_failed(now, &mut self.wires));
        }
    }
}
