//! Which lines carry a call out of the house, and what they are told of it.

use account::{Destination, DeviceId};
use media::sdp::Security;
use sip::compose::sip_uri;
use sip::flow::{Flow, Transport};

use crate::bridge::{CallId, Carries, Outbound, Owner, Ring, Shown};
use crate::dialling::{Called, Presented, Presenting, Wish};
use crate::lines::{Bound, Line, LineKind};
use crate::route::RouteRefused;
use crate::switchboard::Switchboard;

/// Who is behind a call that goes out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Behind<'a> {
    /// Whose line and number it is.
    pub device: Option<&'a DeviceId>,
    /// Whether the number is shown at all.
    pub shown: Shown,
    /// The number that the phone prefers.
    pub prefers: Option<&'a str>,
}

/// Calls that a line carries of those that are not for help: of many channels one is kept back. On a line with few an ordinary
/// call makes way.
const fn for_everybody(limit: u16) -> u16 {
    if limit >= MANY { limit - 1 } else { limit }
}

/// Channels of a line of which one can be spared.
const MANY: u16 = 4;

impl Switchboard {
    /// Whether the account hides what this phone calls with.
    pub(crate) fn hides(&self, device: &DeviceId) -> bool {
        let sender = self.house.rules.senders.get(device);
        sender.is_some_and(|sender| sender.shows == Some(account::rules::Shown::Nothing))
    }

    /// Every way to ask for `called`, in the order in which they are tried: the line of the phone that calls, trunks, then
    /// backups; each with the proxies that are left to it. A trunk that the number of the caller was given to comes first.
    ///
    /// # Errors
    /// There is no line for it, none works, or all are in use.
    pub(crate) fn carriers(&self, called: &Called, behind: Behind<'_>) -> Result<Vec<Ring>, RouteRefused> {
        let who = behind.device.map(|device| Destination::Device(device.clone()));
        let number = who.as_ref().and_then(|who| self.presenting(who, behind).number().cloned());
        let rank = |line: &Line| match &line.kind {
            LineKind::Device(device) => (Some(device) == behind.device).then_some(1),
            LineKind::Trunk if number.as_ref().is_some_and(|number| line.carries.contains(number)) => Some(0),
            LineKind::Trunk => Some(2),
            LineKind::Backup => Some(3),
        };
        let mut fit: Vec<_> = self.lines.all().filter_map(|line| Some((rank(line)?, line))).collect();
        if fit.is_empty() {
            return Err(RouteRefused::NoOutsideLine);
        }
        if self.drill.is_on() {
            return Err(RouteRefused::LinesDown);
        }
        fit.sort_by_key(|(rank, _)| *rank);
        let ready: Vec<_> = fit.into_iter().filter_map(|(_, line)| self.lines.ready(&line.id)).collect();
        if ready.is_empty() {
            return Err(RouteRefused::LinesDown);
        }
        let free: Vec<_> = ready.into_iter().filter(|(line, _)| self.has_room(line)).collect();
        if free.is_empty() {
            return Err(RouteRefused::LinesBusy);
        }
        let rings = free.into_iter().flat_map(|(line, bound)| {
            let flows = self.lines.ways_of(&line.id, bound.flow);
            flows.into_iter().map(|flow| self.outbound(line, bound, (flow, called), behind))
        });
        Ok(rings.collect())
    }

    /// Whether this line carries one more ordinary call.
    pub(crate) fn has_room(&self, line: &Line) -> bool {
        let calls = || self.calls.count(&Owner::Line(line.id.clone()));
        line.limit.is_none_or(|limit| calls() < usize::from(for_everybody(limit)))
    }

    fn outbound(
        &self,
        line: &Line,
        bound: &Bound,
        (flow, called): (Flow, &Called),
        behind: Behind<'_>,
    ) -> Ring {
        let number = match called {
            Called::Number(number) => line.calls(number, self.outgoing.country),
            Called::Short(number) => number.to_string(),
        };
        let identity = self.identity(line, behind).map(|number| sip_uri(&number, &line.domain));
        let outbound = Outbound { identity, ..Outbound::of(line, bound, Carries::Usual(behind.shown)) };
        let security = if flow.transport == Transport::Tls { Security::Optional } else { Security::Off };
        let ring = Ring::at(Owner::Line(line.id.clone()), sip_uri(&number, &line.domain), (flow, security));
        Ring { outbound: Some(Box::new(outbound)), ..ring }
    }

    /// The number that this line shows for the caller, written as it wants it; a hidden one is told to the provider all the same.
    fn identity(&self, line: &Line, behind: Behind<'_>) -> Option<String> {
        let who = behind.device.map(|device| Destination::Device(device.clone()));
        let presented = match &who {
            Some(who) => self.presenting(who, behind).on_line(&line.presents, &line.dial_in),
            None => line.presents.first().map_or(Presented::Chosen, |usual| Presented::Number(usual.clone())),
        };
        match presented {
            Presented::Number(number) | Presented::Hidden(Some(number)) => {
                Some(line.shows(&number, self.outgoing.country))
            }
            Presented::Hidden(None) | Presented::Chosen => None,
        }
    }

    fn presenting<'a>(&'a self, who: &'a Destination, behind: Behind<'a>) -> Presenting<'a> {
        Presenting { house: &self.house, who, prefers: behind.prefers, wish: Wish::AsUsual }
    }

    /// Whose line a call takes when somebody in the house sends it out: the caller's, or of whoever has it forwarded.
    pub(crate) fn pays_for(&self, id: CallId, by: Option<&Destination>) -> Option<DeviceId> {
        let by_forwarding = by.and_then(|by| self.house.phones_of(by).next()).map(|phone| phone.id.clone());
        let caller = self.calls.get(id).and_then(|call| call.asker.owner.phone().cloned());
        by_forwarding.or(caller)
    }
}
