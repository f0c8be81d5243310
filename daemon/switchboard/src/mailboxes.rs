//! Mailboxes: how those of the house answer, and who of its callers gets to one.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use account::{Destination, DeviceId, Snapshot, UserId, VoiceMessage, VoicemailId};
use media::clip::{self, Language};
use media::playback::{Repeat, Sound};
use media::recording::AT_ONCE;
use media::relay::{LegId, Played, Recorded};

use crate::bridge::{CallId, Desk, Listening, Stage};
use crate::dialling::Wish;
use crate::route::{Reached, Ring, Route, RouteRefused, Step};
use crate::switchboard::Switchboard;

/// How mailboxes of the house answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailboxes {
    /// Longest message.
    pub longest: Duration,
    /// What a mailbox speaks that has no greeting of its own.
    pub language: Language,
}

/// What somebody dials to hear his messages.
pub(crate) const CODE: &str = "*97";
/// Messages that one call plays, at most.
const MOST_AT_ONCE: usize = 100;
/// Messages that are known, at most.
const MOST_MESSAGES: usize = 10_000;

/// The way to one's own messages.
pub(crate) fn way_to_messages(device: &DeviceId, house: &Snapshot) -> Result<Route, RouteRefused> {
    let owner = house.devices.get(device).and_then(|device| device.owner.clone());
    let to = Reached::Inside(Destination::User(owner.ok_or(RouteRefused::NotFound)?));
    let step = Step { ring: Ring::Messages, ring_for: Duration::ZERO, by: None };
    Ok(Route { to, wish: Wish::AsUsual, steps: vec![step] })
}

/// The mailboxes that are a person's, alone or with others.
fn boxes_of(user: &UserId, house: &Snapshot) -> BTreeSet<VoicemailId> {
    let own = |(id, people): (VoicemailId, BTreeSet<UserId>)| people.contains(user).then_some(id);
    house.mailboxes().into_iter().filter_map(own).collect()
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
        let desk = Desk::taking(mailbox.clone(), own.unwrap_or_else(usual), longest);
        self.calls.with(id, |call| call.answered_by(now, desk, &mut self.wires)) == Some(true)
    }

    /// Lets the caller listen to what is new in his mailboxes, the newest last. Says whether he can.
    pub(crate) fn plays_messages(&mut self, now: Instant, id: CallId) -> bool {
        let Some(Mailboxes { language, .. }) = self.wires.mailboxes.filter(|_| !self.closing) else {
            return false;
        };
        let caller = self.calls.get(id).and_then(|call| call.asker.owner.phone());
        let owner = caller.and_then(|phone| self.house.devices.get(phone)?.owner.clone());
        let Some(own) = owner.map(|owner| boxes_of(&owner, &self.house)) else { return false };
        let mut new: Vec<&VoiceMessage> =
            self.messages.iter().filter(|message| !message.heard && own.contains(&message.mailbox)).collect();
        new.sort_by_key(|message| message.left);
        let new = new.into_iter().take(MOST_AT_ONCE).map(|message| message.id.clone()).collect();
        let desk = Desk::playing(Listening::to(new, language));
        self.calls.with(id, |call| call.answered_by(now, desk, &mut self.wires)) == Some(true)
    }

    /// All messages there are; of far too many the first.
    pub(crate) fn messages_changed(&mut self, mut messages: Vec<VoiceMessage>) {
        messages.truncate(MOST_MESSAGES);
        self.messages = messages;
    }

    /// A message has been read, or cannot be.
    pub(crate) fn fetched(&mut self, now: Instant, ticket: u64, sound: Option<Sound>) {
        if let Some(id) = self.wires.fetching.remove(&ticket) {
            self.calls.with(id, |call| call.fetched(now, ticket, sound, &mut self.wires));
        }
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
