//! Watchers are told: what changed, when they may hear it, and what their answers mean (RFC 6665 4.2.2).

use std::time::Instant;

use account::{Destination, DeviceId};
use bytes::Bytes;
use sip::method::Method;
use sip::package::resource_list::{Member, ResourceList};
use sip::transaction::{ClientKey, Priority};
use sip::view::SubscriptionState;

use super::Package;
use super::lamp::Lamps;
use super::profile::event_told;
use super::subscription::{Owed, Subscription};
use super::topic::{Content, Topic, Topics};
use crate::switchboard::Switchboard;
use crate::wires::Wires;

/// Seconds until the box is back after a restart.
const RESTART: u32 = 10;

/// Why a subscription ends (RFC 6665 4.1.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ending {
    /// It ran out, or its phone ended it, or it was for once only.
    Over,
    /// What it watched is not in the account any more.
    Gone,
    /// The device that watched is not in the account any more.
    Rejected,
    /// The box restarts: come back in a moment.
    Restart,
}

impl Ending {
    const fn state(self) -> SubscriptionState<'static> {
        match self {
            Self::Over => SubscriptionState::terminated("timeout"),
            Self::Gone => SubscriptionState::terminated("noresource"),
            Self::Rejected => SubscriptionState::terminated("rejected"),
            Self::Restart => {
                SubscriptionState { retry_after: Some(RESTART), ..SubscriptionState::terminated("probation") }
            }
        }
    }
}

impl Switchboard {
    /// Tells everybody whose turn it is. Costs nothing while nobody watches.
    pub(crate) fn tell_watchers(&mut self, now: Instant) {
        for call in self.calls.take_stirred() {
            self.call_stirred(call);
        }
        self.publications_end(now);
        while let Some(id) = self.events.subscriptions.due(now) {
            let over = self.events.subscriptions.get(id).is_none_or(|known| known.expires_at <= now);
            if over { self.unsubscribe(now, id, Ending::Over) } else { self.notify(now, id) }
        }
    }

    /// Something about a device may have changed.
    pub(crate) fn stir(&mut self, device: &DeviceId) {
        for topic in self.events.topics.about(device) {
            self.stir_topic(&topic);
        }
    }

    pub(super) fn stir_topic(&mut self, topic: &Topic) {
        let Some(devices) = self.events.topics.devices(topic) else { return };
        let content = self.content(topic, &devices);
        let watchers = self.events.topics.renew(topic, content);
        self.owe(&watchers.unwrap_or_default());
    }

    fn owe(&mut self, watchers: &[u64]) {
        for id in watchers {
            self.events.subscriptions.with(*id, |subscription| subscription.owe(Owed::Change));
        }
    }

    /// The document of a topic as things are now.
    pub(super) fn content(&self, topic: &Topic, devices: &[DeviceId]) -> Content {
        match topic.package {
            Package::Dialog => self.lamp(topic, devices),
            Package::Presence => self.presence(&topic.of, devices),
            Package::Mailbox => self.mailbox(&topic.of),
            Package::Reg => self.registrations(devices),
            Package::Feature => self.features(devices),
            Package::Profile => self.profile(topic),
        }
    }

    /// The account is another one: whoever watches what is gone hears so, everything else is looked at anew.
    pub(crate) fn account_watched(&mut self, now: Instant) {
        self.events.quiet.retain(|device| self.house.devices.contains_key(device));
        for topic in self.events.topics.all() {
            let devices = self.devices_of(&topic.of);
            let content = self.content(&topic, &devices);
            let watchers = self.events.topics.put(&topic, devices, content);
            self.owe(&watchers.unwrap_or_default());
        }
        for id in self.events.subscriptions.ids() {
            self.account_changed_for(now, id);
        }
    }

    fn account_changed_for(&mut self, now: Instant, id: u64) {
        let Some(subscription) = self.events.subscriptions.get(id) else { return };
        let known = self.house.devices.contains_key(&subscription.device);
        let list = subscription.list.as_ref().map(|list| list.of.clone());
        let gone = match &list {
            Some(list) => self.is_gone(list),
            None => subscription.watched.iter().any(|seen| self.is_gone(&seen.topic.of)),
        };
        if !known || gone {
            let why = if known { Ending::Gone } else { Ending::Rejected };
            return self.unsubscribe(now, id, why);
        }
        if let Some(list) = list {
            self.list_changed(id, &list);
        }
    }

    /// A list with other members than before is told whole.
    fn list_changed(&mut self, id: u64, list: &Destination) {
        let Some(subscription) = self.events.subscriptions.get(id) else { return };
        let before: Vec<_> = subscription.watched.iter().map(|seen| seen.topic.of.clone()).collect();
        if before == self.members(list) {
            return;
        }
        let topics: Vec<_> = subscription.watched.iter().map(|seen| seen.topic.clone()).collect();
        self.watch(id, list);
        let after =
            self.events.subscriptions.get(id).map(|known| known.watched.as_slice()).unwrap_or_default();
        let gone: Vec<_> =
            topics.into_iter().filter(|topic| !after.iter().any(|seen| seen.topic == *topic)).collect();
        for topic in gone {
            self.events.topics.leave(&topic, id);
        }
        self.events.subscriptions.with(id, |subscription| subscription.owe(Owed::Change));
    }

    fn is_gone(&self, of: &Destination) -> bool {
        self.house.name_of(of).is_none()
    }

    fn notify(&mut self, now: Instant, id: u64) {
        let events = &mut self.events;
        let (topics, wires) = (&events.topics, &mut self.wires);
        let sent = events.subscriptions.with(id, |subscription| {
            let left = subscription.expires_at.saturating_duration_since(now).as_secs();
            let state = SubscriptionState::active(u32::try_from(left).unwrap_or(u32::MAX));
            let bytes = compose(subscription, Some(topics), wires, state);
            let asked = wires.tx.request(now, subscription.dialog.flow(), bytes, Priority::Ordinary).ok();
            subscription.told(now, asked);
            asked.is_some()
        });
        // A box too full to tell a watcher anything forgets it; the phone asks again when its time is up.
        if sent == Some(false) {
            self.forget_watcher(id);
        }
    }

    /// Ends a subscription and says so; nobody waits for the answer.
    pub(super) fn unsubscribe(&mut self, now: Instant, id: u64, why: Ending) {
        let events = &mut self.events;
        let (topics, wires) = (&events.topics, &mut self.wires);
        events.subscriptions.with(id, |subscription| {
            let last_word = (why == Ending::Over).then_some(topics);
            let bytes = compose(subscription, last_word, wires, why.state());
            let _ = wires.tx.request(now, subscription.dialog.flow(), bytes, Priority::Ordinary);
        });
        self.forget_watcher(id);
    }

    /// The box shuts down: everybody is asked to come back in a moment.
    pub(crate) fn dismiss_watchers(&mut self, now: Instant) {
        for id in self.events.subscriptions.ids() {
            self.unsubscribe(now, id, Ending::Restart);
        }
    }

    fn forget_watcher(&mut self, id: u64) {
        if let Some(gone) = self.events.subscriptions.remove(id) {
            for seen in &gone.watched {
                self.events.topics.leave(&seen.topic, id);
            }
        }
        if self.events.nobody_watches() {
            self.calls.watch(false);
            self.events.lamps = Lamps::default();
        }
    }

    /// Whether this was the answer to a NOTIFY. A watcher that refuses one, or is not there, is not told anything more.
    pub(crate) fn watcher_answered(&mut self, key: ClientKey, status: u16) -> bool {
        let Some(id) = self.events.subscriptions.answered(key) else { return false };
        match status {
            ..200 => {}
            200..300 => {
                self.events.subscriptions.with(id, |subscription| subscription.asked = None);
            }
            _ => self.forget_watcher(id),
        }
        true
    }
}

/// The next NOTIFY of a subscription; without topics it says only how the subscription is.
fn compose(
    subscription: &mut Subscription,
    topics: Option<&Topics>,
    wires: &mut Wires,
    state: SubscriptionState<'_>,
) -> Bytes {
    let boundary = wires.seed.tag();
    let body = topics.and_then(|topics| body(subscription, topics, &boundary));
    let contact = wires.contact(&subscription.dialog.flow());
    let profile = subscription.package == Package::Profile;
    let event = if profile { event_told(&subscription.event) } else { subscription.event.clone() };
    let request = wires
        .within(&mut subscription.dialog, Method::Notify)
        .contact(contact)
        .header("Event", event)
        .header("Subscription-State", state.to_string());
    let request = if subscription.list.is_some() { request.header("Require", "eventlist") } else { request };
    match &body {
        Some((kind, bytes)) => request.body(kind, bytes).build(),
        None => request.build(),
    }
}

/// What there is to say, and its kind: one document, or those of a list that the watcher has not seen yet.
fn body(subscription: &mut Subscription, topics: &Topics, boundary: &str) -> Option<(String, Vec<u8>)> {
    let kind = subscription.package.kind();
    let Some(list) = &mut subscription.list else {
        let seen = subscription.watched.first_mut()?;
        let document = seen.next(topics.sheet(&seen.topic)?);
        return match &subscription.wanted {
            Some(wanted) => wanted.written(&document),
            None => Some((kind.to_owned(), document)),
        };
    };
    let full = subscription.watched.iter().all(|seen| seen.edition == 0);
    let mut news = Vec::new();
    for seen in &mut subscription.watched {
        let Some(sheet) = topics.sheet(&seen.topic).filter(|sheet| sheet.edition != seen.edition) else {
            continue;
        };
        let document = seen.next(sheet);
        news.push((seen.address.clone(), seen.name.clone(), document));
    }
    let members = news.iter().map(|(uri, name, document)| Member {
        uri: uri.clone(),
        name: name.clone(),
        document: (kind, document),
    });
    let whole =
        ResourceList { uri: list.address.clone(), version: list.version, full, members: members.collect() };
    list.version += 1;
    Some(whole.write(boundary))
}
