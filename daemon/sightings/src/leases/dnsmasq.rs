//! dnsmasq: `1764000000 0c:38:3e:11:22:33 192.0.2.7 name client-id`, zero for a lease without end. IPv6 leases name no hardware.

use emergency::Report;

use super::{Lease, Ledger};

/// Reads the whole file.
#[must_use]
pub fn dnsmasq(text: &str, now: i64) -> Report {
    let mut ledger = Ledger::default();
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        let (Some(end), Some(mac), Some(address)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let (Ok(end), Ok(mac), Ok(address)) = (end.parse::<i64>(), mac.parse(), address.parse()) else {
            continue;
        };
        let holds = end == 0 || end > now;
        ledger.put(address, holds.then_some(Lease { mac, port: None }));
    }
    ledger.report()
}
