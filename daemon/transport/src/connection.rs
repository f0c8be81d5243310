//! One connection: what is half read, what waits to be written, and how long it has been so.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use nix::sys::epoll::EpollFlags;
use sip::Flow;

use crate::Limits;
use crate::framing::Framing;
use crate::servers::Server;
use crate::stream::Stream;

/// After a message that nobody can follow, the peer has this long to read our refusal.
const FAREWELL: Duration = Duration::from_secs(2);
/// A peer that has read nothing for this long is gone; 64 times T1, as long as any transaction lasts (RFC 3261 17.1.1.2).
const STALLED: Duration = Duration::from_secs(32);
/// Pieces written with one system call.
const PIECES: usize = 16;

pub(crate) struct Connection {
    pub(crate) flow: Flow,
    pub(crate) framing: Framing,
    pub(crate) stage: Stage,
    pub(crate) stream: Stream,
    /// The peer showed a certificate that was verified.
    pub(crate) certified: bool,
    /// What a connection that was opened to a server has besides.
    pub(crate) server: Option<Server>,
    waiting: VecDeque<Bytes>,
    waiting_bytes: usize,
    active: Instant,
    /// Since when a message is incomplete.
    half_read_since: Option<Instant>,
    /// Since when the peer reads nothing.
    unread_since: Option<Instant>,
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stage {
    /// We called and nobody has answered yet.
    Connecting { until: Instant },
    /// Both ways are open.
    Open,
    /// Its source sent too much and is not read for a while.
    Paused,
    /// Nothing is read any more; what waits is still written.
    Leaving { until: Instant },
}

/// Why a connection was closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    Unreachable,
    /// Nobody answered in time.
    Silent,
    Broken,
    Slow,
    /// It said nothing, and others wanted its place.
    Displaced,
    Idle,
    Stalled,
    /// It was on its way out.
    Left,
    /// The server's certificate has expired.
    Expired,
    /// The server's certificate is not trusted.
    Untrusted,
}

impl Connection {
    pub(crate) fn new(stream: Stream, framing: Framing, flow: Flow, stage: Stage, now: Instant) -> Self {
        Self {
            flow,
            framing,
            stage,
            stream,
            certified: false,
            server: None,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            active: now,
            // A connection that never says anything is as good as a message that never ends.
            half_read_since: Some(now),
            unread_since: None,
        }
    }

    /// What to be woken for.
    pub(crate) fn interest(&self) -> EpollFlags {
        let waits = !self.waiting.is_empty() || self.stream.wants_write();
        let write = if waits { EpollFlags::EPOLLOUT } else { EpollFlags::empty() };
        match self.stage {
            Stage::Connecting { .. } => EpollFlags::EPOLLOUT,
            Stage::Open => EpollFlags::EPOLLIN | write,
            Stage::Paused | Stage::Leaving { .. } => write,
        }
    }

    /// Whether the call that was [`Stage::Connecting`] was answered.
    pub(crate) fn connected(&mut self) -> io::Result<()> {
        if let Some(error) = self.stream.socket().take_error()? {
            return Err(error);
        }
        self.stream.socket().peer_addr()?;
        self.stage = Stage::Open;
        self.half_read_since = None;
        Ok(())
    }

    /// Reads some bytes into `buffer` and on to the framing; false when there were none to read.
    pub(crate) fn read(&mut self, buffer: &mut [u8], now: Instant) -> io::Result<bool> {
        match self.stream.read(buffer) {
            Ok(length) => {
                self.active = now;
                self.framing.feed(buffer.get(..length).unwrap_or_default());
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Keeps time for messages that come in pieces, after everything whole was taken out; `progress` says that something was.
    pub(crate) fn mark_half_read(&mut self, progress: bool, now: Instant) {
        if progress {
            self.half_read_since = None;
        }
        if self.framing.is_half_read() {
            self.half_read_since.get_or_insert(now);
        }
    }

    /// Queues a message behind what waits already; `Err` when the peer reads too slowly.
    pub(crate) fn queue(&mut self, message: Bytes, limits: &Limits) -> Result<(), End> {
        let bytes = self.framing.wrap(message).ok_or(End::Broken)?;
        self.queue_bytes(bytes, limits)
    }

    /// Queues what the peer has to be told besides messages.
    pub(crate) fn queue_asides(&mut self, limits: &Limits) -> Result<(), End> {
        let bytes = self.framing.take_out();
        if bytes.is_empty() { Ok(()) } else { self.queue_bytes(bytes, limits) }
    }

    fn queue_bytes(&mut self, bytes: Bytes, limits: &Limits) -> Result<(), End> {
        if self.waiting_bytes + bytes.len() > limits.queued_bytes {
            return Err(End::Stalled);
        }
        self.waiting_bytes += bytes.len();
        self.waiting.push_back(bytes);
        Ok(())
    }

    /// Writes what the peer takes.
    pub(crate) fn write(&mut self, now: Instant) -> io::Result<()> {
        if matches!(self.stage, Stage::Connecting { .. }) {
            return Ok(());
        }
        while !self.waiting.is_empty() {
            match self.write_some() {
                Ok(length) => {
                    self.written(length);
                    (self.active, self.unread_since) = (now, None);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        match self.stream.flush() {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
            _ => {}
        }
        if !self.waiting.is_empty() || self.stream.wants_write() {
            self.unread_since.get_or_insert(now);
        }
        Ok(())
    }

    fn write_some(&mut self) -> io::Result<usize> {
        let mut pieces = [IoSlice::new(&[]); PIECES];
        for (piece, bytes) in pieces.iter_mut().zip(&self.waiting) {
            *piece = IoSlice::new(bytes);
        }
        match self.stream.write(&pieces)? {
            0 => Err(io::ErrorKind::WriteZero.into()),
            length => Ok(length),
        }
    }

    fn written(&mut self, mut length: usize) {
        self.waiting_bytes -= length.min(self.waiting_bytes);
        while let Some(first) = self.waiting.front_mut() {
            if length < first.len() {
                first.advance(length);
                return;
            }
            length -= first.len();
            self.waiting.pop_front();
        }
    }

    /// Reads nothing more, and closes once the peer had time to read why.
    pub(crate) fn leave(&mut self, now: Instant) {
        self.stage = Stage::Leaving { until: now + FAREWELL };
    }

    /// Why the connection should be closed now, if it should.
    pub(crate) fn overdue(&self, limits: &Limits, now: Instant) -> Option<End> {
        let for_longer = |since: Option<Instant>, limit| {
            since.is_some_and(|since| now.saturating_duration_since(since) > limit)
        };
        match self.stage {
            Stage::Connecting { until } => return (now >= until).then_some(End::Silent),
            Stage::Leaving { until } => return (now >= until).then_some(End::Left),
            Stage::Open | Stage::Paused => {}
        }
        if for_longer(self.half_read_since, limits.message_within) {
            Some(End::Slow)
        } else if for_longer(self.unread_since, STALLED) {
            Some(End::Stalled)
        } else {
            for_longer(Some(self.active), limits.idle).then_some(End::Idle)
        }
    }
}
