//! Rows of a sheet become contacts.

use std::io::Read;

use account::Dialling;
use sheet::{Row, Sheet, SheetRefused};

use crate::draft::Draft;
use crate::problem::{self, is_formula};
use crate::{Columns, Contact, Field, PhoneKind, Problem, Scope, Trouble};

/// What came of a file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Imported {
    /// What can be taken over.
    pub contacts: Vec<Contact>,
    /// What is wrong, in the order of the file, at most 1,000.
    pub problems: Vec<Problem>,
    /// How many more there were.
    pub more_problems: usize,
    /// Rows or cards looked at.
    pub rows: u32,
}

impl Imported {
    pub(crate) fn report(&mut self, problem: Problem) {
        if self.problems.len() < problem::MOST {
            self.problems.push(problem);
        } else {
            self.more_problems += 1;
        }
    }

    pub(crate) fn take(&mut self, row: u32, draft: Draft) {
        self.rows = self.rows.saturating_add(1);
        match draft.finished() {
            Ok(contact) => self.contacts.push(contact),
            Err(trouble) => self.report(Problem { row, column: None, trouble }),
        }
    }
}

/// Reads every row after the heading. A cell that is wrong is left out and reported; a row without name or number, or
/// with a formula in it, is left out and reported.
///
/// # Errors
/// When the file itself cannot be read on.
pub fn import<R: Read>(
    sheet: &mut Sheet<R>,
    columns: &Columns,
    here: &Dialling,
    scope: &Scope,
) -> Result<Imported, SheetRefused> {
    let mut imported = Imported::default();
    while let Some(row) = sheet.next_row()? {
        if let Some(column) = row.cells.iter().position(|cell| is_formula(cell)) {
            imported.rows = imported.rows.saturating_add(1);
            imported.report(Problem { row: row.number, column: Some(column), trouble: Trouble::Formula });
            continue;
        }
        let draft = read(&row, columns, here, scope, &mut imported);
        imported.take(row.number, draft);
    }
    Ok(imported)
}

fn read(row: &Row, columns: &Columns, here: &Dialling, scope: &Scope, imported: &mut Imported) -> Draft {
    let mut draft = Draft::new(scope.clone());
    let mut label: Option<PhoneKind> = None;
    for (column, (cell, field)) in row.cells.iter().zip(columns.fields()).enumerate() {
        if *field == Field::PhoneLabel {
            label = Some(kind_of(cell));
            continue;
        }
        let field = match (field, label.take()) {
            (Field::Phone(_), Some(kind)) => Field::Phone(kind),
            (other, _) => *other,
        };
        // Google puts several values into one cell.
        for value in cell.split(":::").map(str::trim).filter(|value| !value.is_empty()) {
            draft.put(field, value, here, &mut |trouble| {
                imported.report(Problem { row: row.number, column: Some(column), trouble });
            });
        }
    }
    draft
}

/// What a label says a number is for, in vCard, Google and by hand.
pub(crate) fn kind_of(label: &str) -> PhoneKind {
    let label = label.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| label.contains(word));
    if says(&["fax"]) {
        PhoneKind::Fax
    } else if says(&["cell", "mobil", "handy", "iphone"]) {
        PhoneKind::Mobile
    } else if says(&["work", "arbeit", "geschäft", "dienst"]) {
        PhoneKind::Work
    } else if says(&["home", "privat", "zuhause"]) {
        PhoneKind::Home
    } else {
        PhoneKind::Other
    }
}
