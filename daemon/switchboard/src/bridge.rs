//! Calls: a back-to-back user agent (RFC 7092) between the phone that calls and the phones that ring.
//!
//! ```text
//!   caller ── INVITE ──> Asker │ Call │ Fork ── INVITE ──> phone 1
//!                              │      │ Fork ── INVITE ──> phone 2
//!          <── 200 ───         │      │      <── 200 ────  phone 2   (phone 1 gets CANCEL)
//! ```
//!
//! One file a deed: [`invite`] begins a call, [`ring`], [`reliable`] and [`answer`] carry it forward, [`refuse`] ends it unanswered, [`steps`] lets it go on to others before, [`wait`] keeps it in line,
//! [`outside`] asks lines, [`carries`] says what they are told besides, [`change`] and [`update`] pass hold and other changes on, [`keys`] what is pressed, [`own`] is what the box asks by itself, [`session`] when; [`confirm`] settles what was agreed, [`transfer`] puts somebody else in one's place, [`mailbox`] answers where nobody else does, [`confer`] lets a third one in, [`hangup`] ends it. [`voice`] is the same call's media side.

mod answer;
mod carries;
mod change;
mod confer;
mod confirm;
mod for_help;
mod hangup;
mod invite;
mod kept;
mod keys;
mod mailbox;
mod outside;
mod own;
mod owner;
mod peer;
mod pickup;
mod refuse;
mod reliable;
mod ring;
mod session;
mod steps;
mod table;
mod transfer;
mod update;
pub(crate) mod voice;
mod wait;

use std::collections::VecDeque;
use std::time::Instant;

use account::CallParty;
use bytes::Bytes;
use media::relay::LegId;
use sip::compose::Response;
use sip::flow::Flow;
use sip::message::OwnedMessage;
use sip::method::Method;
use sip::seed::Word;
use sip::transaction::{ClientKey, ServerKey};

use crate::wires::{ALLOW, SUPPORTED, Wires};
pub(crate) use carries::{Attached, Carries, Help, Named, Shown};
use for_help::Farewell;
pub(crate) use for_help::Need;
pub(crate) use hangup::Cause;
pub(crate) use invite::{Asked, Ring};
pub(crate) use kept::KeptCall;
pub(crate) use mailbox::{Desk, Listening};
pub(crate) use outside::{Outbound, Proof};
use own::{Again, Own};
pub(crate) use owner::Owner;
pub(crate) use peer::Peer;
pub(crate) use refuse::{best_refusal, outcome};
use reliable::{Early, Progress};
pub(crate) use session::long_enough;
pub(crate) use steps::Turn;
pub(crate) use table::{Calls, End, Errand};
use transfer::Transfer;
pub(crate) use transfer::{News, Party};
pub(crate) use voice::Seat;
use voice::Voice;

/// Which end of a call.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Side {
    Caller,
    Callee,
}

impl Side {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Caller => Self::Callee,
            Self::Callee => Self::Caller,
        }
    }
}

/// Names a call within this run of the box.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CallId(pub u64);

/// One call, from its INVITE until the last of its transactions is through.
#[derive(Debug)]
pub(crate) struct Call {
    pub id: CallId,
    /// Its name in the records, also over restarts of the box.
    pub name: Box<str>,
    /// Which state of it is written down, if one is.
    pub kept: Option<u64>,
    pub caller: CallParty,
    /// Who was dialled; once answered, who answered.
    pub callee: CallParty,
    pub asker: Asker,
    pub forks: Vec<Fork>,
    /// Gone as soon as the call is over.
    pub voice: Option<Voice>,
    pub stage: Stage,
    pub started: Instant,
    /// Whom it rings now, and whom afterwards.
    pub turn: Turn,
    pub answered: Option<Instant>,
    pub changes: Changes,
    /// Lines that are asked if those that were asked do not work.
    pub lines: VecDeque<Ring>,
    /// Phones are rung for one side, which wants to be replaced.
    pub transfer: Option<Transfer>,
    /// What one side said about its hanging up, for the other (RFC 3326).
    pub parting: Option<Box<str>>,
    /// A leg from which nothing comes, and when that was last said.
    pub quiet: Option<(LegId, Instant)>,
    /// When the caller is to hear that it still rings, or that nobody answers.
    pub reminder: Option<Instant>,
    /// Whether somebody needs help: nothing that happens to phones ends it then, and nobody takes it from its caller.
    pub need: Need,
    /// The mailbox that has answered.
    desk: Option<Box<Desk>>,
    /// The voice of a caller who had to make way and still hears why.
    farewell: Option<Box<Farewell>>,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stage {
    Ringing,
    /// This fork answered.
    Talking(usize),
    /// A mailbox of the house has answered.
    Mailbox,
    /// Only waiting for transactions to end.
    Over,
}

/// The side that called.
#[derive(Debug)]
pub(crate) struct Asker {
    pub owner: Owner,
    pub invite: ServerKey,
    pub request: OwnedMessage,
    pub flow: Flow,
    pub peer: Peer,
    /// What it is told while it rings.
    pub progress: Progress,
    /// Whether the INVITE carried an offer; if not, the answer comes in its ACK.
    pub offered: bool,
    /// Whether it could answer a phone's offer before anybody picks up.
    pub answers_early: bool,
    /// Who answered does not want to be shown to it (RFC 3323).
    pub callee_hides: bool,
    /// Whether its ACK has come, or will not come any more.
    pub confirmed: bool,
    /// The call ended before its ACK came; the BYE waits for that.
    pub goodbye: Option<Cause>,
    /// Counted among those who are in a call.
    pub counted: bool,
}

/// One phone that was rung, or one line that was asked.
#[derive(Debug)]
pub(crate) struct Fork {
    pub owner: Owner,
    pub flow: Flow,
    pub names: Names,
    pub request: OwnedMessage,
    /// Its INVITE, also after it has ended.
    pub key: Option<ClientKey>,
    /// How it is asked, if it is a line.
    pub outbound: Option<Box<Outbound>>,
    /// Until when a line may keep silent.
    pub patience: Option<Instant>,
    /// Whether it said more than 100.
    pub rang: bool,
    /// Its own INVITE, if it came for the call by itself, until the ACK.
    pub came_as: Option<ServerKey>,
    pub state: ForkState,
    /// Dialogs in which it answered provisionally and had that confirmed (RFC 3262).
    pub early: Vec<Early>,
    pub peer: Option<Peer>,
    /// What it was told of the caller's voice.
    pub seat: Seat,
    /// Its 2xx, while the caller has yet to confirm what it was told before.
    pub held_back: Option<OwnedMessage>,
    /// Its 2xx, while the caller still owes the answer to the offer in it.
    pub accepted: Option<OwnedMessage>,
    /// The ACK of its 2xx, once sent; repeated for every copy of the 2xx (RFC 3261 13.2.2.4).
    pub ack: Option<Bytes>,
    /// Counted among those who are in a call.
    pub counted: bool,
}

/// What names our call towards a phone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    /// Our tag.
    pub tag: Word,
    pub call_id: Word,
    /// Number of the INVITE.
    pub cseq: u32,
}

/// How far a phone is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ForkState {
    /// Its INVITE is under way.
    Open(ClientKey),
    /// It picked up; copies of its 2xx may still come.
    Answered,
    /// It refused with this status, or could not be reached.
    Ended(u16),
}

/// What changes while a call is up.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// On their way from one side to the other.
    pub exchanges: Vec<Exchange>,
    /// What the box itself asks.
    pub own: Vec<Own>,
    /// What it has to ask again.
    pub again: Option<Again>,
    /// The last finished one.
    pub settled: Option<Settled>,
}

/// A request within the call that is passed from one side to the other.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub from: Side,
    pub server: ServerKey,
    pub request: OwnedMessage,
    pub client: ClientKey,
    /// How the other side was asked; a phone that knows no UPDATE gets an INVITE instead.
    pub asked_as: Method<'static>,
    /// Whether the other side wanted the password for it already.
    pub proven: bool,
    /// The 2xx of the other side, until the ACK of this one.
    pub accepted: Option<OwnedMessage>,
    /// Our ACK of that 2xx.
    pub ack: Option<Bytes>,
}

/// A change that both sides agreed upon.
#[derive(Debug)]
pub(crate) struct Settled {
    /// Our request.
    pub change: ClientKey,
    /// Whom we asked.
    pub to: Side,
    /// The ACK, for copies of the 2xx.
    pub ack: Bytes,
}

/// A 2xx of ours that makes or moves a dialog, with where we are and what we can do.
fn introduced<'a>(response: Response<'a>, flow: &Flow, wires: &Wires) -> Response<'a> {
    able(response.contact(wires.contact(flow)))
}

/// With what we can do.
fn able(response: Response<'_>) -> Response<'_> {
    response.header("Allow", ALLOW).header("Supported", SUPPORTED)
}
