//! What calls take of the lines, as they find them: nothing here asks anybody, nothing waits.

use account::LineId;
use sip::flow::{Flow, Transport};

use super::{Bound, Line, LineKind, Lines};

/// Proxies of one line that one call tries.
const MOST_WAYS: usize = 3;

impl Lines {
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
    /// a number that is `ours`. Nobody else is believed.
    pub(crate) fn receiver(&self, flow: Flow, user: &str, ours: impl Fn(&str) -> bool) -> Option<LineId> {
        let mut from_there = self.entries.values().filter(|entry| entry.hears(flow));
        let named = from_there.clone().find(|entry| entry.line.user.as_str() == user);
        let trunk = |entry: &&super::Entry| !matches!(entry.line.kind, LineKind::Device(_)) && ours(user);
        let entry = named.or_else(|| from_there.find(trunk))?;
        Some(entry.line.id.clone())
    }
}
