//! Who is on the box's own networks: the kernel's neighbours, both families (rtnetlink, RFC 3549).

use std::io;
use std::net::IpAddr;

use emergency::{Mac, Report};
use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::neighbour::{
    NeighbourAddress, NeighbourAttribute, NeighbourMessage, NeighbourState,
};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};

use crate::look::LookFailed;

/// Room for one piece of the answer.
const ANSWER: usize = 64 * 1024;
/// Pieces of an answer; the kernel keeps a few thousand neighbours at most.
const MOST_PIECES: usize = 1024;

/// Asks the kernel. It answers at once or not at all.
pub(crate) fn look() -> Result<Report, LookFailed> {
    ask().map_err(|_| LookFailed::System)
}

fn ask() -> io::Result<Report> {
    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    let mut question = NetlinkMessage::from(RouteNetlinkMessage::GetNeighbour(NeighbourMessage::default()));
    question.header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    question.finalize();
    let mut bytes = vec![0; question.buffer_len()];
    question.serialize(&mut bytes);
    socket.send(&bytes, 0)?;
    let mut report = Report::default();
    let mut room = Vec::with_capacity(ANSWER);
    for _ in 0..MOST_PIECES {
        room.clear();
        socket.recv(&mut room, 0)?;
        if !piece(&room, &mut report) {
            break;
        }
    }
    Ok(report)
}

/// Takes in one piece; says whether more follow.
fn piece(mut rest: &[u8], report: &mut Report) -> bool {
    while !rest.is_empty() {
        let Ok(message) = NetlinkMessage::<RouteNetlinkMessage>::deserialize(rest) else { return false };
        if matches!(message.payload, NetlinkPayload::Done(_) | NetlinkPayload::Error(_)) {
            return false;
        }
        if let NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewNeighbour(neighbour)) = &message.payload {
            report.addresses.extend(known(neighbour));
        }
        let length = usize::try_from(message.header.length).unwrap_or(0).next_multiple_of(4).max(4);
        rest = rest.get(length..).unwrap_or_default();
    }
    true
}

/// Whose address it is, when the kernel has heard from it.
fn known(neighbour: &NeighbourMessage) -> Option<(IpAddr, Mac)> {
    use NeighbourState::{Failed, Incomplete, Noarp, None as Unknown};
    if matches!(neighbour.header.state, Failed | Incomplete | Noarp | Unknown) {
        return None;
    }
    let (mut address, mut mac) = (None, None);
    for attribute in &neighbour.attributes {
        if let NeighbourAttribute::Destination(NeighbourAddress::Inet(it)) = attribute {
            address = Some(IpAddr::from(*it));
        } else if let NeighbourAttribute::Destination(NeighbourAddress::Inet6(it)) = attribute {
            address = Some(IpAddr::from(*it));
        } else if let NeighbourAttribute::LinkLayerAddress(it) = attribute {
            mac = <[u8; 6]>::try_from(it.as_slice()).ok();
        }
    }
    Some((address?, Mac::new(mac?)))
}
