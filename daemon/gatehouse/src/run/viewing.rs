//! The page's picture, put together from what the switchboard and the mirror show.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use account::{CallParty, Destination, Device, DeviceKind, Snapshot};
use sip::flow::Transport;
use store::StoreFault;
use switchboard::{CallNow, CallStage, Picture, Present};
use tokio::sync::{mpsc, watch};
use web::View;
use web::view::{
    Call, CallState, Machine, Mailbox, Mirror, MirrorState, Party, Phone, PhoneState, Progress, Readiness,
    Sentence, Unheard, queue,
};

use super::line_words::lines;
use super::mirroring::{LastSync, MirrorNow};
use super::notices::Notices;
use crate::config::Config;

/// A copy older than this is shown as stale even if no sync failed.
const STALE_AFTER: Duration = Duration::from_secs(15 * 60);
/// Ages on the page are at most this much behind.
const REFRESH: Duration = Duration::from_secs(15);

/// Keeps a [`View`] current until both sources are gone.
pub(crate) fn start(
    mut pictures: watch::Receiver<Arc<Picture>>,
    mut mirror: watch::Receiver<Arc<MirrorNow>>,
    notices: &Notices,
    mut troubles: mpsc::Receiver<Option<StoreFault>>,
    (mailboxes, config): (watch::Receiver<Arc<[Mailbox]>>, &Config),
) -> watch::Receiver<Arc<View>> {
    let mut maker = Maker {
        phones: None,
        notices: notices.clone(),
        started: SystemTime::now(),
        registered_domains: config.sip.domains.len(),
        machine: Arc::new(machine(config)),
        mailboxes: mailboxes.clone(),
    };
    let mut mailboxes = mailboxes;
    let mut alarms = notices.watch_alarms();
    let first = maker.view(&pictures.borrow_and_update(), &mirror.borrow_and_update());
    let mut shown = pictures.borrow().edition;
    let (sender, view) = watch::channel(Arc::new(first));
    tokio::spawn(async move {
        loop {
            let changed = tokio::select! {
                changed = pictures.wait_for(|picture| picture.edition != shown) => changed.is_ok(),
                changed = mirror.changed() => changed.is_ok(),
                Ok(()) = alarms.changed() => true,
                Ok(()) = mailboxes.changed() => true,
                Some(fault) = troubles.recv() => { maker.notices.store(fault); true }
                () = tokio::time::sleep(REFRESH) => true,
            };
            let began = Instant::now();
            let picture = Arc::clone(&pictures.borrow_and_update());
            shown = picture.edition;
            let next = maker.view(&picture, &mirror.borrow_and_update());
            let is_new = **sender.borrow() != next;
            if is_new {
                sender.send_replace(Arc::new(next));
            }
            if !changed || sender.is_closed() {
                return;
            }
            // A large house in a storm of changes: never more than a fiftieth of a core for pictures.
            tokio::time::sleep(began.elapsed() * 50).await;
        }
    });
    view
}

struct Maker {
    /// The phones as last shown: the larger part of a large house's view, and calls do not change them.
    phones: Option<Phones>,
    notices: Notices,
    started: SystemTime,
    registered_domains: usize,
    machine: Arc<Machine>,
    mailboxes: watch::Receiver<Arc<[Mailbox]>>,
}

struct Phones {
    of: (Present, Arc<Snapshot>),
    shown: Arc<Vec<Phone>>,
}

impl Maker {
    fn view(&mut self, picture: &Picture, mirror: &MirrorNow) -> View {
        self.notices.lines(&picture.lines, SystemTime::now());
        self.notices.shortage(picture.shortage);
        View {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: self.started,
            readiness: self.readiness(mirror),
            phones: self.phones(picture, mirror),
            calls: picture.calls.iter().map(call).collect(),
            queues: picture.queues.iter().map(queue).collect(),
            lines: lines(&picture.lines, &mirror.house),
            mirror: mirror_view(mirror),
            alarms: self.notices.watch_alarms().borrow().clone(),
            notices: self.notices.all(),
            turned_away: super::turned_away::of(picture),
            account: Arc::clone(&mirror.shown),
            kinds: super::mirroring::kinds_shown(&mirror.kinds),
            mailboxes: Arc::clone(&self.mailboxes.borrow()),
            machine: Arc::clone(&self.machine),
        }
    }

    fn phones(&mut self, picture: &Picture, mirror: &MirrorNow) -> Arc<Vec<Phone>> {
        let same = |known: &Phones| {
            Arc::ptr_eq(&known.of.0, &picture.registered) && Arc::ptr_eq(&known.of.1, &mirror.house)
        };
        if let Some(known) = self.phones.as_ref().filter(|known| same(known)) {
            return Arc::clone(&known.shown);
        }
        let shown = Arc::new(phones(picture, mirror));
        let of = (Arc::clone(&picture.registered), Arc::clone(&mirror.house));
        self.phones = Some(Phones { of, shown: Arc::clone(&shown) });
        shown
    }

    /// Phones can call once there is an account whose logins they can prove.
    fn readiness(&self, mirror: &MirrorNow) -> Readiness {
        let logins = mirror.house.devices.values().any(|device| device.credentials.is_some());
        if logins && self.registered_domains > 0 {
            return Readiness::Ready;
        }
        Readiness::NotYet {
            reason: Sentence::new(
                "Noch kein Konto gespiegelt, daher kann sich kein Telefon anmelden.",
                "No account is mirrored yet, so no phone can register.",
            ),
        }
    }
}

/// What the configuration made of this box.
fn machine(config: &Config) -> Machine {
    let listen = |listen: &transport::Listen| listen.to_string();
    Machine {
        sip: config.sip.listen.iter().map(listen).collect(),
        domains: config.sip.domains.clone(),
        voice: format!("UDP {}-{}", config.media.ports.start(), config.media.ports.end()),
        https: config.web.https.to_string(),
        http: config.web.http.to_string(),
        cloud: config.cloud.api.clone(),
        data: config.data.display().to_string(),
        file: config.counting_file().display().to_string(),
    }
}

fn phones(picture: &Picture, mirror: &MirrorNow) -> Vec<Phone> {
    let house = &mirror.house;
    let registers = house.devices.values().filter(|device| device.kind == DeviceKind::Register);
    let mut phones: Vec<Phone> = registers.map(|device| phone(device, picture, mirror)).collect();
    phones.sort_by(|a, b| (a.extensions.first(), &a.device).cmp(&(b.extensions.first(), &b.device)));
    phones
}

fn phone(device: &Device, picture: &Picture, mirror: &MirrorNow) -> Phone {
    let owner = mirror.house.owner(device);
    let own = mirror.house.extension_of(&Destination::Device(device.id.clone()));
    let of_owner = owner.iter().flat_map(|user| user.extensions.iter().map(ToString::to_string));
    let state = match picture.registered.get(&device.id) {
        Some(reach) => PhoneState::Registered { transport: wire(reach.over), since: wall(reach.since) },
        None => PhoneState::Unregistered { since: None },
    };
    Phone {
        device: device.id.to_string(),
        alias: device.alias.clone(),
        owner: owner.map(|user| user.name.clone()),
        extensions: of_owner.chain(own).collect(),
        state,
    }
}

fn call(call: &CallNow) -> Call {
    let [caller, callee] = call.unheard;
    Call {
        id: call.id.0.to_string(),
        caller: Party { unheard: caller.map(reason), ..party(&call.caller, call.encrypted.caller) },
        callee: Party { unheard: callee.map(reason), ..party(&call.callee, call.encrypted.callee) },
        state: match call.stage {
            CallStage::Ringing => CallState::Ringing,
            CallStage::Talking | CallStage::Mailbox => CallState::Talking,
            CallStage::Held => CallState::Held,
            CallStage::Conference => CallState::Conference,
        },
        since: wall(call.since),
    }
}

fn queue(queue: &switchboard::QueueNow) -> queue::Queue {
    let waiting = queue.waiting.iter().map(|one| queue::Waiting {
        caller: party(&one.caller, false),
        since: wall(one.since),
        rings: one.rings,
    });
    let agents = queue.agents.iter().map(|agent| queue::Agent {
        user: agent.user.to_string(),
        name: agent.name.clone(),
        state: match agent.state {
            switchboard::AgentState::Away => queue::AgentState::Away,
            switchboard::AgentState::Quiet => queue::AgentState::Quiet,
            switchboard::AgentState::Free => queue::AgentState::Free,
            switchboard::AgentState::Rings => queue::AgentState::Rings,
            switchboard::AgentState::Talks => queue::AgentState::Talks,
            switchboard::AgentState::Busy => queue::AgentState::Busy,
            switchboard::AgentState::Rests => queue::AgentState::Rests,
        },
    });
    let (channel, name) = (queue.channel.as_str().to_owned(), queue.name.to_string());
    queue::Queue { channel, name, waiting: waiting.collect(), agents: agents.collect() }
}

fn party(party: &CallParty, encrypted: bool) -> Party {
    let name = (!party.name.is_empty()).then(|| party.name.clone());
    Party { name, number: party.number.clone(), encrypted, unheard: None }
}

/// Why somebody is not heard, as the page tells it.
pub(super) fn reason(why: account::Unheard) -> Unheard {
    match why {
        account::Unheard::Nothing => Unheard::Nothing,
        account::Unheard::Elsewhere => Unheard::Elsewhere,
        account::Unheard::Unreadable => Unheard::Unreadable,
        account::Unheard::Mute => Unheard::Mute,
    }
}

fn mirror_view(mirror: &MirrorNow) -> Mirror {
    let old = mirror.fetched.is_some_and(|at| at.elapsed().is_ok_and(|age| age > STALE_AFTER));
    let state = match (&mirror.last, mirror.fetched) {
        (LastSync::Failed(why), _) => {
            MirrorState::Failed { reason: Sentence::new(why.to_string(), why.to_string()) }
        }
        (LastSync::NotLinked, _) | (LastSync::NotYet | LastSync::Well | LastSync::Partly, None) => {
            MirrorState::Never
        }
        (LastSync::Partly, Some(_)) => MirrorState::Stale,
        (LastSync::NotYet | LastSync::Well, Some(_)) if old => MirrorState::Stale,
        (LastSync::NotYet | LastSync::Well, Some(_)) => MirrorState::Current,
    };
    Mirror {
        source: mirror.source.clone(),
        state,
        fetched: mirror.fetched,
        users: mirror.house.users.len(),
        devices: mirror.house.devices.len(),
        numbers: mirror.house.numbers.len(),
        progress: mirror.progress.map(|it| Progress {
            answered: it.answered,
            questions: it.questions,
            requests: it.requests,
        }),
        brought: mirror.brought.map(|it| web::view::Brought {
            at: it.at,
            changed: it.changed,
            requests: it.requests,
        }),
    }
}

fn wire(transport: Transport) -> web::view::Transport {
    match transport {
        Transport::Udp => web::view::Transport::Udp,
        Transport::Tcp => web::view::Transport::Tcp,
        Transport::Tls => web::view::Transport::Tls,
        Transport::Ws | Transport::Wss => web::view::Transport::WebSocket,
    }
}

/// To whole seconds, so that the same moment looks the same in every picture.
pub(super) fn wall(moment: Instant) -> SystemTime {
    let ahead = moment.saturating_duration_since(Instant::now());
    let exact = SystemTime::now() + ahead - moment.elapsed();
    let since = exact.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH
        + Duration::from_secs((since.as_millis().saturating_add(500) / 1000).try_into().unwrap_or(0))
}
