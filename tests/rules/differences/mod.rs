//! Generated messages, sound and slightly broken, read by the box and by two other readers.
//!
//! Every message has one oddity. Where another reader says something else than ours, `explained.toml` says
//! why; a difference without an explanation fails, and so does an explanation without a difference.

mod messages;
mod readers;

use std::collections::{BTreeMap, BTreeSet};

use messages::{Dice, ODDITIES};
use readers::{READERS, Read, ours};

/// Messages of each oddity.
const EACH: u64 = 60;

/// `oddity` and `reader: field`.
type Difference = (String, String);

fn differences() -> BTreeMap<Difference, String> {
    let mut found = BTreeMap::new();
    for (oddity, change) in ODDITIES {
        for seed in 0..EACH {
            let bytes = messages::message(&mut Dice::new(seed), *change);
            for (about, seen) in READERS.iter().flat_map(|(reader, read)| compared(reader, *read, &bytes)) {
                found.entry(((*oddity).to_owned(), about)).or_insert(seen);
            }
        }
    }
    found
}

/// Each field that this reader sees in another way, as `reader: field`, and what was seen.
fn compared(reader: &str, read: Read, bytes: &[u8]) -> Vec<(String, String)> {
    let (ours, theirs) = (ours(bytes), read(bytes));
    // Where one refuses, the verdict is all there is to compare.
    let both = ours.get("verdict") == theirs.get("verdict");
    let fields = ours.iter().filter(|(field, _)| both || **field == "verdict");
    let other = fields.filter(|(field, value)| theirs.get(*field) != Some(value));
    let text = String::from_utf8_lossy(bytes);
    let seen = |(field, value): (&&str, &String)| {
        let seen = format!("ours {value:?}, theirs {:?} in\n{text}", theirs.get(*field));
        (format!("{reader}: {field}"), seen)
    };
    other.map(seen).collect()
}

fn explained() -> BTreeSet<Difference> {
    let file: toml::Table = include_str!("explained.toml").parse().expect("a table");
    let mut all = BTreeSet::new();
    for (oddity, about) in &file {
        let why = about.get("why").and_then(toml::Value::as_str).unwrap_or_default();
        assert!(why.len() > 20, "{oddity} is not explained");
        let list = about.get("differs").and_then(toml::Value::as_array).expect("a list");
        let fields = list.iter().map(|field| field.as_str().expect("`reader: field`").to_owned());
        all.extend(fields.map(|field| (oddity.clone(), field)));
    }
    all
}

#[test]
fn every_difference_to_other_readers_is_explained() {
    let (found, explained) = (differences(), explained());
    let new: Vec<_> = found.iter().filter(|(difference, _)| !explained.contains(*difference)).collect();
    assert!(new.is_empty(), "not explained: {new:#?}");
    let stale: Vec<_> = explained.iter().filter(|difference| !found.contains_key(*difference)).collect();
    assert!(stale.is_empty(), "explained, but no difference any more: {stale:?}");
}
