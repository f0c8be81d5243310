//! What a switch's tables say about hardware at its ports (LLDP-MIB, BRIDGE-MIB, Q-BRIDGE-MIB, IF-MIB, IP-MIB),
//! and what a wireless controller's say about hardware at its access points (AIRESPACE-WIRELESS-MIB, WLSX-WLAN-MIB).
//!
//! A telephone that speaks LLDP is named by its port's remote table; every other one by the forwarding database. The
//! forwarding database also shows hardware behind other switches, at the port that leads there: a port with a crowd is
//! such a port and tells nothing.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr};

use emergency::{Key, Mac, Mark, Report};

/// A cell of a table: what follows its column's number, and what it holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// The index, as the table defines it.
    pub index: Vec<u32>,
    /// What it holds.
    pub value: Value,
}

/// What a cell holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// An OCTET STRING.
    Bytes(Vec<u8>),
    /// A number that is not negative.
    Number(u32),
}

/// The columns that are asked for, in this order, each by its number in the tree.
pub(crate) const COLUMNS: [&[u32]; 18] = [
    &[1, 0, 8802, 1, 1, 2, 1, 3, 1],           // lldpLocChassisIdSubtype
    &[1, 0, 8802, 1, 1, 2, 1, 3, 2],           // lldpLocChassisId
    &[1, 3, 6, 1, 2, 1, 1, 5],                 // sysName
    &[1, 0, 8802, 1, 1, 2, 1, 3, 7, 1, 2],     // lldpLocPortIdSubtype
    &[1, 0, 8802, 1, 1, 2, 1, 3, 7, 1, 3],     // lldpLocPortId
    &[1, 0, 8802, 1, 1, 2, 1, 3, 7, 1, 4],     // lldpLocPortDesc
    &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 4],     // lldpRemChassisIdSubtype
    &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 5],     // lldpRemChassisId
    &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 6],     // lldpRemPortIdSubtype
    &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 7],     // lldpRemPortId
    &[1, 3, 6, 1, 2, 1, 17, 1, 4, 1, 2],       // dot1dBasePortIfIndex
    &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1],       // ifName
    &[1, 3, 6, 1, 2, 1, 17, 4, 3, 1, 2],       // dot1dTpFdbPort
    &[1, 3, 6, 1, 2, 1, 17, 7, 1, 2, 2, 1, 2], // dot1qTpFdbPort
    &[1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 2, 1, 3], // dot1qVlanFdbId
    &[1, 3, 6, 1, 2, 1, 4, 22, 1, 2],          // ipNetToMediaPhysAddress
    &[1, 3, 6, 1, 4, 1, 14179, 2, 1, 4, 1, 4], // bsnMobileStationAPMacAddr, controllers of Cisco
    &[1, 3, 6, 1, 4, 1, 14823, 2, 2, 1, 5, 2, 2, 1, 1, 2], // wlanStaApBssid, controllers of Aruba
];

/// Hardware at one port beyond which another switch must hang there.
const CROWD: usize = 16;
/// Longest name of a switch or port, as bindings know it.
const LONGEST: usize = 128;

/// What a switch said, column by column in the order of `COLUMNS`.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// The rows of each.
    pub columns: [Vec<Row>; 18],
}

/// Subtypes of chassis and port ids (IEEE 802.1AB 8.5.2.2 and 8.5.3.2) that are used.
const CHASSIS_MAC: u32 = 4;
const CHASSIS_NETWORK: u32 = 5;
const PORT_MAC: u32 = 3;
const PORT_INTERFACE: u32 = 5;
const PORT_LOCAL: u32 = 7;

impl Tables {
    /// Who hangs where. `name` is what the installer calls the switch; without one it is its chassis id, or its own name.
    #[must_use]
    pub fn report(&self, name: Option<&str>) -> Report {
        let mut report = Report { marks: self.at_access_points(), addresses: self.addresses() };
        let Some(switch) = name.map(str::to_owned).or_else(|| self.own_name()) else { return report };
        // As bindings are read, so that both mean the same port.
        let mark = |port: &str| match Key::read("port", &format!("{switch}|{port}")) {
            Ok(Key::Mark(mark)) => Some(mark),
            Ok(Key::Device(_) | Key::Subnet(_)) | Err(_) => None,
        };
        self.lldp(&mark, &mut report);
        self.forwarded(&mark, &mut report);
        report
    }

    fn own_name(&self) -> Option<String> {
        let [kind, id, system, ..] = &self.columns;
        let mac = match (number(kind.first()?), bytes(id.first()?)) {
            (Some(CHASSIS_MAC), Some(id)) => mac(id).map(|mac| mac.to_string()),
            _ => None,
        };
        mac.or_else(|| text(bytes(system.first()?)?))
    }

    /// Neighbours that name themselves (LLDP-MIB lldpRemTable; its index is time, local port, number).
    fn lldp(&self, mark: &impl Fn(&str) -> Option<Mark>, report: &mut Report) {
        let [_, _, _, local_kind, local_id, local_words, kind, id, port_kind, port_id, ..] = &self.columns;
        let ports = local_ports(local_kind, local_id, local_words);
        let kinds = by_index(kind, number);
        let port_kinds = by_index(port_kind, number);
        let port_ids = by_index(port_id, bytes);
        for row in id {
            let (Some(chassis), [_, local, _]) = (bytes(row), row.index.as_slice()) else { continue };
            let Some(port) = ports.get(local) else { continue };
            let (kind, port_kind) = (kinds.get(&row.index).copied(), port_kinds.get(&row.index).copied());
            let of_chassis = mac(chassis).filter(|_| kind == Some(CHASSIS_MAC));
            let of_port = port_ids.get(&row.index).filter(|_| port_kind == Some(PORT_MAC));
            let Some(mac) = of_chassis.or_else(|| mac(of_port?)) else { continue };
            report.marks.extend(mark(port).map(|mark| (mac, mark)));
            // IANA address family 1, then the address (IEEE 802.1AB 8.5.2.3): how telephones name themselves.
            if let (Some(CHASSIS_NETWORK), [1, a, b, c, d]) = (kind, chassis) {
                report.addresses.push((IpAddr::from([*a, *b, *c, *d]), mac));
            }
        }
    }

    /// Hardware that was heard (BRIDGE-MIB dot1dTpFdbTable, Q-BRIDGE-MIB dot1qTpFdbTable).
    fn forwarded(&self, mark: &impl Fn(&str) -> Option<Mark>, report: &mut Report) {
        let [.., base, names, heard, heard_in, vlans, _, _, _] = &self.columns;
        let names = by_index(names, bytes);
        let base = by_index(base, number);
        let port_name = |port: u32| {
            let interface = base.get(&vec![port]).copied().unwrap_or(port);
            names.get(&vec![interface]).and_then(|name| text(name))
        };
        let vlans: HashMap<u32, u32> =
            vlans.iter().filter_map(|row| Some((number(row)?, *row.index.last()?))).collect();
        let mut at_port: BTreeMap<u32, Vec<(Mac, Option<u16>)>> = BTreeMap::new();
        for row in heard {
            let (Some(port @ 1..), Some(mac)) = (number(row), arcs(&row.index)) else { continue };
            at_port.entry(port).or_default().push((mac, None));
        }
        for row in heard_in {
            let [database, index @ ..] = row.index.as_slice() else { continue };
            let (Some(port @ 1..), Some(mac)) = (number(row), arcs(index)) else { continue };
            // Where the switch does not say which VLAN a database is of, they have the same number.
            let vlan = u16::try_from(*vlans.get(database).unwrap_or(database)).ok();
            let vlan = vlan.filter(|vlan| (1..=4094).contains(vlan));
            at_port.entry(port).or_default().push((mac, vlan));
        }
        for (port, there) in at_port {
            let heads: std::collections::BTreeSet<Mac> = there.iter().map(|(mac, _)| *mac).collect();
            let mark = port_name(port).filter(|_| heads.len() <= CROWD).and_then(|name| mark(&name));
            if let Some(mark) = mark {
                report.marks.extend(heads.iter().map(|mac| (*mac, mark.clone())));
            }
            let vlans = there.iter().filter_map(|(mac, vlan)| Some((*mac, Mark::Vlan((*vlan)?))));
            report.marks.extend(vlans);
        }
    }

    /// Wireless hardware, and the access point that each speaks through; both tables have its own address as their index.
    fn at_access_points(&self) -> Vec<(Mac, Mark)> {
        let [.., one, other] = &self.columns;
        let point =
            |row: &Row| Some((arcs(&row.index)?, Mark::AccessPoint(mac(bytes(row)?)?.access_point())));
        one.iter().chain(other).filter_map(point).collect()
    }

    /// Addresses that a router knows (IP-MIB ipNetToMediaTable; its index is interface and address).
    fn addresses(&self) -> Vec<(IpAddr, Mac)> {
        let [.., known, _, _] = &self.columns;
        let address = |row: &Row| {
            let [_, a, b, c, d] = row.index.as_slice() else { return None };
            let part = |part: &u32| u8::try_from(*part).ok();
            let address = Ipv4Addr::new(part(a)?, part(b)?, part(c)?, part(d)?);
            Some((address.into(), mac(bytes(row)?)?))
        };
        known.iter().filter_map(address).collect()
    }
}

/// The names of a switch's own ports as LLDP calls them.
fn local_ports(kinds: &[Row], ids: &[Row], words: &[Row]) -> HashMap<u32, String> {
    let kinds = by_index(kinds, number);
    let words = by_index(words, bytes);
    let named = |row: &Row| {
        let id = match kinds.get(&row.index) {
            Some(&(PORT_INTERFACE | PORT_LOCAL)) => bytes(row).and_then(text),
            _ => None,
        };
        let name = id.or_else(|| words.get(&row.index).and_then(|words| text(words)))?;
        Some((*row.index.last()?, name))
    };
    ids.iter().filter_map(named).collect()
}

fn by_index<'a, T>(rows: &'a [Row], read: impl Fn(&'a Row) -> Option<T>) -> HashMap<Vec<u32>, T> {
    rows.iter().filter_map(|row| Some((row.index.clone(), read(row)?))).collect()
}

fn number(row: &Row) -> Option<u32> {
    if let Value::Number(number) = row.value { Some(number) } else { None }
}

fn bytes(row: &Row) -> Option<&[u8]> {
    if let Value::Bytes(bytes) = &row.value { Some(bytes) } else { None }
}

/// A hardware address that is somebody's: not of a group, not all zeroes.
fn mac(bytes: &[u8]) -> Option<Mac> {
    let six: [u8; 6] = bytes.try_into().ok()?;
    let own = six.iter().any(|byte| *byte != 0) && six.first().is_some_and(|first| first & 1 == 0);
    own.then(|| Mac::new(six))
}

/// One that stands in an index, a number for each byte.
fn arcs(index: &[u32]) -> Option<Mac> {
    let bytes: Option<Vec<u8>> = index.iter().map(|arc| u8::try_from(*arc).ok()).collect();
    mac(&bytes?)
}

/// A name that bindings can have too.
fn text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?.trim().trim_end_matches('\0');
    let fine = !text.is_empty() && text.chars().count() <= LONGEST && !text.contains('|');
    (fine && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
