//! A dialog written down, to be taken up by the next run of the box.

use serde::{Deserialize, Serialize};

use super::route::RouteSet;
use super::{Dialog, DialogId, Phase};
use crate::flow::Flow;

/// Requests that may have been sent after a dialog was written down; their numbers are not used again.
const PASSED_OVER: u32 = 64;

/// All that a confirmed dialog remembers, but for the way.
#[derive(Clone, Deserialize, Serialize)]
pub struct KeptDialog {
    call_id: String,
    local_tag: String,
    remote_tag: String,
    local: String,
    remote: String,
    target: String,
    routes: Vec<String>,
    local_sequence: u32,
    remote_sequence: Option<u32>,
}

impl Dialog {
    /// The dialog as it stands; none if the peer names things in words that are no UTF-8 (RFC 3261 7.3.1 wants it).
    #[must_use]
    pub fn keep(&self) -> Option<KeptDialog> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        Some(KeptDialog {
            call_id: text(self.id.call_id())?,
            local_tag: text(self.id.local_tag())?,
            remote_tag: text(self.id.remote_tag())?,
            local: text(&self.local)?,
            remote: text(&self.remote)?,
            target: text(&self.target)?,
            routes: self.routes.values().map(text).collect::<Option<_>>()?,
            local_sequence: self.local_sequence,
            remote_sequence: self.remote_sequence,
        })
    }

    /// Takes up a dialog that an earlier run wrote down, over `flow`. What the peer has seen of us since is passed over.
    #[must_use]
    pub fn resume(kept: &KeptDialog, flow: Flow) -> Self {
        let bytes = |text: &String| text.as_bytes().into();
        Self {
            id: DialogId::new(kept.call_id.as_bytes(), kept.local_tag.as_bytes(), kept.remote_tag.as_bytes()),
            phase: Phase::Confirmed,
            local: bytes(&kept.local),
            remote: bytes(&kept.remote),
            target: bytes(&kept.target),
            routes: RouteSet::of_values(kept.routes.iter().map(bytes)),
            flow,
            local_sequence: kept.local_sequence.saturating_add(PASSED_OVER),
            remote_sequence: kept.remote_sequence,
        }
    }
}

impl std::fmt::Debug for KeptDialog {
    /// Leaves out who talks to whom.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("KeptDialog").field("local_sequence", &self.local_sequence).finish_non_exhaustive()
    }
}
