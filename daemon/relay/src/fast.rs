//! The way through the kernel: packets of a steady stream go from card to card without waking us.
//!
//! ```text
//!              gate open: the program in the kernel owns the lane
//!   card A ──> next packet in order ──────────────────────────> card B
//!          └─> anything else closes the gate and goes to the socket
//!              gate closed: we own the lane
//! ```
//!
//! A lane is one direction of a call. [`FastPath::open`] hands the stream over where it stands, [`FastPath::close`] takes it
//! back where it has got to; [`FastPath::progress`] looks meanwhile. What the program may do by itself is in `lane.bpf.c`,
//! so that whoever reads the counts sees the same on both ways. It is a matter of delay alone: without it everything works.

mod lane;
mod routes;

use aya::maps::{Array, MapData};
use aya::programs::tc::{SchedClassifierLink, TcAttachOptions};
use aya::programs::{LinkOrder, MultiProgLink, SchedClassifier, TcAttachType};
use aya::{Ebpf, EbpfLoader};
pub(crate) use lane::Lane;
use lane::Words;
use media::quality::Steady;
use routes::{Card, Routes};
use std::collections::HashMap;
use std::net::IpAddr;
use std::os::fd::OwnedFd;

use crate::config::PortRange;

/// Ways remembered; more peers than any office has at once.
const ROADS: usize = 4_096;
/// Compiled from `fast/lane.bpf.c`.
static OBJECT: &[u8] = aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/lane.bpf.o"));

/// Why packets take the long way.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoFastPath {
    /// The kernel refuses the program or its tables: not allowed, or too old (5.10 is needed).
    #[error("the kernel does not take the program: {0}")]
    Program(String),
    /// The kernel does not tell us its routes.
    #[error("the kernel does not tell its routes: {0}")]
    Routes(#[from] std::io::Error),
}

/// Program, tables and the cards that it listens on.
pub(crate) struct FastPath {
    program: Ebpf,
    lanes: Array<MapData, Words>,
    gates: Array<MapData, u32>,
    routes: Routes,
    /// Cards by number; `None` for those that the program cannot listen on.
    cards: HashMap<u32, Option<Card>>,
    /// Cards by our address and the peer's.
    roads: HashMap<(IpAddr, IpAddr), Option<u32>>,
    /// What holds it to the cards that it listens on, by their numbers; the kernel gives no number twice.
    listening: HashMap<u32, SchedClassifierLink>,
    /// Copies of the new ones, until somebody takes them.
    holds: Vec<OwnedFd>,
}

impl FastPath {
    /// Loads the program for the ports of `range`; nothing passes through it before [`Self::open`].
    pub(crate) fn start(range: PortRange) -> Result<Self, NoFastPath> {
        let routes = Routes::open()?;
        let (first, pairs) = (range.rtp(0), range.pairs());
        let mut program = EbpfLoader::new()
            // Nothing in the program depends on the kernel's own types, and reading them takes 12 MiB.
            .btf(None)
            .override_global("FIRST", &first, true)
            .override_global("PAIRS", &pairs, true)
            .map_max_entries("LANES", pairs.into())
            .map_max_entries("GATES", pairs.into())
            .load(OBJECT)
            .map_err(refused)?;
        classifier(&mut program)?.load().map_err(refused)?;
        let mut table = |name: &str| {
            program.take_map(name).ok_or_else(|| NoFastPath::Program(format!("no table {name}")))
        };
        let lanes = Array::try_from(table("LANES")?).map_err(refused)?;
        let gates = Array::try_from(table("GATES")?).map_err(refused)?;
        Ok(Self {
            program,
            lanes,
            gates,
            routes,
            cards: HashMap::new(),
            roads: HashMap::new(),
            listening: HashMap::new(),
            holds: Vec::new(),
        })
    }

    /// Lets a stream go on by itself. Says whether it does; if not, nothing has changed.
    pub(crate) fn open(&mut self, pair: u32, lane: &Lane) -> bool {
        let inward = self.card(lane.here.ip(), lane.peer.ip());
        let outward = self.card(lane.from.ip(), lane.to.ip());
        let (Some(_), Some(outward)) = (inward, outward) else { return false };
        let words = lane.words(&outward);
        self.lanes.set(pair, words, 0).is_ok() && self.gates.set(pair, 1, 0).is_ok()
    }

    /// Takes a stream back; `None` when it was never open.
    pub(crate) fn close(&mut self, pair: u32) -> Option<Steady> {
        self.gates.set(pair, 0, 0).ok()?;
        self.progress(pair)
    }

    /// How far a stream has got.
    pub(crate) fn progress(&self, pair: u32) -> Option<Steady> {
        Lane::progress(&self.lanes.get(&pair, 0).ok()?)
    }

    /// Whether routes or cards have changed since this was asked last: every lane has to be closed then.
    pub(crate) fn roads_changed(&mut self) -> bool {
        let changed = self.routes.changed();
        if changed {
            self.cards.clear();
            self.roads.clear();
        }
        changed
    }

    /// The card on the way between our address and a peer, the program listening on it.
    fn card(&mut self, ours: IpAddr, peer: IpAddr) -> Option<Card> {
        if self.roads.len() >= ROADS {
            self.roads.clear();
        }
        let road = self.roads.entry((ours, peer));
        let number = (*road.or_insert_with(|| self.routes.card_to(ours, peer)))?;
        if let Some(known) = self.cards.get(&number) {
            return *known;
        }
        let card = self.routes.card(number).filter(|card| card.ethernet && self.listen_on(card));
        self.cards.insert(number, card);
        card
    }

    fn listen_on(&mut self, card: &Card) -> bool {
        if self.listening.contains_key(&card.number) {
            return true;
        }
        let Some(link) = attach(&mut self.program, card) else { return false };
        self.holds.extend(link.fd().ok().and_then(|fd| fd.try_clone_to_owned().ok()));
        self.listening.insert(card.number, link);
        true
    }

    /// What holds the program to the cards that it listens on since this was asked last: whoever has it keeps voice going
    /// without us.
    pub(crate) fn take_holds(&mut self) -> Vec<OwnedFd> {
        std::mem::take(&mut self.holds)
    }
}

fn attach(program: &mut Ebpf, card: &Card) -> Option<SchedClassifierLink> {
    let program = classifier(program).ok()?;
    let order = TcAttachOptions::TcxOrder(LinkOrder::default());
    let link = program.attach_with_options(card.name(), TcAttachType::Ingress, order).ok()?;
    program.take_link(link).ok()
}

fn classifier(program: &mut Ebpf) -> Result<&mut SchedClassifier, NoFastPath> {
    let found = program.program_mut("relay").ok_or_else(|| NoFastPath::Program("no program".to_owned()))?;
    found.try_into().map_err(refused)
}

/// The innermost cause is the kernel's.
fn refused(error: impl std::error::Error) -> NoFastPath {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    NoFastPath::Program(cause.to_string())
}
