//! The few answers the layer gives by itself.

use crate::compose::Response;
use crate::flow::Flow;
use crate::message::Message;
use bytes::Bytes;

/// When a full box may be asked again, in seconds; half the life of a transaction (RFC 3261 20.33).
const RETRY_AFTER: &str = "16";

/// The INVITE is here (RFC 3261 17.2.1).
pub(super) fn trying(invite: &Message<'_>, flow: &Flow) -> Bytes {
    Response::to(invite, flow, 100).build()
}

/// No room for one more transaction.
pub(super) fn full(request: &Message<'_>, flow: &Flow, tag: &str) -> Bytes {
    Response::to(request, flow, 503).to_tag(tag).header("Retry-After", RETRY_AFTER).build()
}

/// The same request is here already, over another path (RFC 3261 8.2.2.2).
pub(super) fn merged(request: &Message<'_>, flow: &Flow, tag: &str) -> Bytes {
    Response::to(request, flow, 482).to_tag(tag).build()
}

/// Nothing here to cancel (RFC 3261 9.2).
pub(super) fn nothing_to_cancel(cancel: &Message<'_>, flow: &Flow, tag: &str) -> Bytes {
    Response::to(cancel, flow, 481).to_tag(tag).build()
}

/// Heard; with the tag that the INVITE was answered with, if it was (RFC 3261 9.2).
pub(super) fn cancelled(cancel: &Message<'_>, flow: &Flow, answer: &[u8], tag: &str) -> Bytes {
    let known = Message::parse(answer).ok();
    let known = known.as_ref().and_then(Message::to_tag);
    Response::to(cancel, flow, 200).to_tag(known.unwrap_or(tag.as_bytes())).build()
}
