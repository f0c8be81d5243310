//! The task that minds the mailboxes.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use account::{Snapshot, UserId, VoiceMessage, VoicemailId};
use sip::package::mail::VoiceMessages;
use store::{Batch, Store, Write};
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;
use tracing::{info, warn};
use web::view::Mailbox;
use web::{Listener, Lying, Message, MessageAsk, MessageRefused, Sound, SoundAsk};

use super::super::exchange::News;
use super::super::mirroring::MirrorNow;
use super::super::notices::Notices;
use super::folder::{Folder, Found};
use super::kept::{All, Boxes, is_of};
use super::{Greetings, Told, words};
use crate::config::Config;

/// How often it is looked whether something's time is over.
const ROUND: Duration = Duration::from_secs(24 * 3600);

/// The clock that files are stamped by goes in ticks; what is written now may look as old as this.
const TICK: Duration = Duration::from_millis(20);

/// The task and all it knows.
pub(super) struct Keeper {
    store: Arc<Store>,
    folder: Folder,
    /// How long a message is kept; `None` is for ever.
    keep: Option<Duration>,
    pub(super) house: Arc<Snapshot>,
    pub(super) boxes: Boxes,
    pub(super) all: All,
    /// Rows of an earlier run, until the account is known and they can be brought together with the recordings.
    rows: Option<Vec<VoiceMessage>>,
    started: SystemTime,
    pub(super) greetings: Greetings,
    /// What the lamps were told last.
    pub(super) lamps: BTreeMap<UserId, VoiceMessages>,
    pub(super) nobodys: usize,
    pub(super) news: mpsc::Sender<News>,
    pub(super) notices: Notices,
    pub(super) shows: watch::Sender<Arc<[Mailbox]>>,
    /// The switchboard does not know yet what mailboxes say.
    pub(super) greets_anew: bool,
    /// What may be heard, as the switchboard was told last.
    pub(super) heard_of: Vec<VoiceMessage>,
}

impl Keeper {
    pub(super) fn new(
        config: &Config,
        store: Arc<Store>,
        rows: Vec<VoiceMessage>,
        (news, notices): (mpsc::Sender<News>, Notices),
        shows: watch::Sender<Arc<[Mailbox]>>,
    ) -> Self {
        Self {
            store,
            folder: Folder::new(&config.data),
            keep: config.voicemail.keep,
            house: Arc::default(),
            boxes: Boxes::new(),
            all: All::new(config.voicemail.budget),
            rows: Some(rows),
            started: SystemTime::now() - TICK,
            greetings: Greetings::new(),
            lamps: BTreeMap::new(),
            nobodys: 0,
            news,
            notices,
            shows,
            greets_anew: false,
            heard_of: Vec::new(),
        }
    }

    /// Minds them until dropped.
    pub(super) async fn keep(
        mut self,
        mut hears: mpsc::Receiver<Told>,
        mut mirror: watch::Receiver<Arc<MirrorNow>>,
    ) {
        let house = Arc::clone(&mirror.borrow_and_update().house);
        self.moved_to(house).await;
        let mut round = tokio::time::interval(ROUND);
        self.publish().await;
        loop {
            tokio::select! {
                told = hears.recv() => match told {
                    Some(told) => self.hear(told).await,
                    None => return,
                },
                house = moved(&mut mirror, &self.house) => match house {
                    Some(house) => self.moved_to(house).await,
                    None => return,
                },
                _ = round.tick() => self.end_what_is_over().await,
                () = regret(self.all.next_over()) => self.end_what_is_over().await,
            }
            self.publish().await;
        }
    }

    /// The account is this from now on.
    async fn moved_to(&mut self, house: Arc<Snapshot>) {
        self.boxes = house.mailboxes();
        self.house = house;
        let known = !self.house.identity.master_sip_id.is_empty();
        let Some(rows) = self.rows.take_if(|_| known) else { return };
        let (house, started) = (Arc::clone(&self.house), self.started);
        let done = self.at_disk(move |folder| {
            let greetings = folder.greetings();
            folder.tidied(rows, &house, started).map(|found| (found, greetings))
        });
        match done.await {
            Some(Ok((found, greetings))) => {
                self.greetings = greetings;
                self.greets_anew = true;
                self.found(found);
            }
            Some(Err(fault)) => warn!(%fault, "the recordings in the mailboxes cannot be read"),
            None => {}
        }
    }

    fn found(&mut self, found: Found) {
        let Found { messages, again, lost, nobodys } = found;
        if !again.is_empty() || !lost.is_empty() {
            info!(again = again.len(), lost = lost.len(), "messages without a row or without a recording");
        }
        self.nobodys = nobodys;
        messages.into_iter().for_each(|(message, bytes)| self.all.woken(message, bytes));
        let writes: Vec<Write> = again.into_iter().map(Write::Message).collect();
        self.write(writes.into_iter().chain([Write::ForgetMessages(lost)]));
    }

    async fn hear(&mut self, told: Told) {
        // Whoever asked may have gone.
        match told {
            Told::Ask(by, ask, answer) => drop(answer.send(self.answer(&by, ask).await)),
            Told::Sound(by, ask, answer) => drop(answer.send(self.open(&by, ask).await)),
            Told::Left(message) => self.left(message).await,
            Told::Heard(id) => drop(self.mark(&id, true)),
            Told::Deleted(id) => drop(self.delete(id, Some(SystemTime::now())).await),
            Told::Going(answer) => {
                let going = self.at_disk(|folder| folder.going()).await;
                let _ = answer.send(matches!(going, Some(Ok(()))));
            }
            Told::Gone(forgot, answer) => {
                self.gone(forgot).await;
                let _ = answer.send(());
            }
        }
    }

    /// A message whose recording is there; one that finds no room is not taken.
    async fn left(&mut self, message: VoiceMessage) {
        let id = message.id.clone();
        let Some(Some(bytes)) = self.at_disk(move |folder| folder.size(&id)).await else { return };
        let Some(gone) = self.all.take(message.clone(), bytes) else {
            let id = message.id;
            self.at_disk(move |folder| folder.remove(&id)).await;
            warn!("a message was not taken: the mailbox is full");
            return;
        };
        self.write([Write::Message(message), Write::ForgetMessages(gone.clone())]);
        self.at_disk(move |folder| gone.iter().for_each(|id| folder.remove(id))).await;
    }

    async fn answer(&mut self, by: &Listener, ask: MessageAsk) -> Result<Lying, MessageRefused> {
        match ask {
            MessageAsk::Shown => {}
            MessageAsk::Heard { id, heard } => {
                self.own(by, &id)?;
                self.mark(&id, heard)?;
            }
            MessageAsk::Delete { id } => {
                self.own(by, &id)?;
                self.delete(id, Some(SystemTime::now())).await?;
            }
            MessageAsk::Restore { id } => {
                self.own(by, &id)?;
                self.delete(id, None).await?;
            }
            MessageAsk::Greet { mailbox, file } => {
                let mailbox = self.mailbox(by, &mailbox)?;
                self.greet(mailbox, file).await?;
            }
            MessageAsk::Ungreet { mailbox } => {
                let mailbox = self.mailbox(by, &mailbox)?;
                self.ungreet(mailbox).await?;
            }
        }
        Ok(self.lying(by))
    }

    fn lying(&self, by: &Listener) -> Lying {
        let Some(user) = person(by) else { return Lying::default() };
        let [messages, deleted] = self.all.lying(&self.boxes, &user);
        let shown = |list: Vec<VoiceMessage>| list.into_iter().map(shown).collect();
        Lying { messages: shown(messages), deleted: shown(deleted) }
    }

    /// What somebody else has is not there.
    fn own(&self, by: &Listener, id: &str) -> Result<(), MessageRefused> {
        let own = person(by).is_some_and(|user| self.all.is_for(id, &self.boxes, &user));
        if own { Ok(()) } else { Err(MessageRefused::Unknown) }
    }

    /// A mailbox whose greeting is this listener's to change.
    fn mailbox(&self, by: &Listener, mailbox: &str) -> Result<VoicemailId, MessageRefused> {
        let id: VoicemailId = mailbox.parse().map_err(|_| MessageRefused::Unknown)?;
        let own = match by {
            Listener::Admin => self.boxes.contains_key(&id),
            Listener::Person(_) => person(by).is_some_and(|user| is_of(&self.boxes, &id, &user)),
        };
        if own { Ok(id) } else { Err(MessageRefused::Unknown) }
    }

    fn mark(&mut self, id: &str, heard: bool) -> Result<(), MessageRefused> {
        let message = self.all.mark(id, heard).ok_or(MessageRefused::Unknown)?;
        self.write([Write::Message(message)]);
        Ok(())
    }

    /// The recording first: what is not there any more is not resurrected by the next start.
    async fn delete(&mut self, id: String, at: Option<SystemTime>) -> Result<(), MessageRefused> {
        let Some(message) = self.all.delete(&id, at) else { return Err(MessageRefused::Unknown) };
        let (name, aside) = (id.clone(), at.is_some());
        if !matches!(self.at_disk(move |folder| folder.set_aside(&name, aside)).await, Some(Ok(()))) {
            self.all.delete(&id, at.is_none().then(SystemTime::now));
            return Err(words::disk());
        }
        self.write([if aside { Write::ForgetMessages(vec![id]) } else { Write::Message(message) }]);
        Ok(())
    }

    async fn greet(&mut self, mailbox: VoicemailId, file: Vec<u8>) -> Result<(), MessageRefused> {
        let of = mailbox.clone();
        let kept = self.at_disk(move |folder| folder.greet(&of, &file)).await.ok_or_else(words::disk)?;
        let samples = kept.map_err(|refused| words::greeting(&refused))?;
        self.greetings.insert(mailbox.clone(), samples);
        self.greets_anew(&mailbox);
        Ok(())
    }

    async fn ungreet(&mut self, mailbox: VoicemailId) -> Result<(), MessageRefused> {
        let of = mailbox.clone();
        if !matches!(self.at_disk(move |folder| folder.ungreet(&of)).await, Some(Ok(()))) {
            return Err(words::disk());
        }
        self.greetings.remove(&mailbox);
        self.greets_anew(&mailbox);
        Ok(())
    }

    fn greets_anew(&mut self, mailbox: &VoicemailId) {
        self.all.touch(mailbox);
        self.greets_anew = true;
    }

    async fn open(&self, by: &Listener, ask: SoundAsk) -> Result<Sound, MessageRefused> {
        let wave = match ask {
            SoundAsk::Message { id } => {
                self.own(by, &id)?;
                if !self.all.is_there(&id) {
                    return Err(MessageRefused::Unknown);
                }
                self.at_disk(move |folder| folder.open(&id)).await
            }
            SoundAsk::Greeting { mailbox } => {
                let mailbox = self.mailbox(by, &mailbox)?;
                self.at_disk(move |folder| folder.open_greeting(&mailbox)).await
            }
        };
        wave.flatten().map(super::wave::Wave::sound).ok_or(MessageRefused::Unknown)
    }

    /// Removes what nobody may keep any longer.
    async fn end_what_is_over(&mut self) {
        let now = SystemTime::now();
        let over = self.all.over(now, self.keep);
        over.iter().for_each(|id| self.all.remove(id));
        let known: HashSet<String> = self.all.ids().map(str::to_owned).collect();
        let keep = self.keep.filter(|_| self.rows.is_none());
        if !over.is_empty() {
            info!(messages = over.len(), "messages whose time is over are gone");
            self.write([Write::ForgetMessages(over.clone())]);
        }
        self.at_disk(move |folder| {
            over.iter().for_each(|id| folder.remove(id));
            keep.into_iter().for_each(|keep| folder.sweep(&known, now, keep));
        })
        .await;
    }

    /// The account was forgotten, or was not.
    async fn gone(&mut self, forgot: bool) {
        if !forgot {
            // Where even that fails they are gone with the next start.
            self.at_disk(|folder| folder.keep()).await;
            return;
        }
        self.all.clear();
        self.greetings.clear();
        self.greets_anew = true;
        self.rows = Some(Vec::new());
        let removed = self.at_disk(|folder| folder.forget().and_then(|()| folder.forget_greetings())).await;
        if let Some(Err(fault)) = removed {
            warn!(%fault, "the recordings of the forgotten account are removed at the next start");
        }
    }

    /// Written down once the disk has time; a store that does not says so elsewhere, and the next start tidies.
    fn write(&self, writes: impl IntoIterator<Item = Write>) {
        let _ = self.store.submit(Batch(writes.into_iter().collect()));
    }

    /// Off the threads that serve others. `None`: the box is ending.
    async fn at_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> T + Send + 'static,
    ) -> Option<T> {
        let folder = self.folder.clone();
        spawn_blocking(move || work(&folder)).await.ok()
    }
}

/// The account once it is another; how far a sync is changes nothing here. `None`: nobody minds it any more.
async fn moved(mirror: &mut watch::Receiver<Arc<MirrorNow>>, known: &Arc<Snapshot>) -> Option<Arc<Snapshot>> {
    let now = mirror.wait_for(|now| !Arc::ptr_eq(&now.house, known)).await;
    now.ok().map(|now| Arc::clone(&now.house))
}

/// Until what was deleted cannot be taken back any longer.
async fn regret(until: Option<SystemTime>) {
    match until {
        Some(at) => tokio::time::sleep(at.duration_since(SystemTime::now()).unwrap_or_default()).await,
        None => std::future::pending().await,
    }
}

fn person(by: &Listener) -> Option<UserId> {
    match by {
        Listener::Person(user) => user.parse().ok(),
        Listener::Admin => None,
    }
}

fn shown(message: VoiceMessage) -> Message {
    Message {
        id: message.id,
        mailbox: message.mailbox.to_string(),
        number: message.caller.number,
        name: message.caller.name,
        left: message.left,
        seconds: message.length.as_secs(),
        heard: message.heard,
    }
}
