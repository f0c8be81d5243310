//! All lines taken: which call makes room for one that calls for help.

use std::time::Instant;

/// What kind of call holds a channel.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Holding {
    /// Between two phones of the house: it holds no line.
    Internal,
    /// Out of the house.
    Outgoing,
    /// Into the house.
    Incoming,
    /// A call for help, or a control centre calling back.
    Help,
}

/// A call that is up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Running<C> {
    /// Which call.
    pub call: C,
    /// What kind.
    pub holding: Holding,
    /// Since when.
    pub since: Instant,
}

/// The call to end: the youngest ordinary one out of the house, else the youngest into it. Calls inside the house and
/// calls for help stay.
pub fn make_room<C: Copy + Ord>(running: &[Running<C>]) -> Option<C> {
    let youngest = |holding: Holding| {
        let mine = running.iter().filter(move |one| one.holding == holding);
        mine.max_by_key(|one| (one.since, one.call)).map(|one| one.call)
    };
    youngest(Holding::Outgoing).or_else(|| youngest(Holding::Incoming))
}

#[cfg(test)]
mod tests;
