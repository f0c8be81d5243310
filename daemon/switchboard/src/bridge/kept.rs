//! A call that is up, as it is written down, and as the next run of the box takes it up again.
//!
//! Everything of it is secret: keys of voice, a line's password, who talks to whom.

use std::net::SocketAddr;
use std::time::{Instant, SystemTime};

use account::{CallParty, Secret, SipUser};
use bytes::Bytes;
use media::relay::{Lease, LegId};
use media::srtp::Marks;
use serde::{Deserialize, Serialize};
use sip::dialog::{Dialog, KeptDialog};
use sip::digest::KeptChallenge;
use sip::flow::{Flow, Transport};
use sip::message::OwnedMessage;
use sip::seed::Word;
use sip::transaction::ServerKey;

use super::outside::Outbound;
use super::peer::Skills;
use super::session::Session;
use super::voice::{KeptLeg, Seat, Voice};
use super::{
    Asker, Call, CallId, Carries, Changes, Fork, ForkState, Names, Need, Owner, Peer, Progress, Shown, Side,
    Stage, Turn,
};
use crate::dialling::Wish;
use crate::lines::Shows;
use crate::wires::{Clock, Wires};

/// Grows when what is written below means something else than before.
const EDITION: u8 = 1;

/// A call between two sides that have confirmed each other.
#[derive(Deserialize, Serialize)]
pub(crate) struct KeptCall {
    edition: u8,
    name: Box<str>,
    caller: CallParty,
    callee: CallParty,
    started: SystemTime,
    answered: SystemTime,
    /// The INVITE it began with.
    request: String,
    offered: bool,
    callee_hides: bool,
    outside: bool,
    need: Need,
    held: bool,
    near: KeptEnd,
    far: KeptEnd,
}

#[derive(Deserialize, Serialize)]
struct KeptEnd {
    owner: Owner,
    way: KeptWay,
    dialog: KeptDialog,
    skills: Skills,
    session: Option<KeptSession>,
    line: Option<KeptLine>,
    voice: KeptLeg,
}

/// A way without its connection, which does not outlive us.
#[derive(Deserialize, Serialize)]
struct KeptWay {
    transport: String,
    local: SocketAddr,
    peer: SocketAddr,
}

#[derive(Deserialize, Serialize)]
struct KeptSession {
    seconds: u32,
    ours: bool,
    asked: bool,
    due: SystemTime,
}

#[derive(Deserialize, Serialize)]
struct KeptLine {
    from: String,
    contact: String,
    routes: Vec<String>,
    identity: Option<String>,
    hidden: bool,
    user: Option<SipUser>,
    password: Option<String>,
    server: Option<KeptChallenge>,
    proxy: Option<KeptChallenge>,
}

/// Whether a call that was written down can be taken up again.
pub(crate) struct Resumed {
    pub call: Call,
    /// Its voice goes on; otherwise it can only be ended properly.
    pub whole: bool,
}

impl Call {
    /// The call as it stands, if that can be gone on with: both sides agree on it, and nothing about it is being changed.
    pub(crate) fn keep(&self, clock: &Clock) -> Option<KeptCall> {
        let Stage::Talking(place) = self.stage else { return None };
        let (fork, voice) = (self.forks.get(place)?, self.voice.as_ref()?);
        let changes = &self.changes;
        let still = changes.exchanges.is_empty() && changes.own.is_empty() && changes.again.is_none();
        let settled = still && self.asker.confirmed && self.transfer.is_none() && fork.accepted.is_none();
        let [near, far] = voice.keep();
        let near = KeptEnd::of(&self.asker.owner, &self.asker.peer, near, clock)?;
        let far = KeptEnd::of(&fork.owner, fork.peer.as_ref()?, far, clock)?;
        settled.then_some(KeptCall {
            edition: EDITION,
            name: self.name.clone(),
            caller: self.caller.clone(),
            callee: self.callee.clone(),
            started: clock.wall_at(self.started),
            answered: clock.wall_at(self.answered?),
            request: String::from_utf8(self.asker.request.bytes().to_vec()).ok()?,
            offered: self.asker.offered,
            callee_hides: self.asker.callee_hides,
            outside: self.turn.outside,
            need: self.need,
            held: voice.held(),
            near,
            far,
        })
    }
}

impl Call {
    /// How far the numbering of a leg's closed packets is.
    pub(crate) fn numbered(&mut self, leg: LegId, marks: Box<Marks>) {
        if let Some(voice) = &mut self.voice {
            voice.numbered(leg, marks);
        }
    }

    /// Whether a side of this owner has lost its connection with an earlier run.
    pub(crate) fn has_lost(&self, owner: &Owner) -> bool {
        let fork = if let Stage::Talking(place) = self.stage { self.forks.get(place) } else { None };
        let far = fork.and_then(|fork| Some((&fork.owner, fork.peer.as_ref()?)));
        let sides = [Some((&self.asker.owner, &self.asker.peer)), far];
        sides.into_iter().flatten().any(|(whose, peer)| whose == owner && peer.has_lost_its_way())
    }

    /// This phone is reached over `flow` now.
    pub(crate) fn find_again(&mut self, owner: &Owner, flow: Flow) {
        for side in [Side::Caller, Side::Callee] {
            let theirs = self.owner(side) == Some(owner);
            if let Some(peer) = self.peer(side).filter(|peer| theirs && peer.has_lost_its_way()) {
                peer.dialog.move_to(flow);
            }
        }
    }
}

impl Peer {
    /// Whether its connection ended with an earlier run of the box.
    fn has_lost_its_way(&self) -> bool {
        let flow = self.dialog.flow();
        flow.transport.reliable() && flow.connection == 0
    }
}

impl KeptCall {
    /// Reads what an earlier run wrote; nothing if that was another edition.
    pub(crate) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|kept: &Self| kept.edition == EDITION)
    }

    /// Our ports of both legs.
    pub(crate) fn ports(&self) -> [u16; 2] {
        [self.near.voice.port(), self.far.voice.port()]
    }

    /// Takes the call up again, over these legs if they are still there.
    pub(crate) fn resume(
        self,
        now: Instant,
        id: CallId,
        legs: Option<[Lease; 2]>,
        wires: &mut Wires,
    ) -> Option<Resumed> {
        let clock = wires.clock;
        let request = OwnedMessage::parse(Bytes::from(self.request)).ok()?;
        let (started, answered) = (clock.steady_at(self.started), clock.steady_at(self.answered));
        let legs = legs.map(|[near, far]| [(near, &self.near.voice), (far, &self.far.voice)]);
        let voice = legs.and_then(|legs| Voice::resume(legs, self.held, wires));
        let whole = voice.is_some();
        let seat = voice.as_ref().map(|voice| voice.seat(Side::Callee).clone());
        let (owner, flow, peer) = self.near.resume(&clock)?;
        let fork = answered_fork(&request, self.far.resume(&clock)?, seat, wires);
        let asker = Asker {
            owner,
            invite: ServerKey::DONE,
            request,
            flow,
            peer,
            progress: Progress::default(),
            offered: self.offered,
            answers_early: false,
            callee_hides: self.callee_hides,
            confirmed: true,
            goodbye: None,
            counted: true,
        };
        let mut turn = Turn::new(now, (Wish::AsUsual, Vec::new()));
        turn.outside = self.outside;
        let call = Call {
            id,
            name: self.name,
            kept: None,
            caller: self.caller,
            callee: self.callee,
            asker,
            forks: vec![fork],
            voice,
            stage: Stage::Talking(0),
            started,
            turn,
            answered: Some(answered),
            changes: Changes::default(),
            lines: std::collections::VecDeque::new(),
            transfer: None,
            parting: None,
            quiet: None,
            reminder: None,
            need: self.need,
            desk: None,
            farewell: None,
        };
        Some(Resumed { call, whole })
    }
}

/// Who answered before the restart. Its INVITE is over, so that the caller's may stand in for it.
fn answered_fork(
    request: &OwnedMessage,
    (owner, flow, peer): (Owner, Flow, Peer),
    seat: Option<Seat>,
    wires: &mut Wires,
) -> Fork {
    let names = Names { tag: Word::default(), call_id: Word::default(), cseq: peer.dialog.local_sequence() };
    Fork {
        owner,
        flow,
        names,
        request: request.clone(),
        key: None,
        outbound: None,
        patience: None,
        rang: true,
        came_as: None,
        state: ForkState::Answered,
        early: Vec::new(),
        peer: Some(peer),
        seat: seat.unwrap_or_else(|| Seat::new(media::sdp::Security::Off, &mut wires.seed)),
        held_back: None,
        accepted: None,
        ack: None,
        counted: true,
    }
}

impl KeptEnd {
    fn of(owner: &Owner, peer: &Peer, voice: KeptLeg, clock: &Clock) -> Option<Self> {
        let Flow { transport, local, peer: there, .. } = peer.dialog.flow();
        let line = peer.line.as_deref().map(KeptLine::of);
        let session = peer.session.map(|session| KeptSession {
            seconds: session.seconds,
            ours: session.ours,
            asked: session.asked,
            due: clock.wall_at(session.due),
        });
        Some(Self {
            owner: owner.clone(),
            way: KeptWay { transport: transport.token().to_owned(), local, peer: there },
            dialog: peer.dialog.keep()?,
            skills: peer.skills,
            session,
            line,
            voice,
        })
    }

    fn resume(self, clock: &Clock) -> Option<(Owner, Flow, Peer)> {
        let KeptWay { transport, local, peer } = self.way;
        let transport = Transport::from_token(transport.as_bytes())?;
        let flow = Flow { transport, local, peer, connection: 0 };
        let session = self.session.map(|kept| Session {
            seconds: kept.seconds,
            ours: kept.ours,
            asked: kept.asked,
            due: clock.steady_at(kept.due),
        });
        let peer = Peer {
            dialog: Dialog::resume(&self.dialog, flow),
            skills: self.skills,
            session,
            line: self.line.map(|line| Box::new(line.resume())),
        };
        Some((self.owner, flow, peer))
    }
}

impl KeptLine {
    fn of(line: &Outbound) -> Self {
        let (user, password) = line.login.clone().unzip();
        let (server, proxy) = line.proof.keep();
        Self {
            from: line.from.clone(),
            contact: line.contact.clone(),
            routes: line.routes.clone(),
            identity: line.identity.clone(),
            hidden: matches!(line.carries, Carries::Usual(Shown::Nothing)),
            user,
            password: password.map(|password| password.expose().to_owned()),
            server,
            proxy,
        }
    }

    fn resume(self) -> Outbound {
        Outbound {
            from: self.from,
            contact: self.contact,
            routes: self.routes,
            identity: self.identity,
            shows: Shows::default(),
            // Its INVITE has been answered: what that carried does not matter any more.
            carries: Carries::Usual(if self.hidden { Shown::Nothing } else { Shown::Number }),
            login: self.user.zip(self.password.map(Secret::new)),
            proof: super::Proof::resume(self.server.as_ref(), self.proxy.as_ref()),
        }
    }
}
