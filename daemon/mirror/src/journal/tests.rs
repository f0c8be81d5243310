use std::time::SystemTime;

use serde_json::{Value, json};

use super::{Choice, Entry, Progress, Reply, Step};
use crate::{Documents, Fetched, Intent, IntentRefused, Kind, Method, Outcome, Scope, Source, plan};

fn known(alias: &str) -> Documents {
    let mut fetched = Fetched::new(SystemTime::UNIX_EPOCH);
    let answers = [
        (Scope::all(Kind::User), json!([{"id": "w0", "admin": true, "busyOnBusy": false, "addressId": "1"}])),
        (Scope::of(Kind::Device, "w0"), json!([{"id": "e0", "alias": alias, "type": "REGISTER"}])),
        (
            Scope::all(Kind::Number),
            json!([{"id": "1", "number": "101", "type": "QUICKDIAL", "endpointId": "p0"}]),
        ),
        (Scope::of(Kind::Forwarding, "p0"), json!({"items": []})),
        (Scope::all(Kind::CallRestriction), json!([{"userId": "w0", "charged": false}])),
    ];
    for (scope, answer) in answers {
        fetched.read(&scope, Source::V2, answer).unwrap();
        fetched.conclude(scope, Outcome::Complete);
    }
    let mut known = Documents::default();
    known.apply(plan(&known, &fetched));
    known
}

fn entry(intent: Value, known: &Documents) -> Entry {
    let intent: Intent = serde_json::from_value(intent).unwrap();
    intent.check(known).unwrap();
    let seen = intent.found(known);
    Entry { id: 1, seen, intent, state: Progress::Waiting, attempts: 0, made: SystemTime::UNIX_EPOCH }
}

/// One of every act there is; a new act has to be added here, or the count below is wrong.
pub(super) fn every_act() -> Vec<Value> {
    vec![
        json!({"act": "device_alias", "device": "e0", "alias": "Empfang"}),
        json!({"act": "device_caller_id", "device": "e0", "number": "+4930555010"}),
        json!({"act": "device_state", "device": "e0", "dnd": true, "address": 88}),
        json!({"act": "device_new", "user": "w0", "alias": "Lager"}),
        json!({"act": "device_gone", "device": "e0"}),
        json!({"act": "device_password", "device": "e0"}),
        json!({"act": "user_role", "user": "w0", "admin": false}),
        json!({"act": "user_busy_on_busy", "user": "w0", "enabled": true}),
        json!({"act": "user_address", "user": "w0", "address": 88}),
        json!({"act": "user_default_device", "user": "w0", "device": "e0"}),
        json!({"act": "number_target", "number": "../history?", "endpoint": "e0"}),
        json!({"act": "extension_new", "user": "w0", "extension": "102"}),
        json!({"act": "extension_gone", "number": "../../history"}),
        json!({"act": "group_new", "alias": "Lager"}),
        json!({"act": "group_gone", "group": "g0"}),
        json!({"act": "group_join", "group": "g0", "device": "e0"}),
        json!({"act": "group_leave", "group": "g0", "device": "e0"}),
        json!({"act": "contact_new", "name": "Kunde Eins", "numbers": ["+4930555099"], "shared": true}),
        json!({"act": "contact_gone", "contact": "/"}),
        json!({"act": "contact_change", "contact": "?", "entry": {"name": "Kunde Zwei", "numbers": ["+4930555098"],
            "emails": ["zwei@example.org"], "organization": [["Muster GmbH", "Einkauf"]], "addresses": [], "shared": true}}),
        json!({"act": "user_gone", "user": "w0"}),
        json!({"act": "unblock", "number": "+4930555", "range": true}),
        json!({"act": "block", "number": "+4930555", "range": true}),
        json!({"act": "restriction", "user": "w0", "what": "charged", "enabled": true}),
        json!({"act": "forwardings", "user": "w0", "line": "p0", "forwardings": []}),
    ]
}

#[test]
fn no_act_reaches_what_wipes_the_history_the_contacts_or_switches_numbers_off() {
    for act in every_act() {
        let request = serde_json::from_value::<Intent>(act.clone()).unwrap().request();
        let path = request.path.strip_prefix("/v2/").or_else(|| request.path.strip_prefix("/v3/")).unwrap();
        let segments: Vec<&str> = path.split('/').collect();
        assert!(segments.iter().all(|segment| !segment.is_empty() && *segment != ".."), "{path}");
        assert!(
            !["history", "addresses", "portings"].contains(&segments[0]) && !path.contains('?'),
            "{path}"
        );
        // Whatever is removed is named: never a whole list.
        assert!(request.method != Method::Delete || segments.len() >= 2 && request.body.is_none(), "{path}");
    }
    assert!(serde_json::from_value::<Intent>(json!({"act": "contact_gone", "contact": ""})).is_err());
}

#[test]
fn what_is_unchanged_is_sent_and_what_is_done_already_is_not() {
    let before = known("Empfang");
    let entry = entry(json!({"act": "device_alias", "device": "e0", "alias": "Tresen"}), &before);
    assert_eq!(entry.look(&before), Step::Send);
    assert_eq!(entry.look(&known("Tresen")), Step::Settle(Progress::Done));
    let conflict = Progress::Conflict { found: json!("Küche") };
    assert_eq!(entry.look(&known("Küche")), Step::Settle(conflict));
}

#[test]
fn a_conflict_is_settled_by_a_choice_only() {
    let theirs = known("Küche");
    let mut entry =
        entry(json!({"act": "device_alias", "device": "e0", "alias": "Tresen"}), &known("Empfang"));
    assert!(!entry.choose(Choice::Mine, &theirs), "nothing to decide yet");
    let Step::Settle(conflict) = entry.look(&theirs) else { panic!() };
    entry.state = conflict;
    let mut other = entry.clone();
    assert!(entry.choose(Choice::Mine, &theirs));
    assert_eq!(entry.look(&theirs), Step::Send);
    assert!(other.choose(Choice::Theirs, &theirs));
    assert_eq!(other.state, Progress::Cancelled);
}

#[test]
fn after_a_power_cut_only_what_is_harmless_goes_on_by_itself() {
    let account = known("Empfang");
    for act in every_act() {
        let intent: Intent = serde_json::from_value(act).unwrap();
        let once = intent.is_once();
        let state = Progress::Sending;
        let mut entry = Entry {
            id: 1,
            seen: intent.found(&account),
            intent,
            state,
            attempts: 1,
            made: SystemTime::UNIX_EPOCH,
        };
        let mut unheard = entry.clone();
        entry.wake();
        unheard.hear(Reply::Unknown);
        assert_eq!(entry.state, unheard.state);
        assert_eq!(entry.state == Progress::Unsure, once, "{entry:?}");
        assert_eq!(entry.is_waiting(), !once);
    }
}

#[test]
fn a_device_that_has_appeared_was_made() {
    let mut entry = entry(json!({"act": "device_new", "user": "w0", "alias": "Lager"}), &known("Empfang"));
    entry.state = Progress::Unsure;
    assert!(!entry.has_appeared(&known("Empfang")));
    assert!(entry.has_appeared(&known("Lager")));
}

#[test]
fn what_the_cloud_would_refuse_is_not_journalled() {
    let account = known("Empfang");
    for (act, why) in [
        (json!({"act": "device_alias", "device": "e9", "alias": "x"}), IntentRefused::NoSuchObject),
        (json!({"act": "device_alias", "device": "e0", "alias": " "}), IntentRefused::OutOfRange),
        (json!({"act": "device_password", "device": "e9"}), IntentRefused::NoSuchObject),
        (json!({"act": "extension_new", "user": "w0", "extension": "110"}), IntentRefused::Reserved),
        (json!({"act": "extension_new", "user": "w0", "extension": "101"}), IntentRefused::Reserved),
        (
            json!({"act": "forwardings", "user": "w0", "line": "p0", "forwardings":
                [{"alias": "", "destination": "v0", "timeout": 601, "active": true}]}),
            IntentRefused::OutOfRange,
        ),
    ] {
        assert_eq!(serde_json::from_value::<Intent>(act.clone()).unwrap().check(&account), Err(why), "{act}");
    }
    assert!(serde_json::from_value::<Intent>(json!({"act": "delete_history"})).is_err());
}

#[test]
fn an_entry_of_the_telephone_book_is_changed_whole_and_a_stranger_s_change_is_seen() {
    let with = |name: &str| {
        let contact = json!([{"id": "c1", "name": name, "numbers": [{"number": "+4930555099", "type": ["work"]}],
                              "emails": [], "addresses": [], "organization": [], "scope": "SHARED"}]);
        let mut fetched = Fetched::new(SystemTime::UNIX_EPOCH);
        fetched.read(&Scope::all(Kind::Contact), Source::V2, contact).unwrap();
        fetched.conclude(Scope::all(Kind::Contact), Outcome::Complete);
        let mut known = Documents::default();
        known.apply(plan(&known, &fetched));
        known
    };
    let change = json!({"act": "contact_change", "contact": "c1", "entry": {"name": "Neu", "numbers": ["+4930555099"],
        "emails": [], "organization": [], "addresses": [], "shared": true}});
    let entry = entry(change, &with("Alt"));
    assert_eq!(entry.look(&with("Alt")), Step::Send);
    assert_eq!(entry.look(&with("Neu")), Step::Settle(Progress::Done));
    assert!(matches!(entry.look(&with("Ganz anders")), Step::Settle(Progress::Conflict { .. })));
}

#[test]
fn an_entry_survives_the_disk() {
    let mut entry = entry(json!({"act": "device_password", "device": "e0"}), &known("Empfang"));
    entry.state = Progress::Conflict { found: json!("x") };
    let text = serde_json::to_string(&entry).unwrap();
    assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), entry);
}
