//! What was agreed is confirmed: an ACK of one side becomes ours to the other, and is repeated as often as it gets lost.

use std::time::Instant;

use bytes::Bytes;
use sip::dialog::Dialog;
use sip::message::Message;
use sip::method::Method;
use sip::transaction::ClientKey;

use super::voice::Heard;
use super::{Call, Exchange, Settled, Side, Stage};
use crate::body::description;
use crate::wires::Wires;

impl Call {
    /// An ACK of one side: of the call's own INVITE, or of a change.
    pub(crate) fn acknowledged(&mut self, now: Instant, from: Side, ack: &Message<'_>, wires: &mut Wires) {
        let number = ack.cseq().map(|cseq| cseq.number);
        let asked_as = |exchange: &Exchange| exchange.request.message().cseq().map(|cseq| cseq.number);
        let first = self.asker.request.message().cseq().map(|cseq| cseq.number);
        // An ACK before there is an answer confirms nothing.
        let awaited = self.answered.is_some() && !self.asker.confirmed;
        if from == Side::Caller && number == first && awaited {
            self.confirmed(now, wires);
            if self.stage == Stage::Mailbox {
                return self.mailbox_confirmed(now, ack, wires);
            }
            self.first_answer(Some(ack), wires);
            return self.end_if_deaf(now, wires);
        }
        if from == Side::Caller && self.change_confirmed(now, ack, wires) {
            return;
        }
        if from == Side::Callee && self.came(now, ack, wires) {
            return;
        }
        let meant = |exchange: &Exchange| {
            exchange.accepted.is_some() && exchange.from == from && asked_as(exchange) == number
        };
        if let Some(place) = self.changes.exchanges.iter().position(meant) {
            let exchange = self.changes.exchanges.swap_remove(place);
            self.settle(now, exchange, Some(ack), wires);
            self.end_if_deaf(now, wires);
        }
    }

    /// The answer to a phone's offer comes in the caller's ACK (RFC 3261 13.2.1) and is passed on in ours.
    ///
    /// Without that ACK, when the call ends first, the phone is only told that it was heard.
    pub(super) fn first_answer(&mut self, ack: Option<&Message<'_>>, wires: &mut Wires) {
        let Stage::Talking(place) = self.stage else { return };
        let Some(accepted) = self.forks.get_mut(place).and_then(|fork| fork.accepted.take()) else { return };
        let body = ack.and_then(|ack| self.late_answer(Side::Caller, ack, wires));
        self.acknowledge(place, &accepted.message(), body.as_deref(), wires);
    }

    /// The call ends, or somebody else comes into it: changes that are not agreed upon yet are refused, the others
    /// need nothing more. Says whether a phone may still be busy with an INVITE that was taken back.
    pub(super) fn drop_changes(&mut self, now: Instant, wires: &mut Wires) -> bool {
        let busy = self.is_changing();
        self.drop_own(now, wires);
        for exchange in std::mem::take(&mut self.changes.exchanges) {
            if exchange.accepted.is_some() {
                self.settle(now, exchange, None, wires);
            } else {
                exchange.forget(wires);
                wires.errands.remove(&exchange.client);
                wires.tx.cancel(now, exchange.client, &[]);
                self.answer_exchange(now, &exchange, 487, None, wires);
            }
        }
        busy
    }

    /// A change is agreed upon and confirmed; of all changes only the last one's ACK may be needed again.
    pub(super) fn settle(
        &mut self,
        now: Instant,
        exchange: Exchange,
        ack: Option<&Message<'_>>,
        wires: &mut Wires,
    ) {
        exchange.forget(wires);
        wires.tx.acknowledged(now, exchange.server);
        let (from, to) = (exchange.from, exchange.from.other());
        let accepted = exchange.accepted.filter(|_| exchange.asked_as == Method::Invite);
        let sent = exchange.ack.or_else(|| {
            let accepted = accepted?;
            let body = ack.and_then(|ack| self.late_answer(from, ack, wires));
            self.confirm(to, &accepted.message(), body.as_deref(), wires)
        });
        let Some(ack) = sent else {
            wires.errands.remove(&exchange.client);
            return;
        };
        if let Some(before) = self.changes.settled.replace(Settled { change: exchange.client, to, ack }) {
            wires.errands.remove(&before.change);
        }
    }

    fn late_answer(&mut self, from: Side, ack: &Message<'_>, wires: &mut Wires) -> Option<Vec<u8>> {
        let (near, far) = (self.addresses(from)?, self.addresses(from.other())?);
        let session = description(ack).ok().flatten()?;
        let heard = Heard { session, signalling: near.peer };
        self.voice.as_mut()?.answered_late(from, heard, far.local, wires)
    }

    pub(super) fn confirm(
        &mut self,
        to: Side,
        accepted: &Message<'_>,
        body: Option<&[u8]>,
        wires: &mut Wires,
    ) -> Option<Bytes> {
        Some(wires.confirm(self.dialog(to)?, accepted, body))
    }

    /// A copy of a 2xx wants its ACK again (RFC 3261 13.2.2.4).
    pub(super) fn repeat_ack(&mut self, change: ClientKey, wires: &mut Wires) {
        let Some(settled) = self.changes.settled.as_ref().filter(|settled| settled.change == change) else {
            return;
        };
        let (to, ack) = (settled.to, settled.ack.clone());
        if let Some(dialog) = self.dialog(to) {
            wires.send(dialog.flow(), ack);
        }
    }
}

impl Exchange {
    /// Its INVITE is not ours to care for any more.
    pub(super) fn forget(&self, wires: &mut Wires) {
        wires.invites.remove(&self.server);
    }

    /// The same for a change that waits for its own ACK.
    pub(super) fn repeat_ack(&self, dialog: Option<&mut Dialog>, wires: &mut Wires) {
        if let (Some(ack), Some(dialog)) = (&self.ack, dialog) {
            wires.send(dialog.flow(), ack.clone());
        }
    }
}
