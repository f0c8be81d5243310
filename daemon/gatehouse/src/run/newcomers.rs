//! Who is told where telephones find their configuration: whoever asks from the networks that the box itself stands in.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::InterfaceFlags;
use nix::sys::socket::SockaddrStorage;
use switchboard::provisioning::{Provisioning, is_of_the_house};
use tokio::sync::{mpsc, watch};
use transport::Listen;

use super::exchange::News;

/// How often it is looked whether the box stands in other networks than before.
const ROUND: Duration = Duration::from_secs(30);
/// Networks of one box that are heard, at most.
const MOST_EARS: usize = 8;

/// An address of the box, with its network.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Own {
    interface: String,
    address: IpNet,
    multicast: bool,
}

/// Tells the thread what telephones are told, as often as the admin or the network changes it.
pub(super) async fn keep(
    mut wanted: watch::Receiver<Provisioning>,
    listen: Vec<Listen>,
    news: mpsc::Sender<News>,
) {
    let mut told = (Provisioning::default(), Vec::new());
    loop {
        let wished = wanted.borrow_and_update().clone();
        let own = if wished.is_on() { own() } else { Vec::new() };
        let now = around(wished, &own, &listen);
        if now != told {
            if news.send(News::Provisioning(Arc::new(now.0.clone()), now.1.clone())).await.is_err() {
                return;
            }
            told = now;
        }
        tokio::select! {
            changed = wanted.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

/// The networks of the house as telephones may ask from, and an address of ours in each of them that they take an answer from.
fn around(wished: Provisioning, own: &[Own], listen: &[Listen]) -> (Provisioning, Vec<Ipv4Addr>) {
    let house: Vec<&Own> = own.iter().filter(|own| is_of_the_house(&own.address.trunc())).collect();
    let mut ears: Vec<(&str, Ipv4Addr)> = Vec::new();
    for own in house.iter().filter(|own| own.multicast) {
        let IpAddr::V4(address) = own.address.addr() else { continue };
        let known = ears.iter().any(|(interface, _)| *interface == own.interface);
        if !known && ears.len() < MOST_EARS && takes_datagrams(listen, address) {
            ears.push((&own.interface, address));
        }
    }
    let networks = house.iter().map(|own| own.address.trunc()).collect();
    (Provisioning { networks, ..wished }, ears.into_iter().map(|(_, address)| address).collect())
}

fn takes_datagrams(listen: &[Listen], address: Ipv4Addr) -> bool {
    let here = |ip: IpAddr| ip == IpAddr::V4(address) || ip == IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    listen.iter().any(|listen| listen.transport == sip::Transport::Udp && here(listen.address.ip()))
}

fn own() -> Vec<Own> {
    let Ok(interfaces) = getifaddrs() else { return Vec::new() };
    interfaces.filter_map(|interface| read(&interface)).collect()
}

/// An address in a network that others stand in as well; a tunnel leads out of the house.
fn read(interface: &InterfaceAddress) -> Option<Own> {
    let flags = interface.flags;
    let tunnel = flags.intersects(InterfaceFlags::IFF_LOOPBACK | InterfaceFlags::IFF_POINTOPOINT);
    if tunnel || !flags.contains(InterfaceFlags::IFF_UP) {
        return None;
    }
    let [address, mask] = [ip(interface.address.as_ref()?)?, ip(interface.netmask.as_ref()?)?];
    Some(Own {
        interface: interface.interface_name.clone(),
        address: IpNet::with_netmask(address, mask).ok()?,
        multicast: flags.contains(InterfaceFlags::IFF_MULTICAST),
    })
}

fn ip(address: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
    v4.or_else(|| address.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip())))
}

#[cfg(test)]
mod tests {
    use super::{Own, Provisioning, around, own};

    fn at(interface: &str, address: &str) -> Own {
        Own { interface: interface.into(), address: address.parse().unwrap(), multicast: interface != "dumb" }
    }

    #[test]
    fn telephones_are_heard_in_networks_of_the_house_once_each_and_nowhere_else() {
        let all = [
            at("lan", "192.168.1.5/24"),
            at("lan", "192.168.1.6/24"),
            at("wan", "203.0.113.9/24"),
            at("voice", "10.9.0.1/16"),
            at("dumb", "10.77.0.1/24"),
            at("lan", "fd77::1/64"),
            at("wan", "2001:db8::1/64"),
        ];
        let listen = |all: &[&str]| all.iter().map(|listen| listen.parse().unwrap()).collect::<Vec<_>>();
        let everywhere = listen(&["tcp:0.0.0.0:5060", "udp:0.0.0.0:5060"]);
        let (told, ears) = around(Provisioning::default(), &all, &everywhere);
        let networks: Vec<_> = told.networks.iter().map(ToString::to_string).collect();
        let house = ["192.168.1.0/24", "192.168.1.0/24", "10.9.0.0/16", "10.77.0.0/24", "fd77::/64"];
        assert_eq!(networks, house);
        let ears: Vec<_> = ears.iter().map(ToString::to_string).collect();
        assert_eq!(ears, ["192.168.1.5", "10.9.0.1"]);
        let (_, ears) = around(Provisioning::default(), &all, &listen(&["udp:192.168.1.6:5070"]));
        assert_eq!(ears, ["192.168.1.6".parse::<std::net::Ipv4Addr>().unwrap()]);
        for deaf in [&["tcp:0.0.0.0:5060"][..], &["udp:[::]:5060"], &["udp:203.0.113.9:5060"]] {
            assert!(around(Provisioning::default(), &all, &listen(deaf)).1.is_empty(), "{deaf:?}");
        }
        assert!(own().iter().all(|own| !own.address.addr().is_loopback()));
    }
}
