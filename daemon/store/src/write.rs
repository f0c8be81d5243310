//! What can be asked of the store.

use std::time::SystemTime;

use account::{Binding, CallRecord, CallVoice, DeviceId, PhoneVoice, Secret, SipUser, VoiceMessage};
use mirror::{Document, Entry, Event, Key};

/// One change.
#[derive(Clone, Debug)]
pub enum Write {
    /// A phone was given this binding; replaces the one of the same user and contact.
    Bind(Binding),
    /// A binding ended.
    Unbind {
        /// Whose.
        user: SipUser,
        /// Its Contact URI as in [`Binding::contact`].
        contact: String,
    },
    /// All bindings of a user ended.
    UnbindAll {
        /// Whose.
        user: SipUser,
    },
    /// A call is up; replaces what was kept of it before. Sealed on disk.
    KeepCall {
        /// Its name.
        name: String,
        /// What the next run needs of it.
        call: Secret,
    },
    /// A call is not up any more.
    ForgetCall {
        /// Its name.
        name: String,
    },
    /// A call is over. The newest [`crate::RECORDS_KEPT`] stay.
    Record(CallRecord),
    /// How the voice of a call came through that is recorded already; nothing if its record is not kept.
    Judge {
        /// [`CallRecord::id`].
        call: String,
        /// For [`CallRecord::voice`].
        voice: Box<CallVoice>,
    },
    /// What a phone says of a call whose voice is judged already; nothing if it was not in that call.
    Report {
        /// [`CallRecord::id`].
        call: String,
        /// The phone.
        device: DeviceId,
        /// For [`account::LegVoice::phone`].
        voice: PhoneVoice,
    },
    /// Calls already recorded, with less in them than before.
    Shorten(Vec<CallRecord>),
    /// No call is remembered any longer.
    ForgetRecords,
    /// Somebody left a message, or listened to it; replaces what was kept of it before.
    Message(VoiceMessage),
    /// These messages are not there any more, by their ids.
    ForgetMessages(Vec<String>),
    /// What was forgotten is wiped from the disk as well.
    Wipe,
    /// The cloud was asked; all of this becomes visible at once.
    Mirror {
        /// New and changed documents.
        put: Vec<Document>,
        /// Documents that the cloud no longer has.
        gone: Vec<Key>,
        /// What the mirror remembers about the documents as a whole; not secret.
        meta: serde_json::Value,
    },
    /// What happened in the cloud; an event known already is replaced.
    Events {
        /// New and changed ones.
        put: Vec<Event>,
        /// Those before this moment may not be kept any longer.
        forget_before: Option<SystemTime>,
    },
    /// A change on its way to the cloud; replaces the one with the same id.
    Journal(Box<Entry>),
    /// Forgets the mirrored account: documents, what is remembered of them, events, changes on their way and what lies in
    /// its mailboxes.
    Unlink,
    /// Keeps a plain setting.
    Setting {
        /// Its name.
        key: String,
        /// Its value.
        value: String,
    },
    /// Keeps a setting that nobody may read from the disk.
    SecretSetting {
        /// Its name, in a name space of its own.
        key: String,
        /// Its value.
        value: Secret,
    },
    /// Forgets the plain and the secret setting of this name.
    Forget {
        /// Its name.
        key: String,
    },
    /// Adds a session of the page, or replaces the one with the same key.
    SetSession(Session),
    /// A browser signed out.
    EndSession {
        /// As in [`Session::key`].
        key: [u8; 32],
    },
    /// Ends every session opened before a moment.
    EndSessionsBefore(SystemTime),
    /// Somebody did something; what the page wrote down, as JSON. The newest [`crate::DEEDS_KEPT`] stay.
    Deed(serde_json::Value),
}

/// One signed-in browser.
#[derive(Clone, Eq, PartialEq)]
pub struct Session {
    /// SHA-256 of the token in the cookie; not shown by `Debug`.
    pub key: [u8; 32],
    /// When the password was given.
    pub opened: SystemTime,
    /// When it was last used.
    pub seen: SystemTime,
    /// What the page remembers of it; JSON.
    pub holder: serde_json::Value,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("opened", &self.opened)
            .field("seen", &self.seen)
            .finish_non_exhaustive()
    }
}

/// Changes that become durable together or not at all.
#[derive(Clone, Debug, Default)]
pub struct Batch(pub Vec<Write>);

impl From<Write> for Batch {
    fn from(write: Write) -> Self {
        Self(vec![write])
    }
}

/// A row of which only the last state counts, so that an older write to it may be left out.
#[derive(Eq, Hash, PartialEq)]
pub(crate) enum Row {
    Binding(SipUser, String),
    Setting(String),
    Secret(String),
    Session([u8; 32]),
    Call(String),
}

impl Write {
    pub(crate) fn row(&self) -> Option<Row> {
        match self {
            Self::Bind(Binding { user, contact, .. }) | Self::Unbind { user, contact } => {
                Some(Row::Binding(user.clone(), contact.clone()))
            }
            Self::Setting { key, .. } => Some(Row::Setting(key.clone())),
            Self::SecretSetting { key, .. } => Some(Row::Secret(key.clone())),
            Self::KeepCall { name, .. } | Self::ForgetCall { name } => Some(Row::Call(name.clone())),
            Self::SetSession(Session { key, .. }) | Self::EndSession { key } => Some(Row::Session(*key)),
            Self::UnbindAll { .. }
            | Self::Record(_)
            | Self::Judge { .. }
            | Self::Report { .. }
            | Self::Shorten(_)
            | Self::ForgetRecords
            | Self::Message(_)
            | Self::ForgetMessages(_)
            | Self::Wipe
            | Self::Mirror { .. }
            | Self::Events { .. }
            | Self::Journal(_)
            | Self::Unlink
            | Self::Forget { .. }
            | Self::EndSessionsBefore(_)
            | Self::Deed(_) => None,
        }
    }

    /// Whether what was forgotten must be gone from every file.
    pub(crate) const fn wipes(&self) -> bool {
        matches!(self, Self::Unlink | Self::Wipe)
    }

    /// How many rows it touches, which is what the queue counts.
    pub(crate) fn weight(&self) -> usize {
        if let Self::Mirror { put, gone, .. } = self {
            return 1 + put.len() + gone.len();
        }
        if let Self::Shorten(records) = self {
            return records.len();
        }
        if let Self::ForgetMessages(ids) = self {
            return ids.len();
        }
        if let Self::Events { put, .. } = self { 1 + put.len() } else { 1 }
    }
}
