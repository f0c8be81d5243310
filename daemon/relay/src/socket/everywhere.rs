//! A socket bound to all our addresses, which must be asked where a datagram was sent to and told where to answer from.

use nix::cmsg_space;
use nix::libc::{in_addr, in_pktinfo, in6_addr, in6_pktinfo};
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, sendmsg, setsockopt, sockopt,
};
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;

/// A datagram with both its ends.
pub(super) struct Arrived {
    pub(super) length: usize,
    pub(super) source: SocketAddr,
    pub(super) reached_at: Option<IpAddr>,
}

/// Asks for the address of each datagram to come; returns room for the answers.
pub(super) fn ask(socket: &UdpSocket, bound: IpAddr) -> io::Result<Vec<u8>> {
    match bound {
        IpAddr::V4(_) => setsockopt(socket, sockopt::Ipv4PacketInfo, &true)?,
        IpAddr::V6(_) => setsockopt(socket, sockopt::Ipv6RecvPacketInfo, &true)?,
    }
    Ok(cmsg_space!(in6_pktinfo))
}

pub(super) fn receive(socket: &UdpSocket, buffer: &mut [u8], control: &mut [u8]) -> io::Result<Arrived> {
    let mut parts = [IoSliceMut::new(buffer)];
    let message =
        recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut parts, Some(control), MsgFlags::empty())?;
    let source = message.address.as_ref().and_then(source_of).ok_or(ErrorKind::InvalidData)?;
    let reached_at = message.cmsgs()?.find_map(|control| address_in(&control));
    Ok(Arrived { length: message.bytes, source, reached_at })
}

/// Sends from one of our addresses. Used where no connection can fix it: for a box with several addresses in one
/// network, and before the peer is known again.
pub(super) fn send(socket: &UdpSocket, datagram: &[u8], ours: IpAddr, peer: SocketAddr) -> io::Result<usize> {
    let (fd, parts, to) = (socket.as_raw_fd(), [IoSlice::new(datagram)], SockaddrStorage::from(peer));
    let sent = match ours {
        IpAddr::V4(ours) => {
            let ours = in_addr { s_addr: u32::from_ne_bytes(ours.octets()) };
            let info = in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: ours, ipi_addr: in_addr { s_addr: 0 } };
            sendmsg(fd, &parts, &[ControlMessage::Ipv4PacketInfo(&info)], MsgFlags::empty(), Some(&to))
        }
        IpAddr::V6(ours) => {
            let info = in6_pktinfo { ipi6_addr: in6_addr { s6_addr: ours.octets() }, ipi6_ifindex: 0 };
            sendmsg(fd, &parts, &[ControlMessage::Ipv6PacketInfo(&info)], MsgFlags::empty(), Some(&to))
        }
    };
    Ok(sent?)
}

fn address_in(control: &ControlMessageOwned) -> Option<IpAddr> {
    if let ControlMessageOwned::Ipv4PacketInfo(info) = control {
        return Some(Ipv4Addr::from(info.ipi_spec_dst.s_addr.to_ne_bytes()).into());
    }
    let ControlMessageOwned::Ipv6PacketInfo(info) = control else { return None };
    Some(Ipv6Addr::from(info.ipi6_addr.s6_addr).into())
}

fn source_of(address: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = address.as_sockaddr_in().map(|v4| SocketAddr::V4((*v4).into()));
    v4.or_else(|| address.as_sockaddr_in6().map(|v6| SocketAddr::V6((*v6).into())))
}
