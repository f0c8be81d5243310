//! E18: the account takes an address away, or doubts it. What was bound to it stays bound, and it is marked; the line that stood
//! for it is no longer believed to say where a caller stands (`lines/tests.rs`), which the check of every minute finds.

use super::tests::account;
use super::{Change, Facts};
use crate::{
    bindings::Key,
    place::{CloudState, LocationId},
};

#[test]
fn e18_an_address_the_account_took_away_stays_and_is_marked() {
    let facts = Facts::default().beside(&account(&[("1", "SUCCESS")]));
    let bound = facts.changed(Change::Bind(Key::read("vlan", "20").unwrap(), LocationId(1))).unwrap();
    for (now, state) in
        [(account(&[]), CloudState::Removed), (account(&[("1", "PENDING")]), CloudState::Pending)]
    {
        let after = bound.beside(&now);
        assert_eq!(after.places[0].cloud.as_ref().unwrap().state, state);
        assert_eq!((after.bindings.clone(), after.default), (bound.bindings.clone(), bound.default));
        assert_eq!(after.beside(&account(&[("1", "SUCCESS")])), bound, "and all is well when it is back");
    }
}
