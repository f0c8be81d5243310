//! What lies in the mailboxes, in memory: who may have which, and what makes room when there is none.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, SystemTime};

use account::{UserId, VoiceMessage, VoicemailId};
use sip::package::mail::VoiceMessages;

/// Messages in one mailbox, at most.
pub(super) const MOST: usize = 100;
/// What was deleted can be taken back for so long.
pub(super) const REGRET: Duration = Duration::from_secs(600);
/// A minute of a recording, bytes: two channels of 8000 samples a second.
const MINUTE: u64 = 60 * 8_000 * 2 * 2;

/// Mailboxes, and the people whose they are.
pub(super) type Boxes = BTreeMap<VoicemailId, BTreeSet<UserId>>;

/// A message and how large its recording is.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Kept {
    message: VoiceMessage,
    bytes: u64,
    /// When it was deleted, where that can still be taken back.
    deleted: Option<SystemTime>,
}

/// Everything.
#[derive(Debug)]
pub(super) struct All {
    messages: BTreeMap<String, Kept>,
    /// How often something happened to what lies in a mailbox.
    editions: HashMap<VoicemailId, u64>,
    /// What the disk may hold of it, bytes.
    budget: u64,
}

impl All {
    pub(super) fn new(budget: u64) -> Self {
        Self { messages: BTreeMap::new(), editions: HashMap::new(), budget }
    }

    /// A message of an earlier run.
    pub(super) fn woken(&mut self, message: VoiceMessage, bytes: u64) {
        self.touch(&message.mailbox);
        self.messages.insert(message.id.clone(), Kept { message, bytes, deleted: None });
    }

    /// Takes a message and says which had to go for it: those deleted, then those heard, the oldest first. `None`: nobody has
    /// listened to what lies there, so there is no room.
    pub(super) fn take(&mut self, message: VoiceMessage, bytes: u64) -> Option<Vec<String>> {
        let mailbox = message.mailbox.clone();
        let (mut count, mut total) = (self.of(&mailbox).count(), self.bytes());
        let mut gone = Vec::new();
        for kept in self.replaceable() {
            let (crowded, large) = (count >= MOST, total + bytes > self.budget);
            let here = kept.message.mailbox == mailbox;
            if !crowded && !large {
                break;
            }
            if large || here {
                gone.push(kept.message.id.clone());
                total -= kept.bytes;
                count -= usize::from(here);
            }
        }
        if count >= MOST || total + bytes > self.budget {
            return None;
        }
        gone.iter().for_each(|id| self.remove(id));
        self.touch(&mailbox);
        self.messages.insert(message.id.clone(), Kept { message, bytes, deleted: None });
        Some(gone)
    }

    /// What may make room, first that which goes first.
    fn replaceable(&self) -> Vec<&Kept> {
        let mut all: Vec<&Kept> =
            self.messages.values().filter(|kept| kept.deleted.is_some() || kept.message.heard).collect();
        all.sort_by_key(|kept| (kept.deleted.is_none(), kept.message.left));
        all
    }

    /// It counts as heard, or as new; what is to be written down then. `None`: there is no such message.
    pub(super) fn mark(&mut self, id: &str, heard: bool) -> Option<VoiceMessage> {
        let kept = self.messages.get_mut(id).filter(|kept| kept.deleted.is_none())?;
        kept.message.heard = heard;
        let message = kept.message.clone();
        self.touch(&message.mailbox);
        Some(message)
    }

    /// It is deleted, or deleted no more. `None`: there is no such message.
    pub(super) fn delete(&mut self, id: &str, at: Option<SystemTime>) -> Option<VoiceMessage> {
        let kept = self.messages.get_mut(id).filter(|kept| kept.deleted.is_some() != at.is_some())?;
        kept.deleted = at;
        let message = kept.message.clone();
        self.touch(&message.mailbox);
        Some(message)
    }

    pub(super) fn remove(&mut self, id: &str) {
        if let Some(kept) = self.messages.remove(id) {
            self.touch(&kept.message.mailbox);
        }
    }

    /// Nothing is there any more.
    pub(super) fn clear(&mut self) {
        let ids: Vec<String> = self.messages.keys().cloned().collect();
        ids.iter().for_each(|id| self.remove(id));
    }

    /// What is not to be kept any longer: those older than `keep`, and those deleted that nobody took back.
    pub(super) fn over(&self, now: SystemTime, keep: Option<Duration>) -> Vec<String> {
        let past = |since: SystemTime, most| now.duration_since(since).is_ok_and(|age| age >= most);
        let over = |kept: &&Kept| {
            kept.deleted.is_some_and(|at| past(at, REGRET))
                || keep.is_some_and(|most| past(kept.message.left, most))
        };
        self.messages.values().filter(over).map(|kept| kept.message.id.clone()).collect()
    }

    /// When the next deleted one cannot be taken back any longer.
    pub(super) fn next_over(&self) -> Option<SystemTime> {
        self.messages.values().filter_map(|kept| kept.deleted).min().map(|at| at + REGRET)
    }

    /// What is there and not deleted, whosever it is.
    pub(super) fn there(&self) -> Vec<VoiceMessage> {
        let there = self.messages.values().filter(|kept| kept.deleted.is_none());
        there.map(|kept| kept.message.clone()).collect()
    }

    /// What a person may listen to, the newest first: what is there, and what was just deleted.
    pub(super) fn lying(&self, boxes: &Boxes, user: &UserId) -> [Vec<VoiceMessage>; 2] {
        let [mut there, mut deleted] = [Vec::new(), Vec::new()];
        for kept in self.messages.values().filter(|kept| is_of(boxes, &kept.message.mailbox, user)) {
            let list = if kept.deleted.is_some() { &mut deleted } else { &mut there };
            list.push(kept.message.clone());
        }
        let mut lying = [there, deleted];
        lying.iter_mut().for_each(|list| list.sort_by(|a, b| (b.left, &b.id).cmp(&(a.left, &a.id))));
        lying
    }

    /// Whether there is such a message, deleted or not, for this person.
    pub(super) fn is_for(&self, id: &str, boxes: &Boxes, user: &UserId) -> bool {
        self.messages.get(id).is_some_and(|kept| is_of(boxes, &kept.message.mailbox, user))
    }

    /// Whether it can be listened to.
    pub(super) fn is_there(&self, id: &str) -> bool {
        self.messages.get(id).is_some_and(|kept| kept.deleted.is_none())
    }

    /// How many wait for whom (RFC 3842); nobody stands here for whom none does.
    pub(super) fn summaries(&self, boxes: &Boxes) -> BTreeMap<UserId, VoiceMessages> {
        let mut all: BTreeMap<UserId, VoiceMessages> = BTreeMap::new();
        for kept in self.messages.values().filter(|kept| kept.deleted.is_none()) {
            let (new, old) = if kept.message.heard { (0, 1) } else { (1, 0) };
            for user in boxes.get(&kept.message.mailbox).into_iter().flatten() {
                let sum = all.entry(user.clone()).or_default();
                (sum.new, sum.old) = (sum.new.saturating_add(new), sum.old.saturating_add(old));
            }
        }
        all
    }

    /// How many nobody, and how many somebody has listened to.
    pub(super) fn counts(&self, mailbox: &VoicemailId) -> (usize, usize) {
        let there = || self.of(mailbox).filter(|kept| kept.deleted.is_none());
        let new = there().filter(|kept| !kept.message.heard).count();
        (new, there().count() - new)
    }

    /// Whether a mailbox takes no further message.
    pub(super) fn is_full(&self, mailbox: &VoicemailId) -> bool {
        self.counts(mailbox).0 >= MOST || self.is_disk_full()
    }

    /// Whether what nobody has listened to fills all the room there is.
    pub(super) fn is_disk_full(&self) -> bool {
        let new = self.messages.values().filter(|kept| kept.deleted.is_none() && !kept.message.heard);
        new.map(|kept| kept.bytes).sum::<u64>() + MINUTE > self.budget
    }

    pub(super) fn edition(&self, mailbox: &VoicemailId) -> u64 {
        self.editions.get(mailbox).copied().unwrap_or_default()
    }

    pub(super) fn touch(&mut self, mailbox: &VoicemailId) {
        *self.editions.entry(mailbox.clone()).or_default() += 1;
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.messages.keys().map(String::as_str)
    }

    fn of(&self, mailbox: &VoicemailId) -> impl Iterator<Item = &Kept> {
        self.messages.values().filter(|kept| kept.message.mailbox == *mailbox)
    }

    fn bytes(&self) -> u64 {
        self.messages.values().map(|kept| kept.bytes).sum()
    }
}

/// Whether a mailbox is one of this person's.
pub(super) fn is_of(boxes: &Boxes, mailbox: &VoicemailId, user: &UserId) -> bool {
    boxes.get(mailbox).is_some_and(|people| people.contains(user))
}

#[cfg(test)]
pub(super) mod tests;
