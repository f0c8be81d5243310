//! Phones that send their calls elsewhere: obeyed inside the house, never out of it.

use std::time::Instant;

use account::CallParty;
use media::sdp::Security;
use sip::compose::sip_uri;
use sip::message::Message;
use sip::view::{Contact, Diversion, Diverted};

use crate::bridge::{CallId, Owner, Ring};
use crate::route;
use crate::switchboard::Switchboard;

impl Switchboard {
    /// A 3xx of a phone (RFC 3261 8.1.3.4): rings whom it names, if that is somebody in the house who does not ring yet.
    ///
    /// What else it says counts as "not there": a phone must not make the office pay for a call, let alone call 112.
    pub(crate) fn divert(&mut self, now: Instant, (id, place): (CallId, usize), answer: &Message<'_>) {
        let Some((flow, device, rung)) = self.calls.with(id, |call| call.diverts(place)).flatten() else {
            return;
        };
        let way = |contact| match contact {
            Contact::Address(target) if !route::is_emergency(&route::dialled(&target.uri)) => {
                self.way_to(now, flow, &target.uri, &device).ok()
            }
            Contact::Address(_) | Contact::Any => None,
        };
        let Some((dialled, route)) = answer.contacts().find_map(way) else { return };
        let mut ring = self.places(route.phones());
        ring.retain(|ring| !rung.contains(&ring.owner));
        let cause = answer.status().unwrap_or(302);
        let said = answer.diversions().next().as_ref().and_then(Diversion::reason);
        let reason = said
            .map_or_else(|| "unconditional".into(), |reason| String::from_utf8_lossy(&reason).into_owned());
        let came_by = self.came_by(&self.party(&device), &dialled, (cause, &reason));
        for ring in &mut ring {
            ring.came_by.clone_from(&came_by);
        }
        let wires = &mut self.wires;
        self.calls.reseat(id, |call| call.ring_also(now, ring, wires));
    }
}

impl Switchboard {
    /// What a phone is told about the way a call took (RFC 5806, RFC 7044).
    pub(crate) fn came_by(
        &self,
        by: &CallParty,
        to: &str,
        (cause, reason): (u16, &str),
    ) -> Vec<(&'static str, String)> {
        let [from, to] = [&by.number, to].map(|number| sip_uri(number, &self.wires.domain));
        let diverted = Diverted { display: &by.name, uri: &from, reason }.to_string();
        let history =
            format!("<{from}?Reason=SIP%3Bcause%3D{cause}>;index=1, <{to};cause={cause}>;index=1.1");
        vec![("Diversion", diverted), ("History-Info", history)]
    }
}

impl Ring {
    /// A place of the route itself.
    pub(crate) fn at(owner: Owner, contact: String, (flow, security): (sip::Flow, Security)) -> Self {
        Self { owner, contact, flow, security, came_by: Vec::new(), outbound: None }
    }
}
