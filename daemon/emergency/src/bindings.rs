//! What tells a place: a pinned phone, a switch port, an access point, a VLAN, a subnet.

use std::{collections::HashMap, net::IpAddr};

use account::DeviceId;
use ipnet::IpNet;

use crate::place::{LocationId, Places};

mod written;

pub use written::KeyRefused;

/// A hardware address, always six bytes whatever it was written with.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Mac([u8; 6]);

impl Mac {
    /// The address as it stands in a frame.
    #[must_use]
    pub const fn new(bytes: [u8; 6]) -> Self {
        Self(bytes)
    }

    /// The address all virtual networks of one access point share: they differ in the last four bits.
    #[must_use]
    pub const fn access_point(self) -> Self {
        let Self([a, b, c, d, e, f]) = self;
        Self([a, b, c, d, e, f & 0xf0])
    }
}

impl std::fmt::Display for Mac {
    /// `0c383e112233`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Not twelve hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a hardware address has twelve hexadecimal digits")]
pub struct NotMac;

impl std::str::FromStr for Mac {
    type Err = NotMac;

    /// Reads `0C:38:3e:11:22:33`, `0c-38-3e-11-22-33`, `0c38.3e11.2233` and `0c383e112233`.
    fn from_str(text: &str) -> Result<Self, NotMac> {
        let mut mac = [0; 6];
        let mut digits = text.chars().filter(|sign| !matches!(sign, ':' | '-' | '.'));
        for byte in &mut mac {
            let mut digit = || digits.next().and_then(|sign| sign.to_digit(16)).ok_or(NotMac);
            *byte = u8::try_from(digit()? * 16 + digit()?).map_err(|_| NotMac)?;
        }
        if digits.next().is_some() { Err(NotMac) } else { Ok(Self(mac)) }
    }
}

/// A sign in the network that a phone is at a certain place.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Mark {
    /// A port of a switch, by the switch's own name and the port's (SNMP, 802.1X, DHCP option 82).
    Port {
        /// Its chassis id or the relay's remote id.
        switch: Box<str>,
        /// The port or circuit id.
        port: Box<str>,
    },
    /// A wireless access point; [`Mac::access_point`] makes the virtual ones equal.
    AccessPoint(Mac),
    /// A DECT base, by its own hardware address: handsets register from the base that carries them.
    Base(Mac),
    /// A place that the phone itself states (LLDP-MED, DHCP 99/123/144, Geolocation).
    Stated(Box<str>),
    /// A VLAN, 1 to 4094.
    Vlan(u16),
}

/// One fact of the installer: this tells that place.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Key {
    /// This phone never moves.
    Device(DeviceId),
    /// Whoever shows this mark.
    Mark(Mark),
    /// Whoever has an address in this network.
    Subnet(IpNet),
}

/// Why bindings are not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BindingsRefused {
    /// More than the box keeps.
    #[error("more than {MOST} bindings")]
    TooMany,
    /// It leads to a place that does not exist.
    #[error("{0:?} leads to no known place")]
    NoPlace(Key),
    /// It is stated twice.
    #[error("{0:?} is stated twice")]
    Twice(Key),
}

/// Most bindings kept.
const MOST: usize = 50_000;

/// All bindings, checked and ready to look up.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    exact: HashMap<Key, LocationId>,
    /// Longest prefix first.
    subnets: Vec<(IpNet, LocationId)>,
}

impl Bindings {
    /// Checks and sorts the bindings.
    ///
    /// # Errors
    /// [`BindingsRefused`] names the first that does not fit.
    pub fn new(all: Vec<(Key, LocationId)>, places: &Places) -> Result<Self, BindingsRefused> {
        if all.len() > MOST {
            return Err(BindingsRefused::TooMany);
        }
        let mut bindings = Self::default();
        for (key, place) in all {
            let key = if let Key::Subnet(net) = key { Key::Subnet(net.trunc()) } else { key };
            if places.find(place).is_none() {
                return Err(BindingsRefused::NoPlace(key));
            }
            if bindings.exact.insert(key.clone(), place).is_some() {
                return Err(BindingsRefused::Twice(key));
            }
            if let Key::Subnet(net) = key {
                bindings.subnets.push((net, place));
            }
        }
        bindings.subnets.sort_by_key(|(net, place)| (std::cmp::Reverse(net.prefix_len()), *place));
        Ok(bindings)
    }

    /// Where a pinned phone stands.
    #[must_use]
    pub fn of_device(&self, device: &DeviceId) -> Option<LocationId> {
        self.exact.get(&Key::Device(device.clone())).copied()
    }

    /// Where a mark tells.
    #[must_use]
    pub fn of_mark(&self, mark: &Mark) -> Option<LocationId> {
        self.exact.get(&Key::Mark(mark.clone())).copied()
    }

    /// Where an address tells: the narrowest network it lies in, with the length of its prefix.
    #[must_use]
    pub fn of_address(&self, address: IpAddr) -> Option<(LocationId, u8)> {
        let found = self.subnets.iter().find(|(net, _)| net.contains(&address));
        found.map(|(net, place)| (*place, net.prefix_len()))
    }
}

#[cfg(test)]
mod tests;
