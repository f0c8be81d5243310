//! Where phones stand: what the installer entered, beside what account and network say, worked out on every change.
//!
//! ```text
//!   page, command line ── Change ──> Facts ──┐
//!   mirror ───────────── Snapshot ───────────┼──> Table ──> Ready ──> switchboard (one look-up per call)
//!   switchboard ──────── who is where ───────┘        '──> emergency.json, read before everything else
//! ```

mod alarm;
mod desk;
mod elsewhere;
mod form;
mod keeping;
mod lines;
mod looking;
mod refusing;
mod shown;
mod table;
mod telling;
pub(crate) mod test_call;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use account::{DeviceId, DeviceKind, Snapshot};
use emergency::{
    Alarms, Bindings, Commissioned, Facts, Ground, LocationId, Places, Ready, Seen, Sighting, Standing,
    Table, Whereabouts,
};
use serde_json::Value;
use sightings::Sightings;
use store::Store;
use switchboard::Picture;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tracing::{info, warn};
use web::view::Sentence;

use super::exchange::News;
use super::mirroring::MirrorNow;
use super::notices::Notices;
use super::outside::Outside;
use super::vault::StoreVault;
use crate::config::{Emergency, Trunk};
use desk::Ask;
pub(crate) use desk::Desk;
use elsewhere::Elsewhere;
use form::Trail;
pub(crate) use keeping::{LastGood, replace};
use looking::Network;
pub(crate) use shown::rule_word;
use telling::Telling;
pub(crate) use telling::{Letters, reaches};
use test_call::TestCalls;

/// An address is believed as long as the phone is registered; it is looked at anew with every change.
const REGISTERED: Duration = Duration::from_secs(365 * 24 * 3600);

/// The task and all it knows.
pub(crate) struct Locations {
    config: Emergency,
    trunk: Trunk,
    store: Arc<Store>,
    data: PathBuf,
    notices: Notices,
    facts: Facts,
    revision: u64,
    trail: Vec<Trail>,
    house: Arc<Snapshot>,
    network: Network,
    alarms: Alarms,
    telling: Telling,
    elsewhere: Elsewhere,
    now: Now,
    /// What the switchboard was told last.
    told: Arc<Ready>,
}

/// What was worked out last.
struct Now {
    places: Places,
    table: Table,
    ready: Arc<Ready>,
    /// The same as page and command line read it, once somebody has asked.
    shown: Option<Arc<Value>>,
}

impl Locations {
    /// Starts with what the last run knew.
    pub(crate) fn new(
        config: &crate::config::Config,
        store: Arc<Store>,
        last_good: LastGood,
        house: Arc<Snapshot>,
        notices: Notices,
    ) -> Self {
        let kept = keeping::newest(&store, last_good);
        let facts = kept.facts();
        let network = Network::default();
        let configured = (&config.emergency, &config.trunk);
        let now = work_out(configured, &facts, &house, &network);
        Self {
            config: config.emergency.clone(),
            trunk: config.trunk.clone(),
            store,
            data: config.data.clone(),
            notices,
            facts: facts.beside(&house),
            revision: kept.revision,
            trail: kept.trail,
            house,
            network,
            alarms: Alarms::default(),
            telling: Telling::default(),
            elsewhere: Elsewhere::default(),
            told: Arc::clone(&now.ready),
            now,
        }
    }

    /// What the switchboard begins with.
    pub(crate) fn ready(&self) -> Arc<Ready> {
        Arc::clone(&self.now.ready)
    }

    /// Starts the task, and says through what it is asked.
    pub(crate) fn start(
        mut self,
        pictures: watch::Receiver<Arc<Picture>>,
        mirror: watch::Receiver<Arc<MirrorNow>>,
        outside: &Outside,
    ) -> (Desk, JoinHandle<()>) {
        let (asks, asked) = mpsc::channel(8);
        let (trunk, news) = outside.ends();
        let sightings = looking::start(&self.config.looking);
        self.telling = Telling::start(&self.config.ways);
        self.elsewhere = Elsewhere::start(&self.config.servers);
        let desk = Desk::new(asks, TestCalls::new(news.clone()));
        let vault = StoreVault::new(Arc::clone(&self.store));
        let watching = test_call::watch_over(pictures.clone(), vault, self.notices.clone());
        let placing = self.run(pictures, (mirror, trunk), sightings, asked, news);
        (desk, tokio::spawn(async { _ = tokio::join!(placing, watching) }))
    }

    /// Works until nobody is left who could ask or be told.
    async fn run(
        mut self,
        mut pictures: watch::Receiver<Arc<Picture>>,
        (mut mirror, mut trunk): (watch::Receiver<Arc<MirrorNow>>, watch::Receiver<Trunk>),
        mut sightings: watch::Receiver<Arc<Sightings>>,
        mut asked: mpsc::Receiver<Ask>,
        news: mpsc::Sender<News>,
    ) {
        let mut said = Vec::new();
        let mut picker: Option<(DeviceId, Instant)> = None;
        // What is worked out may not be what it would be now.
        let mut stale = true;
        loop {
            let began = Instant::now();
            let picture = Arc::clone(&pictures.borrow_and_update());
            let house = Arc::clone(&mirror.borrow_and_update().house);
            // A mirror whose cloud is gone says so every few seconds; nobody has moved for that.
            stale |= !Arc::ptr_eq(&house, &self.house);
            stale |= self.network.reached(&picture.registered, began);
            stale |= self.network.seen(&sightings.borrow_and_update());
            self.house = house;
            let picks = picture.heard.as_ref().filter(|heard| picker.as_ref() != Some(heard));
            picks.iter().for_each(|(device, _)| self.heard(device.as_str()));
            let picked_up = picks.map(|(_, at)| *at);
            picker.clone_from(&picture.heard);
            // Before anything that may wait for the disk.
            self.alarm(&said, &picture.help, (picked_up, began)).into_iter().for_each(|call| {
                // When the switchboard is so busy, it is told in a minute.
                let _ = news.try_send(News::Remind(call));
            });
            if std::mem::take(&mut stale) && !self.settle(&news).await {
                return;
            }
            let up = lines_up(&picture);
            self.notices.help_lines(up, self.config.rules.commissioned);
            said.clone_from(&picture.help);
            let picked = picker.clone();
            let known = Arc::clone(&picture.registered);
            let again = [self.now.table.recompute_at(), self.alarms.next()].into_iter().flatten().min();
            let again = again.unwrap_or_else(|| Instant::now() + REGISTERED);
            // A large house in a storm of registrations: never more than a fiftieth of a core for places.
            let rested = began + began.elapsed() * 50;
            let new = |now: &Arc<Picture>| {
                let phones = !Arc::ptr_eq(&now.registered, &known) && Instant::now() >= rested;
                phones || now.help != said || now.heard != picked || lines_up(now) != up
            };
            let news_of_phones = async { pictures.wait_for(new).await.is_ok() };
            let goes_on = tokio::select! {
                goes_on = news_of_phones => goes_on,
                changed = mirror.changed() => changed.is_ok(),
                changed = trunk.changed() => {
                    self.trunk = trunk.borrow_and_update().clone();
                    stale = true;
                    changed.is_ok()
                }
                // Nobody looks any more: what was seen last counts until it is too old.
                Ok(()) = sightings.changed() => true,
                Some(ask) = asked.recv() => { stale |= self.hear(ask).await; true }
                () = tokio::time::sleep_until(again.into()) => { stale = true; true }
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Works everything out anew and tells whoever must know.
    async fn settle(&mut self, news: &mpsc::Sender<News>) -> bool {
        let beside = self.facts.beside(&self.house);
        let (places, table) = compute(&self.config, &beside, &self.house, &self.network);
        let beside = beside.acquainted(&table, &places).unwrap_or(beside);
        if beside != self.facts {
            self.facts = beside;
            self.keep().await;
        }
        let now = self.work_out();
        let moved = self.facts.moved(&now.table, &now.places).len();
        self.notices.unlocated(now.table.unlocated().count(), moved);
        self.notices.silent_sources(&self.network.sightings.sources);
        self.now = now;
        self.elsewhere
            .place(self.facts.default.map(|place| self.now.places.civic(place)).unwrap_or_default());
        if *self.told == *self.now.ready {
            return true;
        }
        self.told = self.ready();
        keeping::save_last_good(&self.data, &self.kept()).await;
        news.send(News::Emergency(self.ready())).await.is_ok()
    }

    fn work_out(&self) -> Now {
        work_out((&self.config, &self.trunk), &self.facts, &self.house, &self.network)
    }

    fn kept(&self) -> form::Kept {
        form::Kept::of(&self.facts, self.revision, self.trail.clone())
    }

    /// Writes down what was entered. A store that cannot is said by its own notice; what is in memory serves.
    async fn keep(&mut self) -> bool {
        self.revision += 1;
        let kept = self.kept();
        let saved = keeping::save(&self.store, &kept).await;
        if let Err(why) = &saved {
            warn!(%why, "places could not be saved");
        }
        saved.is_ok()
    }

    /// Makes a change, if it fits.
    async fn change(&mut self, who: String, form: form::ChangeForm) -> Result<Value, Sentence> {
        let change = form.clone().change(self.facts.fresh())?;
        let before = self.facts.clone();
        let changed = self.facts.changed(change).map_err(|why| refusing::sentence(&why))?;
        self.facts = changed.beside(&self.house);
        keeping::note(&mut self.trail, who, form);
        if !self.keep().await {
            self.facts = before;
            self.trail.pop();
            return Err(Sentence::new(
                "Das konnte nicht gespeichert werden; nichts wurde geändert.",
                "This could not be saved, so nothing was changed.",
            ));
        }
        info!(revision = self.revision, "places or bindings were changed");
        self.now = self.work_out();
        Ok(self.shown().all())
    }

    /// Everything. Worked out when it is asked for and something is different.
    fn all(&mut self) -> Arc<Value> {
        let elsewhere = self.elsewhere.shown();
        let same = |shown: &&Arc<Value>| {
            let is = |field: &str, value: &Value| shown.get(field) == Some(value);
            is("revision", &self.revision.into())
                && is("commissioned", &(self.config.rules.commissioned == Commissioned::Yes).into())
                && is("elsewhere", &elsewhere.clone().into())
        };
        if let Some(shown) = self.now.shown.as_ref().filter(same) {
            return Arc::clone(shown);
        }
        let shown = Arc::new(self.shown().all());
        self.now.shown = Some(Arc::clone(&shown));
        shown
    }

    fn shown(&self) -> shown::Shown<'_> {
        shown::Shown {
            house: &self.house,
            facts: &self.facts,
            places: &self.now.places,
            table: &self.now.table,
            ready: &self.now.ready,
            network: &self.network,
            elsewhere: self.elsewhere.shown(),
            revision: self.revision,
            commissioned: self.config.rules.commissioned == Commissioned::Yes,
        }
    }
}

fn lines_up(picture: &Picture) -> usize {
    picture.lines.iter().filter(|line| line.health.is_up()).count()
}

fn work_out(
    (config, trunk): (&Emergency, &Trunk),
    facts: &Facts,
    house: &Snapshot,
    network: &Network,
) -> Now {
    let (places, table) = compute(config, facts, house, network);
    let (lines, own) = (lines::all(config, trunk, house, &places), lines::own(house));
    let own = |device: &DeviceId| own.get(device);
    let ready = Ready::compute(config.rules.clone(), &table, &places, &lines, own);
    Now { places, table, ready: Arc::new(ready), shown: None }
}

fn compute(config: &Emergency, facts: &Facts, house: &Snapshot, network: &Network) -> (Places, Table) {
    // Facts are checked before they are taken; should they not fit all the same, phones keep the account's addresses.
    let ground = facts.ground().unwrap_or_else(|why| {
        warn!(%why, "the places do not fit together");
        Ground { places: Places::default(), bindings: Bindings::default(), default: LocationId(0) }
    });
    let now = Instant::now();
    let phones = house.devices.values().filter(|device| device.kind == DeviceKind::Register);
    let standing = phones.map(|device| stands(config, device, house, (network, &ground.bindings), now));
    let standing: Vec<Standing> = standing.collect();
    let table = Table::compute(&standing, &ground, now);
    (ground.places, table)
}

/// A phone that is not registered is taken to be in the house: it may be a known one whose registration was lost.
fn stands(
    config: &Emergency,
    device: &account::Device,
    house: &Snapshot,
    (network, bindings): (&Network, &Bindings),
    now: Instant,
) -> Standing {
    let reach = network.reach(&device.id);
    let whereabouts = reach.map_or(Whereabouts::OnNet, |(from, _)| config.rules.networks.whereabouts(from));
    let mut sightings = network.marks(&device.id, now);
    if let Some((from, since)) = reach {
        // Most phones have hardware of their own; only that of a base tells a place.
        let bases =
            network.bases(&device.id, now).into_iter().filter(|base| bindings.of_mark(base).is_some());
        let seen = bases.map(Seen::Mark).chain([Seen::Address(from)]);
        sightings.extend(seen.map(|what| Sighting { what, at: since, until: now + REGISTERED }));
    }
    Standing {
        device: device.id.clone(),
        whereabouts,
        sightings,
        user: house.owner(device).and_then(|user| user.address.clone()),
        account: device.emergency_address.clone(),
    }
}
