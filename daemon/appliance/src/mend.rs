//! The data partition before anybody uses it: mended when it is damaged, made anew when nothing else helps, and never silently.
//!
//! ```text
//!   e2fsck -p ── sound ──────────────────────────────────────────────> used
//!      └ damaged ─> e2fsck -y, by the first superblock, the second ──> used, and what is missing is said
//!                      └ beyond repair ─> mkfs ──────────────────────> used, and all that is lost is said
//! ```
//!
//! Only what the checker itself calls damaged is made anew: a disk that cannot be read, or a checker that could not run, destroys
//! nothing.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::place::Place;
use crate::report::{read, report};

/// What is tried after the quick look, the gentlest first. The second superblock stands there in blocks of 4 KiB
/// (`mke2fs(8)`, `sparse_super`), for a first one that can be read and is wrong.
const LADDER: [&[&str]; 2] = [&["-f", "-y"], &["-f", "-y", "-b", "32768", "-B", "4096"]];
/// Where the superblock begins, in bytes (Linux `Documentation/filesystems/ext4`, "The Super Block").
const SUPERBLOCK: u64 = 1024;
/// Its magic number, and where it stands in it.
const MAGIC: ([u8; 2], usize) = ([0x53, 0xef], 0x38);
/// Where it says when it was last written, in seconds since 1970.
const WRITTEN: usize = 0x30;
/// How deep a lost folder may lie below `lost+found`.
const DEPTH: usize = 2;
/// Folders looked at there; a disk with more holds nothing that could be told apart.
const MOST: usize = 1000;

/// How long it is told, in seconds.
const TOLD: u64 = 30 * 86_400;

/// What became of a damaged data partition.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct Damage {
    /// When it was found, in seconds since 1970.
    pub at: u64,
    /// When the partition was last written before, in seconds since 1970; 0 when nobody can say.
    pub written: u64,
    /// Nothing is left: it was made anew.
    pub anew: bool,
    /// The telephone system finds nothing of its own any more, and begins from scratch.
    pub empty: bool,
    /// Pieces nobody knows the place of.
    pub pieces: u64,
}

/// What the checker says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Verdict {
    Sound,
    Damaged,
    /// It found nothing to work on, or could not go on.
    Failed,
    /// It could not look.
    Unknown,
}

/// Looks at the data partition and makes it fit for use. What it did is kept for [`settle`].
pub(crate) fn mend(place: &Place) -> ExitCode {
    let device = place.data_partition();
    let Ok(written) = last_written(&device) else {
        place.say("gatehouse: the data partition cannot be read; the disk is broken");
        return ExitCode::FAILURE;
    };
    let mut verdict = check(place, &device, &["-p"]);
    if verdict == Verdict::Sound {
        return ExitCode::SUCCESS;
    }
    place.say("gatehouse: the data partition is damaged; mending it");
    let mut damage = Damage { at: now(), written, ..Damage::default() };
    for rung in LADDER {
        if matches!(verdict, Verdict::Damaged | Verdict::Failed) {
            verdict = check(place, &device, rung);
        }
    }
    if verdict == Verdict::Failed {
        // With a superblock that can be read there is something to lose: the checker itself may be at fault, for want of memory.
        verdict = if written == 0 { Verdict::Damaged } else { Verdict::Unknown };
    }
    if verdict == Verdict::Damaged {
        place.say("gatehouse: the data partition is beyond repair; making it anew");
        damage.anew = true;
        verdict = make_anew(place, &device);
    }
    if verdict == Verdict::Sound && keep(place, damage).is_ok() {
        let end = if damage.anew { "was made anew" } else { "is mended" };
        place.say(&format!("gatehouse: the data partition {end}"));
        return ExitCode::SUCCESS;
    }
    place.say("gatehouse: the data partition could not be mended");
    ExitCode::FAILURE
}

/// `e2fsck(8)`: 1 and 2 mean set right, 4 left as it is, 8 that it found nothing to work on or failed. Everything else says nothing about the disk.
fn check(place: &Place, device: &Path, how: &[&str]) -> Verdict {
    let done = place.system_command("e2fsck", how).arg(device).status();
    match done.ok().and_then(|status| status.code()) {
        Some(0..=3) => Verdict::Sound,
        Some(4..=7) => Verdict::Damaged,
        Some(8..=15) => Verdict::Failed,
        _ => Verdict::Unknown,
    }
}

fn make_anew(place: &Place, device: &Path) -> Verdict {
    let how = ["-q", "-F", "-t", "ext4", "-b", "4096", "-L", "gatehouse-data"];
    let made = place.system_command("mke2fs", how).arg(device).status();
    if made.is_ok_and(|status| status.success()) { Verdict::Sound } else { Verdict::Unknown }
}

/// When it was last written; 0 when there is no superblock that says so.
fn last_written(device: &Path) -> std::io::Result<u64> {
    let mut file = File::open(device)?;
    let mut block = [0; 1024];
    file.seek(SeekFrom::Start(SUPERBLOCK))?;
    file.read_exact(&mut block)?;
    let (magic, at) = MAGIC;
    let known = block.get(at..at + 2) == Some(&magic);
    let written = block.get(WRITTEN..WRITTEN + 4).and_then(|bytes| bytes.try_into().ok());
    Ok(written.filter(|_| known).map_or(0, |bytes| u64::from(u32::from_le_bytes(bytes))))
}

fn keep(place: &Place, damage: Damage) -> std::io::Result<()> {
    fs::create_dir_all(place.for_now())?;
    fs::write(note(place), serde_json::to_vec(&damage)?)
}

fn note(place: &Place) -> PathBuf {
    place.for_now().join("damage")
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Once the partition is mounted: what lies under `lost+found` goes back to its place, and what is missing is written down.
pub(crate) fn settle(place: &Place) {
    let kept = fs::read(note(place)).ok().and_then(|text| serde_json::from_slice::<Damage>(&text).ok());
    let other = is_another(place).then(|| Damage { at: now(), anew: true, ..Damage::default() });
    let Some(mut damage) = kept.or(other) else { return };
    let lost = place.at("var/lost+found");
    for (mark, home) in [("gatehouse.db", "var/lib/private/gatehouse"), ("report.json", "var/lib/appliance")]
    {
        put_back(&lost, mark, &place.at(home));
    }
    damage.pieces = fs::read_dir(&lost).map_or(0, |pieces| pieces.count() as u64);
    damage.empty = !place.at("var/lib/private/gatehouse/gatehouse.db").exists();
    report(place, |report| {
        report.damage = Some(damage);
        report.tell(&damage.sentence());
    });
    let _ = fs::remove_file(note(place));
}

/// What somebody should still hear of.
pub(crate) fn lately(place: &Place) -> Option<Damage> {
    read(place).damage.filter(|damage| damage.at.saturating_add(TOLD) > now())
}

/// Whether the data partition is not the one of the last start: without an entry in the partition table the old one was not found, and
/// systemd-repart made a new one.
fn is_another(place: &Place) -> bool {
    let Some(id) = id(place) else { return false };
    let known = fs::read_to_string(known(place)).unwrap_or_default();
    if known == id {
        return false;
    }
    let _ = crate::place::keep(&self::known(place), id.as_bytes());
    !known.is_empty()
}

/// The next data partition is another one because somebody wants it so.
pub(crate) fn will_be_another(place: &Place) {
    let _ = fs::remove_file(known(place));
}

/// The id of the data partition in the partition table.
fn id(place: &Place) -> Option<String> {
    let device = fs::canonicalize(place.data_partition()).ok()?;
    let links = fs::read_dir(place.at("dev/disk/by-partuuid")).ok()?.filter_map(Result::ok);
    let mut ours = links.filter(|link| fs::canonicalize(link.path()).is_ok_and(|path| path == device));
    ours.next()?.file_name().into_string().ok()
}

/// Beside the boot loader: it outlives the data partition.
fn known(place: &Place) -> PathBuf {
    place.at("efi/EFI/data.id")
}

/// A folder that lost its name is known by a file in it.
fn put_back(lost: &Path, mark: &str, home: &Path) {
    if home.join(mark).exists() {
        return;
    }
    let mut left = MOST;
    let Some(found) = folder_with(lost, mark, DEPTH, &mut left) else { return };
    let parent = home.parent().unwrap_or(home);
    let _ = fs::DirBuilder::new().recursive(true).mode(0o700).create(parent);
    // What was begun there in the meantime is empty; where it is not, the system refuses.
    for folder in fs::read_dir(home).into_iter().flatten().flatten() {
        let _ = fs::remove_dir(folder.path());
    }
    let _ = fs::rename(found, home);
}

fn folder_with(folder: &Path, mark: &str, depth: usize, left: &mut usize) -> Option<PathBuf> {
    let inside: Vec<PathBuf> =
        fs::read_dir(folder).ok()?.filter_map(|one| Some(one.ok()?.path())).take(*left).collect();
    let folders: Vec<PathBuf> = inside
        .into_iter()
        .filter(|path| fs::symlink_metadata(path).is_ok_and(|about| about.is_dir()))
        .collect();
    *left = left.saturating_sub(folders.len());
    let here = folders.iter().find(|path| path.join(mark).is_file()).cloned();
    here.or_else(|| {
        let deeper = depth.checked_sub(1)?;
        folders.iter().find_map(|path| folder_with(path, mark, deeper, left))
    })
}

impl Damage {
    /// What an installer should know of it.
    pub(crate) fn sentence(self) -> String {
        let day = |seconds| httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        let found = day(self.at);
        let last = match self.written {
            0 => String::new(),
            written => format!(", last written {}", day(written)),
        };
        match (self.anew, self.empty) {
            (true, _) => format!(
                "the data partition was beyond repair on {found}{last}; it was made anew: account, settings, calls and accounts of the \
                 page are lost; restore a backup, or link the account again"
            ),
            (false, true) => format!(
                "the data partition was damaged on {found}{last}; it is mended, but account, settings, calls and accounts of the page \
                 were not found on it; restore a backup, or link the account again"
            ),
            (false, false) => format!(
                "the data partition was damaged on {found}{last}; it is mended, and the data are there ({} pieces nobody knows the \
                 place of)",
                self.pieces
            ),
        }
    }
}

#[cfg(test)]
mod tests;
