//! What the cloud says now against what it said before.

use std::collections::btree_map::{BTreeMap, Entry};

use serde_json::Value;

use crate::{Body, Document, Documents, Fetched, Key, Kind, Notice, Outcome, Plan, Problem, Scope, Source};

/// Works out what a sync changes. Only a complete answer takes anything away; a failed or absent one leaves what was known.
#[must_use]
pub fn plan(known: &Documents, fetched: &Fetched) -> Plan {
    let mut notices = fetched.notices.clone();
    let fresh = united(fetched, |kind| {
        notices.insert(Notice::new(kind, "id", Problem::Twice));
    });
    let gone = known.iter().map(|d| &d.key).filter(|key| !fresh.contains_key(*key));
    let gone = gone.filter(|key| is_gone(known, key, fetched, &fresh)).cloned().collect();
    let mut plan = Plan { at: fetched.at, put: Vec::new(), gone, notices: notices.into_iter().collect() };
    for (key, mut document) in fresh {
        let before = known.find(&key);
        if let Some(before) = before {
            keep_login(&mut document, before);
        }
        if !before.is_some_and(|before| before.says_the_same_as(&document)) {
            plan.put.push(document);
        }
    }
    plan
}

/// One document for each key, the same whatever order the answers came in.
fn united(fetched: &Fetched, mut twice: impl FnMut(Kind)) -> BTreeMap<Key, Document> {
    let mut told: BTreeMap<(&Key, Source), &Document> = BTreeMap::new();
    for document in &fetched.documents {
        let first = told.entry((&document.key, document.source)).or_insert(document);
        if !first.says_the_same_as(document) {
            twice(document.key.kind);
            *first = if rank(document) < rank(first) { document } else { first };
        }
    }
    let mut united: BTreeMap<Key, Document> = BTreeMap::new();
    for ((key, _), document) in told {
        let document = Document { seen: fetched.at, ..document.clone() };
        // V2 sorts before V3, so what is there already is the documented interface's word.
        match united.entry(key.clone()) {
            Entry::Vacant(empty) => drop(empty.insert(document)),
            Entry::Occupied(mut v2) => complete(v2.get_mut(), document),
        }
    }
    united
}

/// Any total order will do, as long as every sync chooses alike.
fn rank(document: &Document) -> (Option<&str>, &str, Option<&str>) {
    let secret = document.secret.as_ref().map(account::Secret::expose);
    (document.owner.as_deref(), document.body.as_str(), secret)
}

/// Adds what only the newer interface says; of two passwords the newer interface's counts.
fn complete(v2: &mut Document, v3: Document) {
    let mut body = v2.body.read();
    if let (Value::Object(fields), Value::Object(more)) = (&mut body, v3.body.read()) {
        for (name, value) in more {
            fields.entry(name).or_insert(value);
        }
    }
    v2.body = Body::from(&body);
    v2.secret = v3.secret.or_else(|| v2.secret.take());
    v2.source = Source::V3;
}

/// A device told without its login, because the interface that tells it did not answer, keeps the login it had.
fn keep_login(document: &mut Document, before: &Document) {
    if document.secret.is_some() || before.secret.is_none() {
        return;
    }
    document.secret.clone_from(&before.secret);
    document.source = document.source.max(before.source);
    let mut body = document.body.read();
    if let (Value::Object(fields), Value::Object(mut was)) = (&mut body, before.body.read()) {
        for name in ["sipCredentials", "credentials"] {
            if let Some(login) = was.remove(name).filter(|_| !fields.contains_key(name)) {
                fields.insert(name.to_owned(), login);
            }
        }
    }
    document.body = Body::from(&body);
}

fn is_gone(known: &Documents, key: &Key, fetched: &Fetched, fresh: &BTreeMap<Key, Document>) -> bool {
    let owner = known.find(key).and_then(|document| document.owner.as_ref());
    let outcome = |kind, owner| fetched.scopes.get(&Scope { kind, owner });
    let complete = |kind, owner| outcome(kind, owner) == Some(&Outcome::Complete);
    let of_kind = fetched.scopes.range(Scope::all(key.kind)..);
    let mut of_kind = of_kind.take_while(|(scope, _)| scope.kind == key.kind);
    // It may have moved to a user whose question failed.
    if of_kind.clone().any(|(_, outcome)| matches!(outcome, Outcome::Failed(_))) {
        return false;
    }
    if complete(key.kind, owner.cloned()) {
        return true;
    }
    let owner_left = key.kind.parent().zip(owner).is_some_and(|(parent, owner)| {
        let parent = Key { kind: parent, id: owner.clone() };
        !fresh.contains_key(&parent)
            && (known.find(&parent).is_none() || is_gone(known, &parent, fetched, fresh))
    });
    owner_left && of_kind.any(|(_, outcome)| *outcome == Outcome::Complete)
}

#[cfg(test)]
mod tests;
