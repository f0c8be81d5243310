//! The message lamp (RFC 3842).

use account::{Destination, UserId};
use sip::package::mail::{MessageSummary, VoiceMessages};

use super::Package;
use super::topic::{Content, Sight, Topic};
use crate::switchboard::Switchboard;

impl Switchboard {
    /// A mailbox holds something else than before. One that nobody ever spoke of is empty.
    pub(crate) fn mailbox_changed(&mut self, user: UserId, voice: VoiceMessages) {
        if voice == VoiceMessages::default() {
            self.events.mailboxes.remove(&user);
        } else {
            self.events.mailboxes.insert(user.clone(), voice);
        }
        let of = Destination::User(user);
        self.stir_topic(&Topic { package: Package::Mailbox, of, sight: Sight::Lamp, wanted: None });
    }

    pub(super) fn mailbox(&self, of: &Destination) -> Content {
        let voice = match of {
            Destination::User(user) => self.events.mailboxes.get(user).copied().unwrap_or_default(),
            Destination::Group(_)
            | Destination::Device(_)
            | Destination::Channel(_)
            | Destination::Voicemail(_)
            | Destination::Fax(_) => VoiceMessages::default(),
        };
        let summary = MessageSummary { waiting: voice.new > 0, account: None, voice };
        Content::Plain(summary.write())
    }
}
