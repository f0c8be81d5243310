//! One entry of an address book.

use account::{E164, UserId};

/// Who sees a contact.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Scope {
    /// Everybody in the account.
    #[default]
    Shared,
    /// One person.
    Private(UserId),
}

/// What a number is for.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum PhoneKind {
    /// At work.
    Work,
    /// At home.
    Home,
    /// Carried around.
    Mobile,
    /// A fax machine.
    Fax,
    /// Not said.
    #[default]
    Other,
}

/// A number of a contact.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ContactNumber {
    /// What it is for.
    pub kind: PhoneKind,
    /// The number.
    pub number: E164,
    /// It was written with `-0`: the number of a whole company, whose direct lines begin the same.
    pub switchboard: bool,
}

/// A postal address.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Place {
    /// Street and number.
    pub street: String,
    /// Postcode.
    pub postcode: String,
    /// City.
    pub city: String,
    /// Country as written.
    pub country: String,
}

/// A person or company that is not part of the account.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Contact {
    /// Who sees it.
    pub scope: Scope,
    /// Given names.
    pub given: String,
    /// Family name.
    pub family: String,
    /// Company or other organisation.
    pub company: String,
    /// At least one.
    pub numbers: Vec<ContactNumber>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Where they are.
    pub place: Place,
    /// Whatever else was noted.
    pub note: String,
}

impl Contact {
    /// The name on a phone's display: the person's, with the company where there is one, or the company's.
    #[must_use]
    pub fn shown(&self) -> String {
        let person = format!("{} {}", self.given, self.family);
        match (person.trim(), self.company.as_str()) {
            ("", company) => company.to_owned(),
            (person, "") => person.to_owned(),
            (person, company) => format!("{person}, {company}"),
        }
    }
}

/// Makes one of contacts with the same scope and name, keeping every number and address once, in the order they came.
#[must_use]
pub fn united(contacts: Vec<Contact>) -> Vec<Contact> {
    let mut place = std::collections::HashMap::new();
    let mut all: Vec<Contact> = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let key = (contact.scope.clone(), contact.shown().to_lowercase());
        let at = *place.entry(key).or_insert(all.len());
        match all.get_mut(at) {
            Some(first) => absorb(first, contact),
            None => all.push(contact),
        }
    }
    all
}

fn absorb(first: &mut Contact, other: Contact) {
    let known =
        |numbers: &[ContactNumber], one: &ContactNumber| numbers.iter().any(|n| n.number == one.number);
    for number in other.numbers {
        if !known(&first.numbers, &number) {
            first.numbers.push(number);
        }
    }
    for email in other.emails {
        if !first.emails.contains(&email) {
            first.emails.push(email);
        }
    }
    if first.place == Place::default() {
        first.place = other.place;
    }
    if first.note.is_empty() {
        first.note = other.note;
    }
}
