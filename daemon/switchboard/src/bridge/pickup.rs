//! Somebody whose phone does not ring picks a ringing call up (RFC 3891 3, early dialogs of ours).

use std::time::Instant;

use sip::compose::{Response, name_addr, sip_uri};
use sip::dialog::DialogId;
use sip::message::Message;
use sip::transaction::ServerKey;

use super::session::with_session;
use super::voice::Heard;
use super::{Call, End, Fork, ForkState, Names, Party, Side, Stage, answer, introduced};
use crate::refusal::Refused;
use crate::wires::Wires;

impl Call {
    /// The name of the dialog at this end; a phone that only rings has not always told its part of it.
    pub(crate) fn named_dialog(&self, end: End) -> Option<&DialogId> {
        let fork = |place| self.forks.get(place).and_then(|fork: &Fork| fork.peer.as_ref());
        match (end, self.stage) {
            (End::Asker, _) => Some(self.asker.peer.dialog.id()),
            (End::Fork(place), _) => fork(place).map(|peer| peer.dialog.id()),
        }
    }

    /// The name of our call to a phone that rings.
    pub(crate) fn rings_as(&self, end: End) -> Option<&str> {
        match end {
            End::Fork(place) => {
                self.forks.get(place).filter(|fork| fork.is_open()).map(|fork| &*fork.names.call_id)
            }
            End::Asker => None,
        }
    }

    /// Gives the call to a phone that came for it; the phones that ring fall silent.
    ///
    /// Both sides made an offer, so each gets the other's as its answer.
    pub(crate) fn picked_from(
        &mut self,
        now: Instant,
        (server, request): (ServerKey, &Message<'_>),
        (heard, party): (Heard, Party),
        wires: &mut Wires,
    ) -> Result<(), Refused> {
        let progress = &self.asker.progress;
        if !self.asker.offered || progress.unconfirmed_voice() || progress.agreed.is_some() {
            return Err(Refused::Pending);
        }
        let voice = self.voice.as_mut().ok_or(Refused::NoSuchCall)?;
        let Party { mut peer, owner, shown, seat } = party;
        let flow = peer.dialog.flow();
        voice.reseat(Side::Callee, seat.clone());
        let here = (self.asker.flow.local.ip(), flow.local.ip());
        let (ours, theirs) = voice.matched(heard, here, wires).map_err(Refused::Offer)?;
        self.cancel_forks(now, Some(answer::ELSEWHERE), wires);
        let session = peer.agrees(now, request);
        let who = name_addr(&self.caller.name, &sip_uri(&self.caller.number, &wires.domain));
        let response = Response::to(request, &flow, 200).to_tag(peer.dialog.id().local_tag());
        let response = with_session(introduced(response, &flow, wires), session);
        let response = response.header("P-Asserted-Identity", who).header("Server", &wires.agent);
        wires.tx.answer(now, server, 200, response.body("application/sdp", &theirs).build());
        wires.invites.insert(server, self.id);
        wires.leg_of(&self.name, request);
        let names = Names { tag: wires.seed.tag(), call_id: wires.seed.call_id(), cseq: 0 };
        self.stage = Stage::Talking(self.forks.len());
        self.forks.push(Fork {
            patience: None,
            rang: true,
            outbound: None,
            owner,
            flow,
            names,
            request: request.to_owned(),
            key: None,
            came_as: Some(server),
            state: ForkState::Answered,
            early: Vec::new(),
            peer: Some(peer),
            seat,
            held_back: None,
            accepted: None,
            ack: None,
            counted: true,
        });
        (self.answered, self.reminder, self.callee) = (Some(now), None, shown);
        self.accept(now, &ours, wires);
        Ok(())
    }

    /// The ACK of a phone that came for the call.
    pub(super) fn came(&mut self, now: Instant, ack: &Message<'_>, wires: &mut Wires) -> bool {
        let Stage::Talking(place) = self.stage else { return false };
        let number = |message: &Message<'_>| message.cseq().map(|cseq| cseq.number);
        let Some(fork) = self.forks.get_mut(place) else { return false };
        let fits = number(&fork.request.message()) == number(ack);
        let Some(server) = fork.came_as.take_if(|_| fits) else { return false };
        wires.invites.remove(&server);
        wires.tx.acknowledged(now, server);
        true
    }
}
