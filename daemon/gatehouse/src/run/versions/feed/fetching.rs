//! A version on its way from the feed's server to the disk.

use std::path::Path;
use std::time::Duration;

use cloud::DownloadFailed;
use release::Offer;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt as _;
use web::Starts;

use super::super::{INBOX, file_name};
use super::{Keeper, Trouble};

/// So often a download goes on at once where it ended; later ones go on there as well.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_secs(2);
/// What the telephone system needs beside it, in bytes.
const SPARE: u64 = 64 * 1024 * 1024;

impl Keeper {
    /// Fetches what is offered, checks it, and puts it where the flashed box looks.
    pub(super) async fn bring(&mut self, starts: Starts) -> Result<(), Trouble> {
        let Some((version, offer)) = self.offer.clone() else { return Ok(()) };
        let inbox = self.data.join(INBOX);
        fs::create_dir_all(&inbox).await?;
        let part = inbox.join(format!("feed-{}.part", offer.sha256));
        forget_others(&inbox, &part).await?;
        self.pull_on(&offer, &part).await?;
        let file = part.clone();
        let is_it = tokio::task::spawn_blocking(move || offer.is(std::fs::File::open(file)?)).await;
        if !is_it.map_err(std::io::Error::other)?? {
            fs::remove_file(&part).await?;
            return Err(Trouble::Damaged);
        }
        // First: what is given is not given again.
        self.kept.gives(version);
        self.kept.write(&self.data).await?;
        Ok(fs::rename(part, inbox.join(file_name("feed", starts))).await?)
    }

    async fn pull_on(&self, offer: &Offer, part: &Path) -> Result<(), Trouble> {
        let mut tries = 1;
        loop {
            match self.pull(offer, part).await {
                Err(Trouble::Download(DownloadFailed::Rest)) if tries < TRIES => {
                    fs::remove_file(part).await?;
                }
                Err(Trouble::Download(DownloadFailed::Cut | DownloadFailed::Unreachable))
                    if tries < TRIES =>
                {
                    tokio::time::sleep(PAUSE).await;
                }
                ended => return ended,
            }
            tries += 1;
        }
    }

    /// From where the last try ended.
    async fn pull(&self, offer: &Offer, part: &Path) -> Result<(), Trouble> {
        let mut file = File::options().create(true).append(true).open(part).await?;
        let mut have = file.metadata().await?.len();
        if have >= offer.size {
            return Ok(());
        }
        if room(part)? < (offer.size - have).saturating_add(SPARE) {
            return Err(Trouble::NoRoom);
        }
        let mut coming = self.depot()?.rest(&offer.at, have).await?;
        if coming.begins == 0 {
            file.set_len(0).await?;
            have = 0;
        }
        let ended = loop {
            let piece = match coming.next().await {
                Ok(Some(piece)) => piece,
                Ok(None) if have < offer.size => break Err(DownloadFailed::Cut),
                ended => break ended.map(drop),
            };
            have += piece.len() as u64;
            if have > offer.size {
                break Err(DownloadFailed::TooLarge);
            }
            file.write_all(&piece).await?;
            self.coming(have.saturating_mul(100) / offer.size);
        };
        file.sync_all().await?;
        if ended == Err(DownloadFailed::TooLarge) {
            fs::remove_file(part).await?;
        }
        Ok(ended?)
    }
}

/// What was begun of another version.
async fn forget_others(inbox: &Path, part: &Path) -> Result<(), Trouble> {
    let mut files = fs::read_dir(inbox).await?;
    while let Some(file) = files.next_entry().await? {
        let (path, name) = (file.path(), file.file_name());
        let begun = name.to_str().is_some_and(|name| name.starts_with("feed-") && name.ends_with(".part"));
        if begun && path != part {
            fs::remove_file(path).await?;
        }
    }
    Ok(())
}

/// Bytes that are free beside this file.
fn room(beside: &Path) -> Result<u64, Trouble> {
    let disk = nix::sys::statvfs::statvfs(beside).map_err(std::io::Error::from)?;
    Ok(disk.blocks_available().saturating_mul(disk.fragment_size()))
}
