//! A phone wants to call somebody.

use std::time::{Duration, Instant};

use account::{CallParty, CallRecord, ChannelId, Destination, DeviceId};
use emergency::{Class, Overlap};
use sip::dialog::Dialog;
use sip::flow::Flow;
use sip::message::Message;
use sip::name::Name;
use sip::transaction::{Priority, ServerKey};
use sip::view::Uri;

use crate::body::offer;
use crate::bridge::voice::Heard;
use crate::bridge::{Asked, Call, Calls, Owner, Peer, Ring, Shown, Side, long_enough, outcome};
use crate::carrying::Behind;
use crate::conference;
use crate::dialling::Standing;
use crate::events::Events;
use crate::gate::Proven;
use crate::io::Output;
use crate::mailboxes;
use crate::queue::Queues;
use crate::refusal::Refused;
use crate::register::Registrar;
use crate::route::{self, Ask, Caller, Presence, Reached, Route, RouteRefused};
use crate::switchboard::Switchboard;

/// What the route needs to know of this moment.
struct Now<'a> {
    registrar: &'a Registrar,
    calls: &'a Calls,
    events: &'a Events,
    queues: &'a Queues,
}

impl Presence for Now<'_> {
    fn registered(&self, device: &account::Device) -> bool {
        self.registrar.registered(device)
    }

    fn silenced(&self, device: &DeviceId) -> bool {
        self.events.is_quiet(device)
    }

    fn busy(&self, device: &DeviceId) -> bool {
        self.calls.count(&Owner::Phone(device.clone())) > 0
    }

    fn has_place(&self, channel: &ChannelId) -> bool {
        self.queues.has_place(channel)
    }
}

impl Switchboard {
    /// An INVITE outside any call.
    pub(crate) fn invite(&mut self, now: Instant, flow: Flow, request: &Message<'_>) {
        if let Some(line) = self.came_on(flow, request) {
            return self.arrive(now, flow, request, &line);
        }
        match self.class_of(request) {
            Some(Class::Emergency(_)) => return self.help(now, flow, request),
            Some(Class::Test) => return self.rehearse(now, flow, request),
            Some(Class::Ordinary | Class::DryRun | Class::Privileged | Class::Resembling) | None => {}
        }
        let Some(proven) = self.prove(now, flow, request) else { return };
        let Some(key) = self.wires.tx.proceed(now, flow, request, Priority::Ordinary) else { return };
        self.edition += 1;
        match self.connect(now, flow, request, key, &proven) {
            Ok(()) => self.counts.calls += 1,
            Err(refused) => {
                self.counts.not_connected += 1;
                if refused == Refused::Route(RouteRefused::LinesDown) {
                    self.drill.refused_out();
                }
                let bytes = self.wires.refusal(request, &flow, refused);
                self.wires.tx.answer(now, key, refused.status(), bytes);
                self.remember_refused(now, request, &proven, refused.status());
            }
        }
    }

    /// A call that never rang is a call all the same: somebody may want to know that it was missed.
    fn remember_refused(&mut self, now: Instant, request: &Message<'_>, proven: &Proven, status: u16) {
        let dialled = request.uri().map(|uri| route::dialled(&uri)).unwrap_or_default();
        let ask = self.ask(now, &dialled, Caller::Phone(&proven.device));
        let callee = match route::reached(&ask) {
            Ok(Reached::Inside(there)) => self.dialled_party(&there, dialled),
            Ok(Reached::Outside(_)) | Err(_) => CallParty { number: dialled, ..CallParty::default() },
        };
        let record = CallRecord {
            id: self.wires.record_id(self.calls.next_id()),
            caller: self.party(&proven.device),
            callee,
            started: self.wires.clock.wall_at(now),
            ringing: Duration::ZERO,
            talked: Duration::ZERO,
            outcome: outcome(status),
            status,
            through: None,
            voice: None,
        };
        self.wires.leg_of(&record.id, request);
        self.wires.push(Output::Record(record));
    }

    fn connect(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        key: ServerKey,
        proven: &Proven,
    ) -> Result<(), Refused> {
        if self.closing {
            return Err(Refused::Closing);
        }
        if request.max_forwards() == Some(0) {
            return Err(Refused::TooManyHops);
        }
        if let Some(named) = request.replaces().filter(|_| request.join().is_none()) {
            return self.take_over(now, (flow, key), request, (proven, &named));
        }
        if conference::is_asked_for(request) {
            return self.come_together(now, (flow, key), request, proven);
        }
        let (dialled, route, joined) = self.way(now, flow, request, &proven.device)?;
        long_enough(request)?;
        let security = self.access.security(&proven.user, &flow);
        let session = offer(request, security)?;
        let tag = self.wires.seed.tag();
        let dialog = Dialog::called(request, flow, &*tag).map_err(|_| Refused::BadOffer)?;
        let peer = Peer::new(dialog, request);
        let mut voice = self.room_for_voice(security)?;
        if let Some(session) = session {
            voice.offered(Side::Caller, Heard { session, signalling: flow.peer.ip() });
        }
        let asked = Asked {
            id: self.calls.next_id(),
            key,
            flow,
            request: request.clone(),
            peer,
            owner: Owner::Phone(proven.device.clone()),
            caller: self.shown_as(&proven.device, request),
            callee: self.reached_party(&route.to, dialled),
            voice,
        };
        let id = asked.id;
        self.calls.begin(Call::begin(now, asked, (route.wish, route.steps), &mut self.wires));
        if joined.is_empty() {
            self.ring_next(now, id);
        } else {
            self.ring_joined(now, id, joined);
        }
        Ok(())
    }

    /// What a phone's INVITE asks for, where that leads, and whom it wants to join.
    fn way(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        device: &DeviceId,
    ) -> Result<(String, Route, Vec<Ring>), Refused> {
        let uri = request.uri().ok_or(Refused::BadOffer)?;
        if request.header(Name::Join).is_some() {
            let (route, rings) = self.way_to_join(request)?;
            return Ok((route::dialled(&uri), route, rings));
        }
        let dialled = route::dialled(&uri);
        if dialled == mailboxes::CODE {
            let route = mailboxes::way_to_messages(device, &self.house).map_err(Refused::Route)?;
            return Ok((dialled, route, Vec::new()));
        }
        let (dialled, route) = match self.dry_run(now, &uri, device) {
            Some(route) => (route::dialled(&uri), route.map_err(Refused::Route)?),
            None => self.way_out(now, flow, &uri, device)?,
        };
        Ok((dialled, route, Vec::new()))
    }

    /// Where this address leads in the house when `device` asks for it.
    pub(crate) fn way_to(
        &self,
        now: Instant,
        flow: Flow,
        uri: &Uri<'_>,
        device: &DeviceId,
    ) -> Result<(String, Route), Refused> {
        let (dialled, route) = self.way_out(now, flow, uri, device)?;
        if matches!(route.to, Reached::Outside(_)) {
            return Err(Refused::Route(RouteRefused::NoOutsideLine));
        }
        Ok((dialled, route))
    }

    /// Where this address leads when `device` asks for it, also out of the house if a line can carry the call.
    pub(crate) fn way_out(
        &self,
        now: Instant,
        flow: Flow,
        uri: &Uri<'_>,
        device: &DeviceId,
    ) -> Result<(String, Route), Refused> {
        let dialled = route::dialled(uri);
        if !self.serves(uri.host, flow) && !route::is_emergency(&dialled) {
            return Err(Refused::Route(RouteRefused::NotFound));
        }
        let route = self.plan(now, &dialled, Caller::Phone(device));
        let route = route.map_err(|why| Refused::Route(self.more(&dialled, why)))?;
        if let Reached::Outside(outside) = &route.to {
            let behind = Behind { device: Some(device), shown: Shown::Number, prefers: None };
            self.carriers(&outside.called, behind).map_err(Refused::Route)?;
        }
        Ok((dialled, route))
    }

    /// Digits that more digits may make a call for help are never unknown, only too few: a phone that sends them one by one
    /// must go on.
    fn more(&self, dialled: &str, why: RouteRefused) -> RouteRefused {
        let overlap = self.help.ready.rules().numbers.overlap(dialled);
        let open = matches!(why, RouteRefused::NotFound | RouteRefused::Dialled(_)) && !dialled.is_empty();
        if open && overlap == Overlap::CouldBecome { RouteRefused::Incomplete } else { why }
    }

    fn at_this_moment(&self) -> Now<'_> {
        let Self { registrar, calls, events, queues, .. } = self;
        Now { registrar, calls, events, queues }
    }

    /// Where `dialled` leads now when `caller` dials it.
    pub(crate) fn plan(
        &self,
        now: Instant,
        dialled: &str,
        caller: Caller<'_>,
    ) -> Result<Route, RouteRefused> {
        let presence = self.at_this_moment();
        route::plan(&self.ask(now, dialled, caller), &presence)
    }

    /// The same for a call from outside, to somebody in the house.
    pub(crate) fn plan_to(
        &self,
        now: Instant,
        called: &str,
        caller: Caller<'_>,
        there: Destination,
    ) -> Result<Route, RouteRefused> {
        let presence = self.at_this_moment();
        route::plan_to(&self.ask(now, called, caller), &presence, there)
    }

    /// What in the house has this number, however a line writes it.
    pub(crate) fn own_number(&self, called: &str) -> Option<Destination> {
        route::own_number(called, &self.house, &self.outgoing)
    }

    /// Whether this phone is there and wants to be rung.
    pub(crate) fn can_ring(&self, device: &DeviceId) -> bool {
        let known = self.house.devices.get(device).filter(|device| !device.dnd);
        known.is_some_and(|device| self.registrar.registered(device) && !self.events.is_quiet(&device.id))
    }

    pub(crate) fn ask<'a>(&'a self, now: Instant, dialled: &'a str, caller: Caller<'a>) -> Ask<'a> {
        let at = self.wires.clock.at(now);
        let outside_calls = self.outgoing.uplink.map_or(0, |_| self.calls.outside());
        let standing = Standing { guard: &self.fraud, at, outside_calls };
        Ask { dialled, caller, house: &self.house, outgoing: &self.outgoing, standing }
    }

    /// Every place where one of these devices is registered.
    pub(crate) fn places(&self, phones: &[DeviceId]) -> Vec<Ring> {
        let devices = phones.iter().filter_map(|id| self.house.devices.get(id));
        let bound = devices.filter_map(|device| Some((device, &device.credentials.as_ref()?.user)));
        let places = bound.flat_map(|(device, user)| {
            let bound = self.registrar.ways(user);
            bound.map(|bound| {
                let way = bound.way();
                let security = self.access.security(user, &way);
                Ring::at(Owner::Phone(device.id.clone()), bound.contact.to_string(), (way, security))
            })
        });
        places.collect()
    }

    /// The caller as the account names it, under that number of its own that it prefers (RFC 3325 9.2).
    fn shown_as(&self, device: &DeviceId, request: &Message<'_>) -> CallParty {
        let mut party = self.party(device);
        let Some(known) = self.house.devices.get(device) else { return party };
        let owner = self.house.owner(known);
        let own = |number: &String| {
            let extension =
                owner.is_some_and(|user| user.extensions.iter().any(|own| own.to_string() == *number));
            let login = known.credentials.as_ref().is_some_and(|login| login.user.as_str() == number);
            extension || login
        };
        let mut wished = request.preferred_identities().map(|wish| route::dialled(&wish.uri));
        if let Some(number) = wished.find(own) {
            party.number = number;
        }
        party
    }

    /// A device as the account names it.
    pub(crate) fn party(&self, device: &DeviceId) -> CallParty {
        let known = self.house.devices.get(device);
        let (name, number) = known.map(|device| self.house.shown(device)).unwrap_or_default();
        let user = known.and_then(|device| device.owner.clone());
        CallParty { device: Some(device.clone()), user, number, name }
    }

    fn reached_party(&self, to: &Reached, dialled: String) -> CallParty {
        match to {
            Reached::Inside(there) => self.dialled_party(there, dialled),
            Reached::Outside(outside) => {
                CallParty { number: outside.as_dialled().to_owned(), ..CallParty::default() }
            }
        }
    }

    pub(crate) fn dialled_party(&self, to: &Destination, dialled: String) -> CallParty {
        let user = match to {
            Destination::User(id) => Some(id.clone()),
            Destination::Device(id) => return self.party(id),
            Destination::Group(_)
            | Destination::Channel(_)
            | Destination::Voicemail(_)
            | Destination::Fax(_) => None,
        };
        let name = self.house.name_of(to).unwrap_or_default().to_owned();
        let number = self.house.extension_of(to).unwrap_or(dialled);
        CallParty { device: None, user, number, name }
    }
}
