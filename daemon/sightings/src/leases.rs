//! The files in which DHCP servers keep their leases: which address belongs to which hardware, and, where relays say so
//! (option 82, RFC 3046), at which port it hangs.

pub(crate) mod circuit;
mod dnsmasq;
mod isc;
mod kea;

use std::path::PathBuf;

use emergency::Report;

pub use dnsmasq::dnsmasq;
pub use isc::isc;
pub use kea::kea;

/// A file of leases and who writes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LeaseFile {
    /// Where it is.
    pub path: PathBuf,
    /// How it is written.
    pub form: Form,
}

/// Who writes a file of leases.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// dnsmasq: a line for each lease.
    Dnsmasq,
    /// Kea's memfile: CSV, to which changes are added at the end.
    Kea,
    /// ISC dhcpd: blocks in braces, to which changes are added at the end.
    Isc,
}

/// Files larger than this are not read, bytes; fifty thousand leases of ISC have 16 MB.
pub(crate) const LARGEST: u64 = 32 << 20;

impl Form {
    /// What a file says; `now` is in seconds since 1970. What cannot be read of it is passed over.
    pub(crate) fn read(self, text: &str, now: i64) -> Report {
        match self {
            Self::Dnsmasq => dnsmasq(text, now),
            Self::Kea => kea(text, now),
            Self::Isc => isc(text, now),
        }
    }
}

/// Leases by address, the last word of a file counting.
#[derive(Default)]
struct Ledger(std::collections::HashMap<std::net::IpAddr, Lease>);

/// A lease that holds.
struct Lease {
    mac: emergency::Mac,
    port: Option<emergency::Mark>,
}

impl Ledger {
    /// A lease from now on, or none.
    fn put(&mut self, address: std::net::IpAddr, lease: Option<Lease>) {
        let room = self.0.len() < emergency::traces::MOST_FACTS || self.0.contains_key(&address);
        match lease {
            Some(lease) if room => {
                self.0.insert(address, lease);
            }
            Some(_) => {}
            None => {
                self.0.remove(&address);
            }
        }
    }

    fn report(self) -> Report {
        let mut report = Report::default();
        for (address, lease) in self.0 {
            report.addresses.push((address, lease.mac));
            report.marks.extend(lease.port.map(|port| (lease.mac, port)));
        }
        report
    }
}

#[cfg(test)]
mod tests;
