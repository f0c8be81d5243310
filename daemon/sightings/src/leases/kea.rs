//! Kea's memfile (`kea-leases4.csv`): a heading, then a line for each change; the last one of an address counts.
//!
//! Option 82 stands in `user_context` once Kea is told `"store-extended-info": true`: whole in hexadecimal digits as
//! `sub-options`, or with its ids apart. Commas within a field are written `&#x2c`.

use emergency::{Mark, Report};
use serde_json::Value;

use super::circuit::{hex, option, port};
use super::{Lease, Ledger};

/// The state of a lease that somebody has.
const ASSIGNED: &str = "0";

/// Reads the whole file.
#[must_use]
pub fn kea(text: &str, now: i64) -> Report {
    let mut lines = text.lines();
    let heading: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let column = |name: &str| heading.iter().position(|one| one.trim() == name);
    let (Some(address), Some(mac), Some(expire)) = (column("address"), column("hwaddr"), column("expire"))
    else {
        return Report::default();
    };
    let (state, context) = (column("state"), column("user_context"));
    let mut ledger = Ledger::default();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).copied().unwrap_or_default();
        let Ok(ip) = cell(Some(address)).parse() else { continue };
        let holds = cell(Some(expire)).parse::<i64>().is_ok_and(|expire| expire > now)
            && state.is_none_or(|state| cell(Some(state)) == ASSIGNED);
        let lease = cell(Some(mac)).parse().ok().map(|mac| Lease { mac, port: agent(cell(context)) });
        ledger.put(ip, lease.filter(|_| holds));
    }
    ledger.report()
}

/// What the relay said, from Kea's own notes beside the lease.
fn agent(context: &str) -> Option<Mark> {
    if context.is_empty() {
        return None;
    }
    let notes: Value = serde_json::from_str(&context.replace("&#x2c", ",")).ok()?;
    let info = notes.get("ISC")?.get("relay-agent-info")?;
    let digits = |value: &Value| hex(value.as_str()?);
    if let Some(whole) = digits(info) {
        return option(&whole).or_else(|| option(whole.get(2..)?));
    }
    let part = |name: &str| info.get(name).and_then(digits);
    let apart = part("remote-id").zip(part("circuit-id"));
    apart.and_then(|(remote, circuit)| port(&remote, &circuit)).or_else(|| option(&part("sub-options")?))
}
