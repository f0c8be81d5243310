//! The way in: every socket that is ready has its turn, none more than its share.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use nix::sys::epoll::EpollFlags;
use sip::frame::{Frame, PONG};
use sip::{Flow, Message, ParseError, stun};

use crate::Transport;
use crate::alias;
use crate::connection::{Connection, End, Stage};
use crate::connections::FIRST;
use crate::framing::{Broken, Framing};
use crate::servers::{ConnectFailed, Server};
use crate::stream::Stream;
use crate::transport::Socket;
use crate::watch::Ready;
use crate::websocket::WebSocket;

/// Datagrams taken from one socket before the next socket has its turn.
const DATAGRAMS_AT_ONCE: usize = 64;
/// Reads from one connection before the next has its turn, each of at most [`CHUNK`] bytes.
const READS_AT_ONCE: usize = 2;
/// Two TLS records, see [`crate::stream::Stream::read`].
const CHUNK: usize = 32 * 1024;
/// Steps of TLS greetings before the rest of the SIP thread has its turn; one may cost a signature, about as much as ten messages.
const GREETINGS_AT_ONCE: usize = 8;
/// A greeting counts as so many messages of its source.
const GREETING_COSTS: u32 = 4;
/// Connections taken before the other sockets have their turn.
const ACCEPTS_AT_ONCE: usize = 64;
/// How often connections are looked through for those whose time is over.
const SWEEP: Duration = Duration::from_secs(1);

/// What comes from the network.
#[derive(Debug)]
pub enum Incoming<'a> {
    /// A message, and the way its answer takes.
    Message(Flow, Message<'a>),
    /// A message to everybody in the network (see [`Transport::hear_everybody`]), and the way of an answer.
    AskedAll(Flow, Message<'a>),
    /// Bytes that are no message. A connection that brought them is not read any more and closes after two seconds, time enough to
    /// send a refusal.
    Malformed {
        /// Where they came from.
        flow: Flow,
        /// What is wrong with them; it knows the status.
        why: ParseError,
        /// What can be answered with that status, if anything.
        request: Option<Message<'a>>,
    },
    /// TLS has agreed on this flow, and the peer has shown a certificate that an authority of the admin signed; told before the
    /// first message. Only phones that are asked for certificates show them.
    Certified {
        /// The connection, until it is [`Incoming::Closed`].
        flow: Flow,
        /// Whom the certificate is for: SIP addresses, host names, and the common name last.
        names: Vec<String>,
    },
    /// A connection is over, whoever ended it. Answers to what came on it can no longer be sent.
    Closed(Flow),
    /// A connection that we wanted to open did not come about, or the network reports that a datagram did not arrive (RFC 3261 18.4);
    /// what was sent this way is lost.
    Unreachable(Flow),
    /// What became of [`Transport::connect`].
    Connected {
        /// The ticket it was asked with.
        ticket: u64,
        /// The way, until it is [`Incoming::Closed`].
        flow: Result<Flow, ConnectFailed>,
        /// When the server's certificate ends; only over TLS.
        expires: Option<SystemTime>,
    },
}

impl Transport {
    /// Waits until something arrives, hands all of it to `sink`, in the order of arrival for each peer, and says whether the
    /// [`Transport::bell`] was rung.
    ///
    /// Returns at `until` at the latest, and after at most 64 ready sockets with 64 datagrams or 64 KiB each, so that timers have
    /// their turn.
    ///
    /// # Errors
    /// The system cannot watch sockets any more; nothing sensible can be done but to end.
    pub fn receive(&mut self, until: Instant, sink: &mut impl FnMut(Incoming<'_>)) -> io::Result<bool> {
        if !(self.lost.is_empty() && self.outcomes.is_empty()) {
            self.tell_outcomes(sink);
            for lost in std::mem::take(&mut self.lost) {
                Self::tell_end(lost, End::Broken, sink);
            }
            return Ok(false);
        }
        let sweeping = self.connections.len() > 0 || self.deaf;
        let until = if sweeping { until.min(self.next_sweep) } else { until };
        let woken = self.watch.wait(until.saturating_duration_since(Instant::now()))?;
        let now = Instant::now();
        self.greetings_left = GREETINGS_AT_ONCE;
        for ready in woken.ready {
            self.serve(ready, now, sink);
        }
        if now >= self.next_sweep {
            self.next_sweep = now + SWEEP;
            self.sweep(now, sink);
        }
        Ok(woken.rung)
    }

    fn serve(&mut self, ready: Ready, now: Instant, sink: &mut impl FnMut(Incoming<'_>)) {
        if ready.number >= FIRST {
            return self.serve_connection(ready, now, sink);
        }
        let number = usize::try_from(ready.number).unwrap_or(usize::MAX);
        match self.sockets.get(number) {
            Some(Socket::Datagrams(_)) => {
                if ready.events.contains(EpollFlags::EPOLLERR) {
                    self.serve_reports(number, now, sink);
                }
                self.serve_datagrams(number, now, sink);
            }
            Some(Socket::Listener(..)) => self.accept(number, now, sink),
            None => self.serve_everybody(now, sink),
        }
    }

    fn serve_datagrams(&mut self, number: usize, now: Instant, sink: &mut impl FnMut(Incoming<'_>)) {
        let Some(Socket::Datagrams(socket)) = self.sockets.get_mut(number) else { return };
        for _ in 0..DATAGRAMS_AT_ONCE {
            // An error that is not "nothing more" concerns one datagram only, and the socket is reported again.
            let Ok(arrived) = socket.receive(&mut self.buffer) else { return };
            if !self.floods.admit(arrived.peer.ip(), now) {
                self.counters.flooded += 1;
                continue;
            }
            let bytes = self.buffer.get(..arrived.length).unwrap_or_default();
            let (local, peer) = (arrived.local, arrived.peer);
            let flow = Flow { transport: sip::Transport::Udp, local, peer, connection: 0 };
            if is_sign_of_life(bytes) {
                self.counters.keep_alives += 1;
                // Who gets no answer asks again.
                let _ = stun::answer(bytes, peer).map(|answer| socket.send(&answer, local.ip(), peer));
                continue;
            }
            match Message::parse(bytes) {
                Ok(message) => {
                    self.counters.received += 1;
                    sink(Incoming::Message(flow, message));
                }
                Err(why) => {
                    self.counters.malformed += 1;
                    sink(Incoming::Malformed { flow, why, request: Message::salvage(bytes) });
                }
            }
        }
    }

    /// Tells whom datagrams of ours did not reach. Reports cost a look through what is under way, so they count as messages of the peer.
    fn serve_reports(&mut self, number: usize, now: Instant, sink: &mut impl FnMut(Incoming<'_>)) {
        for _ in 0..DATAGRAMS_AT_ONCE {
            let Some(Socket::Datagrams(socket)) = self.sockets.get_mut(number) else { return };
            let Ok(report) = socket.undelivered() else { return };
            let Some((local, peer)) = report else { continue };
            self.counters.undelivered += 1;
            if self.floods.admit(peer.ip(), now) {
                let transport = sip::Transport::Udp;
                sink(Incoming::Unreachable(Flow { transport, local, peer, connection: 0 }));
            }
        }
    }

    fn accept(&mut self, number: usize, now: Instant, sink: &mut impl FnMut(Incoming<'_>)) {
        for _ in 0..ACCEPTS_AT_ONCE {
            let Some(Socket::Listener(transport, listener)) = self.sockets.get(number) else { return };
            let transport = *transport;
            let (socket, peer) = match listener.accept() {
                Ok(taken) => taken,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if out_of_descriptors(&error) => return self.stop_listening(number),
                // The peer was gone before we came.
                Err(_) => continue,
            };
            match self.welcome(socket, transport, peer, now) {
                Some(()) => self.counters.accepted += 1,
                None => self.counters.refused += 1,
            }
            if let Some(displaced) = self.connections.displaced(&self.limits) {
                self.finish(displaced, End::Displaced, sink);
            }
        }
    }

    fn welcome(
        &mut self,
        socket: TcpStream,
        transport: sip::Transport,
        peer: SocketAddr,
        now: Instant,
    ) -> Option<()> {
        if !self.connections.room_for(peer, &self.limits) {
            return None;
        }
        let stream = if transport.encrypted() {
            let admitted = (0..GREETING_COSTS).all(|_| self.floods.admit(peer.ip(), now));
            let tls = self.tls.as_ref().filter(|_| admitted)?;
            Stream::tls(socket, tls.greet().ok()?.into())
        } else {
            Stream::plain(socket)
        };
        let framing = match transport {
            sip::Transport::Ws | sip::Transport::Wss => {
                Framing::web(WebSocket::new(Arc::clone(&self.browsers)))
            }
            sip::Transport::Udp | sip::Transport::Tcp | sip::Transport::Tls => Framing::stream(),
        };
        self.connections.take((stream, framing), transport, &self.watch, now).ok()
    }

    /// Without a free file descriptor a waiting peer would be reported for ever: it waits for the next sweep instead.
    fn stop_listening(&mut self, number: usize) {
        self.counters.refused += 1;
        self.deaf = true;
        self.listen_to(number, EpollFlags::empty());
    }

    fn listen_to(&self, number: usize, events: EpollFlags) {
        if let Some(Socket::Listener(_, listener)) = self.sockets.get(number) {
            let _ = self.watch.change(listener, number as u64, events);
        }
    }

    fn serve_connection(&mut self, ready: Ready, now: Instant, sink: &mut impl FnMut(Incoming<'_>)) {
        let Some(watched) = self.connections.find(ready.number) else { return };
        let broken = ready.events.intersects(EpollFlags::EPOLLERR | EpollFlags::EPOLLHUP);
        let connection = &mut watched.connection;
        if connection.stream.is_greeting() {
            let Some(left) = self.greetings_left.checked_sub(1) else { return };
            self.greetings_left = left;
        }
        let served = match connection.stage {
            Stage::Connecting { .. } => connection
                .connected()
                .map_err(|_| End::Unreachable)
                .map(|()| connection.call_taken(sink))
                .and_then(|()| self.write(ready.number, now)),
            Stage::Paused | Stage::Leaving { .. } if broken => Err(End::Broken),
            Stage::Paused | Stage::Leaving { .. } => self.write(ready.number, now),
            Stage::Open => self.write(ready.number, now).and_then(|()| self.read(ready.number, now, sink)),
        };
        let rewatched = served.and_then(|()| self.rewatch(ready.number));
        if let Err(end) = rewatched {
            self.finish(ready.number, end, sink);
        }
    }

    fn read(&mut self, number: u64, now: Instant, sink: &mut impl FnMut(Incoming<'_>)) -> Result<(), End> {
        for _ in 0..READS_AT_ONCE {
            let Some(watched) = self.connections.find(number) else { return Ok(()) };
            let chunk = self.buffer.get_mut(..CHUNK).unwrap_or_default();
            let more = watched.connection.read(chunk, now).map_err(|error| End::of(&error))?;
            if !more {
                break;
            }
            self.hand_on(number, now, sink)?;
            let open = self.connections.find(number).is_some_and(|w| w.connection.stage == Stage::Open);
            if !open {
                break;
            }
        }
        Ok(())
    }

    /// Hands on every message that is whole. A source that sent too much is not read again before the next sweep.
    fn hand_on(&mut self, number: u64, now: Instant, sink: &mut impl FnMut(Incoming<'_>)) -> Result<(), End> {
        let Some(watched) = self.connections.find(number) else { return Ok(()) };
        let connection = &mut watched.connection;
        let flow = connection.flow;
        connection.greet(sink);
        let (mut progress, mut offered) = (false, None);
        loop {
            match connection.framing.next() {
                Ok(None) => break,
                Ok(Some(Frame::Message(message))) => {
                    self.counters.received += 1;
                    let message = message.arrived();
                    offered = alias::offered(&message, &flow, connection.certified).or(offered);
                    sink(Incoming::Message(flow, message));
                }
                Ok(Some(Frame::Ping)) => {
                    self.counters.keep_alives += 1;
                    connection.queue(Bytes::from_static(PONG), &self.limits)?;
                }
                Ok(Some(Frame::Pong)) => {
                    self.counters.keep_alives += 1;
                    connection.server.as_mut().into_iter().for_each(Server::answered);
                }
                Err(Broken::Message(why)) => {
                    self.counters.malformed += 1;
                    sink(Incoming::Malformed { flow, why, request: connection.framing.salvage() });
                }
                Err(Broken::Stream(why)) => {
                    self.counters.malformed += 1;
                    sink(Incoming::Malformed { flow, why, request: connection.framing.salvage() });
                    connection.leave(now);
                    return Ok(());
                }
                Err(Broken::Over) => {
                    connection.leave(now);
                    break;
                }
            }
            progress = true;
            // Whom we have called ourselves may send as much as there is.
            let called = connection.server.is_some();
            if !called && !self.floods.admit(flow.peer.ip(), now) && connection.stage == Stage::Open {
                self.counters.flooded += 1;
                connection.stage = Stage::Paused;
            }
        }
        connection.queue_asides(&self.limits)?;
        connection.mark_half_read(progress, now);
        let written = connection.write(now).map_err(|_| End::Broken);
        if progress {
            self.connections.has_spoken(number);
        }
        if let Some(address) = offered {
            self.connections.offer(number, flow.transport, address);
        }
        written
    }

    fn write(&mut self, number: u64, now: Instant) -> Result<(), End> {
        let Some(watched) = self.connections.find(number) else { return Ok(()) };
        watched.connection.write(now).map_err(|_| End::Broken)
    }

    fn rewatch(&mut self, number: u64) -> Result<(), End> {
        let Some(watched) = self.connections.find(number) else { return Ok(()) };
        watched.rewatch(&self.watch).map_err(|_| End::Broken)
    }

    /// Closes what is overdue, reads again what was paused, listens again where descriptors had run out.
    fn sweep(&mut self, now: Instant, sink: &mut impl FnMut(Incoming<'_>)) {
        let mut over = Vec::new();
        for watched in self.connections.iter_mut() {
            if watched.connection.stage == Stage::Paused {
                watched.connection.stage = Stage::Open;
            }
            let kept = watched.connection.keep_open(&self.limits, now);
            let end = kept.err().or_else(|| watched.connection.overdue(&self.limits, now));
            if let Some(end) = end.or_else(|| watched.rewatch(&self.watch).err().map(|_| End::Broken)) {
                over.push((watched.connection.flow.connection, end));
            }
        }
        for (number, end) in over {
            self.finish(number, end, sink);
        }
        if std::mem::take(&mut self.deaf) {
            (0..self.sockets.len()).for_each(|number| self.listen_to(number, EpollFlags::EPOLLIN));
        }
    }

    fn finish(&mut self, number: u64, end: End, sink: &mut impl FnMut(Incoming<'_>)) {
        if let Some(connection) = self.close(number, end) {
            Self::tell_end(connection, end, sink);
        }
    }

    fn tell_end(mut over: Connection, end: End, sink: &mut impl FnMut(Incoming<'_>)) {
        let flow = over.flow;
        if Self::tell_waiting(over.server.take(), end, sink) {
            return;
        }
        let never_up = matches!(over.stage, Stage::Connecting { .. }) || end == End::Unreachable;
        sink(if never_up { Incoming::Unreachable(flow) } else { Incoming::Closed(flow) });
    }
}

/// What phones send to keep their way through a router open: line ends, zeros, nothing at all, or STUN.
fn is_sign_of_life(datagram: &[u8]) -> bool {
    let blank = datagram.len() <= 4 && datagram.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0 | b' '));
    blank || stun::is_stun(datagram)
}

fn out_of_descriptors(error: &io::Error) -> bool {
    let codes = [nix::libc::EMFILE, nix::libc::ENFILE, nix::libc::ENOBUFS, nix::libc::ENOMEM];
    codes.map(Some).contains(&error.raw_os_error())
}
