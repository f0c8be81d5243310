//! What the network shows of each phone: the address it registers from, and through that where its hardware hangs.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use account::{DeviceId, Secret};
use emergency::{Mark, Sighting};
use sightings::{Access, Listener, Sightings, Speech, Switch};
use switchboard::Present;
use tokio::sync::watch;
use tracing::warn;

use crate::config::{AskedSwitch, Ear, Looking, SwitchAccess};

/// Longest secret of a switch, bytes.
const LONGEST_SECRET: usize = 255;

/// Where phones send from, and where hardware hangs.
#[derive(Default)]
pub(super) struct Network {
    /// Since when each phone registers from this address.
    from: HashMap<DeviceId, (IpAddr, Instant)>,
    /// How many phones register from each address.
    crowds: HashMap<IpAddr, usize>,
    present: Present,
    pub(super) sightings: Arc<Sightings>,
}

impl Network {
    /// Phones are reached there from now on; says whether that is news. An address that stays keeps its moment, so that
    /// what changed last is fresher.
    pub(super) fn reached(&mut self, present: &Present, now: Instant) -> bool {
        if Arc::ptr_eq(&self.present, present) {
            return false;
        }
        self.present = Arc::clone(present);
        let before = std::mem::take(&mut self.from);
        let since = |device: &DeviceId, from: IpAddr| match before.get(device) {
            Some((known, since)) if *known == from => *since,
            _ => now,
        };
        let each = present.iter();
        self.from = each.map(|(id, reach)| (id.clone(), (reach.from, since(id, reach.from)))).collect();
        self.crowds.clear();
        self.from.values().for_each(|(from, _)| *self.crowds.entry(*from).or_default() += 1);
        true
    }

    /// The network shows this from now on; says whether that is news.
    pub(super) fn seen(&mut self, sightings: &Arc<Sightings>) -> bool {
        let is_new = !Arc::ptr_eq(&self.sightings, sightings);
        self.sightings = Arc::clone(sightings);
        is_new
    }

    /// Where a phone sends from, and since when; nothing while it is not registered.
    pub(super) fn reach(&self, device: &DeviceId) -> Option<(IpAddr, Instant)> {
        self.from.get(device).copied()
    }

    /// The marks at which a phone is seen, and those that it states itself.
    pub(super) fn marks(&self, device: &DeviceId, now: Instant) -> Vec<Sighting> {
        let Some((from, _)) = self.reach(device) else { return Vec::new() };
        let mut marks = self.sightings.traces.of(from, now);
        marks.extend(self.present.get(device).into_iter().flat_map(|reach| reach.stated.iter().cloned()));
        marks
    }

    /// The hardware that a phone registers through: its own, or the DECT base that carries it.
    pub(super) fn bases(&self, device: &DeviceId, now: Instant) -> Vec<Mark> {
        let from = self.reach(device).map(|(from, _)| from);
        let owners = from.map(|from| self.sightings.traces.owners(from, now)).unwrap_or_default();
        owners.into_iter().map(Mark::Base).collect()
    }

    /// Whether others register from the same address: it is a base's, or a router's.
    pub(super) fn shares(&self, device: &DeviceId) -> bool {
        self.reach(device).and_then(|(from, _)| self.crowds.get(&from)).is_some_and(|crowd| *crowd > 1)
    }
}

/// Begins to look and to listen. Whoever's secret cannot be read is left out and named in the journal.
pub(super) fn start(looking: &Looking) -> watch::Receiver<Arc<Sightings>> {
    let switches = looking.switches.iter().filter_map(asked).collect();
    let listeners = looking.ears.iter().filter_map(listener).collect();
    let config =
        sightings::Config { switches, leases: looking.leases.clone(), listeners, every: looking.every };
    // It ends by itself once nobody watches any more.
    sightings::start(config).0
}

fn listener(ear: &Ear) -> Option<Listener> {
    let speech = match &ear.secret_file {
        None => Speech::Dhcp,
        Some(file) => Speech::Radius(secret(file)?),
    };
    Some(Listener { at: ear.at, from: ear.from.clone(), speech })
}

fn asked(switch: &AskedSwitch) -> Option<Switch> {
    let access = match &switch.access {
        SwitchAccess::Community(file) => Access::Community(secret(file)?),
        SwitchAccess::User { name, auth: (kind, file), privacy } => Access::User {
            name: name.clone(),
            auth: (*kind, secret(file)?),
            privacy: match privacy {
                Some((kind, file)) => Some((*kind, secret(file)?)),
                None => None,
            },
        },
    };
    Some(Switch { address: switch.address.clone(), name: switch.name.clone(), access })
}

/// One line of a file.
pub(super) fn secret(file: &Path) -> Option<Secret> {
    let read = std::fs::read_to_string(file);
    let read = read.inspect_err(|fault| warn!(file = %file.display(), %fault, "no password"));
    let line = read.ok()?.lines().next().unwrap_or_default().trim().to_owned();
    (!line.is_empty() && line.len() <= LONGEST_SECRET).then(|| Secret::new(line))
}
