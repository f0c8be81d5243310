//! A call as the messages that passed: who sent what to whom, and when.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use serde_json::{Value, json};
use sip::{Message, Method, Start};

use super::{Passed, Told, Way};

/// Calls in the list.
const MOST: usize = 50;
/// Messages of one call that are shown.
const LONGEST: usize = 400;
/// Of what stands in a message about people, in characters.
const WORDS: usize = 60;

/// Whether messages are shown whole, or what they are alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum Shown {
    Lines,
    Texts,
}

/// The messages of one call.
struct Call<'a> {
    name: Arc<str>,
    passed: Vec<(&'a Passed, Message<'a>)>,
}

/// The last calls, the newest first.
pub(in super::super) fn list(told: &Told) -> Value {
    let calls: Vec<Value> = calls(told).iter().rev().take(MOST).map(Call::summary).collect();
    json!({ "schema": "ladders/1", "silent": told.silent, "calls": calls })
}

/// One of them; `None` when nothing of it is left.
pub(in super::super) fn one(told: &Told, name: &str, shown: Shown) -> Option<Value> {
    calls(told).iter().find(|call| *call.name == *name).map(|call| call.ladder(shown))
}

/// Every call of which there is a message, the oldest first.
fn calls(told: &Told) -> Vec<Call<'_>> {
    let names: HashMap<&[u8], &Arc<str>> = told.legs.iter().map(|(call, id)| (id.as_bytes(), call)).collect();
    let mut places: HashMap<Arc<str>, usize> = HashMap::new();
    let mut calls: Vec<Call<'_>> = Vec::new();
    for passed in &told.passed {
        let Ok(message) = Message::parse(&passed.bytes) else { continue };
        // One that never became a call, such as an INVITE without a password.
        let Some(name) = message.call_id().and_then(|id| names.get(id)) else { continue };
        let place = *places.entry(Arc::clone(name)).or_insert_with(|| {
            calls.push(Call { name: Arc::clone(name), passed: Vec::new() });
            calls.len() - 1
        });
        calls.get_mut(place).into_iter().for_each(|call| call.passed.push((passed, message.clone())));
    }
    calls
}

impl Call<'_> {
    /// The first message that asks for a call.
    fn invite(&self) -> Option<&Message<'_>> {
        self.passed
            .iter()
            .map(|(_, message)| message)
            .find(|it| it.is_request() && it.method() == Some(Method::Invite))
    }

    /// What the caller heard last: the answer to the first INVITE.
    fn status(&self) -> Option<u16> {
        let call_id = self.invite()?.call_id()?;
        let answers =
            self.passed.iter().map(|(_, message)| message).filter(|it| it.call_id() == Some(call_id));
        let of_invite = answers.filter(|it| it.cseq().is_some_and(|cseq| cseq.method == Method::Invite));
        of_invite.filter_map(Message::status).rfind(|status| *status != 401 && *status != 407)
    }

    fn summary(&self) -> Value {
        let invite = self.invite();
        let from = invite.and_then(Message::from);
        let name = from.as_ref().and_then(|from| from.display_name()).unwrap_or_default();
        json!({
            "call": &*self.name,
            "began": self.passed.first().map(|(passed, _)| said(passed.at)),
            "from": from.map(|from| words(from.uri.user.unwrap_or_default())),
            "from_name": words(name.as_bytes()),
            "to": invite.and_then(Message::uri).map(|uri| words(uri.user.unwrap_or_default())),
            "status": self.status(),
            "messages": self.passed.len(),
        })
    }

    fn ladder(&self, shown: Shown) -> Value {
        let mut parties: Vec<SocketAddr> = Vec::new();
        let began = self.passed.first().map_or(SystemTime::UNIX_EPOCH, |(passed, _)| passed.at);
        let messages: Vec<Value> = self
            .passed
            .iter()
            .take(LONGEST)
            .map(|(passed, message)| {
                let peer = passed.flow.peer;
                let party = parties.iter().position(|known| *known == peer).unwrap_or_else(|| {
                    parties.push(peer);
                    parties.len() - 1
                });
                let after = passed.at.duration_since(began).unwrap_or_default();
                let text = (shown == Shown::Texts).then(|| safe(&passed.bytes));
                json!({
                    "after_ms": u64::try_from(after.as_millis()).unwrap_or(u64::MAX),
                    "party": party, "way": if passed.way == Way::In { "in" } else { "out" },
                    "over": passed.flow.transport.token(), "what": what(message), "text": text,
                })
            })
            .collect();
        let parties: Vec<String> = parties.iter().map(ToString::to_string).collect();
        let mut ladder = self.summary();
        let more = json!({ "schema": "ladder/1", "parties": parties, "ladder": messages });
        if let (Some(ladder), Value::Object(more)) = (ladder.as_object_mut(), more) {
            ladder.extend(more);
        }
        ladder
    }
}

/// A message in a line: `INVITE 102`, `180 Ringing`, `200 OK (BYE)`.
fn what(message: &Message<'_>) -> String {
    match message.start() {
        Start::Request { method, .. } => {
            let whom = message.uri().and_then(|uri| uri.user).map(words).unwrap_or_default();
            let named = matches!(method, Method::Invite | Method::Refer) && !whom.is_empty();
            let method = words(method.token());
            if named { format!("{method} {whom}") } else { method }
        }
        Start::Response { status, reason } => {
            let of = message.cseq().map(|cseq| cseq.method).filter(|method| *method != Method::Invite);
            let of = of.map(|method| format!(" ({})", words(method.token()))).unwrap_or_default();
            format!("{status} {}{of}", words(reason))
        }
    }
}

fn safe(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&sip::redact::without_secrets(bytes)).replace('\r', "")
}

fn words(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().filter(|letter| !letter.is_control()).take(WORDS).collect()
}

/// To the millisecond.
fn said(at: SystemTime) -> String {
    let at = Timestamp::try_from(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.round(jiff::Unit::Millisecond).unwrap_or(at).to_string()
}
