//! A broken database is never thrown away: it steps aside, and the last good copy takes its place.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::database::{DATABASE, GOOD_COPY, check, connect_to_read, file_set};

/// A copy whose check takes longer is taken as sound.
const CHECK: Duration = Duration::from_secs(2);

/// The database was broken, and this is what became of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recovered {
    /// Where the broken one lies now, for those who want to look into it.
    pub aside: PathBuf,
    /// What serves instead.
    pub restored: Restored,
}

/// What took the place of a broken database.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Restored {
    /// The last good copy; what happened since it was made is missing.
    GoodCopy {
        /// How old the copy is.
        age: Duration,
    },
    /// There was no sound copy: everything starts empty, the account comes back with the next mirror.
    Empty,
}

/// Moves the broken files aside and puts the good copy in their place.
pub(crate) fn recover(dir: &Path, now: SystemTime) -> std::io::Result<Recovered> {
    let database = dir.join(DATABASE);
    let aside = free_name(dir, now);
    for (from, to) in file_set(&database).iter().zip(file_set(&aside)) {
        match std::fs::rename(from, to) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let restored = restore(dir, &database, now)?;
    File::open(dir)?.sync_all()?;
    Ok(Recovered { aside, restored })
}

/// Copies rather than moves: should this attempt be cut short, the good copy is still there.
fn restore(dir: &Path, database: &Path, now: SystemTime) -> std::io::Result<Restored> {
    let good = dir.join(GOOD_COPY);
    if !good.exists() {
        return Ok(Restored::Empty);
    }
    if !sound(&good) {
        std::fs::rename(&good, dir.join("gatehouse.db.good.broken"))?;
        return Ok(Restored::Empty);
    }
    let made = std::fs::metadata(&good)?.modified()?;
    let draft = dir.join("gatehouse.db.restoring");
    std::fs::copy(&good, &draft)?;
    File::open(&draft)?.sync_all()?;
    std::fs::rename(&draft, database)?;
    Ok(Restored::GoodCopy { age: now.duration_since(made).unwrap_or_default() })
}

fn sound(good: &Path) -> bool {
    let Ok(db) = connect_to_read(good) else { return false };
    check(&db, CHECK).is_ok() && crate::migrate::version(&db).is_ok_and(|version| version > 0)
}

/// `gatehouse.db.broken-20260131T235959Z`, numbered when there already is one.
fn free_name(dir: &Path, now: SystemTime) -> PathBuf {
    let stamp = utc(now);
    let name = |n: u32| if n == 0 { String::new() } else { format!("-{n}") };
    let paths = (0..).map(|n| dir.join(format!("{DATABASE}.broken-{stamp}{}", name(n))));
    let mut free = paths.filter(|path| !path.exists());
    free.next().unwrap_or_else(|| dir.join(format!("{DATABASE}.broken")))
}

/// The UTC time as `20260131T235959Z` (civil-from-days after Howard Hinnant).
fn utc(now: SystemTime) -> String {
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::utc;
    use std::time::{Duration, SystemTime};

    #[test]
    fn the_name_says_when() {
        let at = |seconds| utc(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "19700101T000000Z");
        assert_eq!(at(951_827_696), "20000229T123456Z");
        assert_eq!(at(1_767_225_599), "20251231T235959Z");
    }
}
