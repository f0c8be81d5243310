//! An office: an account, phones on desks, the box, and around it a relay and a disk that do as they are told.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use account::{
    CallRecord, CallVoice, Credentials, Device, DeviceId, DeviceKind, Group, Number, NumberId, NumberKind,
    PhoneVoice, Secret, Snapshot, User, VoiceMessage,
};
use media::playback::Sound;
use media::relay::{Command, Event, Lease, LegId, LegPlan, LegStatistics, Shortage};
use media::tone::Tone;
use sip::flow::{Flow, Transport};
use sip::message::Message;
use sip::validate::Invalid;

use super::cloud::Cloud;
use super::phone::Phone;
use super::said::Said;
use crate::register::Ledger;
use crate::{Clock, Input, Output, Setup, Switchboard, Written};

pub(super) const NAME: &str = "Jörg \"Jojo\" Groß";

pub(super) struct Office {
    pub board: Switchboard,
    begun: Instant,
    pub now: Instant,
    pub relay: Relay,
    /// Whether the disk confirms at once what it is told to keep.
    pub disk_works: bool,
    pub ledger: Vec<Ledger>,
    pub ticket: u64,
    pub records: Vec<CallRecord>,
    pub judged: Vec<(String, CallVoice)>,
    pub reported: Vec<(DeviceId, String, PhoneVoice)>,
    /// Messages that were left.
    pub messages: Vec<VoiceMessage>,
    /// What listeners want done with them.
    pub desires: Vec<String>,
    /// Calls as they are written down.
    pub kept: BTreeMap<String, Secret>,
    pub silenced: Vec<(String, bool)>,
    /// Names of calls and their Call-IDs.
    pub legs: Vec<(String, String)>,
    pub lines: usize,
    pub cloud: Cloud,
    phones: BTreeMap<&'static str, Phone>,
    /// The last description each phone was given under each origin.
    told: HashMap<(Flow, String), (u64, String)>,
    /// Requests that a phone was sent, so that copies are known.
    sent: BTreeSet<String>,
    /// The final answer to each request.
    finals: HashMap<(Flow, String, String), u16>,
}

/// Legs as they were asked for.
#[derive(Default)]
pub(super) struct Relay {
    pub said: Vec<Command>,
    pub in_use: BTreeSet<LegId>,
    /// Those of them that hear more than one.
    mixed: BTreeSet<LegId>,
    pub full: bool,
    made: u16,
    leases: HashMap<LegId, Lease>,
    /// Those that outlive the box.
    pub kept: BTreeSet<LegId>,
    /// What it says of legs when they are closed; nothing came on any other.
    pub heard: HashMap<LegId, LegStatistics>,
    /// Those of the run before that nobody has joined yet.
    left: BTreeSet<LegId>,
}

#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn start() -> Instant {
    Instant::now()
}

pub(super) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// Mara (101) has two phones, Jörg (102) and Lena (103) one each; Lena's is on TCP. 200 rings Mara and Jörg.
pub(super) fn account() -> Snapshot {
    let mut house = Snapshot::default();
    for (user, name, extension) in [("w0", "Mara", "101"), ("w1", NAME, "102"), ("w2", "Lena", "103")] {
        let user = User {
            id: id(user),
            name: name.into(),
            extensions: vec![id(extension)],
            default_device: None,
            busy_on_busy: false,
            admin: false,
            address: None,
        };
        house.users.insert(user.id.clone(), user);
    }
    for (device, owner) in [("e0", "w0"), ("e1", "w1"), ("e2", "w0"), ("e3", "w2")] {
        let groups = if device == "e3" { vec![] } else { vec![id("g0")] };
        let device = Device {
            id: id(device),
            alias: device.into(),
            kind: DeviceKind::Register,
            owner: Some(id(owner)),
            dnd: false,
            phonelines: vec![],
            groups,
            credentials: Some(login(device)),
            emergency_address: None,
        };
        house.devices.insert(device.id.clone(), device);
    }
    house.groups.insert(id("g0"), Group { id: id("g0"), alias: "Zentrale".into() });
    let endpoint = Some(id("g0"));
    house.numbers.push(Number {
        id: NumberId::new("200"),
        digits: "200".into(),
        kind: NumberKind::Extension,
        endpoint,
    });
    house.indexed()
}

fn setup(steady: Instant, wall: SystemTime, seed: u8) -> Setup {
    Setup {
        domains: vec!["sipgate.de".into()],
        agent: "Gatehouse".into(),
        clock: Clock { steady, wall },
        nonce_key: [1; 32],
        seed: [seed; 32],
    }
}

fn login(device: &str) -> Credentials {
    Credentials {
        user: id(&format!("7654321{device}")),
        password: Secret::new("geheim".into()),
        server: String::new(),
        outbound_proxy: String::new(),
    }
}

/// A provider that stands in no book.
pub(super) const REAL: &str = "217.10.79.9:5062";

fn desks() -> [Phone; 7] {
    [
        Phone::new("mara", "7654321e0", path(11, Transport::Udp)),
        Phone::new("joerg", "7654321e1", path(12, Transport::Udp)),
        Phone::new("mara2", "7654321e2", path(13, Transport::Udp)),
        Phone::new("lena", "7654321e3", path(14, Transport::Tcp)),
        Phone::new("cloud", "cloud", path(201, Transport::Udp)),
        Phone::new("cloud2", "cloud", path(202, Transport::Tls)),
        Phone::new("provider", "cloud", Flow { peer: id(REAL), ..path(201, Transport::Udp) }),
    ]
}

fn path(host: u8, transport: Transport) -> Flow {
    let connection = if transport == Transport::Udp { 0 } else { u64::from(host) };
    Flow { transport, local: id("192.0.2.1:5060"), peer: ([192, 0, 2, host], 5062).into(), connection }
}

impl Office {
    /// Phones are plugged in but nobody is registered.
    pub(super) fn empty() -> Self {
        let now = start();
        let mut office = Self {
            board: Switchboard::new(setup(now, SystemTime::UNIX_EPOCH, 2)),
            begun: now,
            now,
            relay: Relay::default(),
            disk_works: true,
            ledger: Vec::new(),
            ticket: 0,
            records: Vec::new(),
            judged: Vec::new(),
            reported: Vec::new(),
            messages: Vec::new(),
            desires: Vec::new(),
            kept: BTreeMap::new(),
            silenced: Vec::new(),
            legs: Vec::new(),
            lines: 0,
            cloud: Cloud::default(),
            phones: desks().into_iter().map(|phone| (phone.name, phone)).collect(),
            told: HashMap::new(),
            sent: BTreeSet::new(),
            finals: HashMap::new(),
        };
        office.happens(Input::Account(Arc::new(account())));
        office
    }

    /// The box ends without a word and is started again, with what it wrote down; its sockets are there unless `lost`.
    pub(super) fn falls_and_gets_up(&mut self, lost: bool) {
        let wall = SystemTime::UNIX_EPOCH + self.now.duration_since(self.begun);
        self.board = Switchboard::new(setup(self.now, wall, 3));
        self.ticket = 0;
        if lost {
            self.relay.kept.clear();
        }
        let legs = self.relay.restarts();
        let written = |(call, text): (&String, &Secret)| Written { call: call.clone(), text: text.clone() };
        let calls: Vec<_> = self.kept.iter().map(written).collect();
        self.happens(Input::Account(Arc::new(account())));
        self.happens(Input::HoldMusic(Some(Sound::Tone(Tone::DIAL))));
        self.happens(Input::Resume { calls: &calls, legs: &legs });
    }

    /// Everybody is registered.
    pub(super) fn open() -> Self {
        Self::with(&["mara", "mara2", "joerg", "lena"])
    }

    /// These phones are registered.
    pub(super) fn with(phones: &[&'static str]) -> Self {
        let mut office = Self::empty();
        for phone in phones {
            assert_eq!(office.registers(phone, "").status(), 200);
        }
        office
    }

    pub(super) fn registers(&mut self, phone: &'static str, lines: &str) -> Said {
        let mut line = self.line(phone, "sip:sipgate.de");
        line.far = format!("<sip:{}@sipgate.de>", self.phone(phone).login);
        self.asks_proven(&mut line, "REGISTER", lines, "")
    }

    pub(super) fn phone(&self, name: &str) -> &Phone {
        &self.phones[name]
    }

    pub(super) fn phone_mut(&mut self, name: &str) -> &mut Phone {
        self.phones.get_mut(name).unwrap()
    }

    /// The next message that this phone received.
    pub(super) fn hears(&mut self, phone: &str) -> Said {
        self.phone_mut(phone).mail.pop_front().unwrap_or_else(|| panic!("{phone} hears nothing"))
    }

    /// Everything that this phone received.
    pub(super) fn hears_all(&mut self, phone: &str) -> Vec<Said> {
        self.phone_mut(phone).mail.drain(..).collect()
    }

    pub(super) fn nobody_hears_anything(&self) {
        for phone in self.phones.values() {
            assert_eq!(phone.mail, [], "{}", phone.name);
        }
    }

    pub(super) fn nobody_hears_anything_but(&self, one: &str) {
        for phone in self.phones.values().filter(|phone| phone.name != one) {
            assert_eq!(phone.mail, [], "{}", phone.name);
        }
    }

    /// A message of a phone arrives at the box, as the transport hands it over.
    pub(super) fn post(&mut self, phone: &str, text: &str) {
        let flow = self.phone(phone).flow;
        match Message::parse(text.as_bytes()) {
            Ok(message) => self.happens(Input::Message { flow, message }),
            Err(why) => {
                self.happens(Input::Malformed { flow, why, request: Message::salvage(text.as_bytes()) });
            }
        }
    }

    /// The name and path of everything at the other end of a wire.
    pub(super) fn path_to(&self, peer: std::net::SocketAddr) -> Option<Flow> {
        self.phones.values().map(|phone| phone.flow).find(|flow| flow.peer == peer)
    }

    pub(super) fn happens(&mut self, input: Input<'_>) {
        self.board.handle(self.now, input);
        self.drain();
    }

    /// Time passes, and everything that is due happens in its time.
    pub(super) fn passes(&mut self, time: Duration) {
        let until = self.now + time;
        for _ in 0..100_000 {
            let Some(at) = self.board.next_deadline().filter(|at| *at <= until) else {
                self.now = until;
                return;
            };
            self.now = self.now.max(at);
            self.board.handle_timeout(self.now);
            self.drain();
        }
        panic!("there is always something due");
    }

    pub(super) fn drain(&mut self) {
        while let Some(output) = self.board.poll_output() {
            match output {
                Output::Send { flow, bytes } => self.deliver(flow, &bytes),
                Output::Relay(command) => self.obey(command),
                Output::Record(record) => self.records.push(record),
                Output::Reported { device, call_id, voice } => self.reported.push((device, call_id, voice)),
                Output::Judged { call, voice } => self.judged.push((call, *voice)),
                Output::Message(message) => self.messages.push(message),
                Output::Fetch { id, ticket } => self.desires.push(format!("fetch {id} {ticket}")),
                Output::Heard { id } => self.desires.push(format!("heard {id}")),
                Output::Delete { id } => self.desires.push(format!("delete {id}")),
                Output::Keep(Written { call, text }) => drop(self.kept.insert(call, text)),
                Output::Forget { call } => assert!(self.kept.remove(&call).is_some(), "{call}"),
                Output::Silenced { device, on } => self.silenced.push((device.to_string(), on)),
                Output::Store { ticket, ledger } => self.write_down(ticket, ledger),
                Output::Ask(question) => self.cloud.asked.push(question),
                Output::Connect { ticket, hop } => self.connect(ticket, hop),
                Output::Leave(flow) => self.cloud.left.push(flow),
                Output::Leg { call, call_id } => self.legs.push((call, call_id)),
            }
        }
    }

    fn write_down(&mut self, ticket: u64, ledger: Vec<Ledger>) {
        assert!(ticket > self.ticket && !ledger.is_empty());
        self.ticket = ticket;
        self.ledger.extend(ledger);
        if self.disk_works {
            self.board.handle(self.now, Input::Stored(ticket));
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Lease { count } => {
                let event = self.relay.lease(count);
                return self.board.handle(self.now, Input::Relay(event));
            }
            Command::Join { a, b } => {
                let mixed = [a, b].map(|leg| self.relay.mixed.remove(&leg)).contains(&true);
                for leg in [a, b] {
                    let there = mixed && self.relay.in_use.contains(&leg);
                    assert!(there || self.relay.left.remove(&leg) || self.relay.in_use.insert(leg));
                }
            }
            Command::Confer { legs } => {
                assert!(legs.iter().all(|leg| self.relay.in_use.contains(leg)));
                self.relay.mixed.extend(legs);
            }
            Command::Keep { leg } => {
                assert!(self.relay.in_use.contains(&leg));
                self.relay.kept.insert(leg);
            }
            Command::Release { leg } => {
                assert!(self.relay.in_use.remove(&leg));
                self.relay.left.remove(&leg);
                self.relay.kept.remove(&leg);
                let statistics = self.relay.heard.remove(&leg).unwrap_or_default();
                return self.board.handle(self.now, Input::Relay(Event::Ended { leg, statistics }));
            }
            Command::Expect { leg, .. }
            | Command::Number { leg, .. }
            | Command::Press { leg, .. }
            | Command::Play { leg, .. }
            | Command::Listen { leg, .. }
            | Command::Even { leg }
            | Command::Hush { leg }
            | Command::Record { leg, .. }
            | Command::EndRecording { leg }
            | Command::Discard { leg } => {
                assert!(self.relay.in_use.contains(&leg));
            }
        }
        self.relay.said.push(command);
    }

    fn deliver(&mut self, flow: Flow, bytes: &[u8]) {
        let said = Said(String::from_utf8(bytes.to_vec()).unwrap());
        let message = Message::parse(bytes).unwrap();
        // An answer may still have hops before it; what is left is the phone's own.
        let sound = matches!(message.validate(), Ok(()) | Err(Invalid::NotForUs));
        assert!(sound, "{}", said.0);
        self.check_answer(flow, &said);
        self.check_voice(flow, &said);
        // Only who asks where their own phones are registered hears of another phone's place.
        let others = self.phones.values().filter(|phone| phone.flow.peer.ip() != flow.peer.ip());
        for other in others.filter(|_| said.header("Event") != "reg") {
            assert!(!said.0.contains(&other.flow.peer.ip().to_string()), "names another phone: {}", said.0);
        }
        if let Some(phone) = self.phones.values_mut().find(|phone| phone.flow == flow) {
            phone.mail.push_back(said);
        }
    }

    /// Nothing is ever answered in two ways; only a CANCEL may find that there is nothing left to cancel.
    fn check_answer(&mut self, flow: Flow, said: &Said) {
        if said.status() >= 200 && said.method() != "CANCEL" {
            let request = (flow, said.branch().to_owned(), said.header("CSeq").to_owned());
            let status = said.status();
            assert_eq!(*self.finals.entry(request).or_insert(status), status, "{}", said.0);
        }
    }

    /// A description names our address only, and its version grows by one whenever its text changes (RFC 3264 8).
    fn check_voice(&mut self, flow: Flow, said: &Said) {
        let Some(origin) = said.voice().lines().find_map(|line| line.strip_prefix("o=")) else { return };
        if said.status() == 0 && !self.sent.insert(said.0.clone()) {
            return;
        }
        let words: Vec<_> = origin.split(' ').collect();
        assert_eq!((words[0], words[5]), ("gatehouse", "192.0.2.1"));
        assert!(said.voice().contains("c=IN IP4 192.0.2.1\r\n"));
        let version: u64 = words[2].parse().unwrap();
        let new = (version, said.voice().to_owned());
        if let Some((before, text)) = self.told.insert((flow, words[1].into()), new) {
            let grown = u64::from(text != said.voice());
            assert_eq!(version, before + grown, "{}", said.0);
        }
    }

    fn lock_up(&mut self) {
        self.happens(Input::Goodbye);
        self.passes(Duration::from_secs(120));
        assert_eq!(self.board.in_memory(), [0; 9]);
        assert_eq!(self.board.events.in_memory(), [0; 8]);
        assert!(self.board.is_idle());
        assert_eq!(self.kept.len(), 0, "calls that would be taken up again");
        assert_eq!(self.relay.in_use.len(), 0, "voice ports that nobody gave back");
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.lock_up();
        }
    }
}

impl Relay {
    fn lease(&mut self, count: u16) -> Event {
        if self.full {
            return Event::Exhausted { missing: count, cause: Shortage::Ports };
        }
        let leases = (0..count).map(|_| {
            self.made += 1;
            let rtp = 20_000 + 2 * (self.made % 5_000);
            let leg = LegId { slot: self.made.into(), generation: 0 };
            Lease { leg, address: id("192.0.2.1"), rtp, rtcp: rtp + 1, door: Some(door()) }
        });
        let leases: Vec<_> = leases.collect();
        self.leases.extend(leases.iter().map(|lease| (lease.leg, *lease)));
        Event::Ports(leases)
    }

    /// It ends and begins anew; what it kept is there under other names.
    fn restarts(&mut self) -> Vec<Lease> {
        let kept = std::mem::take(&mut self.kept);
        let leases = kept.iter().map(|leg| {
            let leg = LegId { generation: leg.generation + 1, ..*leg };
            Lease { leg, ..self.leases[&LegId { generation: leg.generation - 1, ..leg }] }
        });
        let leases: Vec<Lease> = leases.collect();
        self.leases = leases.iter().map(|lease| (lease.leg, *lease)).collect();
        self.in_use = leases.iter().map(|lease| lease.leg).collect();
        (self.left, self.kept) = (self.in_use.clone(), self.in_use.clone());
        self.said.clear();
        leases
    }

    /// What the relay was told to expect since this was asked last.
    pub(super) fn expected(&mut self) -> Vec<(LegId, LegPlan)> {
        let said = self.said.drain(..).filter_map(|command| match command {
            Command::Expect { leg, plan } => Some((leg, plan)),
            Command::Lease { .. }
            | Command::Join { .. }
            | Command::Keep { .. }
            | Command::Number { .. }
            | Command::Press { .. }
            | Command::Play { .. }
            | Command::Even { .. }
            | Command::Hush { .. }
            | Command::Confer { .. }
            | Command::Record { .. }
            | Command::EndRecording { .. }
            | Command::Discard { .. }
            | Command::Listen { .. }
            | Command::Release { .. } => None,
        });
        said.collect()
    }

    /// The legs of the latest call, the caller's first.
    pub(super) fn legs(&self) -> [LegId; 2] {
        let joined = self.said.iter().rev().find_map(|command| match command {
            Command::Join { a, b } => Some([*a, *b]),
            Command::Lease { .. }
            | Command::Expect { .. }
            | Command::Keep { .. }
            | Command::Number { .. }
            | Command::Press { .. }
            | Command::Play { .. }
            | Command::Even { .. }
            | Command::Hush { .. }
            | Command::Confer { .. }
            | Command::Record { .. }
            | Command::EndRecording { .. }
            | Command::Discard { .. }
            | Command::Listen { .. }
            | Command::Release { .. } => None,
        });
        joined.unwrap()
    }
}

/// Where browsers would find the box.
fn door() -> media::sdp::Door {
    let print = ["4A"; 32].join(":");
    let fingerprint = media::dtls::Fingerprint::parse(&format!("sha-256 {print}")).unwrap();
    media::sdp::Door { port: 29_998, fingerprint }
}
