//! Which streams go through the kernel now.
//!
//! A stream is handed over once both peers are settled and nothing has to be done to it, and taken back before any
//! command that concerns its call, when one of its packets comes up to us, and when the roads change.

use super::table::{Table, place_of};
use crate::board::Board;
use crate::config::Config;
use crate::fast::{FastPath, Lane};
use media::mixing::SEATS;
use media::relay::{Command, LegId};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// After the kernel could not take a stream, because of its cards or routes, until it is asked again.
const PAUSE: Duration = Duration::from_secs(5);

/// The fast path, if the kernel has one, and who is on it.
pub(super) struct Shortcut {
    path: Option<FastPath>,
    /// How long both peers must be known.
    settling: Duration,
    places: Vec<Place>,
    open: usize,
    board: Arc<Board>,
}

/// Where the voice of a place's peer goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Through us.
    #[default]
    Here,
    /// Through us, and the kernel is not asked before this.
    HereUntil(Instant),
    /// Through the kernel.
    Away,
}

impl Shortcut {
    pub(super) fn new(path: Option<FastPath>, config: &Config, board: Arc<Board>) -> Self {
        let places = if path.is_some() { config.ports.pairs().into() } else { 0 };
        let settling = config.fast_path.unwrap_or_default();
        Self { path, settling, places: vec![Place::Here; places], open: 0, board }
    }

    pub(super) fn is_away(&self, place: usize) -> bool {
        self.places.get(place) == Some(&Place::Away)
    }

    fn put(&mut self, place: usize, state: Place) {
        let Some(place) = self.places.get_mut(place) else { return };
        let before = std::mem::replace(place, state);
        self.open -= usize::from(before == Place::Away);
        self.open += usize::from(state == Place::Away);
        self.board.show_shortcut(self.open);
    }

    /// New holds of the program on cards, each told once.
    pub(super) fn take_holds(&mut self) -> Vec<OwnedFd> {
        self.path.as_mut().map(FastPath::take_holds).unwrap_or_default()
    }

    /// Takes a stream back, if it is away.
    pub(super) fn take_back(&mut self, place: usize, table: &mut Table) {
        if self.is_away(place) {
            self.put(place, Place::Here);
            let reached = self.path.as_mut().and_then(|path| path.close(number(place)));
            table.went_on(place, reached);
        }
    }

    /// Takes both directions of a leg's call back.
    pub(super) fn take_back_call(&mut self, leg: LegId, table: &mut Table) {
        let Some(partner) = table.find(leg).map(|leg| leg.partner()) else { return };
        self.take_back(place_of(leg), table);
        if let Some(partner) = partner {
            self.take_back(partner, table);
        }
    }

    /// Hands a stream over, if it may go.
    pub(super) fn hand_over(&mut self, place: usize, table: &mut Table, now: Instant) {
        let Some(path) = self.path.as_mut() else { return };
        let settled = now.checked_sub(self.settling);
        let Some(lane) = settled.and_then(|settled| lane(place, table, settled)) else { return };
        let opened = path.open(number(place), &lane);
        self.put(place, if opened { Place::Away } else { Place::HereUntil(now + PAUSE) });
    }

    /// Looks at all streams: how far they are, which of them may go now.
    pub(super) fn sweep(&mut self, table: &mut Table, now: Instant) {
        let Some(changed) = self.path.as_mut().map(FastPath::roads_changed) else { return };
        for place in 0..self.places.len() {
            match self.places.get(place) {
                Some(Place::Away) if changed => self.take_back(place, table),
                Some(Place::Away) => {
                    table.went_on(place, self.path.as_ref().and_then(|path| path.progress(number(place))));
                }
                Some(Place::HereUntil(then)) if *then > now && !changed => {}
                Some(Place::Here | Place::HereUntil(_)) => self.hand_over(place, table, now),
                None => {}
            }
        }
    }
}

/// The legs that a command is about.
pub(super) fn legs(command: &Command) -> [Option<LegId>; SEATS] {
    match *command {
        Command::Lease { .. } | Command::Keep { .. } => [None; SEATS],
        Command::Join { a, b } => [Some(a), Some(b), None],
        Command::Confer { legs } => legs.map(Some),
        Command::Expect { leg, .. }
        | Command::Number { leg, .. }
        | Command::Press { leg, .. }
        | Command::Play { leg, .. }
        | Command::Listen { leg, .. }
        | Command::Even { leg }
        | Command::Hush { leg }
        | Command::Record { leg, .. }
        | Command::EndRecording { leg }
        | Command::Discard { leg }
        | Command::Release { leg } => [Some(leg), None, None],
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// The way of the voice of a place's peer, if it needs nothing from us.
fn lane(place: usize, table: &mut Table, settled: Instant) -> Option<Lane> {
    let leg = table.leg(place)?;
    let (partner, stream, (here, peer)) = (leg.partner()?, leg.steady()?, leg.ends(settled)?);
    let partner = table.leg(partner).filter(|partner| partner.takes_plain_voice())?;
    let (from, to) = partner.ends(settled)?;
    (peer.is_ipv6() == to.is_ipv6()).then_some(Lane { stream, peer, here, from, to })
}
