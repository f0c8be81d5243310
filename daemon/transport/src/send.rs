//! The way out.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Instant;

use bytes::Bytes;
use sip::{Flow, Message};

use crate::Transport;
use crate::alias::usual_port;
use crate::connection::End;
use crate::stream::Stream;

/// The largest request that leaves as one datagram when nothing is known about the path (RFC 3261 18.1.1).
const LARGEST_DATAGRAM: usize = 1300;
const ANSWER: &[u8] = b"SIP/2.0 ";
/// The beginning of the first Via, of the same length in both cases.
const OVER_UDP: &[u8] = b"SIP/2.0/UDP";
const OVER_TCP: &[u8] = b"SIP/2.0/TCP";

/// Why a message did not leave. A message that left may still be lost.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SendFailed {
    /// The box does not listen on anything this message could leave by.
    #[error("the box has no socket for this transport and address family")]
    NoSocket,
    /// The connection is closed.
    #[error("the connection is closed")]
    Gone,
    /// The peer does not read; its connection was closed.
    #[error("the peer does not read what it is sent")]
    Stalled,
    /// There are as many connections as are allowed.
    #[error("too many connections")]
    TooManyConnections,
    /// More than fits into one datagram; send it over TCP (RFC 3261 18.1.1).
    #[error("too large for a datagram")]
    TooLarge,
    /// There is no way to the peer.
    #[error("the peer cannot be reached ({0})")]
    Unreachable(io::ErrorKind),
}

impl Transport {
    /// Sends a message on a flow: an answer on the flow its request came on, a request on one from [`Transport::open`].
    ///
    /// A datagram for which the kernel has no room is dropped and counted; its transaction sends it again. On a stream, what the
    /// peer does not take yet waits, up to [`crate::Limits::queued_bytes`]. A stream flow with connection 0 means
    /// any connection to that peer, opened if there is none. An answer whose connection is gone goes to the address that its Via names.
    ///
    /// # Errors
    /// [`SendFailed`]; nothing was sent.
    pub fn send(&mut self, flow: &Flow, bytes: Bytes) -> Result<(), SendFailed> {
        if !flow.transport.reliable() {
            if self.send_large(flow, &bytes).is_none() {
                self.send_datagram(flow, &bytes)?;
            }
        } else if flow.connection == 0 {
            let flow = self.open(flow.transport, flow.peer)?;
            self.send_on(flow.connection, bytes)?;
        } else {
            let sent = self.send_on(flow.connection, bytes.clone());
            sent.or_else(|failed| self.send_elsewhere(flow, bytes).ok_or(failed))?;
        }
        self.counters.sent += 1;
        Ok(())
    }

    /// The flow to a peer that has not sent anything: by UDP from the address the route to it chooses, on streams the connection
    /// there is, and for TCP alone a new one that is being opened. What is sent before it is up waits for that.
    ///
    /// # Errors
    /// [`SendFailed`] when there is no way to the peer. A connection that fails later is told as [`crate::Incoming::Unreachable`].
    pub fn open(&mut self, transport: sip::Transport, peer: SocketAddr) -> Result<Flow, SendFailed> {
        if !transport.reliable() {
            return self.open_datagram(peer);
        }
        match self.connections.to(transport, peer) {
            Some(flow) => Ok(flow),
            None if transport == sip::Transport::Tcp => self.open_stream(peer),
            // Phones that speak TLS open their connection themselves, and have no name that we could verify.
            None => Err(SendFailed::Gone),
        }
    }

    fn open_datagram(&self, peer: SocketAddr) -> Result<Flow, SendFailed> {
        let local = local_for(peer.ip()).map_err(|error| SendFailed::Unreachable(error.kind()))?;
        let bound = self.sockets.iter().filter_map(|socket| socket.as_datagrams());
        let mut fitting = bound.filter(|socket| socket.bound().is_ipv4() == peer.is_ipv4());
        let routed = fitting.clone().find(|s| s.serves(SocketAddr::new(local, s.bound().port())));
        // Bound to other addresses than the route would choose: the first one that speaks the same language.
        let socket = routed.or_else(|| fitting.next()).ok_or(SendFailed::NoSocket)?;
        let bound = socket.bound();
        let local = if bound.ip().is_unspecified() { SocketAddr::new(local, bound.port()) } else { bound };
        Ok(Flow { transport: sip::Transport::Udp, local, peer, connection: 0 })
    }

    fn open_stream(&mut self, peer: SocketAddr) -> Result<Flow, SendFailed> {
        if !self.connections.room_for(peer, &self.limits) {
            return Err(SendFailed::TooManyConnections);
        }
        let way = (sip::Transport::Tcp, peer);
        let called = self.connections.call(way, Stream::plain, &self.limits, &self.watch, Instant::now());
        called.map_err(|error| SendFailed::Unreachable(error.kind()))
    }

    /// A request that a network might cut in two takes a connection to the same address, if one is open (RFC 3261 18.1.1). Nobody
    /// knows whether a peer over UDP listens for connections as well, so none is opened for the purpose.
    fn send_large(&mut self, flow: &Flow, bytes: &Bytes) -> Option<()> {
        if bytes.len() <= LARGEST_DATAGRAM || bytes.starts_with(ANSWER) {
            return None;
        }
        let way = self.connections.to(sip::Transport::Tcp, flow.peer)?;
        let via = bytes.windows(OVER_UDP.len()).position(|part| part == OVER_UDP)?;
        let mut bytes = bytes.to_vec();
        bytes.get_mut(via..via + OVER_TCP.len())?.copy_from_slice(OVER_TCP);
        self.send_on(way.connection, bytes.into()).ok()
    }

    /// An answer whose connection is gone goes to where its request says it came from (RFC 3261 18.2.2).
    fn send_elsewhere(&mut self, gone: &Flow, bytes: Bytes) -> Option<()> {
        let answer = Message::parse(&bytes).ok().filter(|message| !message.is_request())?;
        let via = answer.via()?;
        let port = via.port.unwrap_or_else(|| usual_port(gone.transport));
        let peer = SocketAddr::new(via.received().unwrap_or_else(|| gone.peer.ip()), port);
        let way = self.open(gone.transport, peer).ok()?;
        self.send_on(way.connection, bytes.clone()).ok()
    }

    fn send_datagram(&mut self, flow: &Flow, bytes: &[u8]) -> Result<(), SendFailed> {
        let mut bound = self.sockets.iter().filter_map(|socket| socket.as_datagrams());
        let socket = bound.find(|socket| socket.serves(flow.local)).ok_or(SendFailed::NoSocket)?;
        let send = || socket.send(bytes, flow.local.ip(), flow.peer);
        // The first error may be the report of another datagram, which waits in the queue of reports as well (ip(7), IP_RECVERR).
        let Err(error) = send().or_else(|_| send()) else { return Ok(()) };
        let no_room = [nix::libc::EAGAIN, nix::libc::ENOBUFS].map(Some).contains(&error.raw_os_error());
        if no_room {
            self.counters.unsent += 1;
            return Ok(());
        }
        let too_large = error.raw_os_error() == Some(nix::libc::EMSGSIZE);
        Err(if too_large { SendFailed::TooLarge } else { SendFailed::Unreachable(error.kind()) })
    }

    fn send_on(&mut self, number: u64, bytes: Bytes) -> Result<(), SendFailed> {
        let watched = self.connections.find(number).ok_or(SendFailed::Gone)?;
        let sent = watched
            .connection
            .queue(bytes, &self.limits)
            .and_then(|()| watched.connection.write(Instant::now()).map_err(|_| End::Broken))
            .and_then(|()| watched.rewatch(&self.watch).map_err(|_| End::Broken));
        let Err(end) = sent else { return Ok(()) };
        if let Some(connection) = self.close(number, end) {
            self.lost.push(connection);
        }
        Err(if end == End::Stalled { SendFailed::Stalled } else { SendFailed::Gone })
    }
}

/// Which of the box's addresses the route to a peer starts at; what to write into Via, Contact and SDP for it. It asks the routing
/// table and sends nothing.
///
/// # Errors
/// There is no route to the peer.
pub fn local_for(peer: IpAddr) -> io::Result<IpAddr> {
    let any: IpAddr =
        if peer.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let probe = UdpSocket::bind((any, 0))?;
    probe.connect((peer, 9))?;
    Ok(probe.local_addr()?.ip())
}
