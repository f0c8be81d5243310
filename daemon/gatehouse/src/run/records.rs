//! What was found out once and stays: one file each, the newest kept, so many of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use serde_json::Value;
use tracing::{info, warn};

/// A folder of records.
#[derive(Clone, Debug)]
pub(super) struct Records {
    folder: PathBuf,
    kept: usize,
}

impl Records {
    /// Those in `data/name`; older ones than the newest `kept` are removed.
    pub(super) fn new(data: &Path, name: &str, kept: usize) -> Self {
        Self { folder: data.join(name), kept }
    }

    /// The newest first.
    pub(super) fn all(&self) -> Vec<Value> {
        let read = |path: PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
        self.files().into_iter().rev().filter_map(read).collect()
    }

    /// The newest.
    pub(super) fn newest(&self) -> Option<Value> {
        serde_json::from_slice(&fs::read(self.files().last()?).ok()?).ok()
    }

    /// When the newest was written.
    pub(super) fn last(&self) -> Option<SystemTime> {
        fs::metadata(self.files().last()?).and_then(|file| file.modified()).ok()
    }

    /// When each began, the oldest first.
    pub(super) fn moments(&self) -> Vec<Timestamp> {
        self.files().iter().filter_map(|file| moment(file.file_stem()?.to_str()?)).collect()
    }

    /// Writes one down that began then.
    pub(super) fn keep(&self, began: SystemTime, record: &Value) {
        let file = self.folder.join(format!("{}.json", said(began).replace(':', "-")));
        let half = file.with_extension("half");
        let written = fs::create_dir_all(&self.folder)
            .and_then(|()| fs::write(&half, record.to_string()))
            .and_then(|()| fs::rename(&half, &file));
        match written {
            Ok(()) => info!(file = %file.display(), "written down"),
            Err(fault) => warn!(%fault, file = %file.display(), "a record is lost"),
        }
        let files = self.files();
        let old = files.len().saturating_sub(self.kept);
        // What stays behind is removed with the next one.
        files.iter().take(old).for_each(|file| drop(fs::remove_file(file)));
    }

    fn files(&self) -> Vec<PathBuf> {
        let all = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = all.map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|end| end == "json"));
        files.sort();
        files
    }
}

/// The moment that a record is called after.
fn moment(name: &str) -> Option<Timestamp> {
    let (day, time) = name.split_once('T')?;
    format!("{day}T{}", time.replace('-', ":")).parse().ok()
}

/// A moment as records say it, to the second.
pub(super) fn said(at: SystemTime) -> String {
    Timestamp::try_from(at)
        .map(|at| at.round(jiff::Unit::Second).unwrap_or(at).to_string())
        .unwrap_or_default()
}
