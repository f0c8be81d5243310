//! Where the box stands in the house's network: what an installer writes into `network.ini`, and what an admin sets on the page.

mod settings;
mod standing;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::ini::{Entry, IniRefused, entries};
pub use settings::Settings;
pub use standing::{Ended, LONGEST_STANDING, Origin, Outcome, Standing, Trial};

/// Every file that settings become, by name, in `/run/systemd/network`.
pub const FILES: [&str; 3] = [ETHERNET, "10-house.netdev", "05-house.network"];
const ETHERNET: &str = "10-installer.network";
const KEYS: &[&str] = &["address", "gateway", "dns", "name", "vlan"];

/// More name servers than this nobody needs.
const MOST_SERVERS: usize = 4;

/// The wishes of a `network.ini`; what is not said is asked of the network (DHCP).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct Network {
    address: Option<(IpAddr, u8)>,
    gateway: Option<IpAddr>,
    dns: Vec<IpAddr>,
    name: Option<String>,
    vlan: Option<u16>,
}

/// Why `network.ini` cannot be followed; whoever wrote it can mend it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NetworkRefused {
    /// Not a settings file.
    #[error(transparent)]
    Ini(#[from] IniRefused),
    /// A value that is not what its key wants.
    #[error("{}{} wants {}", at(*line), key.word(), key.wants())]
    Wrong {
        /// Counted from one; nothing where it did not stand in a file.
        line: Option<usize>,
        /// The setting.
        key: Key,
    },
    /// The router cannot be reached from that address.
    #[error("the gateway {gateway} is not in the network of {address}/{prefix}")]
    Elsewhere {
        /// The router.
        gateway: IpAddr,
        /// The box.
        address: IpAddr,
        /// Length of the network's part of the address, in bits.
        prefix: u8,
    },
    /// A gateway alone means nothing while the address is asked of the network.
    #[error("gateway needs an address")]
    NoAddress,
}

/// A setting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Key {
    /// `dhcp`, or an address with the length of its network.
    Address,
    /// The router.
    Gateway,
    /// Name servers.
    Dns,
    /// Of the box.
    Name,
    /// The network that carries the address, on a cable of several (IEEE 802.1Q).
    Vlan,
}

impl Key {
    fn of(word: &str) -> Self {
        match word {
            "address" => Self::Address,
            "gateway" => Self::Gateway,
            "dns" => Self::Dns,
            "vlan" => Self::Vlan,
            _ => Self::Name,
        }
    }

    /// As it is written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Gateway => "gateway",
            Self::Dns => "dns",
            Self::Name => "name",
            Self::Vlan => "vlan",
        }
    }

    /// What it should look like.
    const fn wants(self) -> &'static str {
        match self {
            Self::Address => "an address with its prefix, such as 192.168.1.20/24",
            Self::Gateway => "an address such as 192.168.1.1",
            Self::Dns => "up to four addresses with commas between them",
            Self::Name => "up to 63 letters, digits and hyphens",
            Self::Vlan => "a number from 1 to 4094",
        }
    }
}

fn at(line: Option<usize>) -> String {
    line.map(|line| format!("line {line}: ")).unwrap_or_default()
}

impl Network {
    /// Reads `network.ini`.
    ///
    /// # Errors
    /// When a value is not what its key wants, or they do not fit each other.
    pub fn parse(bytes: &[u8]) -> Result<Self, NetworkRefused> {
        let mut wishes = Self::default();
        for Entry { line, key, value } in entries(bytes, KEYS)? {
            wishes.take(Some(line), Key::of(key), value)?;
        }
        wishes.fits()
    }

    /// Whether the settings fit each other.
    fn fits(self) -> Result<Self, NetworkRefused> {
        match (self.address, self.gateway) {
            (None, Some(_)) => Err(NetworkRefused::NoAddress),
            (Some((address, prefix)), Some(gateway)) if !same_network(address, gateway, prefix) => {
                Err(NetworkRefused::Elsewhere { gateway, address, prefix })
            }
            _ => Ok(self),
        }
    }

    fn take(&mut self, line: Option<usize>, key: Key, value: &str) -> Result<(), NetworkRefused> {
        let wrong = NetworkRefused::Wrong { line, key };
        match key {
            Key::Address if value.eq_ignore_ascii_case("dhcp") => {}
            Key::Address => self.address = Some(prefixed(value).ok_or(wrong)?),
            Key::Gateway => self.gateway = Some(value.parse().map_err(|_| wrong)?),
            Key::Dns => {
                let servers = value.split([',', ' ']).filter(|one| !one.is_empty()).map(str::parse);
                let servers: Result<Vec<IpAddr>, _> = servers.take(MOST_SERVERS + 1).collect();
                let few = servers.ok().filter(|servers| (1..=MOST_SERVERS).contains(&servers.len()));
                self.dns = few.ok_or(wrong)?;
            }
            Key::Vlan => {
                let number = value.parse().ok().filter(|number| (1..=4094).contains(number));
                self.vlan = Some(number.ok_or(wrong)?);
            }
            Key::Name => {
                let name = Some(value.to_ascii_lowercase()).filter(|name| is_host_name(name));
                self.name = Some(name.ok_or(wrong)?);
            }
        }
        Ok(())
    }

    /// Where the box can be reached afterwards, unless the network says so (DHCP).
    #[must_use]
    pub const fn address(&self) -> Option<IpAddr> {
        match self.address {
            Some((address, _)) => Some(address),
            None => None,
        }
    }

    /// Whether the address stands on a VLAN.
    #[must_use]
    pub const fn is_on_vlan(&self) -> bool {
        self.vlan.is_some()
    }

    /// The name the box shall have.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The files below `/run/systemd/network` that fulfil the wishes (`systemd.network(5)`), by name.
    #[must_use]
    pub fn files(&self) -> Vec<(&'static str, String)> {
        let Some(vlan) = self.vlan else {
            return vec![(ETHERNET, format!("[Match]\nType=ether\n\n{}", self.network()))];
        };
        vec![
            (
                ETHERNET,
                "[Match]\nType=ether\nKind=!vlan\n\n[Network]\nVLAN=house\nLinkLocalAddressing=no\nLLDP=yes\nEmitLLDP=yes\n"
                    .to_owned(),
            ),
            ("10-house.netdev", format!("[NetDev]\nName=house\nKind=vlan\n\n[VLAN]\nId={vlan}\n")),
            ("05-house.network", format!("[Match]\nName=house\n\n{}", self.network())),
        ]
    }

    fn network(&self) -> String {
        let address = self
            .address
            .map_or_else(|| "DHCP=yes".to_owned(), |(address, prefix)| format!("Address={address}/{prefix}"));
        let gateway = self.gateway.iter().map(|gateway| format!("Gateway={gateway}"));
        let dns = self.dns.iter().map(|server| format!("DNS={server}"));
        let lines: Vec<String> = std::iter::once(address).chain(gateway).chain(dns).collect();
        format!(
            "[Network]\nMulticastDNS=yes\nLLDP=yes\nEmitLLDP=yes\n{}\n\n[DHCPv4]\nClientIdentifier=mac\nUseDomains=yes\n",
            lines.join("\n")
        )
    }
}

fn prefixed(value: &str) -> Option<(IpAddr, u8)> {
    let (address, prefix) = value.split_once('/')?;
    let (address, prefix): (IpAddr, u8) = (address.trim().parse().ok()?, prefix.trim().parse().ok()?);
    let longest = if address.is_ipv4() { 30 } else { 126 };
    let usable = !address.is_unspecified() && !address.is_loopback() && !address.is_multicast();
    (usable && (1..=longest).contains(&prefix)).then_some((address, prefix))
}

/// Whether both addresses share their first `prefix` bits.
fn same_network(one: IpAddr, other: IpAddr, prefix: u8) -> bool {
    let prefix = u32::from(prefix);
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros() >= prefix,
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            other.is_unicast_link_local() || (one.to_bits() ^ other.to_bits()).leading_zeros() >= prefix
        }
        _ => false,
    }
}

/// RFC 1123 2.1: one label.
fn is_host_name(name: &str) -> bool {
    let inner = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (1..=63).contains(&name.len()) && inner && !name.starts_with('-') && !name.ends_with('-')
}

#[cfg(test)]
mod tests;
