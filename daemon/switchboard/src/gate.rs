//! Who may ask: the logins of the account, ready for digest authentication.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Instant;

use account::{DeviceId, SipUser, Snapshot};
use sip::compose::Response;
use sip::digest::{Credentials, Guard, Nonce, Stale, Verdict};
use sip::flow::Flow;
use sip::message::Message;
use sip::name::Name;
use sip::seed::Seed;
use sip::view::{Host, Uri};

use crate::defence::{Evidence, WhyRefused};
use crate::quirks::knows_md5_only;
use crate::refusal::Refused;
use crate::switchboard::Switchboard;

/// The hashes that passwords are checked against; passwords themselves are not kept here.
#[derive(Default)]
pub(crate) struct Logins {
    known: HashMap<SipUser, (DeviceId, Credentials)>,
    /// Checked in place of a login that nobody has, so that both take the same time. Its password was drawn and forgotten.
    nobody: Option<Credentials>,
}

/// Somebody who proved to be this device.
#[derive(Clone, Debug)]
pub(crate) struct Proven {
    pub user: SipUser,
    pub device: DeviceId,
    pub nonce: Nonce,
}

/// What a proof is worth.
enum Worth {
    /// It is good.
    Good(Proven),
    /// It was good once.
    Used(Proven),
    /// Nothing.
    None(Verdict),
}

impl Logins {
    pub(crate) fn of(house: &Snapshot, realm: &str, seed: &mut Seed) -> Self {
        let with_login =
            house.devices.values().filter_map(|device| Some((device, device.credentials.as_ref()?)));
        let known = with_login.map(|(device, login)| {
            let hashes = Credentials::new(login.user.as_str(), realm, login.password.expose());
            (login.user.clone(), (device.id.clone(), hashes))
        });
        let nobody = Credentials::new("nobody", realm, &seed.call_id());
        Self { known: known.collect(), nobody: Some(nobody) }
    }

    pub(crate) fn knows(&self, user: &str) -> bool {
        self.known.contains_key(user)
    }

    /// Checks the proof a request carries.
    fn check(&self, guard: &mut Guard, now: Instant, request: &Message<'_>, source: IpAddr) -> Worth {
        let mut found = None;
        let verdict = guard.check(now, request, source, |user| {
            let known = str::from_utf8(user).ok().and_then(|user| self.known.get_key_value(user));
            found = known.map(|(user, (device, _))| (user, device));
            known.map(|(_, (_, hashes))| hashes).or(self.nobody.as_ref())
        });
        match (verdict, found) {
            (Verdict::Granted(nonce), Some((user, device))) => {
                Worth::Good(Proven { user: user.clone(), device: device.clone(), nonce })
            }
            (Verdict::Again, Some((user, device))) => {
                Worth::Used(Proven { user: user.clone(), device: device.clone(), nonce: Nonce::Young })
            }
            (verdict, _) => Worth::None(verdict),
        }
    }
}

impl std::fmt::Debug for Logins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Logins({})", self.known.len())
    }
}

impl Switchboard {
    /// Whether a request stays without any answer, because its source has shown that it is no phone.
    /// A call for help is heard from everybody.
    pub(crate) fn unheard(&mut self, now: Instant, flow: Flow, message: &Message<'_>) -> bool {
        if message.method().is_none() {
            return false;
        }
        let agent = agent(message);
        let login = || self.guard.claimed_user(message);
        let silent = self.defence.silent(now, flow.peer.ip(), &agent, login);
        if !silent || self.calls_for_help(message) || self.lines.leads_to(flow) {
            return false;
        }
        self.counts.unanswered += 1;
        self.edition += 1;
        true
    }

    /// Lets a request through if its sender proves who it is; otherwise answers it and returns nothing.
    ///
    /// Neither a challenge nor a refusal leaves anything in memory but a line in the bounded table of suspects.
    pub(crate) fn prove(&mut self, now: Instant, flow: Flow, request: &Message<'_>) -> Option<Proven> {
        let source = flow.peer.ip();
        let checked = match self.certified_as(flow, request) {
            Some(shown) => Worth::Good(shown),
            None => self.logins.check(&mut self.guard, now, request, source),
        };
        match checked {
            Worth::Good(proven) => {
                self.defence.proved(now, source);
                let allowed = self.access.check(&proven.user, &flow);
                allowed.map_err(|why| self.turn_away(now, flow, request, why)).ok().map(|()| proven)
            }
            Worth::Used(proven) => {
                if !self.repeat_answer(now, flow, request, &proven) {
                    self.challenge(now, flow, request, Stale::Yes);
                }
                None
            }
            Worth::None(Verdict::Challenge(stale)) => {
                if stale == Stale::No {
                    self.defence.note(now, source, &agent(request), Evidence::Question);
                }
                self.challenge(now, flow, request, stale);
                None
            }
            Worth::None(Verdict::Granted(_) | Verdict::Again | Verdict::Refused) => {
                let login = self.guard.claimed_user(request).unwrap_or_default();
                self.defence.note(now, source, &agent(request), Evidence::WrongPassword(&login));
                let known = str::from_utf8(&login).is_ok_and(|login| self.logins.knows(login));
                let why = if known { WhyRefused::WrongPassword } else { WhyRefused::UnknownLogin };
                self.turn_away(now, flow, request, why);
                None
            }
        }
    }

    /// The device whose certificate the peer of this connection has shown, if the request speaks for it. The certificate names
    /// it by its SIP address (RFC 5922 7.1) or, as phones often do, by the login alone.
    fn certified_as(&self, flow: Flow, request: &Message<'_>) -> Option<Proven> {
        let names = self.certified.get(&flow.connection).filter(|_| flow.connection != 0)?;
        let asking = request.from()?.uri.user_decoded()?;
        let (user, (device, _)) = self.logins.known.get_key_value(str::from_utf8(&asking).ok()?)?;
        let own = |name: &String| {
            let address = || Uri::parse(name.as_bytes()).filter(|address| self.serves(address.host, flow));
            name == user.as_str()
                || address().and_then(|address| address.user_decoded()).is_some_and(|is| *is == *asking)
        };
        let proven = || Proven { user: user.clone(), device: device.clone(), nonce: Nonce::Young };
        names.iter().any(own).then(proven)
    }

    /// Refuses a phone at the door; the sender cannot tell a wrong password from an unknown login, the admin can.
    fn turn_away(&mut self, now: Instant, flow: Flow, request: &Message<'_>, why: WhyRefused) {
        self.counts.refused += 1;
        self.remember_turned_away(now, flow, request, why);
        let refused = match why {
            WhyRefused::NotFromHere => Refused::NotFromHere,
            WhyRefused::NotEncrypted => Refused::NotEncrypted,
            WhyRefused::ForSomebodyElse => Refused::Forbidden,
            WhyRefused::UnknownLogin
            | WhyRefused::WrongPassword
            | WhyRefused::TooManyPlaces
            | WhyRefused::TooBrief
            | WhyRefused::BadContact => Refused::WrongPassword,
        };
        self.refuse_once(flow, request, refused);
    }

    /// Keeps the reason for whoever asks why this phone does not work.
    pub(crate) fn remember_turned_away(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        why: WhyRefused,
    ) {
        self.edition += 1;
        let login = self.guard.claimed_user(request).unwrap_or_default();
        self.defence.refusals.note(now, flow.peer.ip(), &login, &agent(request), why);
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

fn agent<'a>(message: &Message<'a>) -> Cow<'a, str> {
    message.text(Name::UserAgent).unwrap_or_default()
}
