//! Telephones that nobody has set up yet ask everybody in the network, `sip.mcast.net`: one ear for each network they may stand in.
//!
//! An ear only listens. Answers leave by the socket for ordinary datagrams, from the address that the ear belongs to.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use nix::sys::epoll::EpollFlags;
use sip::{Flow, Message};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::connections::FIRST;
use crate::datagram::Datagrams;
use crate::{Incoming, Transport, transport};

/// Where everybody in the network who speaks SIP is asked (IANA, IPv4 Multicast Address Space Registry: SIP).
const GROUP: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(224, 0, 1, 75), 5060);
/// The number of every ear in the epoll set.
const EARS: u64 = FIRST - 1;
/// Datagrams taken from one ear before the next has its turn.
const AT_ONCE: usize = 16;

/// A socket that hears what everybody in one network is asked.
pub(crate) struct Ear {
    socket: UdpSocket,
    /// From where answers leave.
    local: SocketAddr,
}

impl Transport {
    /// Listens from now on to what everybody is asked in the networks that these addresses of ours stand in, and in no others. An
    /// address that the box does not take datagrams at is left out: nobody could be answered from there.
    ///
    /// # Errors
    /// What the system said, such as that another program is there; nothing is listened to then.
    pub fn hear_everybody(&mut self, addresses: &[Ipv4Addr]) -> io::Result<()> {
        self.hear_group(GROUP, addresses)
    }

    pub(crate) fn hear_group(&mut self, group: SocketAddrV4, addresses: &[Ipv4Addr]) -> io::Result<()> {
        self.ears.clear();
        let ours = || self.sockets.iter().filter_map(transport::Socket::as_datagrams);
        let ears = addresses.iter().filter_map(|address| {
            let serves = |socket: &&Datagrams| {
                socket.serves(SocketAddr::new((*address).into(), socket.bound().port()))
            };
            let port = ours().find(serves)?.bound().port();
            Some(move || Ear::open(group, *address, port))
        });
        // A socket for all addresses has the port of the group for itself: it lets the ears in beside it, and nobody else later.
        let all = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), group.port());
        let beside: Vec<_> = ours().filter(|socket| socket.serves(all)).map(SockRef::from).collect();
        for socket in &beside {
            socket.set_multicast_all_v4(false)?;
            socket.set_reuse_address(true)?;
        }
        let opened: io::Result<Vec<Ear>> = ears.map(|open| open()).collect();
        for socket in &beside {
            socket.set_reuse_address(false)?;
        }
        let opened = opened?;
        for ear in &opened {
            self.watch.add(ear, EARS, EpollFlags::EPOLLIN)?;
        }
        self.ears = opened;
        Ok(())
    }

    /// Takes what all ears have heard.
    pub(crate) fn serve_everybody(&mut self, now: Instant, sink: &mut impl FnMut(Incoming<'_>)) {
        (0..self.ears.len()).for_each(|ear| self.serve_ear(ear, now, sink));
    }

    fn serve_ear(&mut self, number: usize, now: Instant, sink: &mut impl FnMut(Incoming<'_>)) {
        let Some(ear) = self.ears.get(number) else { return };
        for _ in 0..AT_ONCE {
            let Ok((length, peer)) = ear.socket.recv_from(&mut self.buffer) else { return };
            if !self.floods.admit(peer.ip(), now) {
                self.counters.flooded += 1;
                continue;
            }
            // What is no message is answered by nobody: whoever was meant may understand it.
            let Ok(message) = Message::parse(self.buffer.get(..length).unwrap_or_default()) else {
                self.counters.malformed += 1;
                continue;
            };
            self.counters.received += 1;
            let flow = Flow { transport: sip::Transport::Udp, local: ear.local, peer, connection: 0 };
            sink(Incoming::AskedAll(flow, message));
        }
    }
}

impl Ear {
    fn open(group: SocketAddrV4, address: Ipv4Addr, port: u16) -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM.nonblocking(), Some(Protocol::UDP))?;
        socket.set_reuse_address(true)?;
        // Only what arrives in its own network, whatever others on this machine listen to.
        socket.set_multicast_all_v4(false)?;
        socket.bind(&SocketAddr::V4(group).into())?;
        socket.join_multicast_v4(group.ip(), &address)?;
        Ok(Self { socket: socket.into(), local: SocketAddr::new(address.into(), port) })
    }
}

impl AsFd for Ear {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
