//! A leg of a call for help: over a line, under the name that the line has at its provider. Which line, when the next and
//! what it carries is decided by the hunt.

use std::time::Instant;

use account::{E164, LineId, Secret, SipUser};
use bytes::Bytes;
use emergency::Dress;
use media::sdp::Security;
use sip::compose::Request;
use sip::digest::{Challenge, Login};
use sip::flow::Flow;
use sip::message::{Message, OwnedMessage};
use sip::method::Method;
use sip::transaction::Priority;

use super::voice::Seat;
use super::{Call, CallId, Errand, Fork, ForkState, Names, Owner};
use crate::wires::{ALLOW, Wires};

/// How a call leaves.
#[derive(Clone, Debug)]
pub(crate) struct Outside {
    /// The line.
    pub line: LineId,
    /// The way to its provider.
    pub flow: Flow,
    /// Where the provider reaches us on it.
    pub contact: String,
    /// The provider's own servers on the way (RFC 3608).
    pub routes: Vec<String>,
    /// Who we are there.
    pub user: SipUser,
    /// The provider's domain.
    pub domain: String,
    /// What proves it.
    pub password: Option<Secret>,
    /// The number to be shown; without one the provider chooses.
    pub number: Option<E164>,
    /// The digits called.
    pub called: String,
    /// What the INVITE carries besides the call itself.
    pub dress: Dress,
}

impl Call {
    /// It calls for help: it rings until somebody answers, or until this long after.
    pub(crate) fn is_for_help(&mut self, until: Instant) {
        (self.for_help, self.turn.until) = (true, until);
    }

    /// Sends an INVITE out; the place of its leg, unless the box cannot send at all.
    pub(crate) fn call_out(&mut self, now: Instant, outside: &Outside, wires: &mut Wires) -> Option<usize> {
        let names = Names { tag: wires.seed.tag(), call_id: wires.seed.call_id(), cseq: wires.seed.cseq() };
        let mut seat = Seat::new(Security::Off, &mut wires.seed);
        let bytes = self.outside_invitation(outside, (&names, None), &mut seat, wires);
        let request = OwnedMessage::parse(bytes.clone()).ok()?;
        let place = self.forks.len();
        let key = ask(now, outside.flow, bytes, (self.id, place), wires)?;
        self.forks.push(Fork {
            owner: Owner::Line(outside.line.clone()),
            outbound: None,
            patience: None,
            rang: false,
            flow: outside.flow,
            names,
            request,
            key: Some(key),
            came_as: None,
            state: ForkState::Open(key),
            seat,
            early: Vec::new(),
            peer: None,
            held_back: None,
            accepted: None,
            ack: None,
            counted: true,
        });
        Some(place)
    }

    /// Sends the INVITE of a leg again with the password that its provider asks for (RFC 3261 22.2).
    pub(crate) fn prove_outside(
        &mut self,
        now: Instant,
        (place, outside): (usize, &Outside),
        refusal: &Message<'_>,
        wires: &mut Wires,
    ) -> bool {
        let Some(fork) = self.forks.get(place) else { return false };
        let (Some(password), Some(mut challenge)) = (&outside.password, Challenge::of(refusal)) else {
            return false;
        };
        let login = Login { user: outside.user.as_str(), password: password.expose() };
        let cnonce = wires.seed.tag();
        let proof = challenge.answer(Method::Invite, &outside.uri(), login, &cnonce);
        let Some((header, proof)) = proof else { return false };
        let names = Names { cseq: fork.names.cseq.wrapping_add(1), ..fork.names };
        let mut seat = fork.seat.clone();
        let bytes = self.outside_invitation(outside, (&names, Some((header, &proof))), &mut seat, wires);
        let (Ok(request), Some(fork)) = (OwnedMessage::parse(bytes.clone()), self.forks.get_mut(place))
        else {
            return false;
        };
        let Some(key) = ask(now, outside.flow, bytes, (self.id, place), wires) else { return false };
        (fork.request, fork.names, fork.key, fork.state) = (request, names, Some(key), ForkState::Open(key));
        fork.seat = seat;
        true
    }

    /// Gives one leg up.
    pub(crate) fn cancel_leg(&mut self, now: Instant, place: usize, wires: &mut Wires) {
        if let Some(ForkState::Open(key)) = self.forks.get(place).map(|fork| fork.state) {
            wires.tx.cancel(now, key, &[]);
        }
    }

    /// The number that calls back reach is shown, whatever the phone wished to hide (NotrufV § 4 (4)).
    fn outside_invitation(
        &mut self,
        outside: &Outside,
        (names, proof): (&Names, Option<(&str, &str)>),
        seat: &mut Seat,
        wires: &mut Wires,
    ) -> Bytes {
        let uri = outside.uri();
        let ours = outside.flow.local.ip();
        let offer = self.voice.as_mut().and_then(|voice| voice.offer_for(seat, ours, wires));
        let branch = wires.seed.branch();
        let us = format!("<sip:{}@{}>", outside.user.as_str(), outside.domain);
        let invite = Request::new(Method::Invite, &uri)
            .via(outside.flow.transport, outside.flow.local.to_string(), branch)
            .max_forwards(70)
            .route_set(&outside.routes)
            .from(format!("{us};tag={}", names.tag))
            .to(format!("<{uri}>"))
            .call_id(names.call_id)
            .cseq(names.cseq)
            .contact(format!("<{}>", outside.contact))
            .header("Allow", ALLOW)
            .header("User-Agent", &wires.agent);
        let invite = outside.number.iter().fold(invite, |invite, number| {
            let digits = number.as_str().trim_start_matches('+');
            invite.header("P-Preferred-Identity", format!("<sip:{digits}@{}>", outside.domain))
        });
        let invite = if outside.dress == Dress::Bare {
            invite
        } else {
            invite.header("Privacy", "none").header("Priority", "emergency")
        };
        let invite = proof.into_iter().fold(invite, |invite, (name, value)| invite.header(name, value));
        match &offer {
            Some(offer) => invite.body("application/sdp", offer).build(),
            None => invite.build(),
        }
    }
}

impl Outside {
    /// The address called.
    fn uri(&self) -> String {
        format!("sip:{}@{}", self.called, self.domain)
    }
}

fn ask(
    now: Instant,
    flow: Flow,
    bytes: Bytes,
    (id, place): (CallId, usize),
    wires: &mut Wires,
) -> Option<sip::transaction::ClientKey> {
    let key = wires.tx.request(now, flow, bytes, Priority::Emergency).ok()?;
    wires.errands.insert(key, (id, Errand::Fork(place)));
    Some(key)
}
