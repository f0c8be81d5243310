//! The table that is looked over, and those who were handed to the cloud.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, State};
use axum::response::Response;

use super::known::{Cell, People, Person, Row};
use super::{HERE, done, say};
use crate::door_pages::form_broken;
use crate::people::{Correction, PeopleAsk};
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;

/// Rows on one page.
const ROWS: usize = 50;
/// People listed of those who were handed over; the file has all who wait.
const LISTED: usize = 100;

/// The table with its wrong cells.
#[derive(Template)]
#[template(path = "parts/people.html")]
pub(super) struct Review<'a> {
    t: Lang,
    people: &'a People,
    /// Place in the table, and the row.
    rows: Vec<(usize, &'a Row)>,
    wrong_rows: usize,
    wrong_cells: usize,
    /// Every row is shown, not only the wrong ones.
    all: bool,
    page: usize,
    pages: usize,
}

/// The part of the table that the reader wishes to see; wrong rows unless all are right or asked for.
pub(super) fn part<'a>(shell: &Shell, people: &'a People) -> Review<'a> {
    let wrong = |row: &&Row| row.is_wrong();
    let cells = people.rows.iter().flat_map(|row| &row.cells);
    let wrong_rows = people.rows.iter().filter(wrong).count();
    let all = people.green || shell.wish.of.as_deref() == Some("all");
    let shown = people.rows.iter().enumerate().filter(|(_, row)| all || row.is_wrong());
    let pages = if all { people.rows.len() } else { wrong_rows }.div_ceil(ROWS).max(1);
    let page = shell.wish.page.min(pages);
    Review {
        t: shell.t,
        people,
        rows: shown.skip((page - 1) * ROWS).take(ROWS).collect(),
        wrong_rows,
        wrong_cells: cells.filter(|cell| cell.why.is_some()).count(),
        all,
        page,
        pages,
    }
}

impl Review<'_> {
    fn title(&self, cell: &Cell) -> &'static str {
        say::column(self.t, &cell.column)
    }

    fn fault(&self, cell: &Cell) -> String {
        say::fault(self.t, cell)
    }

    fn right_rows(&self) -> usize {
        self.people.rows.len() - self.wrong_rows
    }

    fn to(&self, page: usize) -> String {
        let of = if self.all { "of=all&" } else { "" };
        format!("{HERE}?{of}page={page}")
    }
}

/// Those who were handed over, and how many have arrived.
#[derive(Template)]
#[template(path = "parts/handed.html")]
pub(super) struct Handed<'a> {
    t: Lang,
    people: Vec<&'a Person>,
    all: usize,
    arrived: usize,
}

pub(super) fn handed(t: Lang, people: &People) -> Handed<'_> {
    let mut listed: Vec<&Person> = people.waiting.iter().collect();
    listed.sort_by_key(|person| person.done);
    listed.truncate(LISTED);
    let arrived = people.waiting.iter().filter(|person| person.done).count();
    Handed { t, people: listed, all: people.waiting.len(), arrived }
}

/// `POST /users/import/correct`: other texts for the cells `row.column` that were wrong.
pub(super) async fn correct(
    State(app): State<App>,
    shell: Shell,
    sent: Result<Sent<BTreeMap<String, String>>, FormRejection>,
) -> Response {
    let fields = match sent {
        Ok(Sent(fields)) => fields,
        Err(rejected) => return form_broken(shell.t, &rejected),
    };
    let corrections = fields.into_iter().filter_map(|(name, text)| {
        let (row, column) = name.split_once('.')?;
        Some(Correction { row: row.parse().ok()?, column: column.to_owned(), text })
    });
    done(app, shell, PeopleAsk::Correct(corrections.collect())).await
}
