//! What names a dialog.

use crate::message::Message;

/// Call-ID and both tags, seen from our side (RFC 3261 12). A peer from before tags has an empty one.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct DialogId {
    call_id: Box<[u8]>,
    local_tag: Box<[u8]>,
    remote_tag: Box<[u8]>,
}

impl DialogId {
    pub(super) fn new(call_id: &[u8], local_tag: &[u8], remote_tag: &[u8]) -> Self {
        Self { call_id: call_id.into(), local_tag: local_tag.into(), remote_tag: remote_tag.into() }
    }

    /// The dialog that a request of a peer claims to be in; `None` when it claims none.
    #[must_use]
    pub fn of_request(request: &Message<'_>) -> Option<Self> {
        Some(Self::new(request.call_id()?, request.to_tag()?, request.from_tag().unwrap_or_default()))
    }

    /// The dialog that an answer to a request of ours belongs to or makes.
    #[must_use]
    pub fn of_answer(answer: &Message<'_>) -> Option<Self> {
        Some(Self::new(answer.call_id()?, answer.from_tag()?, answer.to_tag().unwrap_or_default()))
    }

    /// The name of the call, the same on both sides.
    #[must_use]
    pub fn call_id(&self) -> &[u8] {
        &self.call_id
    }

    /// Our tag.
    #[must_use]
    pub fn local_tag(&self) -> &[u8] {
        &self.local_tag
    }

    /// The peer's tag.
    #[must_use]
    pub fn remote_tag(&self) -> &[u8] {
        &self.remote_tag
    }
}
