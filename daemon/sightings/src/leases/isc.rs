//! ISC dhcpd (`dhcpd.leases`): `lease 192.0.2.7 { ...; }`, changes added at the end; the last block of an address counts.

use emergency::Report;
use time::{Date, Month, PrimitiveDateTime, Time};

use super::circuit::port;
use super::{Lease, Ledger};

/// A block while it is read.
#[derive(Default)]
struct Block {
    address: Option<std::net::IpAddr>,
    active: bool,
    ended: bool,
    mac: Option<emergency::Mac>,
    circuit: Option<Vec<u8>>,
    remote: Option<Vec<u8>>,
}

/// Reads the whole file.
#[must_use]
pub fn isc(text: &str, now: i64) -> Report {
    let mut ledger = Ledger::default();
    let mut block = Block::default();
    for line in text.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("lease ") {
            let address = rest.trim_end_matches('{').trim().parse().ok();
            block = Block { address, ..Block::default() };
        } else if line.starts_with('}') {
            std::mem::take(&mut block).close(&mut ledger);
        } else if let Some(statement) = line.strip_suffix(';') {
            block.read(statement, now);
        }
    }
    ledger.report()
}

impl Block {
    fn read(&mut self, statement: &str, now: i64) {
        if let Some(state) = statement.strip_prefix("binding state ") {
            self.active = state == "active";
        } else if let Some(mac) = statement.strip_prefix("hardware ethernet ") {
            self.mac = mac.parse().ok();
        } else if let Some(end) = statement.strip_prefix("ends ") {
            self.ended = moment(end).is_some_and(|end| end <= now);
        } else if let Some(id) = statement.strip_prefix("option agent.circuit-id ") {
            self.circuit = bytes(id);
        } else if let Some(id) = statement.strip_prefix("option agent.remote-id ") {
            self.remote = bytes(id);
        }
    }

    fn close(self, ledger: &mut Ledger) {
        let Some(address) = self.address else { return };
        let holds = self.active && !self.ended;
        let port = self.remote.zip(self.circuit).and_then(|(remote, circuit)| port(&remote, &circuit));
        ledger.put(address, self.mac.filter(|_| holds).map(|mac| Lease { mac, port }));
    }
}

/// `4 2026/11/26 08:00:00` in UTC, or `epoch 1764000000`; `never` has no moment.
fn moment(text: &str) -> Option<i64> {
    if let Some(seconds) = text.strip_prefix("epoch ") {
        return seconds.split_whitespace().next()?.parse().ok();
    }
    let mut words = text.split_whitespace().skip(1);
    let (date, time) = (words.next()?, words.next()?);
    let mut date = date.splitn(3, '/');
    let (year, month, day) =
        (date.next()?.parse().ok()?, date.next()?.parse::<u8>().ok()?, date.next()?.parse().ok()?);
    let mut time = time.splitn(3, ':');
    let (hour, minute, second) =
        (time.next()?.parse().ok()?, time.next()?.parse().ok()?, time.next()?.parse().ok()?);
    let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    let time = Time::from_hms(hour, minute, second).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp())
}

/// Words in quotes, with `\"`, `\\` and `\ooo` for what cannot be printed, or bytes with colons: `0:4:0:14:1:c`.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let Some(quoted) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
        let byte = |part: &str| u8::from_str_radix(part, 16).ok();
        return text.split(':').take(256).map(byte).collect();
    };
    let mut signs = quoted.bytes();
    let mut read = vec![];
    while let Some(sign) = signs.next() {
        if sign != b'\\' {
            read.push(sign);
            continue;
        }
        let next = signs.next()?;
        if !next.is_ascii_digit() {
            read.push(next);
            continue;
        }
        let octal: String = [next, signs.next()?, signs.next()?].map(char::from).iter().collect();
        read.push(u8::from_str_radix(&octal, 8).ok()?);
    }
    (read.len() <= 256).then_some(read)
}
