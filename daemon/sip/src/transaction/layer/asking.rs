//! The layer as a client: requests of ours and the answers to them.

use super::{Arrival, ClientKey, NotSent, Output, Priority, Transactions};
use crate::compose::Request;
use crate::flow::Flow;
use crate::message::{Message, OwnedMessage};
use crate::method::Method;
use crate::transaction::matching::Matching;
use crate::transaction::sent::{Action, Listener, Sent};
use crate::transaction::table::{Key, without_slack};
use bytes::Bytes;
use std::time::Instant;

impl Transactions {
    /// Sends a complete request, Via and branch included, and repeats it where the transport loses messages.
    ///
    /// ACK of a 2xx has no transaction: [`Self::send_once`]. For CANCEL call [`Self::cancel`].
    ///
    /// # Errors
    /// [`NotSent`]; then nothing was sent.
    pub fn request(
        &mut self,
        now: Instant,
        flow: Flow,
        bytes: Bytes,
        priority: Priority,
    ) -> Result<ClientKey, NotSent> {
        let request = OwnedMessage::parse(bytes).map_err(|_| NotSent::Unfit)?;
        self.request_read(now, flow, &request, priority)
    }

    /// As [`Self::request`], for one that its writer has read already.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub fn request_read(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &OwnedMessage,
        priority: Priority,
    ) -> Result<ClientKey, NotSent> {
        if self.sent.len() >= self.room_for_sent(priority) {
            return Err(NotSent::Full);
        }
        let (bytes, message) = (without_slack(request.bytes()), request.message());
        let (name, _) = Matching::of_ours(&message).ok_or(NotSent::Unfit)?;
        let sent = match message.method() {
            None | Some(Method::Ack | Method::Cancel) => return Err(NotSent::Unfit),
            Some(Method::Invite) => Sent::invite(now, flow, bytes.clone()),
            Some(_) => Sent::other(now, flow, bytes.clone(), Listener::User),
        };
        let key = self.sent.insert(name.as_bytes(), sent).ok_or(NotSent::Unfit)?;
        self.outputs.push_back(Output::Send { flow, bytes });
        Ok(ClientKey(key))
    }

    /// Gives up an INVITE; ignored once it has a final answer, and for other methods.
    ///
    /// The CANCEL waits for the first provisional answer (RFC 3261 9.1). The INVITE still ends on its own:
    /// mostly in a 487, in a 2xx when the answer crossed the CANCEL (acknowledge it, then hang up), in
    /// [`Output::TimedOut`] after 32 s of silence. `headers` come into the CANCEL, such as a Reason.
    pub fn cancel(&mut self, now: Instant, key: ClientKey, headers: &[(&str, &str)]) {
        let Some(sent) = self.sent.at(key.0).filter(|sent| sent.can_be_cancelled()) else { return };
        if let Ok(invite) = Message::glance(&sent.kept) {
            let cancel = Request::cancel(&invite);
            let cancel = headers.iter().fold(cancel, |cancel, (name, value)| cancel.header(name, value));
            sent.cancel = Some(cancel.build());
            self.send_cancel(now, key.0);
        }
    }

    /// The transport lost this flow: every request of ours on it fails with [`Output::Unreachable`].
    pub fn unreachable(&mut self, now: Instant, flow: Flow) {
        for key in self.sent.keys_where(|sent| sent.flow == flow) {
            if let Some(sent) = self.sent.at(key) {
                let action = sent.unreachable(now);
                self.finish_sent(now, key, action);
            }
        }
    }

    pub(super) fn response<'m>(&mut self, now: Instant, status: u16, message: Message<'m>) -> Arrival<'m> {
        let Some((name, cseq)) = Matching::of_ours(&message) else { return Arrival::Nothing };
        let Some(key) = self.sent.find(name.as_bytes()) else {
            let stray = cseq.method == Method::Invite && (200..=299).contains(&status);
            return if stray { Arrival::Stray(message) } else { Arrival::Nothing };
        };
        let Some(sent) = self.sent.at(key) else { return Arrival::Nothing };
        let (action, listener) = (sent.response(now, status), sent.listener);
        if action == Action::TellAndAcknowledge {
            sent.keep_ack(&message);
        }
        self.finish_sent(now, key, action);
        let told = matches!(action, Action::Tell | Action::TellAndAcknowledge) && listener == Listener::User;
        if told { Arrival::Response { of: ClientKey(key), message } } else { Arrival::Nothing }
    }

    pub(super) fn wake_sent(&mut self, now: Instant, key: Key) {
        if let Some(sent) = self.sent.at(key) {
            let action = sent.handle_timeout(now);
            self.finish_sent(now, key, action);
        }
    }

    fn finish_sent(&mut self, now: Instant, key: Key, action: Action) {
        let Some(sent) = self.sent.at(key) else { return };
        let told = sent.listener == Listener::User;
        match action {
            Action::Resend | Action::Acknowledge | Action::TellAndAcknowledge => {
                self.outputs.push_back(Output::Send { flow: sent.flow, bytes: sent.kept.clone() });
            }
            Action::TimedOut if told => self.outputs.push_back(Output::TimedOut(ClientKey(key))),
            Action::Unreachable if told => self.outputs.push_back(Output::Unreachable(ClientKey(key))),
            Action::Cancel => self.cancel(now, ClientKey(key), &[]),
            Action::Nothing | Action::Tell | Action::TimedOut | Action::Unreachable => {}
        }
        self.send_cancel(now, key);
        if let Some(sent) = self.sent.at(key) {
            sent.shed();
        }
        self.sent.settle(key);
    }

    /// Sends a CANCEL that waits, if it may leave by now. It is a request of its own (RFC 3261 9.1).
    fn send_cancel(&mut self, now: Instant, key: Key) {
        let Some(sent) = self.sent.at(key) else { return };
        let (flow, Some(bytes)) = (sent.flow, sent.take_cancel(now)) else { return };
        self.sent.settle(key);
        let name = Message::glance(&bytes).ok().and_then(|cancel| Some(Matching::of_ours(&cancel)?.0));
        if let Some(name) = name {
            self.sent.insert(name.as_bytes(), Sent::other(now, flow, bytes.clone(), Listener::Nobody));
        }
        self.outputs.push_back(Output::Send { flow, bytes });
    }

    fn room_for_sent(&self, priority: Priority) -> usize {
        match priority {
            Priority::Ordinary => self.limits.sent,
            Priority::Emergency => self.limits.sent + self.limits.reserve,
        }
    }
}
