//! What lies in the mailboxes of the house: kept, told to its people and to their lamps, and gone when its time is over.
//!
//! ```text
//!   switchboard ── left, heard, deleted ──> keeper ──> store (rows), data/messages (recordings)
//!   page, API ──── asks ──────────────────>   │
//!                                             └──> lamps (RFC 3842), counts for the page, notices
//! ```
//!
//! The rows are written down when the disk has time for it; a recording without a row, and a row without a recording, are tidied at the
//! next start.

mod folder;
mod keeper;
mod kept;
mod telling;
mod wave;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

use account::{UserId, VoiceMessage, VoicemailId};
use media::playback::Sound as Sounding;
use sip::package::mail::VoiceMessages;
use store::Store;
use switchboard::Input;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use web::view::Mailbox;
use web::{Listener, Lying, MessageAsk, MessageRefused, Sound, SoundAsk};

use super::exchange::News;
use super::mirroring::MirrorNow;
use super::notices::Notices;
use crate::config::Config;
use keeper::Keeper;

/// What waits to be heard by the keeper; more is refused, and found again at the next start.
const WAITING: usize = 256;

/// What each mailbox says itself: 8000 samples a second.
pub(crate) type Greetings = HashMap<VoicemailId, Arc<[i16]>>;

/// What the switchboard hears of mailboxes.
#[derive(Debug)]
pub(crate) enum Mail {
    /// How many messages lie in somebody's mailboxes from now on.
    Lamp(UserId, VoiceMessages),
    /// What mailboxes say that have a greeting of their own.
    Greetings(Arc<HashMap<VoicemailId, Sounding>>),
    /// Everything that may be heard.
    Messages(Vec<VoiceMessage>),
    /// A message that somebody wants to hear, under its ticket; nothing where it cannot be played.
    Fetched(u64, Option<Sounding>),
}

impl From<Mail> for Input<'_> {
    fn from(mail: Mail) -> Self {
        match mail {
            Mail::Lamp(user, voice) => Self::Mailbox { user, voice },
            Mail::Greetings(greetings) => Self::Greetings(greetings),
            Mail::Messages(messages) => Self::Messages(messages),
            Mail::Fetched(ticket, sound) => Self::Fetched { ticket, sound },
        }
    }
}

/// What the keeper is told.
enum Told {
    /// Somebody on the page wants something.
    Ask(Listener, MessageAsk, oneshot::Sender<Result<Lying, MessageRefused>>),
    /// Somebody wants to listen.
    Sound(Listener, SoundAsk, oneshot::Sender<Result<Sound, MessageRefused>>),
    /// Somebody left a message; its recording is whole.
    Left(VoiceMessage),
    /// Somebody listened to it at a telephone.
    Heard(String),
    /// Somebody deleted it at a telephone.
    Deleted(String),
    /// The account is being forgotten.
    Going(oneshot::Sender<bool>),
    /// It is, or it is not.
    Gone(bool, oneshot::Sender<()>),
}

/// Whoever has to do with mailboxes.
#[derive(Clone)]
pub(crate) struct Mailboxes {
    told: mpsc::Sender<Told>,
    shown: watch::Receiver<Arc<[Mailbox]>>,
}

impl Mailboxes {
    /// Minds what an earlier run left behind, `messages`, and whatever comes.
    pub(super) fn start(
        config: &Config,
        store: &Arc<Store>,
        messages: Vec<VoiceMessage>,
        mirror: watch::Receiver<Arc<MirrorNow>>,
        (news, notices): (mpsc::Sender<News>, &Notices),
    ) -> (Self, JoinHandle<()>) {
        let (told, hears) = mpsc::channel(WAITING);
        let (show, shown) = watch::channel(Arc::default());
        let keeper = Keeper::new(config, Arc::clone(store), messages, (news, notices.clone()), show);
        (Self { told, shown }, tokio::spawn(keeper.keep(hears, mirror)))
    }

    /// Whose mailboxes there are and how much lies in them.
    pub(super) fn watch(&self) -> watch::Receiver<Arc<[Mailbox]>> {
        self.shown.clone()
    }

    /// Somebody left a message, and its recording is whole. Never waits; what is not taken is found again at the next start.
    pub(super) fn left(&self, message: VoiceMessage) {
        let _ = self.told.try_send(Told::Left(message));
    }

    /// Somebody listened to it at a telephone. Never waits; what is not taken stays new.
    pub(super) fn heard(&self, id: String) {
        let _ = self.told.try_send(Told::Heard(id));
    }

    /// Somebody deleted it at a telephone. Never waits; what is not taken stays.
    pub(super) fn deleted(&self, id: String) {
        let _ = self.told.try_send(Told::Deleted(id));
    }

    pub(super) async fn ask(&self, by: Listener, ask: MessageAsk) -> Result<Lying, MessageRefused> {
        let (answer, answered) = oneshot::channel();
        self.told.send(Told::Ask(by, ask, answer)).await.map_err(|_| words::ending())?;
        answered.await.map_err(|_| words::ending())?
    }

    pub(super) async fn sound(&self, by: Listener, ask: SoundAsk) -> Result<Sound, MessageRefused> {
        let (answer, answered) = oneshot::channel();
        self.told.send(Told::Sound(by, ask, answer)).await.map_err(|_| words::ending())?;
        answered.await.map_err(|_| words::ending())?
    }

    /// Forgets everything with the account: out of sight before `forget`, gone after it, and back if that failed.
    pub(super) async fn with_account<T>(
        &self,
        forget: impl Future<Output = Result<T, String>>,
    ) -> Result<T, String> {
        let ending = |_| "the box is shutting down".to_owned();
        let (answer, going) = oneshot::channel();
        self.told.send(Told::Going(answer)).await.map_err(|_| ending(()))?;
        if !going.await.map_err(|_| ending(()))? {
            return Err("the recordings in the mailboxes cannot be removed from the disk".to_owned());
        }
        let forgot = forget.await;
        let (answer, gone) = oneshot::channel();
        self.told.send(Told::Gone(forgot.is_ok(), answer)).await.map_err(|_| ending(()))?;
        gone.await.map_err(|_| ending(()))?;
        forgot
    }
}

#[cfg(test)]
mod tests;
