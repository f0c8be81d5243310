//! A mailbox of the house, without what lies in it: that is its people's alone.

use serde::Serialize;

/// Whose it is and how much lies in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Mailbox {
    /// `v0`
    pub id: String,
    /// Its name.
    pub alias: String,
    /// Who may listen to it, by id.
    pub people: Vec<String>,
    /// Messages that nobody has listened to.
    pub new: usize,
    /// Messages that somebody has.
    pub old: usize,
    /// Whether it takes no further message.
    pub full: bool,
    /// Whether it greets with a sound of its own.
    pub greeting: bool,
    /// Grows with whatever happens to what lies in it.
    #[serde(skip)]
    pub edition: u64,
}

impl Mailbox {
    /// Whether it is one of this person's.
    #[must_use]
    pub fn is_of(&self, user: &str) -> bool {
        self.people.iter().any(|one| one == user)
    }
}
