//! What is known of one phone: where its network is, what was seen of it, what the account says.

use std::{net::IpAddr, time::Instant};

use account::{AddressId, DeviceId};
use ipnet::IpNet;

use crate::bindings::Mark;

/// Where in the world the phone's network is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Whereabouts {
    /// In the house's own network.
    OnNet,
    /// Somewhere else, at home for instance.
    OffNet,
    /// In another country: no German control centre is competent (NotrufV § 4 (5)).
    Abroad,
}

/// Something seen of a phone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sighting {
    /// What.
    pub what: Seen,
    /// When.
    pub at: Instant,
    /// Until when it is believed.
    pub until: Instant,
}

/// What was seen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Seen {
    /// A mark of the network.
    Mark(Mark),
    /// The address it sends from.
    Address(IpAddr),
}

/// All that is known of one phone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    /// The phone.
    pub device: DeviceId,
    /// Where its network is.
    pub whereabouts: Whereabouts,
    /// What was seen of it; only the last [`MOST_SIGHTINGS`] count.
    pub sightings: Vec<Sighting>,
    /// The address of its user in the account.
    pub user: Option<AddressId>,
    /// Its own address in the account.
    pub account: Option<AddressId>,
}

/// Sightings that count for one phone, so that no phone can make the work long.
pub const MOST_SIGHTINGS: usize = 32;

/// Which networks are the house's own.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Networks {
    /// The house's; when none is named, all private ones (RFC 1918, RFC 4193, link-local).
    pub house: Vec<IpNet>,
    /// Out of the house whatever else is said: the addresses of a VPN.
    pub remote: Vec<IpNet>,
    /// In another country.
    pub abroad: Vec<IpNet>,
}

impl Networks {
    /// Where a phone is that sends from this address.
    #[must_use]
    pub fn whereabouts(&self, address: IpAddr) -> Whereabouts {
        let address = address.to_canonical();
        let within = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&address));
        if within(&self.abroad) {
            return Whereabouts::Abroad;
        }
        let house = if self.house.is_empty() { is_private(address) } else { within(&self.house) };
        if house && !within(&self.remote) { Whereabouts::OnNet } else { Whereabouts::OffNet }
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Networks, Whereabouts};

    #[test]
    fn only_the_house_s_own_networks_are_in_the_house() {
        let unnamed = Networks::default();
        let named = Networks {
            house: vec!["192.0.2.0/24".parse().unwrap(), "10.0.0.0/8".parse().unwrap()],
            remote: vec!["10.9.0.0/16".parse().unwrap()],
            abroad: vec!["10.43.0.0/16".parse().unwrap()],
        };
        for (address, without, with) in [
            ("192.168.1.9", Whereabouts::OnNet, Whereabouts::OffNet),
            ("::ffff:10.1.2.3", Whereabouts::OnNet, Whereabouts::OnNet),
            ("10.9.0.3", Whereabouts::OnNet, Whereabouts::OffNet),
            ("10.43.0.3", Whereabouts::OnNet, Whereabouts::Abroad),
            ("192.0.2.9", Whereabouts::OffNet, Whereabouts::OnNet),
            ("203.0.113.9", Whereabouts::OffNet, Whereabouts::OffNet),
            ("fd00::9", Whereabouts::OnNet, Whereabouts::OffNet),
            ("2001:db8::9", Whereabouts::OffNet, Whereabouts::OffNet),
        ] {
            assert_eq!(unnamed.whereabouts(address.parse().unwrap()), without, "{address}");
            assert_eq!(named.whereabouts(address.parse().unwrap()), with, "{address}");
        }
    }
}
