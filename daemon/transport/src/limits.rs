//! What one peer may take, and what all of them together may.

use std::time::Duration;

/// Bounds of everything that comes from outside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Messages a second from one source (an IPv4 address or an IPv6 /64), in the long run.
    pub messages_per_second: u32,
    /// Messages at once from a source that was quiet: a site of 1,000 phones behind one router registers anew.
    pub burst: u32,
    /// Connections of all peers.
    pub connections: usize,
    /// Connections of one source.
    pub connections_per_source: usize,
    /// Connections that have not brought a message yet; with more, who has waited longest has to go. Who opens connections and
    /// says nothing takes no more than this from others.
    pub newcomers: usize,
    /// A new connection must bring its first message, and any message its last byte, within this.
    pub message_within: Duration,
    /// A connection without a byte in either direction is closed after this; longer than any registration.
    pub idle: Duration,
    /// A connection of ours must be up within this.
    pub connecting: Duration,
    /// A connection of ours to a server is kept open with line ends at this distance, shorter than any router forgets one
    /// (RFC 5626 4.4.1).
    pub ping_every: Duration,
    /// A server that has answered line ends before, and takes longer than this, is gone (RFC 5626 4.4.1).
    pub pong_within: Duration,
    /// Bytes that wait for one peer to read them; a peer that lets more wait is closed.
    pub queued_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            messages_per_second: 1_000,
            burst: 4_000,
            connections: 12_000,
            connections_per_source: 1_000,
            newcomers: 2_000,
            message_within: Duration::from_secs(10),
            idle: Duration::from_secs(65 * 60),
            connecting: Duration::from_secs(5),
            ping_every: Duration::from_secs(20),
            pong_within: Duration::from_secs(10),
            queued_bytes: 256 * 1024,
        }
    }
}

/// What happened since the start, for the metrics.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Messages handed on.
    pub received: u64,
    /// Messages sent or queued for sending.
    pub sent: u64,
    /// What was no message.
    pub malformed: u64,
    /// Signs of life that carry no message.
    pub keep_alives: u64,
    /// Datagrams dropped, and streams paused, because their source sent too much.
    pub flooded: u64,
    /// Datagrams that the kernel had no room to send; the transaction sends them again.
    pub unsent: u64,
    /// Datagrams that the network reported as not delivered.
    pub undelivered: u64,
    /// Connections taken.
    pub accepted: u64,
    /// Connections refused: too many, or no file descriptor left.
    pub refused: u64,
    /// Connections closed because a message took too long to complete.
    pub slow: u64,
    /// Connections closed because others waited to say their first word too.
    pub displaced: u64,
    /// Connections closed because nothing came for long.
    pub idle: u64,
    /// Connections closed because the peer did not read.
    pub stalled: u64,
}
