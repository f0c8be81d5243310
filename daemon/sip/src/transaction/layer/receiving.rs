//! The layer as a server: requests of peers and our answers.

use super::{Arrival, Output, Priority, ServerKey, Transactions};
use crate::flow::Flow;
use crate::message::{Message, Start};
use crate::method::Method;
use crate::seed::Word;
use crate::transaction::matching::{Matching, tag_for};
use crate::transaction::received::{Action, Received};
use crate::transaction::reply;
use crate::transaction::table::{Key, without_slack};
use bytes::Bytes;
use std::hash::BuildHasher;
use std::time::Instant;

impl Transactions {
    /// Takes a message that arrived on `flow`. It must have passed [`Message::validate`].
    pub fn receive<'m>(&mut self, now: Instant, flow: Flow, message: Message<'m>) -> Arrival<'m> {
        match message.start() {
            Start::Response { status, .. } => self.response(now, status, message),
            Start::Request { method: Method::Ack, .. } => self.ack(now, message),
            Start::Request { method: Method::Cancel, .. } => self.cancelled(flow, message),
            Start::Request { method, .. } => self.asked(now, flow, method, message),
        }
    }

    /// Takes a new request into memory; an INVITE is answered 100 at once.
    ///
    /// From here on copies of it are answered with the last answer. `None` when the box is full: the
    /// request has been answered 503 without keeping anything.
    pub fn proceed(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        priority: Priority,
    ) -> Option<ServerKey> {
        let Some(key) = self.keep(now, flow, request, priority) else {
            self.send_once(flow, reply::full(request, &flow, &tag_for(request, self.secret)));
            return None;
        };
        if request.method() == Some(Method::Invite) {
            self.answer(now, key, 100, reply::trying(request, &flow));
        }
        Some(key)
    }

    /// Answers a request that [`Self::proceed`] keeps, provisionally or finally.
    ///
    /// A 2xx to an INVITE is repeated until [`Self::acknowledged`], a refusal until its ACK. Only the first
    /// final answer counts; later ones are ignored.
    pub fn answer(&mut self, now: Instant, key: ServerKey, status: u16, bytes: Bytes) {
        let Some(received) = self.received.at(key.0) else { return };
        let action = received.answer(now, status);
        if action == Action::Send {
            received.answer = without_slack(&bytes);
        }
        self.finish_received(key.0, action);
    }

    /// Answers a new request other than INVITE at once, and answers its copies the same way for 32 s.
    ///
    /// For requests that must not be carried out twice: BYE, INFO, REFER. When the box is full the answer
    /// is sent all the same, and a copy arrives as a new request.
    pub fn answer_kept(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        status: u16,
        bytes: Bytes,
    ) {
        match self.keep(now, flow, request, Priority::Ordinary) {
            Some(key) => self.answer(now, key, status, bytes),
            None => self.send_once(flow, bytes),
        }
    }

    /// The To tag for an answer that nothing is kept of: every copy of the request gets the same (RFC 3261 8.2.7).
    #[must_use]
    pub fn tag_for(&self, request: &Message<'_>) -> Word {
        tag_for(request, self.secret)
    }

    /// The dialog has seen the ACK of its 2xx: it is not repeated any more.
    pub fn acknowledged(&mut self, now: Instant, key: ServerKey) {
        if let Some(received) = self.received.at(key.0) {
            let action = received.acknowledged(now);
            self.finish_received(key.0, action);
        }
    }

    fn asked<'m>(
        &mut self,
        now: Instant,
        flow: Flow,
        method: Method<'m>,
        message: Message<'m>,
    ) -> Arrival<'m> {
        let Some(name) = Matching::of_request(&message, method) else { return Arrival::Nothing };
        if let Some(key) = self.received.find(name.as_bytes()) {
            if let Some(received) = self.received.at(key) {
                let action = received.copy(now);
                self.finish_received(key, action);
            }
            return Arrival::Nothing;
        }
        // Registrations are not kept, so a house without calls has no twins and nothing to hash.
        let merged = |twin| self.twins.contains_key(&twin);
        if !self.twins.is_empty() && self.twin(&message).is_some_and(merged) {
            self.send_once(flow, reply::merged(&message, &flow, &tag_for(&message, self.secret)));
            return Arrival::Nothing;
        }
        Arrival::Request(message)
    }

    fn ack<'m>(&mut self, now: Instant, message: Message<'m>) -> Arrival<'m> {
        let Some((key, received)) = self.invite_of(&message) else { return Arrival::Ack(message) };
        let action = received.ack(now);
        self.finish_received(key, action);
        if action == Action::Tell { Arrival::Ack(message) } else { Arrival::Nothing }
    }

    /// A CANCEL needs no memory of its own: every copy gets the same answer (RFC 3261 9.2).
    fn cancelled<'m>(&mut self, flow: Flow, message: Message<'m>) -> Arrival<'m> {
        let tag = tag_for(&message, self.secret);
        let Some((key, received)) = self.invite_of(&message) else {
            self.send_once(flow, reply::nothing_to_cancel(&message, &flow, &tag));
            return Arrival::Nothing;
        };
        let (still_open, bytes) =
            (received.cancel(), reply::cancelled(&message, &flow, &received.answer, &tag));
        self.send_once(flow, bytes);
        if still_open { Arrival::Cancel { invite: ServerKey(key), message } } else { Arrival::Nothing }
    }

    /// The INVITE that an ACK or a CANCEL speaks of.
    fn invite_of(&mut self, message: &Message<'_>) -> Option<(Key, &mut Received)> {
        let key = self.received.find(Matching::of_request(message, Method::Invite)?.as_bytes())?;
        Some((key, self.received.at(key)?))
    }

    pub(super) fn wake_received(&mut self, now: Instant, key: Key) {
        if let Some(received) = self.received.at(key) {
            let action = received.handle_timeout(now);
            self.finish_received(key, action);
        }
    }

    fn finish_received(&mut self, key: Key, action: Action) {
        let Some(received) = self.received.at(key) else { return };
        match action {
            Action::Resend | Action::Send if !received.answer.is_empty() => {
                self.outputs.push_back(Output::Send { flow: received.flow, bytes: received.answer.clone() });
            }
            Action::Unacknowledged => self.outputs.push_back(Output::Unacknowledged(ServerKey(key))),
            Action::Nothing | Action::Tell | Action::Resend | Action::Send => {}
        }
        received.shed();
        if let Some(gone) = self.received.settle(key) {
            self.release(&gone);
        }
    }

    fn keep(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        priority: Priority,
    ) -> Option<ServerKey> {
        let method = request.method()?;
        let name = Matching::of_request(request, method)?;
        if let Some(key) = self.received.find(name.as_bytes()) {
            return Some(ServerKey(key));
        }
        if !self.has_room(flow, priority) {
            return None;
        }
        let twin = self.twin(request);
        let received = if method == Method::Invite {
            Received::invite(flow, twin)
        } else {
            Received::other(now, flow, twin)
        };
        let key = self.received.insert(name.as_bytes(), received)?;
        *self.sources.entry(flow.peer.ip()).or_default() += 1;
        if let Some(twin) = twin {
            self.twins.insert(twin, key);
        }
        Some(ServerKey(key))
    }

    fn has_room(&self, flow: Flow, priority: Priority) -> bool {
        let from_there = self.sources.get(&flow.peer.ip()).copied().unwrap_or_default();
        match priority {
            Priority::Ordinary => {
                self.received.len() < self.limits.received && from_there < self.limits.received_per_source
            }
            Priority::Emergency => self.received.len() < self.limits.received + self.limits.reserve,
        }
    }

    fn release(&mut self, gone: &Received) {
        let source = gone.flow.peer.ip();
        if let Some(left) = self.sources.get_mut(&source) {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.sources.remove(&source);
            }
        }
        if let Some(twin) = gone.twin {
            self.twins.remove(&twin);
        }
    }

    /// The same for every copy of one request, whatever way it took; none inside a dialog (RFC 3261 8.2.2.2).
    fn twin(&self, request: &Message<'_>) -> Option<u64> {
        if request.to_tag().is_some() {
            return None;
        }
        let cseq = request.cseq()?;
        Some(self.hash.hash_one((request.from_tag()?, request.call_id()?, cseq.number, cseq.method.token())))
    }
}
