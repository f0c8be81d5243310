//! Which card a packet leaves by, asked of the kernel (rtnetlink, RFC 3549).

use netlink_packet_core::{NLM_F_REQUEST, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::link::{LinkAttribute, LinkLayerType, LinkMessage};
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteMessage, RouteType};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};
use std::io;
use std::net::IpAddr;

/// Multicast groups of changes (`linux/rtnetlink.h`): links, addresses and routes of both families, rules.
const CHANGES: [u32; 7] = [1, 5, 7, 9, 11, 8, 19];
/// Longest name of a card with its closing zero (IFNAMSIZ).
const NAME: usize = 16;
/// Room for one answer.
const ANSWER: usize = 32 * 1024;

/// A network card.
#[derive(Clone, Copy, Debug)]
pub(super) struct Card {
    /// Its number.
    pub(super) number: u32,
    /// Longest packet it sends whole, in bytes.
    pub(super) longest: u32,
    /// Whether its packets begin with an Ethernet header.
    pub(super) ethernet: bool,
    name: [u8; NAME],
}

impl Card {
    pub(super) fn name(&self) -> &str {
        let end = self.name.iter().position(|byte| *byte == 0).unwrap_or(NAME);
        self.name.get(..end).and_then(|name| str::from_utf8(name).ok()).unwrap_or_default()
    }
}

/// The kernel's routing, asked and listened to.
pub(super) struct Routes {
    asked: Socket,
    news: Socket,
    room: Vec<u8>,
}

impl Routes {
    pub(super) fn open() -> io::Result<Self> {
        let mut asked = Socket::new(NETLINK_ROUTE)?;
        asked.bind_auto()?;
        asked.connect(&SocketAddr::new(0, 0))?;
        let mut news = Socket::new(NETLINK_ROUTE)?;
        news.bind_auto()?;
        news.set_non_blocking(true)?;
        for group in CHANGES {
            news.add_membership(group)?;
        }
        Ok(Self { asked, news, room: Vec::with_capacity(ANSWER) })
    }

    /// The number of the card by which packets of ours from `ours` leave for `peer`.
    pub(super) fn card_to(&mut self, ours: IpAddr, peer: IpAddr) -> Option<u32> {
        let mut question = RouteMessage::default();
        let (family, length) =
            if peer.is_ipv6() { (AddressFamily::Inet6, 128) } else { (AddressFamily::Inet, 32) };
        question.header.address_family = family;
        question.header.destination_prefix_length = length;
        question.header.source_prefix_length = length;
        question.attributes = vec![
            RouteAttribute::Destination(route_address(peer)),
            RouteAttribute::Source(route_address(ours)),
        ];
        let RouteNetlinkMessage::NewRoute(route) = self.ask(RouteNetlinkMessage::GetRoute(question))? else {
            return None;
        };
        let passable = matches!(route.header.kind, RouteType::Unicast | RouteType::Local);
        let card = route
            .attributes
            .iter()
            .find_map(|attribute| if let RouteAttribute::Oif(card) = attribute { Some(*card) } else { None });
        card.filter(|_| passable)
    }

    /// What is known of a card.
    pub(super) fn card(&mut self, number: u32) -> Option<Card> {
        let mut question = LinkMessage::default();
        question.header.index = number;
        let RouteNetlinkMessage::NewLink(link) = self.ask(RouteNetlinkMessage::GetLink(question))? else {
            return None;
        };
        let kind = link.header.link_layer_type;
        let ethernet = matches!(kind, LinkLayerType::Ether | LinkLayerType::Loopback);
        let mut card = Card { number, longest: 0, ethernet, name: [0; NAME] };
        for attribute in &link.attributes {
            if let LinkAttribute::Mtu(longest) = attribute {
                card.longest = *longest;
            }
            if let LinkAttribute::IfName(name) = attribute {
                let room = card.name.get_mut(..name.len())?;
                room.copy_from_slice(name.as_bytes());
            }
        }
        Some(card)
    }

    /// Whether anything was announced since the last look; an overflow of announcements is one.
    pub(super) fn changed(&mut self) -> bool {
        let mut changed = false;
        loop {
            self.room.clear();
            match self.news.recv(&mut self.room, 0) {
                Ok(_) => changed = true,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return changed,
                Err(_) => return true,
            }
        }
    }

    fn ask(&mut self, question: RouteNetlinkMessage) -> Option<RouteNetlinkMessage> {
        let mut message = NetlinkMessage::from(question);
        message.header.flags = NLM_F_REQUEST;
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        self.asked.send(&bytes, 0).ok()?;
        self.room.clear();
        self.asked.recv(&mut self.room, 0).ok()?;
        let answer = NetlinkMessage::deserialize(&self.room).ok()?;
        if let NetlinkPayload::InnerMessage(answer) = answer.payload { Some(answer) } else { None }
    }
}

fn route_address(address: IpAddr) -> RouteAddress {
    match address {
        IpAddr::V4(address) => RouteAddress::Inet(address),
        IpAddr::V6(address) => RouteAddress::Inet6(address),
    }
}
