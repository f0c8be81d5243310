//! Which column holds what, recognised by its heading in any of the programs people export from.

use crate::PhoneKind;

/// What a column holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Field {
    /// Given name.
    Given,
    /// Family name.
    Family,
    /// Both in one.
    FullName,
    /// Company.
    Company,
    /// A telephone number.
    Phone(PhoneKind),
    /// What the number in the next column is for (Google's `Phone 1 - Label`).
    PhoneLabel,
    /// An e-mail address.
    Email,
    /// Street and number.
    Street,
    /// Postcode.
    Postcode,
    /// City.
    City,
    /// Country.
    Country,
    /// Notes.
    Note,
    /// Anything else; not read.
    #[default]
    Ignored,
}

/// What each column of a sheet holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Columns(Vec<Field>);

impl Columns {
    /// Recognises the headings of Outlook (German and English), Google (old and new), Apple and the cloud.
    #[must_use]
    pub fn recognise(headings: &[String]) -> Self {
        let mut columns = Self(headings.iter().map(|heading| field(heading)).collect());
        columns.drop_full_name_beside_parts();
        columns
    }

    /// Says what a column holds, where the admin knows better.
    pub fn choose(&mut self, column: usize, field: Field) {
        if let Some(place) = self.0.get_mut(column) {
            *place = field;
        }
    }

    /// Each column's field, in order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.0
    }

    /// Whether a name (or company) and a number were recognised; if not, the admin must choose, or the file has no heading.
    #[must_use]
    pub fn suffice(&self) -> bool {
        let named =
            |field: &Field| matches!(field, Field::Given | Field::Family | Field::FullName | Field::Company);
        self.0.iter().any(named) && self.0.iter().any(|field| matches!(field, Field::Phone(_)))
    }

    /// Google and Apple write the whole name and its parts.
    fn drop_full_name_beside_parts(&mut self) {
        if self.0.contains(&Field::Family) && self.0.contains(&Field::Given) {
            for field in self.0.iter_mut().filter(|field| **field == Field::FullName) {
                *field = Field::Ignored;
            }
        }
    }
}

fn field(heading: &str) -> Field {
    let word: String = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let says = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    if says(&[
        "phonetic",
        "yomi",
        "pager",
        "telex",
        "tty",
        "ttd",
        "anzeigename",
        "displayname",
        "assistent",
        "assistant",
    ]) {
        return Field::Ignored;
    }
    if says(&["label", "type", "typ"]) {
        return if says(&["phone", "telefon"]) { Field::PhoneLabel } else { Field::Ignored };
    }
    name(&word).or_else(|| reach(&word)).or_else(|| place(&word)).unwrap_or_default()
}

fn name(word: &str) -> Option<Field> {
    Some(match word {
        "vorname" | "firstname" | "givenname" => Field::Given,
        "nachname" | "lastname" | "familyname" | "surname" | "familienname" => Field::Family,
        "name" | "fullname" | "vollständigername" | "kontakt" | "ansprechpartner" => Field::FullName,
        "firma" | "company" | "unternehmen" | "organisation" | "organization" | "organizationname"
        | "organization1name" => Field::Company,
        "notizen" | "notes" | "notiz" | "note" | "bemerkung" => Field::Note,
        _ => return None,
    })
}

fn reach(word: &str) -> Option<Field> {
    let says = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    if says(&["email", "mailadresse"]) {
        return Some(Field::Email);
    }
    if says(&["fax"]) {
        return Some(Field::Phone(PhoneKind::Fax));
    }
    if says(&["mobil", "handy", "cell"]) {
        return Some(Field::Phone(PhoneKind::Mobile));
    }
    if !says(&["telefon", "phone", "rufnummer", "durchwahl"]) && !matches!(word, "tel" | "nummer" | "number")
    {
        return None;
    }
    let kind = if says(&["privat", "home"]) {
        PhoneKind::Home
    } else if says(&["geschäft", "business", "work", "dienst", "firma", "company", "arbeit"]) {
        PhoneKind::Work
    } else {
        PhoneKind::Other
    };
    Some(Field::Phone(kind))
}

fn place(word: &str) -> Option<Field> {
    let says = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    let home = says(&["privat", "home", "other", "weitere"]);
    if home || says(&["address2", "pobox", "postfach"]) {
        return None;
    }
    if says(&["straße", "strasse", "street"]) {
        return Some(Field::Street);
    }
    if says(&["postleitzahl", "postalcode", "plz", "zip"]) {
        return Some(Field::Postcode);
    }
    match word {
        "ort" | "stadt" | "city" | "ortgeschäftlich" | "businesscity" | "address1city" => Some(Field::City),
        "land" | "country" | "landregiongeschäftlich" | "businesscountryregion" | "address1country" => {
            Some(Field::Country)
        }
        _ => None,
    }
}
