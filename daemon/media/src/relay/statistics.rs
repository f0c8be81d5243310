//! The figures of a leg.

use crate::opinion::{Impairments, Mos};
use crate::rtcp::VoipMetrics;
use std::time::Duration;

/// How well the voice that a peer sent us arrived, and what we sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LegStatistics {
    /// Voice packets accepted.
    pub packets: u64,
    /// Their bytes, RTP headers included.
    pub bytes: u64,
    /// Packets that never came, judged by gaps in the numbering.
    pub lost: u64,
    /// Runs of packets that never came; a long run sounds worse than many short ones.
    pub gaps: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets that came later than their successors.
    pub reordered: u64,
    /// How often the stream began anew: another source, a jump, a hold.
    pub restarts: u64,
    /// Variation of the transit time (RFC 3550 6.4.1).
    pub jitter: Duration,
    /// RTCP datagrams accepted.
    pub rtcp: u64,
    /// Datagrams dropped because their source is not the peer, or not yet known to be. Those that the kernel drops
    /// once the peer is known are not counted.
    pub foreign: u64,
    /// Datagrams from the peer that are neither RTP nor RTCP, or that its key does not open, dropped.
    pub malformed: u64,
    /// Datagrams sent to the peer.
    pub sent: u64,
    /// Datagrams that could not be sent: no address yet, or the network refused.
    pub unsent: u64,
    /// When voice last came, counted from when the leg was leased; `None` before the first packet.
    pub last_arrival: Option<Duration>,
    /// There and back between us and the peer, from its reports; `None` before the first that tells.
    pub round_trip: Option<Duration>,
    /// How the peer hears what it is sent, as it last said itself (RFC 3611 4.7).
    pub phone: Option<VoipMetrics>,
}

impl LegStatistics {
    /// How the peer's voice sounds where it reaches us, from 1 to 4.41; `None` before the first packet.
    #[must_use]
    pub fn mos(&self) -> Option<Mos> {
        let Self { packets, lost, gaps, duplicates, jitter, round_trip, .. } = *self;
        let expected = packets.saturating_sub(duplicates) + lost;
        Impairments { expected, lost, gaps, jitter, round_trip }.mos()
    }
}
