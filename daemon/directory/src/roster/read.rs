//! A staff list as a sheet.

use std::io::Read;

use sheet::{Row, Sheet, SheetRefused};

use super::{Column, ReviewRow};

/// Most people in one list.
pub(super) const MOST: usize = 5000;

/// Reads a staff list by its headings (German or English). `None` when no heading says given name, family name and
/// e-mail address.
///
/// # Errors
/// When the file cannot be read on, or names more than 5,000 people.
pub fn people<R: Read>(sheet: &mut Sheet<R>) -> Result<Option<Vec<ReviewRow>>, SheetRefused> {
    let Some(heading) = sheet.next_row()? else { return Ok(None) };
    let columns: Vec<Option<Column>> = heading.cells.iter().map(|cell| column(cell)).collect();
    let has = |wanted| columns.contains(&Some(wanted));
    if ![Column::Given, Column::Family, Column::Email].into_iter().all(has) {
        return Ok(None);
    }
    let mut rows = Vec::new();
    while let Some(row) = sheet.next_row()? {
        if rows.len() >= MOST {
            return Err(SheetRefused::TooManyRows(u32::try_from(MOST).unwrap_or(u32::MAX)));
        }
        rows.push(person(&row, &columns));
    }
    Ok(Some(rows))
}

fn column(heading: &str) -> Option<Column> {
    let word: String = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    Some(match word.as_str() {
        "vorname" | "firstname" | "givenname" => Column::Given,
        "nachname" | "lastname" | "familyname" | "surname" | "familienname" => Column::Family,
        "email" | "emailadresse" | "emailaddress" | "mail" | "login" | "userprincipalname" => Column::Email,
        "durchwahl" | "nebenstelle" | "extension" => Column::Extension,
        "standort" | "location" | "büro" | "office" | "officelocation" => Column::Location,
        "gerät" | "device" | "mac" | "macadresse" | "macaddress" | "telefon" | "phone" => Column::Device,
        _ => return None,
    })
}

fn person(row: &Row, columns: &[Option<Column>]) -> ReviewRow {
    let mut person = ReviewRow { number: row.number, ..ReviewRow::default() };
    for (text, column) in row.cells.iter().zip(columns) {
        if let Some(cell) = column.and_then(|column| person.cells.get_mut(column as usize)) {
            cell.text.clone_from(text);
        }
    }
    person
}

/// A person from a directory, where every cell has its name.
pub(super) fn listed(at: usize, cells: [String; 6]) -> ReviewRow {
    let number = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
    ReviewRow {
        number,
        cells: cells.map(|text| super::ReviewCell { text: text.trim().to_owned(), fault: None }),
    }
}
