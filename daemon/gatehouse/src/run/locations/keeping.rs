//! What was entered survives: in the store, and in a file beside it that is read before everything else.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use store::{Store, Write};

use super::form::{ChangeForm, Kept, Trail};

/// The store's name for it.
const SETTING: &str = "emergency.places";
/// The file in the data directory.
const FILE: &str = "emergency.json";
/// A file larger than this is none of ours.
const LARGEST: u64 = 32 << 20;
/// Changes remembered; the oldest makes room.
const TRAIL: usize = 500;

/// What the file held.
#[derive(Debug, Default)]
pub(crate) struct LastGood(Option<Kept>);

impl LastGood {
    /// Reads the file; one that is not there or cannot be read says nothing.
    pub(crate) fn read(data: &Path) -> Self {
        let path = data.join(FILE);
        let small = std::fs::metadata(&path).is_ok_and(|about| about.len() <= LARGEST);
        let text = if small { std::fs::read(&path).ok() } else { None };
        Self(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }
}

/// Of file and store the one that knows more.
pub(super) fn newest(store: &Store, LastGood(file): LastGood) -> Kept {
    let stored = store.reader().setting(SETTING).ok().flatten();
    let stored: Option<Kept> = stored.and_then(|text| serde_json::from_str(&text).ok());
    [stored, file].into_iter().flatten().max_by_key(|kept| kept.revision).unwrap_or_default()
}

/// Adds a change to the trail. Of a whole table only that there was one is kept.
pub(super) fn note(trail: &mut Vec<Trail>, who: String, what: ChangeForm) {
    let table = matches!(what, ChangeForm::Rebind { .. });
    let what = if table { ChangeForm::Rebind { bindings: Vec::new() } } else { what };
    let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    trail.push(Trail { at, who, what });
    let old = trail.len().saturating_sub(TRAIL);
    trail.drain(..old);
}

/// Comes back once it is on disk.
pub(super) async fn save(store: &Arc<Store>, kept: &Kept) -> Result<(), String> {
    let value = serde_json::to_string(kept).map_err(|why| why.to_string())?;
    let store = Arc::clone(store);
    let write = Write::Setting { key: SETTING.to_owned(), value };
    let done = tokio::task::spawn_blocking(move || store.write(write)).await;
    done.map_err(|why| why.to_string())?.map_err(|why| why.to_string())
}

/// Replaces the file whole; a disk that does not take it is said elsewhere.
pub(super) async fn save_last_good(data: &Path, kept: &Kept) {
    let (data, text) = (data.to_owned(), serde_json::to_vec(kept).unwrap_or_default());
    let written = tokio::task::spawn_blocking(move || replace(&data.join(FILE), &text)).await;
    if let Ok(Err(why)) = written {
        tracing::warn!(%why, "the last good places could not be written beside the store");
    }
}

/// Puts this file in place of what was there; a power cut leaves one or the other.
pub(crate) fn replace(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let fresh = path.with_extension("json.new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(text)?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use super::{FILE, LastGood, replace};
    use crate::run::locations::form::Kept;

    #[test]
    fn what_was_written_is_read_and_garbage_says_nothing() {
        let dir = std::env::temp_dir().join(format!("gatehouse-places-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let kept = Kept { revision: 7, ..Kept::default() };
        replace(&dir.join(FILE), &serde_json::to_vec(&kept).unwrap()).unwrap();
        assert_eq!(LastGood::read(&dir).0.map(|kept| kept.revision), Some(7));
        std::fs::write(dir.join(FILE), b"{\"revision\":").unwrap();
        assert!(LastGood::read(&dir).0.is_none());
        std::fs::remove_dir_all(&dir).unwrap();
        assert!(LastGood::read(&dir).0.is_none());
    }
}
