//! Every answer against the API description, so that the practice cloud does not drift into fantasy.
//!
//! The description is taken at its strictest: every declared field must be there, none may be added. What the real
//! cloud is known to do otherwise stands in the tables below; an entry that no longer happens fails like a new one.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::error::ValidationErrorKind;
use practice::{Practice, served};
use serde_json::{Value, json};

use crate::http::read;
use crate::office;

mod deviations;

use deviations::{DEVIATIONS, Deviation, NOT_DESCRIBED, NOT_SERVED};

fn description() -> Value {
    serde_yaml_ng::from_str(include_str!("../../api/sipgate-api-v2.swagger.yaml")).unwrap()
}

/// The schema of the good answer to a `GET`, if the description has one: Swagger 2 made strict JSON schema.
fn schema(description: &Value, path: &str) -> Option<Value> {
    let answer = &description["paths"][path]["get"]["responses"]["200"]["schema"];
    let mut schema = answer.as_object()?.clone();
    let mut definitions = description["definitions"].clone();
    for definition in definitions.as_object_mut().unwrap().values_mut() {
        if let Some(properties) = definition["properties"].as_object() {
            definition["required"] = properties.keys().cloned().collect();
            definition["additionalProperties"] = json!(false);
        }
    }
    schema.insert("$schema".into(), json!("http://json-schema.org/draft-04/schema#"));
    schema.insert("definitions".into(), definitions);
    Some(schema.into())
}

/// Every path of one pattern with ids of the account in it.
fn concrete(cloud: &Practice, pattern: &str) -> Vec<String> {
    let account = cloud.account();
    let mut paths = vec![String::new()];
    for segment in pattern.split('/').skip(1) {
        let kind = match segment {
            "{userId}" => "users",
            "{deviceId}" => "devices",
            "{phonelineId}" | "{extension}" => "phonelines",
            "{voicemailId}" => "voicemails",
            "{faxlineId}" => "faxlines",
            "{groupId}" => "groups",
            "{addressId}" => "addresses",
            "{portingId}" => "portings",
            "{entryId}" => "history",
            "{contactId}" => "contacts",
            "{smsId}" => "sms",
            fixed => {
                paths.iter_mut().for_each(|path| *path += &format!("/{fixed}"));
                continue;
            }
        };
        let ids: Vec<String> = account.document()[kind].as_object().unwrap().keys().cloned().collect();
        paths = paths.iter().flat_map(|path| ids.iter().map(move |id| format!("{path}/{id}"))).collect();
    }
    if pattern.ends_with("/restrictions") {
        paths = vec!["/v2/restrictions?userId=w0".into()];
    }
    if pattern.ends_with("/log/webhooks") || pattern.ends_with("/settings/sipgateio") {
        let urls = json!({"incomingUrl": "", "outgoingUrl": "", "log": true, "whitelist": []});
        cloud.patch("", json!({"sipgateio": urls, "webhookLog": {"items": []}})).unwrap();
    }
    if pattern.contains("/autorecordings/") {
        cloud.patch("", json!({"phonelines": {"p0": {"_recording": {"active": true}}}})).unwrap();
    }
    paths
}

/// What is wrong in the words of the table.
fn name(kind: &ValidationErrorKind) -> Vec<String> {
    if let ValidationErrorKind::AdditionalProperties { unexpected } = kind {
        unexpected.iter().map(|field| format!("more {field}")).collect()
    } else if let ValidationErrorKind::Required { property } = kind {
        vec![format!("less {}", property.as_str().unwrap())]
    } else {
        vec![format!("other {}", kind.keyword().replace("enum", "value"))]
    }
}

/// Where and how an answer differs; whether it is one object or a list of them does not matter.
fn differences(schema: &Value, answer: &Value) -> BTreeSet<String> {
    let validator = jsonschema::validator_for(schema).unwrap();
    let mut found = BTreeSet::new();
    for error in validator.iter_errors(answer) {
        let place = error.instance_path().to_string();
        let named = |step: &&str| !matches!(*step, "" | "items") && step.parse::<u32>().is_err();
        let place: String = place.split('/').filter(named).map(|step| format!("{step} ")).collect();
        found.extend(name(error.kind()).into_iter().map(|what| format!("{place}{what}")));
    }
    found
}

/// All answers below one pattern that are no refusals.
async fn good_answers(cloud: &Practice, pattern: &str) -> Vec<Value> {
    let mut good = Vec::new();
    for path in concrete(cloud, pattern) {
        let answer = read(cloud, &path).await;
        assert!(matches!(answer.status, 200 | 403), "{path}: {answer:?}");
        if answer.status == 200 {
            good.push(serde_json::from_str(&answer.body).unwrap_or_else(|_| Value::from(answer.body)));
        }
    }
    good
}

#[tokio::test]
async fn every_answer_is_as_described_except_where_known() {
    let cloud = office().await;
    let description = description();
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for pattern in served() {
        let Some(schema) = pattern.strip_prefix("/v2").and_then(|path| schema(&description, path)) else {
            continue;
        };
        let answers = good_answers(&cloud, pattern).await;
        assert!(!answers.is_empty(), "{pattern} never answered 200");
        let differences = answers.iter().flat_map(|answer| differences(&schema, answer));
        found.entry(pattern).or_default().extend(differences);
    }
    let found: BTreeSet<(&str, String)> =
        found.into_iter().flat_map(|(path, all)| all.into_iter().map(move |one| (path, one))).collect();
    let known = DEVIATIONS.iter().flat_map(|deviation| {
        let each =
            |path: &'static &'static str| deviation.all.iter().map(move |one| (*path, (*one).to_owned()));
        deviation.paths.iter().flat_map(each)
    });
    let known: BTreeSet<(&str, String)> = known.collect();
    let told = |deviation: &Deviation| !deviation.reason.is_empty() && !deviation.source.is_empty();
    assert!(DEVIATIONS.iter().all(told), "each with its reason and source");
    let unlisted: Vec<_> = found.difference(&known).collect();
    assert!(unlisted.is_empty(), "not listed as known: {unlisted:#?}");
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "listed, but does not happen: {gone:#?}");
}

#[test]
fn what_is_served_and_what_is_described_differ_only_where_known() {
    let description = description();
    let paths = description["paths"].as_object().unwrap();
    let described: BTreeSet<String> = paths
        .iter()
        .filter(|(_, path)| path.get("get").is_some())
        .map(|(path, _)| format!("/v2{path}"))
        .collect();
    let served: BTreeSet<String> = served().map(str::to_owned).collect();
    let listed = |table: &[(&str, &[&str])]| -> BTreeSet<String> {
        table.iter().flat_map(|(_, paths)| paths.iter().map(|path| (*path).to_owned())).collect()
    };
    assert_eq!(served.difference(&described).cloned().collect::<BTreeSet<_>>(), listed(NOT_DESCRIBED));
    assert_eq!(described.difference(&served).cloned().collect::<BTreeSet<_>>(), listed(NOT_SERVED));
}
