use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::plan;
use crate::{Documents, Failure, Fetched, Key, Kind, Outcome, Problem, Scope, Source};

const NOON: SystemTime = SystemTime::UNIX_EPOCH;

fn later(seconds: u64) -> SystemTime {
    NOON + Duration::from_secs(seconds)
}

/// One sync: each question with its source and answer, all of them complete.
fn fetched(at: SystemTime, answers: &[(Scope, Source, Value)]) -> Fetched {
    let mut fetched = Fetched::new(at);
    for (scope, source, answer) in answers {
        fetched.read(scope, *source, answer.clone()).unwrap();
        fetched.conclude(scope.clone(), Outcome::Complete);
    }
    fetched
}

fn users(ids: &[&str]) -> (Scope, Source, Value) {
    let items: Vec<Value> = ids.iter().map(|id| json!({"id": id, "lastname": "Muster"})).collect();
    (Scope::all(Kind::User), Source::V2, json!({ "items": items }))
}

fn devices(owner: &str, ids: &[&str]) -> (Scope, Source, Value) {
    let device = |id: &&str| {
        json!({"id": id, "alias": "Empfang", "type": "REGISTER",
               "credentials": {"username": format!("7654321{id}"), "password": format!("geheim-{id}")}})
    };
    let items: Vec<Value> = ids.iter().map(device).collect();
    (Scope::of(Kind::Device, owner), Source::V2, json!({ "items": items }))
}

fn failed(mut fetched: Fetched, scope: Scope) -> Fetched {
    fetched.conclude(scope, Outcome::Failed(Failure::Status(500)));
    fetched
}

fn known(answers: &[(Scope, Source, Value)]) -> Documents {
    let mut known = Documents::default();
    known.apply(plan(&known, &fetched(NOON, answers)));
    known
}

fn key(kind: Kind, id: &str) -> Key {
    Key { kind, id: id.into() }
}

#[test]
fn a_second_look_at_the_same_account_changes_nothing() {
    let office = [users(&["w0", "w1"]), devices("w0", &["e0"]), devices("w1", &["e1"])];
    let known = known(&office);
    assert!(plan(&known, &fetched(later(60), &office)).is_empty());
    assert!(known.iter().all(|document| document.seen == NOON));
}

#[test]
fn what_a_complete_answer_no_longer_lists_is_gone() {
    let known = known(&[users(&["w0", "w1"]), devices("w0", &["e0", "e2"]), devices("w1", &["e1"])]);
    let plan = plan(&known, &fetched(later(60), &[users(&["w0"]), devices("w0", &["e0"])]));
    assert_eq!(plan.gone, [key(Kind::User, "w1"), key(Kind::Device, "e1"), key(Kind::Device, "e2")]);
}

#[test]
fn an_absent_or_failed_answer_takes_nothing_away() {
    let known = known(&[users(&["w0", "w1"]), devices("w0", &["e0"]), devices("w1", &["e1"])]);
    let mut absent = fetched(later(60), &[users(&["w0", "w1"])]);
    absent.conclude(Scope::of(Kind::Device, "w0"), Outcome::Absent);
    absent.conclude(Scope::of(Kind::Device, "w1"), Outcome::Absent);
    assert!(plan(&known, &absent).is_empty());
    assert!(plan(&known, &failed(fetched(later(60), &[]), Scope::all(Kind::User))).is_empty());
}

#[test]
fn a_phone_that_moved_to_a_user_whose_question_failed_stays() {
    let known = known(&[users(&["w0", "w1"]), devices("w0", &["e0", "e1"])]);
    let half = fetched(later(60), &[users(&["w0", "w1"]), devices("w0", &["e0"])]);
    assert!(plan(&known, &failed(half, Scope::of(Kind::Device, "w1"))).gone.is_empty());
}

#[test]
fn a_phone_that_moved_is_put_under_its_new_owner() {
    let known = known(&[users(&["w0", "w1"]), devices("w0", &["e0"]), devices("w1", &[])]);
    let plan = plan(
        &known,
        &fetched(later(60), &[users(&["w0", "w1"]), devices("w0", &[]), devices("w1", &["e0"])]),
    );
    assert_eq!(plan.put[0].owner.as_deref(), Some("w1"));
    assert!(plan.gone.is_empty());
}

#[test]
fn the_newer_interface_completes_the_documented_one() {
    let scope = Scope::of(Kind::Device, "w0");
    let v2 = json!({"items": [{"id": "e0", "alias": "Empfang"}]});
    let v3 = json!([{"id": "e0", "alias": "other", "sipCredentials": {"username": "7654321e0", "password": "geheim"}}]);
    let known = known(&[(scope.clone(), Source::V3, v3), (scope, Source::V2, v2)]);
    let phone = known.find(&key(Kind::Device, "e0")).unwrap();
    assert_eq!(phone.body.read()["alias"], "Empfang");
    assert_eq!(phone.body.read()["sipCredentials"]["username"], "7654321e0");
    assert_eq!(phone.secret.as_ref().unwrap().expose(), "geheim");
}

#[test]
fn a_phone_told_without_its_login_keeps_it() {
    let known = known(&[devices("w0", &["e0"])]);
    let bare = json!({"items": [{"id": "e0", "alias": "Empfang", "type": "REGISTER"}]});
    let plan = plan(&known, &fetched(later(60), &[(Scope::of(Kind::Device, "w0"), Source::V2, bare)]));
    assert!(plan.is_empty(), "{plan:?}");
}

#[test]
fn a_new_password_is_a_change() {
    let known = known(&[devices("w0", &["e0"])]);
    let (scope, source, mut answer) = devices("w0", &["e0"]);
    answer["items"][0]["credentials"]["password"] = json!("neu");
    let plan = plan(&known, &fetched(later(60), &[(scope, source, answer)]));
    assert_eq!(plan.put[0].secret.as_ref().unwrap().expose(), "neu");
    assert!(!format!("{plan:?}").contains("neu"));
}

fn some_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        "[a-z]{1,8}",
        Just("id".to_owned()),
        Just("items".to_owned()),
        Just("password".to_owned())
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[wepg][0-9]".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(word.clone(), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn some_object() -> impl Strategy<Value = Value> {
    let id = prop_oneof!["[wepg][0-3]", "[0-3]"];
    (id, some_json(), some_json())
        .prop_map(|(id, alias, more)| json!({"id": id, "alias": alias, "more": more}))
}

fn some_kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(Kind::ALL)
}

fn some_outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        4 => Just(Outcome::Complete),
        1 => Just(Outcome::Absent),
        1 => Just(Outcome::Failed(Failure::Unreachable))
    ]
}

/// A whole sync of odd answers.
fn some_sync() -> impl Strategy<Value = Vec<(Scope, Source, Vec<Value>, Outcome)>> {
    let owner = prop::option::of("w[0-2]");
    let source = prop_oneof![Just(Source::V2), Just(Source::V3)];
    let answer = (some_kind(), owner, source, prop::collection::vec(some_object(), 0..5), some_outcome());
    prop::collection::vec(answer.prop_map(|(kind, owner, s, v, o)| (Scope { kind, owner }, s, v, o)), 0..8)
}

fn carried_out(sync: &[(Scope, Source, Vec<Value>, Outcome)], at: SystemTime) -> Fetched {
    let mut fetched = Fetched::new(at);
    for (scope, source, items, outcome) in sync {
        let _listed = fetched.read(scope, *source, Value::from(items.clone()));
        fetched.conclude(scope.clone(), *outcome);
    }
    fetched
}

fn contents(known: &Documents) -> BTreeMap<Key, String> {
    known
        .iter()
        .map(|d| (d.key.clone(), format!("{:?} {} {:?}", d.owner, d.body.as_str(), d.source)))
        .collect()
}

proptest! {
    #[test]
    fn a_plan_carried_out_leaves_nothing_to_do(before in some_sync(), now in some_sync()) {
        let mut known = Documents::default();
        known.apply(plan(&known, &carried_out(&before, NOON)));
        let fetched = carried_out(&now, later(60));
        known.apply(plan(&known, &fetched));
        prop_assert!(plan(&known, &fetched).is_empty());
    }

    #[test]
    fn the_order_of_the_answers_does_not_matter(before in some_sync(), now in some_sync()) {
        let mut known = Documents::default();
        known.apply(plan(&known, &carried_out(&before, NOON)));
        let mut turned = now.clone();
        turned.reverse();
        turned.iter_mut().for_each(|(_, _, items, _)| items.reverse());
        let mut other = known.clone();
        known.apply(plan(&known, &carried_out(&now, later(60))));
        other.apply(plan(&other, &carried_out(&turned, later(60))));
        prop_assert_eq!(contents(&known), contents(&other));
    }

    #[test]
    fn nothing_is_taken_away_on_failure(before in some_sync(), mut now in some_sync()) {
        let mut known = Documents::default();
        known.apply(plan(&known, &carried_out(&before, NOON)));
        now.iter_mut().for_each(|(_, _, _, outcome)| *outcome = Outcome::Failed(Failure::TooSlow));
        prop_assert!(plan(&known, &carried_out(&now, later(60))).gone.is_empty());
    }

    #[test]
    fn no_answer_stops_the_mirror(kind in some_kind(), answer in some_json()) {
        let mut fetched = Fetched::new(NOON);
        let _listed = fetched.read(&Scope::of(kind, "w0"), Source::V3, answer);
        let mut known = Documents::default();
        known.apply(plan(&known, &fetched));
        let _account = crate::assemble(&known);
    }
}

#[test]
fn two_objects_under_one_id_leave_a_notice_and_one_of_them() {
    let twice = json!([{"id": "g0", "alias": "Verkauf"}, {"id": "g0", "alias": "Einkauf"}]);
    let plan = plan(&Documents::default(), &fetched(NOON, &[(Scope::all(Kind::Group), Source::V2, twice)]));
    assert_eq!(plan.put.len(), 1);
    assert!(plan.notices.iter().any(|n| n.problem == Problem::Twice && n.kind == Kind::Group));
}
