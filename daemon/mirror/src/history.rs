//! The cloud's history, read backwards to its beginning once and forwards ever after.
//!
//! Every answer is committed with the trail it leaves, so that a restart goes on where it stopped and what lies behind
//! is never asked for again. Only the cloud's own dates count; the box's clock may be wrong.

mod channel;

pub use channel::ChannelTrail;

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{Body, Failure};

/// Entries asked for at once; the cloud takes up to 1,000.
const PAGE: usize = 500;

/// Notes, stars and states of entries change later: this much is read again each time.
const OVERLAP: Duration = Duration::from_secs(60 * 60);

/// Something that happened: a call, voicemail, fax or text message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// The cloud's id.
    pub id: String,
    /// When, by the cloud's clock.
    pub at: SystemTime,
    /// What the cloud said of it.
    pub body: Body,
}

/// How far back and forth the history has been read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Trail {
    newest: Option<SystemTime>,
    oldest: Option<SystemTime>,
    /// The beginning was reached.
    whole: bool,
    /// Entries of one and the same moment already passed over.
    skip: usize,
    /// The newest of a walk forwards that has not ended. It counts once the gap behind it is closed; a restart walks anew.
    #[serde(skip)]
    ahead: Option<SystemTime>,
}

/// One page to ask for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Window {
    from: Option<SystemTime>,
    to: Option<SystemTime>,
    skip: usize,
}

impl Window {
    /// The path with its query, `/v2/history?limit=500&...`.
    #[must_use]
    pub fn path(&self) -> String {
        let bound = |name: &str, at: Option<SystemTime>| {
            let text = at.and_then(|at| OffsetDateTime::from(at).format(&Rfc3339).ok());
            text.map_or_else(String::new, |text| format!("&{name}={text}"))
        };
        let (from, to) = (bound("from", self.from), bound("to", self.to));
        format!("/v2/history?offset={}&limit={PAGE}{from}{to}", self.skip)
    }
}

impl Trail {
    /// What has happened since, read again an hour deep; without a trail the newest page.
    #[must_use]
    pub fn forward(&self, skip: usize) -> Window {
        Window { from: self.newest.and_then(|newest| newest.checked_sub(OVERLAP)), to: None, skip }
    }

    /// The next page towards the beginning; `None` when that was reached.
    #[must_use]
    pub fn backward(&self) -> Option<Window> {
        let to = self.oldest.filter(|_| !self.whole)?;
        Some(Window { from: None, to: Some(to), skip: self.skip })
    }

    /// Whether everything the cloud has is here.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.whole
    }

    /// Takes in a page read forwards, and says whether another one follows. The first page ever is also the first
    /// step backwards.
    #[must_use]
    pub fn went_forward(&mut self, events: &[Event], listed: usize) -> bool {
        let first = self.newest.is_none();
        self.ahead = events.iter().map(|event| event.at).chain(self.ahead).max();
        if first {
            self.oldest = events.iter().map(|event| event.at).min();
            self.whole = listed == 0;
        }
        let more = !first && listed >= PAGE;
        if !more {
            self.newest = self.newest.max(self.ahead.take());
        }
        more
    }

    /// Takes in a page read backwards.
    pub fn went_back(&mut self, window: &Window, events: &[Event], listed: usize) {
        let oldest = events.iter().map(|event| event.at).min();
        self.whole = listed == 0;
        match oldest {
            Some(oldest) if Some(oldest) < window.to => {
                // The next page begins with the moment this one ended with, of which some entries may be missing.
                self.oldest = Some(oldest);
                self.skip = 0;
            }
            _ => self.skip = window.skip + listed,
        }
    }
}

/// The entries of one page and how many it listed; what has no id or no date is left out.
///
/// # Errors
/// When there is no list.
pub fn read_history(page: &Value) -> Result<(Vec<Event>, usize), Failure> {
    let list = ["items", "events"].iter().find_map(|name| page.get(name)).unwrap_or(page);
    let items = list.as_array().ok_or(Failure::Unreadable)?;
    Ok((items.iter().filter_map(event).collect(), items.len()))
}

fn event(item: &Value) -> Option<Event> {
    let text = |name: &str| item.get(name)?.as_str();
    let id = text("id").or_else(|| text("eventId"))?;
    let created = text("created").or_else(|| text("createdAt"))?;
    let at = OffsetDateTime::parse(created, &Rfc3339).ok()?;
    let fine = !id.is_empty() && id.len() <= 128;
    fine.then(|| Event { id: id.to_owned(), at: at.into(), body: Body::from(item) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::{Duration, SystemTime};

    use serde_json::{Value, json};

    use super::{Event, PAGE, Trail, Window, read_history};

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
    }

    /// A history as the cloud shows it: newest first, both bounds inclusive.
    fn cloud(all: &[Event], window: &Window) -> (Vec<Event>, usize) {
        let fits = |event: &&Event| {
            window.from.is_none_or(|from| event.at >= from) && window.to.is_none_or(|to| event.at <= to)
        };
        let mut all: Vec<Event> = all.iter().filter(fits).cloned().collect();
        all.sort_by_key(|event| std::cmp::Reverse((event.at, event.id.clone())));
        let page: Vec<Event> = all.into_iter().skip(window.skip).take(PAGE).collect();
        let listed = page.len();
        (page, listed)
    }

    fn event(id: u64, second: u64) -> Event {
        let body = json!({"id": id.to_string()});
        Event { id: id.to_string(), at: at(second), body: (&body).into() }
    }

    #[test]
    fn it_is_read_to_its_beginning_though_new_entries_push_the_pages_on() {
        // Many share a second, more than a page holds among them.
        let mut all: Vec<Event> = (0..3_000).map(|n| event(n, if n < 1_200 { 7 } else { n })).collect();
        let mut trail = Trail::default();
        let mut here = BTreeMap::new();
        let mut asked = 0;
        while !trail.is_whole() {
            asked += 1;
            assert!(asked < 30, "{trail:?}");
            let window = trail.backward().unwrap_or_else(|| trail.forward(0));
            let (events, listed) = cloud(&all, &window);
            if window.to.is_some() {
                trail.went_back(&window, &events, listed);
            } else {
                let _more = trail.went_forward(&events, listed);
            }
            here.extend(events.into_iter().map(|event| (event.id.clone(), event)));
            all.push(event(10_000 + asked, 5_000 + asked));
        }
        let (events, _) = cloud(&all, &trail.forward(0));
        here.extend(events.into_iter().map(|event| (event.id.clone(), event)));
        assert_eq!(here.len(), all.len());
        assert!(asked <= 10, "{asked}");
    }

    #[test]
    fn a_restart_in_the_middle_of_much_news_leaves_no_gap() {
        let mut all: Vec<Event> = (0..10).map(|n| event(n, n)).collect();
        let mut trail = Trail::default();
        let (events, listed) = cloud(&all, &trail.forward(0));
        assert!(!trail.went_forward(&events, listed));
        // Three pages of news, one every ten seconds; the power goes after the first page.
        all.extend((0..1_200).map(|n| event(100 + n, 100 + n * 10)));
        let (events, listed) = cloud(&all, &trail.forward(0));
        assert!(trail.went_forward(&events, listed));
        let mut trail: Trail = serde_json::from_str(&serde_json::to_string(&trail).unwrap()).unwrap();
        let (mut skip, mut here) = (0, BTreeMap::new());
        loop {
            let (events, listed) = cloud(&all, &trail.forward(skip));
            let more = trail.went_forward(&events, listed);
            here.extend(events.into_iter().map(|event| (event.id, ())));
            skip += listed;
            if !more {
                break;
            }
        }
        assert_eq!(here.len(), all.len());
    }

    #[test]
    fn what_lies_behind_is_not_asked_for_again() {
        let all: Vec<Event> = (0..10).map(|n| event(n, n * 3_600)).collect();
        let mut trail = Trail::default();
        let (events, listed) = cloud(&all, &trail.forward(0));
        let _more = trail.went_forward(&events, listed);
        let window = trail.backward().unwrap();
        let (events, listed) = cloud(&all, &window);
        trail.went_back(&window, &events, listed);
        let window = trail.backward().unwrap();
        trail.went_back(&window, &[], 0);
        assert_eq!(trail.backward(), None);
        assert_eq!(cloud(&all, &trail.forward(0)).1, 2, "the newest and the one an hour before");
        let kept = serde_json::to_string(&trail).unwrap();
        assert_eq!(serde_json::from_str::<Trail>(&kept).unwrap(), trail);
    }

    #[test]
    fn dates_of_every_zone_are_one_moment_and_nonsense_is_left_out() {
        let entry = |id: Value, created: &str| json!({"id": id, "created": created});
        let page = json!({"items": [
            entry(json!("1"), "2026-10-25T02:30:00+02:00"), entry(json!("2"), "2026-10-25T00:30:00Z"),
            entry(json!("3"), "2026-10-25T02:30:00+01:00"), entry(json!("4"), "yesterday"), entry(json!(null), "")]});
        let (events, listed) = read_history(&page).unwrap();
        assert_eq!((events.len(), listed), (3, 5));
        assert_eq!(events[0].at, events[1].at);
        assert_eq!(events[2].at.duration_since(events[0].at).unwrap(), Duration::from_secs(3_600));
        assert!(read_history(&json!({"sorry": 1})).is_err());
    }
}
