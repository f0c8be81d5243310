//! Dialogs: what the two ends of a call remember of each other (RFC 3261 12).
//!
//! ```text
//!   INVITE ---101-199--> Early ---2xx---> Confirmed ---BYE---> dropped by its owner
//!      '-------------------2xx---------------^
//! ```
//!
//! A [`Dialog`] is data: no timers, nothing sent. Requests within it are started with [`Dialog::request`]
//! and [`Dialog::ack`], finished by the caller (Contact, body, credentials) and given to
//! [`Transactions`](crate::transaction::Transactions) with [`Dialog::flow`]. A request of the peer is matched by [`DialogId::of_request`],
//! put in order by [`Dialog::take`] and, once accepted, shown to [`Dialog::refresh`].

mod id;
mod kept;
mod route;

pub use id::DialogId;
pub use kept::KeptDialog;

use crate::compose::Request;
use crate::flow::Flow;
use crate::message::Message;
use crate::method::Method;
use crate::name::Name;
use crate::scan::unfolded;
use route::RouteSet;

/// How far a dialog has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// Ringing; a fork may have several of these.
    Early,
    /// Taken.
    Confirmed,
}

/// Why a message makes no dialog.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoDialog {
    /// The peer: an INVITE without a usable Contact, to be answered 400 (RFC 3261 12.1.1).
    #[error("the Contact is missing or unreadable")]
    Contact,
    /// Ours: not an INVITE or its answer, or one that did not pass [`Message::validate`].
    #[error("not a message that makes a dialog")]
    Unfit,
}

/// The peer's request is older than one it already sent; answer it 500 (RFC 3261 12.2.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the request is older than one that was already served")]
pub struct OutOfOrder;

/// One call leg as the standard sees it.
pub struct Dialog {
    id: DialogId,
    phase: Phase,
    /// Our From, with its tag.
    local: Box<[u8]>,
    /// Our To, with the peer's tag.
    remote: Box<[u8]>,
    /// The peer's Contact: the Request-URI of what we send.
    target: Box<[u8]>,
    routes: RouteSet,
    flow: Flow,
    local_sequence: u32,
    remote_sequence: Option<u32>,
}

impl Dialog {
    /// The dialog of an INVITE that a peer sent us on `flow` and we answer with `tag` (RFC 3261 12.1.1).
    ///
    /// It is early; tell it with [`Self::confirm`] that we accepted.
    ///
    /// # Errors
    /// [`NoDialog`].
    pub fn called(invite: &Message<'_>, flow: Flow, tag: impl AsRef<[u8]>) -> Result<Self, NoDialog> {
        let tag = tag.as_ref();
        let contact = invite.contact().ok_or(NoDialog::Contact)?;
        let mut local = value(invite, Name::To)?.into_vec();
        local.extend_from_slice(b";tag=");
        local.extend_from_slice(tag);
        Ok(Self {
            id: DialogId::new(
                invite.call_id().ok_or(NoDialog::Unfit)?,
                tag,
                invite.from_tag().unwrap_or_default(),
            ),
            phase: Phase::Early,
            local: local.into(),
            remote: value(invite, Name::From)?,
            target: contact.uri.raw().into(),
            routes: RouteSet::of_request(invite),
            flow,
            local_sequence: 0,
            remote_sequence: Some(invite.cseq().ok_or(NoDialog::Unfit)?.number),
        })
    }

    /// The dialog that an answer, 101 to 299, to our INVITE makes; the INVITE left on `flow` (RFC 3261 12.1.2).
    ///
    /// An answer without Contact, as many phones ring, leaves the Request-URI of the INVITE in place.
    ///
    /// # Errors
    /// [`NoDialog`].
    pub fn calling(invite: &Message<'_>, answer: &Message<'_>, flow: Flow) -> Result<Self, NoDialog> {
        let id = DialogId::of_answer(answer).ok_or(NoDialog::Unfit)?;
        let phase = match answer.status() {
            Some(101..=199) => Phase::Early,
            Some(200..=299) => Phase::Confirmed,
            _ => return Err(NoDialog::Unfit),
        };
        let target =
            answer.contact().map(|contact| contact.uri).or_else(|| invite.uri()).ok_or(NoDialog::Unfit)?;
        Ok(Self {
            id,
            phase,
            local: value(invite, Name::From)?,
            remote: value(answer, Name::To)?,
            target: target.raw().into(),
            routes: RouteSet::of_answer(answer),
            flow,
            local_sequence: invite.cseq().ok_or(NoDialog::Unfit)?.number,
            remote_sequence: None,
        })
    }

    /// The name under which both ends know it.
    #[must_use]
    pub const fn id(&self) -> &DialogId {
        &self.id
    }

    /// How far it has come.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// Where requests go: the flow the dialog was made on, so that they reach phones behind a router.
    #[must_use]
    pub const fn flow(&self) -> Flow {
        self.flow
    }

    /// The peer has come back on another connection.
    pub fn move_to(&mut self, flow: Flow) {
        self.flow = flow;
    }

    /// The peer's Contact, a URI.
    #[must_use]
    pub fn target(&self) -> &[u8] {
        &self.target
    }

    /// Number of our latest request.
    #[must_use]
    pub const fn local_sequence(&self) -> u32 {
        self.local_sequence
    }

    /// We accepted the call.
    pub fn confirm(&mut self) {
        self.phase = Phase::Confirmed;
    }

    /// The peer accepted our INVITE: the way and the Contact in its 2xx are the valid ones (RFC 3261 13.2.2.4).
    pub fn confirm_by(&mut self, accepted: &Message<'_>) {
        if self.phase == Phase::Early {
            self.phase = Phase::Confirmed;
            self.routes = RouteSet::of_answer(accepted);
        }
        self.refresh(accepted);
    }

    /// Puts a request of the peer in order. Copies of one are absorbed before they come here.
    ///
    /// # Errors
    /// [`OutOfOrder`]; the request must not be served.
    pub fn take(&mut self, request: &Message<'_>) -> Result<(), OutOfOrder> {
        let number = request.cseq().ok_or(OutOfOrder)?.number;
        if request.method() == Some(Method::Ack) {
            return Ok(());
        }
        if self.remote_sequence.is_some_and(|latest| number < latest) {
            return Err(OutOfOrder);
        }
        self.remote_sequence = Some(number);
        Ok(())
    }

    /// Follows the peer to its new Contact: for a request of the peer that we accepted, or its 2xx to ours.
    ///
    /// Only INVITE, UPDATE, SUBSCRIBE, NOTIFY and REFER move a peer (RFC 3261 12.2, RFC 3311, RFC 6665, RFC 3515).
    pub fn refresh(&mut self, message: &Message<'_>) {
        use Method::{Invite, Notify, Refer, Subscribe, Update};
        let moves = matches!(
            message.cseq().map(|cseq| cseq.method),
            Some(Invite | Update | Subscribe | Notify | Refer)
        );
        if let Some(contact) = message.contact().filter(|_| moves) {
            self.target = contact.uri.raw().into();
        }
    }

    /// Starts our next request within the dialog (RFC 3261 12.2.1.1). For ACK use [`Self::ack`].
    ///
    /// `sent_by` is our address as the peer may use it, `branch` a fresh one.
    pub fn request<'a>(
        &mut self,
        method: Method<'a>,
        sent_by: impl AsRef<[u8]>,
        branch: impl AsRef<[u8]>,
    ) -> Request<'a> {
        self.local_sequence = self.local_sequence.saturating_add(1);
        self.compose(method, self.local_sequence, sent_by, branch)
    }

    /// Starts the ACK of a 2xx to an INVITE of ours; send the same bytes for every copy of the 2xx.
    ///
    /// It carries the INVITE's number and must carry its credentials (RFC 3261 13.2.2.4).
    pub fn ack(
        &self,
        accepted: &Message<'_>,
        sent_by: impl AsRef<[u8]>,
        branch: impl AsRef<[u8]>,
    ) -> Request<'static> {
        let number = accepted.cseq().map_or(self.local_sequence, |cseq| cseq.number);
        self.compose(Method::Ack, number, sent_by, branch)
    }

    fn compose<'a>(
        &self,
        method: Method<'a>,
        number: u32,
        sent_by: impl AsRef<[u8]>,
        branch: impl AsRef<[u8]>,
    ) -> Request<'a> {
        let (uri, routes) = self.routes.way_to(&self.target);
        Request::new(method, uri)
            .via(self.flow.transport, sent_by, branch)
            .route_set(routes)
            .max_forwards(70)
            .from(&self.local)
            .to(&self.remote)
            .call_id(self.id.call_id())
            .cseq(number)
    }
}

impl std::fmt::Debug for Dialog {
    /// Leaves out who talks to whom.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Dialog").field("id", &self.id).field("phase", &self.phase).finish_non_exhaustive()
    }
}

/// A header on one line, as it stood.
fn value(message: &Message<'_>, name: Name) -> Result<Box<[u8]>, NoDialog> {
    message.header(name).map(|value| unfolded(value).into_owned().into()).ok_or(NoDialog::Unfit)
}

#[cfg(test)]
mod tests;
