//! Messages that callers leave in mailboxes of the house: each a file of its own in `messages`.

use std::fs::{DirBuilder, File};
use std::io::Read as _;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use media::clip;
use media::playback::{LONGEST_CLIP, Repeat, Sound};
use media::recording::RecordingName;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tracing::warn;

use super::exchange::News;
use super::mailboxes::Mail;
use crate::config::Config;

/// Below the data.
const FOLDER: &str = "messages";
/// Bytes of a recording that are read at most: the longest clip, and its header.
const MOST: u64 = LONGEST_CLIP as u64 * 2 + 65_536;
/// What is said to somebody is nobody else's business on this box.
const FOR_US: u32 = 0o700;

/// Where messages go, if mailboxes are wanted and there is a place for them.
pub(super) fn folder(config: &Config) -> Option<PathBuf> {
    let folder = config.data.join(FOLDER);
    if !config.mailboxes.enabled {
        return None;
    }
    match DirBuilder::new().recursive(true).mode(FOR_US).create(&folder) {
        Ok(()) => Some(folder),
        Err(fault) => {
            warn!(%fault, folder = %folder.display(), "no mailbox answers: there is no place for messages");
            None
        }
    }
}

/// How mailboxes answer, where they can.
pub(super) fn mailboxes(config: &Config) -> Option<switchboard::Mailboxes> {
    let wanted = &config.mailboxes;
    folder(config)?;
    Some(switchboard::Mailboxes { longest: wanted.longest, language: wanted.language })
}

/// Reads messages for who listens to them by telephone; nobody else waits for the disk.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    folder: PathBuf,
    news: mpsc::Sender<News>,
    tasks: Handle,
}

impl Shelf {
    /// Answers to `news`. To be made where tasks can be started.
    pub(super) fn new(config: &Config, news: &mpsc::Sender<News>) -> Self {
        Self { folder: config.data.join(FOLDER), news: news.clone(), tasks: Handle::current() }
    }

    /// Reads this one, beside all that goes on. Each listener asks for one at a time.
    pub(super) fn fetch(&self, id: &str, ticket: u64) {
        let (path, news) =
            (RecordingName::new(id).map(|name| self.folder.join(name.file())), self.news.clone());
        drop(self.tasks.spawn_blocking(move || {
            let sound = path.and_then(|path| read(&path));
            // The thread may have ended meanwhile.
            let _ = news.blocking_send(News::Mail(Mail::Fetched(ticket, sound)));
        }));
    }
}

/// The recording as it is played.
fn read(path: &Path) -> Option<Sound> {
    let mut file = Vec::new();
    let whole = File::open(path).and_then(|wave| wave.take(MOST).read_to_end(&mut file));
    match whole.map(|_| clip::read(&file)) {
        Ok(Ok(samples)) => return Some(Sound::Clip { samples, repeat: Repeat::Once }),
        Ok(Err(why)) => warn!(%why, "a message cannot be played"),
        Err(why) => warn!(%why, "a message cannot be read"),
    }
    None
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::config::load;
    use media::recording::{Recording, Sides};

    fn config(data: &Path) -> Config {
        let own = load(&data.join("gatehouse.toml"), false).unwrap();
        Config { data: data.to_owned(), ..own }
    }

    #[test]
    fn messages_lie_where_nobody_else_can_read_them() {
        let data = tempfile::tempdir().unwrap();
        let config = config(data.path());
        assert!(mailboxes(&config).is_some());
        let mode = std::fs::metadata(data.path().join("messages")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert_eq!(folder(&config), Some(data.path().join("messages")), "also when it is there already");
    }

    fn wave() -> Vec<u8> {
        let mut wave = Vec::new();
        let mut recording = Recording::begin(std::io::Cursor::new(&mut wave), Sides::Peer).unwrap();
        recording.write(&[[9; 160]; 2]).unwrap();
        recording.end().unwrap();
        wave
    }

    #[tokio::test]
    async fn a_message_is_read_beside_all_that_goes_on_and_nothing_else_is() {
        let data = tempfile::tempdir().unwrap();
        let config = config(data.path());
        let folder = folder(&config).unwrap();
        std::fs::write(folder.join("one.wav"), wave()).unwrap();
        std::fs::write(folder.join("two.wav"), "no sound").unwrap();
        std::fs::write(data.path().join("three.wav"), wave()).unwrap();
        let (news, mut told) = mpsc::channel(4);
        let shelf = Shelf::new(&config, &news);
        let one = Sound::Clip { samples: [9; 160].into(), repeat: Repeat::Once };
        for (ticket, id, expected) in
            [(1, "one", Some(one)), (2, "two", None), (3, "../three", None), (4, "four", None)]
        {
            shelf.fetch(id, ticket);
            let said = told.recv().await;
            assert!(
                matches!(said, Some(News::Mail(Mail::Fetched(of, sound))) if of == ticket && sound == expected),
                "{id}"
            );
        }
    }

    #[test]
    fn without_a_place_or_where_they_are_not_wanted_no_mailbox_answers() {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join("messages"), "a file").unwrap();
        let mut config = config(data.path());
        assert_eq!(mailboxes(&config), None);
        std::fs::remove_file(data.path().join("messages")).unwrap();
        config.mailboxes.enabled = false;
        assert_eq!(mailboxes(&config), None);
        assert!(!data.path().join("messages").exists());
    }
}
