//! Every path the practice cloud answers: one table per area, patterns spelled as in the API description.

use serde_json::{Value, json};

use crate::account::{Account, public};
use crate::answer::{Answer, Refused, Version};
use crate::auth::Caller;
use crate::sip::Line;

mod account;
mod calls;
mod channels;
mod contacts;
mod devices;
mod faxlines;
mod groups;
mod history;
mod numbers;
mod phonelines;
mod users;
mod v3;
mod voicemails;

/// One `GET` path: its pattern, the scopes of which one suffices, and the answer.
pub(crate) struct Route {
    pattern: &'static str,
    scopes: &'static [&'static str],
    answer: fn(&Asked<'_>) -> Result<Answer, Refused>,
}

const fn route(
    pattern: &'static str,
    scopes: &'static [&'static str],
    answer: fn(&Asked<'_>) -> Result<Answer, Refused>,
) -> Route {
    Route { pattern, scopes, answer }
}

const AREAS: &[&[Route]] = &[
    account::ROUTES,
    users::ROUTES,
    devices::ROUTES,
    phonelines::ROUTES,
    voicemails::ROUTES,
    faxlines::ROUTES,
    groups::ROUTES,
    numbers::ROUTES,
    contacts::ROUTES,
    history::ROUTES,
    calls::ROUTES,
    channels::ROUTES,
    v3::ROUTES,
];

/// The patterns of all paths served, for example `/v2/{userId}/devices`.
pub fn served() -> impl Iterator<Item = &'static str> {
    AREAS.iter().flat_map(|area| area.iter()).map(|route| route.pattern)
}

/// A request on its way to an answer.
pub(crate) struct Asked<'a> {
    pub(crate) account: &'a Account,
    pub(crate) caller: &'a Caller,
    pub(crate) query: &'a [(String, String)],
    /// Scheme and authority under which the API was reached, for the links in answers.
    pub(crate) origin: &'a str,
    /// What the SIP side knows: registrations and calls.
    pub(crate) line: &'a Line,
    segments: Vec<(&'static str, &'a str)>,
}

/// What stays the same while a path is looked for.
pub(crate) struct Question<'a> {
    pub(crate) account: &'a Account,
    pub(crate) caller: &'a Caller,
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(String, String)],
    pub(crate) origin: &'a str,
    pub(crate) line: &'a Line,
}

/// Version of the API a path belongs to.
pub(crate) fn version(path: &str) -> Version {
    if path.starts_with("/v3/") { Version::V3 } else { Version::V2 }
}

/// Answers one `GET`.
pub(crate) fn answer(question: &Question<'_>) -> Result<Answer, Refused> {
    let Question { account, caller, path, query, origin, line } = *question;
    if version(path) == Version::V3 && !account.quirk("v3", true) {
        return Err(Refused::NotFound);
    }
    let found =
        AREAS.iter().flat_map(|area| area.iter()).find_map(|route| Some((route, captures(route, path)?)));
    let (route, segments) = found.ok_or(Refused::NotFound)?;
    let narrow = version(path) == Version::V3 && account.quirk("v3NeedsAll", false);
    if !caller.has_scope(if narrow { &["all"] } else { route.scopes }) {
        return Err(Refused::ScopeMissing);
    }
    let asked = Asked { account, caller, query, origin, line, segments };
    if let Some(user) = asked.segment("userId") {
        let known = account.object("users", user).is_some();
        if known && !caller.may_see(user) {
            return Err(Refused::Forbidden);
        }
    }
    (route.answer)(&asked)
}

/// The variable segments of `path`, when it fits the pattern. `{userId}` takes nothing but the id of a user.
fn captures<'a>(route: &Route, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let mut captured = Vec::new();
    let mut segments = path.split('/');
    for expected in route.pattern.split('/') {
        let segment = segments.next()?;
        let name = expected.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        match name {
            None if expected == segment => {}
            Some("userId") if !is_user(segment) => return None,
            Some(name) if !segment.is_empty() => captured.push((name, segment)),
            _ => return None,
        }
    }
    segments.next().is_none().then_some(captured)
}

fn is_user(segment: &str) -> bool {
    segment
        .strip_prefix('w')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

impl<'a> Asked<'a> {
    fn segment(&self, name: &str) -> Option<&'a str> {
        self.segments.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn id(&self, name: &str) -> &'a str {
        self.segment(name).unwrap_or_default()
    }

    fn asked_for(&self, name: &str) -> Option<&'a str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a repeated parameter (`types=CALL&types=FAX`).
    fn all_of(&self, name: &str) -> Vec<&'a str> {
        self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    fn object(&self, kind: &'static str, segment: &str) -> Result<(&'a str, &'a Value), Refused> {
        let id = self.id(segment);
        Ok((id, self.account.object(kind, id).ok_or(Refused::NotFound)?))
    }

    /// An object below a user; what is not his is refused, not missing.
    fn object_of_user(&self, kind: &'static str, segment: &str) -> Result<(&'a str, &'a Value), Refused> {
        let id = self.id(segment);
        let object = self.account.object(kind, id).ok_or(Refused::Forbidden)?;
        if object.get("_owner").and_then(Value::as_str) == Some(self.id("userId")) {
            Ok((id, object))
        } else {
            Err(Refused::Forbidden)
        }
    }

    /// The page a request asks for: everything from `offset`, at most `limit`.
    fn page(&self, otherwise: usize, most: usize) -> Result<(usize, usize), Refused> {
        let number = |name, otherwise| {
            self.asked_for(name).map_or(Ok(otherwise), |text| text.parse::<usize>().map_err(drop))
        };
        let offset = number("offset", 0).map_err(|()| Refused::BadParameter("offset"))?;
        let limit = number("limit", otherwise).map_err(|()| Refused::BadParameter("limit"))?;
        if limit > most { Err(Refused::BadParameter("limit")) } else { Ok((offset, limit)) }
    }
}

/// `{"items": [...]}`.
fn items(values: impl Iterator<Item = Value>) -> Answer {
    Answer::Json(json!({"items": values.collect::<Vec<_>>()}))
}

fn as_written((id, object): (&str, &Value)) -> Value {
    Value::Object(public(id, object))
}

/// A hidden part of an object, answered by a path of its own.
fn part(object: &Value, key: &str) -> Result<Answer, Refused> {
    object.get(key).cloned().map(Answer::Json).ok_or(Refused::Forbidden)
}

/// The texts of a list of ids.
fn texts<'a>(object: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    object.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
