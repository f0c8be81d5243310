//! The folders with recordings and greetings, and how rows and files come together again after a crash.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use account::{CallParty, Snapshot, VoiceMessage, VoicemailId};
use media::clip::{self, ClipRefused};
use media::recording::RecordingName;

use super::wave::{RATE, Wave};

/// Where recordings lie, below the data folder.
const MESSAGES: &str = "messages";
/// The same while the account is forgotten.
const GOING: &str = "messages.gone";
/// Where greetings lie.
const GREETINGS: &str = "greetings";
/// The file that says whose recordings these are.
const ACCOUNT: &str = "account";
/// A recording without a word about it that is shorter was nobody's message, seconds.
const LEAST: u32 = 2;
/// Longest greeting, seconds.
const LONGEST: usize = 60;

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    data: PathBuf,
}

/// What was found at the start.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Messages with recordings, and how large those are.
    pub messages: Vec<(VoiceMessage, u64)>,
    /// Of these, those about which nothing was written down.
    pub again: Vec<VoiceMessage>,
    /// Messages without recordings.
    pub lost: Vec<String>,
    /// Recordings of which nobody can tell whose mailbox they were for.
    pub nobodys: usize,
}

/// Why a file does not become a greeting.
#[derive(Debug, thiserror::Error)]
pub(super) enum GreetingRefused {
    #[error(transparent)]
    Clip(#[from] ClipRefused),
    #[error("longer than a minute")]
    TooLong,
    #[error(transparent)]
    Disk(#[from] io::Error),
}

impl Folder {
    pub(super) fn new(data: &Path) -> Self {
        Self { data: data.to_owned() }
    }

    /// Brings rows and files of this account together. What was written after `started` may still be being written.
    pub(super) fn tidied(
        &self,
        rows: Vec<VoiceMessage>,
        house: &Snapshot,
        started: SystemTime,
    ) -> io::Result<Found> {
        let folder = self.data.join(MESSAGES);
        self.forget()?;
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        self.belongs_to(&house.identity.master_sip_id)?;
        let mut rows: BTreeMap<String, VoiceMessage> =
            rows.into_iter().map(|message| (message.id.clone(), message)).collect();
        let mut found = Found::default();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let Some(id) = id_of(&path) else {
                self.swept(&path);
                continue;
            };
            let Some((wave, at)) = opened(&path) else { continue };
            if let Some(message) = rows.remove(&id) {
                found.messages.push((message, wave.bytes));
            } else if at < started {
                self.nobody_knows(&id, &wave, at, house, &mut found);
            }
        }
        found.lost = rows.into_keys().collect();
        Ok(found)
    }

    /// A recording without a row: a message again, if that is what it was.
    fn nobody_knows(&self, id: &str, wave: &Wave, at: SystemTime, house: &Snapshot, found: &mut Found) {
        if wave.seconds() < LEAST {
            self.remove(id);
            return;
        }
        let Some(mailbox) = mailbox_of(id, house) else {
            found.nobodys += 1;
            return;
        };
        let length = Duration::from_secs(u64::from(wave.moments)) / RATE;
        let left = at.checked_sub(length).unwrap_or(at);
        let caller = CallParty::default();
        let message = VoiceMessage { id: id.to_owned(), mailbox, caller, left, length, heard: false };
        found.messages.push((message.clone(), wave.bytes));
        found.again.push(message);
    }

    /// What lies here of another account is nobody's here.
    fn belongs_to(&self, account: &str) -> io::Result<()> {
        let (folder, path) = (self.data.join(MESSAGES), self.data.join(MESSAGES).join(ACCOUNT));
        match fs::read_to_string(&path) {
            Ok(of) if of == account => return Ok(()),
            Ok(_) => {
                fs::remove_dir_all(&folder)?;
                DirBuilder::new().mode(0o700).create(&folder)?;
            }
            Err(_) => {}
        }
        fs::write(path, account)
    }

    /// A deleted message that nobody can take back any more.
    fn swept(&self, path: &Path) {
        if path.extension().is_some_and(|end| end == "gone") {
            // What stays is swept the next time.
            let _ = fs::remove_file(path);
        }
    }

    pub(super) fn size(&self, id: &str) -> Option<u64> {
        fs::metadata(self.file(id, "wav")?).ok().map(|about| about.len())
    }

    pub(super) fn open(&self, id: &str) -> Option<Wave> {
        Wave::open(File::open(self.file(id, "wav")?).ok()?).ok().flatten()
    }

    /// Sets a recording aside, or takes it back.
    pub(super) fn set_aside(&self, id: &str, aside: bool) -> io::Result<()> {
        let (from, to) = if aside { ("wav", "gone") } else { ("gone", "wav") };
        let paths = self.file(id, from).zip(self.file(id, to));
        let (from, to) = paths.ok_or(io::ErrorKind::InvalidFilename)?;
        fs::rename(from, to)
    }

    /// Removes a recording, set aside or not.
    pub(super) fn remove(&self, id: &str) {
        // Where the disk refuses it is swept at the next start.
        ["wav", "gone"]
            .iter()
            .filter_map(|end| self.file(id, end))
            .for_each(|path| drop(fs::remove_file(path)));
    }

    /// Removes recordings that nobody knows and that are older than `keep`.
    pub(super) fn sweep(&self, known: &HashSet<String>, now: SystemTime, keep: Duration) {
        for entry in fs::read_dir(self.data.join(MESSAGES)).into_iter().flatten().flatten() {
            let (path, at) = (entry.path(), entry.metadata().and_then(|about| about.modified()));
            let old = at.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age >= keep));
            if let Some(id) = id_of(&path).filter(|id| old && !known.contains(id)) {
                self.remove(&id);
            }
        }
    }

    /// All recordings are out of sight, until [`Folder::forget`] or [`Folder::keep`].
    pub(super) fn going(&self) -> io::Result<()> {
        self.forget()?;
        absent_is_fine(fs::rename(self.data.join(MESSAGES), self.data.join(GOING)))
    }

    /// They are back.
    pub(super) fn keep(&self) -> io::Result<()> {
        absent_is_fine(fs::rename(self.data.join(GOING), self.data.join(MESSAGES)))
    }

    /// They are gone.
    pub(super) fn forget(&self) -> io::Result<()> {
        absent_is_fine(fs::remove_dir_all(self.data.join(GOING)))
    }

    /// So are all greetings.
    pub(super) fn forget_greetings(&self) -> io::Result<()> {
        absent_is_fine(fs::remove_dir_all(self.data.join(GREETINGS)))
    }

    /// What each mailbox says itself.
    pub(super) fn greetings(&self) -> HashMap<VoicemailId, Arc<[i16]>> {
        let all = fs::read_dir(self.data.join(GREETINGS)).into_iter().flatten().flatten();
        let read = |path: PathBuf| {
            let mailbox = id_of(&path)?.parse().ok()?;
            Some((mailbox, clip::read(&fs::read(&path).ok()?).ok()?))
        };
        all.filter_map(|entry| read(entry.path())).collect()
    }

    pub(super) fn open_greeting(&self, mailbox: &VoicemailId) -> Option<Wave> {
        let path = self.data.join(GREETINGS).join(format!("{mailbox}.wav"));
        Wave::open(File::open(path).ok()?).ok().flatten()
    }

    /// Reads a file as it came and keeps what is heard of it.
    pub(super) fn greet(&self, mailbox: &VoicemailId, file: &[u8]) -> Result<Arc<[i16]>, GreetingRefused> {
        let samples = clip::read(file)?;
        if samples.len() > LONGEST * 8_000 {
            return Err(GreetingRefused::TooLong);
        }
        let folder = self.data.join(GREETINGS);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let (path, half) = (folder.join(format!("{mailbox}.wav")), folder.join(format!("{mailbox}.half")));
        let mut options = fs::OpenOptions::new();
        let mut out = options.write(true).create(true).truncate(true).mode(0o600).open(&half)?;
        out.write_all(&web::wave_head(u32::try_from(samples.len()).unwrap_or(u32::MAX)))?;
        out.write_all(&samples.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<u8>>())?;
        out.sync_all()?;
        fs::rename(half, path)?;
        Ok(samples)
    }

    pub(super) fn ungreet(&self, mailbox: &VoicemailId) -> io::Result<()> {
        absent_is_fine(fs::remove_file(self.data.join(GREETINGS).join(format!("{mailbox}.wav"))))
    }

    fn file(&self, id: &str, end: &str) -> Option<PathBuf> {
        // A name without a way out of the folder.
        let name = RecordingName::new(id)?;
        Some(self.data.join(MESSAGES).join(name.file()).with_extension(end))
    }
}

/// Recordings are called `v0-...` after their mailbox; of others it is known where there is but one.
fn mailbox_of(id: &str, house: &Snapshot) -> Option<VoicemailId> {
    let all = house.mailboxes();
    let named = id.split_once('-').and_then(|(first, _)| first.parse().ok());
    let named = named.filter(|mailbox| all.contains_key(mailbox));
    let only = || all.keys().next().filter(|_| all.len() == 1).cloned();
    named.or_else(only)
}

/// The name of a recording.
fn id_of(path: &Path) -> Option<String> {
    let is_wave = path.extension().is_some_and(|end| end == "wav");
    let name = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| is_wave)?;
    RecordingName::new(name).map(|_| name.to_owned())
}

fn opened(path: &Path) -> Option<(Wave, SystemTime)> {
    let file = File::open(path).ok()?;
    let at = file.metadata().and_then(|about| about.modified()).ok()?;
    Some((Wave::open(file).ok().flatten()?, at))
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests;
