//! Switches as they answer: with and without LLDP, with and without VLANs, with another switch behind a port.

use emergency::{Key, Mac, Mark, Report};

use super::{COLUMNS, Row, Tables, Value};

const PHONE: [u8; 6] = [0x0c, 0x38, 0x3e, 0x11, 0x22, 0x33];

/// Cells by their index.
type Cells<'a> = &'a [(&'a [u32], Value)];

fn tables(columns: &[(&[u32], Cells<'_>)]) -> Tables {
    let mut tables = Tables::default();
    for (column, rows) in columns {
        let at = COLUMNS.iter().position(|known| known == column).expect("a column that is asked for");
        let row = |(index, value): &(&[u32], Value)| Row { index: index.to_vec(), value: value.clone() };
        tables.columns[at] = rows.iter().map(row).collect();
    }
    tables
}

fn words(text: &str) -> Value {
    Value::Bytes(text.as_bytes().to_vec())
}

fn mac(bytes: &[u8]) -> Value {
    Value::Bytes(bytes.to_vec())
}

fn six(last: u8) -> [u32; 6] {
    [0x0c, 0x38, 0x3e, 0x11, 0x22, u32::from(last)]
}

fn marks(report: &Report) -> Vec<(String, (&'static str, String))> {
    let mut marks: Vec<_> =
        report.marks.iter().map(|(mac, mark)| (mac.to_string(), Key::Mark(mark.clone()).written())).collect();
    marks.sort();
    marks
}

fn at(mark: (&'static str, &str)) -> Vec<(String, (&'static str, String))> {
    vec![("0c383e112233".to_owned(), (mark.0, mark.1.to_owned()))]
}

/// IEEE 802.1AB: a telephone names itself by its network address, its port by its hardware address (ANSI/TIA-1057 9.2.2).
#[test]
fn a_telephone_that_speaks_lldp_hangs_where_its_neighbour_says() {
    let tables = tables(&[
        (COLUMNS[0], &[(&[0], Value::Number(4))]),
        (COLUMNS[1], &[(&[0], mac(&[2, 0, 0, 0, 0, 1]))]),
        (COLUMNS[3], &[(&[7], Value::Number(5)), (&[8], Value::Number(3))]),
        (COLUMNS[4], &[(&[7], words("Gi1/0/7")), (&[8], mac(&[2, 0, 0, 0, 0, 8]))]),
        (COLUMNS[5], &[(&[8], words("Dose 8"))]),
        (COLUMNS[6], &[(&[99, 7, 1], Value::Number(5)), (&[99, 8, 2], Value::Number(4))]),
        (COLUMNS[7], &[(&[99, 7, 1], mac(&[1, 192, 0, 2, 7])), (&[99, 8, 2], mac(&[2, 0, 0, 0, 0, 9]))]),
        (COLUMNS[8], &[(&[99, 7, 1], Value::Number(3))]),
        (COLUMNS[9], &[(&[99, 7, 1], mac(&PHONE))]),
    ]);
    let report = tables.report(None);
    assert_eq!(report.addresses, [("192.0.2.7".parse().unwrap(), Mac::new(PHONE))]);
    let port = |port: &str| ("port", format!("020000000001|{port}"));
    let expected =
        [("020000000009".to_owned(), port("Dose 8")), ("0c383e112233".to_owned(), port("Gi1/0/7"))];
    assert_eq!(marks(&report), expected);
    let [(_, Mark::Port { switch, .. }), _] = &tables.report(Some("keller")).marks[..] else { panic!() };
    assert_eq!(&**switch, "keller", "the installer's own name comes first");
}

/// RFC 4188 4: the port's number leads over its interface to its name.
#[test]
fn any_other_telephone_hangs_where_it_was_heard() {
    let tables = tables(&[
        (COLUMNS[2], &[(&[0], words("keller"))]),
        (COLUMNS[10], &[(&[3], Value::Number(10103))]),
        (COLUMNS[11], &[(&[10103], words("Gi1/0/3"))]),
        (COLUMNS[12], &[(&six(0x33), Value::Number(3)), (&six(0x44), Value::Number(0))]),
    ]);
    assert_eq!(marks(&tables.report(Some("keller"))), at(("port", "keller|Gi1/0/3")));
    let mut unnamed = tables.clone();
    unnamed.columns[0] = vec![Row { index: vec![0], value: Value::Number(7) }];
    unnamed.columns[1] = vec![Row { index: vec![0], value: words("x") }];
    assert_eq!(marks(&unnamed.report(None)), at(("port", "keller|Gi1/0/3")), "its own name");
}

/// RFC 4363 5: the index is the filtering database and the address; a database belongs to a VLAN.
#[test]
fn the_vlan_is_told_as_well() {
    let index = [&[9], &six(0x33)[..]].concat();
    let mut tables = tables(&[
        (COLUMNS[11], &[(&[3], words("ge.3"))]),
        (COLUMNS[13], &[(&index, Value::Number(3))]),
        (COLUMNS[14], &[(&[0, 120], Value::Number(9))]),
    ]);
    let both = |vlan: &str| [at(("port", "sw|ge.3")), at(("vlan", vlan))].concat();
    assert_eq!(marks(&tables.report(Some("sw"))), both("120"));
    tables.columns[14].clear();
    assert_eq!(marks(&tables.report(Some("sw"))), both("9"));
}

#[test]
fn a_port_with_a_crowd_leads_to_another_switch_and_tells_nothing() {
    let mut tables = tables(&[(COLUMNS[11], &[(&[24], words("uplink"))])]);
    tables.columns[12] =
        (0..17).map(|last| Row { index: six(last).to_vec(), value: Value::Number(24) }).collect();
    assert!(tables.report(Some("sw")).marks.is_empty());
    tables.columns[12].pop();
    assert_eq!(tables.report(Some("sw")).marks.len(), 16);
}

/// RFC 4293: what a router answers on its interfaces.
#[test]
fn a_router_knows_who_has_which_address() {
    let tables = tables(&[(
        COLUMNS[15],
        &[(&[2, 192, 0, 2, 9], mac(&PHONE)), (&[2, 192, 0, 2, 300], mac(&PHONE)), (&[2, 1], mac(&PHONE))],
    )]);
    assert_eq!(tables.report(None).addresses, [("192.0.2.9".parse().unwrap(), Mac::new(PHONE))]);
}

#[test]
fn nonsense_names_nobody() {
    let tables = tables(&[
        (COLUMNS[11], &[(&[1], words("a|b")), (&[2], mac(&[0xff, 0xfe]))]),
        (
            COLUMNS[12],
            &[(&[1, 2, 3], Value::Number(1)), (&six(1), Value::Number(2)), (&[1, 0, 0, 0, 0, 0], words("x"))],
        ),
        (
            COLUMNS[15],
            &[(&[2, 192, 0, 2, 9], mac(&[0; 6])), (&[2, 192, 0, 2, 9], mac(&[1, 0, 0x5e, 0, 0, 1]))],
        ),
    ]);
    assert_eq!(tables.report(Some("sw")), Report::default());
}

#[test]
fn a4_a_wireless_controller_names_the_access_point_of_each_telephone() {
    for column in [16, 17] {
        let tables = tables(&[(COLUMNS[column], &[(&six(0x33), mac(&[0, 0x10, 0xa4, 0x23, 0x19, 0xcf]))])]);
        assert_eq!(marks(&tables.report(None)), at(("access_point", "0010a42319c0")));
        assert_eq!(marks(&tables.report(Some("wlc"))), at(("access_point", "0010a42319c0")));
    }
}
