//! What must hold for the files of DHCP servers, the tables of switches, and what relays and switches send.

use emergency::{Key, Report};
use md5::{Digest as _, Md5};
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

/// Any packet of DHCP tells something or nothing; so does any of RADIUS that its sender has signed, and the answer is a short one.
/// The first byte says whether the packet is signed.
pub fn spoken(input: &[u8]) {
    let Some((signed, packet)) = input.split_first() else { return };
    let words = sightings::dhcp(packet).into_iter().chain(accounted(packet, signed % 2 == 0));
    let marks = words.filter_map(|word| Some((word.mac, word.mark?))).collect();
    can_be_bound(&Report { marks, ..Report::default() });
}

fn accounted(packet: &[u8], signed: bool) -> Option<sightings::Word> {
    let secret = account::Secret::new("geheim".to_owned());
    let mut packet = packet.to_vec();
    if signed && packet.len() >= 20 {
        let length = u16::try_from(packet.len()).ok()?;
        packet[..4].copy_from_slice(&[4, 1, length.to_be_bytes()[0], length.to_be_bytes()[1]]);
        packet[4..20].fill(0);
        let proof = Md5::digest([packet.as_slice(), b"geheim"].concat());
        packet[4..20].copy_from_slice(&proof);
    }
    let accounted = sightings::radius(&packet, &secret)?;
    assert_eq!(accounted.answer[..2], [5, packet[1]]);
    accounted.word
}

/// What a phone is seen at can be written down and read again as the same.
fn can_be_bound(report: &Report) {
    for (_, mark) in &report.marks {
        let key = Key::Mark(mark.clone());
        let (kind, sign) = key.written();
        assert_eq!(Key::read(kind, &sign), Ok(key), "{sign:?}");
    }
}
