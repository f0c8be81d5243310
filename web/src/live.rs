//! The live stream of an open page: at most four messages a second, only what changed, ready-made HTML.
//!
//! The first message brings every part, so a page that lost its connection is right again at once. After that a
//! part is sent when the picture behind it changed; of the phones and calls only the rows that changed, came or went.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::assets::ASSETS;
use crate::charter::May;
use crate::door::Who;
use crate::pages::{
    AlarmPart, CallRow, Calls, CallsCount, Figures, Health, MirrorPart, Notices, TurnedAways, messages,
    mirror, phones,
};
use crate::parts::RowPart;
use crate::routes::App;
use crate::view::{Call, Mailbox, Mirror, Phone, View};
use crate::words::Lang;

/// The shortest time between two messages.
const PACE: Duration = Duration::from_millis(250);
/// After one with more parts than this nobody reads the next one before [`SLOW_PACE`]; a browser would lay out a long table for nothing.
const MANY: usize = 16;
/// The shortest time after a message with many parts.
const SLOW_PACE: Duration = Duration::from_secs(1);
/// A quiet stream says something this often, so that proxies and dead browsers are noticed.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// A stream ends after this long; the browser opens the next one by itself and its session is judged again.
const LIFE: Duration = Duration::from_secs(5 * 60);

/// Where streams are. Whoever only watches is not there, and whoever may not hears so in a word.
pub(crate) fn is_stream(path: &str) -> bool {
    matches!(path, "/events" | "/me/events")
}

/// `GET /events`.
pub(crate) async fn events(
    State(app): State<App>,
    lang: Lang,
    Extension(who): Extension<Who>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    stream(Watcher::new(app, lang, who, Of::House))
}

/// `GET /me/events`: what is one's own.
pub(crate) async fn own_events(
    State(app): State<App>,
    lang: Lang,
    Extension(who): Extension<Who>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    stream(Watcher::new(app, lang, who, Of::Me))
}

fn stream(watcher: Watcher) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = unfold(watcher, |mut watcher| async move {
        let parts = watcher.next().await?;
        Some((Ok(Event::default().event("parts").data(parts)), watcher))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

/// What an open page shows.
#[derive(Clone, Copy)]
enum Of {
    House,
    /// What is the reader's own.
    Me,
}

/// One open page.
struct Watcher {
    of: Of,
    app: App,
    lang: Lang,
    who: Who,
    /// What the page shows now.
    shown: Option<Arc<View>>,
    not_before: Instant,
    end: Instant,
}

impl Watcher {
    fn new(app: App, lang: Lang, who: Who, of: Of) -> Self {
        Self { of, app, lang, who, shown: None, not_before: Instant::now(), end: Instant::now() + LIFE }
    }

    /// Waits until the page must change; `None` when the stream is to end.
    async fn next(&mut self) -> Option<String> {
        loop {
            sleep_until(self.not_before).await;
            if self.shown.is_some() {
                self.changed().await?;
            }
            if !self.app.door.lasts(&self.who).await {
                return None;
            }
            let view = Arc::clone(&self.app.view.borrow_and_update());
            let parts = match self.of {
                Of::House => self.parts(&view),
                Of::Me => self.own_parts(&view).await,
            };
            let many = self.shown.replace(view).is_some() && parts.count > MANY;
            self.not_before = Instant::now() + if many { SLOW_PACE } else { PACE };
            if parts.count > 0 {
                return Some(parts.html);
            }
        }
    }

    async fn changed(&mut self) -> Option<()> {
        tokio::select! {
            _ = self.app.closing.wait_for(|closing| *closing) => None,
            changed = timeout_at(self.end, self.app.view.changed()) => changed.ok()?.ok(),
        }
    }

    /// The HTML of what is the reader's own and differs from what the page shows.
    async fn own_parts(&self, view: &View) -> Parts {
        let (t, now) = (self.lang, self.app.clock.now());
        let (mut parts, old) = (Parts::default(), self.shown.as_deref());
        if self.who.may(May::See) && old.is_none_or(|old| old.alarms != view.alarms) {
            parts.add("", &AlarmPart { t, now, assets: &ASSETS, alarms: &view.alarms });
        }
        let Some(user) = self.who.user.as_deref() else { return parts };
        let own = |view: &View| -> Vec<Mailbox> {
            view.mailboxes.iter().filter(|it| it.is_of(user)).cloned().collect()
        };
        if old.is_none_or(|old| own(old) != own(view)) {
            parts.add("", &messages::lists(&self.app, (t, now), view, user).await);
        }
        parts
    }

    /// The HTML of everything that differs from what the page shows.
    fn parts(&self, view: &View) -> Parts {
        let (t, now) = (self.lang, self.app.clock.now());
        let old = self.shown.as_deref();
        let mut parts = Parts::default();
        let mut add = |part: &dyn askama::DynTemplate| parts.add("", part);
        if old.is_none_or(|old| old.alarms != view.alarms) {
            add(&AlarmPart { t, now, assets: &ASSETS, alarms: &view.alarms });
        }
        if old.is_none_or(|old| old.readiness != view.readiness) {
            add(&Health { t, readiness: &view.readiness });
        }
        if old.is_none_or(|old| figures(old) != figures(view)) {
            add(&Figures { t, now, view });
        }
        if old.is_none_or(|old| old.notices != view.notices) {
            add(&Notices { t, notices: &view.notices });
        }
        if old.is_none_or(|old| old.turned_away != view.turned_away) {
            add(&TurnedAways { t, now, all: &view.turned_away });
        }
        match old.map(|old| Change::between(&old.calls, &view.calls)) {
            Some(Change::Rows { gone, changed, come }) => {
                changed.into_iter().for_each(|call| parts.add("", &CallRow { t, now, call }));
                if !gone.is_empty() {
                    parts.remove(&gone);
                }
                come.iter().for_each(|call| parts.add(Calls::TABLE, &CallRow { t, now, call }));
                if !(gone.is_empty() && come.is_empty()) {
                    parts.add("", &CallsCount { count: view.calls.len() });
                }
            }
            _ => {
                parts.add("", &Calls { t, now, calls: &view.calls });
                parts.count += view.calls.len();
            }
        }
        let columns = phones::columns(t);
        for phone in changed_phones(old, view) {
            let row = phones::row(t, now, phone);
            parts.add("", &RowPart { columns: &columns, row: &row });
        }
        let columns = mirror::columns(t);
        let known = |kind| old.is_some_and(|old| old.kinds.contains(kind));
        for kind in view.kinds.iter().filter(|kind| !known(kind)) {
            let row = mirror::row(t, now, kind);
            parts.add("", &RowPart { columns: &columns, row: &row });
        }
        if old.is_none_or(|old| old.mirror != view.mirror) {
            parts.add("", &MirrorPart { t, mirror: &view.mirror });
        }
        parts
    }
}

fn figures(view: &View) -> (usize, usize, usize, &Mirror) {
    (view.registered(), view.phones.len(), view.calls.len(), &view.mirror)
}

/// Phones that are new or different. A page shows those it has a row for.
fn changed_phones<'a>(old: Option<&View>, new: &'a View) -> impl Iterator<Item = &'a Phone> {
    let before: HashMap<&str, &Phone> = old
        .into_iter()
        .flat_map(|old| old.phones.iter())
        .map(|phone| (phone.device.as_str(), phone))
        .collect();
    let before: HashSet<&str> = new
        .phones
        .iter()
        .filter(|phone| before.get(phone.device.as_str()) == Some(phone))
        .map(|phone| phone.device.as_str())
        .collect();
    new.phones.iter().filter(move |phone| !before.contains(phone.device.as_str()))
}

/// What a message holds: each part in a template of its own, since rows of tables are read as such where they stand first (HTML 13.2.6.4.22).
#[derive(Default)]
struct Parts {
    html: String,
    /// Parts and rows of parts.
    count: usize,
}

impl Parts {
    /// A part for the place that shows it, or for the end of `table`. One that cannot be written stays as it was; the page says so in the
    /// journal when it is loaded.
    fn add(&mut self, table: &str, part: &dyn askama::DynTemplate) {
        let into = if table.is_empty() { String::new() } else { format!(" data-into=\"{table}\"") };
        let html = part.dyn_render().unwrap_or_default();
        self.count += 1;
        self.html.extend(["<template", &into, ">", &html, "</template>"]);
    }

    /// Calls that are over.
    fn remove(&mut self, gone: &[&Call]) {
        let ids: Vec<String> = gone.iter().map(|call| format!("call-{}", call.id)).collect();
        self.count += 1;
        self.html.extend(["<template data-gone=\"", &ids.join(" "), "\"></template>"]);
    }
}

/// What happened to the calls.
enum Change<'a> {
    /// These are over, these have new content, and these stand at the end now.
    Rows { gone: Vec<&'a Call>, changed: Vec<&'a Call>, come: &'a [Call] },
    /// There were none, there are none any more, or they stand in another order.
    Whole,
}

impl<'a> Change<'a> {
    fn between(old: &'a [Call], new: &'a [Call]) -> Self {
        let here: HashSet<&str> = new.iter().map(|call| call.id.as_str()).collect();
        let (stayed, gone): (Vec<&Call>, _) = old.iter().partition(|call| here.contains(call.id.as_str()));
        let (first, come) = new.split_at(stayed.len().min(new.len()));
        let in_order = stayed.iter().zip(first).all(|(old, new)| old.id == new.id);
        if old.is_empty() || new.is_empty() || !in_order {
            return Self::Whole;
        }
        let changed = stayed.into_iter().zip(first).filter(|(old, new)| old != new).map(|(_, new)| new);
        Self::Rows { gone, changed: changed.collect(), come }
    }
}
