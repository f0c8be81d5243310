//! Which outside lines there are: those of the account's devices, and those of the configuration.

use std::sync::Arc;

use account::{Credentials, Device, DeviceKind, E164, LineId, Secret, Snapshot};
use sip::locate::Target;
use switchboard::lines::{Line, LineKind, Manner};
use tokio::sync::{mpsc, watch};
use tracing::warn;

use super::exchange::News;
use super::mirroring::MirrorNow;
use super::notices::Notices;
use crate::config::{DialInRule, Provider, Trunk, TrunkMode};

/// A password file holds one line; a larger file is none.
const LARGEST_PASSWORD: usize = 1024;

/// Tells the switchboard its lines whenever account or configuration change them, until one of both ends.
pub(crate) async fn keep(
    mut trunk: watch::Receiver<Trunk>,
    mut mirror: watch::Receiver<Arc<MirrorNow>>,
    news: mpsc::Sender<News>,
    notices: Notices,
) {
    let mut providers = configured(&trunk.borrow_and_update());
    let mut told: Option<Arc<[Line]>> = None;
    let (mut strangers, mut unrung) = (Vec::new(), Vec::new());
    loop {
        let mode = trunk.borrow().mode;
        let account = Arc::clone(&mirror.borrow_and_update());
        let lines = all(mode, &account.house, &providers);
        let nobodys = account.fetched.map_or_else(Vec::new, |_| nobodys(&lines, &account.house));
        if strangers != nobodys {
            warn!(
                numbers = nobodys.len(),
                "[trunk] carries names numbers that nobody in the account calls with"
            );
            notices.carried_for_nobody(&nobodys);
            strangers = nobodys;
        }
        let nobody = account.fetched.map_or_else(Vec::new, |_| ring_nobody(&providers, &account.house));
        if unrung != nobody {
            warn!(numbers = nobody.len(), "[trunk] dial_in names numbers that would ring nobody");
            notices.dialled_in_to_nobody(&nobody);
            unrung = nobody;
        }
        if told.as_ref() != Some(&lines) {
            if news.send(News::Lines(Arc::clone(&lines))).await.is_err() {
                return;
            }
            told = Some(lines);
        }
        let alive = tokio::select! {
            changed = mirror.changed() => changed.is_ok(),
            changed = trunk.changed() => {
                providers = configured(&trunk.borrow_and_update());
                changed.is_ok()
            }
        };
        if !alive {
            return;
        }
    }
}

/// A line of the configuration, and whom its numbers ring in whatever house.
type Configured = (Line, Vec<DialInRule>);

fn all(mode: TrunkMode, house: &Snapshot, providers: &[Configured]) -> Arc<[Line]> {
    let devices =
        house.devices.values().filter(|device| mode.has_phones() && device.kind == DeviceKind::Register);
    let registered = devices.filter_map(|device| Some(of_device(device, device.credentials.as_ref()?)));
    let configured = providers.iter().map(|(line, rules)| {
        let dial_in = rules.iter().flat_map(|rule| rule.numbers(house)).collect();
        Line { dial_in: Arc::new(dial_in), ..line.clone() }
    });
    registered.chain(configured).collect()
}

/// Numbers that the admin gave to a trunk and that lead to nobody: mistyped, or no longer in the account.
fn nobodys(lines: &[Line], house: &Snapshot) -> Vec<E164> {
    let chosen = lines.iter().flat_map(|line| line.carries.iter());
    chosen.filter(|number| house.destination_of_number(number).is_none()).cloned().collect()
}

/// Numbers that the admin lets ring somebody who is not, or no longer, in the account.
fn ring_nobody(providers: &[Configured], house: &Snapshot) -> Vec<E164> {
    let rules = providers.iter().flat_map(|(_, rules)| rules);
    rules.filter_map(|rule| rule.rings_nobody(house).cloned()).collect()
}

fn of_device(device: &Device, login: &Credentials) -> Line {
    Line {
        id: LineId::new(login.user.as_str()),
        kind: LineKind::Device(device.id.clone()),
        user: login.user.clone(),
        domain: login.server.clone(),
        servers: Target::named(&login.outbound_proxy, None).into_iter().collect(),
        password: Some(login.password.clone()),
        presents: Vec::new(),
        carries: Arc::default(),
        dial_in: Arc::default(),
        limit: None,
        manner: Manner::default(),
        rings: None,
    }
}

/// The trunk and the second lines, with their passwords read.
fn configured(trunk: &Trunk) -> Vec<Configured> {
    let main = trunk.main.iter().map(|provider| of_provider(provider, LineKind::Trunk));
    main.chain(trunk.backup.iter().map(|provider| of_provider(provider, LineKind::Backup))).collect()
}

fn of_provider(provider: &Provider, kind: LineKind) -> Configured {
    let line = Line {
        id: provider.name.clone(),
        kind,
        user: provider.user.clone(),
        domain: provider.domain.clone(),
        servers: vec![provider.target.clone()],
        password: password(provider),
        presents: provider.presents.clone(),
        carries: provider.carries.as_slice().into(),
        dial_in: Arc::default(),
        limit: provider.calls,
        manner: provider.manner,
        rings: provider.rings.clone(),
    };
    (line, provider.dial_in.clone())
}

/// Without its password the line stays and is refused by the provider, which the page then says.
fn password(provider: &Provider) -> Option<Secret> {
    let file = provider.password_file.as_ref()?;
    let read = std::fs::read_to_string(file);
    let read = read.inspect_err(
        |fault| warn!(line = provider.name.as_str(), file = %file.display(), %fault, "no password"),
    );
    let line = read.ok()?.lines().next().unwrap_or_default().trim().to_owned();
    (!line.is_empty() && line.len() <= LARGEST_PASSWORD).then(|| Secret::new(line))
}

#[cfg(test)]
mod tests;
