//! The registrar: which phone can be reached where (RFC 3261 10.3).
//!
//! ```text
//!   REGISTER, already authenticated ──> register() ──> Registered { changes to store, expiry }
//!                                                 └──> RegisterRefused
//! ```
//!
//! A phone is reached over the very path its REGISTER came on; what its Contact claims as an address is only repeated to it.

mod answer;
pub(crate) mod pending;
mod table;
#[cfg(test)]
mod tests;
mod wishes;

use std::time::{Duration, Instant};

use account::{Binding, Device, SipUser};
use sip::flow::Flow;
use sip::message::Message;

pub use table::Bound;
use table::{Saved, Table};
use wishes::Wishes;

/// A binding lasts this long when the phone does not say (RFC 3261 10.2.1.1 leaves it to us).
pub const DEFAULT_EXPIRES: Duration = Duration::from_secs(3600);
/// A phone may not come back more often than this (RFC 3261 10.3 step 7, 423).
pub const MIN_EXPIRES: Duration = Duration::from_secs(60);
/// A phone that vanished is forgotten after this long at most.
pub const MAX_EXPIRES: Duration = Duration::from_secs(3600);
/// A phone that walks from one access point to the next is heard of this often; its access point counts no longer.
pub const ROAMING_EXPIRES: Duration = Duration::from_secs(300);
/// More places than this for one login is not an office but a leaked password.
pub const MOST_CONTACTS: usize = 10;
/// A Contact longer than this is not a phone's.
const LONGEST_CONTACT: usize = 512;

/// What to write down, in this order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ledger {
    /// The phone can be reached here.
    Bind(Binding),
    /// Not any more.
    Unbind {
        /// Whose binding.
        user: SipUser,
        /// The Contact URI it was for.
        contact: String,
    },
}

/// Why a REGISTER is refused. All of these are the phone's doing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RegisterRefused {
    /// A Contact that cannot be used, or `*` together with anything else.
    BadContact,
    /// It wants to come back more often than [`MIN_EXPIRES`].
    TooBrief,
    /// It is older than what we know (RFC 3261 10.3 step 7).
    OutOfOrder,
    /// One login in more than [`MOST_CONTACTS`] places.
    TooManyContacts,
    /// It means the way it came on, but somebody in between does not keep that way (RFC 5626 6, 439).
    FirstHop,
}

/// All bindings of the house.
#[derive(Debug, Default)]
pub struct Registrar {
    table: Table,
    /// How often the store lost something it had been told.
    losses: u64,
}

impl Registrar {
    /// Applies an authenticated REGISTER for `user`; nothing is changed when it is refused.
    ///
    /// Returns what to write down: nothing for a phone that comes back in time, unchanged, to a binding whose record lasts.
    ///
    /// # Errors
    /// [`RegisterRefused`]
    pub fn register(
        &mut self,
        now: Instant,
        user: &SipUser,
        flow: Flow,
        message: &Message<'_>,
    ) -> Result<Vec<Ledger>, RegisterRefused> {
        let wishes = Wishes::read(message)?;
        let known = self.table.of(user);
        if known.iter().any(|bound| wishes.older_than(bound)) {
            return Err(RegisterRefused::OutOfOrder);
        }
        let places = wishes.added().filter(|wish| !known.iter().any(|bound| wish.replaces(bound))).count();
        if known.len() + places > MOST_CONTACTS && !wishes.forget_all {
            return Err(RegisterRefused::TooManyContacts);
        }
        Ok(self.apply(now, user, flow, &wishes))
    }

    fn apply(&mut self, now: Instant, user: &SipUser, flow: Flow, wishes: &Wishes) -> Vec<Ledger> {
        let bounds = self.table.take(user);
        let (gone, mut stay): (Vec<_>, Vec<_>) = bounds.into_iter().partition(|bound| wishes.end(bound));
        let renewed = |old: &Bound| {
            let stays = stay.iter().any(|other: &Bound| *other.contact == *old.contact);
            stays || wishes.added().any(|wish| *wish.contact == *old.contact)
        };
        let mut ledger: Vec<_> =
            gone.iter().filter(|old| !renewed(old)).map(|old| unbind(user, old)).collect();
        for wish in wishes.added() {
            let old = gone.iter().find(|old| wish.replaces(old));
            let mut bound = wish.bound(now, old.map_or(now, |old| old.since), flow, wishes);
            stay.retain(|twin| !wish.replaces(twin));
            bound.saved = old.and_then(|old| old.covers(&bound, wish.expires, self.losses));
            if bound.saved.is_none() {
                bound.saved = Some(Saved::of(&bound, wish.expires, self.losses));
                ledger.push(Ledger::Bind(bound.record(user, wish.expires)));
            }
            stay.push(bound);
        }
        self.table.put(user, stay);
        ledger
    }

    /// Takes back a binding that an earlier run acknowledged; its connection, if it had one, is gone.
    pub fn restore(&mut self, now: Instant, binding: &Binding) {
        let mut bounds = self.table.take(&binding.user);
        bounds.retain(|bound| *bound.contact != *binding.contact);
        bounds.push(Bound::restored(now, binding));
        self.table.put(&binding.user, bounds);
    }

    /// The store may have lost what it was told: whoever comes back is written down again.
    pub fn distrust_the_store(&mut self) {
        self.losses += 1;
    }

    /// Every place where this login can be reached now.
    #[must_use]
    pub fn of(&self, user: &SipUser) -> &[Bound] {
        self.table.of(user)
    }

    /// Where a call for this login goes: each phone once, over the way that is open and was confirmed last (RFC 5626 5.3).
    pub fn ways(&self, user: &SipUser) -> impl Iterator<Item = &Bound> {
        let all = self.of(user);
        let better = |one: &Bound, other: &Bound| {
            (!one.is_cut(), one.expires_at) > (!other.is_cut(), other.expires_at)
        };
        all.iter().filter(move |bound| {
            let same_phone = |other: &&Bound| bound.reg_id.is_some() && other.instance == bound.instance;
            !all.iter().filter(same_phone).any(|other| better(other, bound))
        })
    }

    /// Whether a device can be reached now.
    #[must_use]
    pub fn registered(&self, device: &Device) -> bool {
        device.credentials.as_ref().is_some_and(|login| !self.of(&login.user).is_empty())
    }

    /// The login that has a binding over exactly this path.
    #[must_use]
    pub fn is_bound_over(&self, user: &SipUser, flow: Flow) -> bool {
        self.of(user).iter().any(|bound| bound.flow == flow)
    }

    /// A connection closed: its bindings stay, but are now reached by connecting to their Contact.
    pub fn closed(&mut self, flow: Flow) {
        self.table.disconnect(flow);
    }

    /// Forgets what has run out and says so for the store.
    pub fn expire(&mut self, now: Instant) -> Vec<Ledger> {
        self.table.expire(now).into_iter().map(|(user, bound)| unbind(&user, &bound)).collect()
    }

    /// Forgets every binding of logins that the account no longer has.
    pub fn keep_only(&mut self, known: impl Fn(&SipUser) -> bool) -> Vec<Ledger> {
        self.table.keep_only(known).into_iter().map(|(user, bound)| unbind(&user, &bound)).collect()
    }

    /// When [`Self::expire`] has something to do.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        self.table.next_expiry()
    }

    /// How many places are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether nobody is registered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn unbind(user: &SipUser, bound: &Bound) -> Ledger {
    Ledger::Unbind { user: user.clone(), contact: bound.contact.to_string() }
}
