//! What leaves once every cell is right, and what waits here.

use std::io::{self, Write};

use account::Extension;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sheet::{Cell, Dialect, csv};

use super::{Column, Review, ReviewRow, hardware_address};

/// The answer was not a list of people.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the directory's answer is not a list of people")]
pub struct NotAList;

/// Some cell is still wrong; nothing leaves.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0} cells are still wrong")]
pub struct NotReady(pub usize);

/// What one person gets on the box as soon as the cloud knows them.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Assignment {
    /// The address they log in with, in small letters; by it the person is recognised.
    pub email: String,
    /// Given name.
    pub given: String,
    /// Family name.
    pub family: String,
    /// Short number.
    pub extension: Option<Extension>,
    /// Name of the location.
    pub location: Option<String>,
    /// Hardware address of the phone, twelve digits in small letters.
    pub device: Option<String>,
    /// The person appeared in the account and everything above was carried out.
    pub done: bool,
}

/// A list that was all right, to be kept until everybody has arrived.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct HandOff {
    /// The same for the same people and cells, in whatever order and file they came: an upload repeated goes on where the
    /// first one stopped.
    pub fingerprint: String,
    /// Everybody, by address.
    pub people: Vec<Assignment>,
}

impl HandOff {
    /// Takes a table over.
    ///
    /// # Errors
    /// While any cell is wrong, or nobody is in it.
    pub fn new(review: &Review) -> Result<Self, NotReady> {
        if !review.is_green() {
            let cells = review.rows.iter().flat_map(|row| &row.cells);
            return Err(NotReady(cells.filter(|cell| cell.fault.is_some()).count()));
        }
        let mut people: Vec<Assignment> = review.rows.iter().map(assignment).collect();
        people.sort_by(|one, other| one.email.cmp(&other.email));
        Ok(Self { fingerprint: fingerprint(&people), people })
    }

    /// Goes on with what was already done of the same list.
    #[must_use]
    pub fn resumed(mut self, before: &Self) -> Self {
        if self.fingerprint == before.fingerprint {
            self.people.clone_from(&before.people);
        }
        self
    }

    /// The file for the cloud's own import: everybody who has not arrived yet.
    ///
    /// # Errors
    /// When `out` takes no more.
    pub fn cloud(&self, out: &mut impl Write) -> io::Result<()> {
        let heading = ["firstname", "lastname", "email"].map(Cell::from).to_vec();
        let waiting = self.people.iter().filter(|person| !person.done);
        let rows = waiting.map(|person| {
            [&person.given, &person.family, &person.email].map(|t| Cell::from(t.as_str())).to_vec()
        });
        csv(out, Dialect::Rfc4180, std::iter::once(heading).chain(rows))
    }

    /// Those who wait here and whose address the account now has: carry out what they get, then say [`HandOff::done`].
    pub fn arrived<'a>(&'a self, emails: &'a [String]) -> impl Iterator<Item = &'a Assignment> {
        let known =
            |person: &&Assignment| emails.iter().any(|email| email.eq_ignore_ascii_case(&person.email));
        self.people.iter().filter(|person| !person.done).filter(known)
    }

    /// Remembers that a person has everything.
    pub fn done(&mut self, email: &str) {
        let found = self.people.iter_mut().find(|person| person.email.eq_ignore_ascii_case(email));
        found.into_iter().for_each(|person| person.done = true);
    }
}

fn assignment(row: &ReviewRow) -> Assignment {
    let filled = |column| Some(row.text(column).to_owned()).filter(|text| !text.is_empty());
    Assignment {
        email: row.text(Column::Email).to_lowercase(),
        given: row.text(Column::Given).to_owned(),
        family: row.text(Column::Family).to_owned(),
        extension: row.text(Column::Extension).parse().ok(),
        location: filled(Column::Location),
        device: hardware_address(row.text(Column::Device)),
        done: false,
    }
}

/// SHA-256 over every cell with its length in front, so that no cell can pass for two.
fn fingerprint(people: &[Assignment]) -> String {
    let mut hash = Sha256::new();
    for person in people {
        let extension = person.extension.as_ref().map(Extension::as_str);
        let [location, device] = [&person.location, &person.device].map(Option::as_deref);
        for cell in [
            Some(person.email.as_str()),
            Some(&person.given),
            Some(&person.family),
            extension,
            location,
            device,
        ] {
            let cell = cell.unwrap_or_default();
            hash.update((cell.len() as u64).to_be_bytes());
            hash.update(cell);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
