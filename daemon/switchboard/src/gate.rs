//! Who may ask: the logins of the account, ready for digest authentication.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Instant;

use account::{DeviceId, SipUser, Snapshot};
use sip::compose::Response;
use sip::digest::{Credentials, Guard, Stale, Verdict};
use sip::flow::Flow;
use sip::message::Message;
use sip::view::Host;

use crate::quirks::knows_md5_only;
use crate::refusal::Refused;
use crate::switchboard::Switchboard;

/// The hashes that passwords are checked against; passwords themselves are not kept here.
#[derive(Default)]
pub(crate) struct Logins {
    known: HashMap<SipUser, (DeviceId, Credentials)>,
}

/// Somebody who proved to be this device.
#[derive(Clone, Debug)]
pub(crate) struct Proven {
    pub user: SipUser,
    pub device: DeviceId,
}

impl Logins {
    pub(crate) fn of(house: &Snapshot, realm: &str) -> Self {
        let with_login =
            house.devices.values().filter_map(|device| Some((device, device.credentials.as_ref()?)));
        let known = with_login.map(|(device, login)| {
            let hashes = Credentials::new(login.user.as_str(), realm, login.password.expose());
            (login.user.clone(), (device.id.clone(), hashes))
        });
        Self { known: known.collect() }
    }

    pub(crate) fn knows(&self, user: &str) -> bool {
        self.known.contains_key(user)
    }

    /// Checks the proof a request carries.
    fn check(
        &self,
        guard: &mut Guard,
        now: Instant,
        request: &Message<'_>,
        source: IpAddr,
    ) -> Result<Proven, Verdict> {
        let mut found = None;
        let verdict = guard.check(now, request, source, |user| {
            let (user, (device, hashes)) = self.known.get_key_value(str::from_utf8(user).ok()?)?;
            found = Some((user, device));
            Some(hashes)
        });
        match (verdict, found) {
            (Verdict::Granted, Some((user, device))) => {
                Ok(Proven { user: user.clone(), device: device.clone() })
            }
            (verdict, _) => Err(verdict),
        }
    }
}

impl std::fmt::Debug for Logins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Logins({})", self.known.len())
    }
}

impl Switchboard {
    /// Lets a request through if its sender proves who it is; otherwise answers it and returns nothing.
    ///
    /// Neither a challenge nor a refusal leaves anything in memory.
    pub(crate) fn prove(&mut self, now: Instant, flow: Flow, request: &Message<'_>) -> Option<Proven> {
        match self.logins.check(&mut self.guard, now, request, flow.peer.ip()) {
            Ok(proven) => Some(proven),
            Err(Verdict::Challenge(stale)) => {
                self.challenge(now, flow, request, stale);
                None
            }
            Err(Verdict::Granted | Verdict::Refused) => {
                self.counts.refused += 1;
                self.refuse_once(flow, request, Refused::WrongPassword);
                None
            }
        }
    }

    fn challenge(&mut self, now: Instant, flow: Flow, request: &Message<'_>, stale: Stale) {
        self.counts.challenged += 1;
        let [stronger, weaker] = self.guard.challenge(now, flow.peer.ip(), stale);
        let tag = self.wires.tx.tag_for(request);
        let answer = Response::to(request, &flow, 401).to_tag(&*tag);
        let answer =
            if knows_md5_only(request) { answer } else { answer.header("WWW-Authenticate", stronger) };
        self.wires.tx.send_once(flow, answer.header("WWW-Authenticate", weaker).build());
    }

    /// Whether an address of this host is ours to answer for: a domain of the account, or where we were reached.
    pub(crate) fn serves(&self, host: Option<Host<'_>>, flow: Flow) -> bool {
        let Some(host) = host else { return true };
        let here = host.ip().is_some_and(|ip| ip == flow.local.ip().to_canonical());
        let named = |domain: &String| host.raw().eq_ignore_ascii_case(domain.as_bytes());
        here || self.domains.iter().any(named)
    }
}
