//! Contacts as tables for other programs.

use std::io::{self, Write};

use account::{Dialling, E164};
use sheet::{Cell, Dialect, csv};

use crate::{Contact, PhoneKind};

/// Who is going to read the table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Table {
    /// Outlook's import, English headings, which every Outlook takes.
    Outlook,
    /// Google Contacts' import.
    Google,
    /// A German Excel by double click; numbers are written as people read them, so that Excel keeps them as text.
    Excel,
}

/// Writes a table of contacts. No cell is a formula to whoever opens it.
///
/// # Errors
/// When `out` takes no more.
pub fn export<'a>(
    out: &mut impl Write,
    table: Table,
    here: &Dialling,
    contacts: impl IntoIterator<Item = &'a Contact>,
) -> io::Result<()> {
    let heading = match table {
        Table::Outlook => OUTLOOK.as_slice(),
        Table::Google => GOOGLE.as_slice(),
        Table::Excel => EXCEL.as_slice(),
    };
    let heading: Vec<Cell> = heading.iter().map(|text| Cell::from(*text)).collect();
    let dialect = match table {
        Table::Excel => Dialect::Excel,
        Table::Outlook | Table::Google => Dialect::Rfc4180,
    };
    let rows = contacts.into_iter().map(|contact| match table {
        Table::Outlook => outlook(contact),
        Table::Google => google(contact),
        Table::Excel => excel(contact, here),
    });
    csv(out, dialect, std::iter::once(heading).chain(rows))
}

const OUTLOOK: [&str; 15] = [
    "First Name",
    "Last Name",
    "Company",
    "Business Phone",
    "Business Phone 2",
    "Home Phone",
    "Mobile Phone",
    "Business Fax",
    "Other Phone",
    "E-mail Address",
    "Business Street",
    "Business City",
    "Business Postal Code",
    "Business Country/Region",
    "Notes",
];

fn outlook(contact: &Contact) -> Vec<Cell> {
    let nth = |kind, at: usize| {
        let mut of_kind = contact.numbers.iter().filter(|number| number.kind == kind);
        of_kind.nth(at).map_or(Cell::Empty, |number| plain(&number.number))
    };
    let place = &contact.place;
    vec![
        contact.given.as_str().into(),
        contact.family.as_str().into(),
        contact.company.as_str().into(),
        nth(PhoneKind::Work, 0),
        nth(PhoneKind::Work, 1),
        nth(PhoneKind::Home, 0),
        nth(PhoneKind::Mobile, 0),
        nth(PhoneKind::Fax, 0),
        nth(PhoneKind::Other, 0),
        email(contact),
        place.street.as_str().into(),
        place.city.as_str().into(),
        place.postcode.as_str().into(),
        place.country.as_str().into(),
        contact.note.as_str().into(),
    ]
}

/// How many numbers of a contact Google's table holds here.
const GOOGLE_NUMBERS: usize = 4;

const GOOGLE: [&str; 13] = [
    "First Name",
    "Last Name",
    "Organization Name",
    "E-mail 1 - Value",
    "Notes",
    "Phone 1 - Label",
    "Phone 1 - Value",
    "Phone 2 - Label",
    "Phone 2 - Value",
    "Phone 3 - Label",
    "Phone 3 - Value",
    "Phone 4 - Label",
    "Phone 4 - Value",
];

fn google(contact: &Contact) -> Vec<Cell> {
    let mut row = vec![
        contact.given.as_str().into(),
        contact.family.as_str().into(),
        contact.company.as_str().into(),
        email(contact),
        contact.note.as_str().into(),
    ];
    for at in 0..GOOGLE_NUMBERS {
        let number = contact.numbers.get(at);
        row.push(number.map_or(Cell::Empty, |number| label(number.kind).into()));
        row.push(number.map_or(Cell::Empty, |number| plain(&number.number)));
    }
    row
}

const fn label(kind: PhoneKind) -> &'static str {
    match kind {
        PhoneKind::Work => "Work",
        PhoneKind::Home => "Home",
        PhoneKind::Mobile => "Mobile",
        PhoneKind::Fax => "Work Fax",
        PhoneKind::Other => "Other",
    }
}

const EXCEL: [&str; 10] = [
    "Vorname",
    "Nachname",
    "Firma",
    "Telefon geschäftlich",
    "Telefon privat",
    "Mobiltelefon",
    "Fax geschäftlich",
    "Weiteres Telefon",
    "E-Mail-Adresse",
    "Notizen",
];

fn excel(contact: &Contact, here: &Dialling) -> Vec<Cell> {
    let all = |kind| {
        let of_kind = contact.numbers.iter().filter(|number| number.kind == kind);
        let shown: Vec<String> = of_kind.map(|number| here.show(&number.number)).collect();
        Cell::Text(shown.join(", "))
    };
    vec![
        contact.given.as_str().into(),
        contact.family.as_str().into(),
        contact.company.as_str().into(),
        all(PhoneKind::Work),
        all(PhoneKind::Home),
        all(PhoneKind::Mobile),
        all(PhoneKind::Fax),
        all(PhoneKind::Other),
        email(contact),
        contact.note.as_str().into(),
    ]
}

fn plain(number: &E164) -> Cell {
    number.as_str().into()
}

fn email(contact: &Contact) -> Cell {
    contact.emails.first().map_or(Cell::Empty, |email| email.as_str().into())
}
