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

use std::time::SystemTime;

use askama::Template;
use axum::http::HeaderValue;
use axum::http::header::REFRESH;
use axum::response::Response;

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

/// Something that takes its time, and how far it is.
#[derive(Template)]
#[template(path = "parts/under_way.html")]
pub(crate) struct UnderWay {
    pub(crate) what: String,
    pub(crate) more: &'static str,
    /// In seconds.
    pub(crate) whole: u64,
    pub(crate) so_far: u64,
}

impl UnderWay {
    /// Of the time between `began` and `until`.
    pub(crate) fn between(began: SystemTime, until: SystemTime, now: SystemTime) -> Self {
        let seconds = |to: SystemTime| to.duration_since(began).unwrap_or_default().as_secs();
        let whole = seconds(until).max(1);
        Self { what: String::new(), more: "", whole, so_far: seconds(now).min(whole) }
    }
}

/// While something is under way the page is loaded anew, so that it says how far it is also without a script.
const ANEW: HeaderValue = HeaderValue::from_static("5");

/// Has the browser load the page again while something is under way.
pub(crate) fn kept_current(mut page: Response, busy: bool) -> Response {
    if busy {
        page.headers_mut().insert(REFRESH, ANEW);
    }
    page
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
