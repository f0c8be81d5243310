//! Who wants to know what, and what they are told: lamps, presence, mailboxes, registrations, features, profiles
//! (RFC 6665).
//!
//! ```text
//!   SUBSCRIBE ──> Subscription ──watches──> Topic ──has──> Sheet (its document, written once per change)
//!                      ^                      ^
//!   answer to NOTIFY ──'      call, phone, mailbox, PUBLISH, account: something about a device changed
//! ```
//!
//! A change makes the sheets of the topics it touches anew. Only if a sheet then says something else do its watchers get a
//! NOTIFY: at most one a second, the next only after the last was answered, and always the latest state.
//!
//! Subscriptions do not survive a restart: the box says so when it shuts down, and a phone that missed that hears 481 when it
//! comes back, whereupon it subscribes again (RFC 6665 4.1.2.2).
//!
//! Lamps always show everything there is (`state="full"`), never a difference: a watcher that missed a state is right again
//! with the next one, and phones that get differences wrong are many.

mod feature;
mod lamp;
mod mailbox;
mod notify;
mod package;
mod presence;
mod profile;
mod publish;
mod reg;
mod scope;
mod subscribe;
mod subscription;
mod topic;
mod voice_report;

use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

use account::{DeviceId, UserId};
use sip::flow::Flow;
use sip::package::mail::VoiceMessages;

use lamp::Lamps;
pub(crate) use package::Package;
use profile::Profiles;
use publish::Publications;
use subscription::Subscriptions;
use topic::Topics;

/// Everything that is watched, and everything known only because it may be watched.
#[derive(Debug, Default)]
pub(crate) struct Events {
    subscriptions: Subscriptions,
    topics: Topics,
    lamps: Lamps,
    mailboxes: BTreeMap<UserId, VoiceMessages>,
    published: Publications,
    profiles: Profiles,
    /// Devices that were set to do-not-disturb at the phone.
    quiet: HashSet<DeviceId>,
}

impl Events {
    /// When something is due: a NOTIFY that had to wait, or the end of a subscription or a publication.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        [self.subscriptions.next_deadline(), self.published.next_deadline()].into_iter().flatten().min()
    }

    /// Whether the phone itself asked not to be rung.
    pub(crate) fn is_quiet(&self, device: &DeviceId) -> bool {
        self.quiet.contains(device)
    }

    /// A connection closed; its watchers wait for their phone to come back.
    pub(crate) fn connection_closed(&mut self, flow: Flow) {
        self.subscriptions.lose(flow);
    }

    /// Whether nobody watches anything.
    pub(crate) fn nobody_watches(&self) -> bool {
        self.subscriptions.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn in_memory(&self) -> [usize; 8] {
        let [all, names, asked, due, devices] = self.subscriptions.in_memory();
        let [sheets, of_device] = self.topics.in_memory();
        [all, names, asked, due, devices, sheets, of_device, self.lamps.len()]
    }

    /// Documents written so far.
    #[cfg(test)]
    pub(crate) fn written(&self) -> u64 {
        self.topics.written()
    }
}
