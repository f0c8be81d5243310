//! A REGISTER is served: proved, followed, written down, and then answered.

use std::time::Instant;

use bytes::Bytes;
use sip::compose::Response;
use sip::digest::Nonce;
use sip::flow::Flow;
use sip::message::Message;
use sip::method::Method;

use super::pending::Request;
use super::{Bound, Ledger, MIN_EXPIRES, RegisterRefused};
use crate::defence::WhyRefused;
use crate::gate::Proven;
use crate::io::Output;
use crate::refusal::Refused;
use crate::switchboard::Switchboard;

impl Switchboard {
    /// The 200 leaves once the store has the binding; the phone can be called at once. One that needs no writing
    /// still waits for what is under way, which may be its own.
    pub(crate) fn register(&mut self, now: Instant, flow: Flow, request: &Message<'_>) {
        if self.pending.knows(flow, request) {
            return;
        }
        let Some(proven) = self.prove(now, flow, request) else { return };
        let followed = self.follow(now, flow, request, &proven);
        if let Some(why) = followed.as_ref().err().and_then(|refused| WhyRefused::of(*refused)) {
            self.remember_turned_away(now, flow, request, why);
        }
        match followed {
            Ok(ledger) => {
                self.counts.registered += 1;
                let mended = self.defence.refusals.served(flow.peer.ip(), proven.user.as_str());
                self.edition += u64::from(mended);
                self.watcher_is_back(&proven.device, flow);
                let answer = self.bindings_answer(now, flow, request, &proven);
                let ticket = if ledger.is_empty() {
                    self.pending.last_ticket()
                } else {
                    self.phones_changed();
                    Some(self.write_down(ledger))
                };
                match ticket {
                    Some(ticket) => {
                        let copy = Request::of(flow, request);
                        self.pending.hold(now, ticket, copy, answer, &mut self.wires);
                    }
                    None => self.wires.send(flow, answer),
                }
            }
            Err(Refused::Register(RegisterRefused::TooBrief)) => {
                let tag = self.wires.tx.tag_for(request);
                let seconds = MIN_EXPIRES.as_secs().to_string();
                let bytes =
                    Response::to(request, &flow, 423).to_tag(&*tag).header("Min-Expires", seconds).build();
                self.wires.send(flow, bytes);
            }
            Err(refused) => self.refuse_once(flow, request, refused),
        }
    }

    /// Answers a copy of the REGISTER that a binding stands by: over UDP its 200 may have been lost (RFC 3261 17.2.2). Nothing
    /// is changed by it, so that it may be played back as often as anybody likes. False when it is no copy.
    pub(crate) fn repeat_answer(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        proven: &Proven,
    ) -> bool {
        let named = request.call_id().zip(request.cseq()).filter(|(_, cseq)| cseq.method == Method::Register);
        let Some((call_id, cseq)) = named else { return false };
        let stands_by = |bound: &Bound| {
            bound.flow == flow && bound.cseq == cseq.number && bound.call_id.as_bytes() == call_id
        };
        let copy = self.registrar.of(&proven.user).iter().any(stands_by);
        if copy {
            let answer = self.bindings_answer(now, flow, request, proven);
            self.wires.send(flow, answer);
        }
        copy
    }

    /// A login registers itself and nobody else (RFC 3261 10.3 steps 3 to 5).
    fn follow(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        proven: &Proven,
    ) -> Result<Vec<Ledger>, Refused> {
        let to = request.to().map(|to| to.uri).ok_or(Refused::Forbidden)?;
        let own = to.user_decoded().is_some_and(|user| *user == *proven.user.as_str().as_bytes());
        if !own || !self.serves(to.host, flow) {
            return Err(Refused::Forbidden);
        }
        let ledger = self.registrar.register(now, &proven.user, flow, request).map_err(Refused::Register)?;
        let here = self.registrar.of(&proven.user).iter().filter(|bound| bound.flow == flow);
        if let Some(until) = here.map(|bound| bound.expires_at).max() {
            self.hear_where(now, &proven.device, request, until);
        }
        self.found_again(&proven.device, flow);
        Ok(ledger)
    }

    /// Every place the login is registered at, with what is left of its time (RFC 3261 10.3 step 8).
    fn bindings_answer(&mut self, now: Instant, flow: Flow, request: &Message<'_>, proven: &Proven) -> Bytes {
        let tag = self.wires.tx.tag_for(request);
        let response = Response::to(request, &flow, 200).to_tag(&*tag).header("Server", &self.wires.agent);
        let known = self.registrar.of(&proven.user);
        let here = known.iter().any(|bound| bound.reg_id.is_some() && bound.flow == flow);
        let response = response.header("Supported", "outbound");
        let response = match proven.nonce {
            Nonce::Young => response,
            Nonce::Ageing => {
                response.header("Authentication-Info", self.guard.next_nonce(now, flow.peer.ip()))
            }
        };
        let response = if here { response.header("Require", "outbound") } else { response };
        known.iter().map(|bound| contact(now, bound)).fold(response, Response::contact).build()
    }

    /// Hands changes to the store; the ticket comes back when they are safe.
    pub(crate) fn write_down(&mut self, ledger: Vec<Ledger>) -> u64 {
        self.bindings_changed(&ledger);
        let ticket = self.pending.next_ticket();
        if !ledger.is_empty() {
            self.wires.push(Output::Store { ticket, ledger });
        }
        ticket
    }
}

/// A binding as the phone is told of it, with what is left of its time.
fn contact(now: Instant, bound: &Bound) -> String {
    let left = bound.expires_at.saturating_duration_since(now).as_secs();
    let mut text = ["<", &bound.contact, ">;expires=", &left.to_string()].concat();
    if let Some(id) = &bound.instance {
        text += &format!(";+sip.instance=\"{}\"", id.replace(['"', '\\'], ""));
    }
    if let Some(id) = bound.reg_id {
        text += &format!(";reg-id={id}");
    }
    text
}
