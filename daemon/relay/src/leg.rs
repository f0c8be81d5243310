//! One leg: two sockets, whom they listen to, and how well it goes.

mod browser;
mod channel;
mod ears;
mod evening;
mod heard;
mod hearing;
mod outliving;
mod payloads;
mod playing;
mod recorded;
mod safe;
mod seated;
mod steady;
mod straight;
mod watch;

use crate::board::Row;
use browser::Browser;
use channel::{Channel, Judged, Received};
use ears::Ears;
use heard::Heard;
pub(crate) use heard::Stream;
use hearing::Hearing;
use media::coding::Translation;
use media::dtls::Identity;
use media::dtmf::{Keyboard, Keypad, Press};
use media::payload::Passage;
use media::playback::Playback;
use media::playout::Playout;
use media::quality::Quality;
use media::relay::{Carries, Flow, LegId, LegPlan, RtcpPath};
use media::round_trip::RoundTrip;
use media::rtcp;
use media::srtp::Marks;
use media::tone::FaxSign;
pub(crate) use playing::Step;
pub(crate) use recorded::Ended;
use recorded::Recorded;
use safe::Safe;
use seated::Seated;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Instant;
use straight::Way;

/// Which of the sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    Rtp,
    Rtcp,
    /// The one that a browser has in place of both.
    Browser,
}

/// What became of one receive.
pub(crate) enum Outcome {
    /// Nothing waited.
    Empty,
    /// Not for the other leg.
    Dropped,
    /// So many bytes of voice for the other leg, and nothing else to be told.
    Straight(usize),
    /// From the peer.
    Heard(News),
}

/// What a datagram of the peer brings.
pub(crate) struct News {
    /// So many bytes of the buffer are for the other leg.
    pub(crate) forward: Option<(Stream, usize)>,
    pub(crate) latched: Option<SocketAddr>,
    /// A key, and whether the other leg hears of it.
    pub(crate) pressed: Option<(Press, bool)>,
    pub(crate) fax: Option<FaxSign>,
}

/// A leg from lease to release.
///
/// What every packet of voice asks stands first and side by side: with a few hundred calls the processor would wait for
/// memory longer than it counts.
#[derive(Debug)]
#[repr(C, align(128))]
pub(crate) struct Leg {
    /// Closes and opens, where the peer has keys.
    safe: Option<Box<Safe>>,
    browser: Option<Box<Browser>>,
    recorded: Option<Box<Recorded>>,
    playing: Option<Box<Playback>>,
    /// Keys pressed for the peer.
    keyboard: Option<Box<Keyboard>>,
    ears: Option<Box<Ears>>,
    /// What the peer says, while a fax machine at the other end hears it.
    playout: Option<Box<Playout>>,
    /// In a room with others, in place of a partner.
    seated: Option<Box<Seated>>,
    way: Way,
    /// Place of the leg that hears this one.
    partner: Option<usize>,
    /// Packets sent to the peer.
    sent: u64,
    rtp: Channel,
    quality: Quality,
    id: LegId,
    plan: Option<Box<LegPlan>>,
    /// Keys that the peer presses.
    keypad: Keypad,
    translation: Translation,
    rtcp: Channel,
    counts: Counts,
    row: Arc<Row>,
    born: Instant,
    silence: Silence,
    hearing: Hearing,
    round_trip: RoundTrip,
    /// How the peer hears, as it last said itself.
    phone: Option<rtcp::VoipMetrics>,
    foreign: ForeignNotice,
}

/// Datagrams that are not judged by their numbering.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    rtcp: u64,
    foreign: u64,
    malformed: u64,
    unsent: u64,
}

#[derive(Debug)]
struct Silence {
    since: Instant,
    /// Limits that passed and were told.
    told: u32,
}

#[derive(Debug)]
struct ForeignNotice {
    at: Instant,
    told: u64,
}

impl Leg {
    pub(crate) fn bind(
        id: LegId,
        address: IpAddr,
        rtp: u16,
        row: Arc<Row>,
        now: Instant,
    ) -> io::Result<Self> {
        let channels = [Channel::bind(address, rtp)?, Channel::bind(address, rtp.saturating_add(1))?];
        Ok(Self::over(id, channels, row, now))
    }

    fn over(id: LegId, [rtp, rtcp]: [Channel; 2], row: Arc<Row>, now: Instant) -> Self {
        Self {
            safe: None,
            browser: None,
            recorded: None,
            playing: None,
            keyboard: None,
            ears: None,
            playout: None,
            seated: None,
            way: Way::default(),
            partner: None,
            sent: 0,
            rtp,
            quality: Quality::default(),
            id,
            plan: None,
            keypad: Keypad::default(),
            translation: Translation::default(),
            rtcp,
            counts: Counts::default(),
            row,
            born: now,
            silence: Silence { since: now, told: 0 },
            hearing: Hearing::default(),
            round_trip: RoundTrip::default(),
            phone: None,
            foreign: ForeignNotice { at: now, told: 0 },
        }
    }

    pub(crate) fn id(&self) -> LegId {
        self.id
    }

    pub(crate) fn partner(&self) -> Option<usize> {
        self.partner
    }

    pub(crate) fn socket(&self, path: Path) -> Option<BorrowedFd<'_>> {
        self.channel(path).map(Channel::as_fd)
    }

    /// Learns anew whom to listen to. Says whether its sockets are other ones now: a peer of the other family is met on
    /// the same ports.
    pub(crate) fn expect(
        &mut self,
        plan: LegPlan,
        identity: Option<&Identity>,
        now: Instant,
    ) -> io::Result<bool> {
        self.silence = Silence { since: now, told: 0 };
        self.hearing = Hearing::after(self.quality.tally().packets, self.counts);
        self.await_browser(plan.meeting.as_deref(), plan.keys.as_deref(), identity);
        let rtcp = plan.rtcp.filter(|_| plan.rtcp_path == RtcpPath::Separate);
        let (rtp, signalling) = (plan.rtp, plan.signalling);
        if !plan.takes_voice() {
            self.playout = None;
        }
        self.way = Way::of(&plan);
        self.plan = Some(Box::new(plan));
        let renewed = match rtp {
            Some(peer) => self.rtp.speak_to(peer)? | self.rtcp.speak_to(peer)?,
            None => false,
        };
        self.rtp.rearm(now, rtp, signalling)?;
        self.rtcp.rearm(now, rtcp, signalling)?;
        Ok(renewed)
    }

    pub(crate) fn set_partner(&mut self, partner: Option<usize>, now: Instant) {
        self.partner = partner;
        self.seated = None;
        self.silence = Silence { since: now, told: 0 };
        self.hearing = Hearing::after(self.quality.tally().packets, self.counts);
    }

    /// Takes one datagram from a socket into the buffer and judges it.
    pub(crate) fn receive(&mut self, path: Path, buffer: &mut [u8], now: Instant) -> Outcome {
        let Some(channel) = channel_at(path, &mut self.rtp, &mut self.rtcp, &mut self.browser) else {
            return Outcome::Empty;
        };
        let (length, source) = match channel.receive(buffer) {
            Received::Empty => return Outcome::Empty,
            Received::Complaint => return Outcome::Dropped,
            Received::Datagram(length, source) => (length, source),
        };
        // A datagram that fills the buffer was cut, and is no packet of ours.
        let room = buffer.len();
        let datagram = buffer.get_mut(..length).filter(|whole| whole.len() < room).unwrap_or_default();
        if path == Path::Rtp && source.is_none() && self.goes_straight(datagram, now) {
            return Outcome::Straight(length);
        }
        if !self.is_voice(path, datagram, source, now) {
            return Outcome::Dropped;
        }
        let carries = self.plan.as_ref().map_or(Carries::Voice, |plan| plan.carries);
        let stream = Stream::of(path, carries, datagram);
        let datagram: &[u8] = match self.safe.as_deref_mut() {
            Some(safe) => safe.open(stream, datagram),
            None => datagram,
        };
        let (heard, length) = (Heard::of(stream, carries, datagram), datagram.len());
        let Some(channel) = channel_at(path, &mut self.rtp, &mut self.rtcp, &mut self.browser) else {
            return Outcome::Empty;
        };
        let latched = match channel.judge(now, source, heard.ssrc()) {
            Judged::Peer => None,
            Judged::NewPeer(peer) => Some(peer).filter(|_| path == Path::Rtp),
            Judged::Foreign => {
                self.counts.foreign += 1;
                return Outcome::Dropped;
            }
            Judged::Malformed => {
                self.counts.malformed += 1;
                return Outcome::Dropped;
            }
        };
        if path == Path::Browser {
            self.still_speaks(now);
        }
        self.count(&heard, length, now);
        let (passage, pressed) = self.passage(&heard);
        let (digit, fax) = self.listened(&heard);
        self.noted(&heard);
        let waits = self.said(&heard) || self.waits(&heard);
        let in_voice = digit.map(|digit| (Press::usual(digit), true));
        let passed = !waits && self.rewrite(passage, buffer.get_mut(..length).unwrap_or_default());
        self.counts.malformed += u64::from(passage == Passage::Refused);
        Outcome::Heard(News {
            forward: passed.then_some((stream, length)),
            latched,
            pressed: pressed.map(|press| (press, passed)).or(in_voice),
            fax,
        })
    }

    /// Whether a socket must be emptied with each source checked, because the kernel does not check yet.
    pub(crate) fn is_checking(&self, path: Path) -> bool {
        self.channel(path).is_some_and(Channel::is_checking)
    }

    /// Whether its peer is known, so that a conversation can begin.
    pub(crate) fn is_expected(&self) -> bool {
        self.plan.is_some()
    }

    /// Sends the first `length` bytes of the buffer to the peer, closed if it has keys.
    pub(crate) fn send(&mut self, stream: Stream, buffer: &mut [u8], length: usize, now: Instant) {
        let Some(plan) = &self.plan else { return };
        let unwanted = plan.receives == Flow::Held || self.playing.is_some();
        if stream == Stream::Control || !unwanted {
            self.put_out(stream, buffer, length, now);
        }
    }

    fn put_out(&mut self, stream: Stream, buffer: &mut [u8], length: usize, now: Instant) {
        let Some(plan) = &self.plan else { return };
        if stream == Stream::Control {
            let reports = buffer.get_mut(..length).unwrap_or_default();
            rtcp::anonymise(reports);
            if let Ok(reports) = rtcp::Compound::parse(reports) {
                self.round_trip.sent(now, &reports);
            }
        }
        let length = match &mut self.keyboard {
            Some(keyboard) if stream == Stream::Voice => keyboard.replace(plan.events, buffer, length),
            Some(_) | None => length,
        };
        self.keyboard.take_if(|keyboard| !keyboard.is_busy());
        if let Some(recorded) = self.recorded.as_deref_mut().filter(|_| stream == Stream::Voice) {
            recorded.sent(buffer.get(..length), plan);
        }
        let datagram = match self.safe.as_deref_mut() {
            Some(safe) => safe.close(stream, buffer, length),
            None => buffer.get(..length),
        };
        let shared = stream == Stream::Voice || plan.rtcp_path == RtcpPath::Shared;
        let channel = match &self.browser {
            // Nothing goes to a browser open, or without its consent.
            Some(browser) if self.safe.is_some() && browser.consents(now) => browser.channel.as_ref(),
            Some(_) => None,
            None => Some(if shared { &self.rtp } else { &self.rtcp }),
        };
        if datagram.zip(channel).is_some_and(|(datagram, channel)| channel.send(datagram)) {
            self.sent += 1;
        } else {
            self.counts.unsent += 1;
        }
    }

    /// Numbers closed packets on from where an earlier run stopped.
    pub(crate) fn number(&mut self, marks: Marks) {
        if let Some(safe) = self.safe.as_deref_mut() {
            safe.number(marks);
        }
    }

    /// Presses a key for the peer.
    pub(crate) fn press(&mut self, press: Press) {
        // One that finds no room is dropped, as the command says.
        let _ = self.keyboard.get_or_insert_default().press(press);
    }

    fn channel(&self, path: Path) -> Option<&Channel> {
        match path {
            Path::Rtp => Some(&self.rtp),
            Path::Rtcp => Some(&self.rtcp),
            Path::Browser => self.browser.as_ref()?.channel.as_ref(),
        }
    }

    fn count(&mut self, heard: &Heard<'_>, length: usize, now: Instant) {
        self.silence = Silence { since: now, told: 0 };
        let packet = match heard {
            Heard::Voice(packet) => packet,
            Heard::Control(reports) => {
                self.counts.rtcp += 1;
                self.phone = reports.reports().find_map(|report| report.voip_metrics()).or(self.phone);
                return self.round_trip.heard(now, reports);
            }
            Heard::Fax | Heard::Noise => return,
        };
        let hertz = self.plan.as_ref().map_or(0, |plan| plan.clocks.hertz(packet.payload_type));
        self.quality.arrived(now, packet, length, hertz);
    }
}

fn channel_at<'a>(
    path: Path,
    rtp: &'a mut Channel,
    rtcp: &'a mut Channel,
    browser: &'a mut Option<Box<Browser>>,
) -> Option<&'a mut Channel> {
    match path {
        Path::Rtp => Some(rtp),
        Path::Rtcp => Some(rtcp),
        Path::Browser => browser.as_mut()?.channel.as_mut(),
    }
}

#[cfg(test)]
mod tests;
