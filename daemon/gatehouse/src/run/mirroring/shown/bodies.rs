//! What the cloud said of each object, taken apart while it is looked at, and which numbers lead where.

use std::collections::BTreeMap;

use mirror::{Document, Documents, Key, Kind};
use serde_json::Value;

/// Longest text taken over, in characters.
const LONGEST: usize = 200;
/// Longest list inside one object.
const MOST: usize = 1_000;

/// Every document. A tree of one takes ten times the room of its text, so there is never more than one at a time.
pub(super) struct Bodies<'a> {
    documents: &'a Documents,
    /// Numbers by what they lead to: a line, a group, a fax line, a channel.
    led: BTreeMap<String, Vec<Led>>,
    /// Where each number leads, by the number's id.
    targets: BTreeMap<&'a str, String>,
}

/// A number that leads somewhere.
struct Led {
    digits: String,
    is_extension: bool,
}

impl<'a> Bodies<'a> {
    pub(super) fn of(documents: &'a Documents) -> Self {
        let mut bodies = Self { documents, led: BTreeMap::new(), targets: BTreeMap::new() };
        for (id, body) in bodies.all(Kind::Number) {
            let routed = || body.get("routing").map(|routing| text(routing, "targetId")).unwrap_or_default();
            let direct = Some(text(&body, "endpointId")).filter(|target| !target.is_empty());
            let target = direct.unwrap_or_else(routed);
            let led = Led {
                digits: first(&body, &["number", "e164Number"]),
                is_extension: text(&body, "type") == "QUICKDIAL",
            };
            if !target.is_empty() {
                bodies.led.entry(target.clone()).or_default().push(led);
                bodies.targets.insert(id, target);
            }
        }
        bodies
    }

    /// Everything of one kind with its id.
    pub(super) fn all(&self, kind: Kind) -> impl Iterator<Item = (&'a str, Value)> + use<'a> {
        self.documents.of(kind).map(|document| (document.key.id.as_str(), document.body.read()))
    }

    pub(super) fn find(&self, kind: Kind, id: &str) -> Option<Value> {
        self.document(kind, id).map(|document| document.body.read())
    }

    /// Whether there is such an object.
    pub(super) fn has(&self, kind: Kind, id: &str) -> bool {
        self.document(kind, id).is_some()
    }

    /// Under whom it was fetched.
    pub(super) fn owner(&self, kind: Kind, id: &str) -> Option<String> {
        self.document(kind, id).and_then(|document| document.owner.clone())
    }

    fn document(&self, kind: Kind, id: &str) -> Option<&'a Document> {
        self.documents.find(&Key { kind, id: id.to_owned() })
    }

    /// Where a number leads.
    pub(super) fn target(&self, number: &str) -> Option<&str> {
        self.targets.get(number).map(String::as_str)
    }

    /// Numbers from outside that lead there.
    pub(super) fn outside(&self, target: &str) -> impl Iterator<Item = String> {
        self.led(target, false)
    }

    /// Extensions that lead there.
    pub(super) fn inside(&self, target: &str) -> impl Iterator<Item = String> {
        self.led(target, true)
    }

    fn led(&self, target: &str, extensions: bool) -> impl Iterator<Item = String> {
        let led = self.led.get(target).into_iter().flatten();
        led.filter(move |led| led.is_extension == extensions).map(|led| led.digits.clone())
    }
}

/// A text, empty when there is none.
pub(in super::super) fn text(body: &Value, name: &str) -> String {
    match body.get(name) {
        Some(Value::String(text)) => {
            text.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
        }
        Some(Value::Number(number)) => number.to_string(),
        None | Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => String::new(),
    }
}

/// The first of several names that has a text.
pub(super) fn first(body: &Value, names: &[&str]) -> String {
    names.iter().map(|name| text(body, name)).find(|text| !text.is_empty()).unwrap_or_default()
}

pub(super) fn flag(body: &Value, name: &str) -> bool {
    body.get(name) == Some(&Value::Bool(true))
}

/// A list, empty when there is none.
pub(super) fn list<'a>(body: &'a Value, name: &str) -> &'a [Value] {
    let list = body.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.get(..list.len().min(MOST)).unwrap_or_default()
}
