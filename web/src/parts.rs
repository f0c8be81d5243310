//! What pages are put together from. A page says what there is to see; how it looks stands here and in one style sheet.
//!
//! ```text
//!   Page ── title, lead, Mode badges, "as of", link to the cloud
//!     ├── Note     something to know or mend
//!     ├── Facts    a few things with their names
//!     ├── Form     something to fill in
//!     ├── Table    many things: sorted, searched and paged here, so that it works without a script
//!     └── Empty    nothing yet, and why
//! ```
//!
//! Every text that goes in is escaped on its way out.

#[expect(unused_qualifications, reason = "askama writes the name of an enum in full")]
mod cell;
mod form;
mod page;
mod table;
mod wish;

pub(crate) use cell::{Cell, Tone};
pub(crate) use form::{Asks, Field, Form};
pub(crate) use page::{Mode, Page};
pub(crate) use table::{Column, Row, RowPart, Table};
pub(crate) use wish::{Wish, escaped};

use askama::Template;

/// A few things with their names.
#[derive(Template)]
#[template(path = "parts/facts.html")]
pub(crate) struct Facts {
    title: String,
    facts: Vec<(String, Cell)>,
}

impl Facts {
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), facts: Vec::new() }
    }

    pub(crate) fn fact(mut self, name: impl Into<String>, value: Cell) -> Self {
        self.facts.push((name.into(), value));
        self
    }

    /// The same, when there is something to say.
    pub(crate) fn known(self, name: impl Into<String>, value: Option<Cell>) -> Self {
        match value {
            Some(value) => self.fact(name, value),
            None => self,
        }
    }
}

/// Something to know or mend.
#[derive(Template)]
#[template(path = "parts/note.html")]
pub(crate) struct Note {
    pub(crate) tone: Tone,
    /// What it is about, in a word or two.
    pub(crate) kind: String,
    pub(crate) what: String,
    /// More about it, or what to do; may be empty.
    pub(crate) more: String,
    /// Where to go on: address and words.
    pub(crate) link: Option<(String, String)>,
}

/// A place where nothing is yet, and why.
#[derive(Template)]
#[template(path = "parts/empty.html")]
pub(crate) struct Empty {
    title: String,
    what: String,
    more: String,
}

impl Empty {
    pub(crate) fn new(title: impl Into<String>, what: impl Into<String>, more: impl Into<String>) -> Self {
        Self { title: title.into(), what: what.into(), more: more.into() }
    }
}

/// Ready-made markup of ours, such as a drawing.
#[derive(Template)]
#[template(path = "parts/figure.html")]
pub(crate) struct Figure {
    pub(crate) title: String,
    pub(crate) drawing: String,
}

/// The same place seen from several sides.
#[derive(Template)]
#[template(path = "parts/tabs.html")]
pub(crate) struct Tabs {
    title: &'static str,
    tabs: Vec<(&'static str, &'static str, bool)>,
}

impl Tabs {
    pub(crate) const fn new(title: &'static str) -> Self {
        Self { title, tabs: Vec::new() }
    }

    pub(crate) fn tab(mut self, href: &'static str, words: &'static str, here: bool) -> Self {
        self.tabs.push((href, words, here));
        self
    }
}
