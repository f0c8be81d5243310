//! One thing in a table or a list of facts.

use std::cmp::Ordering;
use std::time::SystemTime;

use askama::Template;

use crate::pages::Time;

/// The colour of a word; the word says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tone {
    Good,
    Warn,
    Bad,
    Calm,
}

impl Tone {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Calm => "calm",
        }
    }
}

/// One thing, as it is shown, searched and sorted.
#[derive(Template, Clone)]
#[template(path = "parts/cell.html")]
pub(crate) enum Cell {
    /// Words.
    Text(String),
    /// What it is called, what else is known of it in smaller letters, and where it has a page of its own.
    Name { name: String, more: String, href: Option<String> },
    /// A state.
    Mark { tone: Tone, word: String, more: String },
    /// Short numbers and addresses, set apart by their letters.
    Code(String),
    /// Sorted by the number, shown as written.
    Amount { value: i64, written: String },
    /// A moment, sorted by when it was.
    Moment { at: SystemTime, shown: Time },
    /// Several things with pages of their own: address and words.
    Links(Vec<(String, String)>),
    /// A page outside, opened beside this one.
    Outside { href: String, words: String },
    /// Something to do about the thing: where it is sent, which one, and the words on the button and for those who hear it.
    Button { action: String, id: String, words: &'static str, about: String },
    /// Something to listen to: where it is, its id while nobody has, what it is for those who hear the page, and the words of the
    /// link that keeps it.
    Sound { address: String, unheard: Option<String>, about: String, words: &'static str },
    /// Another one that leads to a page.
    Opens { href: String, what: Box<Self> },
    /// Nothing.
    None,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn name(name: impl Into<String>, more: impl Into<String>) -> Self {
        Self::Name { name: name.into(), more: more.into(), href: None }
    }

    pub(crate) fn link(name: impl Into<String>, more: impl Into<String>, href: impl Into<String>) -> Self {
        Self::Name { name: name.into(), more: more.into(), href: Some(href.into()) }
    }

    pub(crate) fn mark(tone: Tone, word: impl Into<String>) -> Self {
        Self::Mark { tone, word: word.into(), more: String::new() }
    }

    pub(crate) fn count(count: usize) -> Self {
        Self::Amount { value: i64::try_from(count).unwrap_or(i64::MAX), written: count.to_string() }
    }

    /// Whether somebody who looks for these words, in lower case, means this.
    pub(super) fn says(&self, words: &str) -> bool {
        let says = |text: &str| text.to_lowercase().contains(words);
        match self {
            Self::Text(text) | Self::Code(text) => says(text),
            Self::Name { name, more, .. } => says(name) || says(more),
            Self::Mark { word, more, .. } => says(word) || says(more),
            Self::Amount { written, .. } => says(written),
            Self::Links(links) => links.iter().any(|(_, words)| says(words)),
            Self::Outside { words, .. } => says(words),
            Self::Opens { what, .. } => what.says(words),
            Self::Moment { .. } | Self::Button { .. } | Self::Sound { .. } | Self::None => false,
        }
    }

    /// As people sort: numbers by their value, words without regard to capitals, nothing at the end.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Amount { value: one, .. }, Self::Amount { value: other, .. }) => one.cmp(other),
            (Self::Moment { at: one, .. }, Self::Moment { at: other, .. }) => one.cmp(other),
            (Self::Mark { tone: one, word: a, .. }, Self::Mark { tone: other, word: b, .. }) => {
                (one, a).cmp(&(other, b))
            }
            (Self::Opens { what, .. }, other) => what.order(other),
            (one, Self::Opens { what, .. }) => one.order(what),
            _ => {
                let (one, other) = (self.words(), other.words());
                let empty = |text: &str| text.is_empty();
                let number = |text: &str| text.trim_start_matches('+').parse::<u64>().ok();
                empty(&one).cmp(&empty(&other)).then_with(|| match (number(&one), number(&other)) {
                    (Some(one), Some(other)) => one.cmp(&other),
                    _ => one.cmp(&other),
                })
            }
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Text(text) | Self::Code(text) => text.to_lowercase(),
            Self::Name { name, .. } => name.to_lowercase(),
            Self::Mark { word, .. } => word.to_lowercase(),
            Self::Amount { written, .. } => written.to_lowercase(),
            Self::Links(links) => links.first().map(|(_, words)| words.to_lowercase()).unwrap_or_default(),
            Self::Outside { words, .. } => words.to_lowercase(),
            Self::Opens { what, .. } => what.words(),
            Self::Moment { .. } | Self::Button { .. } | Self::Sound { .. } | Self::None => String::new(),
        }
    }
}
