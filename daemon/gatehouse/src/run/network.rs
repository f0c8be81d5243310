//! Where the flashed box stands in the network: what its programs wrote down is shown, what an admin wants is checked and laid where
//! they find it (`appliance network`).
//!
//! ```text
//!   page, API ──> box/network.ini, box/network.confirm ──> appliance network ──> ../appliance/network.json ──> page
//! ```

mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use board::network::{LONGEST_STANDING, Network, Origin, Outcome, Settings, Standing};
use switchboard::Picture;
use tokio::fs;
use tokio::sync::{Mutex, watch};
use tokio::time::{sleep, timeout};
use web::{Meant, NetworkLast, NetworkNow, NetworkOrigin, NetworkRefused, NetworkSettings, NetworkTrial};

/// Somebody around the daemon takes a wish up in this time, or nobody does. What lies in the drop zone has its turn first, and an update
/// in it takes a while.
const TAKEN_UP: Duration = Duration::from_secs(30);
/// How often it is looked whether somebody did.
const ROUND: Duration = Duration::from_millis(50);

type Help = Box<dyn Fn() -> bool + Send + Sync>;

/// What lies between the daemon and who sets the network.
pub(crate) struct Networking {
    inbox: PathBuf,
    /// What the box has written down.
    standing: PathBuf,
    /// Whether somebody calls for help, or did so a short while ago.
    help: Help,
    /// One wish at a time.
    one: Mutex<()>,
}

impl Networking {
    /// Of the box whose data are there.
    pub(super) fn beside(data: &Path, pictures: watch::Receiver<Arc<Picture>>) -> Self {
        Self::with(data, move || pictures.borrow().stays_until(Instant::now()).is_some())
    }

    fn with(data: &Path, help: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let standing = data.parent().unwrap_or(data).join("appliance/network.json");
        Self { inbox: data.join("box"), standing, help: Box::new(help), one: Mutex::default() }
    }

    pub(super) async fn shown(&self) -> Result<NetworkNow, NetworkRefused> {
        let Standing { settings, origin, trial, last } = self.read().await?;
        let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
        Ok(NetworkNow {
            host: host.unwrap_or_default(),
            settings: typed(settings),
            origin: match origin {
                Origin::Nobody => NetworkOrigin::Nobody,
                Origin::DropZone => NetworkOrigin::DropZone,
                Origin::Page => NetworkOrigin::Page,
            },
            trial: trial.map(|trial| NetworkTrial {
                id: trial.id,
                settings: typed(trial.settings),
                until: trial.until,
            }),
            last: last.map(|last| NetworkLast {
                at: last.at,
                kept: last.outcome == Outcome::Kept,
                settings: typed(last.settings),
                said: words::ended(last.outcome),
            }),
        })
    }

    /// Checks what is wanted as a `network.ini` is, and has it tried when it is meant.
    pub(super) async fn change(
        &self,
        wanted: NetworkSettings,
        meant: Meant,
    ) -> Result<NetworkSettings, NetworkRefused> {
        let before = self.read().await?;
        let NetworkSettings { address, gateway, dns, name, vlan } = wanted;
        let settings = Settings { address, gateway, dns, name, vlan };
        let wanted =
            Network::try_from(settings).map_err(|refused| NetworkRefused::Wrong(words::wrong(&refused)))?;
        if meant == Meant::Try {
            self.wish(&before, &wanted).await?;
        }
        Ok(typed(wanted))
    }

    async fn wish(&self, before: &Standing, wanted: &Network) -> Result<(), NetworkRefused> {
        let not_now = NetworkRefused::NotNow;
        let _one = self.one.try_lock().map_err(|_| not_now(words::busy()))?;
        if before.trial.is_some() {
            return Err(not_now(words::busy()));
        }
        if (self.help)() {
            return Err(not_now(words::ended(Outcome::Help)));
        }
        let wish = self.inbox.join("network.ini");
        self.lay(&wish, wanted.ini()).await?;
        let taken_up = self.until(|now| now.trial.is_some() || now.last != before.last).await;
        let Some(now) = taken_up else {
            let _ = fs::remove_file(wish).await;
            return Err(not_now(words::nobody()));
        };
        match now.last {
            Some(last) if now.trial.is_none() && last.outcome != Outcome::Kept => {
                Err(not_now(words::ended(last.outcome)))
            }
            _ => Ok(()),
        }
    }

    /// Keeps what is tried. It is kept once the box has written that down.
    pub(super) async fn keep(&self, id: u64) -> Result<(), NetworkRefused> {
        let not_now = NetworkRefused::NotNow;
        let tried = self.read().await?.trial.filter(|trial| trial.id == id && trial.until.is_some());
        if tried.is_none() {
            return Err(not_now(words::nothing_on_trial()));
        }
        self.lay(&self.inbox.join("network.confirm"), id.to_string()).await?;
        let ended = self.until(|now| now.trial.as_ref().is_none_or(|trial| trial.id != id)).await;
        match ended.and_then(|now| now.last).map(|last| last.outcome) {
            Some(Outcome::Kept) => Ok(()),
            Some(other) => Err(not_now(words::ended(other))),
            None => Err(not_now(words::nobody())),
        }
    }

    /// Whole or not at all: it is looked for all the time.
    async fn lay(&self, path: &Path, text: String) -> Result<(), NetworkRefused> {
        let part = path.with_extension("part");
        let laid = async {
            fs::create_dir_all(&self.inbox).await?;
            fs::write(&part, text).await?;
            fs::rename(&part, path).await
        };
        laid.await.map_err(|fault| NetworkRefused::NotNow(words::disk(&fault)))
    }

    /// What the box has written down as soon as it is this.
    async fn until(&self, is: impl Fn(&Standing) -> bool) -> Option<Standing> {
        let looks = async {
            loop {
                match self.read().await {
                    Ok(now) if is(&now) => return now,
                    _ => sleep(ROUND).await,
                }
            }
        };
        timeout(TAKEN_UP, looks).await.ok()
    }

    async fn read(&self) -> Result<Standing, NetworkRefused> {
        match fs::metadata(&self.standing).await {
            Ok(about) if about.len() <= LONGEST_STANDING => {}
            Ok(_) => return Err(NetworkRefused::NotNow(words::unreadable())),
            Err(_) => return Err(NetworkRefused::NotFlashed),
        }
        let text = fs::read(&self.standing).await.unwrap_or_default();
        serde_json::from_slice(&text).map_err(|_| NetworkRefused::NotNow(words::unreadable()))
    }
}

fn typed(network: Network) -> NetworkSettings {
    let Settings { address, gateway, dns, name, vlan } = network.into();
    NetworkSettings { address, gateway, dns, name, vlan }
}

#[cfg(test)]
mod tests;
