//! The account the practice cloud plays: one JSON document, read by every path.
//!
//! Objects stand in maps keyed by their id and look the way the API answers them; a key with a leading
//! underscore ties objects together (`_owner`, `_password`, ...) and is never answered. The README of this crate
//! lists every key.

use std::collections::HashMap;

use serde_json::{Map, Value};

mod generate;

/// An account document together with the order and ownership of its objects.
#[derive(Debug, Clone)]
pub struct Account {
    document: Value,
    /// Ids of one kind in the order the cloud lists them: `e2` before `e10`.
    listed: HashMap<String, Vec<String>>,
    /// Ids of one kind that hang on one owner (`_owner`, or `endpointId` of a number).
    owned: HashMap<(String, String), Vec<String>>,
}

/// What kind of account is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Shape {
    /// Users with lines.
    Classic,
    /// Users with channels.
    Neo,
    /// A trunk for a telephone system of one's own, with direct lines.
    Trunk,
    /// Signed up a minute ago.
    Empty,
    /// Moved half-way from lines to channels, beside a telephone system of its own: users with lines, users with channels,
    /// a trunk.
    Mixed,
}

/// Why a document is no account.
#[derive(Debug, thiserror::Error)]
pub enum AccountInvalid {
    /// The text is not JSON.
    #[error("the account is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// The document lacks something without which no phone and no API client could sign in.
    #[error("the account has no {0}")]
    Missing(&'static str),
}

impl Account {
    /// Reads an account from the text of its file.
    ///
    /// # Errors
    /// When the text is not JSON or names no `userinfo.masterSipId`.
    pub fn parse(text: &str) -> Result<Self, AccountInvalid> {
        Self::new(serde_json::from_str(text)?)
    }

    /// Takes an account document.
    ///
    /// # Errors
    /// When the document names no `userinfo.masterSipId`.
    pub fn new(document: Value) -> Result<Self, AccountInvalid> {
        if document.pointer("/userinfo/masterSipId").and_then(Value::as_str).is_none() {
            return Err(AccountInvalid::Missing("userinfo.masterSipId"));
        }
        let mut account = Self { document, listed: HashMap::new(), owned: HashMap::new() };
        account.index();
        Ok(account)
    }

    /// A classic account of `users` users with one device and one extension each, for load tests. SIP ids run from
    /// `7654321e0`, the password of `e<n>` is `practice-e<n>`, the extension of `w<n>` is `1000 + n`.
    #[must_use]
    pub fn generate(users: u32) -> Self {
        Self::shaped(Shape::Classic, users, 0)
    }

    /// An account of any shape with this many users and calls behind it. A trunk has as many direct lines as users are
    /// asked for, up to ten.
    #[must_use]
    pub fn shaped(shape: Shape, users: u32, history: u32) -> Self {
        let document = generate::document(shape, users, history);
        let mut account = Self { document, listed: HashMap::new(), owned: HashMap::new() };
        account.index();
        account
    }

    /// The whole document, as a file of accounts would hold it.
    #[must_use]
    pub const fn document(&self) -> &Value {
        &self.document
    }

    /// The same account with `patch` merged in at `path` (RFC 7386; `/devices/e0`, empty for the whole document).
    ///
    /// # Errors
    /// When the result is no account any more.
    pub fn patched(&self, path: &str, patch: Value) -> Result<Self, AccountInvalid> {
        let mut document = self.document.clone();
        let keys: Vec<&str> = path.split('/').filter(|key| !key.is_empty()).collect();
        let whole = keys
            .iter()
            .rev()
            .fold(patch, |inner, key| Value::Object(Map::from_iter([((*key).to_owned(), inner)])));
        merge(&mut document, whole);
        Self::new(document)
    }

    /// The seven digits in front of every SIP id of this account.
    #[must_use]
    pub fn master_sip_id(&self) -> &str {
        self.text("/userinfo/masterSipId").unwrap_or_default()
    }

    /// The SIP domain and digest realm of the account.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.text("/userinfo/domain").unwrap_or("sipgate.de")
    }

    /// Whether the account has phone lines: not if it is of the newer generation alone.
    pub(crate) fn has_lines(&self) -> bool {
        self.text("/generation") != Some("neo")
    }

    /// Whether the account has channels.
    pub(crate) fn has_channels(&self) -> bool {
        matches!(self.text("/generation"), Some("neo" | "mixed"))
    }

    /// A switch below `quirks`; absent means `otherwise`.
    pub(crate) fn quirk(&self, name: &str, otherwise: bool) -> bool {
        self.document
            .get("quirks")
            .and_then(|all| all.get(name))
            .and_then(Value::as_bool)
            .unwrap_or(otherwise)
    }

    /// A habit that is a number; `None` while it is off.
    pub(crate) fn quirk_number(&self, name: &str) -> Option<u64> {
        self.document.get("quirks")?.get(name)?.as_u64()
    }

    pub(crate) fn at(&self, key: &str) -> Option<&Value> {
        self.document.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.document.pointer(pointer).and_then(Value::as_str)
    }

    pub(crate) fn object(&self, kind: &str, id: &str) -> Option<&Value> {
        self.document.get(kind)?.get(id)
    }

    pub(crate) fn objects(&self, kind: &'static str) -> impl Iterator<Item = (&str, &Value)> {
        self.listed
            .get(kind)
            .into_iter()
            .flatten()
            .filter_map(move |id| Some((id.as_str(), self.object(kind, id)?)))
    }

    /// The objects of `kind` that belong to `owner`: a user's devices, an endpoint's numbers.
    pub(crate) fn owned(&self, kind: &'static str, owner: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.owned
            .get(&(kind.to_owned(), owner.to_owned()))
            .into_iter()
            .flatten()
            .filter_map(move |id| Some((id.as_str(), self.object(kind, id)?)))
    }

    /// The endpoint an extension id names, whatever its letter: device, phone line, group, fax line, ...
    pub(crate) fn endpoint(&self, id: &str) -> Option<&Value> {
        let kind = match id.chars().next()? {
            'w' => "users",
            'p' => "phonelines",
            'e' | 'x' | 'y' => "devices",
            'g' => "groups",
            'f' => "faxlines",
            'v' => "voicemails",
            't' => "trunks",
            _ => return None,
        };
        self.object(kind, id)
    }

    fn index(&mut self) {
        self.listed.clear();
        self.owned.clear();
        for (kind, objects) in self.document.as_object().into_iter().flatten() {
            let Some(objects) = objects.as_object() else { continue };
            let mut ids: Vec<String> = objects.keys().cloned().collect();
            ids.sort_by_cached_key(|id| order(id));
            for (id, owner) in ids.iter().filter_map(|id| Some((id, owner(objects.get(id)?)?))) {
                self.owned.entry((kind.clone(), owner.to_owned())).or_default().push(id.clone());
            }
            self.listed.insert(kind.clone(), ids);
        }
    }
}

/// What an object hangs on.
fn owner(object: &Value) -> Option<&str> {
    object.get("_owner").or_else(|| object.get("endpointId"))?.as_str()
}

/// An object as the API answers it: its id first in mind, the keys that begin with an underscore left out.
pub(crate) fn public(id: &str, object: &Value) -> Map<String, Value> {
    let mut answer: Map<String, Value> = object
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !key.starts_with('_'))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    answer.insert("id".to_owned(), Value::from(id));
    answer
}

/// JSON Merge Patch, RFC 7386 section 2.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(&key);
        } else {
            merge(target.entry(key).or_insert(Value::Null), value);
        }
    }
}

/// Sort key of an id: its letters, then its digits as a number.
fn order(id: &str) -> (String, u64, String) {
    let letters: String = id.chars().take_while(|c| !c.is_ascii_digit()).collect();
    let digits = id.get(letters.len()..).unwrap_or_default();
    (letters, digits.parse().unwrap_or(u64::MAX), id.to_owned())
}

#[cfg(test)]
mod tests;
