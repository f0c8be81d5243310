//! What every part of the switchboard writes with: transactions, names nobody can guess, voice ports, and the way out.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::time::{Instant, SystemTime};

use account::VoiceMessage;
use bytes::Bytes;
use media::playback::Sound;
use media::relay::{Command, Lease, LegId};
use sip::compose::{Request, Response};
use sip::dialog::Dialog;
use sip::flow::{Flow, Transport};
use sip::message::{Message, OwnedMessage};
use sip::method::Method;
use sip::seed::Seed;
use sip::transaction::{ClientKey, Priority, ServerKey, Transactions};
use sip::view::SessionExpires;

use crate::bridge::{CallId, Errand, Side};
use crate::io::Output;
use crate::judging::Judging;
use crate::mailboxes::Mailboxes;
use crate::refusal::{Refused, warning};

/// The pool of voice ports is kept at this many legs, two for each call: a burst of a hundred calls finds them ready.
const PORTS_READY: usize = 256 + KEPT_BACK;

/// Legs that only calls for help may take: two calls.
const KEPT_BACK: usize = 4;

/// Both clocks at the same moment, so that what is told in one can be written down in the other.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The steady one.
    pub steady: Instant,
    /// The one on the wall.
    pub wall: SystemTime,
}

impl Clock {
    /// Both at `moment`.
    #[must_use]
    pub fn at(&self, moment: Instant) -> Self {
        Self { steady: moment, wall: self.wall_at(moment) }
    }

    /// When the wall clock showed this.
    #[must_use]
    pub fn steady_at(&self, wall: SystemTime) -> Instant {
        match wall.duration_since(self.wall) {
            Ok(after) => self.steady + after,
            Err(before) => self.steady.checked_sub(before.duration()).unwrap_or(self.steady),
        }
    }

    /// What the wall clock showed at `moment`.
    #[must_use]
    pub fn wall_at(&self, moment: Instant) -> SystemTime {
        match moment.checked_duration_since(self.steady) {
            Some(after) => self.wall + after,
            None => self.wall - self.steady.saturating_duration_since(moment),
        }
    }
}

/// Shared by all calls and by the registrar.
#[derive(Debug)]
pub(crate) struct Wires {
    pub tx: Transactions,
    pub seed: Seed,
    pub clock: Clock,
    /// The host in addresses we write, `sipgate.de`.
    pub domain: String,
    pub agent: String,
    /// Our address as the other end of a way out sees it, where a translator stands between.
    pub seen: HashMap<Flow, SocketAddr>,
    /// Ways out on which a call was not answered at all.
    pub doubted: HashSet<Flow>,
    /// Which call waits for the answer to which request of ours.
    pub errands: HashMap<ClientKey, (CallId, Errand)>,
    /// Which call an INVITE in our hands belongs to.
    pub invites: HashMap<ServerKey, CallId>,
    /// Calls that nobody answers where they ring, and that are to ring elsewhere.
    pub unanswered: BTreeSet<CallId>,
    /// Who wants two others to hear each other, and himself, and in which call.
    pub conferring: Vec<(CallId, Side)>,
    /// What who is put on hold hears, if anything.
    pub hold_music: Option<Sound>,
    /// How mailboxes answer, if they do.
    pub mailboxes: Option<Mailboxes>,
    /// Calls whose voice is not judged yet.
    pub judging: Judging,
    /// Messages whose files are not closed yet.
    pub leaving: HashMap<LegId, VoiceMessage>,
    /// Who waits for which message to be read.
    pub fetching: HashMap<u64, CallId>,
    pub tickets: u64,
    /// Whether the box ends, so that nothing more is heard of the relay.
    pub ends: bool,
    /// Whether the relay has as much to do as it can without making calls suffer.
    pub strained: bool,
    ports: VecDeque<Lease>,
    ports_asked: usize,
    out: VecDeque<Output>,
}

impl Wires {
    pub(crate) fn new(tx: Transactions, seed: Seed, clock: Clock, domain: String, agent: String) -> Self {
        let (seen, errands, invites) = (HashMap::new(), HashMap::new(), HashMap::new());
        let (ports, out) = (VecDeque::new(), VecDeque::new());
        let (unanswered, ports_asked) = (BTreeSet::new(), 0);
        let doubted = HashSet::new();
        let mut wires = Self {
            doubted,
            tx,
            seed,
            clock,
            domain,
            agent,
            seen,
            errands,
            invites,
            unanswered,
            conferring: Vec::new(),
            hold_music: None,
            mailboxes: None,
            judging: Judging::default(),
            leaving: HashMap::new(),
            fetching: HashMap::new(),
            tickets: 0,
            ends: false,
            strained: false,
            ports,
            ports_asked,
            out,
        };
        wires.refill();
        wires
    }

    pub(crate) fn push(&mut self, output: Output) {
        self.out.push_back(output);
    }

    pub(crate) fn relay(&mut self, command: Command) {
        self.push(Output::Relay(command));
    }

    /// What is to be done next; messages of the transactions come before everything said later.
    pub(crate) fn pop(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    pub(crate) fn send(&mut self, flow: Flow, bytes: Bytes) {
        self.push(Output::Send { flow, bytes });
    }

    /// Two legs for one ordinary call, or none.
    pub(crate) fn two_ports(&mut self) -> Option<(Lease, Lease)> {
        if self.ports.len() < 2 + KEPT_BACK {
            self.refill();
            return None;
        }
        self.two_ports_for_help()
    }

    /// The same from all there are.
    pub(crate) fn two_ports_for_help(&mut self) -> Option<(Lease, Lease)> {
        let pair =
            if self.ports.len() < 2 { None } else { self.ports.pop_front().zip(self.ports.pop_front()) };
        self.refill();
        pair
    }

    pub(crate) fn ports_came(&mut self, leases: Vec<Lease>) {
        self.ports_asked = self.ports_asked.saturating_sub(leases.len());
        self.ports.extend(leases);
    }

    pub(crate) fn ports_missing(&mut self, missing: u16) {
        self.ports_asked = self.ports_asked.saturating_sub(usize::from(missing));
    }

    /// How many calls could begin now.
    pub(crate) fn room(&self) -> usize {
        self.ports.len().saturating_sub(KEPT_BACK) / 2
    }

    /// Asks for a quarter of the pool at a time, so that the relay is not asked for every call.
    fn refill(&mut self) {
        let missing = PORTS_READY.saturating_sub(self.ports.len() + self.ports_asked);
        if missing >= PORTS_READY / 4 {
            self.ports_asked += missing;
            self.relay(Command::Lease { count: u16::try_from(missing).unwrap_or(u16::MAX) });
        }
    }

    /// Unique on this box, also over restarts: the moment the box started and the number of the call.
    pub(crate) fn record_id(&self, call: CallId) -> String {
        let since = self.clock.wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        format!("{:x}-{}", since.as_millis(), call.0)
    }

    /// Says which call the messages with this Call-ID belong to.
    pub(crate) fn leg(&mut self, call: &str, call_id: &str) {
        self.push(Output::Leg { call: call.to_owned(), call_id: call_id.to_owned() });
    }

    /// The same for one that arrived.
    pub(crate) fn leg_of(&mut self, call: &str, request: &Message<'_>) {
        let call_id = request.call_id().unwrap_or_default();
        self.leg(call, &String::from_utf8_lossy(call_id));
    }

    /// Where we are on this path, as a Contact.
    pub(crate) fn contact(&self, flow: &Flow) -> String {
        contact_at(self.seen.get(flow).copied().unwrap_or(flow.local), flow.transport)
    }

    /// The answer to a refused request.
    pub(crate) fn refusal(&mut self, request: &Message<'_>, flow: &Flow, refused: Refused) -> Bytes {
        let tag = self.tx.tag_for(request);
        let response =
            Response::to(request, flow, refused.status()).to_tag(&*tag).header("Server", &self.agent);
        let response = if refused == Refused::TooSoon {
            // A random pause of up to ten seconds (RFC 3261 14.2, RFC 3311 5.2).
            response.header("Retry-After", (self.seed.number() % 11).to_string())
        } else if refused == Refused::SessionTooShort {
            response.header("Min-SE", SessionExpires::LEAST.to_string())
        } else {
            response
        };
        let response = match refused.shortage() {
            Some(cause) => response.header("Reason", format!("Q.850;cause={cause}")),
            None => response,
        };
        match refused.explanation() {
            Some(why) => response.header("Warning", warning(why)).build(),
            None => response.build(),
        }
    }

    /// Sends a request of ours within `call`; its answer comes back as `errand`.
    pub(crate) fn ask(
        &mut self,
        now: Instant,
        flow: Flow,
        bytes: Bytes,
        of: (CallId, Errand),
    ) -> Option<ClientKey> {
        let request = OwnedMessage::parse(bytes).ok()?;
        self.ask_as(now, flow, (&request, Priority::Ordinary), of)
    }

    /// The same, for help also where there is no room for others.
    pub(crate) fn ask_as(
        &mut self,
        now: Instant,
        flow: Flow,
        (request, priority): (&OwnedMessage, Priority),
        of: (CallId, Errand),
    ) -> Option<ClientKey> {
        let key = self.tx.request_read(now, flow, request, priority).ok()?;
        self.errands.insert(key, of);
        Some(key)
    }

    /// Starts the next request of ours within a dialog.
    pub(crate) fn within<'a>(&mut self, dialog: &mut Dialog, method: Method<'a>) -> Request<'a> {
        let branch = self.seed.branch();
        let request = dialog.request(method, dialog.flow().local.to_string(), branch);
        request.header("User-Agent", &self.agent)
    }

    /// Hangs up on one end. Nobody waits for the answer.
    pub(crate) fn bye(&mut self, now: Instant, dialog: &mut Dialog, reason: Option<&str>) {
        let bye = self.within(dialog, Method::Bye);
        let bye = match reason {
            Some(reason) => bye.header("Reason", reason),
            None => bye,
        };
        // A box too full to say goodbye has said it all; the peer notices by the silence.
        let _ = self.tx.request(now, dialog.flow(), bye.build(), Priority::Ordinary);
    }

    /// Sends the ACK for a 2xx and returns it, to be sent again for every copy of the 2xx.
    pub(crate) fn confirm(&mut self, dialog: &Dialog, accepted: &Message<'_>, body: Option<&[u8]>) -> Bytes {
        let branch = self.seed.branch();
        let ack = dialog.ack(accepted, dialog.flow().local.to_string(), branch);
        let ack = match body {
            Some(body) => ack.body("application/sdp", body).build(),
            None => ack.build(),
        };
        self.send(dialog.flow(), ack.clone());
        ack
    }
}

/// The methods we serve, as they stand in Allow.
pub(crate) const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, INFO, UPDATE, PRACK, REFER, MESSAGE, SUBSCRIBE, PUBLISH";

/// The extensions we have, as they stand in Supported.
pub(crate) const SUPPORTED: &str = "100rel, timer, replaces, join, norefersub, tdialog";

/// The same, for those who look whether one is demanded that we do not have.
pub(crate) const EXTENSIONS: [&str; 6] = ["100rel", "timer", "replaces", "join", "norefersub", "tdialog"];

/// `sip:` and the transport, over TLS as well: many phones know no other scheme, and `sips:` would promise that every hop to the
/// other end is encrypted (RFC 5630 3.1.1). A browser's path is `ws` whether encrypted or not (RFC 7118 5.2.1).
fn contact_at(local: SocketAddr, transport: Transport) -> String {
    match transport {
        Transport::Udp => format!("<sip:gatehouse@{local}>"),
        Transport::Tcp => format!("<sip:gatehouse@{local};transport=tcp>"),
        Transport::Tls => format!("<sip:gatehouse@{local};transport=tls>"),
        Transport::Ws | Transport::Wss => format!("<sip:gatehouse@{local};transport=ws>"),
    }
}

/// Methods we serve, in the words of Allow.
pub(crate) const METHODS: [Method<'static>; 13] = [
    Method::Invite,
    Method::Ack,
    Method::Cancel,
    Method::Bye,
    Method::Options,
    Method::Register,
    Method::Info,
    Method::Update,
    Method::Prack,
    Method::Refer,
    Method::Message,
    Method::Subscribe,
    Method::Publish,
];
