//! Every request the box can send against the description of the interface, so that the box does not drift into fantasy.
//! What is known to be otherwise stands in the tables, each with its source; an entry that no longer happens fails too.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::tests::every_act;
use crate::{ENDPOINTS, Intent, Method, Source};

/// Read, but not in the description of July 2022 (or not as it says).
const READ_OTHERWISE: &[(&str, &str)] = &[("/channels", "added after 2022; seen in clients of 2026")];

/// Sent, but not as the description of July 2022 says.
const SENT_OTHERWISE: &[(&str, &str)] = &[
    ("group_gone: delete /v3/groups/g0", "version 3 has a file of its own, which is not public"),
    ("group_new: post /v3/groups", "the same; the field is named as in the answer of version 2"),
];

fn description() -> Value {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/practice/api/sipgate-api-v2.swagger.yaml");
    serde_yaml_ng::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// The description of a path, whatever stands in its holes. One without a hole wins.
fn described<'a>(description: &'a Value, path: &str) -> Option<&'a Value> {
    let fits = |pattern: &str| {
        let (mut wanted, mut found) = (pattern.split('/'), path.split('/'));
        let mut same = wanted
            .by_ref()
            .zip(found.by_ref())
            .all(|(wanted, found)| wanted == found || (wanted.starts_with('{') && !found.is_empty()));
        same &= pattern.split('/').count() == path.split('/').count();
        same
    };
    let paths = description["paths"].as_object().unwrap();
    let mut all: Vec<(&String, &Value)> = paths.iter().filter(|(pattern, _)| fits(pattern)).collect();
    all.sort_by_key(|(pattern, _)| pattern.matches('{').count());
    all.first().map(|(_, described)| *described)
}

/// Swagger 2 made strict: what is not described may not be sent.
fn body_schema(description: &Value, operation: &Value) -> Option<Value> {
    let parameters = operation["parameters"].as_array()?;
    let body = parameters.iter().find(|parameter| parameter["in"] == "body")?;
    let mut definitions = description["definitions"].clone();
    for definition in definitions.as_object_mut().unwrap().values_mut() {
        if definition["properties"].is_object() {
            definition["additionalProperties"] = json!(false);
        }
    }
    let mut schema = body["schema"].as_object()?.clone();
    schema.insert("$schema".into(), json!("http://json-schema.org/draft-04/schema#"));
    schema.insert("definitions".into(), definitions);
    Some(schema.into())
}

fn same(found: &BTreeSet<String>, known: &[(&str, &str)]) {
    let known: BTreeSet<String> = known.iter().map(|(what, _)| (*what).to_owned()).collect();
    let unlisted: Vec<_> = found.difference(&known).collect();
    let gone: Vec<_> = known.difference(found).collect();
    assert!(
        unlisted.is_empty() && gone.is_empty(),
        "not listed: {unlisted:#?}\nlisted, but does not happen: {gone:#?}"
    );
}

#[test]
fn everything_that_is_read_is_described_except_where_known() {
    let description = description();
    let mut found = BTreeSet::new();
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.source == Source::V2) {
        let path = endpoint.path.replace("{users}", "userIds=w0");
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let paging = if endpoint.paged { ["offset", "limit"].as_slice() } else { &[] };
        let Some(described) = described(&description, path) else {
            found.insert(path.to_owned());
            continue;
        };
        let parameters = described["get"]["parameters"].as_array().cloned().unwrap_or_default();
        let names =
            query.split('&').filter_map(|pair| Some(pair.split_once('=')?.0)).chain(paging.iter().copied());
        let unknown =
            names.filter(|name| !parameters.iter().any(|it| it["name"] == *name && it["in"] == "query"));
        found.extend(unknown.map(|name| format!("{path}?{name}")));
    }
    same(&found, READ_OTHERWISE);
}

#[test]
fn everything_that_is_sent_is_described_except_where_known() {
    let description = description();
    let mut found = BTreeSet::new();
    for act in every_act() {
        let name = act["act"].as_str().unwrap().to_owned();
        let request = serde_json::from_value::<Intent>(act).unwrap().request();
        let method = match request.method {
            Method::Post => "post",
            Method::Put => "put",
            Method::Delete => "delete",
        };
        let path = request.path.strip_prefix("/v2").unwrap_or(&request.path);
        let operation = described(&description, path).map(|path| &path[method]).filter(|it| it.is_object());
        let Some(operation) = operation else {
            found.insert(format!("{name}: {method} {path}"));
            continue;
        };
        match (body_schema(&description, operation), request.body) {
            (Some(schema), Some(body)) => {
                let validator = jsonschema::validator_for(&schema).unwrap();
                found.extend(validator.iter_errors(&body).map(|error| format!("{name}: {error}")));
            }
            (None, None) => {}
            (Some(_), None) => drop(found.insert(format!("{name}: no body"))),
            (None, Some(_)) => drop(found.insert(format!("{name}: a body"))),
        }
    }
    same(&found, SENT_OTHERWISE);
}
