//! What the box itself asks a phone within a call: to confirm that it is still there, or to hear somebody else.

use std::time::{Duration, Instant};

use bytes::Bytes;
use sip::flow::Flow;
use sip::message::{Message, OwnedMessage};
use sip::method::Method;
use sip::transaction::ClientKey;

use super::voice::Heard;
use super::{Call, Cause, Errand, Settled, Side, Stage};
use crate::body::description;
use crate::wires::{ALLOW, SUPPORTED, Wires};

const SDP: &str = "application/sdp";

/// A request of the box under way.
#[derive(Debug)]
pub(crate) struct Own {
    pub to: Side,
    pub client: ClientKey,
    asked_as: Method<'static>,
    purpose: Purpose,
    /// Whether the provider wanted the password for it already.
    proven: bool,
}

/// What for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// It says that the call lives (RFC 4028).
    Refresh,
    /// It wants an offer, to bring both sides together.
    Fetch,
    /// It carries that offer to the other side; the 2xx with the offer waits for the answer.
    Carry(OwnedMessage, ClientKey),
}

/// A request that crossed one of the phone's, to be made again.
#[derive(Debug)]
pub(crate) struct Again {
    pub at: Instant,
    pub(super) to: Side,
    pub(super) purpose: Purpose,
}

impl Call {
    /// Refreshes one side by UPDATE, or by INVITE where the phone knows no UPDATE (RFC 4028 7.4).
    pub(super) fn refresh(&mut self, now: Instant, side: Side, wires: &mut Wires) {
        let updates = self.peer(side).is_some_and(|peer| peer.skills.update);
        if updates {
            self.ask(now, side, (Method::Update, Purpose::Refresh), None, wires);
        } else if self.is_changing() {
            // That INVITE refreshes as well, or is refused soon; the session has a third of its time left.
        } else {
            self.repeat_offer(now, side, wires);
        }
    }

    /// Tells one side again what it was told last of the voice.
    pub(super) fn repeat_offer(&mut self, now: Instant, side: Side, wires: &mut Wires) {
        let told = self.voice.as_ref().map(|voice| voice.told(side).to_vec());
        self.ask(now, side, (Method::Invite, Purpose::Refresh), told.as_deref(), wires);
    }

    /// Lets both sides hear each other who were in different calls before.
    pub(crate) fn bring_together(&mut self, now: Instant, first: Side, wires: &mut Wires) {
        self.ask(now, first, (Method::Invite, Purpose::Fetch), None, wires);
    }

    /// Whether an offer of anybody waits for its answer.
    pub(super) fn is_changing(&self) -> bool {
        let own = self.changes.own.iter().any(|own| own.asked_as == Method::Invite);
        own || self.changes.again.is_some() || self.changes.exchanges.iter().any(super::Exchange::moves_voice)
    }

    pub(super) fn ask(
        &mut self,
        now: Instant,
        to: Side,
        (asked_as, purpose): (Method<'static>, Purpose),
        body: Option<&[u8]>,
        wires: &mut Wires,
    ) {
        let id = self.id;
        let Some((flow, bytes)) = self.compose(to, asked_as, (SDP, body), wires) else { return };
        if let Some(client) = wires.ask(now, flow, bytes, (id, Errand::Change)) {
            self.changes.own.push(Own { to, client, asked_as, purpose, proven: false });
        }
    }

    /// A request within the dialog of one side, with what every such request says.
    pub(super) fn compose(
        &mut self,
        to: Side,
        method: Method<'static>,
        (kind, body): (&str, Option<&[u8]>),
        wires: &mut Wires,
    ) -> Option<(Flow, Bytes)> {
        let peer = self.peer(to)?;
        let flow = peer.dialog.flow();
        let session = peer.proposes().filter(|_| matches!(method, Method::Invite | Method::Update));
        let ours = peer.request(method, wires).contact(wires.contact(&flow));
        let ours = ours.header("Allow", ALLOW).header("Supported", SUPPORTED);
        let ours = match session {
            Some(session) => ours.header("Session-Expires", session.to_string()),
            None => ours,
        };
        let bytes = match body {
            Some(body) => ours.body(kind, body).build(),
            None => ours.build(),
        };
        Some((flow, bytes))
    }

    /// The answer to a request of the box. 408 stands for silence, 503 for unreachable.
    pub(super) fn own_answered(
        &mut self,
        now: Instant,
        own: Own,
        (status, message): (u16, Option<&Message<'_>>),
        wires: &mut Wires,
    ) {
        match (status, message) {
            (..=199, _) => self.changes.own.push(own),
            (200..=299, Some(accepted)) => self.own_accepted(now, own, accepted, wires),
            _ => {
                wires.errands.remove(&own.client);
                let can = self.peer(own.to).is_some_and(|peer| peer.can_prove(status, message));
                if can && !own.proven && self.stage != Stage::Over {
                    return self.prove_own(now, own, wires);
                }
                self.own_refused(now, own, status, wires);
            }
        }
    }

    /// Makes a request again for which a line's provider wants the password.
    fn prove_own(&mut self, now: Instant, own: Own, wires: &mut Wires) {
        self.changes.again = Some(Again { at: now, to: own.to, purpose: own.purpose });
        self.ask_again(now, wires);
        self.changes.own.last_mut().into_iter().for_each(|again| again.proven = true);
    }

    fn own_accepted(&mut self, now: Instant, own: Own, accepted: &Message<'_>, wires: &mut Wires) {
        if let Some(peer) = self.peer(own.to) {
            peer.dialog.refresh(accepted);
            peer.skills.learn(accepted);
            peer.agreed(now, accepted);
        }
        let Some(near) = self.addresses(own.to) else { return };
        // A mailbox has no other side, and nothing is carried there.
        let far = self.addresses(own.to.other()).map_or(near.local, |far| far.local);
        let said = description(accepted).ok().flatten();
        let heard = said.map(|session| Heard { session, signalling: near.peer });
        if own.asked_as != Method::Invite {
            wires.errands.remove(&own.client);
            return;
        }
        let voice = self.voice.as_mut().zip(heard);
        match own.purpose {
            Purpose::Refresh => {
                if let Some((voice, heard)) = voice {
                    voice.repeated(own.to, heard, wires);
                }
                self.confirm_own(own.to, (own.client, accepted), None, wires);
            }
            Purpose::Fetch => {
                let Some((voice, heard)) = voice else {
                    self.confirm_own(own.to, (own.client, accepted), None, wires);
                    return self.cut(now, Cause::VoiceLost, wires);
                };
                voice.offered(own.to, heard);
                let offer = voice.offer_for_other(far, wires);
                let carry = (Method::Invite, Purpose::Carry(accepted.to_owned(), own.client));
                self.ask(now, own.to.other(), carry, offer.as_deref(), wires);
            }
            Purpose::Carry(first, asked) => {
                let answer = voice.and_then(|(voice, heard)| voice.answered_late(own.to, heard, far, wires));
                self.confirm_own(own.to, (own.client, accepted), None, wires);
                self.confirm_first(own.to.other(), (asked, &first), answer.as_deref(), wires);
                self.end_if_deaf(now, wires);
            }
        }
    }

    /// Confirms the 2xx whose offer went to the other side. It answers a phone's first INVITE, or one of ours.
    fn confirm_first(
        &mut self,
        to: Side,
        (asked, first): (ClientKey, &OwnedMessage),
        body: Option<&[u8]>,
        wires: &mut Wires,
    ) {
        let ack = self.confirm(to, &first.message(), body, wires);
        match self.forks.iter_mut().find(|fork| fork.key == Some(asked)) {
            Some(fork) => fork.ack = ack,
            None => drop(wires.errands.remove(&asked)),
        }
    }

    /// Confirms a 2xx and keeps the ACK for copies of it.
    fn confirm_own(
        &mut self,
        to: Side,
        (change, accepted): (ClientKey, &Message<'_>),
        body: Option<&[u8]>,
        wires: &mut Wires,
    ) {
        let Some(ack) = self.confirm(to, accepted, body, wires) else { return };
        if let Some(before) = self.changes.settled.replace(Settled { change, to, ack }) {
            wires.errands.remove(&before.change);
        }
    }

    fn own_refused(&mut self, now: Instant, own: Own, status: u16, wires: &mut Wires) {
        if matches!(status, 408 | 481) {
            return self.cut(now, Cause::Forgotten, wires);
        }
        if status == 491 && self.stage != Stage::Over {
            // The two pauses of RFC 3261 14.1: whoever made the Call-ID waits longer. We made the callee's.
            let least = if own.to == Side::Callee { 2_100 } else { 0 };
            let pause = Duration::from_millis(least + wires.seed.number() % 191 * 10);
            self.changes.again = Some(Again { at: now + pause, to: own.to, purpose: own.purpose });
            return;
        }
        match own.purpose {
            Purpose::Refresh => {}
            Purpose::Fetch => self.cut(now, Cause::VoiceLost, wires),
            Purpose::Carry(first, asked) => {
                self.confirm_first(own.to.other(), (asked, &first), None, wires);
                self.cut(now, Cause::VoiceLost, wires);
            }
        }
    }

    /// Makes a request again that crossed one of the phone's.
    pub(super) fn ask_again(&mut self, now: Instant, wires: &mut Wires) {
        let Some(again) = self.changes.again.take_if(|again| again.at <= now) else { return };
        let body = match again.purpose {
            Purpose::Fetch => None,
            Purpose::Refresh => self.voice.as_ref().map(|voice| voice.told(again.to).to_vec()),
            Purpose::Carry(..) => {
                let local = self.addresses(again.to).map(|near| near.local);
                self.voice.as_mut().zip(local).and_then(|(voice, local)| voice.offer_for_other(local, wires))
            }
        };
        self.ask(now, again.to, (Method::Invite, again.purpose), body.as_deref(), wires);
    }

    /// The call ends: what the box asked does not matter any more.
    pub(super) fn drop_own(&mut self, now: Instant, wires: &mut Wires) {
        if let Some(Again { to, purpose: Purpose::Carry(first, asked), .. }) = self.changes.again.take() {
            self.confirm_first(to.other(), (asked, &first), None, wires);
        }
        for own in std::mem::take(&mut self.changes.own) {
            wires.errands.remove(&own.client);
            wires.tx.cancel(now, own.client, &[]);
            if let Purpose::Carry(first, asked) = own.purpose {
                self.confirm_first(own.to.other(), (asked, &first), None, wires);
            }
        }
    }
}
