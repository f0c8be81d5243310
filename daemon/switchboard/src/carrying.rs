//! Which lines carry a call out of the house, and what they are told of it.

use account::{Destination, DeviceId, LineId};
use media::sdp::Security;
use sip::compose::sip_uri;
use sip::flow::{Flow, Transport};

use crate::bridge::{CallId, Outbound, Owner, Proof, Ring, Shown};
use crate::dialling::Called;
use crate::lines::{Bound, Line, LineKind};
use crate::route::RouteRefused;
use crate::switchboard::Switchboard;

impl Switchboard {
    /// Every way to ask for `called`, in the order in which they are tried: the line of the phone that calls, trunks, then
    /// backups; each with the proxies that are left to it. `for_device` is whose line and number it is.
    ///
    /// # Errors
    /// There is no line for it, none works, or all are in use.
    pub(crate) fn carriers(
        &self,
        called: &Called,
        for_device: Option<&DeviceId>,
        shown: Shown,
    ) -> Result<Vec<Ring>, RouteRefused> {
        let own = |line: &Line| match &line.kind {
            LineKind::Device(device) => (Some(device) == for_device).then_some(0),
            LineKind::Trunk => Some(1),
            LineKind::Backup => Some(2),
        };
        let mut fit: Vec<_> = self.lines.all().filter_map(|line| Some((own(line)?, line))).collect();
        if fit.is_empty() {
            return Err(RouteRefused::NoOutsideLine);
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
            flows.into_iter().map(|flow| self.outbound(line, bound, (flow, called), (for_device, shown)))
        });
        Ok(rings.collect())
    }

    /// One line, asked for `called`, whatever its state and however many calls it carries: for calls that must not be refused.
    /// `None` when it was never registered.
    #[expect(dead_code, reason = "calls for help will choose their lines in an order of their own")]
    pub(crate) fn any_carrier(
        &self,
        line: &LineId,
        called: &Called,
        for_device: Option<&DeviceId>,
    ) -> Option<Ring> {
        let (line, bound) = self.lines.known(line)?;
        Some(self.outbound(line, bound, (bound.flow, called), (for_device, Shown::Number)))
    }

    fn has_room(&self, line: &Line) -> bool {
        let calls = || self.calls.count(&Owner::Line(line.id.clone()));
        line.limit.is_none_or(|limit| calls() < usize::from(limit))
    }

    fn outbound(
        &self,
        line: &Line,
        bound: &Bound,
        (flow, called): (Flow, &Called),
        (for_device, shown): (Option<&DeviceId>, Shown),
    ) -> Ring {
        let number = match called {
            Called::Number(number) => number.as_str(),
            Called::Short(number) => number,
        };
        let identity = self.identity(line, for_device).map(|number| sip_uri(number, &line.domain));
        let login = line.password.clone().map(|password| (line.user.clone(), password));
        let outbound = Outbound {
            from: sip_uri(line.user.as_str(), &line.domain),
            contact: bound.contact.clone(),
            routes: bound.routes.clone(),
            identity,
            shown,
            login,
            proof: Proof::default(),
        };
        let security = if flow.transport == Transport::Tls { Security::Optional } else { Security::Off };
        let ring = Ring::at(Owner::Line(line.id.clone()), sip_uri(number, &line.domain), (flow, security));
        Ring { outbound: Some(Box::new(outbound)), ..ring }
    }

    /// The number that is shown, without its plus: the caller's own if the line may show it, else the line's usual one.
    fn identity<'a>(&self, line: &'a Line, for_device: Option<&DeviceId>) -> Option<&'a str> {
        let device = for_device.and_then(|id| self.house.devices.get(id));
        let own = |there: Destination| {
            let numbers = self.house.numbers_of(&there);
            line.presents.iter().find(|number| numbers.contains(number))
        };
        let direct = device.and_then(|device| own(Destination::Device(device.id.clone())));
        let person = || device?.owner.clone().map(Destination::User).and_then(own);
        let number = direct.or_else(person).or_else(|| line.presents.first())?;
        Some(number.as_str().trim_start_matches('+'))
    }

    /// Whose line a call takes when somebody in the house sends it out: the caller's, or of whoever has it forwarded.
    pub(crate) fn pays_for(&self, id: CallId, by: Option<&Destination>) -> Option<DeviceId> {
        let by_forwarding = by.and_then(|by| self.house.phones_of(by).next()).map(|phone| phone.id.clone());
        let caller = self.calls.get(id).and_then(|call| call.asker.owner.phone().cloned());
        by_forwarding.or(caller)
    }
}
