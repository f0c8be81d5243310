//! The words between the switchboard, which decides, and the relay, which moves packets.
//!
//! ```text
//!   switchboard ── Command ──> relay
//!   switchboard <── Event ──── relay
//! ```
//!
//! The switchboard never waits for the relay: it keeps a pool of [`Lease`]s, takes one when a call needs
//! a leg, and asks for more with [`Command::Lease`] when the pool runs low.

mod plan;
mod statistics;

pub use plan::{Carries, Flow, LegPlan, RtcpPath, SilenceLimits};
pub use statistics::LegStatistics;

use crate::dtmf::Press;
use crate::mixing::SEATS;
use crate::playback::Sound;
use crate::recording::{RecordingName, Sides};
use crate::sdp::Door;
use crate::srtp::Marks;
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
    /// Let these hear each other, each all the others, mixed: no more than [`ROOMS`](crate::mixing::ROOMS) times at once. Each
    /// leaves the partner it had, and the room by [`Command::Join`] or [`Command::Release`]; who remains goes on alone with
    /// who else does.
    Confer {
        /// The legs.
        legs: [LegId; SEATS],
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
    /// Make what the leg's peer says even for a fax machine at the other end, as far as it is G.711: it is passed on 160 ms later
    /// without jitter, and what is lost is no silence. As long as the leg carries voice.
    Even {
        /// The leg.
        leg: LegId,
    },
    /// Write down what is said at the leg, until the leg or this ends; answered by [`Event::Recorded`], and on the way by
    /// [`Event::Quiet`]. Only once everybody who speaks there knows and agrees (in Germany § 201 StGB), and never of a call for help.
    Record {
        /// The leg.
        leg: LegId,
        /// The file's name; one that is there is not touched.
        name: RecordingName,
        /// Whose voice.
        sides: Sides,
    },
    /// Write no more.
    EndRecording {
        /// The leg.
        leg: LegId,
    },
    /// Write no more, and remove what was written.
    Discard {
        /// The leg.
        leg: LegId,
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
    /// Who is recorded has said nothing for [`QUIET`](crate::recording::QUIET). Told once each time.
    Quiet {
        /// The leg.
        leg: LegId,
    },
    /// A recording is over and its file closed, or it did not begin.
    Recorded {
        /// The leg.
        leg: LegId,
        /// What there is of it.
        how: Recorded,
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
    /// Whether the relay's thread is so busy that one more call could make those that there are suffer. Told when it changes.
    Strained(bool),
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
    /// Fax machines, in the first ten seconds of voice alone.
    FaxAtFirst,
}

/// How a sound ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Played {
    /// By itself.
    ToItsEnd,
    /// It never began: the peer takes neither G.711 nor G.722, or too many sounds are being played.
    NotAtAll,
}

/// How a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// All of it is written.
    Whole,
    /// The disk was too slow for some of it.
    WithGaps {
        /// How much is missing.
        missing: Duration,
    },
    /// The disk refused it, a file of that name was there, or it lasted longer than six hours.
    Broken,
    /// It was to be removed, and is.
    Removed,
    /// It never began: nothing is recorded on this box, the leg is recorded already, or too many are.
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
