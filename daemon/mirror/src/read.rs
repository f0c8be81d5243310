//! One answer of the cloud becomes documents, whatever shape the answer has.

use serde_json::{Map, Value};

use crate::{Body, Document, Failure, Fetched, Key, Kind, Notice, Problem, Scope, Source, known, secrets};

/// Largest body of one object, in bytes of JSON. The largest seen, a channel with all its users, is far below 10 KiB.
const LARGEST: usize = 64 * 1024;

/// Longest id; channels have 36 characters.
const LONGEST_ID: usize = 128;

/// Most objects taken in one sync; a thousand users with everything they own and a full telephone book are 30,000.
const MOST: usize = 100_000;

/// Most notices kept of one sync.
const MOST_NOTICES: usize = 500;

impl Fetched {
    /// Takes the objects out of one answer, or out of one page of it, and says how many it listed.
    ///
    /// # Errors
    /// When the answer has no list (or object) where one is due, when an object was left out for its size, or when
    /// there are more objects than are taken. Whatever could be read is kept.
    pub fn read(&mut self, scope: &Scope, source: Source, answer: Value) -> Result<usize, Failure> {
        let listed = listed(scope.kind, answer).ok_or(Failure::Unreadable)?;
        let count = listed.len();
        let mut end = Ok(count);
        for body in listed {
            if let Err(failure) = self.read_object(scope, source, body) {
                end = Err(failure);
            }
        }
        end
    }

    /// Remembers something odd.
    pub fn notice(&mut self, notice: Notice) {
        if self.notices.len() < MOST_NOTICES {
            self.notices.insert(notice);
        }
    }

    fn read_object(&mut self, scope: &Scope, source: Source, mut body: Value) -> Result<(), Failure> {
        let kind = scope.kind;
        let secret = secrets::take_out(&mut body);
        let Some(fields) = body.as_object() else {
            self.notice(Notice::new(kind, "", Problem::WrongType));
            return Ok(());
        };
        let Some(id) = id(scope, fields) else {
            self.notice(Notice::new(kind, "", Problem::NoId));
            return Ok(());
        };
        self.notice_news(kind, fields);
        let members = members(kind, fields);
        let document = Document {
            key: Key { kind, id },
            owner: scope.owner.clone(),
            body: Body::from(&body),
            secret,
            source,
            seen: self.at,
        };
        self.keep(document)?;
        members.into_iter().try_for_each(|member| self.read_object(scope, source, member))
    }

    fn keep(&mut self, document: Document) -> Result<(), Failure> {
        let kind = document.key.kind;
        let problem = if document.body.as_str().len() > LARGEST {
            Problem::TooLarge
        } else if self.documents.len() >= MOST {
            Problem::TooMany
        } else {
            self.documents.push(document);
            return Ok(());
        };
        self.notice(Notice::new(kind, "", problem));
        Err(Failure::TooLarge)
    }

    fn notice_news(&mut self, kind: Kind, fields: &Map<String, Value>) {
        for name in fields.keys().filter(|name| known::is_news(kind, name)) {
            self.notice(Notice::new(kind, name, Problem::UnknownField));
        }
    }
}

/// The objects of an answer: the answer itself, its `items`, or a bare list, as the newer interface has it.
fn listed(kind: Kind, answer: Value) -> Option<Vec<Value>> {
    match answer {
        Value::Object(_) if is_single(kind) => Some(vec![answer]),
        Value::Array(items) => Some(items),
        // The list of calls is the only one under another name.
        Value::Object(mut fields) => match fields.remove("items").or_else(|| fields.remove("data")) {
            Some(Value::Array(items)) => Some(items),
            // The description of the interface has this one without a list.
            _ if fields.contains_key("userId") => Some(vec![Value::Object(fields)]),
            _ => None,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Kinds whose whole answer is the object.
const fn is_single(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Account
            | Kind::Identity
            | Kind::Balance
            | Kind::Forwarding
            | Kind::Notification
            | Kind::GroupMember
            | Kind::LineVoicemail
            | Kind::BlockAnonymous
            | Kind::CallerId
            | Kind::LocalPrefix
            | Kind::Webhook
            | Kind::Recording
            | Kind::Link
    )
}

fn id(scope: &Scope, fields: &Map<String, Value>) -> Option<String> {
    let field = |name: &str| match fields.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let id = if is_single(scope.kind) {
        Some(scope.owner.clone().unwrap_or_else(|| scope.kind.name().to_owned()))
    } else {
        id_fields(scope.kind).iter().find_map(|name| field(name))
    };
    // A blocked range and a blocked number may look alike.
    let range = scope.kind == Kind::Blocked && fields.get("isBlock") == Some(&Value::Bool(true));
    let id = id.map(|id| if range { id + "*" } else { id });
    id.filter(|id| !id.is_empty() && id.len() <= LONGEST_ID && !id.chars().any(char::is_control))
}

/// Which fields may identify an object, first found first.
fn id_fields(kind: Kind) -> &'static [&'static str] {
    const OTHERS: &[(Kind, &[&str])] = &[
        (Kind::Number, &["id", "e164Number", "number"]),
        (Kind::Address, &["id", "addressId"]),
        (Kind::CallRestriction, &["userId"]),
        (Kind::Blocked, &["phoneNumber"]),
        (Kind::Routing, &["e164Number"]),
        (Kind::LiveCall, &["callId", "id"]),
        (Kind::Capability, &["restriction"]),
    ];
    OTHERS.iter().find(|(other, _)| *other == kind).map_or(&["id"], |(_, fields)| fields)
}

/// The numbers of a block, which the newer interface nests. They go where the block goes unless they say otherwise.
fn members(kind: Kind, block: &Map<String, Value>) -> Vec<Value> {
    let Some(Value::Array(members)) =
        block.get("numbers").filter(|_| matches!(kind, Kind::Number | Kind::Routing))
    else {
        return Vec::new();
    };
    let mut members = members.clone();
    for member in members.iter_mut().filter_map(Value::as_object_mut) {
        member.remove("numbers");
        if member.get("routing").is_none_or(Value::is_null) {
            member.insert("routing".into(), block.get("routing").cloned().unwrap_or_default());
        }
    }
    members
}

#[cfg(test)]
mod tests;
