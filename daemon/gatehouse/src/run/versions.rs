//! The flashed box around the daemon: it takes new versions, and the wish to forget everything, out of a folder, and writes a report.
//!
//! ```text
//!   page, API, command line ──> box/page.update ──┬─> appliance update ──> ../appliance/report.json ──> page
//!   feed ─────────────────────> box/feed.update ──┘
//! ```

mod feed;

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::Timestamp;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use web::view::Sentence;
use web::{FeedAsk, Pieces, Starts, Versions};

use super::night::next_night;
use crate::config::Config;
use feed::{Asking, Keeper};

/// No update of ours is larger; in bytes.
const LARGEST: u64 = release::LARGEST;
/// Where the flashed box looks, beside the data.
const INBOX: &str = "box";
/// Whoever sends nothing for so long has given up.
const SILENCE: Duration = Duration::from_secs(30);
/// A longer report was not written by the box; in bytes.
pub(super) const LONGEST_REPORT: u64 = 64 * 1024;
const NOT_FLASHED: &str =
    "this is not the flashed box: a new version comes the way this one came, as a package or a program";

/// What lies between the daemon and the programs around it.
#[derive(Debug)]
pub(crate) struct Versionary {
    /// What the daemon gives.
    inbox: PathBuf,
    data: PathBuf,
    /// One file at a time.
    taking: Mutex<()>,
    feed: Option<Asking>,
}

impl Versionary {
    /// Of the box whose data are there.
    fn new(data: &Path, feed: Option<Asking>) -> Self {
        Self { inbox: data.join(INBOX), data: data.to_owned(), taking: Mutex::new(()), feed }
    }

    /// The same, and the task that looks for new versions, where a feed is named.
    pub(super) fn start(config: &Config) -> (Self, Option<JoinHandle<()>>) {
        let (keeper, asking) = Keeper::new(config).unzip();
        (Self::new(&config.data, asking), keeper.map(|keeper| tokio::spawn(keeper.keep())))
    }

    /// `None` where nobody around the daemon would install anything.
    pub(super) async fn shown(&self) -> Result<Option<Versions>, String> {
        let read = read(&self.data).await?;
        Ok(read.map(|versions| Versions { feed: self.feed.as_ref().map(Asking::shown), ..versions }))
    }

    /// Looks for a new version, or fetches the one that is there.
    pub(super) async fn ask(&self, ask: FeedAsk) -> Result<(), Sentence> {
        let none = || {
            Sentence::new(
                "Es ist keine Liste neuer Versionen eingetragen ([updates] feed).",
                "No list of new versions is named ([updates] feed).",
            )
        };
        self.feed.as_ref().ok_or_else(none)?.ask(ask).await
    }

    /// Takes a new version in. Whether it is one of ours, and for this box, is for the program to say that installs it.
    pub(super) async fn take(&self, pieces: Pieces<'_>, starts: Starts) -> Result<(), String> {
        self.is_flashed().await?;
        let Ok(_one) = self.taking.try_lock() else {
            return Err("another version is being taken in".to_owned());
        };
        let part = self.inbox.join("page.part");
        let taken = self.write(&part, pieces).await;
        if taken.is_err() {
            let _ = fs::remove_file(&part).await;
        }
        taken?;
        fs::rename(&part, self.inbox.join(file_name("page", starts))).await.map_err(|fault| fault.to_string())
    }

    async fn write(&self, part: &Path, mut pieces: Pieces<'_>) -> Result<(), String> {
        let disk = |fault: std::io::Error| format!("the disk does not take it: {fault}");
        fs::create_dir_all(&self.inbox).await.map_err(disk)?;
        let mut file = File::create(part).await.map_err(disk)?;
        let mut size = 0;
        loop {
            let piece = timeout(SILENCE, pieces.next()).await;
            let piece = piece.map_err(|_| "nothing came for half a minute; send it again".to_owned())?;
            let Some(piece) = piece.transpose()? else { break };
            size += piece.len() as u64;
            if size > LARGEST {
                return Err(format!("no update is larger than {} MiB", LARGEST >> 20));
            }
            file.write_all(&piece).await.map_err(disk)?;
        }
        if size == 0 {
            return Err("nothing was sent; choose the file".to_owned());
        }
        file.sync_all().await.map_err(disk)
    }

    /// Wants the box to begin anew, without account, settings and calls.
    pub(super) async fn forget(&self) -> Result<(), String> {
        self.is_flashed().await?;
        let wished = async {
            fs::create_dir_all(&self.inbox).await?;
            fs::write(self.inbox.join("factory-reset"), "").await
        };
        wished.await.map_err(|fault| fault.to_string())
    }

    async fn is_flashed(&self) -> Result<(), String> {
        self.shown().await?.map(drop).ok_or_else(|| NOT_FLASHED.to_owned())
    }
}

/// Where the programs around the daemon leave their report.
pub(super) fn report_beside(data: &Path) -> PathBuf {
    data.parent().unwrap_or(data).join("appliance/report.json")
}

/// What the flashed box says; `None` where there is none.
async fn read(data: &Path) -> Result<Option<Versions>, String> {
    let report = report_beside(data);
    match fs::metadata(&report).await {
        Ok(about) if about.len() <= LONGEST_REPORT => {}
        Ok(_) => return Err("the box's report is too long".to_owned()),
        Err(_) => return Ok(None),
    }
    let text = fs::read(&report).await.map_err(|fault| fault.to_string())?;
    let read = serde_json::from_slice(&text);
    read.map(Some).map_err(|fault| format!("the box's report cannot be read: {fault}"))
}

/// What a version is called that came this way; one that may start at night only says from when on.
fn file_name(way: &str, starts: Starts) -> String {
    let night = Some(Timestamp::now()).filter(|_| starts == Starts::Night).and_then(next_night);
    night.map_or_else(|| format!("{way}.update"), |at| format!("{way}.after-{at}.update"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use futures_util::stream;
    use tempfile::TempDir;
    use web::{Pieces, Starts};

    use super::Versionary;

    fn house() -> (TempDir, Versionary) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("gatehouse")).unwrap();
        let versionary = Versionary::new(&folder.path().join("gatehouse"), None);
        (folder, versionary)
    }

    fn flashed() -> (TempDir, Versionary) {
        let (folder, versionary) = house();
        fs::create_dir(folder.path().join("appliance")).unwrap();
        let report = r#"{"running":"0.1.0","told":[{"at":5,"said":"well"}],"later":true}"#;
        fs::write(folder.path().join("appliance/report.json"), report).unwrap();
        (folder, versionary)
    }

    fn sent(pieces: impl IntoIterator<Item = Result<&'static str, &'static str>>) -> Pieces<'static> {
        let pieces: Vec<_> = pieces.into_iter().collect();
        let piece = |piece: Result<&'static str, &'static str>| piece.map(Into::into).map_err(Into::into);
        Box::pin(stream::iter(pieces.into_iter().map(piece)))
    }

    #[tokio::test]
    async fn a_version_lies_there_whole_for_the_one_who_installs_it() {
        let (folder, versionary) = flashed();
        versionary.take(sent([Ok("GATE"), Ok("HOUSE")]), Starts::Quiet).await.unwrap();
        let inbox = folder.path().join("gatehouse/box");
        assert_eq!(fs::read_to_string(inbox.join("page.update")).unwrap(), "GATEHOUSE");
        let shown = versionary.shown().await.unwrap().unwrap();
        assert_eq!((shown.running.as_str(), shown.told[0].said.as_str()), ("0.1.0", "well"));
    }

    #[tokio::test]
    async fn a_version_for_the_night_says_from_when_on_it_may_start() {
        let (folder, versionary) = flashed();
        versionary.take(sent([Ok("GATE")]), Starts::Night).await.unwrap();
        let names = fs::read_dir(folder.path().join("gatehouse/box")).unwrap();
        let names: Vec<_> = names.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        let at = names[0].strip_prefix("page.after-").and_then(|rest| rest.strip_suffix(".update"));
        assert!(at.is_some_and(|at| at.parse::<i64>().is_ok()), "{names:?}");
    }

    #[tokio::test]
    async fn cut_off_or_empty_nothing_lies_there() {
        let (folder, versionary) = flashed();
        let cut = versionary.take(sent([Ok("GATE"), Err("the browser went away")]), Starts::Quiet).await;
        assert_eq!(cut, Err("the browser went away".to_owned()));
        assert!(versionary.take(sent([]), Starts::Quiet).await.unwrap_err().contains("choose the file"));
        assert_eq!(fs::read_dir(folder.path().join("gatehouse/box")).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_program_on_another_system_says_that_it_is_updated_otherwise() {
        let (_folder, versionary) = house();
        assert_eq!(versionary.shown().await, Ok(None));
        for refused in [versionary.take(sent([Ok("x")]), Starts::Night).await, versionary.forget().await] {
            assert!(refused.unwrap_err().contains("not the flashed box"));
        }
    }
}
