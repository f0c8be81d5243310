//! Somebody outside calls: an INVITE on a line of ours rings whom the account names.

use std::time::{Duration, Instant};

use account::{CallParty, E164, LineId};
use emergency::{Announced, Shown as Called};
use media::sdp::Security;
use sip::dialog::Dialog;
use sip::flow::{Flow, Transport};
use sip::message::Message;
use sip::name::Name;
use sip::transaction::{Priority, ServerKey};
use sip::view::{NameAddr, Uri};

use crate::body::offer;
use crate::bridge::voice::{Heard, Voice};
use crate::bridge::{Asked, Call, Carries, Need, Outbound, Owner, Peer, Shown, Side, long_enough};
use crate::dialling::{Calling, Country};
use crate::lines::{Line, LineKind};
use crate::refusal::Refused;
use crate::route::{self, Caller, RING_FOR, Reached, Ring, Route, RouteRefused, Step};
use crate::switchboard::Switchboard;

/// One call may come twice, as two parallel INVITEs, within this time.
const TWINS: Duration = Duration::from_secs(4);
/// Stations of a call that was sent on to a line of ours, at most: the number that was called is among the first.
const MOST_DIVERSIONS: usize = 4;
/// What hidden callers are called.
const ANONYMOUS: &str = "anonymous";

impl Switchboard {
    /// The line an INVITE came on: it comes from where the line is registered, and names the Contact or a number of it.
    pub(crate) fn came_on(&self, flow: Flow, request: &Message<'_>) -> Option<LineId> {
        let user = request.uri().map(|uri| route::dialled(&uri))?;
        let ours = |line: &Line, number: &str| self.rung_by(line, number).is_some();
        self.lines.receiver(flow, &user, ours)
    }

    /// A call from outside.
    pub(crate) fn arrive(&mut self, now: Instant, flow: Flow, request: &Message<'_>, line: &LineId) {
        let Some(key) = self.wires.tx.proceed(now, flow, request, Priority::Ordinary) else { return };
        self.edition += 1;
        match self.let_in(now, (flow, key), request, line) {
            Ok(()) => self.counts.calls += 1,
            Err(refused) => {
                self.counts.not_connected += 1;
                self.drill.turned_away();
                let bytes = self.wires.refusal(request, &flow, refused);
                self.wires.tx.answer(now, key, refused.status(), bytes);
            }
        }
    }

    fn let_in(
        &mut self,
        now: Instant,
        (flow, key): (Flow, ServerKey),
        request: &Message<'_>,
        line: &LineId,
    ) -> Result<(), Refused> {
        if self.closing {
            return Err(Refused::Closing);
        }
        if request.max_forwards() == Some(0) {
            return Err(Refused::TooManyHops);
        }
        if request.join().is_some() || request.replaces().is_some() {
            return Err(Refused::NoSuchCall);
        }
        let number = caller_number(request, self.outgoing.country);
        let caller = number.as_ref().map_or(ANONYMOUS, E164::as_str).to_owned();
        let (called, route) = self.leads_in(now, line, request, number.as_ref())?;
        let called_back = self.is_called_back(now, line, request);
        if self.is_here_already(now, line, &caller, request) {
            return Err(Refused::Merged);
        }
        long_enough(request)?;
        let security = if flow.transport == Transport::Tls { Security::Optional } else { Security::Off };
        let session = offer(request, security)?;
        let tag = self.wires.seed.tag();
        let dialog = Dialog::called(request, flow, &*tag).map_err(|_| Refused::BadOffer)?;
        let peer = Peer { line: self.proof_of(line), ..Peer::new(dialog, request) };
        let mut voice = if called_back {
            Voice::open_for_help(security, &mut self.wires).ok_or(Refused::NoPorts)?
        } else {
            self.room_outside()?;
            self.room_for_voice(security)?
        };
        voice.watch_caller();
        if let Some(session) = session {
            voice.offered(Side::Caller, Heard { session, signalling: flow.peer.ip() });
        }
        let callee = match &route.to {
            Reached::Inside(there) => self.dialled_party(there, called),
            Reached::Outside(_) => return Err(Refused::Route(RouteRefused::NotFound)),
        };
        let asked = Asked {
            id: self.calls.next_id(),
            key,
            flow,
            request: request.clone(),
            peer,
            owner: Owner::Line(line.clone()),
            caller: shown(caller, request),
            callee,
            voice,
        };
        let id = asked.id;
        let mut call = Call::begin(now, asked, (route.wish, route.steps), &mut self.wires);
        if called_back {
            call.need = Need::CalledBack;
        }
        self.calls.begin(call);
        self.ring_next(now, id);
        Ok(())
    }

    /// How requests on a call that came on this line are proven.
    fn proof_of(&self, line: &LineId) -> Option<Box<Outbound>> {
        let (line, bound) = self.lines.known(line)?;
        Some(Box::new(Outbound::of(line, bound, Carries::Usual(Shown::Number))))
    }

    /// Whether the same call has just come over the same line and is still there. Hidden callers may be two.
    fn is_here_already(&self, now: Instant, line: &LineId, caller: &str, request: &Message<'_>) -> bool {
        let asked = |request: &Message<'_>| request.uri().map(|uri| route::dialled(&uri));
        let same = |call: &Call| {
            now.saturating_duration_since(call.started) < TWINS
                && call.asker.owner.line() == Some(line)
                && call.caller.number == caller
                && asked(&call.asker.request.message()) == asked(request)
        };
        caller != ANONYMOUS && self.calls.alive().any(same)
    }

    /// Whom it is for. On the line of a phone the cloud has decided that already; on others the number that was called says so.
    fn leads_in(
        &self,
        now: Instant,
        line: &LineId,
        request: &Message<'_>,
        caller: Option<&E164>,
    ) -> Result<(String, Route), Refused> {
        let (line, _) = self.lines.known(line).ok_or(Refused::NoSuchCall)?;
        if let Some(route) = self.calls_back(now, line, request) {
            return Ok((line.user.to_string(), route));
        }
        if self.drill.is_on() {
            return Err(Refused::Route(RouteRefused::LinesDown));
        }
        let caller = Caller::World(caller);
        let LineKind::Device(device) = &line.kind else {
            let sent_on = request.diversions().map(|from| route::dialled(&from.address.uri));
            let mut all = called(request).chain(sent_on.take(MOST_DIVERSIONS));
            let found = all.find_map(|number| Some((self.rung_by(line, &number)?, number)));
            let found = found.or_else(|| {
                let usual = line.rings.as_ref()?.to_string();
                Some((self.own_number(&usual)?, usual))
            });
            let (there, called) = found.ok_or(Refused::Route(RouteRefused::NotFound))?;
            let route = self.plan_to(now, &called, caller, there).map_err(Refused::Route)?;
            return Ok((called, route));
        };
        let to = account::Destination::Device(device.clone());
        if !self.can_ring(device) {
            return Err(Refused::Route(RouteRefused::NotRegistered));
        }
        if self.takes_no_second_call(device) {
            return Err(Refused::Route(RouteRefused::Busy));
        }
        let step = Step { ring: Ring::Phones(vec![device.clone()]), ring_for: RING_FOR, by: None };
        let route =
            Route { to: Reached::Inside(to), wish: crate::dialling::Wish::AsUsual, steps: vec![step] };
        Ok((line.user.to_string(), route))
    }

    /// Whom a number rings that was called on a trunk: as the account says, and where it says nothing, as the admin does.
    fn rung_by(&self, line: &Line, called: &str) -> Option<account::Destination> {
        self.own_number(called).or_else(|| {
            let numbers = route::as_numbers(called, &self.house, &self.outgoing);
            numbers.into_iter().flatten().find_map(|number| line.dial_in.rings(&number).cloned())
        })
    }

    /// A control centre calls back: the phone that called for help rings, past every rule of the house, and after a while those
    /// of the alarm with it.
    fn calls_back(&self, now: Instant, line: &Line, request: &Message<'_>) -> Option<Route> {
        let own = matches!(line.kind, LineKind::Device(_)).then(|| line.id.clone());
        let number =
            called(request).find_map(|called| format!("+{}", called.trim_start_matches('+')).parse().ok());
        let announced = match request.text(Name::Priority).as_deref().map(str::trim) {
            Some("psap-callback") => Announced::AsCallback,
            Some(_) | None => Announced::Plainly,
        };
        let back = self.help.callbacks.ring(now, &Called { line: own, number }, announced)?;
        let step = |phones, ring_for| Step { ring: Ring::Phones(phones), ring_for, by: None };
        let everybody = std::iter::once(back.device.clone()).chain(self.alarmed(back.device)).collect();
        Some(Route {
            to: Reached::Inside(account::Destination::Device(back.device.clone())),
            wish: crate::dialling::Wish::AsUsual,
            steps: vec![step(vec![back.device.clone()], back.group_after), step(everybody, RING_FOR)],
        })
    }

    fn is_called_back(&self, now: Instant, line: &LineId, request: &Message<'_>) -> bool {
        let known = self.lines.known(line);
        known.is_some_and(|(line, _)| self.calls_back(now, line, request).is_some())
    }

    fn takes_no_second_call(&self, device: &account::DeviceId) -> bool {
        let Some(owner) = self.house.devices.get(device).and_then(|device| self.house.owner(device)) else {
            return false;
        };
        let busy = |id: &account::DeviceId| self.calls.count(&Owner::Phone(id.clone())) > 0;
        owner.busy_on_busy && self.house.devices_of(&owner.id).any(|device| busy(&device.id))
    }
}

/// Numbers that the request says were called, what counts most first (RFC 7315 4.2).
fn called(request: &Message<'_>) -> impl Iterator<Item = String> {
    let of = |uri: &Uri<'_>| route::dialled(uri);
    let asked = request.uri().map(|uri| of(&uri));
    let named = request.called_party().map(|party| of(&party.uri));
    let first = request.to().map(|to| of(&to.uri));
    [asked, named, first].into_iter().flatten()
}

/// The caller's number as the provider vouches for it; nothing when it is hidden or nobody can call it.
fn caller_number(request: &Message<'_>, country: &Country) -> Option<E164> {
    if request.privacy().hides_caller() {
        return None;
    }
    let vouched = request.asserted_identities().next().or_else(|| request.from());
    let user = vouched.map(|who| route::dialled(&who.uri))?;
    Calling::read(&user, country).number().cloned()
}

/// The caller as phones show it: the whole number with its plus, which every phone can call back, and the name that came with
/// it if that says more.
fn shown(number: String, request: &Message<'_>) -> CallParty {
    let named = request.from().and_then(|from: NameAddr<'_>| Some(from.display_name()?.into_owned()));
    let says_more = |name: &String| name.chars().any(char::is_alphabetic);
    let hidden = number == ANONYMOUS;
    let name = named.filter(|name| !hidden && says_more(name));
    let name = name.unwrap_or_else(|| if hidden { "Anonymous".to_owned() } else { String::new() });
    CallParty { device: None, user: None, number, name }
}
