//! Voice without sockets: what a session description says, what a packet is, whom a leg may listen to, how well it went.
//!
//! ```text
//!   SDP text ──> sdp::Session ──> relay::LegPlan ──────────┐
//!                     │                                    v
//!                     └──> anchored(..) ──> SDP text    latch ──> accept, lock or drop
//!                                                          ^
//!   datagram ──> srtp ──> rtp::Packet / rtcp::Compound ────┤
//!                                                          v
//!                                                       quality ──> relay::LegStatistics
//! ```
//!
//! In: bytes of a message body or of one datagram, and the time. Out: types, verdicts and bytes.
//! It refuses to know sockets, threads, clocks, calls, users and SIP; [`relay`] holds only the words
//! that the switchboard and the packet relay say to each other.

pub mod clip;
pub mod coding;
pub mod dtls;
pub mod dtmf;
pub mod g711;
pub mod g722;
pub mod ice;
pub mod latch;
pub mod mixing;
pub mod opinion;
pub mod payload;
pub mod playback;
pub mod playout;
pub mod quality;
pub mod recording;
pub mod relay;
pub mod round_trip;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod srtp;
pub mod tone;
