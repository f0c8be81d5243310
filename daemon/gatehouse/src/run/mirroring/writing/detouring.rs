//! The account sends calls on to a second line, and no longer, by changes like any other.

use std::time::Duration;

use account::E164;
use mirror::{Entry, Intent, Progress};
use serde_json::{Value, json};

use super::{Journal, Mirroring};

/// What the cloud has refused is not tried again before this.
const REFUSED_FOR: Duration = Duration::from_secs(3_600);

impl Mirroring {
    /// Wants the calls of every line sent on to this number, or that taken back. Tells how many lines are sent on as far as is
    /// known, and how many changes are on their way.
    pub(in crate::run::mirroring) async fn detour(&mut self, to: Option<&E164>) -> Result<Value, String> {
        let wanted = mirror::detour(&self.documents, to);
        // What was wanted before and has not left is not wanted any more.
        let steps: Vec<Entry> = self.journal.detours(|intent| intent.is_detour(&self.documents));
        for before in steps.into_iter().filter(|entry| !wanted.contains(&entry.intent)) {
            let _ = self.decide(before.id, None).await;
        }
        for intent in wanted {
            if !self.journal.repeats(&intent) {
                self.change(serde_json::to_value(&intent).map_err(|fault| fault.to_string())?).await?;
            }
        }
        let waiting = self.journal.detours(|intent| intent.is_detour(&self.documents)).len();
        Ok(json!({"led": mirror::detoured(&self.documents), "waiting": waiting}))
    }
}

impl Journal {
    /// Steps of a detour that are not settled yet.
    fn detours(&self, is_one: impl Fn(&Intent) -> bool) -> Vec<Entry> {
        let open = self.entries.values().filter(|entry| !entry.is_settled());
        open.filter(|entry| is_one(&entry.intent)).cloned().collect()
    }

    /// Whether this very change is on its way, or was refused lately.
    fn repeats(&self, intent: &Intent) -> bool {
        let lately = |entry: &Entry| entry.made.elapsed().is_ok_and(|ago| ago < REFUSED_FOR);
        let refused = |entry: &Entry| matches!(entry.state, Progress::Refused { .. }) && lately(entry);
        let same = |entry: &&Entry| entry.intent == *intent;
        self.entries.values().filter(same).any(|entry| !entry.is_settled() || refused(entry))
    }
}
