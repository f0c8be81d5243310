//! The ways to the providers: one flow for each hop, shared by all lines that go there.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use sip::flow::Flow;
use sip::locate::Hop;

use super::Unconnected;
use super::probe::{Pace, Probe};

/// Ways open or being opened at once; an account has one provider, with a handful of proxies.
const MOST: usize = 64;
/// An address that is seen to change more often than this belongs to a translator that is out of order.
const SETTLED: Duration = Duration::from_secs(30);

/// A registration that succeeds so soon after silence shows that only the question was not heard.
const AT_ONCE: Duration = Duration::from_secs(5);
/// With so many of these a provider is asked seldom.
const MOST_ILL_TAKEN: u8 = 2;

/// Every way.
#[derive(Debug, Default)]
pub(super) struct Ways {
    ways: Vec<Way>,
    tickets: u64,
    /// Servers that kept silent to a question.
    silent: Vec<Silent>,
}

/// A server that kept silent to a question: was it away, or does it not like to be asked?
#[derive(Debug)]
struct Silent {
    hop: Hop,
    at: Instant,
    /// How often it took a registration right after.
    ill_taken: u8,
}

/// One way.
#[derive(Debug)]
pub(super) struct Way {
    pub hop: Hop,
    state: State,
    pub probe: Probe,
    /// Until when the server's certificate counts, where it has shown one.
    pub certificate: Option<SystemTime>,
    /// Whether somebody on the way rewrites what we send.
    pub altered: bool,
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
        let (state, probe) = (State::Opening(self.tickets), Probe::new(now, self.pace(hop)));
        let (certificate, moved) = (None, None);
        self.ways.push(Way { hop: hop.clone(), state, probe, certificate, altered: false, moved });
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

    /// The open way to this hop.
    pub(super) fn open_to(&self, hop: &Hop) -> Option<Flow> {
        self.ways.iter().find(|way| way.hop == *hop)?.flow()
    }

    /// Whether somebody on this way rewrites what we send.
    pub(super) fn alters(&self, flow: Flow) -> bool {
        self.ways.iter().any(|way| way.is_over(flow) && way.altered)
    }

    /// How long the last answer over this way took.
    pub(super) fn round_trip(&self, flow: Flow) -> Option<Duration> {
        self.ways.iter().find(|way| way.is_over(flow))?.probe.round_trip()
    }

    /// Until when the certificate of the server at the end of this way counts.
    pub(super) fn certificate(&self, flow: Flow) -> Option<SystemTime> {
        self.ways.iter().find(|way| way.is_over(flow))?.certificate
    }

    /// Every open way.
    pub(super) fn open(&self) -> Vec<Flow> {
        self.ways.iter().filter_map(Way::flow).collect()
    }

    /// Whether this flow is one of them.
    pub(super) fn is_open(&self, flow: Flow) -> bool {
        self.ways.iter().any(|way| way.is_over(flow))
    }

    /// Where the way leads that uses this flow.
    pub(super) fn hop_of(&self, flow: Flow) -> Option<&Hop> {
        self.ways.iter().find(|way| way.is_over(flow)).map(|way| &way.hop)
    }

    /// Forgets a way; it is opened anew when somebody wants it.
    pub(super) fn forget(&mut self, flow: Flow) -> Option<Hop> {
        let place = self.ways.iter().position(|way| way.is_over(flow))?;
        Some(self.ways.swap_remove(place).hop)
    }

    /// Forgets every way that none of these uses.
    pub(super) fn keep_only(&mut self, used: impl Fn(&Hop) -> bool) {
        self.ways.retain(|way| used(&way.hop));
        self.silent.retain(|silent| used(&silent.hop));
    }

    /// This server has just kept silent to a question.
    pub(super) fn kept_silent(&mut self, now: Instant, hop: &Hop) {
        if let Some(known) = self.silent.iter_mut().find(|known| known.hop == *hop) {
            known.at = now;
        } else if self.silent.len() < MOST {
            self.silent.push(Silent { hop: hop.clone(), at: now, ill_taken: 0 });
        }
    }

    /// This server has just taken a registration.
    pub(super) fn registered_at(&mut self, now: Instant, hop: &Hop) {
        let just = |silent: &&mut Silent| now.saturating_duration_since(silent.at) < AT_ONCE;
        let silent = self.silent.iter_mut().find(|silent| silent.hop == *hop).filter(just);
        let Some(silent) = silent else { return };
        // Once for each silence.
        silent.ill_taken = silent.ill_taken.saturating_add(1);
        silent.at = now.checked_sub(AT_ONCE).unwrap_or(now);
        let pace = self.pace(hop);
        let way = self.ways.iter_mut().find(|way| way.hop == *hop);
        way.into_iter().filter(|_| pace == Pace::Seldom).for_each(|way| way.probe = Probe::new(now, pace));
    }

    fn pace(&self, hop: &Hop) -> Pace {
        let silent = self.silent.iter().find(|silent| silent.hop == *hop);
        match silent.filter(|silent| silent.ill_taken >= MOST_ILL_TAKEN) {
            Some(_) => Pace::Seldom,
            None => Pace::Usual,
        }
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

    /// We are seen at `to`, and were seen elsewhere before, if at all; whether that is to be believed. To be told for the first
    /// time what a translator makes of our own address is no change.
    pub(super) fn moves(
        &mut self,
        now: Instant,
        (before, own): (Option<SocketAddr>, SocketAddr),
        to: SocketAddr,
    ) -> bool {
        let settled = self.moved.is_none_or(|at| now.saturating_duration_since(at) >= SETTLED);
        let moves = settled && before.unwrap_or(own) != to;
        if moves && before.is_some() {
            self.moved = Some(now);
        }
        moves
    }
}
