//! UPDATE, and when an offer within a call may be made at all (RFC 3311 5, RFC 3261 14).

use std::time::Instant;

use sip::compose::Response;
use sip::message::Message;
use sip::transaction::ServerKey;

use super::session::with_session;
use super::{Call, Exchange, Side, introduced};
use crate::refusal::Refused;
use crate::wires::Wires;

impl Call {
    /// An UPDATE without an offer concerns only the leg it came on: the phone moved, or says that it is still there.
    pub(super) fn refreshed(
        &mut self,
        now: Instant,
        from: Side,
        server: ServerKey,
        request: &Message<'_>,
        wires: &mut Wires,
    ) {
        let Some(peer) = self.peer(from) else { return };
        peer.dialog.refresh(request);
        let session = peer.agrees(now, request);
        let flow = peer.dialog.flow();
        let response = introduced(Response::to(request, &flow, 200), &flow, wires);
        wires.tx.answer(now, server, 200, with_session(response, session).build());
    }

    /// Offers and answers follow each other (RFC 3264 4): one whose own offer waits has to wait, one whose offer
    /// crosses another's is told to try again (RFC 3311 5.2, RFC 3261 14.2).
    pub(super) fn may_offer(&self, from: Side) -> Result<(), Refused> {
        let agreed = self.answered.is_some() || self.asker.progress.agreed.is_some();
        let mut open = self.changes.exchanges.iter().filter(|exchange| exchange.moves_voice());
        if (from == Side::Caller && !agreed)
            || open.clone().any(|exchange| exchange.from == from && !exchange.answered())
        {
            return Err(Refused::TooSoon);
        }
        // Also while the caller has not confirmed the call itself.
        let confirmed = self.asker.confirmed || self.asker.progress.agreed.is_some();
        if !confirmed || open.next().is_some() || self.is_changing() {
            return Err(Refused::Pending);
        }
        Ok(())
    }
}

impl Exchange {
    fn answered(&self) -> bool {
        self.accepted.is_some()
    }
}
