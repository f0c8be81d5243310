//! What the box remembers of the feed: how new the last one was, and what it was given.

use std::io;
use std::path::{Path, PathBuf};

use release::Version;
use serde::{Deserialize, Serialize};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt as _;

/// A longer file was not written here; in bytes.
const LONGEST: u64 = 4096;

/// Kept over restarts.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub(super) struct Kept {
    /// When the newest feed was made that was ever believed, in seconds since 1970.
    pub seen: u64,
    /// The version that was fetched last.
    given: String,
}

impl Kept {
    /// What was kept; nothing where nothing can be read.
    pub(super) fn read(data: &Path) -> Self {
        let path = file(data);
        let short = std::fs::metadata(&path).is_ok_and(|about| about.len() <= LONGEST);
        let text = short.then(|| std::fs::read(path).ok()).flatten();
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    pub(super) fn given(&self) -> Option<Version> {
        self.given.parse().ok()
    }

    pub(super) fn gives(&mut self, version: Version) {
        self.given = version.to_string();
    }

    /// Whole or not at all.
    pub(super) async fn write(&self, data: &Path) -> io::Result<()> {
        let (path, beside) = (file(data), data.join("feed.new"));
        let mut new = File::create(&beside).await?;
        new.write_all(&serde_json::to_vec(self)?).await?;
        new.sync_all().await?;
        fs::rename(beside, path).await
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("feed.json")
}

#[cfg(test)]
mod tests {
    use super::Kept;

    #[tokio::test]
    async fn what_was_seen_and_given_outlives_a_restart_and_garbage_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Kept::read(folder.path()), Kept::default());
        let mut kept = Kept { seen: 7, ..Kept::default() };
        kept.gives("0.2.0".parse().unwrap());
        kept.write(folder.path()).await.unwrap();
        assert_eq!(Kept::read(folder.path()), kept);
        assert_eq!(Kept::read(folder.path()).given().unwrap().to_string(), "0.2.0");
        std::fs::write(folder.path().join("feed.json"), "{").unwrap();
        assert_eq!(Kept::read(folder.path()), Kept::default());
    }
}
