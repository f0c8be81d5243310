//! From files on a disk to everything the daemon needs at start, whatever state the files are in.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use account::{Binding, Secret, VoiceMessage};
use mirror::{Document, Entry};
use rusqlite::{Connection, OptionalExtension};

use crate::database::{DATABASE, GOOD_COPY, check, connect, connect_to_read};
use crate::migrate::{STEPS, migrate, version};
use crate::recover::{Recovered, recover};
use crate::seal::{KEY_FILE, Place, Seal};
use crate::{Session, StoreFault, copy, rows};

/// The check at start takes no longer: phones wait.
const CHECK: Duration = Duration::from_secs(2);
const KEY_CHECK: Place<'static> = Place { table: "key_check", row: ["1", ""] };

/// What the disk knew.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Bindings that still hold, with the time they have left.
    pub bindings: Vec<Binding>,
    /// The mirrored account.
    pub documents: Vec<Document>,
    /// What the mirror remembered about them.
    pub mirror_meta: Option<serde_json::Value>,
    /// Changes on their way to the cloud, and some that have arrived.
    pub journal: Vec<Entry>,
    /// Plain settings.
    pub settings: BTreeMap<String, String>,
    /// Settings that nobody may read from the disk.
    pub secret_settings: BTreeMap<String, Secret>,
    /// Calls that were up, by name.
    pub calls: Vec<(String, Secret)>,
    /// What lies in the mailboxes.
    pub messages: Vec<VoiceMessage>,
    /// Signed-in browsers, however old.
    pub sessions: Vec<Session>,
    /// Rows that this version cannot understand or open; they stay where they are.
    pub unreadable: usize,
    /// Set when the database was found broken.
    pub recovered: Option<Recovered>,
}

/// Why there is no store. Each message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenFailed {
    /// The data directory cannot be made or used.
    #[error("{}: {cause}; the data directory must exist and belong to the user gatehouse runs as", path.display())]
    Directory {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Another gatehouse works here.
    #[error("{}: another gatehouse uses this data directory; stop it or choose another with --data", dir.display())]
    InUse {
        /// The data directory.
        dir: PathBuf,
    },
    /// A later version wrote the database.
    #[error("{}: written by a newer gatehouse (format {found}, this one knows {known}); install that version again", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: usize,
        /// Ours.
        known: usize,
    },
    /// An earlier version wrote the database and this command must not change its format.
    #[error("{}: written by an older gatehouse; start this one once, which brings it up to date", path.display())]
    Older {
        /// The database.
        path: PathBuf,
    },
    /// The key is gone, but the database holds secrets sealed with it.
    #[error("{}: the key to the stored passwords is missing; put it back from a backup, or move gatehouse.db and gatehouse.db.good away to start empty", path.display())]
    KeyMissing {
        /// Where the key belongs.
        path: PathBuf,
    },
    /// The key does not fit the database.
    #[error("{}: this key does not open the stored passwords; put back the one that belongs to this gatehouse.db, or move gatehouse.db and gatehouse.db.good away to start empty", path.display())]
    KeyWrong {
        /// The key's file.
        path: PathBuf,
    },
    /// The database cannot be used for another reason.
    #[error("{}: {fault}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What is wrong.
        fault: StoreFault,
    },
}

/// An open data directory, ours alone as long as `lock` lives.
pub(crate) struct Opened {
    /// Why not, where the database cannot be opened now and the good copy was read in its place.
    pub(crate) db: Result<Connection, StoreFault>,
    pub(crate) seal: Seal,
    pub(crate) lock: File,
    pub(crate) loaded: Loaded,
}

pub(crate) fn open(dir: &Path, now: SystemTime) -> Result<Opened, OpenFailed> {
    let lock = claim(dir)?;
    let (db, seal, loaded) = match open_database(dir, now) {
        Err(OpenFailed::Database { fault: StoreFault::Damaged, .. }) => {
            let recovered = recover(dir, now).map_err(|cause| directory(&dir.join(DATABASE), cause))?;
            let (db, seal, loaded) = open_database(dir, now)?;
            (Ok(db), seal, Loaded { recovered: Some(recovered), ..loaded })
        }
        Err(OpenFailed::Database { path, fault }) => {
            let failed = OpenFailed::Database { path, fault };
            let (seal, loaded) = read_copy(dir, now).ok_or(failed)?;
            (Err(fault), seal, loaded)
        }
        other => other.map(|(db, seal, loaded)| (Ok(db), seal, loaded))?,
    };
    Ok(Opened { db, seal, lock, loaded })
}

/// What the good copy knows. Phones and lines cannot wait until somebody lets go of the database.
fn read_copy(dir: &Path, now: SystemTime) -> Option<(Seal, Loaded)> {
    let copy = connect_to_read(&dir.join(GOOD_COPY)).ok()?;
    check(&copy, CHECK).ok()?;
    version(&copy).ok().filter(|found| *found == STEPS.len())?;
    let seal = unlock(&copy, dir).ok()?;
    let loaded = rows::load(&copy, &seal, now).ok()?;
    Some((seal, loaded))
}

/// Opens a database that could not be opened at the start, or has failed since.
pub(crate) fn reopen(path: &Path) -> Result<Connection, StoreFault> {
    let mut db = connect(path)?;
    if version(&db)? > STEPS.len() {
        return Err(StoreFault::Ours(0));
    }
    migrate(&mut db, STEPS)?;
    Ok(db)
}

/// Makes the directory and locks it against a second daemon.
fn claim(dir: &Path) -> Result<File, OpenFailed> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|cause| directory(dir, cause))?;
    let path = dir.join("lock");
    let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let lock = lock.map_err(|cause| directory(&path, cause))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenFailed::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(cause)) => Err(directory(&path, cause)),
    }
}

fn open_database(dir: &Path, now: SystemTime) -> Result<(Connection, Seal, Loaded), OpenFailed> {
    let path = dir.join(DATABASE);
    let failed = |fault: StoreFault| OpenFailed::Database { path: path.clone(), fault };
    let mut db = connect(&path).map_err(|error| failed(error.into()))?;
    check(&db, CHECK).map_err(failed)?;
    let found = version(&db).map_err(|error| failed(error.into()))?;
    if found > STEPS.len() {
        return Err(OpenFailed::Newer { path, found, known: STEPS.len() });
    }
    if found == 0 && dir.join(GOOD_COPY).exists() {
        // Emptied or gone: a new box has no good copy.
        return Err(failed(StoreFault::Damaged));
    }
    if (1..STEPS.len()).contains(&found) {
        copy::make(&db, dir).map_err(failed)?;
    }
    migrate(&mut db, STEPS).map_err(|error| failed(error.into()))?;
    let seal = unlock(&db, dir)?;
    let loaded = rows::load(&db, &seal, now).map_err(|error| failed(error.into()))?;
    Ok((db, seal, loaded))
}

/// Finds the key that fits; a database that has never sealed anything gets a new one.
pub(crate) fn unlock(db: &Connection, dir: &Path) -> Result<Seal, OpenFailed> {
    let path = dir.join(KEY_FILE);
    let failed = |fault: StoreFault| OpenFailed::Database { path: dir.join(DATABASE), fault };
    let proof = db.query_row("SELECT sealed FROM key_check", [], |row| row.get::<_, Vec<u8>>(0)).optional();
    let seal = Seal::read(dir).map_err(|cause| {
        let no_key = cause.kind() == std::io::ErrorKind::InvalidData;
        if no_key { OpenFailed::KeyWrong { path: path.clone() } } else { directory(&path, cause) }
    })?;
    match (proof.map_err(|error| failed(error.into()))?, seal) {
        (Some(proof), Some(seal)) if seal.open(KEY_CHECK, &proof).is_ok() => Ok(seal),
        (Some(_), Some(_)) => Err(OpenFailed::KeyWrong { path }),
        (Some(_), None) => Err(OpenFailed::KeyMissing { path }),
        (None, found) => {
            let create = || Seal::create(dir).map_err(|cause| directory(&path, cause));
            let seal = found.map_or_else(create, Ok)?;
            let proof = seal.close(KEY_CHECK, b"gatehouse").map_err(failed)?;
            let written = db.execute("INSERT INTO key_check (id, sealed) VALUES (1, ?1)", [proof]);
            written.map(|_| seal).map_err(|error| failed(error.into()))
        }
    }
}

fn directory(path: &Path, cause: std::io::Error) -> OpenFailed {
    OpenFailed::Directory { path: path.to_owned(), cause }
}
