//! What calls take of the lines, as they find them: nothing here waits, and only who calls for help hurries a line.

use std::time::Instant;

use account::LineId;
use sip::flow::{Flow, Transport};

use super::registration::Told;
use super::{Bound, Health, Line, LineKind, Lines, ask};
use crate::wires::Wires;

/// Proxies of one line that one call tries.
const MOST_WAYS: usize = 3;

/// What somebody who calls for help finds where a line should be.
#[derive(Debug)]
pub(crate) enum Found {
    /// A way, whether the provider knows the line at this moment or not.
    Way(Bound),
    /// None yet, but the line has begun and is asked for at this moment.
    Soon,
    /// None.
    Nowhere,
}

impl Lines {
    /// Somebody calls for help over this line: one that has not had its turn yet, or keeps still after a failure, is registered
    /// at once.
    pub(crate) fn wanted_for_help(&mut self, now: Instant, id: &LineId, wires: &mut Wires) {
        if self.entries.get(id).is_some_and(|entry| entry.bound.is_none()) {
            self.tell(now, id, Told::Wanted, wires);
        }
    }

    /// Whether nothing is known yet of how this line does.
    pub(crate) fn is_new(&self, id: &LineId) -> bool {
        let health = self.entries.get(id).map(|entry| entry.registration.health());
        matches!(health, Some(Health::Starting { .. }))
    }

    /// How somebody who calls for help leaves over this line. One that its provider does not want to register is tried all the
    /// same, since a call proves itself (RFC 3261 22.3).
    pub(crate) fn for_help(&self, now: Instant, id: &LineId, wires: &Wires) -> Found {
        // Right after the start nobody has said yet which lines there are.
        let Some(entry) = self.entries.get(id) else {
            return if self.entries.is_empty() { Found::Soon } else { Found::Nowhere };
        };
        if let Some(bound) = &entry.bound {
            return Found::Way(bound.clone());
        }
        if entry.registration.is_under_way() {
            return Found::Soon;
        }
        let Some(flow) = entry.servers.iter().find_map(|server| self.ways.open_to(server)) else {
            return Found::Nowhere;
        };
        let contact = ask::contact(&entry.line, flow, wires.seen.get(&flow).copied());
        Found::Way(Bound { flow, contact, routes: Vec::new(), until: now })
    }

    /// Every line, in the order in which account and configuration name them: of two second lines the first is the better one.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Line> {
        self.order.iter().filter_map(|id| self.entries.get(id)).map(|entry| &entry.line)
    }

    /// A line that works.
    pub(crate) fn ready(&self, id: &LineId) -> Option<(&Line, &Bound)> {
        let entry = self.entries.get(id).filter(|entry| entry.registration.health().is_up())?;
        Some((&entry.line, entry.bound.as_ref()?))
    }

    /// A line that was registered once, whether it works now or not.
    pub(crate) fn known(&self, id: &LineId) -> Option<(&Line, &Bound)> {
        let entry = self.entries.get(id)?;
        Some((&entry.line, entry.bound.as_ref()?))
    }

    /// The flow of a line, then the same socket towards its other proxies.
    pub(crate) fn ways_of(&self, id: &LineId, flow: Flow) -> Vec<Flow> {
        let servers = self.entries.get(id).map(|entry| entry.servers.as_slice()).unwrap_or_default();
        let others = servers.iter().filter(|hop| {
            let datagrams = hop.transport == Transport::Udp && flow.transport == Transport::Udp;
            datagrams && hop.address != flow.peer && hop.address.is_ipv4() == flow.peer.is_ipv4()
        });
        let others = others.map(|hop| Flow { peer: hop.address, ..flow });
        std::iter::once(flow).chain(others).take(MOST_WAYS).collect()
    }

    /// Whether the way is open, as far as is known.
    pub(crate) fn has_way(&self, flow: Flow) -> bool {
        self.ways.is_open(flow)
    }

    /// Whether somebody speaks from where a line is registered.
    pub(crate) fn leads_to(&self, flow: Flow) -> bool {
        self.entries.values().any(|entry| entry.hears(flow))
    }

    /// The line that an INVITE is for: it comes from where the line is registered and asks for its Contact, or on a trunk for
    /// a number that is `ours`, or for any where somebody is to ring for it. Nobody else is believed.
    pub(crate) fn receiver(
        &self,
        flow: Flow,
        user: &str,
        ours: impl Fn(&Line, &str) -> bool,
    ) -> Option<LineId> {
        let mut from_there = self.entries.values().filter(|entry| entry.hears(flow));
        let named = from_there.clone().find(|entry| entry.line.user.as_str() == user);
        let any = |line: &Line| line.rings.is_some() || ours(line, user);
        let trunk =
            |entry: &&super::Entry| !matches!(entry.line.kind, LineKind::Device(_)) && any(&entry.line);
        let entry = named.or_else(|| from_there.find(trunk))?;
        Some(entry.line.id.clone())
    }
}
