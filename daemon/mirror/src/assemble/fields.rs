//! Reading one body field by field: what is not as expected counts as absent and leaves a notice.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde_json::Value;

use crate::{Kind, Notice, Problem};

/// Longest text taken from the cloud, in characters; names of people and places are shorter.
const LONGEST_TEXT: usize = 256;

/// Most entries taken from a list inside one object.
const LONGEST_LIST: usize = 1_000;

/// Most notices of one assembly.
const MOST_NOTICES: usize = 500;

/// The fields of one object. Every reader takes the names that one and the same field goes by, first found first.
pub(super) struct Fields<'a> {
    kind: Kind,
    body: &'a Value,
    notices: &'a mut BTreeSet<Notice>,
}

impl<'a> Fields<'a> {
    pub(super) const fn of(kind: Kind, body: &'a Value, notices: &'a mut BTreeSet<Notice>) -> Self {
        Self { kind, body, notices }
    }

    pub(super) fn notice(&mut self, field: &str, problem: Problem) {
        if self.notices.len() < MOST_NOTICES {
            self.notices.insert(Notice::new(self.kind, field, problem));
        }
    }

    /// Text that should be there.
    pub(super) fn text(&mut self, names: &[&str]) -> String {
        let text = self.text_if_any(names);
        if text.is_none() {
            self.notice(names.first().copied().unwrap_or_default(), Problem::Missing);
        }
        text.unwrap_or_default()
    }

    /// Text or a number, without control characters; empty text counts as absent.
    pub(super) fn text_if_any(&mut self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| {
            let text = match self.value(name)? {
                Value::String(text) => clean(text),
                Value::Number(number) => number.to_string(),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                    self.notice(name, Problem::WrongType);
                    return None;
                }
            };
            Some(text).filter(|text| !text.is_empty())
        })
    }

    /// An id or a number of its own type.
    pub(super) fn parsed<T: FromStr>(&mut self, names: &[&str]) -> Option<T> {
        let text = self.text_if_any(names)?;
        let read = text.parse().ok();
        if read.is_none() {
            self.notice(names.first().copied().unwrap_or_default(), Problem::Unreadable);
        }
        read
    }

    /// Yes or no; absent means no.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        match self.value(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) if text == "true" || text == "false" => text == "true",
            Some(_) => {
                self.notice(name, Problem::WrongType);
                false
            }
        }
    }

    /// A whole number, possibly written as text.
    pub(super) fn whole(&mut self, name: &str) -> Option<i64> {
        let read = match self.value(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        if read.is_none() {
            self.notice(name, Problem::WrongType);
        }
        read
    }

    /// Whether a list is there.
    pub(super) fn is_list(&self, name: &str) -> bool {
        self.value(name).is_some_and(Value::is_array)
    }

    /// The entries of a list, each a text or an object with an `id`.
    pub(super) fn texts(&mut self, name: &str) -> Vec<String> {
        let Some(value) = self.value(name) else { return Vec::new() };
        let Some(entries) = value.as_array() else {
            self.notice(name, Problem::WrongType);
            return Vec::new();
        };
        if entries.len() > LONGEST_LIST {
            self.notice(name, Problem::TooMany);
        }
        let texts = entries.iter().take(LONGEST_LIST).map(|entry| {
            let text = entry.get("id").unwrap_or(entry);
            text.as_str().map(clean).or_else(|| text.as_number().map(ToString::to_string))
        });
        let read: Vec<Option<String>> = texts.collect();
        if read.contains(&None) {
            self.notice(name, Problem::Unreadable);
        }
        read.into_iter().flatten().collect()
    }

    /// The ids in a list.
    pub(super) fn ids<T: FromStr>(&mut self, name: &str) -> Vec<T> {
        let texts = self.texts(name);
        let ids: Vec<T> = texts.iter().filter_map(|text| text.parse().ok()).collect();
        if ids.len() < texts.len() {
            self.notice(name, Problem::Unreadable);
        }
        ids
    }

    /// The objects in a list; those that cannot be read are left out.
    pub(super) fn objects<T>(
        &mut self,
        name: &str,
        mut read: impl FnMut(&mut Fields<'_>) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.value(name) else { return Vec::new() };
        let Some(entries) = value.as_array() else {
            self.notice(name, Problem::WrongType);
            return Vec::new();
        };
        if entries.len() > LONGEST_LIST {
            self.notice(name, Problem::TooMany);
        }
        let entries = entries.iter().take(LONGEST_LIST);
        entries
            .filter_map(|body| read(&mut Fields { kind: self.kind, body, notices: self.notices }))
            .collect()
    }

    /// The object inside this one.
    pub(super) fn inside(&mut self, name: &str) -> Option<Fields<'_>> {
        let body = self.value(name)?;
        if !body.is_object() {
            self.notice(name, Problem::WrongType);
            return None;
        }
        Some(Fields { kind: self.kind, body, notices: self.notices })
    }

    /// Null is absent.
    fn value(&self, name: &str) -> Option<&'a Value> {
        self.body.get(name).filter(|value| !value.is_null())
    }
}

/// Texts end up on pages and in SIP headers, where a line break would be another line.
fn clean(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect()
}
