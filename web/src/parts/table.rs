//! Many things of a kind: sorted, searched and paged by the box.

use askama::Template;

use super::{Cell, Wish};
use crate::shell::Shell;
use crate::words::Lang;

/// Rows on one page.
const ROWS: usize = 50;
/// Below this nobody needs a search.
const WORTH_SEARCHING: usize = 8;

/// One column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// In addresses: `sort=name`.
    key: &'static str,
    title: &'static str,
    /// How wide, and on which side its words stand.
    class: &'static str,
}

impl Column {
    pub(crate) const fn new(key: &'static str, title: &'static str) -> Self {
        Self { key, title, class: "" }
    }

    /// Short things, such as extensions and counts.
    pub(crate) const fn narrow(self) -> Self {
        Self { class: "narrow", ..self }
    }

    /// Numbers and times, at the right edge.
    pub(crate) const fn end(self) -> Self {
        Self { class: "end", ..self }
    }
}

/// Many things of a kind. The first column names the thing.
#[derive(Template)]
#[template(path = "parts/table.html")]
pub(crate) struct Table {
    t: Lang,
    title: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    wish: Wish,
    /// Before searching.
    all: usize,
    /// After it.
    found: usize,
    empty: String,
    searchable: bool,
    /// Where a list that is read from the disk goes on.
    older: Option<String>,
    /// Whether its title says how many there are.
    counted: bool,
}

impl Table {
    /// A table that follows the reader's wishes; one to a page.
    pub(crate) fn new(shell: &Shell, title: impl Into<String>, columns: impl Into<Vec<Column>>) -> Self {
        Self {
            t: shell.t,
            title: title.into(),
            columns: columns.into(),
            rows: Vec::new(),
            wish: shell.wish.clone(),
            all: 0,
            found: 0,
            empty: String::new(),
            searchable: true,
            older: None,
            counted: true,
        }
    }

    /// A table beside the main one: as it is, not searched, not sorted.
    pub(crate) fn plain(t: Lang, title: impl Into<String>, columns: impl Into<Vec<Column>>) -> Self {
        let wish = Wish { page: 1, ..Wish::default() };
        let (rows, empty) = (Vec::new(), String::new());
        let (title, columns) = (title.into(), columns.into());
        let (searchable, older, counted) = (false, None, true);
        Self { t, title, columns, rows, wish, all: 0, found: 0, empty, searchable, older, counted }
    }

    pub(crate) fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(Row { id: String::new(), cells: cells.into() });
    }

    /// A row that the live stream keeps current under its id.
    pub(crate) fn live(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What is said when there is no row at all.
    pub(crate) fn or_else(mut self, empty: impl Into<String>) -> Self {
        self.empty = empty.into();
        self
    }

    /// Of one thing from several sides: nobody wants to know how many rows that takes.
    pub(crate) fn uncounted(self) -> Self {
        Self { counted: false, ..self }
    }

    /// Where older things stand.
    pub(crate) fn older(mut self, address: Option<String>) -> Self {
        self.older = address;
        self
    }

    /// Does what the reader wishes; call once, when every row is there.
    pub(crate) fn done(mut self) -> Self {
        self.all = self.rows.len();
        if !self.searchable {
            self.found = self.all;
            return self;
        }
        let words = self.wish.words.to_lowercase();
        if !words.is_empty() {
            self.rows.retain(|row| row.cells.iter().any(|cell| cell.says(&words)));
        }
        self.found = self.rows.len();
        self.sort();
        self.wish.page = self.wish.page.min(self.pages());
        self.rows = self.rows.into_iter().skip((self.wish.page - 1) * ROWS).take(ROWS).collect();
        self
    }

    fn sort(&mut self) {
        let Some((key, backwards)) = self.wish.sort.clone() else { return };
        let Some(column) = self.place(&key) else { return };
        self.rows.sort_by(|one, other| {
            let [one, other] = [one, other].map(|row| row.cells.get(column).unwrap_or(&Cell::None));
            one.order(other)
        });
        if backwards {
            self.rows.reverse();
        }
    }

    fn place(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.key == key)
    }

    fn pages(&self) -> usize {
        self.found.div_ceil(ROWS).max(1)
    }

    fn is_searchable(&self) -> bool {
        self.searchable && (self.all >= WORTH_SEARCHING || !self.wish.words.is_empty())
    }

    /// Where a click on a column's title leads: sorted by it, then backwards.
    fn sorting(&self, column: &Column) -> String {
        let backwards = matches!(&self.wish.sort, Some((key, false)) if key == column.key);
        Wish { sort: Some((column.key.to_owned(), backwards)), page: 1, ..self.wish.clone() }.address()
    }

    /// WAI-ARIA 1.2 aria-sort.
    fn sorted(&self, column: &Column) -> &'static str {
        match &self.wish.sort {
            Some((key, true)) if key == column.key => "descending",
            Some((key, false)) if key == column.key => "ascending",
            _ => "none",
        }
    }

    fn page(&self, page: usize) -> String {
        Wish { page, ..self.wish.clone() }.address()
    }

    fn earlier(&self) -> Option<String> {
        (self.wish.page > 1).then(|| self.page(self.wish.page - 1))
    }

    fn later(&self) -> Option<String> {
        (self.wish.page < self.pages()).then(|| self.page(self.wish.page + 1))
    }

    fn shown<'a>(&'a self, row: &'a Row) -> RowPart<'a> {
        RowPart { columns: &self.columns, row }
    }
}

/// One thing of many.
pub(crate) struct Row {
    /// Of its element; empty when nothing changes it while the page is open.
    pub(crate) id: String,
    pub(crate) cells: Vec<Cell>,
}

/// A row under its columns.
#[derive(Template)]
#[template(path = "parts/row.html")]
pub(crate) struct RowPart<'a> {
    pub(crate) columns: &'a [Column],
    pub(crate) row: &'a Row,
}

impl RowPart<'_> {
    fn cells(&self) -> impl Iterator<Item = (&Column, &Cell)> {
        self.columns.iter().zip(&self.row.cells)
    }
}
