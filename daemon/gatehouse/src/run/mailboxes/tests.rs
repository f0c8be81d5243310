//! The keeper with a real store, a real disk and a mirror that a test moves.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use account::{CallParty, Snapshot, VoiceMessage};
use media::recording::{Recording, Sides};
use sip::package::mail::VoiceMessages;
use store::Store;
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use web::{Listener, MessageAsk, MessageRefused, SoundAsk};

use super::super::exchange::News;
use super::super::mirroring::{LastSync, MirrorNow};
use super::super::notices::Notices;
use super::kept::tests::house;
use super::{Mail, Mailboxes};
use crate::config;

/// A running keeper.
struct Office {
    mailboxes: Mailboxes,
    news: mpsc::Receiver<News>,
    mirror: watch::Sender<Arc<MirrorNow>>,
    store: Arc<Store>,
    task: JoinHandle<()>,
}

fn mirrored(house: Snapshot) -> Arc<MirrorNow> {
    Arc::new(MirrorNow {
        house: Arc::new(house),
        shown: Arc::default(),
        source: String::new(),
        kinds: BTreeMap::new(),
        fetched: None,
        last: LastSync::Well,
        progress: None,
        brought: None,
        oddities: vec![],
    })
}

impl Office {
    fn started(data: &Path) -> Self {
        let mut config = config::load(&data.join("own.toml"), false).unwrap();
        data.clone_into(&mut config.data);
        let (store, loaded) = Store::open(&store::Config { dir: data.to_owned() }, drop).unwrap();
        let (store, (told, news)) = (Arc::new(store), mpsc::channel(64));
        let (mirror, seen) = watch::channel(mirrored(house()));
        let (mailboxes, task) =
            Mailboxes::start(&config, &store, loaded.messages, seen, (told, &Notices::default()));
        Self { mailboxes, news, mirror, store, task }
    }

    /// The next thing that somebody's lamp shows: whose, new, old.
    async fn lamp(&mut self) -> (String, u32, u32) {
        loop {
            if let News::Mail(Mail::Lamp(user, VoiceMessages { new, old, .. })) =
                self.news.recv().await.unwrap()
            {
                return (user.to_string(), new, old);
            }
        }
    }

    /// What callers of mailboxes hear from now on: how many greetings of their own there are.
    async fn greetings(&mut self) -> usize {
        loop {
            if let News::Mail(Mail::Greetings(greetings)) = self.news.recv().await.unwrap() {
                return greetings.len();
            }
        }
    }

    /// What may be heard at telephones from now on.
    async fn messages(&mut self) -> Vec<(String, bool)> {
        loop {
            if let News::Mail(Mail::Messages(messages)) = self.news.recv().await.unwrap() {
                return messages.into_iter().map(|message| (message.id, message.heard)).collect();
            }
        }
    }

    async fn ids(&self, user: &str) -> Vec<String> {
        let lying = self.mailboxes.ask(of(user), MessageAsk::Shown).await.unwrap();
        lying.messages.into_iter().map(|it| it.id).collect()
    }

    async fn ends(self) {
        self.task.abort();
        let _ = self.task.await;
        self.store.close().unwrap();
    }
}

fn of(user: &str) -> Listener {
    Listener::Person(user.to_owned())
}

/// Somebody has spoken for four seconds.
fn recorded(dir: &TempDir, id: &str, mailbox: &str) -> VoiceMessage {
    let folder = dir.path().join("messages");
    std::fs::create_dir_all(&folder).unwrap();
    let mut recording =
        Recording::begin(std::fs::File::create(folder.join(format!("{id}.wav"))).unwrap(), Sides::Both)
            .unwrap();
    (0..200).for_each(|_| recording.write(&[[5; 160], [9; 160]]).unwrap());
    recording.end().unwrap();
    let caller = CallParty { number: "+4930555010".into(), ..CallParty::default() };
    let (mailbox, left) = (mailbox.parse().unwrap(), SystemTime::now());
    VoiceMessage { id: id.into(), mailbox, caller, left, length: Duration::from_secs(4), heard: false }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_lights_the_lamp_of_its_people_until_it_is_heard_or_deleted_and_outlives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut here = Office::started(dir.path());
    here.mailboxes.left(recorded(&dir, "a", "v0"));
    assert_eq!(here.lamp().await, ("w0".into(), 1, 0));
    here.mailboxes.left(recorded(&dir, "b", "v1"));
    assert_eq!([here.lamp().await, here.lamp().await], [("w0".into(), 2, 0), ("w1".into(), 1, 0)]);
    here.mailboxes.heard("a".into());
    assert_eq!(here.lamp().await, ("w0".into(), 1, 1));
    here.ends().await;

    let mut here = Office::started(dir.path());
    assert_eq!([here.lamp().await, here.lamp().await], [("w0".into(), 1, 1), ("w1".into(), 1, 0)]);
    here.mailboxes.deleted("b".into());
    assert_eq!([here.lamp().await, here.lamp().await], [("w0".into(), 0, 1), ("w1".into(), 0, 0)]);
    assert_eq!(here.ids("w0").await, ["a"]);
    here.ends().await;
    let mut here = Office::started(dir.path());
    assert_eq!(here.lamp().await, ("w0".into(), 0, 1), "what was deleted stays so");
    assert!(!dir.path().join("messages/b.gone").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_what_somebody_else_has_and_the_admin_reaches_greetings_alone() {
    let dir = tempfile::tempdir().unwrap();
    let mut here = Office::started(dir.path());
    here.mailboxes.left(recorded(&dir, "a", "v0"));
    assert_eq!(here.ids("w0").await, ["a"]);
    assert_eq!(here.mailboxes.watch().borrow()[0].new, 1);
    let sound = |by: Listener| here.mailboxes.sound(by, SoundAsk::Message { id: "a".into() });
    assert!(sound(of("w0")).await.is_ok());
    for by in [of("w1"), of("w9"), of(""), of("v0"), Listener::Admin] {
        for ask in [
            MessageAsk::Heard { id: "a".into(), heard: true },
            MessageAsk::Delete { id: "a".into() },
            MessageAsk::Restore { id: "a".into() },
        ] {
            assert_eq!(here.mailboxes.ask(by.clone(), ask).await, Err(MessageRefused::Unknown), "{by:?}");
        }
        assert_eq!(sound(by.clone()).await.unwrap_err(), MessageRefused::Unknown, "{by:?}");
        assert_eq!(here.mailboxes.ask(by, MessageAsk::Shown).await, Ok(web::Lying::default()));
    }
    let greet = |by: Listener, mailbox: &str| {
        let file = [web::wave_head(800), vec![0; 1600]].concat();
        here.mailboxes.ask(by, MessageAsk::Greet { mailbox: mailbox.into(), file })
    };
    for (by, mailbox, may) in [
        (of("w0"), "v0", true),
        (of("w1"), "v0", false),
        (of("w1"), "v1", true),
        (Listener::Admin, "v0", true),
        (Listener::Admin, "v9", false),
        (Listener::Admin, "../v0", false),
    ] {
        assert_eq!(greet(by.clone(), mailbox).await.is_ok(), may, "{by:?} {mailbox}");
    }
    assert_eq!((here.greetings().await, here.greetings().await, here.greetings().await), (0, 1, 2));
    let greeting = SoundAsk::Greeting { mailbox: "v1".into() };
    assert!(here.mailboxes.sound(of("w1"), greeting.clone()).await.is_ok());
    assert!(here.mailboxes.sound(of("w2"), greeting).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_message_is_taken_back_and_the_account_s_are_gone_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let here = Office::started(dir.path());
    here.mailboxes.left(recorded(&dir, "a", "v0"));
    let ask = |ask| here.mailboxes.ask(of("w0"), ask);
    let lying = ask(MessageAsk::Delete { id: "a".into() }).await.unwrap();
    assert_eq!((lying.messages.len(), lying.deleted.len()), (0, 1));
    let gone = here.mailboxes.sound(of("w0"), SoundAsk::Message { id: "a".into() }).await;
    assert_eq!(gone.unwrap_err(), MessageRefused::Unknown);
    let lying = ask(MessageAsk::Restore { id: "a".into() }).await.unwrap();
    assert_eq!((lying.messages.len(), lying.deleted.len()), (1, 0));

    let kept = here.mailboxes.with_account(async { Err::<(), _>("busy".to_owned()) }).await;
    assert_eq!(kept, Err("busy".to_owned()));
    assert_eq!(here.ids("w0").await, ["a"]);
    assert!(dir.path().join("messages/a.wav").exists());
    let store = Arc::clone(&here.store);
    let forget = async { store.submit(store::Write::Unlink).map(drop).map_err(|fault| fault.to_string()) };
    here.mailboxes.with_account(forget).await.unwrap();
    here.mirror.send_replace(mirrored(Snapshot::default()));
    assert_eq!(here.ids("w0").await, [""; 0]);
    assert!(!dir.path().join("messages").exists() && !dir.path().join("messages.gone").exists());
    here.ends().await;
    let here = Office::started(dir.path());
    assert_eq!(here.ids("w0").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_about_which_nothing_was_written_down_is_a_message_again() {
    let dir = tempfile::tempdir().unwrap();
    recorded(&dir, "v1-lost", "v1");
    let file = std::fs::File::options().append(true).open(dir.path().join("messages/v1-lost.wav")).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    let mut here = Office::started(dir.path());
    assert_eq!([here.lamp().await, here.lamp().await], [("w0".into(), 1, 0), ("w1".into(), 1, 0)]);
    here.ends().await;
    let mut here = Office::started(dir.path());
    assert_eq!(
        [here.lamp().await, here.lamp().await],
        [("w0".into(), 1, 0), ("w1".into(), 1, 0)],
        "written down"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn telephones_may_play_what_is_there_and_what_they_do_with_it_counts() {
    let dir = tempfile::tempdir().unwrap();
    let mut here = Office::started(dir.path());
    here.mailboxes.left(recorded(&dir, "v0-a", "v0"));
    assert_eq!(here.messages().await, [("v0-a".to_owned(), false)]);
    here.mailboxes.heard("v0-a".into());
    assert_eq!(here.messages().await, [("v0-a".to_owned(), true)]);
    here.mailboxes.deleted("v0-a".into());
    assert_eq!(here.messages().await, []);
    assert!(here.ids("w0").await.is_empty());
}
