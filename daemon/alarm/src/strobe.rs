//! A light, a siren or a door behind a relay: the kernel shows it as a file into which a number is written
//! (`/sys/class/gpio/gpio17/value`, `/sys/class/leds/strobe/brightness`).

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::timeout;

/// A pin takes microseconds; a file on a dead network drive takes for ever.
const WITHIN: Duration = Duration::from_secs(2);

/// A relay.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Strobe {
    /// The file the kernel shows it as.
    pub file: PathBuf,
}

/// How it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Switched {
    /// As it is when nobody calls for help.
    Off,
    /// Somebody calls for help.
    On,
}

/// Why it could not be switched.
#[derive(Debug, thiserror::Error)]
pub enum StrobeFailed {
    /// The installer's: the file is not there or may not be written.
    #[error("the relay cannot be switched: {0}")]
    File(std::io::Error),
    /// The board's or the installer's: whatever is behind the file does not take it in time.
    #[error("the relay takes no orders in time")]
    Silent,
}

impl Strobe {
    /// Switches it; comes back within two seconds.
    ///
    /// # Errors
    /// [`StrobeFailed`] says why it stands as before.
    pub async fn switch(&self, to: Switched) -> Result<(), StrobeFailed> {
        let file = self.file.clone();
        let digit: &[u8] = match to {
            Switched::Off => b"0\n",
            Switched::On => b"1\n",
        };
        // Never made: a name that is wrong must not become an ordinary file.
        in_time(move || {
            let mut file = OpenOptions::new().write(true).truncate(true).open(file)?;
            std::io::Write::write_all(&mut file, digit)
        })
        .await
    }

    /// Whether it could be switched now; it stands as before. Comes back within two seconds.
    ///
    /// # Errors
    /// [`StrobeFailed`] says why not.
    pub async fn is_there(&self) -> Result<(), StrobeFailed> {
        let file = self.file.clone();
        in_time(move || OpenOptions::new().write(true).open(file).map(drop)).await
    }
}

async fn in_time(act: impl FnOnce() -> std::io::Result<()> + Send + 'static) -> Result<(), StrobeFailed> {
    match timeout(WITHIN, tokio::task::spawn_blocking(act)).await {
        Ok(Ok(done)) => done.map_err(StrobeFailed::File),
        Ok(Err(_)) | Err(_) => Err(StrobeFailed::Silent),
    }
}

#[cfg(test)]
mod tests {
    use super::{Strobe, StrobeFailed, Switched};

    #[tokio::test]
    async fn it_is_switched_on_and_off_and_a_wrong_name_makes_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("value");
        let strobe = Strobe { file: file.clone() };
        assert!(matches!(strobe.switch(Switched::On).await, Err(StrobeFailed::File(_))));
        assert!(matches!(strobe.is_there().await, Err(StrobeFailed::File(_))));
        assert!(!file.exists());
        std::fs::write(&file, "0\n").unwrap();
        strobe.is_there().await.unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "0\n", "it stands as before");
        for (to, holds) in [(Switched::On, "1\n"), (Switched::Off, "0\n")] {
            strobe.switch(to).await.unwrap();
            assert_eq!(std::fs::read_to_string(&file).unwrap(), holds);
        }
    }
}
