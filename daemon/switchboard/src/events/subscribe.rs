//! A phone wants to know something, still wants to know it, or not any more (RFC 6665 4.2.1).

use std::time::{Duration, Instant};

use account::Destination;
use sip::compose::Response;
use sip::dialog::{Dialog, DialogId};
use sip::flow::Flow;
use sip::message::Message;
use sip::transaction::Priority;

use super::package::{ALLOW_EVENTS, ALLOW_EVENTS_AND_PROFILES, Package};
use super::profile::Asked;
use super::subscription::{List, Owed, Subscription};
use crate::gate::Proven;
use crate::refusal::{Refused, warning};
use crate::switchboard::Switchboard;

/// When the phone does not say how long.
const DEFAULT_EXPIRES: u32 = 3600;
/// A phone may not come back more often than this (423).
pub(super) const MIN_EXPIRES: u32 = 60;
/// A phone that vanished is told things for this long at most.
pub(super) const MAX_EXPIRES: u32 = 3600;
/// How long, as the phone wishes and we allow; zero is for once only.
pub(super) fn lasts(request: &Message<'_>) -> Result<Duration, Refused> {
    match request.expires().unwrap_or(DEFAULT_EXPIRES) {
        1..MIN_EXPIRES => Err(Refused::TooBrief),
        seconds => Ok(Duration::from_secs(seconds.min(MAX_EXPIRES).into())),
    }
}

impl Switchboard {
    /// Every SUBSCRIBE proves who sent it, refreshes included; but not a new telephone that asks where its configuration lies.
    pub(crate) fn subscribe(&mut self, now: Instant, flow: Flow, request: &Message<'_>) {
        if self.newcomer(now, flow, request, Asked::Us) {
            return;
        }
        let Some(proven) = self.prove(now, flow, request) else { return };
        let Some(key) = self.wires.tx.proceed(now, flow, request, Priority::Ordinary) else { return };
        let served = match request.to_tag() {
            Some(_) => self.subscribe_again(now, flow, request, &proven),
            None => self.subscribe_anew(now, flow, request, &proven),
        };
        let (status, bytes) = match served {
            Ok((id, lasting)) => (200, self.subscribed(flow, request, id, lasting)),
            Err(refused) => (refused.status(), self.refuse_event(flow, request, refused)),
        };
        self.wires.tx.answer(now, key, status, bytes);
    }

    fn subscribed(&self, flow: Flow, request: &Message<'_>, id: u64, lasting: Duration) -> bytes::Bytes {
        let subscription = self.events.subscriptions.get(id);
        let tag = subscription.map(|subscription| subscription.dialog.id().local_tag().to_vec());
        let tag = tag.unwrap_or_default();
        let response = Response::to(request, &flow, 200)
            .to_tag(&tag)
            .contact(self.wires.contact(&flow))
            .header("Expires", lasting.as_secs().to_string())
            .header("Allow-Events", self.allow_events())
            .header("Server", &self.wires.agent);
        let list = subscription.is_some_and(|subscription| subscription.list.is_some());
        if list { response.header("Require", "eventlist").build() } else { response.build() }
    }

    fn allow_events(&self) -> &'static str {
        if self.events.profiles.told.is_on() { ALLOW_EVENTS_AND_PROFILES } else { ALLOW_EVENTS }
    }

    /// A refusal says what would have been accepted.
    pub(super) fn refuse_event(&self, flow: Flow, request: &Message<'_>, refused: Refused) -> bytes::Bytes {
        let tag = self.wires.tx.tag_for(request);
        let response = Response::to(request, &flow, refused.status()).to_tag(&*tag);
        let response = if refused == Refused::BadEvent {
            response.header("Allow-Events", self.allow_events())
        } else if refused == Refused::TooBrief {
            response.header("Min-Expires", MIN_EXPIRES.to_string())
        } else {
            response
        };
        let response = response.header("Server", &self.wires.agent);
        match refused.explanation() {
            Some(why) => response.header("Warning", warning(why)).build(),
            None => response.build(),
        }
    }

    fn subscribe_anew(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        proven: &Proven,
    ) -> Result<(u64, Duration), Refused> {
        let (package, event) = Package::of(request).ok_or(Refused::BadEvent)?;
        if package == Package::Profile && !self.events.profiles.told.is_on() {
            return Err(Refused::BadEvent);
        }
        if self.closing {
            return Err(Refused::Closing);
        }
        if !package.is_read_by(request) {
            return Err(Refused::NotReadable);
        }
        let wanted = Self::profile_wanted(request, package)?;
        let lasting = lasts(request)?;
        let of = self.watchable(flow, request, package, &proven.device)?;
        if self.events.subscriptions.is_full() {
            return Err(Refused::Full);
        }
        if self.events.subscriptions.has_enough(&proven.device) {
            return Err(Refused::TooManySubscriptions);
        }
        let tag = self.wires.seed.tag();
        let mut dialog = Dialog::called(request, flow, &*tag).map_err(|_| Refused::BadOffer)?;
        dialog.confirm();
        self.wishes(package, &proven.device, request)?;
        let listed = request.supports(b"eventlist") && matches!(package, Package::Dialog | Package::Presence);
        let list = matches!(&of, Destination::Group(_) if listed).then(|| List {
            of: of.clone(),
            address: self.address_of(&of),
            version: 0,
        });
        let subscription = Subscription {
            device: proven.device.clone(),
            package,
            event,
            wanted,
            dialog,
            watched: vec![],
            list,
            expires_at: now + lasting,
            owed: Owed::Everything,
            asked: None,
            not_before: now,
            lost: false,
        };
        let id = self.events.subscriptions.insert(subscription);
        self.watch(id, &of);
        Ok((id, lasting))
    }

    fn subscribe_again(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        proven: &Proven,
    ) -> Result<(u64, Duration), Refused> {
        let name = DialogId::of_request(request).ok_or(Refused::NoSuchCall)?;
        let id = self.events.subscriptions.by_name(&name).ok_or(Refused::NoSuchCall)?;
        let (package, event) = Package::of(request).ok_or(Refused::BadEvent)?;
        let same = self.events.subscriptions.get(id).is_some_and(|known| known.event == event);
        let own = self.events.subscriptions.get(id).is_some_and(|known| known.device == proven.device);
        if !same {
            return Err(Refused::NoSuchCall);
        }
        if !own {
            return Err(Refused::Forbidden);
        }
        let lasting = lasts(request)?;
        let taken = self.events.subscriptions.with(id, |known| known.dialog.take(request));
        taken.ok_or(Refused::NoSuchCall)?.map_err(|_| Refused::OutOfOrder)?;
        self.wishes(package, &proven.device, request)?;
        self.events.subscriptions.with(id, |known| {
            known.dialog.refresh(request);
            known.dialog.move_to(flow);
            known.lost = false;
            known.expires_at = now + lasting;
            known.owe(Owed::Everything);
            known.watched.iter_mut().for_each(|seen| seen.edition = 0);
        });
        Ok((id, lasting))
    }
}
