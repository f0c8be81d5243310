//! How the firmware of a Raspberry Pi comes to a new version and back. There is no boot loader that counts: `autoboot.txt` on the first
//! partition names the boot partition that is good, a restart with the word `tryboot` starts the other one once, and whatever goes wrong
//! there, the next start is the good one's again (Raspberry Pi documentation, `autoboot.txt`, "fail-safe OS updates"). So the box itself
//! counts how often it has tried.
//!
//! ```text
//!   GATEHOUSE      autoboot.txt, the drop zone
//!   boot-a, boot-b what the firmware starts: its own files, kernel, initrd, and the hash of the root in the slot of the same letter
//! ```

use std::fmt;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use release::Version;

/// What a restart is told, so that the firmware starts the other boot partition once.
pub const ONCE: &str = "0 tryboot";
/// A file of the firmware's is no longer; in bytes.
const LONGEST: usize = 512;

/// One of two places for a version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Slot {
    /// The first, where the image comes with its version.
    A,
    /// The second.
    B,
}

impl Slot {
    /// `a` or `b`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.trim() {
            "a" => Some(Self::A),
            "b" => Some(Self::B),
            _ => None,
        }
    }

    /// The one that does not run.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// Number of its boot partition; the first holds `autoboot.txt`.
    const fn partition(self) -> u8 {
        match self {
            Self::A => 2,
            Self::B => 3,
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::A => "a",
            Self::B => "b",
        })
    }
}

/// The slot that `autoboot.txt` calls good; `None` when it calls none so.
#[must_use]
pub fn good(autoboot: &str) -> Option<Slot> {
    let of_all = autoboot.split_once("[all]").map_or(autoboot, |(_, rest)| rest);
    let of_all = of_all.split('[').next().unwrap_or_default();
    let number = of_all.lines().find_map(|line| line.trim().strip_prefix("boot_partition="))?;
    [Slot::A, Slot::B].into_iter().find(|slot| number.trim() == slot.partition().to_string())
}

/// `autoboot.txt` with this slot as the good one. Every such text is of the same length.
#[must_use]
pub fn autoboot(good: Slot) -> String {
    let [this, other] = [good, good.other()].map(Slot::partition);
    format!("[all]\ntryboot_a_b=1\nboot_partition={this}\n[tryboot]\nboot_partition={other}\n")
}

/// From now on the firmware starts this slot. Written over what is there: as it is one sector and no longer than before, a power cut leaves
/// the old text or the new one, and the folder is not touched.
///
/// # Errors
/// The boot partition takes nothing.
pub fn keep_good(path: &Path, slot: Slot) -> std::io::Result<()> {
    let text = autoboot(slot);
    debug_assert!(text.len() <= LONGEST, "one sector");
    let mut file = File::options().write(true).create(true).truncate(false).open(path)?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)?;
    file.sync_all()
}

/// A version that is being tried, and how often it was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Trial {
    /// Which.
    pub version: Version,
    /// Tries left.
    pub left: u32,
    /// Tries made.
    pub done: u32,
}

impl Trial {
    /// The trial that is written down there, as a boot loader that counts would have it: `1.1.0+2-1`. `None` when there is none.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let (version, counter) = text.trim().split_once('+')?;
        let (left, done) = counter.split_once('-')?;
        Some(Self { version: version.parse().ok()?, left: left.parse().ok()?, done: done.parse().ok()? })
    }

    /// One try less; `None` when all were made.
    #[must_use]
    pub fn again(self) -> Option<Self> {
        let left = self.left.checked_sub(1)?;
        Some(Self { left, done: self.done.saturating_add(1), ..self })
    }

    /// Writes it down, whole or not at all.
    ///
    /// # Errors
    /// The disk takes nothing.
    pub fn keep(self, path: &Path) -> std::io::Result<()> {
        let beside = path.with_extension("new");
        let mut file = File::create(&beside)?;
        writeln!(file, "{}+{}-{}", self.version, self.left, self.done)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        settle(path)
    }

    /// There is none any more.
    ///
    /// # Errors
    /// The disk takes nothing.
    pub fn forget(path: &Path) -> std::io::Result<()> {
        match fs::remove_file(path) {
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(()),
            Err(fault) => Err(fault),
            Ok(()) => settle(path),
        }
    }
}

fn settle(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{LONGEST, Slot, Trial, autoboot, good, keep_good};

    #[test]
    fn the_firmware_is_told_which_is_good_and_which_to_try() {
        assert_eq!(
            autoboot(Slot::A),
            "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n"
        );
        for slot in [Slot::A, Slot::B] {
            assert_eq!(good(&autoboot(slot)), Some(slot));
            assert_eq!(good(&autoboot(slot).replace('\n', "\r\n")), Some(slot), "as Windows leaves it");
            assert!(autoboot(slot).len() == autoboot(slot.other()).len() && autoboot(slot).len() <= LONGEST);
        }
        for text in [
            "",
            "[tryboot]\nboot_partition=3\n",
            "[all]\nboot_partition=7\n",
            "[all]\n[tryboot]\nboot_partition=2",
        ] {
            assert_eq!(good(text), None, "{text:?}");
        }
    }

    #[test]
    fn another_slot_is_called_good_without_a_moment_in_which_none_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("autoboot.txt");
        fs::write(&path, autoboot(Slot::A)).unwrap();
        let before = fs::metadata(&path).map(|about| std::os::unix::fs::MetadataExt::ino(&about)).unwrap();
        keep_good(&path, Slot::B).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), autoboot(Slot::B));
        let after = fs::metadata(&path).map(|about| std::os::unix::fs::MetadataExt::ino(&about)).unwrap();
        assert_eq!(before, after, "the same file, so that no folder is written");
    }

    #[test]
    fn tries_are_counted_until_none_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trial");
        let mut trial = Trial { version: "1.1.0".parse().unwrap(), left: 2, done: 0 };
        for (left, done) in [(1, 1), (0, 2)] {
            trial = trial.again().unwrap();
            assert_eq!((trial.left, trial.done), (left, done));
            trial.keep(&path).unwrap();
            assert_eq!(Trial::read(&path), Some(trial));
        }
        assert_eq!(trial.again(), None);
        Trial::forget(&path).unwrap();
        Trial::forget(&path).unwrap();
        assert_eq!(Trial::read(&path), None);
    }
}
