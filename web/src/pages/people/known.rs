//! What the box says of a staff list, in types.

use serde::Deserialize;

/// The table, and those who were handed over.
#[derive(Default, Deserialize)]
pub(super) struct People {
    pub(super) rows: Vec<Row>,
    /// Everything is right.
    pub(super) green: bool,
    pub(super) waiting: Vec<Person>,
}

/// One person of the table.
#[derive(Deserialize)]
pub(super) struct Row {
    /// The row of the file; the first is 1.
    pub(super) number: u32,
    pub(super) cells: Vec<Cell>,
}

#[derive(Deserialize)]
pub(super) struct Cell {
    /// `given`, `email`.
    pub(super) column: String,
    pub(super) text: String,
    /// Name of what is wrong.
    pub(super) why: Option<String>,
    /// The row it concerns besides its own.
    pub(super) other_row: Option<u32>,
}

/// Somebody who was handed to the cloud.
#[derive(Deserialize)]
pub(super) struct Person {
    pub(super) email: String,
    pub(super) given: String,
    pub(super) family: String,
    pub(super) extension: Option<String>,
    pub(super) location: Option<String>,
    /// Is in the account and has everything.
    pub(super) done: bool,
}

impl Row {
    pub(super) fn is_wrong(&self) -> bool {
        self.cells.iter().any(|cell| cell.why.is_some())
    }
}
