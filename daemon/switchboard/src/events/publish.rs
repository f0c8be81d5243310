//! What devices say about their person themselves, for as long as they go on saying it (RFC 3903).

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use account::Destination;
use sip::compose::Response;
use sip::flow::Flow;
use sip::message::Message;
use sip::name::Name;
use sip::package::pidf::{self, Presence};

use super::package::{ALLOW_EVENTS, Package};
use super::scope::person_of;
use super::subscribe::lasts;
use super::topic::{Sight, Topic};
use super::voice_report;
use crate::gate::Proven;
use crate::refusal::Refused;
use crate::route;
use crate::switchboard::Switchboard;

/// One person's devices leave no more states than this.
const MOST_PER_PERSON: usize = 8;
/// All states together.
const MOST: usize = 4096;

/// One state that a device left.
#[derive(Debug)]
struct Publication {
    tag: String,
    state: Presence,
    ends: (Instant, u64),
}

/// All states that devices left.
#[derive(Debug, Default)]
pub(super) struct Publications {
    of: HashMap<Destination, Vec<Publication>>,
    ends: BTreeMap<(Instant, u64), Destination>,
    next: u64,
}

impl Publications {
    /// In the order in which they were last renewed.
    pub(super) fn of(&self, of: &Destination) -> impl DoubleEndedIterator<Item = &Presence> {
        self.of.get(of).into_iter().flatten().map(|publication| &publication.state)
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.ends.first_key_value().map(|((at, _), _)| *at)
    }

    fn take(&mut self, of: &Destination, tag: &str) -> Option<Publication> {
        let states = self.of.get_mut(of)?;
        let place = states.iter().position(|publication| publication.tag == tag)?;
        let taken = states.remove(place);
        if states.is_empty() {
            self.of.remove(of);
        }
        self.ends.remove(&taken.ends);
        Some(taken)
    }

    fn has_room(&self, of: &Destination) -> bool {
        self.ends.len() < MOST && self.of.get(of).is_none_or(|states| states.len() < MOST_PER_PERSON)
    }

    fn put(&mut self, of: Destination, tag: String, state: Presence, until: Instant) {
        self.next += 1;
        let ends = (until, self.next);
        self.ends.insert(ends, of.clone());
        self.of.entry(of).or_default().push(Publication { tag, state, ends });
    }

    /// Forgets one state that has run out; names whose it was.
    fn end(&mut self, now: Instant) -> Option<Destination> {
        let (ends, _) = self.ends.first_key_value().filter(|((at, _), _)| *at <= now)?;
        let ends = *ends;
        let of = self.ends.remove(&ends)?;
        if let Some(states) = self.of.get_mut(&of) {
            states.retain(|publication| publication.ends != ends);
            if states.is_empty() {
                self.of.remove(&of);
            }
        }
        Some(of)
    }
}

impl Switchboard {
    /// A device leaves, renews, changes or takes back its state.
    pub(crate) fn publish(&mut self, now: Instant, flow: Flow, request: &Message<'_>) {
        let Some(proven) = self.prove(now, flow, request) else { return };
        let (status, bytes) = match self.published(now, flow, request, &proven) {
            Ok((tag, lasting)) => {
                let own = self.wires.tx.tag_for(request);
                let answer = Response::to(request, &flow, 200)
                    .to_tag(&*own)
                    .header("SIP-ETag", tag)
                    .header("Expires", lasting.as_secs().to_string())
                    .header("Allow-Events", ALLOW_EVENTS)
                    .header("Server", &self.wires.agent);
                (200, answer.build())
            }
            Err(refused) => (refused.status(), self.refuse_event(flow, request, refused)),
        };
        self.wires.tx.answer_kept(now, flow, request, status, bytes);
    }

    /// RFC 3903 6; the tag is a new one each time.
    fn published(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        proven: &Proven,
    ) -> Result<(String, Duration), Refused> {
        if voice_report::is_one(request) {
            self.report(flow, request, &proven.device)?;
            return Ok((self.wires.seed.tag().to_string(), Duration::ZERO));
        }
        let of = self.publishable(flow, request, proven)?;
        let before = match request.header(Name::SipIfMatch) {
            Some(_) => Some(self.overtaken(&of, request).ok_or(Refused::Outdated)?),
            None => None,
        };
        let renewed = self.renewed(request, &of, before.as_ref());
        let (state, lasting) = match (renewed, before) {
            (Ok(renewed), _) => renewed,
            (Err(refused), before) => {
                before.into_iter().for_each(|old| {
                    self.events.published.put(of.clone(), old.tag, old.state, old.ends.0);
                });
                return Err(refused);
            }
        };
        let tag = self.wires.seed.tag().to_string();
        if !lasting.is_zero() {
            self.hear_where(now, &proven.device, request, now + lasting);
            self.events.published.put(of.clone(), tag.clone(), state, now + lasting);
        }
        self.stir_topic(&Topic { package: Package::Presence, of, sight: Sight::Lamp, wanted: None });
        Ok((tag, lasting))
    }

    /// The state that a device means to renew.
    fn overtaken(&mut self, of: &Destination, request: &Message<'_>) -> Option<Publication> {
        let tag = str::from_utf8(request.sip_if_match()?).ok()?;
        self.events.published.take(of, tag)
    }

    fn renewed(
        &self,
        request: &Message<'_>,
        of: &Destination,
        before: Option<&Publication>,
    ) -> Result<(Presence, Duration), Refused> {
        let lasting = lasts(request)?;
        let state = match (request.body(), before) {
            ([], Some(before)) => before.state.clone(),
            ([], None) => return Err(Refused::BadDocument),
            (body, _) if request.has_content_type(pidf::KIND.as_bytes()) => {
                Presence::parse(body).map_err(|_| Refused::BadDocument)?
            }
            _ => return Err(Refused::BadDocument),
        };
        if before.is_none() && !self.events.published.has_room(of) {
            return Err(Refused::TooManySubscriptions);
        }
        Ok((state, lasting))
    }

    /// Presence of oneself, and nothing else.
    fn publishable(
        &self,
        flow: Flow,
        request: &Message<'_>,
        proven: &Proven,
    ) -> Result<Destination, Refused> {
        let (package, _) = Package::of(request).ok_or(Refused::BadEvent)?;
        if package != Package::Presence {
            return Err(Refused::BadEvent);
        }
        let uri = request.uri().filter(|uri| self.serves(uri.host, flow)).ok_or(Refused::Forbidden)?;
        let found = route::destination(&route::dialled(&uri), &self.house).map_err(Refused::Route)?;
        let device = self.house.devices.get(&proven.device).ok_or(Refused::Forbidden)?;
        if !self.is_own(device, &found) {
            return Err(Refused::Forbidden);
        }
        Ok(person_of(device))
    }

    /// Forgets the states that have run out.
    pub(super) fn publications_end(&mut self, now: Instant) {
        while let Some(of) = self.events.published.end(now) {
            self.stir_topic(&Topic { package: Package::Presence, of, sight: Sight::Lamp, wanted: None });
        }
    }
}
