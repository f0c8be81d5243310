//! Every document taken apart once, and which numbers lead where.

use std::collections::BTreeMap;

use mirror::{Document, Documents, Kind};
use serde_json::Value;

/// Longest text taken over, in characters.
const LONGEST: usize = 200;
/// Longest list inside one object.
const MOST: usize = 1_000;

/// Every document, taken apart once.
pub(super) struct Bodies<'a> {
    read: BTreeMap<(Kind, &'a str), (&'a Document, Value)>,
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
        let take = |document: &'a Document| {
            ((document.key.kind, document.key.id.as_str()), (document, document.body.read()))
        };
        let mut bodies = Self {
            read: documents.iter().map(take).collect(),
            led: BTreeMap::new(),
            targets: BTreeMap::new(),
        };
        for document in documents.of(Kind::Number) {
            let id = document.key.id.as_str();
            let Some(body) = bodies.find(Kind::Number, id) else { continue };
            let routed = || body.get("routing").map(|routing| text(routing, "targetId")).unwrap_or_default();
            let direct = Some(text(body, "endpointId")).filter(|target| !target.is_empty());
            let target = direct.unwrap_or_else(routed);
            let led = Led {
                digits: first(body, &["number", "e164Number"]),
                is_extension: text(body, "type") == "QUICKDIAL",
            };
            if !target.is_empty() {
                bodies.led.entry(target.clone()).or_default().push(led);
                bodies.targets.insert(id, target);
            }
        }
        bodies
    }

    /// Everything of one kind with its id.
    pub(super) fn all(&self, kind: Kind) -> impl Iterator<Item = (&'a str, &Value)> {
        let of_kind = self.read.range((kind, "")..).take_while(move |((found, _), _)| *found == kind);
        of_kind.map(|((_, id), (_, body))| (*id, body))
    }

    pub(super) fn find<'b>(&'b self, kind: Kind, id: &'b str) -> Option<&'b Value> {
        self.read.get(&(kind, id)).map(|(_, body)| body)
    }

    /// Under whom it was fetched.
    pub(super) fn owner(&self, kind: Kind, id: &str) -> Option<String> {
        self.read.get(&(kind, id)).and_then(|(document, _)| document.owner.clone())
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
