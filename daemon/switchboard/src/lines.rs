//! The outside lines: how each is registered at the cloud, and how it is doing.

mod health;
mod line;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use account::LineId;

pub use health::{Health, LineNow, Unconnected, WhyDown};
pub use line::{Line, LineKind};

/// Every outside line.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    lines: BTreeMap<LineId, (Line, Health)>,
}

impl Lines {
    /// The lines from now on.
    pub(crate) fn replace(&mut self, now: Instant, lines: &Arc<[Line]>) {
        let mut before = std::mem::take(&mut self.lines);
        for line in lines.iter() {
            let health = before.remove(&line.id).filter(|(known, _)| known == line).map(|(_, health)| health);
            let health = health.unwrap_or(Health::Starting { since: now });
            self.lines.insert(line.id.clone(), (line.clone(), health));
        }
    }

    /// Every line, in the order of their names.
    pub(crate) fn picture(&self) -> Vec<LineNow> {
        let now = |(line, health): &(Line, Health)| LineNow {
            id: line.id.clone(),
            kind: line.kind.clone(),
            health: *health,
            peer: None,
            calls: 0,
        };
        self.lines.values().map(now).collect()
    }
}
