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
    /// Entries already passed over: of one and the same moment, or up to where the cloud says its list goes on.
    skip: usize,
    /// The cloud says where its list goes on, so the list ends where it says no more.
    leads: bool,
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

/// How much a page listed, and where the cloud says the list goes on: pages that it picks from may be short or empty.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Listed {
    count: usize,
    next: Option<usize>,
}

impl Window {
    /// How many entries to pass over on the page after this one.
    #[must_use]
    pub fn after(&self, listed: Listed) -> usize {
        self.lead(listed).unwrap_or(self.skip + listed.count)
    }

    /// An offset that does not move would never end.
    fn lead(&self, listed: Listed) -> Option<usize> {
        listed.next.filter(|next| *next > self.skip)
    }

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
    /// step backwards. An entry dated after `now`, a fax that waits or a clock that is wrong, hides no later ones.
    #[must_use]
    pub fn went_forward(
        &mut self,
        window: &Window,
        events: &[Event],
        listed: Listed,
        now: SystemTime,
    ) -> bool {
        let first = self.newest.is_none();
        let past = events.iter().map(|event| event.at.min(now));
        self.ahead = past.chain(self.ahead).max();
        let leads = window.lead(listed).is_some();
        if first {
            self.oldest = events.iter().map(|event| event.at).min();
            self.leads = leads;
            self.whole = listed.count == 0 && !leads;
        }
        let more = !first && (listed.count >= PAGE || (listed.count > 0 && leads));
        if !more {
            self.newest = self.newest.max(self.ahead.take());
        }
        more
    }

    /// Takes in a page read backwards.
    pub fn went_back(&mut self, window: &Window, events: &[Event], listed: Listed) {
        let oldest = events.iter().map(|event| event.at).min();
        let lead = window.lead(listed);
        self.whole = lead.is_none() && (self.leads || listed.count == 0);
        self.leads |= lead.is_some();
        match (lead, oldest) {
            (None, Some(oldest)) if Some(oldest) < window.to => {
                // The next page begins with the moment this one ended with, of which some entries may be missing.
                self.oldest = Some(oldest);
                self.skip = 0;
            }
            _ => self.skip = window.after(listed),
        }
    }
}

/// The entries of one page and how much it listed; what has no id or no date is left out.
///
/// # Errors
/// When there is no list.
pub fn read_history(page: &Value) -> Result<(Vec<Event>, Listed), Failure> {
    let list = ["items", "events"].iter().find_map(|name| page.get(name)).unwrap_or(page);
    let items = list.as_array().ok_or(Failure::Unreadable)?;
    let next = page.get("nextOffset").and_then(Value::as_u64).and_then(|next| usize::try_from(next).ok());
    Ok((items.iter().filter_map(event).collect(), Listed { count: items.len(), next }))
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
mod tests;
