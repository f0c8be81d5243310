//! The ways to the providers: one flow for each hop, shared by all lines that go there.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sip::flow::Flow;
use sip::locate::Hop;

use super::Unconnected;
use super::probe::Probe;

/// Ways open or being opened at once; an account has one provider, with a handful of proxies.
const MOST: usize = 64;
/// An address that is seen to change more often than this belongs to a translator that is out of order.
const SETTLED: Duration = Duration::from_secs(30);

/// Every way.
#[derive(Debug, Default)]
pub(super) struct Ways {
    ways: Vec<Way>,
    tickets: u64,
}

/// One way.
#[derive(Debug)]
pub(super) struct Way {
    pub hop: Hop,
    state: State,
    pub probe: Probe,
    /// When our address there was last seen to change.
    moved: Option<Instant>,
}

#[derive(Debug)]
enum State {
    /// Being opened, under this ticket.
    Opening(u64),
    Open(Flow),
}

/// What [`Ways::to`] finds.
pub(super) enum To {
    Open(Flow),
    /// It is being opened.
    Opening,
    /// It has to be opened under this ticket.
    OpenUnder(u64),
    /// Too many ways.
    Full,
}

impl Ways {
    /// The way to a hop.
    pub(super) fn to(&mut self, now: Instant, hop: &Hop) -> To {
        if let Some(way) = self.ways.iter().find(|way| way.hop == *hop) {
            return match way.state {
                State::Open(flow) => To::Open(flow),
                State::Opening(_) => To::Opening,
            };
        }
        if self.ways.len() >= MOST {
            return To::Full;
        }
        self.tickets += 1;
        let (state, probe) = (State::Opening(self.tickets), Probe::new(now));
        self.ways.push(Way { hop: hop.clone(), state, probe, moved: None });
        To::OpenUnder(self.tickets)
    }

    /// A way was opened or not; the hop it leads to.
    pub(super) fn connected(&mut self, ticket: u64, flow: Result<Flow, Unconnected>) -> Option<Hop> {
        let place =
            self.ways.iter().position(|way| matches!(way.state, State::Opening(of) if of == ticket))?;
        match flow {
            Ok(flow) => {
                let way = self.ways.get_mut(place)?;
                way.state = State::Open(flow);
                Some(way.hop.clone())
            }
            Err(_) => Some(self.ways.swap_remove(place).hop),
        }
    }

    /// The way that uses this flow.
    pub(super) fn over(&mut self, flow: Flow) -> Option<&mut Way> {
        self.ways.iter_mut().find(|way| way.is_over(flow))
    }

    /// Whether this flow is one of them.
    pub(super) fn is_open(&self, flow: Flow) -> bool {
        self.ways.iter().any(|way| way.is_over(flow))
    }

    /// Forgets a way; it is opened anew when somebody wants it.
    pub(super) fn forget(&mut self, flow: Flow) -> Option<Hop> {
        let place = self.ways.iter().position(|way| way.is_over(flow))?;
        Some(self.ways.swap_remove(place).hop)
    }

    /// Forgets every way that none of these uses.
    pub(super) fn keep_only(&mut self, used: impl Fn(&Hop) -> bool) {
        self.ways.retain(|way| used(&way.hop));
    }

    /// The open way whose probe is due.
    pub(super) fn due(&self, now: Instant) -> Option<Flow> {
        let due = self.ways.iter().filter(|way| way.probe.due() <= now);
        due.filter_map(Way::flow).next()
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.ways.iter().filter(|way| way.flow().is_some()).map(|way| way.probe.due()).min()
    }
}

impl Way {
    fn flow(&self) -> Option<Flow> {
        match self.state {
            State::Open(flow) => Some(flow),
            State::Opening(_) => None,
        }
    }

    fn is_over(&self, flow: Flow) -> bool {
        self.flow() == Some(flow)
    }

    /// Our address changed from the first to the second; whether that is to be believed.
    pub(super) fn moves(&mut self, now: Instant, from: SocketAddr, to: SocketAddr) -> bool {
        let settled = self.moved.is_none_or(|at| now.saturating_duration_since(at) >= SETTLED);
        let moves = settled && from != to;
        if moves {
            self.moved = Some(now);
        }
        moves
    }
}
