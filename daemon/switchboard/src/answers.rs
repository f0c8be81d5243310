//! Answers to requests of ours: whose each is, and what becomes of it.

use std::time::Instant;

use sip::message::Message;
use sip::transaction::{ClientKey, ServerKey};

use crate::bridge::{Call, Errand};
use crate::switchboard::Switchboard;
use crate::wires::Wires;

impl Switchboard {
    /// An answer to a request of ours, or the news that there will be none.
    pub(crate) fn response(
        &mut self,
        now: Instant,
        of: ClientKey,
        status: u16,
        message: Option<&Message<'_>>,
    ) {
        if self.watcher_answered(of, status) {
            return;
        }
        if self.lines.answered(now, of, (status, message), &mut self.wires) {
            self.edition += 1;
            return;
        }
        let Some((id, errand)) = self.wires.errands.get(&of).copied() else {
            if self.guard_answered(now, of, (status, message)) {
                return;
            }
            self.text_answered(now, of, status);
            return;
        };
        if status >= 300 {
            self.wires.errands.remove(&of);
        }
        self.edition += 1;
        if let Errand::Fork(place) = errand
            && self.help_answered(now, (id, place), (status, message))
        {
            return;
        }
        if let (Errand::Fork(place), 300..=399, Some(message)) = (errand, status, message) {
            self.divert(now, (id, place), message);
        }
        let (house, wires) = (&*self.house, &mut self.wires);
        let answered = self.calls.with(id, |call| {
            let before = call.answered;
            match (errand, message) {
                (Errand::Fork(place), Some(message)) if status < 200 => call.ring(now, place, message, wires),
                (Errand::Fork(place), Some(message)) if status < 300 => {
                    call.picked_up(now, place, message, house, wires);
                }
                (Errand::Fork(place), Some(message))
                    if status == 422 && call.ask_for_longer(now, place, message, wires) => {}
                (Errand::Fork(place), Some(_)) if status == 488 && call.ask_otherwise(now, place, wires) => {}
                (Errand::Fork(place), Some(message))
                    if matches!(status, 401 | 407) && call.prove(now, place, message, wires) => {}
                (Errand::Fork(place), message) => {
                    call.explain(place, status, message);
                    call.refuse(now, place, status, wires);
                }
                (Errand::Change, message) => call.changed(now, of, status, message, wires),
            }
            before.is_none() && call.answered.is_some()
        });
        self.counts.answered += u64::from(answered == Some(true));
    }

    pub(crate) fn ack(&mut self, now: Instant, ack: &Message<'_>) {
        if let Some((id, end)) = ack.to_tag().and_then(|tag| self.calls.by_tag(tag)) {
            self.calls.with(id, |call| call.acknowledged(now, end.side(), ack, &mut self.wires));
            self.edition += 1;
        }
    }

    pub(crate) fn with_call_of(&mut self, invite: ServerKey, deed: impl FnOnce(&mut Call, &mut Wires)) {
        if let Some(id) = self.wires.invites.get(&invite).copied() {
            self.calls.with(id, |call| deed(call, &mut self.wires));
            self.edition += 1;
        }
    }
}
