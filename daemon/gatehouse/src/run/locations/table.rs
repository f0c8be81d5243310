//! Bindings as a table for office programs: kind, sign, number of the place, and its name for the reader.

use emergency::{Facts, Key, LocationId};
use sheet::{Cell, Dialect, Limits, Sheet};

const HEADING: [&str; 4] = ["kind", "key", "place", "name"];

/// The table.
pub(super) fn written(facts: &Facts) -> String {
    let name =
        |id: &LocationId| facts.places.iter().find(|place| place.id == *id).map(|place| place.name.clone());
    let rows = facts.bindings.iter().map(|(key, place)| {
        let (kind, key) = key.written();
        let name = name(place).unwrap_or_default();
        vec![kind.into(), key.into(), Cell::Whole(i64::from(place.0)), name.into()]
    });
    let heading = std::iter::once(HEADING.iter().map(|word| (*word).into()).collect());
    let mut table = Vec::new();
    // A vector takes everything.
    let _ = sheet::csv(&mut table, Dialect::Rfc4180, heading.chain(rows));
    String::from_utf8_lossy(&table).into_owned()
}

/// Reads such a table, whole or not at all; a sentence names the row that does not fit.
pub(super) fn read(table: &[u8]) -> Result<Vec<(Key, LocationId)>, String> {
    let mut sheet = Sheet::open(table, Limits::default()).map_err(|why| why.to_string())?;
    let mut bindings = Vec::new();
    while let Some(row) = sheet.next_row().map_err(|why| why.to_string())? {
        let cell = |at: usize| row.cells.get(at).map(String::as_str).unwrap_or_default();
        if row.number == 1 && cell(0) == "kind" {
            continue;
        }
        let wrong = |why: String| format!("row {}: {why}", row.number);
        // A sign that looks like a formula is written with an apostrophe in front.
        let sign = cell(1).strip_prefix('\'').unwrap_or_else(|| cell(1));
        let key = Key::read(cell(0), sign).map_err(|why| wrong(why.to_string()))?;
        let place = cell(2).parse().map_err(|_| wrong(format!("{:?} is no number of a place", cell(2))))?;
        bindings.push((key, LocationId(place)));
    }
    Ok(bindings)
}

#[cfg(test)]
mod tests {
    use emergency::{Facts, Key, LocationId};

    use super::{read, written};

    #[test]
    fn what_is_written_is_read_again() {
        let key = |kind, text| Key::read(kind, text).unwrap();
        let bindings = vec![
            (key("subnet", "10.0.0.0/8"), LocationId(1)),
            (key("port", "sw;1|Gi1/0/12"), LocationId(2)),
            (key("stated", "=Haus \"B\""), LocationId(2)),
            (key("device", "e4"), LocationId(3)),
        ];
        let facts = Facts { bindings: bindings.clone(), ..Facts::default() };
        assert_eq!(read(written(&facts).as_bytes()), Ok(bindings));
    }

    #[test]
    fn one_wrong_row_refuses_the_whole_table_by_its_number() {
        let why = read(b"kind;key;place\nvlan;20;1\nvlan;9999;1\n").unwrap_err();
        assert!(why.starts_with("row 3: "), "{why}");
        assert!(read(b"vlan,20,here\n").unwrap_err().starts_with("row 1: "));
    }
}
