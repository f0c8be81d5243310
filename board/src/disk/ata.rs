//! ATA: the table of attributes and its thresholds (SMART READ DATA and SMART READ ATTRIBUTE THRESHOLDS, ATA/ATAPI-5 8.41; the table in
//! them is SFF-8035i), and page 07h of the device statistics log, which newer disks have (ACS-3 A.5).
//!
//! ```text
//!   data:        revision 2 | 30 x ( id 1 | flags 2 | value 1 | worst 1 | raw 6 | 1 ) | ... | check 1
//!   thresholds:  revision 2 | 30 x ( id 1 | threshold 1 | 10 )                        | ... | check 1
//! ```

use super::{PAGE, Says, Warning};

/// A page whose bytes do not add up to nothing came damaged.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the disk's page of attributes is damaged")]
pub struct Damaged;

/// Attributes in a table, and bytes of each.
const ROWS: usize = 30;
const ROW: usize = 12;
/// Bytes before the first.
const HEAD: usize = 2;
/// Flag: below its threshold the disk expects to fail; without, it is old.
const PREFAILURE: u16 = 1;
/// Attributes whose value begins at 100 and falls by one with each percent of the life of a solid-state disk: wear levelling (Samsung),
/// life left of several makers, media wear-out (Intel), percent lifetime remaining (Micron).
const LIFE: [u8; 5] = [169, 177, 202, 231, 233];
/// Hours under power; four bytes count, makers keep other things in the rest.
const HOURS: u8 = 9;
/// Degrees Celsius in the lowest byte of the raw value: the disk's, or the air's around it.
const TEMPERATURES: [u8; 2] = [194, 190];

struct Attribute {
    id: u8,
    flags: u16,
    value: u8,
    raw: [u8; 6],
}

/// What both pages say.
///
/// # Errors
/// [`Damaged`].
pub fn says(data: &[u8; PAGE], thresholds: &[u8; PAGE]) -> Result<Says, Damaged> {
    let whole = |page: &[u8; PAGE]| page.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)) == 0;
    if !whole(data) || !whole(thresholds) {
        return Err(Damaged);
    }
    let all: Vec<Attribute> = rows(data).filter_map(attribute).collect();
    let one = |id: u8| all.iter().find(|attribute| attribute.id == id);
    let failing = all.iter().any(|attribute| is_failing(attribute, thresholds));
    let life = LIFE.iter().filter_map(|id| one(*id)).map(|attribute| attribute.value).min();
    let hours = one(HOURS).and_then(|attribute| attribute.raw.first_chunk::<4>().copied());
    Ok(Says {
        used: life.filter(|left| *left <= 100).map(|left| 100 - left),
        spare: None,
        celsius: TEMPERATURES.iter().find_map(|id| one(*id)).and_then(celsius),
        hours: hours.map(|bytes| u32::from_le_bytes(bytes).into()),
        warnings: failing.then_some(Warning::Failing).into_iter().collect(),
    })
}

/// Percentage Used Endurance Indicator of page 07h of the device statistics: byte 8, where bits 7 and 6 of byte 15 say that there is one
/// and that it counts.
#[must_use]
pub fn endurance(page: &[u8; PAGE]) -> Option<u8> {
    let (number, flags, used) = (page.get(2)?, page.get(15)?, page.get(8)?);
    (*number == 7 && flags & 0xc0 == 0xc0).then_some(*used)
}

fn rows(page: &[u8; PAGE]) -> impl Iterator<Item = &[u8; ROW]> {
    page.get(HEAD..).unwrap_or_default().as_chunks::<ROW>().0.iter().take(ROWS)
}

fn attribute(row: &[u8; ROW]) -> Option<Attribute> {
    let [id, low, high, value, _worst, raw @ .., _] = *row;
    (id != 0).then_some(Attribute { id, flags: u16::from_le_bytes([low, high]), value, raw })
}

/// A threshold of 0 is never reached, 254 and 255 and a value of 0 mean nothing.
fn is_failing(attribute: &Attribute, thresholds: &[u8; PAGE]) -> bool {
    let threshold =
        rows(thresholds).find(|row| row.first() == Some(&attribute.id)).map(|[_, least, ..]| *least);
    let counts = attribute.flags & PREFAILURE != 0 && attribute.value != 0;
    counts && threshold.is_some_and(|least| (1..=253).contains(&least) && attribute.value <= least)
}

fn celsius(attribute: &Attribute) -> Option<i16> {
    let [lowest, ..] = attribute.raw;
    let celsius = i16::from(i8::from_le_bytes([lowest]));
    (celsius != 0).then_some(celsius)
}
