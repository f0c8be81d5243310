//! A caller waits in line for an agent of a channel: he hears music, and one agent after the other rings for him.
//!
//! He is not answered before an agent picks up: waiting costs him nothing, and his phone has one dialog all along.

use std::time::{Duration, Instant};

use account::{ChannelId, DeviceId};

use super::reliable::{Saying, THE_BOX};
use super::ring::REMINDER;
use super::{Call, Fork, ForkState, Ring, Stage};
use crate::queue::Stands;
use crate::wires::Wires;

impl Call {
    /// Its caller is in line from now on, for so long at most.
    pub(crate) fn begins_to_wait(
        &mut self,
        now: Instant,
        channel: ChannelId,
        longest: Duration,
        wires: &mut Wires,
    ) {
        (self.turn.waits, self.turn.until) = (Some(channel), now + longest);
        self.reminder = Some(self.turn.until.min(now + REMINDER));
        if let Some(body) = self.hold_music(wires) {
            self.tell(now, Saying { status: 183, body: Some((THE_BOX, body)) }, wires);
        } else if self.asker.progress.told.is_none() {
            self.tell(now, Saying { status: 180, body: None }, wires);
        }
    }

    /// What its caller is told so that he hears music. One whose phone made no offer, or insists on confirming what it is told
    /// (RFC 3262), hears that it rings: what is confirmed could not be changed when an agent answers.
    fn hold_music(&mut self, wires: &mut Wires) -> Option<Vec<u8>> {
        let request = self.asker.request.message();
        let insists = request.require().any(|word| word.eq_ignore_ascii_case(b"100rel"));
        let progress = &self.asker.progress;
        let bound = insists || progress.agreed.is_some() || progress.unconfirmed_voice();
        let sound = wires.hold_music.clone().filter(|_| self.asker.offered && !bound)?;
        let ours = self.asker.flow.local.ip();
        self.voice.as_mut()?.announce(sound, ours, wires)
    }

    /// Whether its caller waits in line.
    pub(crate) fn waits(&self) -> bool {
        self.turn.waits.is_some() && self.stage == Stage::Ringing
    }

    /// What became of the caller.
    pub(crate) fn stands(&self) -> Stands {
        match self.stage {
            Stage::Ringing if self.waits() => Stands::Waits,
            Stage::Talking(place) => {
                let phone = self.forks.get(place).and_then(|fork| fork.owner.phone());
                Stands::Talks(phone.cloned())
            }
            Stage::Ringing | Stage::Mailbox | Stage::Over => Stands::Gone,
        }
    }

    /// Rings an agent for a caller in line.
    pub(crate) fn ring_agent(&mut self, now: Instant, rings: Vec<Ring>, wires: &mut Wires) {
        if self.waits() {
            self.ring_also(now, rings, wires);
        }
    }

    /// Whether one of these phones rings for it.
    pub(crate) fn rings_at(&self, devices: &[DeviceId]) -> bool {
        self.forks.iter().any(|fork| fork.is_open() && fork.is_at(devices))
    }

    /// These phones stop ringing for it.
    pub(crate) fn stop_agent(&mut self, now: Instant, devices: &[DeviceId], wires: &mut Wires) {
        for fork in self.forks.iter().filter(|fork| fork.is_at(devices)) {
            if let ForkState::Open(key) = fork.state {
                wires.tx.cancel(now, key, &[]);
            }
        }
    }

    /// Nobody will come.
    pub(crate) fn waits_in_vain(&mut self, now: Instant, wires: &mut Wires) {
        if self.waits() {
            self.nobody_answers(now, wires);
        }
    }

    /// A place among its forks that can be used again: that of an agent who rang in vain. However long a caller waits, his call
    /// is not larger than any other.
    pub(super) fn vacancy(&self) -> Option<usize> {
        self.forks.iter().position(Fork::is_spent).filter(|_| self.waits())
    }

    /// How many of its forks cannot be used again.
    pub(super) fn forks_in_use(&self) -> usize {
        let spent = if self.waits() { self.forks.iter().filter(|fork| fork.is_spent()).count() } else { 0 };
        self.forks.len() - spent
    }

    /// Puts a fork in its place.
    pub(super) fn seat_fork(&mut self, place: usize, fork: Fork, wires: &mut Wires) {
        match self.forks.get_mut(place) {
            Some(before) => {
                let before = std::mem::replace(before, fork);
                before.key.map(|key| wires.errands.remove(&key));
            }
            None => self.forks.push(fork),
        }
    }
}

impl Fork {
    fn is_at(&self, devices: &[DeviceId]) -> bool {
        self.owner.phone().is_some_and(|phone| devices.contains(phone))
    }

    /// Whether nothing of it can be wanted any more.
    fn is_spent(&self) -> bool {
        let quiet = self.peer.is_none() && self.ack.is_none() && self.held_back.is_none();
        matches!(self.state, ForkState::Ended(_)) && !self.counted && quiet
    }
}
