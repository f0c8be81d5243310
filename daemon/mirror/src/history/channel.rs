//! A channel's events. The cloud tells the newest first and gives with each page the position of the next one; it takes no
//! dates. Positions may move when something happens meanwhile: what comes twice is one, and nothing is left out.

use std::time::SystemTime;

use account::ChannelId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Event, OVERLAP};

/// Events asked for at once.
const PAGE: usize = 500;
/// Longest position taken, bytes; it goes into an address.
const LONGEST: usize = 64;
/// Pages of one walk forwards, at most: 100,000 events.
const PAGES: u16 = 200;

/// How far back and forth a channel's events have been read.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct ChannelTrail {
    newest: Option<SystemTime>,
    /// Where older ones go on; absent when the beginning was reached.
    older: Option<String>,
    /// The oldest seen, while older ones are looked for.
    oldest: Option<SystemTime>,
    /// A walk forwards that has not ended; a restart walks anew.
    #[serde(skip)]
    walk: Option<Walk>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Walk {
    ahead: Option<SystemTime>,
    position: Option<String>,
    pages: u16,
}

impl ChannelTrail {
    /// What has happened since: the newest page, or where a walk goes on.
    #[must_use]
    pub fn forward(&self, channel: &ChannelId) -> String {
        path(channel, self.walk.as_ref().and_then(|walk| walk.position.as_deref()))
    }

    /// The next page towards the beginning; `None` when that was reached or nothing was read yet.
    #[must_use]
    pub fn backward(&self, channel: &ChannelId) -> Option<String> {
        self.older.as_deref().map(|position| path(channel, Some(position)))
    }

    /// Whether everything the cloud has of this channel is here.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.newest.is_some() && self.older.is_none()
    }

    /// Takes in a page read forwards, and says whether another one follows. The first page ever is also the first step
    /// backwards.
    #[must_use]
    pub fn went_forward(&mut self, events: &[Event], page: &Value, now: SystemTime) -> bool {
        let Some(newest) = self.newest else {
            // An empty channel has been read to its beginning: what comes later is news.
            self.newest =
                Some(events.iter().map(|event| event.at).max().unwrap_or(SystemTime::UNIX_EPOCH).min(now));
            self.older = next(page, None).filter(|_| !events.is_empty());
            self.oldest = events.iter().map(|event| event.at).min();
            return false;
        };
        let mut walk = self.walk.take().unwrap_or_default();
        walk.ahead = events.iter().map(|event| event.at).chain(walk.ahead).max();
        let known = newest.checked_sub(OVERLAP).unwrap_or(SystemTime::UNIX_EPOCH);
        let reached = events.is_empty() || events.iter().any(|event| event.at <= known);
        let on = next(page, walk.position.as_deref()).filter(|_| !reached && walk.pages < PAGES);
        if on.is_none() {
            self.newest = Some(newest).max(walk.ahead);
            return false;
        }
        self.walk = Some(Walk { position: on, pages: walk.pages + 1, ..walk });
        true
    }

    /// Takes in a page read backwards. News push positions on, so the end may show what was seen already instead of nothing.
    pub fn went_back(&mut self, events: &[Event], page: &Value) {
        let on = next(page, self.older.as_deref());
        let oldest = events.iter().map(|event| event.at).min();
        let further = oldest < self.oldest || events.len() >= PAGE;
        self.oldest = oldest.min(self.oldest);
        self.older = on.filter(|_| !events.is_empty() && further);
    }
}

fn path(channel: &ChannelId, position: Option<&str>) -> String {
    let position = position.map_or_else(String::new, |position| format!("&position={position}"));
    format!("/v2/channels/{channel}/events?limit={PAGE}{position}")
}

/// Where the next page begins. A position that does not move would never end.
fn next(page: &Value, asked: Option<&str>) -> Option<String> {
    let position = match page.get("position")? {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let fine = !position.is_empty() && position.len() <= LONGEST && position.bytes().all(plain);
    (fine && Some(position.as_str()) != asked).then_some(position)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::{Duration, SystemTime};

    use account::ChannelId;
    use serde_json::{Value, json};

    use super::{ChannelTrail, PAGE};
    use crate::{Event, read_history};

    fn channel() -> ChannelId {
        "0b4e9d6c-7a51-4f0e-9a3e-000000000001".parse().unwrap()
    }

    /// A channel of `count` calls, one a minute, as the cloud answers a path.
    fn cloud(count: u64, path: &str) -> (Vec<Event>, Value) {
        let position = path.split_once("&position=").map_or(0, |(_, position)| position.parse().unwrap());
        let newest_first = (0..count).rev().skip(position).take(PAGE);
        let moment = |n: u64| {
            let at =
                time::OffsetDateTime::from_unix_timestamp(i64::try_from(1_700_000_000 + n * 60).unwrap());
            at.unwrap().format(&time::format_description::well_known::Rfc3339).unwrap()
        };
        let events: Vec<Value> =
            newest_first.map(|n| json!({"eventId": n.to_string(), "createdAt": moment(n)})).collect();
        let page = json!({"events": events, "limit": PAGE, "position": position + events.len()});
        let (events, _) = read_history(&page).unwrap();
        (events, page)
    }

    fn later() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }

    #[test]
    fn it_is_read_to_its_beginning_and_then_only_what_is_new() {
        let (mut trail, mut here, mut asked) = (ChannelTrail::default(), BTreeSet::new(), 0);
        let mut count = 1_700;
        while !trail.is_whole() {
            asked += 1;
            assert!(asked < 10, "{trail:?}");
            let back = trail.backward(&channel());
            let (events, page) = cloud(count, &back.clone().unwrap_or_else(|| trail.forward(&channel())));
            match back {
                Some(_) => trail.went_back(&events, &page),
                None => assert!(!trail.went_forward(&events, &page, later())),
            }
            here.extend(events.into_iter().map(|event| event.id));
            // Calls come in while it is read, and push the positions on.
            count += 3;
        }
        // More than one page of news, and a restart in the middle of it.
        count += 1_200;
        let (events, page) = cloud(count, &trail.forward(&channel()));
        assert!(trail.went_forward(&events, &page, later()));
        let mut trail: ChannelTrail = serde_json::from_value(json!(trail)).unwrap();
        let mut walked = 0;
        loop {
            walked += 1;
            let (events, page) = cloud(count, &trail.forward(&channel()));
            let more = trail.went_forward(&events, &page, later());
            here.extend(events.into_iter().map(|event| event.id));
            if !more {
                break;
            }
        }
        assert_eq!((here.len(), walked), (usize::try_from(count).unwrap(), 3));
        let (events, page) = cloud(count, &trail.forward(&channel()));
        assert!(!trail.went_forward(&events, &page, later()), "nothing new");
        assert_eq!(trail.backward(&channel()), None);
    }

    #[test]
    fn a_position_that_does_not_move_or_is_none_ends_the_walk() {
        let (events, _) = cloud(3, "");
        for position in [json!(null), json!({}), json!("a b"), json!("x".repeat(65)), json!("")] {
            let mut trail = ChannelTrail::default();
            assert!(!trail.went_forward(&events, &json!({ "position": position }), later()));
            assert!(trail.is_whole(), "{position}");
        }
        let mut trail = ChannelTrail::default();
        assert!(!trail.went_forward(&events, &json!({"position": "7"}), later()));
        assert!(!trail.is_whole());
        trail.went_back(&events, &json!({"position": "7"}));
        assert!(trail.is_whole());
        assert_eq!(trail.backward(&channel()), None);
    }

    #[test]
    fn a_channel_that_was_empty_is_read_on_from_its_first_call() {
        let mut trail = ChannelTrail::default();
        let (events, page) = cloud(0, "");
        assert!(!trail.went_forward(&events, &page, later()));
        assert!(trail.is_whole());
        let (events, page) = cloud(2, &trail.forward(&channel()));
        let _more = trail.went_forward(&events, &page, later());
        assert_eq!(events.len(), 2);
    }
}
