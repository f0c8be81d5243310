//! What of a data folder travels to another box, and how it lies there until it counts.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::contents::{About, Name, Packing, Unpacking};
use crate::{Passphrase, RestoreRefused};

/// The database, which is never copied as it lies there.
pub const DATABASE: &str = "gatehouse.db";
/// The configuration, which lies elsewhere on the box that is backed up. Here lies one that a backup brought, and what belongs to it.
pub const SETTINGS: &str = "gatehouse.toml";
/// Where a restored state lies before it counts.
pub(crate) const RESTORE: &str = "restore";
/// Not complete yet.
pub(crate) const HALF: &str = "half";
/// It counts from the next start on.
pub(crate) const READY: &str = "ready";
/// Belong to this very box and this very run.
const STAYS: &[&str] = &["box", "gatehouse.sock", "lock", "notify", RESTORE, "stay"];
/// Stay behind: recordings of what callers said are large, and what they are about does not travel either.
const LEFT: &[&str] = &["messages", "messages.gone"];
/// Half-written files of ours.
const HALVES: &[&str] = &["half", "new", "part"];

/// Whether something right below the data folder belongs to this box whatever is restored.
pub(crate) fn stays(name: &str) -> bool {
    STAYS.contains(&name) || name.starts_with("gatehouse.db.broken")
}

/// Writes everything that travels into `out`, with `database`, a sound copy of the one in `data`, in its place, and `settings`, the
/// configuration that counts; a box that has none does with the defaults.
///
/// # Errors
/// The disk, or `out`.
pub fn pack<W: Write>(
    data: &Path,
    (database, settings): (&Path, &Path),
    out: W,
    passphrase: &Passphrase,
    about: &About,
) -> io::Result<W> {
    let mut packing = Packing::begin(out, passphrase, about)?;
    let named = |name| Name::parse(name).ok_or(io::ErrorKind::InvalidFilename);
    add(&mut packing, &named(DATABASE)?, database)?;
    add_if_there(&mut packing, &named(SETTINGS)?, settings)?;
    for name in travelling(data)? {
        // Replaced or forgotten since it was listed, as short-lived files are.
        add_if_there(&mut packing, &name, &name.below(data))?;
    }
    packing.end()
}

fn add_if_there(packing: &mut Packing<impl Write>, name: &Name, path: &Path) -> io::Result<()> {
    match add(packing, name, path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn add<W: Write>(packing: &mut Packing<W>, name: &Name, path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    packing.file(name, file.metadata()?.len(), file)
}

/// Every file besides the database and the configuration, in order.
fn travelling(data: &Path) -> io::Result<Vec<Name>> {
    let (mut folders, mut names) = (vec![String::new()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(data.join(&folder))? {
            let entry = entry?;
            let (kind, own) = (entry.file_type()?, entry.file_name());
            let own = own.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
            let is_half =
                Path::new(own).extension().is_some_and(|end| HALVES.iter().any(|half| end == *half));
            let special = own.starts_with(DATABASE) || own.starts_with(SETTINGS);
            let of_this_box = folder.is_empty() && (stays(own) || special || LEFT.contains(&own));
            if of_this_box || (is_half && kind.is_file()) {
                continue;
            }
            let path = if folder.is_empty() { own.to_owned() } else { format!("{folder}/{own}") };
            let name = Name::parse(&path).ok_or(io::ErrorKind::InvalidFilename)?;
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                names.push(name);
            }
        }
    }
    names.sort();
    Ok(names)
}

/// A restored state, complete and on disk, which counts once it is settled. Dropped, it is gone.
#[derive(Debug)]
pub struct Staged {
    about: About,
    restore: PathBuf,
    settled: bool,
}

/// Reads a backup to its end and lays what is in it beside the state that counts.
///
/// # Errors
/// [`RestoreRefused`]; nothing is left of it.
pub fn unpack(data: &Path, source: impl Read, passphrase: &Passphrase) -> Result<Staged, RestoreRefused> {
    let (mut unpacking, about) = Unpacking::begin(source, passphrase)?;
    let restore = data.join(RESTORE);
    let staged = Staged { about, restore, settled: false };
    let half = staged.folder();
    folder(&half).map_err(RestoreRefused::Disk)?;
    let mut has_database = false;
    while let Some((name, size)) = unpacking.next()? {
        let is_database = name.as_str() == DATABASE;
        let is_special = is_database || name.as_str() == SETTINGS;
        let looks_special = name.top().starts_with(DATABASE) || name.top().starts_with(SETTINGS);
        let of_another = stays(name.top()) || (looks_special && !is_special);
        if of_another {
            return Err(RestoreRefused::Damaged);
        }
        has_database |= is_database;
        let path = name.below(&half);
        let mut file = fresh(&path).map_err(RestoreRefused::Disk)?;
        unpacking.content(size, &mut file)?;
        file.sync_all().map_err(RestoreRefused::Disk)?;
    }
    unpacking.end()?;
    if has_database { Ok(staged) } else { Err(RestoreRefused::Damaged) }
}

impl Staged {
    /// Who made the backup.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Where everything lies until it counts, as in a data folder.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.restore.join(HALF)
    }

    /// From now on this is the state of the box; [`crate::take_over()`] puts it in place at the next start.
    ///
    /// # Errors
    /// The disk; the old state counts on.
    pub fn settle(mut self) -> io::Result<()> {
        on_disk(&self.folder())?;
        let ready = self.restore.join(READY);
        if ready.exists() {
            // One that was settled before and has not been started with: this one is newer.
            fs::remove_dir_all(&ready)?;
        }
        fs::rename(self.folder(), ready)?;
        self.settled = true;
        File::open(&self.restore)?.sync_all()
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.settled {
            // What cannot be removed now is at the next start.
            let _ = fs::remove_dir_all(self.folder());
        }
    }
}

/// An empty folder, whatever was there.
fn folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn fresh(path: &Path) -> io::Result<File> {
    path.parent().map_or(Ok(()), |above| DirBuilder::new().recursive(true).mode(0o700).create(above))?;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// The names in a folder and below it; what is in the files is already.
fn on_disk(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            on_disk(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}
