//! `network.ini`: where the box stands in the house's network.

use std::net::IpAddr;

use crate::ini::{Entry, IniRefused, entries};

/// More name servers than this nobody needs.
const MOST_SERVERS: usize = 4;

/// The wishes of a `network.ini`; what is not said is asked of the network (DHCP).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
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
    #[error("line {line}: {key} wants {wanted}")]
    Wrong {
        /// Counted from one.
        line: usize,
        /// The setting.
        key: &'static str,
        /// What it should look like.
        wanted: &'static str,
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

impl Network {
    /// Reads `network.ini`.
    ///
    /// # Errors
    /// When a value is not what its key wants, or they do not fit each other.
    pub fn parse(bytes: &[u8]) -> Result<Self, NetworkRefused> {
        let mut wishes = Self::default();
        for entry in entries(bytes, &["address", "gateway", "dns", "name", "vlan"])? {
            wishes.take(entry)?;
        }
        match (wishes.address, wishes.gateway) {
            (None, Some(_)) => Err(NetworkRefused::NoAddress),
            (Some((address, prefix)), Some(gateway)) if !same_network(address, gateway, prefix) => {
                Err(NetworkRefused::Elsewhere { gateway, address, prefix })
            }
            _ => Ok(wishes),
        }
    }

    fn take(&mut self, Entry { line, key, value }: Entry<'_>) -> Result<(), NetworkRefused> {
        let wrong = |wanted| NetworkRefused::Wrong { line, key, wanted };
        match key {
            "address" if value.eq_ignore_ascii_case("dhcp") => {}
            "address" => {
                self.address = Some(
                    prefixed(value)
                        .ok_or_else(|| wrong("an address with its prefix, such as 192.168.1.20/24"))?,
                );
            }
            "gateway" => {
                self.gateway = Some(value.parse().map_err(|_| wrong("an address such as 192.168.1.1"))?);
            }
            "dns" => {
                let servers = value.split([',', ' ']).filter(|one| !one.is_empty()).map(str::parse);
                let servers: Result<Vec<IpAddr>, _> = servers.take(MOST_SERVERS + 1).collect();
                let few = servers.ok().filter(|servers| (1..=MOST_SERVERS).contains(&servers.len()));
                self.dns = few.ok_or_else(|| wrong("up to four addresses with commas between them"))?;
            }
            "vlan" => {
                let number = value.parse().ok().filter(|number| (1..=4094).contains(number));
                self.vlan = Some(number.ok_or_else(|| wrong("a number from 1 to 4094"))?);
            }
            _ => {
                let name = Some(value.to_ascii_lowercase()).filter(|name| is_host_name(name));
                self.name = Some(name.ok_or_else(|| wrong("up to 63 letters, digits and hyphens"))?);
            }
        }
        Ok(())
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
            return vec![("10-installer.network", format!("[Match]\nType=ether\n\n{}", self.network()))];
        };
        vec![
            (
                "10-installer.network",
                "[Match]\nType=ether\nKind=!vlan\n\n[Network]\nVLAN=house\nLinkLocalAddressing=no\n"
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
        format!("[Network]\nMulticastDNS=yes\n{}\n\n[DHCPv4]\nClientIdentifier=mac\n", lines.join("\n"))
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
mod tests {
    use proptest::prelude::*;

    use super::Network;

    #[test]
    fn a_fixed_address_becomes_what_systemd_understands() {
        let text = "address = 192.168.1.20/24\r\ngateway = 192.168.1.1\r\ndns = 192.168.1.1, 9.9.9.9\r\nname = Empfang\r\n";
        let wishes = Network::parse(text.as_bytes()).unwrap();
        assert_eq!(wishes.name(), Some("empfang"));
        let files = wishes.files();
        let [(name, text)] = files.as_slice() else { panic!("{files:?}") };
        assert_eq!(*name, "10-installer.network");
        for line in ["Address=192.168.1.20/24", "Gateway=192.168.1.1", "DNS=9.9.9.9"] {
            assert!(text.lines().any(|one| one == line), "{line} in {text}");
        }
        assert!(!text.contains("DHCP=yes"));
    }

    #[test]
    fn a_vlan_carries_the_address() {
        let files = Network::parse(b"vlan = 20").unwrap().files();
        assert_eq!(
            files.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            ["10-installer.network", "10-house.netdev", "05-house.network"]
        );
        assert!(
            files[1].1.contains("Id=20")
                && files[2].1.contains("DHCP=yes")
                && !files[0].1.contains("DHCP=yes")
        );
    }

    #[test]
    fn what_cannot_work_is_said_at_once() {
        for (text, said) in [
            (
                "address = 192.168.1.20",
                "line 1: address wants an address with its prefix, such as 192.168.1.20/24",
            ),
            (
                "address = 127.0.0.1/8",
                "line 1: address wants an address with its prefix, such as 192.168.1.20/24",
            ),
            (
                "address = 10.0.0.2/24\ngateway = 10.0.1.1",
                "the gateway 10.0.1.1 is not in the network of 10.0.0.2/24",
            ),
            ("gateway = 10.0.1.1", "gateway needs an address"),
            ("dns = here", "line 1: dns wants up to four addresses with commas between them"),
            ("name = -a", "line 1: name wants up to 63 letters, digits and hyphens"),
            ("vlan = 4095", "line 1: vlan wants a number from 1 to 4094"),
        ] {
            assert_eq!(Network::parse(text.as_bytes()).unwrap_err().to_string(), said);
        }
    }

    proptest! {
        /// Whatever is accepted stays within its own lines: nobody writes settings of systemd through a value.
        #[test]
        fn no_value_becomes_another_setting(value in "[ -~\\r\\n]{0,40}") {
            for key in ["address", "gateway", "dns", "name", "vlan"] {
                if let Ok(wishes) = Network::parse(format!("{key} = {value}").as_bytes()) {
                    let known = ["[", "Type=", "Kind=", "VLAN=", "LinkLocalAddressing=", "Name=", "Id=", "MulticastDNS=", "Address=", "DHCP=",
                                 "Gateway=", "DNS=", "ClientIdentifier="];
                    for (_, text) in wishes.files() {
                        prop_assert!(text.lines().all(|line| line.is_empty() || known.iter().any(|one| line.starts_with(one))), "{}", text);
                    }
                }
            }
        }
    }
}
