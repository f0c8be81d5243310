//! What the resolver said, for as long as it holds.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::question::{Answer, Question, Records};

/// Answers kept at once; a box knows a handful of providers.
pub(super) const MOST: usize = 256;
/// An answer that claims to hold shorter or longer is held this long (RFC 2181 8, RFC 8767 4).
const SHORTEST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// How long until a resolver that failed is asked again.
pub(super) const FAILED: Duration = Duration::from_secs(30);
/// How long an answer is used beyond its time when the resolver fails (RFC 8767 5 names one to three days; telephones have nobody
/// else to ask).
const STALE: Duration = Duration::from_secs(7 * 24 * 3600);

/// Answers by question.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: HashMap<Question, Kept>,
    learned: u64,
}

#[derive(Debug)]
struct Kept {
    /// `None`: the resolver failed, and nothing was known before.
    records: Option<Records>,
    /// Asked anew from here on.
    until: Instant,
    /// Of use until then when no name server answers.
    stale_until: Instant,
    /// Since when no name server answers, although one did before.
    failing: Option<Instant>,
    /// Counts up with every answer: the oldest goes when room is needed.
    learned: u64,
}

impl Cache {
    /// What is known: `None` means ask, `Some(None)` that asking is of no use right now.
    pub(super) fn known(&self, now: Instant, question: &Question) -> Option<Option<&Records>> {
        let kept = self.kept.get(question).filter(|kept| kept.until > now)?;
        Some(kept.records.as_ref())
    }

    /// Until when an answer holds, and since when asking for a newer one has been of no use.
    pub(super) fn holds(&self, question: &Question) -> Option<(Instant, Option<Instant>)> {
        self.kept.get(question).map(|kept| (kept.until, kept.failing))
    }

    pub(super) fn keep(&mut self, now: Instant, question: Question, mut answer: Answer) {
        answer.records.cut();
        let until = now + answer.ttl.clamp(SHORTEST, LONGEST);
        let stale_until = until + STALE;
        let kept = Kept { records: Some(answer.records), until, stale_until, failing: None, learned: 0 };
        self.insert(question, kept);
    }

    /// What was known before the box started: of use only when the resolver fails, and for no longer than `left`.
    pub(super) fn recall(&mut self, now: Instant, question: Question, mut records: Records, left: Duration) {
        if self.kept.contains_key(&question) {
            return;
        }
        records.cut();
        let stale_until = now + left.min(STALE);
        let kept = Kept { records: Some(records), until: now, stale_until, failing: None, learned: 0 };
        self.insert(question, kept);
    }

    /// The resolver failed: an older answer goes on, or the failure itself is remembered.
    pub(super) fn keep_what_there_was(&mut self, now: Instant, question: Question) {
        let until = now + FAILED;
        let known = self.kept.get_mut(&question);
        let failing = known.as_ref().and_then(|kept| kept.failing);
        match known {
            Some(kept) if kept.records.is_some() && kept.stale_until > now => {
                kept.until = kept.until.max(until);
                kept.failing = failing.or(Some(now));
            }
            _ => self.insert(question, Kept { records: None, until, stale_until: now, failing, learned: 0 }),
        }
    }

    fn insert(&mut self, question: Question, kept: Kept) {
        if self.kept.len() >= MOST && !self.kept.contains_key(&question) {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.learned);
            oldest.map(|(oldest, _)| oldest.clone()).map(|oldest| self.kept.remove(&oldest));
        }
        self.learned += 1;
        self.kept.insert(question, Kept { learned: self.learned, ..kept });
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }
}
