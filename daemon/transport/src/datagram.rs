//! One UDP socket, which knows on which of the box's addresses each datagram arrived.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use nix::cmsg_space;
use nix::libc::{
    SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6, in_addr, in_pktinfo, in6_addr, in6_pktinfo, sock_extended_err,
    sockaddr_in6,
};
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, sendmsg, setsockopt, sockopt,
};

/// A bound UDP socket.
pub(crate) struct Datagrams {
    socket: UdpSocket,
    bound: SocketAddr,
    control: Vec<u8>,
}

/// Where a datagram came from, and which address of ours it was sent to.
pub(crate) struct Arrived {
    pub(crate) length: usize,
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
}

impl Datagrams {
    pub(crate) fn new(socket: UdpSocket) -> io::Result<Self> {
        let bound = socket.local_addr()?;
        if bound.is_ipv4() {
            setsockopt(&socket, sockopt::Ipv4PacketInfo, &true)?;
            setsockopt(&socket, sockopt::Ipv4RecvErr, &true)?;
        } else {
            setsockopt(&socket, sockopt::Ipv6RecvPacketInfo, &true)?;
            setsockopt(&socket, sockopt::Ipv6RecvErr, &true)?;
        }
        Ok(Self { socket, bound, control: cmsg_space!(in6_pktinfo, sock_extended_err, sockaddr_in6) })
    }

    pub(crate) fn bound(&self) -> SocketAddr {
        self.bound
    }

    /// Whether messages from this address of ours leave here.
    pub(crate) fn serves(&self, local: SocketAddr) -> bool {
        let any = self.bound.ip().is_unspecified() && self.bound.is_ipv4() == local.is_ipv4();
        self.bound.port() == local.port() && (any || self.bound.ip() == local.ip())
    }

    pub(crate) fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Arrived> {
        if !self.bound.ip().is_unspecified() {
            let (length, peer) = self.socket.recv_from(buffer)?;
            return Ok(Arrived { length, peer, local: self.bound });
        }
        let fd = self.socket.as_raw_fd();
        let mut parts = [IoSliceMut::new(buffer)];
        let control = Some(self.control.as_mut_slice());
        let message = recvmsg::<SockaddrStorage>(fd, &mut parts, control, MsgFlags::empty())?;
        let peer = message.address.and_then(|address| socket_address(&address));
        let local = message.cmsgs()?.find_map(|control| arrived_at(&control));
        Ok(Arrived {
            length: message.bytes,
            peer: peer.ok_or(io::ErrorKind::InvalidData)?,
            local: SocketAddr::new(local.unwrap_or_else(|| self.bound.ip()), self.bound.port()),
        })
    }

    /// Takes the next report that a datagram of ours did not arrive, and says where from and where to that was; the inner `None` is
    /// a report that says nothing about the peer (RFC 3261 18.4). [`io::ErrorKind::WouldBlock`] when there are no more.
    pub(crate) fn undelivered(&mut self) -> io::Result<Option<(SocketAddr, SocketAddr)>> {
        // What was sent comes back as well; nobody needs it.
        let (mut sent, fd) = ([0; 1], self.socket.as_raw_fd());
        let mut parts = [IoSliceMut::new(&mut sent)];
        let control = Some(self.control.as_mut_slice());
        let report = recvmsg::<SockaddrStorage>(fd, &mut parts, control, MsgFlags::MSG_ERRQUEUE)?;
        let (mut lost, mut local) = (false, None);
        for control in report.cmsgs()? {
            lost |= says_unreachable(&control);
            local = local.or_else(|| reported_to(&control));
        }
        let local = if self.bound.ip().is_unspecified() { local } else { Some(self.bound.ip()) };
        let peer = report.address.and_then(|address| socket_address(&address)).filter(|_| lost);
        Ok(local.map(|local| SocketAddr::new(local, self.bound.port())).zip(peer))
    }

    /// Sends from `local`, so that the answer comes from where the question went.
    pub(crate) fn send(&self, bytes: &[u8], local: IpAddr, peer: SocketAddr) -> io::Result<()> {
        let chosen = !local.is_unspecified() && self.bound.ip().is_unspecified();
        if !chosen {
            return self.socket.send_to(bytes, peer).map(drop);
        }
        let (fd, parts, to) = (self.socket.as_raw_fd(), [IoSlice::new(bytes)], SockaddrStorage::from(peer));
        let flags = MsgFlags::empty();
        match local {
            IpAddr::V4(v4) => {
                let from = in_addr { s_addr: u32::from_ne_bytes(v4.octets()) };
                let info = in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: from, ipi_addr: in_addr { s_addr: 0 } };
                sendmsg(fd, &parts, &[ControlMessage::Ipv4PacketInfo(&info)], flags, Some(&to))
            }
            IpAddr::V6(v6) => {
                let info = in6_pktinfo { ipi6_addr: in6_addr { s6_addr: v6.octets() }, ipi6_ifindex: 0 };
                sendmsg(fd, &parts, &[ControlMessage::Ipv6PacketInfo(&info)], flags, Some(&to))
            }
        }?;
        Ok(())
    }
}

impl AsFd for Datagrams {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Host, network, port or protocol unreachable; what says "too large" or "too many hops" is not meant (RFC 3261 18.4, RFC 792, RFC 4443 3.1).
fn says_unreachable(control: &ControlMessageOwned) -> bool {
    const UNREACHABLE: u8 = 3;
    const TOO_LARGE: u8 = 4;
    const UNREACHABLE_6: u8 = 1;
    if let ControlMessageOwned::Ipv4RecvErr(error, _) = control {
        let unreachable = error.ee_type == UNREACHABLE && error.ee_code != TOO_LARGE;
        return error.ee_origin == SO_EE_ORIGIN_ICMP && unreachable;
    }
    let ControlMessageOwned::Ipv6RecvErr(error, _) = control else { return false };
    error.ee_origin == SO_EE_ORIGIN_ICMP6 && error.ee_type == UNREACHABLE_6
}

/// The address that a report came to, which is the one that the lost datagram left from.
fn reported_to(control: &ControlMessageOwned) -> Option<IpAddr> {
    if let ControlMessageOwned::Ipv4PacketInfo(info) = control {
        return Some(Ipv4Addr::from(info.ipi_addr.s_addr.to_ne_bytes()).into());
    }
    arrived_at(control)
}

fn arrived_at(control: &ControlMessageOwned) -> Option<IpAddr> {
    if let ControlMessageOwned::Ipv4PacketInfo(info) = control {
        return Some(Ipv4Addr::from(info.ipi_spec_dst.s_addr.to_ne_bytes()).into());
    }
    let ControlMessageOwned::Ipv6PacketInfo(info) = control else { return None };
    Some(Ipv6Addr::from(info.ipi6_addr.s6_addr).into())
}

fn socket_address(address: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = address.as_sockaddr_in().map(|v4| SocketAddr::V4((*v4).into()));
    v4.or_else(|| address.as_sockaddr_in6().map(|v6| SocketAddr::V6((*v6).into())))
}
