//! Where a telephone finds its configuration (RFC 6080 6).
//!
//! ```text
//!   a telephone with a login   ──SUBSCRIBE──> a subscription as any other: told now, and when the address changes
//!   one without, in the house  ──SUBSCRIBE──> 200 and one NOTIFY, to where it asked from; nothing is kept (RFC 6665 4.4.3)
//!   one without, elsewhere     ──SUBSCRIBE──> is asked for its password
//! ```
//!
//! Who asks everybody in the network hears an address or nothing: somebody else may know.
//!
//! An address alone needs no proof (RFC 6080 6.6). It holds nothing of the account.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sip::compose::Response;
use sip::dialog::Dialog;
use sip::flow::Flow;
use sip::message::Message;
use sip::method::Method;
use sip::name::Name;
use sip::package::profile::{EVENT, Profile, Wanted, WantedRefused};
use sip::transaction::{Arrival, Priority};
use sip::view::SubscriptionState;

use super::Package;
use super::notify::Ending;
use super::topic::{Content, Topic};
use crate::provisioning::Provisioning;
use crate::refusal::Refused;
use crate::switchboard::Switchboard;

/// Telephones without a login that are told within [`LATELY`]; five hundred after a power cut, twice. Others ask again by themselves.
const MOST: usize = 1_000;
/// Of one address.
const MOST_EACH: usize = 4;
const LATELY: Duration = Duration::from_secs(10);

/// Whom a telephone asks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    Us,
    Everybody,
}

/// What telephones are told, and who without a login was told lately.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    pub told: Arc<Provisioning>,
    lately: VecDeque<(Instant, IpAddr)>,
}

impl Profiles {
    fn admit(&mut self, now: Instant, source: IpAddr) -> bool {
        let old = |(at, _): &(Instant, IpAddr)| now.saturating_duration_since(*at) >= LATELY;
        while self.lately.front().is_some_and(old) {
            self.lately.pop_front();
        }
        let same = self.lately.iter().filter(|(_, told)| *told == source).count();
        let room = self.lately.len() < MOST && same < MOST_EACH;
        if room {
            self.lately.push_back((now, source));
        }
        room
    }
}

impl Switchboard {
    /// What telephones are told from now on. Who watches hears of another address; once there is none, nobody watches any more.
    pub(crate) fn provisioned(&mut self, now: Instant, told: Arc<Provisioning>) {
        self.events.profiles.told = told;
        let is_on = self.events.profiles.told.is_on();
        for topic in self.events.topics.all().into_iter().filter(|topic| topic.package == Package::Profile) {
            self.stir_topic(&topic);
        }
        let subscriptions = &self.events.subscriptions;
        let watches =
            |id: &u64| subscriptions.get(*id).is_some_and(|known| known.package == Package::Profile);
        let over: Vec<_> = subscriptions.ids().into_iter().filter(|id| !is_on && watches(id)).collect();
        for id in over {
            self.unsubscribe(now, id, Ending::Gone);
        }
    }

    /// What a subscriber who proved to be a phone of the account wants to know; `None` for every other package.
    pub(super) fn profile_wanted(request: &Message<'_>, package: Package) -> Result<Option<Wanted>, Refused> {
        if package != Package::Profile {
            return Ok(None);
        }
        Wanted::of(request).map(Some).map_err(refused)
    }

    /// The address, or nothing where there is none for this telephone.
    pub(super) fn profile(&self, topic: &Topic) -> Content {
        let address = topic.wanted.as_ref().and_then(|wanted| self.events.profiles.told.address(wanted));
        Content::Plain(address.unwrap_or_default().into_bytes())
    }

    /// Somebody asks everybody in the network. Only who asks for a profile is heard.
    pub(crate) fn asked_all(&mut self, now: Instant, flow: Flow, message: Message<'_>) {
        let about = message.method() == Some(Method::Subscribe) && message.validate().is_ok();
        if !about || !self.events.profiles.told.is_on() || self.unheard(now, flow, &message) {
            return;
        }
        self.counts.message(&message);
        if let Arrival::Request(request) = self.wires.tx.receive(now, flow, message) {
            self.newcomer(now, flow, &request, Asked::Everybody);
        }
    }

    /// Serves a telephone in the house that has no login yet; false when it must prove who it is, as everybody else.
    pub(super) fn newcomer(&mut self, now: Instant, flow: Flow, request: &Message<'_>, asked: Asked) -> bool {
        let about = request.event().is_some_and(|event| event.package == EVENT.as_bytes());
        let new = request.to_tag().is_none() && request.header(Name::Authorization).is_none();
        let near = self.events.profiles.told.is_near(flow.peer.ip());
        if !(about && new && near && self.events.profiles.told.is_on()) || self.closing {
            return false;
        }
        let found = Wanted::of(request).map_err(refused);
        if found.as_ref().is_ok_and(|wanted| wanted.profile == Profile::User) {
            return false;
        }
        let address = found.and_then(|wanted| {
            let address = self.events.profiles.told.address(&wanted).ok_or(Refused::BadEvent)?;
            Ok(wanted.form.write(&address))
        });
        let asks_all = asked == Asked::Everybody
            || request.uri().and_then(|uri| uri.host?.ip()).is_some_and(|host| host.is_multicast());
        let told = address.and_then(|body| self.tell_newcomer(now, flow, request, &body));
        if let Err(why) = told
            && !asks_all
        {
            let bytes = self.refuse_event(flow, request, why);
            self.wires.tx.send_once(flow, bytes);
        }
        true
    }

    fn tell_newcomer(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        (kind, body): &(String, Vec<u8>),
    ) -> Result<(), Refused> {
        let tag = self.wires.seed.tag();
        let mut dialog = Dialog::called(request, flow, &*tag).map_err(|_| Refused::BadOffer)?;
        if !self.events.profiles.admit(now, flow.peer.ip()) {
            // It is there still when its telephone asks again.
            return Ok(());
        }
        let Some(key) = self.wires.tx.proceed(now, flow, request, Priority::Ordinary) else { return Ok(()) };
        let contact = self.wires.contact(&flow);
        let answer = Response::to(request, &flow, 200).to_tag(&*tag).contact(&contact).header("Expires", "0");
        self.wires.tx.answer(now, key, 200, answer.header("Server", &self.wires.agent).build());
        dialog.confirm();
        let notify = self.wires.within(&mut dialog, Method::Notify).contact(contact);
        let notify = notify
            .header("Event", event_told(&Package::of(request).map(|(_, event)| event).unwrap_or_default()))
            .header("Subscription-State", SubscriptionState::terminated("timeout").to_string())
            .body(kind, body);
        // Nobody waits for the answer, and who hears nothing asks again.
        let _ = self.wires.tx.request(now, flow, notify.build(), Priority::Ordinary);
        Ok(())
    }
}

/// Event as it stands in a NOTIFY: what is told counts at once (RFC 6080 6.2).
pub(super) fn event_told(event: &str) -> String {
    format!("{event};effective-by=0")
}

fn refused(why: WantedRefused) -> Refused {
    match why {
        WantedRefused::Foreign | WantedRefused::Profile => Refused::BadEvent,
        WantedRefused::Unreadable => Refused::NotReadable,
    }
}
