//! Looking at every source in turn, each in a task of its own, so that none waits for another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use emergency::{Report, Traces};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use crate::leases::LARGEST;
use crate::{Config, LeaseFile, Switch, neighbours};

/// A telephone that lost its power is believed to hang there a while longer.
pub(crate) const GRACE: Duration = Duration::from_secs(600);
/// A whole switch is read within this, or it counts as silent.
const READ_WITHIN: Duration = Duration::from_secs(45);
/// The kernel's own list costs nothing.
const NEIGHBOURS_EVERY: Duration = Duration::from_secs(5);

/// Why a source said nothing. The last good answer counts until it is too old.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LookFailed {
    /// The installer's: no such host or no such network.
    #[error("its address leads nowhere")]
    Address,
    /// The installer's: the password does not fit the way of signing.
    #[error("its password cannot be used (at least 8 characters)")]
    Secret,
    /// The switch's or the network's.
    #[error("it does not answer")]
    Silent,
    /// The switch's: user, password or community are not the ones it knows.
    #[error("it refuses the user or the password")]
    Refused,
    /// The switch's: its answers keep no order.
    #[error("its answers cannot be understood")]
    Odd,
    /// The installer's: the file is not there or may not be read.
    #[error("the file cannot be read")]
    Unreadable,
    /// The file's writer's: larger than leases can be.
    #[error("the file is too large to be one of leases")]
    TooLarge,
    /// The installer's: another program listens there, or the address is not the box's.
    #[error("nobody can be listened to there: another program does, or the address is not the box's")]
    Taken,
    /// The system's.
    #[error("the system does not tell the neighbours")]
    System,
}

/// What is known of one source.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SourceNow {
    /// Address of the switch, path of the file, what is listened to and where, or `neighbours`.
    pub name: String,
    /// Facts in its last good answer.
    pub facts: usize,
    /// When it last answered.
    pub answered: Option<SystemTime>,
    /// Why it did not the last time.
    pub failed: Option<LookFailed>,
}

/// All that is known.
#[derive(Clone, Debug, Default)]
pub struct Sightings {
    /// Who hangs where.
    pub traces: Traces,
    /// Every source that was looked at.
    pub sources: Vec<SourceNow>,
}

/// A look that is over.
pub(crate) struct Looked {
    pub name: Arc<str>,
    pub told: Result<Report, LookFailed>,
    pub believed: Duration,
}

/// Begins to look; ends when nobody watches any more. Must be called within a runtime.
#[must_use]
pub fn start(config: Config) -> (watch::Receiver<Arc<Sightings>>, JoinHandle<()>) {
    let (told, tells) = mpsc::channel(16);
    let (publish, watched) = watch::channel(Arc::default());
    let every = config.every;
    for switch in config.switches {
        tokio::spawn(ask_for_ever(switch, every, told.clone()));
    }
    for file in config.leases {
        tokio::spawn(read_for_ever(file, every, told.clone()));
    }
    for listener in config.listeners {
        tokio::spawn(listener.listen_for_ever(told.clone()));
    }
    tokio::spawn(neighbours_for_ever(told));
    (watched, tokio::spawn(gather(tells, publish)))
}

async fn ask_for_ever(switch: Switch, every: Duration, told: mpsc::Sender<Looked>) {
    let name: Arc<str> = switch.address.as_str().into();
    loop {
        let answer = timeout(READ_WITHIN, switch.ask()).await.unwrap_or(Err(LookFailed::Silent));
        let answer = answer.map(|tables| tables.report(switch.name.as_deref()));
        let looked = Looked { name: Arc::clone(&name), told: answer, believed: 2 * every + GRACE };
        if told.send(looked).await.is_err() {
            return;
        }
        sleep(every).await;
    }
}

async fn read_for_ever(file: LeaseFile, every: Duration, told: mpsc::Sender<Looked>) {
    let name: Arc<str> = file.path.display().to_string().into();
    loop {
        let this = file.clone();
        let answer =
            tokio::task::spawn_blocking(move || read(&this)).await.unwrap_or(Err(LookFailed::Unreadable));
        let looked = Looked { name: Arc::clone(&name), told: answer, believed: 2 * every + GRACE };
        if told.send(looked).await.is_err() {
            return;
        }
        sleep(every).await;
    }
}

fn read(file: &LeaseFile) -> Result<Report, LookFailed> {
    let about = std::fs::metadata(&file.path).map_err(|_| LookFailed::Unreadable)?;
    if !about.is_file() || about.len() > LARGEST {
        return Err(LookFailed::TooLarge);
    }
    let text = std::fs::read(&file.path).map_err(|_| LookFailed::Unreadable)?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    Ok(file.form.read(&String::from_utf8_lossy(&text), i64::try_from(now).unwrap_or(i64::MAX)))
}

async fn neighbours_for_ever(told: mpsc::Sender<Looked>) {
    let name: Arc<str> = "neighbours".into();
    loop {
        let answer = tokio::task::spawn_blocking(neighbours::look).await.unwrap_or(Err(LookFailed::System));
        let looked = Looked { name: Arc::clone(&name), told: answer, believed: GRACE };
        if told.send(looked).await.is_err() {
            return;
        }
        sleep(NEIGHBOURS_EVERY).await;
    }
}

/// Puts together what all of them said; ends with the last of them.
async fn gather(mut tells: mpsc::Receiver<Looked>, publish: watch::Sender<Arc<Sightings>>) {
    let mut all = Sightings::default();
    let mut sources: BTreeMap<Arc<str>, SourceNow> = BTreeMap::new();
    // What was published last must not grow too old to be believed while nothing changes.
    let mut published = Instant::now();
    while let Some(Looked { name, told, believed }) = tells.recv().await {
        let source = sources.entry(Arc::clone(&name)).or_insert_with(|| SourceNow {
            name: name.to_string(),
            facts: 0,
            answered: None,
            failed: None,
        });
        let before = source.failed;
        let is_new = match told {
            Ok(report) => {
                source.facts = report.marks.len() + report.addresses.len();
                source.answered = Some(SystemTime::now());
                source.failed = None;
                all.traces.tell(&name, report, Instant::now(), believed)
            }
            Err(why) => {
                source.failed = Some(why);
                false
            }
        };
        match (before, source.failed) {
            (before, Some(why)) if before != Some(why) => {
                warn!(source = %name, %why, "the network does not say where telephones hang");
            }
            (Some(_), None) => info!(source = %name, "the network says again where telephones hang"),
            _ => {}
        }
        let changed = is_new || before != source.failed || published.elapsed() > GRACE / 2;
        if publish.is_closed() {
            return;
        }
        if changed {
            published = Instant::now();
            all.sources = sources.values().cloned().collect();
            publish.send_replace(Arc::new(all.clone()));
        }
    }
}
