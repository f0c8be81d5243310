//! How far the numbering of a leg's closed packets has got, written down for whoever goes on with its keys.
//!
//! What we close is marked ahead: the next one begins at the mark, so that nothing is closed twice under one number although
//! nobody knows the last one used (RFC 3711 9.1). What the peer closes is marked where it was: the index is told from the
//! nearest mark as long as that is less than 2^15 packets old (RFC 3711 3.3.1), eleven minutes of voice.

use super::numbering::Numbering;
use super::{Receiver, Sender};
use serde::{Deserialize, Serialize};

/// Numbers set apart at once: a quarter of what a receiver can follow. New ones are due when half are used.
const AHEAD: u64 = 8_192;
const REPORTS_AHEAD: u32 = 1_024;

/// Where both directions of a leg are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Marks {
    /// For each source that we close: this index and all after it are free.
    sent: Vec<(u32, u64)>,
    /// The same for our reports.
    reports: u32,
    /// For each source of the peer: an index that it has used lately.
    heard: Vec<(u32, u64)>,
}

impl Marks {
    /// New marks, when those before do not reach much further.
    #[must_use]
    pub fn due(&self, sender: &Sender, receiver: &Receiver) -> Option<Self> {
        let free = |ssrc| self.sent.iter().find(|(known, _)| *known == ssrc).map_or(0, |(_, free)| *free);
        let near = |source: &Numbering| source.highest() + AHEAD / 2 >= free(source.ssrc());
        let at = |ssrc| self.heard.iter().find(|(known, _)| *known == ssrc).map(|(_, at)| *at);
        let far = |source: &Numbering| at(source.ssrc()).is_none_or(|at| source.highest() >= at + AHEAD);
        let due = sender.sources.all().any(near)
            || receiver.sources.all().any(far)
            || sender.next_report + REPORTS_AHEAD / 2 >= self.reports;
        due.then(|| Self {
            sent: sender.sources.all().map(|source| (source.ssrc(), source.highest() + AHEAD)).collect(),
            reports: sender.next_report.saturating_add(REPORTS_AHEAD),
            heard: receiver.sources.all().map(|source| (source.ssrc(), source.highest())).collect(),
        })
    }

    /// Goes on from here with the same keys.
    pub fn apply(&self, sender: &mut Sender, receiver: &mut Receiver) {
        for (ssrc, free) in self.sent.iter().rev() {
            sender.sources.insert(Numbering::used_up_to(*ssrc, free.saturating_sub(1)));
        }
        sender.next_report = sender.next_report.max(self.reports);
        for (ssrc, at) in self.heard.iter().rev() {
            receiver.sources.insert(Numbering::starting(*ssrc, *at));
        }
    }
}
