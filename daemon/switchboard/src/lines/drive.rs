//! What the machines of the lines want is done, and what comes of it is told them.

use std::collections::BTreeSet;
use std::time::Instant;

use account::LineId;
use sip::flow::Flow;
use sip::locate::Hop;
use sip::transaction::Priority;

use super::ask::{self, Asking, Words};
use super::entry::Entry;
use super::registration::{Deed, Told};
use super::ways::To;
use super::{Errand, Lines, News, PACE, Unconnected, WhyDown, probe};
use crate::io::Output;
use crate::wires::Wires;

impl Lines {
    /// Hands what happened to the line's machine, and does what it wants, until it wants nothing more.
    pub(super) fn tell(&mut self, now: Instant, id: &LineId, told: Told, wires: &mut Wires) {
        let mut next = Some(told);
        while let Some(told) = next {
            let Some(entry) = self.entries.get_mut(id) else { return };
            let before = entry.registration.due();
            let deed = entry.registration.tell(now, told, &mut self.seed);
            Self::remind(&mut self.due, id, before, entry.registration.due());
            next = match deed {
                Deed::Rest => None,
                Deed::Find => self.find(now, id, wires),
                Deed::Open(hop) => {
                    entry.tries = 0;
                    self.open(now, &hop, wires)
                }
                Deed::Ask => self.ask(now, id, wires),
            };
        }
    }

    pub(super) fn remind(
        due: &mut BTreeSet<(Instant, LineId)>,
        id: &LineId,
        before: Option<Instant>,
        after: Option<Instant>,
    ) {
        if before != after {
            before.map(|at| due.remove(&(at, id.clone())));
        }
        due.extend(after.map(|at| (at, id.clone())));
    }

    fn open(&mut self, now: Instant, hop: &Hop, wires: &mut Wires) -> Option<Told> {
        match self.ways.to(now, hop) {
            To::Open(_) => Some(Told::Open),
            To::Opening => None,
            To::OpenUnder(ticket) => {
                wires.push(Output::Connect { ticket, hop: hop.clone() });
                None
            }
            To::Full => Some(Told::Shut(Unconnected::NoSocket)),
        }
    }

    /// REGISTER, or OPTIONS where there is nothing to register.
    fn ask(&mut self, now: Instant, id: &LineId, wires: &mut Wires) -> Option<Told> {
        let entry = self.entries.get_mut(id)?;
        let To::Open(flow) = self.ways.to(now, entry.registration.hop()?) else {
            return Some(Told::Shut(Unconnected::Unreachable));
        };
        let contact = ask::contact(&entry.line, flow, wires.seen.get(&flow).copied());
        let bytes = entry.compose(now, flow, &contact, &mut self.seed, wires);
        entry.asking = Some((flow, contact));
        match wires.tx.request(now, flow, bytes, Priority::Ordinary) {
            Ok(key) => {
                entry.request.replace(key).map(|before| self.errands.remove(&before));
                self.errands.insert(key, Errand::Register(id.clone()));
                None
            }
            Err(_) => Some(Told::Refused(503, None)),
        }
    }

    pub(super) fn probe(&mut self, now: Instant, flow: Flow, told: probe::Told, wires: &mut Wires) {
        let Some(way) = self.ways.over(flow) else { return };
        match way.probe.tell(now, told) {
            probe::Deed::Rest => {}
            probe::Deed::Ask => {
                if !self.entries.values().any(|entry| entry.is_over(flow)) {
                    self.news.push(News::Left(flow));
                }
                self.send_probe(now, flow, wires);
            }
            probe::Deed::Renew => self.renew_over(now, flow, wires),
            probe::Deed::Prove => {
                let over = self.entries.iter().find(|(_, entry)| entry.is_over(flow));
                if let Some(id) = over.map(|(id, _)| id.clone()) {
                    self.tell(now, &id, Told::Moved(now), wires);
                }
            }
            probe::Deed::ProveInTurn => self.prove_in_turn(now, flow, wires),
            probe::Deed::Lost(why) => {
                let hop = way.hop.clone();
                if why == WhyDown::Silent {
                    self.ways.kept_silent(now, &hop);
                }
                if flow.transport.reliable() {
                    wires.push(Output::Leave(flow));
                }
                self.broken(now, flow, why, wires);
            }
        }
    }

    /// The line on this way registers anew that has not done so for the longest time; none does it more often than seldom.
    fn prove_in_turn(&mut self, now: Instant, flow: Flow, wires: &mut Wires) {
        let able = |entry: &Entry| entry.is_over(flow) && !entry.registration.is_under_way();
        let over = self.entries.iter_mut().filter(|(_, entry)| able(entry));
        let turn = |entry: &Entry| entry.proved.map_or(now, |at| at + probe::SELDOM);
        let Some((id, entry)) = over.min_by_key(|(_, entry)| turn(entry)) else {
            return self.probe(now, flow, probe::Told::Unproved(now + probe::SELDOM), wires);
        };
        if turn(entry) > now {
            let at = turn(entry);
            return self.probe(now, flow, probe::Told::Unproved(at), wires);
        }
        entry.proved = Some(now);
        let id = id.clone();
        self.tell(now, &id, Told::Moved(now), wires);
    }

    /// Every line on this way registers anew, each in its turn.
    pub(super) fn renew_over(&mut self, now: Instant, flow: Flow, wires: &mut Wires) {
        let lines = self.entries.iter().filter(|(_, entry)| entry.is_over(flow)).map(|(id, _)| id.clone());
        for id in lines.collect::<Vec<_>>() {
            let turn = self.take_turn(now);
            self.tell(now, &id, Told::Moved(turn), wires);
        }
    }

    /// OPTIONS in the name of one of the lines that are registered there, or were.
    fn send_probe(&mut self, now: Instant, flow: Flow, wires: &mut Wires) {
        let asks = |entry: &&mut Entry| entry.is_over(flow) || entry.left == Some(flow);
        let Some(entry) = self.entries.values_mut().find(asks) else { return };
        let contact = ask::contact(&entry.line, flow, wires.seen.get(&flow).copied());
        let asking = Asking { flow, contact: &contact, moved_from: None, seconds: 0, agent: &wires.agent };
        let mut words = Words::new(&mut self.seed);
        let bytes = ask::options(&entry.line, &mut words, &asking, &mut self.seed);
        if let Ok(key) = wires.tx.request(now, flow, bytes, Priority::Ordinary) {
            self.errands.retain(|_, errand| !matches!(errand, Errand::Probe(of) if *of == flow));
            self.errands.insert(key, Errand::Probe(flow));
        }
    }

    /// A server that did not answer in time is tried last for a while.
    pub(super) fn shun_silent(&mut self, now: Instant, id: &LineId) {
        let Some(entry) = self.entries.get(id).filter(|entry| entry.registration.is_asking()) else { return };
        if let Some(hop) = entry.registration.hop() {
            self.locator.failed(now, hop, None);
        }
    }

    /// When the next line may send its first request.
    pub(super) fn take_turn(&mut self, now: Instant) -> Instant {
        self.turn = self.turn.max(now) + PACE;
        self.turn
    }
}
