//! E20: priority is asked for only where that is known to be understood; `e08_telling_the_place` shows where it is.

use super::e08_telling_the_place::{calls_112, office};

#[test]
fn e20_a_provider_that_is_not_known_to_understand_gets_neither_place_nor_priority() {
    let mut office = office(&["other.example"]);
    let there = calls_112(&mut office);
    assert!(!there.invite.0.contains("eolocation") && !there.invite.0.contains("Resource-Priority"));
    assert!(there.invite.body().starts_with("v=0"));
    assert_eq!(there.invite.header("Priority"), "emergency");
}
