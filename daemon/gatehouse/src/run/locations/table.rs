//! Bindings as a table for office programs: kind, sign, number of the place, and its name for the reader.

use std::collections::HashSet;

use emergency::{Facts, Key, LocationId};
use sheet::{Cell, Dialect, Limits, Sheet};
use web::view::Sentence;

use super::refusing;

/// Rows that are named when many are wrong.
const MOST_NAMED: usize = 20;
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

/// Why a table is not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Wrong {
    /// It is none.
    File(Sentence),
    /// These rows, each by its number; the first of many.
    Rows(Vec<(u32, Sentence)>),
}

/// Reads such a table, whole or not at all; every row that does not fit is named.
pub(super) fn read(table: &[u8], facts: &Facts) -> Result<Vec<(Key, LocationId)>, Wrong> {
    let no_file = |why: sheet::SheetRefused| {
        Wrong::File(Sentence::new(format!("Das ist keine Tabelle ({why})."), why.to_string()))
    };
    let mut sheet = Sheet::open(table, Limits::default()).map_err(no_file)?;
    let known: HashSet<LocationId> = facts.places.iter().map(|place| place.id).collect();
    let (mut bindings, mut wrong, mut stated) = (Vec::new(), Vec::new(), HashSet::new());
    while let Some(row) = sheet.next_row().map_err(no_file)? {
        let kind = row.cells.first().map(String::as_str).unwrap_or_default();
        if row.number == 1 && kind == HEADING[0] {
            continue;
        }
        let read = binding(&row.cells, &known).and_then(|(key, place)| {
            let is_new = stated.insert(key.clone());
            is_new.then_some((key, place)).ok_or_else(|| {
                Sentence::new(
                    "Dieses Zeichen steht schon weiter oben.",
                    "this sign stands further up already",
                )
            })
        });
        match read {
            Ok(read) => bindings.push(read),
            Err(why) if wrong.len() < MOST_NAMED => wrong.push((row.number, why)),
            Err(_) => {}
        }
    }
    if wrong.is_empty() { Ok(bindings) } else { Err(Wrong::Rows(wrong)) }
}

fn binding(cells: &[String], known: &HashSet<LocationId>) -> Result<(Key, LocationId), Sentence> {
    let cell = |at: usize| cells.get(at).map(String::as_str).unwrap_or_default();
    // A sign that looks like a formula is written with an apostrophe in front.
    let sign = cell(1).strip_prefix('\'').unwrap_or_else(|| cell(1));
    let key = Key::read(cell(0), sign).map_err(|why| refusing::of_key(&why))?;
    let place = cell(2).trim().parse().ok().map(LocationId).filter(|place| known.contains(place));
    let no_place = || {
        let text = cell(2);
        Sentence::new(
            format!("„{text}“ ist keine Nummer eines Ortes."),
            format!("{text:?} is no number of a place"),
        )
    };
    Ok((key, place.ok_or_else(no_place)?))
}

#[cfg(test)]
mod tests {
    use emergency::{Civic, Facts, Key, Location, LocationId, LocationKind};

    use super::{Wrong, read, written};

    fn facts(bindings: Vec<(Key, LocationId)>) -> Facts {
        let site = |id| Location {
            id: LocationId(id),
            parent: None,
            kind: LocationKind::Site,
            name: format!("Haus {id}"),
            cloud: None,
            civic: Civic::default(),
            coordinates: None,
        };
        Facts { places: (1..=3).map(site).collect(), bindings, ..Facts::default() }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let key = |kind, text| Key::read(kind, text).unwrap();
        let bindings = vec![
            (key("subnet", "10.0.0.0/8"), LocationId(1)),
            (key("port", "sw;1|Gi1/0/12"), LocationId(2)),
            (key("stated", "=Haus \"B\""), LocationId(2)),
            (key("device", "e4"), LocationId(3)),
        ];
        let facts = facts(bindings.clone());
        assert_eq!(read(written(&facts).as_bytes(), &facts), Ok(bindings));
    }

    #[test]
    fn every_wrong_row_is_named_and_none_is_taken() {
        let table = b"kind;key;place\nvlan;20;1\nvlan;9999;1\nvlan;20;2\nport;x;1\nvlan;21;here\nvlan;22;9\nvlan;23;2\n";
        let Err(Wrong::Rows(rows)) = read(table, &facts(vec![])) else { panic!("it was taken") };
        let numbers: Vec<u32> = rows.iter().map(|(row, _)| *row).collect();
        assert_eq!(numbers, [3, 4, 5, 6, 7], "{rows:?}");
        assert!(rows[0].1.en.contains("9999") && rows[3].1.de.contains("here"), "{rows:?}");
        let many = "vlan,0,1\n".repeat(1000);
        let Err(Wrong::Rows(rows)) = read(many.as_bytes(), &facts(vec![])) else { panic!("it was taken") };
        assert_eq!(rows.len(), 20, "as many as somebody reads");
    }
}
