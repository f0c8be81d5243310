//! What the registrar says, and what follows for the line and for the others.

use std::time::Instant;

use account::LineId;
use sip::flow::Flow;
use sip::message::Message;
use sip::name::Name;

use super::ask;
use super::entry::Entry;
use super::registration::Told;
use super::{Bound, Lines, News, WhyDown};
use crate::wires::Wires;

/// What a line that is only reached counts as registered for, in seconds.
const REACHED: u32 = 60;

impl Lines {
    /// What the registrar says.
    pub(super) fn registered(
        &mut self,
        now: Instant,
        id: &LineId,
        (status, message): (u16, Option<&Message<'_>>),
        wires: &mut Wires,
    ) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        let hop = entry.registration.hop().cloned();
        let Some((flow, contact)) = entry.asking.clone() else { return };
        let Some(message) = message else {
            hop.iter().for_each(|hop| self.locator.failed(now, hop, None));
            let why = if status == 408 { WhyDown::Silent } else { WhyDown::Closed };
            return self.tell(now, id, Told::Lost(why), wires);
        };
        let moved = self.notice_address(now, flow, message, wires);
        let Some(entry) = self.entries.get_mut(id) else { return };
        let pause = message.seconds(Name::RetryAfter);
        let told = match status {
            _ if entry.line.password.is_none() && !(500..600).contains(&status) => Told::Granted(REACHED),
            200..=299 => Told::Granted(ask::granted(message, &contact, entry.registration.wanted())),
            401 | 407 if entry.takes_challenge(message) => Told::Challenged,
            401 | 403 | 407 => Told::Forbidden,
            423 => Told::TooBrief(message.seconds(Name::MinExpires).unwrap_or(0)),
            _ => Told::Refused(status, pause),
        };
        if matches!(told, Told::Granted(_)) {
            entry.tries = 0;
            hop.iter().for_each(|hop| self.locator.worked(hop));
            hop.iter().for_each(|hop| self.ways.registered_at(now, hop));
            self.bind(now, id, (flow, contact), (message, &told));
        } else if matches!(status, 408 | 500 | 503) {
            hop.iter().for_each(|hop| self.locator.failed(now, hop, pause));
        }
        let rises = matches!(told, Told::Granted(_)) && !self.is_up(id);
        self.tell(now, id, told, wires);
        if rises {
            self.call_others_back(now, id, wires);
        }
        if moved {
            self.tell(now, id, Told::Moved(now), wires);
        }
    }

    /// The provider knows the line.
    fn bind(
        &mut self,
        now: Instant,
        id: &LineId,
        (flow, contact): (Flow, String),
        (message, told): (&Message<'_>, &Told),
    ) {
        let (Some(entry), Told::Granted(seconds)) = (self.entries.get_mut(id), told) else { return };
        let routes = ask::service_route(message);
        let bound = Bound { flow, contact, routes, until: now + ask::lasts(*seconds) };
        let before = entry.bound.replace(bound).map(|before| before.flow).filter(|before| *before != flow);
        let follows = std::mem::take(&mut entry.follows);
        match before {
            // The provider has moved; whoever talks where it was goes on talking there.
            Some(_) if follows => entry.left = before,
            Some(_) => self.news.push(News::Moved(id.clone(), flow)),
            None => {}
        }
        self.plan_look(now, id);
    }

    fn is_up(&self, id: &LineId) -> bool {
        self.entries.get(id).is_some_and(|entry| entry.registration.health().is_up())
    }

    /// The provider is back: its other lines need not wait any longer, each in its turn.
    fn call_others_back(&mut self, now: Instant, id: &LineId, wires: &mut Wires) {
        let Some(domain) = self.entries.get(id).map(|entry| entry.line.domain.clone()) else { return };
        let down = |entry: &Entry| entry.line.domain == domain && entry.registration.waits_for_the_network();
        let others = self.entries.iter().filter(|(_, entry)| down(entry)).map(|(id, _)| id.clone());
        for other in others.collect::<Vec<_>>() {
            let turn = self.take_turn(now);
            self.tell(now, &other, Told::Back(turn), wires);
        }
    }

    /// Our address may have changed: then every line on this way registers anew. True when the asking line has to as well.
    pub(super) fn notice_address(
        &mut self,
        now: Instant,
        flow: Flow,
        message: &Message<'_>,
        wires: &mut Wires,
    ) -> bool {
        if let Some(way) = self.ways.over(flow) {
            way.altered = ask::altered(message, flow.local);
        }
        let Some(seen) = ask::seen(message) else { return false };
        let before = wires.seen.get(&flow).copied();
        let moves = self.ways.over(flow).is_some_and(|way| way.moves(now, (before, flow.local), seen));
        if !moves {
            return false;
        }
        wires.seen.insert(flow, seen);
        if before.is_some() {
            self.news.push(News::Seen(flow));
        }
        self.renew_over(now, flow, wires);
        true
    }
}
