//! vCard 2.1 (versit), 3.0 (RFC 2426) and 4.0 (RFC 6350), as telephones and address books write them.
//!
//! Own reading: of a card only name, company, numbers, addresses and a note matter here, and the packages that know the
//! whole standard bring calendars, time zones and mail with them. A card costs at most 16 KiB a line while it is read;
//! pictures are passed over.

mod line;
mod property;
mod write;

use std::io::Read;

use account::Dialling;
use sheet::{Limits, SheetRefused};

use crate::draft::Draft;
use crate::import::kind_of;
use crate::problem::is_formula;
use crate::{Field, Imported, PhoneKind, Problem, Scope, Trouble};
use line::Lines;
use property::Property;

pub use write::{Version, write};

/// Reads every card. Problems name the card, the first is 1.
///
/// # Errors
/// When the stream is no vCard file, longer than [`Limits::text`], or breaks off.
pub fn import(
    source: impl Read,
    limits: Limits,
    here: &Dialling,
    scope: &Scope,
) -> Result<Imported, SheetRefused> {
    let mut lines = Lines::new(source, limits.text);
    let mut reading = Reading { imported: Imported::default(), card: None, depth: 0, number: 0 };
    while let Some(line) = lines.next(reading.number)? {
        let Some(property) = Property::read(&line) else { continue };
        reading.take(&property, here, scope);
        if reading.number > limits.rows {
            return Err(SheetRefused::TooManyRows(limits.rows));
        }
    }
    if reading.number == 0 { Err(SheetRefused::OtherFormat) } else { Ok(reading.imported) }
}

struct Reading {
    imported: Imported,
    card: Option<Card>,
    /// A card within a card (2.1 AGENT) is passed over.
    depth: u32,
    number: u32,
}

struct Card {
    draft: Draft,
    formula: bool,
}

impl Reading {
    fn take(&mut self, property: &Property, here: &Dialling, scope: &Scope) {
        let is_card = property.text().eq_ignore_ascii_case("VCARD");
        match property.name.as_str() {
            "BEGIN" if is_card => {
                self.depth = self.depth.saturating_add(1);
                if self.depth == 1 {
                    self.number = self.number.saturating_add(1);
                    self.card = Some(Card { draft: Draft::new(scope.clone()), formula: false });
                }
            }
            "END" if is_card => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    self.end();
                }
            }
            _ if self.depth == 1 => self.field(property, here),
            _ => {}
        }
    }

    fn end(&mut self) {
        let Some(card) = self.card.take() else { return };
        if card.formula {
            self.imported.rows = self.imported.rows.saturating_add(1);
            self.imported.report(Problem { row: self.number, column: None, trouble: Trouble::Formula });
        } else {
            self.imported.take(self.number, card.draft);
        }
    }

    fn field(&mut self, property: &Property, here: &Dialling) {
        let (number, imported) = (self.number, &mut self.imported);
        let Some(card) = &mut self.card else { return };
        for (field, value) in fields(property) {
            card.formula |= is_formula(&value);
            card.draft.put(field, &value, here, &mut |trouble| {
                imported.report(Problem { row: number, column: None, trouble });
            });
        }
        if property.cut {
            imported.report(Problem { row: number, column: None, trouble: Trouble::TooLong });
        }
    }
}

/// What a property says, part by part.
fn fields(property: &Property) -> Vec<(Field, String)> {
    let parts = |fields: &[Field]| {
        let parts = property.parts().into_iter().zip(fields.iter().copied());
        parts.filter(|(value, _)| !value.is_empty()).map(|(value, field)| (field, value)).collect()
    };
    let one = |field| vec![(field, property.text())];
    match property.name.as_str() {
        "N" => parts(&[Field::Family, Field::Given]),
        "FN" => one(Field::FullName),
        "ORG" => parts(&[Field::Company]),
        "TEL" => one(Field::Phone(phone_kind(property))),
        "EMAIL" => one(Field::Email),
        "NOTE" => one(Field::Note),
        "ADR" => parts(&[
            Field::Ignored,
            Field::Ignored,
            Field::Street,
            Field::City,
            Field::Ignored,
            Field::Postcode,
            Field::Country,
        ]),
        _ => Vec::new(),
    }
}

fn phone_kind(property: &Property) -> PhoneKind {
    kind_of(&property.types())
}
