//! A contact while its cells are read.

use account::Dialling;

use crate::{Contact, ContactNumber, Field, PhoneKind, Scope, Trouble};

/// Longest text kept of a cell, letters; the cloud takes fewer for names.
const LONGEST: usize = 250;
/// Longest note, letters.
const LONGEST_NOTE: usize = 2000;
/// Most numbers and most e-mail addresses of one contact.
const MOST: usize = 20;

pub(crate) struct Draft {
    contact: Contact,
    full: String,
}

impl Draft {
    pub(crate) fn new(scope: Scope) -> Self {
        Self { contact: Contact { scope, ..Contact::default() }, full: String::new() }
    }

    /// Takes one value in; what is wrong with it goes to `report`.
    pub(crate) fn put(
        &mut self,
        field: Field,
        value: &str,
        here: &Dialling,
        report: &mut impl FnMut(Trouble),
    ) {
        let contact = &mut self.contact;
        let (place, most) = match field {
            Field::Phone(kind) => return self.number(kind, value, here, report),
            Field::Email => return self.email(value, report),
            Field::Ignored | Field::PhoneLabel => return,
            Field::Given => (&mut contact.given, LONGEST),
            Field::Family => (&mut contact.family, LONGEST),
            Field::FullName => (&mut self.full, LONGEST),
            Field::Company => (&mut contact.company, LONGEST),
            Field::Street => (&mut contact.place.street, LONGEST),
            Field::Postcode => (&mut contact.place.postcode, LONGEST),
            Field::City => (&mut contact.place.city, LONGEST),
            Field::Country => (&mut contact.place.country, LONGEST),
            Field::Note => (&mut contact.note, LONGEST_NOTE),
        };
        if !place.is_empty() {
            return;
        }
        if value.contains('\u{fffd}') {
            report(Trouble::LostLetter);
        }
        let mut letters = value.chars().filter(|c| !c.is_control() || *c == '\n');
        *place = letters.by_ref().take(most).collect();
        if letters.next().is_some() {
            report(Trouble::TooLong);
        }
    }

    fn number(&mut self, kind: PhoneKind, value: &str, here: &Dialling, report: &mut impl FnMut(Trouble)) {
        let numbers = match here.read_all(value) {
            Ok(numbers) => numbers,
            Err(why) => return report(Trouble::Number(why)),
        };
        let switchboard = value.trim_end().ends_with("-0") && numbers.len() == 1;
        for number in numbers {
            if self.contact.numbers.len() >= MOST {
                return report(Trouble::TooLong);
            }
            if !self.contact.numbers.iter().any(|known| known.number == number) {
                self.contact.numbers.push(ContactNumber { kind, number, switchboard });
            }
        }
    }

    fn email(&mut self, value: &str, report: &mut impl FnMut(Trouble)) {
        if !is_email(value) {
            report(Trouble::Email);
        } else if self.contact.emails.len() >= MOST {
            report(Trouble::TooLong);
        } else if !self.contact.emails.iter().any(|known| known == value) {
            self.contact.emails.push(value.to_owned());
        }
    }

    /// The contact, when it has a name and a number.
    pub(crate) fn finished(mut self) -> Result<Contact, Trouble> {
        let contact = &mut self.contact;
        // A company's card gives its name as that of a person too.
        if contact.given.is_empty() && contact.family.is_empty() && self.full != contact.company {
            (contact.given, contact.family) = parted(&self.full);
        }
        if self.contact.shown().is_empty() {
            return Err(Trouble::NoName);
        }
        if self.contact.numbers.is_empty() { Err(Trouble::NoNumber) } else { Ok(self.contact) }
    }
}

/// One sign `@`, something on both sides, a dot on the right, no blank.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let plain = |text: &str| {
        !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@')
    };
    let dotted = domain.split('.').count() > 1 && domain.split('.').all(|part| !part.is_empty());
    text.len() <= 254 && plain(name) && plain(domain) && dotted
}

/// `Beispiel, Mara` and `Mara Beispiel` into given and family name.
fn parted(full: &str) -> (String, String) {
    let full = full.trim();
    if let Some((family, given)) = full.split_once(',') {
        return (given.trim().to_owned(), family.trim().to_owned());
    }
    match full.rsplit_once(' ') {
        Some((given, family)) => (given.trim().to_owned(), family.to_owned()),
        None => (String::new(), full.to_owned()),
    }
}
