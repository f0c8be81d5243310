//! The words between the switchboard, which decides, and the relay, which moves packets.
//!
//! ```text
//!   switchboard ── Command ──> relay
//!   switchboard <── Event ──── relay
//! ```
//!
//! The switchboard never waits for the relay: it keeps a pool of [`Lease`]s, takes one when a call needs
//! a leg, and asks for more with [`Command::Lease`] when the pool runs low.

mod statistics;

pub use statistics::LegStatistics;

use crate::dtmf::Press;
use crate::g711::Law;
use crate::payload::PayloadMap;
use crate::playback::Sound;
use crate::rtp::Clocks;
use crate::sdp::{Codec, Door, Meeting, Session, Transport};
use crate::srtp::{Keys, Marks};
use crate::tone::FaxSign;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// One leg of the relay. A place is used again and again; the generation tells its users apart, so that a
/// late command for a leg that ended never reaches the one that came after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LegId {
    /// Place in the relay's table.
    pub slot: u32,
    /// How often the place had been used before.
    pub generation: u32,
}

/// The sockets of one leg, already bound and listening, and accepting nothing until [`Command::Expect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// How to name the leg from now on.
    pub leg: LegId,
    /// Our address, to be written into the session description.
    pub address: IpAddr,
    /// Our even port for voice.
    pub rtp: u16,
    /// The odd port after it, for RTCP.
    pub rtcp: u16,
    /// Where a browser finds the leg instead of all that, if browsers are served.
    pub door: Option<Door>,
}

/// What the switchboard tells the relay. A command for a leg that ended is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Bind this many more legs; answered by [`Event::Ports`], and by [`Event::Exhausted`] for those that failed.
    Lease {
        /// How many legs.
        count: u16,
    },
    /// This is who speaks on the leg. Said again, the leg forgets whom it had locked on and learns anew:
    /// only authenticated signalling may cause it (RFC 7362 5).
    Expect {
        /// The leg.
        leg: LegId,
        /// Who speaks there, and how.
        plan: LegPlan,
    },
    /// Go on numbering the leg's closed packets where an earlier run stopped; after [`Command::Expect`] with the same keys.
    Number {
        /// The leg.
        leg: LegId,
        /// As last told by [`Event::Numbered`].
        marks: Box<Marks>,
    },
    /// Let the leg's sockets outlive the relay, for a next one to go on with. Ends with [`Command::Release`].
    Keep {
        /// The leg.
        leg: LegId,
    },
    /// Let these two hear each other. Either one leaves the partner it had.
    Join {
        /// One leg.
        a: LegId,
        /// The other.
        b: LegId,
    },
    /// Press a key for the leg's peer, in place of its partner's voice: as an event if the peer takes events, else as
    /// its tone. Keys beyond the thirty-second waiting one are dropped.
    Press {
        /// The leg.
        leg: LegId,
        /// The key.
        press: Press,
    },
    /// Play a sound to the leg's peer, in place of its partner's voice; answered by [`Event::Played`] unless it is
    /// hushed or another sound takes its place.
    Play {
        /// The leg.
        leg: LegId,
        /// What.
        sound: Sound,
    },
    /// Listen for this in the peer's voice itself, as long as the leg lasts and as far as the voice is G.711; told by
    /// [`Event::Pressed`] and [`Event::Fax`].
    Listen {
        /// The leg.
        leg: LegId,
        /// For what.
        to: Ear,
    },
    /// Stop playing: the partner's voice passes again.
    Hush {
        /// The leg.
        leg: LegId,
    },
    /// The leg ended: its sockets close, its partner hears nothing more, its ports rest before they are used again.
    Release {
        /// The leg.
        leg: LegId,
    },
}

/// Whether voice goes one way now, or a hold stopped it (RFC 3264 8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Voice goes.
    Open,
    /// Stopped on purpose.
    Held,
}

/// Where a peer's RTCP travels (RFC 5761).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtcpPath {
    /// On a port of its own.
    Separate,
    /// Together with the voice; only after both offer and answer said `a=rtcp-mux`.
    Shared,
}

/// How long nothing may arrive before [`Event::Silent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SilenceLimits {
    /// While the peer should be sending.
    pub open: Duration,
    /// While it is held.
    pub held: Duration,
}

impl Default for SilenceLimits {
    /// 30 seconds while talking (comfort noise and DTX send at least every few seconds), an hour on hold.
    fn default() -> Self {
        Self { open: Duration::from_secs(30), held: Duration::from_secs(3_600) }
    }
}

/// What a leg carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Carries {
    /// Voice, as RTP.
    #[default]
    Voice,
    /// A fax, as UDPTL (ITU-T T.38): datagrams without a word about themselves, passed as they are. Only their source counts.
    Fax,
}

/// Who speaks on a leg, as authenticated signalling told us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegPlan {
    /// Where the peer's description wants its voice; nothing is accepted or sent without it.
    pub rtp: Option<SocketAddr>,
    /// Where it wants RTCP.
    pub rtcp: Option<SocketAddr>,
    /// Whether the peer shares one port for both.
    pub rtcp_path: RtcpPath,
    /// Where the peer's SIP came from: what a phone behind a translator really is (RFC 7362 3).
    pub signalling: IpAddr,
    /// What they are.
    pub carries: Carries,
    /// From the peer to us.
    pub sends: Flow,
    /// From us to the peer; while held the other leg's voice is not passed on.
    pub receives: Flow,
    /// When to report silence.
    pub silence: SilenceLimits,
    /// The clocks of the payload types, for jitter.
    pub clocks: Clocks,
    /// What becomes of the payload types that the peer sends; without it all pass as they are.
    pub payloads: Option<Box<PayloadMap>>,
    /// The peer's number for keys pressed (RFC 4733), if it takes them as events.
    pub events: Option<u8>,
    /// The peer's number for G.711 and which of its laws, if it takes one: what our own sounds are played in.
    pub g711: Option<(u8, Law)>,
    /// Keys of the leg's packets; without them voice travels open. A key that stays the same is used on, so that its
    /// numbering goes on too.
    pub keys: Option<Box<Keys>>,
    /// How the peer is met if it is a browser: it comes to our door from wherever it is, and keys are agreed on there.
    pub meeting: Option<Box<Meeting>>,
}

impl LegPlan {
    /// Whether the peer's voice should be heard.
    #[must_use]
    pub fn speaks(&self) -> bool {
        self.sends == Flow::Open && self.carries == Carries::Voice
    }

    /// The plan that a peer's description asks for: offer or answer, whichever that peer sent.
    ///
    /// A host name in place of an address counts as the address its signalling came from, because nothing on
    /// the call path waits for DNS. `None` when there is neither voice nor fax that we relay. Keys come from the leg's
    /// [`crate::sdp::KeyAgreement`], payloads from what both legs' descriptions say.
    #[must_use]
    pub fn of(session: &Session, signalling: IpAddr, rtcp_path: RtcpPath) -> Option<Self> {
        let audio = session.relayed()?;
        let carries = if session.fax().is_some() { Carries::Fax } else { Carries::Voice };
        let flow = |goes: bool| if goes { Flow::Open } else { Flow::Held };
        // Nothing open is ever sent to a browser, or taken from one.
        let open = (audio.transport != Transport::Dtls).then_some(audio);
        Some(Self {
            rtp: open.and_then(|audio| audio.rtp_address(signalling)),
            rtcp: open.and_then(|audio| audio.rtcp_address(signalling)),
            rtcp_path,
            signalling,
            carries,
            sends: flow(audio.direction.sends()),
            receives: flow(audio.direction.receives()),
            silence: SilenceLimits::default(),
            clocks: audio.clocks,
            payloads: None,
            events: audio.codecs().iter().find(|codec| codec.is_events()).map(|codec| codec.payload_type),
            g711: audio.codecs().iter().find_map(Codec::g711),
            keys: None,
            meeting: None,
        })
    }
}

/// What the relay tells the switchboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Legs ready for use.
    Ports(Vec<Lease>),
    /// So many of the legs asked for cannot be had. Ask again later.
    Exhausted {
        /// How many are missing.
        missing: u16,
        /// What there is not enough of.
        cause: Shortage,
    },
    /// The leg's peer is known: voice is accepted from this address only, until the next [`Command::Expect`].
    Latched {
        /// The leg.
        leg: LegId,
        /// Where its voice comes from.
        address: SocketAddr,
    },
    /// The peer pressed a key: as an event (RFC 4733), told once when it is let go, of a leg whose plan knows its payload
    /// types; or as a tone, told once it has sounded long enough, of a leg that is listened to.
    Pressed {
        /// The leg.
        leg: LegId,
        /// The key.
        press: Press,
        /// Whether its partner heard it already: not when it takes no events, so that it must be told otherwise.
        passed: bool,
    },
    /// Neither voice nor RTCP arrived from the peer for longer than its limit; repeated after every further limit.
    /// Counted from the last packet, [`Command::Expect`] or [`Command::Join`], and only while the leg is joined.
    Silent {
        /// The leg.
        leg: LegId,
        /// For how long.
        since: Duration,
    },
    /// The peer is a fax machine, says its voice.
    Fax {
        /// The leg.
        leg: LegId,
        /// By which sign.
        sign: FaxSign,
    },
    /// A sound is over.
    Played {
        /// The leg.
        leg: LegId,
        /// What the peer heard.
        how: Played,
    },
    /// Three seconds into a conversation the peer, who should speak, has not been heard. Told once after each
    /// [`Command::Expect`] and [`Command::Join`], and only when the partner is known too.
    Unheard {
        /// The leg.
        leg: LegId,
        /// What points to the cause.
        why: Unheard,
    },
    /// The leg's closed packets are numbered up to here: to be remembered if the call shall outlive the relay.
    Numbered {
        /// The leg.
        leg: LegId,
        /// For [`Command::Number`].
        marks: Box<Marks>,
    },
    /// Somebody else sends to the leg's ports. At most once a second and leg.
    Foreign {
        /// The leg.
        leg: LegId,
        /// Packets dropped since the leg began.
        packets: u64,
    },
    /// The leg's sockets broke: the box's fault. Release it.
    Lost {
        /// The leg.
        leg: LegId,
    },
    /// The leg was released; these are its final figures.
    Ended {
        /// The leg.
        leg: LegId,
        /// How well it went.
        statistics: LegStatistics,
    },
}

/// What a leg's voice can be listened to for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ear {
    /// Keys as tones, for phones that cannot send them as events.
    Keys,
    /// Fax machines.
    Fax,
}

/// How a sound ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Played {
    /// By itself.
    ToItsEnd,
    /// It never began: the peer takes no G.711, or too many sounds are being played.
    NotAtAll,
}

/// Why a peer is not heard, as far as its leg can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unheard {
    /// Not a packet came: a firewall, another network, or a phone that does not send.
    Nothing,
    /// Packets come from elsewhere than the phone said: an address translator, or a second network card.
    Elsewhere,
    /// Packets of the phone come that are no voice, or that its key does not open.
    Unreadable,
    /// The phone reports and does not speak: muted, or without a microphone.
    Mute,
}

/// Why legs cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// All ports of the configured range are in use or resting.
    Ports,
    /// The box refused: our address is gone, or too many files are open.
    Sockets,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_says_what_the_phone_said() {
        let held = b"v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n\
            m=audio 4000 RTP/AVP 0 111\r\na=rtpmap:111 opus/48000/2\r\na=rtcp:4007\r\na=sendonly\r\n";
        let session = Session::parse(held).unwrap();
        let signalling = "192.0.2.9".parse().unwrap();
        let plan = LegPlan::of(&session, signalling, RtcpPath::Separate).unwrap();
        assert_eq!(plan.rtp, Some("192.0.2.7:4000".parse().unwrap()));
        assert_eq!(plan.rtcp, Some("192.0.2.7:4007".parse().unwrap()));
        assert_eq!((plan.sends, plan.receives), (Flow::Open, Flow::Held));
        assert_eq!(plan.clocks.hertz(111), 48_000);
    }

    #[test]
    fn a_host_name_counts_as_the_address_of_the_signalling() {
        let text = b"v=0\no=- 1 1 IN IP4 desk.example\ns=-\nc=IN IP4 desk.example\nm=audio 4000 RTP/AVP 8\n";
        let session = Session::parse(text).unwrap();
        let plan = LegPlan::of(&session, "192.0.2.9".parse().unwrap(), RtcpPath::Separate).unwrap();
        assert_eq!(plan.rtp, Some("192.0.2.9:4000".parse().unwrap()));
    }

    #[test]
    fn the_old_hold_has_no_address() {
        let text = b"v=0\no=- 1 1 IN IP4 192.0.2.7\ns=-\nc=IN IP4 0.0.0.0\nm=audio 4000 RTP/AVP 8\n";
        let session = Session::parse(text).unwrap();
        let plan = LegPlan::of(&session, "192.0.2.9".parse().unwrap(), RtcpPath::Separate).unwrap();
        assert_eq!((plan.rtp, plan.rtcp), (None, None));
        assert_eq!((plan.sends, plan.receives), (Flow::Open, Flow::Held));
    }
}
