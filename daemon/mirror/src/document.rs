//! What the cloud said about one object, kept as it was said, and the set of all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use account::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Kind, Notice};

/// Which object.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
pub struct Key {
    /// Its sort.
    pub kind: Kind,
    /// The cloud's id; for what exists once per account the name of the kind.
    pub id: String,
}

/// Which interface of the cloud told it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The documented one.
    V2,
    /// The newer one, which the cloud calls experimental.
    V3,
}

impl Source {
    /// The beginning of its paths.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::V2 => "/v2",
            Self::V3 => "/v3",
        }
    }
}

/// What was said of one object: JSON kept as text, a tenth of the room that a tree of it takes. Copies share it.
#[derive(Clone, Eq, PartialEq)]
pub struct Body(Arc<str>);

impl Body {
    /// Takes text that [`Body::read`] will take apart later; what is no JSON is read as null.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(text.into())
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The fields, for as long as somebody needs them.
    #[must_use]
    pub fn read(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Debug for Body {
    /// Says nothing: bodies hold names, numbers and addresses of people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body(..)")
    }
}

impl From<&Value> for Body {
    fn from(value: &Value) -> Self {
        Self(value.to_string().into())
    }
}

/// One object as the cloud described it, unknown fields included, without any secret in the body.
#[derive(Clone)]
pub struct Document {
    /// Which object.
    pub key: Key,
    /// The user under whom it was fetched, for devices, lines and the like.
    pub owner: Option<String>,
    /// What was said. Fields named like a password, token, PIN or PUK are not in it.
    pub body: Body,
    /// The SIP password of a device.
    pub secret: Option<Secret>,
    /// Who said it.
    pub source: Source,
    /// When it was first said like this; how current it is says the freshness of its kind.
    pub seen: SystemTime,
}

impl Document {
    /// Whether both say the same, whenever they were seen.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let envelope = |d: &Self| (d.key.clone(), d.owner.clone(), d.source);
        envelope(self) == envelope(other) && self.body == other.body && self.secret == other.secret
    }
}

impl std::fmt::Debug for Document {
    /// Names the object only: bodies hold names, numbers and addresses of people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("key", &self.key)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// What a sync changes.
#[derive(Clone, Debug)]
pub struct Plan {
    /// When the cloud was asked.
    pub at: SystemTime,
    /// New or changed documents.
    pub put: Vec<Document>,
    /// What the cloud no longer has.
    pub gone: Vec<Key>,
    /// What could not be used, once for each kind and field.
    pub notices: Vec<Notice>,
}

impl Plan {
    /// The kinds of which something is new, changed or gone.
    #[must_use]
    pub fn touched(&self) -> BTreeSet<Kind> {
        let put = self.put.iter().map(|document| document.key.kind);
        put.chain(self.gone.iter().map(|key| key.kind)).collect()
    }

    /// Whether the account is as it was.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.put.is_empty() && self.gone.is_empty()
    }
}

/// Everything the house knows of the account, by key.
#[derive(Clone, Debug, Default)]
pub struct Documents(BTreeMap<Key, Document>);

impl Documents {
    /// The document of one object.
    #[must_use]
    pub fn find(&self, key: &Key) -> Option<&Document> {
        self.0.get(key)
    }

    /// All of one kind, by id.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Document> {
        let first = Key { kind, id: String::new() };
        self.0.range(first..).map(|(_, document)| document).take_while(move |d| d.key.kind == kind)
    }

    /// All of them, by kind and id.
    pub fn iter(&self) -> impl Iterator<Item = &Document> {
        self.0.values()
    }

    /// How many of each kind.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Kind, usize> {
        let mut counts = BTreeMap::new();
        self.0.keys().for_each(|key| *counts.entry(key.kind).or_default() += 1);
        counts
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was ever mirrored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes in one document in place of the one with its key.
    pub fn insert(&mut self, document: Document) {
        self.0.insert(document.key.clone(), document);
    }

    /// Carries a plan out, after the store has committed it.
    pub fn apply(&mut self, plan: Plan) {
        for key in &plan.gone {
            self.0.remove(key);
        }
        self.extend(plan.put);
    }
}

impl Extend<Document> for Documents {
    fn extend<T: IntoIterator<Item = Document>>(&mut self, documents: T) {
        documents.into_iter().for_each(|document| self.insert(document));
    }
}

impl FromIterator<Document> for Documents {
    fn from_iter<T: IntoIterator<Item = Document>>(documents: T) -> Self {
        let mut all = Self::default();
        all.extend(documents);
        all
    }
}
