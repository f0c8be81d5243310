//! Bindings by login, and in the order in which they run out.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use account::{Binding, KEPT_LONGER, Reach, SipUser, Wire};
use sip::flow::{Flow, Transport};
use sip::view::Uri;

/// One phone at one place.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The Contact URI as the phone wrote it.
    pub contact: Box<str>,
    /// The phone's own name for itself (RFC 5626 4.1).
    pub instance: Option<Box<str>>,
    /// Which of its ways to us this is, when it keeps several (RFC 5626 4.2).
    pub reg_id: Option<u32>,
    /// The path its REGISTER came on.
    pub flow: Flow,
    /// Call-ID of that REGISTER.
    pub call_id: Box<str>,
    /// CSeq of that REGISTER.
    pub cseq: u32,
    /// What it says it is.
    pub user_agent: Box<str>,
    /// Reachable without a gap since then.
    pub since: Instant,
    /// Reachable until then, unless it comes back.
    pub expires_at: Instant,
    pub(super) saved: Option<Saved>,
}

/// What the store was last told of a binding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Saved {
    pub granted: Duration,
    /// The record counts until then.
    pub until: Instant,
    /// How often the store had lost something by then.
    pub losses: u64,
}

impl Bound {
    /// Its connection closed, and nothing tells yet whether the phone takes another.
    pub(super) fn is_cut(&self) -> bool {
        self.flow.transport.reliable() && self.flow.connection == 0
    }

    /// The path to reach the phone on now.
    #[must_use]
    pub fn way(&self) -> Flow {
        let lost = self.is_cut();
        let named = || {
            let uri = Uri::parse(self.contact.as_bytes())?;
            Some((uri.host?.ip()?, uri.port.unwrap_or(5060)).into())
        };
        match lost.then(named).flatten() {
            Some(peer) => Flow { peer, ..self.flow },
            None => self.flow,
        }
    }

    /// What was saved of this binding, if it says all that matters of the renewed one.
    pub(super) fn covers(&self, renewed: &Self, granted: Duration, losses: u64) -> Option<Saved> {
        let place = |bound: &Self| Reach { connection: 0, ..reach(bound.flow) };
        let same = self.contact == renewed.contact
            && self.instance == renewed.instance
            && self.reg_id == renewed.reg_id
            && self.user_agent == renewed.user_agent
            && place(self) == place(renewed);
        let lasts = |saved: &Saved| granted <= saved.granted && renewed.expires_at <= saved.until;
        self.saved.filter(|saved| same && saved.losses == losses && lasts(saved))
    }

    pub(super) fn record(&self, user: &SipUser, remaining: Duration) -> Binding {
        Binding {
            user: user.clone(),
            contact: self.contact.to_string(),
            instance: self.instance.as_deref().map(str::to_owned),
            reg_id: self.reg_id,
            reach: reach(self.flow),
            call_id: self.call_id.to_string(),
            cseq: self.cseq,
            user_agent: self.user_agent.to_string(),
            remaining,
        }
    }

    pub(super) fn restored(now: Instant, binding: &Binding) -> Self {
        Self {
            contact: binding.contact.as_str().into(),
            instance: binding.instance.as_deref().map(Into::into),
            reg_id: binding.reg_id,
            flow: flow(binding.reach),
            call_id: binding.call_id.as_str().into(),
            cseq: binding.cseq,
            user_agent: binding.user_agent.as_str().into(),
            since: now,
            expires_at: now + binding.remaining,
            saved: None,
        }
    }
}

impl Saved {
    pub(super) fn of(bound: &Bound, granted: Duration, losses: u64) -> Self {
        Self { granted, until: bound.expires_at + KEPT_LONGER, losses }
    }
}

fn reach(flow: Flow) -> Reach {
    let wire = match flow.transport {
        Transport::Udp => Wire::Udp,
        Transport::Tcp => Wire::Tcp,
        Transport::Tls => Wire::Tls,
        Transport::Ws => Wire::Ws,
        Transport::Wss => Wire::Wss,
    };
    Reach { wire, local: flow.local, peer: flow.peer, connection: flow.connection }
}

/// A connection does not outlive the process that had it.
fn flow(reach: Reach) -> Flow {
    let transport = match reach.wire {
        Wire::Udp => Transport::Udp,
        Wire::Tcp => Transport::Tcp,
        Wire::Tls => Transport::Tls,
        Wire::Ws => Transport::Ws,
        Wire::Wss => Transport::Wss,
    };
    Flow { transport, local: reach.local, peer: reach.peer, connection: 0 }
}

/// Logins and their bindings. A login's slot never changes, so that the other indexes can stay small.
#[derive(Debug, Default)]
pub(super) struct Table {
    slots: HashMap<SipUser, usize>,
    logins: Vec<(SipUser, Vec<Bound>)>,
    /// The earliest expiry of each login that has bindings.
    expiries: BTreeSet<(Instant, usize)>,
    /// Which logins came over which connection.
    connections: BTreeSet<(u64, usize)>,
    bindings: usize,
}

impl Table {
    pub(super) fn of(&self, user: &SipUser) -> &[Bound] {
        let login = self.slots.get(user).and_then(|slot| self.logins.get(*slot));
        login.map_or(&[], |(_, bounds)| bounds)
    }

    /// Takes a login's bindings out, to be put back changed.
    pub(super) fn take(&mut self, user: &SipUser) -> Vec<Bound> {
        match self.slots.get(user) {
            Some(slot) => self.take_at(*slot),
            None => Vec::new(),
        }
    }

    pub(super) fn put(&mut self, user: &SipUser, bounds: Vec<Bound>) {
        let slot = match self.slots.get(user) {
            Some(slot) => *slot,
            None if bounds.is_empty() => return,
            None => {
                self.logins.push((user.clone(), Vec::new()));
                self.slots.insert(user.clone(), self.logins.len() - 1);
                self.logins.len() - 1
            }
        };
        self.put_at(slot, bounds);
    }

    pub(super) fn disconnect(&mut self, flow: Flow) {
        let there = (flow.connection, 0)..=(flow.connection, usize::MAX);
        while let Some(&(_, slot)) = self.connections.range(there.clone()).next() {
            let mut bounds = self.take_at(slot);
            for bound in bounds.iter_mut().filter(|bound| bound.flow.connection == flow.connection) {
                bound.flow.connection = 0;
            }
            self.put_at(slot, bounds);
        }
    }

    pub(super) fn expire(&mut self, now: Instant) -> Vec<(SipUser, Bound)> {
        let mut gone = Vec::new();
        while let Some(&(at, slot)) = self.expiries.first()
            && at <= now
        {
            gone.extend(self.split(slot, |bound| bound.expires_at > now));
        }
        gone
    }

    pub(super) fn keep_only(&mut self, known: impl Fn(&SipUser) -> bool) -> Vec<(SipUser, Bound)> {
        let strangers: Vec<usize> =
            self.slots.iter().filter(|(user, _)| !known(user)).map(|(_, slot)| *slot).collect();
        strangers.into_iter().flat_map(|slot| self.split(slot, |_| false)).collect()
    }

    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.expiries.first().map(|(at, _)| *at)
    }

    pub(super) fn len(&self) -> usize {
        self.bindings
    }

    /// Keeps what `stays` says and returns the rest.
    fn split(&mut self, slot: usize, stays: impl Fn(&Bound) -> bool) -> Vec<(SipUser, Bound)> {
        let (kept, gone): (Vec<_>, Vec<_>) = self.take_at(slot).into_iter().partition(stays);
        self.put_at(slot, kept);
        let user = self.logins.get(slot).map(|(user, _)| user.clone());
        gone.into_iter().filter_map(|bound| Some((user.clone()?, bound))).collect()
    }

    fn take_at(&mut self, slot: usize) -> Vec<Bound> {
        let Some((_, bounds)) = self.logins.get_mut(slot) else { return Vec::new() };
        let bounds = std::mem::take(bounds);
        if let Some(at) = earliest(&bounds) {
            self.expiries.remove(&(at, slot));
        }
        for bound in &bounds {
            self.connections.remove(&(bound.flow.connection, slot));
        }
        self.bindings -= bounds.len();
        bounds
    }

    fn put_at(&mut self, slot: usize, bounds: Vec<Bound>) {
        let Some((_, place)) = self.logins.get_mut(slot) else { return };
        if let Some(at) = earliest(&bounds) {
            self.expiries.insert((at, slot));
        }
        for bound in bounds.iter().filter(|bound| bound.flow.connection != 0) {
            self.connections.insert((bound.flow.connection, slot));
        }
        self.bindings += bounds.len();
        *place = bounds;
    }
}

fn earliest(bounds: &[Bound]) -> Option<Instant> {
    bounds.iter().map(|bound| bound.expires_at).min()
}
