//! One UDP socket of a leg. Another way to move packets would replace this file.

mod everywhere;

use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, connect_unspec, recv, send};
use socket2::{Domain, Protocol, Socket, Type};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Expedited forwarding (RFC 3246, RFC 4594 4.1): DSCP 46 in the upper six bits of the octet.
const EXPEDITED: u32 = 0xb8;

/// A bound socket that never waits.
#[derive(Debug)]
pub(crate) struct MediaSocket {
    socket: UdpSocket,
    everywhere: Option<Box<Everywhere>>,
}

/// What more is known of one that is bound to all our addresses.
#[derive(Debug)]
struct Everywhere {
    /// Where the last datagram was sent to.
    reached_at: Option<IpAddr>,
    /// Where the peer's datagrams were sent to when it was locked on; a stranger cannot change it.
    answer_from: Option<IpAddr>,
    /// Room for what the kernel says of it.
    control: Vec<u8>,
}

/// Whether others may have the same port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    Alone,
    Shared,
}

/// What a receive found.
pub(crate) enum Arrival {
    /// A datagram of so many bytes and, where asked for, its source.
    Datagram(usize, Option<SocketAddr>),
    /// The network's complaint about something we sent, swallowed.
    Complaint,
    /// Nothing waits.
    Empty,
}

impl MediaSocket {
    pub(crate) fn bind(address: IpAddr, port: u16) -> io::Result<Self> {
        Self::bind_as(SocketAddr::new(address, port), Sharing::Alone)
    }

    /// On a port that it shares with those that [`MediaSocket::way_to`] makes of it. The kernel gives each datagram to the
    /// socket that is locked on its source, and to this one if none is.
    pub(crate) fn bind_door(address: IpAddr, port: u16) -> io::Result<Self> {
        Self::bind_as(SocketAddr::new(address, port), Sharing::Shared)
    }

    /// A socket on the same port that hears this peer alone, at the address where its last datagram was sent to. What
    /// comes before it is locked waits inside.
    pub(crate) fn way_to(&self, peer: SocketAddr) -> io::Result<Self> {
        let here = self.socket.local_addr()?;
        let ours = SocketAddr::new(self.reached_at().unwrap_or_else(|| here.ip()), here.port());
        let way = Self::bind_as(ours, Sharing::Shared)?;
        way.socket.connect(peer)?;
        Ok(way)
    }

    /// Answers the last datagram, from where it was sent to.
    pub(crate) fn answer(&self, datagram: &[u8], peer: SocketAddr) -> io::Result<usize> {
        match self.reached_at() {
            Some(ours) => everywhere::send(&self.socket, datagram, ours, peer),
            None => self.socket.send_to(datagram, peer),
        }
    }

    fn reached_at(&self) -> Option<IpAddr> {
        self.everywhere.as_ref()?.reached_at
    }

    fn bind_as(local: SocketAddr, sharing: Sharing) -> io::Result<Self> {
        let address = local.ip();
        let kind = Type::DGRAM.nonblocking().cloexec();
        let socket = Socket::new_raw(Domain::for_address(local), kind, Some(Protocol::UDP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
            socket.set_tclass_v6(EXPEDITED)?;
        } else {
            socket.set_tos_v4(EXPEDITED)?;
        }
        if sharing == Sharing::Shared {
            socket.set_reuse_address(true)?;
        }
        socket.bind(&local.into())?;
        let socket = socket.into();
        let everywhere =
            if address.is_unspecified() { Some(Everywhere::ask(&socket, address, None)?) } else { None };
        Ok(Self { socket, everywhere })
    }

    /// A socket that an earlier run bound, and perhaps locked on its peer.
    pub(crate) fn inherit(socket: UdpSocket, bound: IpAddr) -> io::Result<Self> {
        let ours = socket.local_addr()?.ip();
        let chosen = !bound.is_unspecified();
        if chosen && ours != bound {
            return Err(ErrorKind::AddrNotAvailable.into());
        }
        socket.set_nonblocking(true)?;
        let locked_at = socket.peer_addr().ok().map(|_| ours);
        let everywhere = if chosen { None } else { Some(Everywhere::ask(&socket, ours, locked_at)?) };
        Ok(Self { socket, everywhere })
    }

    /// A second hold on the socket, for somebody who outlives us.
    pub(crate) fn copy(&self) -> io::Result<OwnedFd> {
        self.socket.as_fd().try_clone_to_owned()
    }

    /// Whom it is locked on.
    pub(crate) fn peer(&self) -> Option<SocketAddr> {
        self.socket.peer_addr().ok()
    }

    /// The same port for a peer of the other family; none where this socket reaches the peer, or where one address was
    /// chosen.
    pub(crate) fn for_family_of(&self, peer: SocketAddr) -> io::Result<Option<Self>> {
        if self.everywhere.is_none() {
            return Ok(None);
        }
        let here = self.socket.local_addr()?;
        if here.is_ipv6() == peer.is_ipv6() {
            return Ok(None);
        }
        let everywhere: IpAddr =
            if peer.is_ipv6() { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
        Self::bind(everywhere, here.port()).map(Some)
    }

    /// From now on the kernel drops what does not come from this address.
    ///
    /// Refused when the kernel would answer from another of our addresses than the one that the peer sends to: it
    /// would then drop the peer too.
    pub(crate) fn lock(&mut self, peer: SocketAddr) -> io::Result<()> {
        let reached_at = self.reached_at();
        self.everywhere.iter_mut().for_each(|everywhere| everywhere.answer_from = reached_at);
        self.socket.connect(peer)?;
        if reached_at.is_none_or(|ours| self.socket.local_addr().is_ok_and(|local| local.ip() == ours)) {
            return Ok(());
        }
        self.unlock()?;
        Err(ErrorKind::AddrNotAvailable.into())
    }

    /// Takes datagrams from anywhere again; address and port stay as they were bound.
    pub(crate) fn unlock(&self) -> io::Result<()> {
        Ok(connect_unspec(&self.socket)?)
    }

    /// Our end; behind a lock the address that the peer hears us from.
    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.socket.local_addr().ok()
    }

    pub(crate) fn receive(&self, buffer: &mut [u8]) -> Arrival {
        match recv(&self.socket, buffer, RecvFlags::empty()) {
            Ok((_, length)) => Arrival::Datagram(length, None),
            Err(Errno::AGAIN) => Arrival::Empty,
            Err(_) => Arrival::Complaint,
        }
    }

    pub(crate) fn receive_from(&mut self, buffer: &mut [u8]) -> Arrival {
        let Some(Everywhere { reached_at, control, .. }) = self.everywhere.as_deref_mut() else {
            return Arrival::of(self.socket.recv_from(buffer).map(|(length, source)| (length, Some(source))));
        };
        Arrival::of(everywhere::receive(&self.socket, buffer, control).map(|arrived| {
            *reached_at = arrived.reached_at;
            (arrived.length, Some(arrived.source))
        }))
    }

    /// To the peer that it is locked on. A complaint about an earlier packet is reported in place of sending, so
    /// the second try is the first real one.
    pub(crate) fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        match send(&self.socket, datagram, SendFlags::empty()) {
            Err(Errno::CONNREFUSED) => Ok(send(&self.socket, datagram, SendFlags::empty())?),
            answer => Ok(answer?),
        }
    }

    pub(crate) fn send_to(&self, datagram: &[u8], peer: SocketAddr) -> io::Result<usize> {
        match self.everywhere.as_ref().and_then(|everywhere| everywhere.answer_from) {
            Some(ours) => everywhere::send(&self.socket, datagram, ours, peer),
            None => self.socket.send_to(datagram, peer),
        }
    }
}

impl Everywhere {
    /// Asks for the address of each datagram to come.
    fn ask(socket: &UdpSocket, family: IpAddr, locked_at: Option<IpAddr>) -> io::Result<Box<Self>> {
        let control = everywhere::ask(socket, family)?;
        Ok(Box::new(Self { reached_at: locked_at, answer_from: locked_at, control }))
    }
}

impl Arrival {
    fn of(answer: io::Result<(usize, Option<SocketAddr>)>) -> Self {
        match answer {
            Ok((length, source)) => Self::Datagram(length, source),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Self::Empty,
            Err(_) => Self::Complaint,
        }
    }
}

impl AsFd for MediaSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
