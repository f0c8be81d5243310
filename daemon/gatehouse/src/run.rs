//! Running the telephone system: what starts in which order, and how it stops.
//!
//! ```text
//!   listeners ─> relay ─> store (last good account, bindings) ─> switchboard   phones can call from here on
//!                                                                 └─> page ─> mirror
//! ```
//!
//! Telephony comes first and needs neither the page nor the cloud.

mod backups;
mod calling_back;
mod damage;
mod detour;
mod diagnostics;
mod drills;
mod exchange;
mod figures;
mod hardware;
mod hold_music;
mod identity;
mod line_tests;
mod line_words;
mod lines;
mod locations;
mod mailboxes;
mod messages;
mod mirroring;
mod network;
mod newcomers;
mod night;
mod notices;
mod notify;
mod outliving;
mod outside;
mod page;
mod public;
mod records;
mod resolver;
mod self_check;
mod self_tests;
mod settling;
mod signalling;
mod signals;
mod spare;
mod staying;
mod turned_away;
mod vault;
mod versions;
mod viewing;
mod vouching;
mod webhooks;

pub(crate) use backups::take_over;
pub(crate) use hardware::{Hardware, LITTLE_SPACE, complaint};
pub(crate) use mirroring::token_kept;
pub(crate) use vault::{account_gone, setup_code};

use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use certificates::Certificates;
use jiff::Timestamp;
use media::dtls::Identity;
use relay::{Beyond, Inherited};
use sip::flow::Transport;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::{info, warn};
use transport::Browsers;

use crate::config::{Config, FastPath};
use crate::place::Place;
use backups::Backups;
use diagnostics::Diagnostics;
use exchange::{Exchange, News};
use locations::{Letters, Locations};
use mailboxes::Mailboxes;
use mirroring::Mirroring;
use network::Networking;
use notices::Notices;
use outside::Outside;
use page::Page;
use signals::Stop;
use versions::Versionary;
use webhooks::Webhooks;

/// Everything is closed within this; whatever is not, is cut off.
const STOP_WITHIN: Duration = Duration::from_secs(4);

/// Why the box cannot run. Every one names what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunFailed {
    #[error(transparent)]
    Bind(#[from] transport::BindFailed),
    #[error(transparent)]
    Store(#[from] store::OpenFailed),
    #[error(transparent)]
    Relay(#[from] relay::StartFailed),
    #[error(transparent)]
    Page(#[from] web::ServeFailed),
    #[error(transparent)]
    Certificate(#[from] certificates::CertificateFailed),
    #[error("the system gives no randomness, so no password can be checked: {0}")]
    Randomness(getrandom::Error),
    #[error("the system refuses a thread or a signal handler: {0}")]
    System(#[from] std::io::Error),
    #[error("the restored backup cannot be put in place: {0}; check the disk and start again")]
    Restore(std::io::Error),
    #[error("[media] ports: {0}")]
    Ports(#[from] relay::PortRangeError),
}

/// Runs until told to stop.
pub(crate) fn run(config: &Config, place: &Place) -> Result<(), RunFailed> {
    let inherited = outliving::inherited();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match runtime.block_on(serve(config, place, inherited)) {
        // Voice waits in its sockets: nothing else may be waited for.
        Ok(Ended::ToStartAgain) => {
            runtime.shutdown_background();
            Ok(())
        }
        ended => {
            runtime.shutdown_timeout(Duration::from_millis(500));
            if ended? == Ended::ToBegin { Err(begin_anew().into()) } else { Ok(()) }
        }
    }
}

/// What the box was asked to do at last.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ended {
    ForGood,
    /// Calls that are up go on.
    ToStartAgain,
    /// Another state counts from now on; nobody talks.
    ToBegin,
}

/// This program in its own place, as it was started; comes back only when the system refuses.
fn begin_anew() -> std::io::Error {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(fault) => return fault,
    };
    let mut command = Command::new(program);
    // What was handed over at the start is closed by now, and its numbers belong to others.
    command.args(std::env::args_os().skip(1)).env_remove("LISTEN_PID").env_remove("LISTEN_FDS");
    command.exec()
}

async fn serve(config: &Config, place: &Place, inherited: Vec<Inherited>) -> Result<Ended, RunFailed> {
    let (mut stop, notices) = (Stop::new()?, Notices::default());
    let (last_good, mut exchange) = (locations::LastGood::read(&config.data), exchange::prepare(config)?);
    let certificates = open_doors(config, &mut exchange, &notices)?;
    let (notify, (settles, troubles)) = settling::passed_on(exchange.bell());
    // Before the account is read: what the box holds by then stays in memory for good.
    let (relay, voice) = start_relay(config, Beyond { inherited, keep: outliving::keep() }, &notices)?;
    let (store, mut loaded) = open_store(config, notify, &notices)?;
    let backups = Backups::new(config, &store, &notices);
    let mirroring = Mirroring::new(config, Arc::clone(&store), &mut loaded, notices.clone());
    let (news, inbox) = mpsc::channel(64);
    let locations =
        Locations::new(config, Arc::clone(&store), last_good, mirroring.snapshot(), notices.clone());
    let (mailboxes, minding) =
        Mailboxes::start(config, &store, loaded.messages, mirroring.watch(), (news.clone(), &notices));
    let ((asks, asked), (ended, endings)) =
        (mpsc::channel(resolver::MOST_WAITING), mpsc::channel(webhooks::ENDINGS));
    let parts = exchange::Parts {
        relay: Arc::clone(&relay),
        voice,
        store: Arc::clone(&store),
        settles,
        inbox,
        asks,
        account: mirroring.snapshot(),
        bindings: loaded.bindings,
        calls: loaded.calls,
        emergency: locations.ready(),
        called_for_help: calling_back::read(&config.data),
        mail: (messages::Shelf::new(config, &news), mailboxes.clone()),
        privacy: mirroring.watch_privacy(),
        ended,
    };
    let running = Exchange::start(exchange, parts)?;
    let mirror = mirroring.watch();
    let mut outside = Outside::start(config, asked, mirror.clone(), news.clone(), &notices).await;
    let (asks, syncing) = mirroring.start(news.clone());
    let (places, placing) = locations.start(running.pictures(), mirror.clone(), &outside);
    let view =
        viewing::start(running.pictures(), mirror.clone(), &notices, troubles, (mailboxes.watch(), config));
    let around = detour::Around { pictures: running.pictures(), mirror: mirror.clone(), asks: asks.clone() };
    let trials = outside.trials(config, around);
    let (hooks, telling) = Webhooks::start(&store, (running.pictures(), mirror.clone()), endings);
    let mut metrics = figures::start(running.pictures(), mirror);
    let hardware = Hardware::watch(place, &notices, &mut metrics);
    let (versions, looking) = Versionary::start(config);
    let tools = (Diagnostics::new(config, place, news.clone()), hooks, mailboxes);
    let further = (backups.clone(), versions, Networking::beside(&config.data, running.pictures()));
    let desk = mirroring::Desk::new(asks, Arc::clone(&store), (places, trials, tools, further), config);
    let page = Page::open(page::config(config, place, &certificates), &store, view, metrics, desk).await?;
    notify::ready();
    let others = [syncing, placing, minding, telling, hardware].into_iter().chain(looking);
    let tasks = watch_over(&running, (config, &certificates), (&notices, &backups, &news), others);
    let reloading = async |wanted: Config| outside.reload(wanted, &certificates).await;
    let ended = stop.wait((config, &running.pictures()), (&news, backups.watch()), reloading).await;
    match ended {
        Ended::ForGood | Ended::ToBegin => close(ended, (&news, running, page), &store, &tasks).await,
        Ended::ToStartAgain => make_way(&news, running, &store).await,
    }
    Ok(ended)
}

/// Lets phones and pages in over TLS.
fn open_doors(
    config: &Config,
    exchange: &mut exchange::Prepared,
    notices: &Notices,
) -> Result<Arc<Certificates>, RunFailed> {
    let certificates = identity::open(config)?;
    let tls = identity::door(&config.sip, &certificates, notices);
    let (names, origins) = (certificates.names().to_vec(), config.sip.origins.clone());
    exchange.open_to(tls, Browsers { names, origins });
    Ok(certificates)
}

/// Leaves everything as the next run shall find it. The relay works on meanwhile.
async fn make_way(news: &mpsc::Sender<News>, running: exchange::Running, store: &Arc<store::Store>) {
    notify::stopping();
    let written = async {
        // An error means that the thread has ended already.
        let _ = news.send(News::Restart).await;
        running.ended().await;
        close_store(store).await;
    };
    if tokio::time::timeout(STOP_WITHIN, written).await.is_err() {
        warn!("the last changes were not saved in time");
    }
    info!("makes way for the next run");
}

/// Starts what looks after the running box: that it is alive, that nobody who called for help is cut off, that whoever will is
/// not lost, that its certificates count. Returns it with `others`.
fn watch_over(
    running: &exchange::Running,
    (config, certificates): (&Config, &Arc<Certificates>),
    (notices, backups, news): (&Notices, &Backups, &mpsc::Sender<News>),
    others: impl Iterator<Item = JoinHandle<()>>,
) -> Vec<JoinHandle<()>> {
    let letters = Letters::start(&config.emergency.ways);
    let watching = [
        tokio::spawn(notify::watchdog(running.heartbeat())),
        tokio::spawn(staying::tell(running.pictures(), config.data.clone())),
        tokio::spawn(calling_back::keep(running.pictures(), config.data.clone())),
        tokio::spawn(self_check::keep_looking(running.pictures(), notices.clone(), letters)),
        tokio::spawn(backups.clone().remind()),
    ];
    others.chain(watching).chain(identity::keep(config, certificates, notices, news)).collect()
}

/// Ends everything in order: calls, page, tasks, store.
async fn close(
    ended: Ended,
    (news, running, page): (&mpsc::Sender<News>, exchange::Running, Page),
    store: &Arc<store::Store>,
    tasks: &[JoinHandle<()>],
) {
    if ended == Ended::ForGood {
        notify::stopping();
    }
    let goodbye = async {
        // An error means that the thread has ended already.
        let _ = news.send(News::Goodbye).await;
        running.ended().await;
        page.close().await;
    };
    if tokio::time::timeout(STOP_WITHIN, goodbye).await.is_err() {
        warn!("some connections did not close in time and were cut");
    }
    tasks.iter().for_each(JoinHandle::abort);
    close_store(store).await;
    info!("stopped");
}

async fn close_store(store: &Arc<store::Store>) {
    let store = Arc::clone(store);
    if let Err(fault) = tokio::task::spawn_blocking(move || store.close()).await.unwrap_or(Ok(())) {
        warn!(%fault, "the last changes could not be saved");
    }
}

fn open_store(
    config: &Config,
    notify: impl FnMut(store::Notice) + Send + 'static,
    notices: &Notices,
) -> Result<(Arc<store::Store>, store::Loaded), RunFailed> {
    let (store, loaded) = store::Store::open(&store::Config { dir: config.data.clone() }, notify)?;
    notices.recovered(loaded.recovered.as_ref());
    notices.damaged(damage::read(&config.data, Timestamp::now()));
    Ok((Arc::new(store), loaded))
}

fn start_relay(
    config: &Config,
    beyond: Beyond,
    notices: &Notices,
) -> Result<(Arc<relay::Relay>, mpsc::Receiver<media::relay::Event>), RunFailed> {
    let (events, voice) = mpsc::channel(1024);
    let ports = relay::PortRange::new(*config.media.ports.start(), *config.media.ports.end())?;
    let address = config.media.address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let deliver = move |event| events.try_send(event).err().map(mpsc::error::TrySendError::into_inner);
    let mut wanted = relay::Config::new(address, ports);
    if config.media.fast_path == FastPath::Off {
        wanted.fast_path = None;
    }
    (wanted.identity, wanted.recordings) = (identity_for_browsers(config), messages::folder(config));
    let relay = relay::Relay::resume(wanted, Box::new(deliver), beyond)?;
    notices.voice(relay.facts());
    Ok((Arc::new(relay), voice))
}

/// Browsers are served where they can call at all.
fn identity_for_browsers(config: &Config) -> Option<Identity> {
    let for_browsers =
        |listen: &transport::Listen| matches!(listen.transport, Transport::Ws | Transport::Wss);
    let made = config.sip.listen.iter().any(for_browsers).then(Identity::new)?;
    made.map_err(|fault| warn!(%fault, "no voice for browsers")).ok()
}

/// A directory on which the data lives, for messages.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}
