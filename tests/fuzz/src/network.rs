//! What must hold for the files of DHCP servers and the tables of switches.

use emergency::{Key, Report};
use sightings::{Row, Tables, Value};

/// Any file is read or passed over.
pub fn leases(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    for read in [sightings::dnsmasq, sightings::kea, sightings::isc] {
        can_be_bound(&read(&text, 1_764_000_000));
    }
}

/// Any tables tell something or nothing. A byte names the column, one the length of the index, one that of the value.
pub fn tables(input: &[u8]) {
    let Some((named, mut rest)) = input.split_first() else { return };
    let name = (named % 2 == 0).then_some("keller");
    let mut tables = Tables::default();
    while let [column, index, value, after @ ..] = rest {
        let (index, value) = (usize::from(index % 16), usize::from(*value));
        let Some((arcs, after)) = after.split_at_checked(index) else { break };
        let Some((bytes, after)) = after.split_at_checked(value.min(after.len())) else { break };
        let index = arcs.iter().map(|arc| u32::from(*arc)).collect();
        let value = match bytes {
            [number] => Value::Number(u32::from(*number)),
            bytes => Value::Bytes(bytes.to_vec()),
        };
        let column = usize::from(*column) % tables.columns.len();
        tables.columns[column].push(Row { index, value });
        rest = after;
    }
    can_be_bound(&tables.report(name));
}

/// What a phone is seen at can be written down and read again as the same.
fn can_be_bound(report: &Report) {
    for (_, mark) in &report.marks {
        let key = Key::Mark(mark.clone());
        let (kind, sign) = key.written();
        assert_eq!(Key::read(kind, &sign), Ok(key), "{sign:?}");
    }
}
