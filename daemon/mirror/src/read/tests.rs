use std::time::SystemTime;

use serde_json::{Value, json};

use crate::{Failure, Fetched, Kind, Notice, Problem, Scope, Source};

fn read(kind: Kind, answer: Value) -> (Result<usize, Failure>, Fetched) {
    let mut fetched = Fetched::new(SystemTime::UNIX_EPOCH);
    let end = fetched.read(&Scope::all(kind), Source::V2, answer);
    (end, fetched)
}

fn ids(fetched: &Fetched) -> Vec<&str> {
    fetched.documents.iter().map(|d| d.key.id.as_str()).collect()
}

#[test]
fn lists_come_bare_or_as_items() {
    for answer in [json!([{"id": "g0"}]), json!({"items": [{"id": "g0"}], "totalCount": 1})] {
        let (end, fetched) = read(Kind::Group, answer);
        assert_eq!((end, ids(&fetched)), (Ok(1), vec!["g0"]));
    }
}

#[test]
fn an_answer_without_its_list_is_no_empty_list() {
    for answer in [json!({}), json!({"items": null}), json!("sorry"), json!(null), json!({"errors": []})] {
        assert_eq!(read(Kind::Group, answer).0, Err(Failure::Unreadable));
    }
    assert_eq!(read(Kind::Group, json!({"items": []})).0, Ok(0));
}

#[test]
fn every_kind_of_id_is_found() {
    for (kind, object, id) in [
        (Kind::Address, json!({"addressId": 88}), "88"),
        (Kind::Number, json!({"e164Number": "+4930555010"}), "+4930555010"),
        (Kind::Number, json!({"number": "+4930555010", "type": ["work"]}), "+4930555010"),
        (Kind::Blocked, json!({"phoneNumber": "+4930", "isBlock": true}), "+4930*"),
        (Kind::Blocked, json!({"phoneNumber": "+4930", "isBlock": false}), "+4930"),
        (Kind::CallRestriction, json!({"userId": "w0", "charged": true}), "w0"),
    ] {
        assert_eq!(ids(&read(kind, json!([object])).1), [id]);
    }
    assert_eq!(ids(&read(Kind::CallRestriction, json!({"userId": "w0"})).1), ["w0"]);
    assert_eq!(ids(&read(Kind::Balance, json!({"amount": 1})).1), ["balance"]);
}

#[test]
fn an_object_without_a_usable_id_is_a_notice_only() {
    for bad in [
        json!({}),
        json!({"id": ""}),
        json!({"id": ["g0"]}),
        json!({"id": "g\n0"}),
        json!({"id": "g".repeat(200)}),
    ] {
        let (end, fetched) = read(Kind::Group, json!([bad, {"id": "g1"}]));
        assert_eq!((end, ids(&fetched)), (Ok(2), vec!["g1"]));
        assert!(fetched.notices.contains(&Notice::new(Kind::Group, "", Problem::NoId)));
    }
}

#[test]
fn a_block_brings_its_members_along() {
    let block = json!({"e164Number": "+493055501", "type": "GERMAN_LANDLINE_BLOCK", "routing": {"targetId": "g0"},
        "numbers": [{"e164Number": "+4930555010", "type": "GERMAN_LANDLINE", "routing": null},
                    {"e164Number": "+4930555011", "type": "GERMAN_LANDLINE", "routing": {"targetId": "e1"}}]});
    let (end, fetched) = read(Kind::Number, json!([block]));
    assert_eq!(end, Ok(1));
    let routed = |at: usize| fetched.documents[at].body.read()["routing"]["targetId"].clone();
    assert_eq!(ids(&fetched), ["+493055501", "+4930555010", "+4930555011"]);
    assert_eq!((routed(1), routed(2)), (json!("g0"), json!("e1")));
}

#[test]
fn a_field_nobody_knows_is_kept_and_said_once() {
    let group = |id: &str| json!({"id": id, "alias": "Zentrale", "mood\r\n": "good"});
    let (_, fetched) = read(Kind::Group, json!([group("g0"), group("g1")]));
    assert_eq!(fetched.documents[0].body.read()["mood\r\n"], "good");
    let notices: Vec<String> = fetched.notices.iter().map(ToString::to_string).collect();
    assert_eq!(notices, ["this version does not know the field mood?? of a group; it is kept unused"]);
}

#[test]
fn what_is_too_large_is_left_out_and_spoils_completeness() {
    let (end, fetched) =
        read(Kind::Contact, json!([{"id": "1", "picture": "x".repeat(70_000)}, {"id": "2"}]));
    assert_eq!((end, ids(&fetched)), (Err(Failure::TooLarge), vec!["2"]));
}
