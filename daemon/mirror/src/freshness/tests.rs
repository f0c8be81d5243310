use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::{Freshness, State, freshness};
use crate::{Failure, Fetched, Kind, Outcome, Scope};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn sync(
    seconds: u64,
    before: &BTreeMap<Kind, Freshness>,
    ends: &[(Scope, Outcome)],
) -> BTreeMap<Kind, Freshness> {
    let mut fetched = Fetched::new(at(seconds));
    for (scope, outcome) in ends {
        fetched.conclude(scope.clone(), *outcome);
    }
    freshness(before, &fetched)
}

#[test]
fn a_failure_remembers_when_it_began_and_when_all_was_well() {
    let scope = Scope::all(Kind::User);
    let mut known = sync(100, &BTreeMap::new(), &[(scope.clone(), Outcome::Complete)]);
    for (seconds, why) in [(200, Failure::Unreachable), (300, Failure::Status(500))] {
        known = sync(seconds, &known, &[(scope.clone(), Outcome::Failed(why))]);
    }
    let state = State::Failed { since: Some(at(200)), why: Failure::Status(500) };
    assert_eq!(known[&Kind::User], Freshness { at: Some(at(100)), state });
}

#[test]
fn absence_is_dated_and_ends_when_the_feature_comes() {
    let scope = Scope::all(Kind::Channel);
    let mut known = sync(100, &BTreeMap::new(), &[(scope.clone(), Outcome::Absent)]);
    known = sync(200, &known, &[(scope.clone(), Outcome::Absent)]);
    assert_eq!(known[&Kind::Channel].state, State::Absent { since: Some(at(100)) });
    known = sync(300, &known, &[(scope, Outcome::Complete)]);
    assert_eq!(known[&Kind::Channel].state, State::Complete);
}

#[test]
fn one_user_s_failure_is_the_kind_s_failure_but_one_user_s_absence_is_not() {
    let of = |user: &str| Scope::of(Kind::Faxline, user);
    let failed = Outcome::Failed(Failure::TooSlow);
    let all = sync(
        1,
        &BTreeMap::new(),
        &[(of("w0"), Outcome::Complete), (of("w1"), failed), (of("w2"), Outcome::Absent)],
    );
    assert!(matches!(all[&Kind::Faxline].state, State::Failed { .. }));
    let some = sync(1, &BTreeMap::new(), &[(of("w0"), Outcome::Absent), (of("w1"), Outcome::Complete)]);
    assert_eq!(some[&Kind::Faxline].state, State::Complete);
}

#[test]
fn it_survives_the_disk() {
    let scope = Scope::all(Kind::User);
    let known = sync(100, &BTreeMap::new(), &[(scope, Outcome::Failed(Failure::Status(503)))]);
    let text = serde_json::to_string(&known).unwrap();
    assert_eq!(text, r#"{"user":{"at":null,"state":"failed","since":100,"why":{"status":503}}}"#);
    assert_eq!(serde_json::from_str::<BTreeMap<Kind, Freshness>>(&text).unwrap(), known);
}
