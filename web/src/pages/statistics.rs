//! How the house was reached lately: calls a day, and for whom. Drawn from the box's own records.

mod reached;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::State;
use axum::response::Response;

use crate::charter::{Doors, May};
use crate::parts::{Cell, Column, Empty, Facts, Figure, Mode, Page, Table, Tabs};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::View;
use crate::view::past::{Direction, Event, Kind, Outcome, Witness};
use crate::when;
use crate::words::Lang;

const DAYS: u64 = 14;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Pages of records read at most; a large house has that many calls in two weeks.
const PAGES: usize = 12;

/// Of calls that somebody made: how many were answered, and how many there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Share {
    answered: u32,
    all: u32,
}

impl Share {
    fn count(&mut self, event: &Event) {
        self.all += 1;
        self.answered += u32::from(event.outcome == Outcome::Answered);
    }

    fn percent(self) -> Option<u32> {
        (u64::from(self.answered) * 100).checked_div(u64::from(self.all)).and_then(|it| it.try_into().ok())
    }
}

pub(crate) fn doors() -> Doors {
    Doors::default().see("/statistics", May::See, page).see("/statistics/reached", May::See, reached::page)
}

/// The sides of the same place.
fn tabs(t: Lang, here: &str) -> Tabs {
    let reached = t.pick("60 Tage, Box und Cloud", "60 days, box and cloud");
    Tabs::new(t.pick("Statistik", "Statistics"))
        .tab("/statistics", t.pick("14 Tage, diese Box", "14 days, this box"), here == "/statistics")
        .tab("/statistics/reached", reached, here == "/statistics/reached")
}

/// `GET /statistics`.
async fn page(State(app): State<App>, shell: Shell) -> Response {
    let (t, now, view) = (shell.t, shell.now, Arc::clone(&shell.view));
    let calls = match lately(&app, now).await {
        Some(calls) if !calls.is_empty() => calls,
        calls => {
            let words = match calls {
                Some(_) => t.pick(
                    "In den letzten zwei Wochen war kein Gespräch.",
                    "There was no call in the last two weeks.",
                ),
                None => t.pick(
                    "Die Aufzeichnungen lassen sich gerade nicht lesen.",
                    "The records cannot be read right now.",
                ),
            };
            let more = t.pick(
                "Sobald telefoniert wird, steht es hier.",
                "As soon as somebody calls, it stands here.",
            );
            let page = Page::new(shell).mode(Mode::Local).with(tabs(t, "/statistics"));
            return page.with(Empty::new("", words, more)).answer();
        }
    };
    let mut days: BTreeMap<String, Share> = (0..DAYS)
        .map(|ago| (day(&view, now - DAY * u32::try_from(ago).unwrap_or(0)), Share::default()))
        .collect();
    let (mut whole, mut outside) = (Share::default(), Share::default());
    let mut talked = Duration::ZERO;
    for call in &calls {
        days.entry(day(&view, call.at)).or_default().count(call);
        whole.count(call);
        if call.direction == Direction::In {
            outside.count(call);
        }
        talked = talked.saturating_add(call.talked);
    }
    let mean = talked.checked_div(whole.answered).unwrap_or_default().as_secs();
    let facts = Facts::new("")
        .fact(t.calls(), Cell::count(calls.len()))
        .fact(t.pick("Angenommen", "Answered"), share(whole))
        .fact(t.pick("Davon von draußen angenommen", "Answered of those from outside"), share(outside))
        .fact(t.pick("Mittlere Gesprächsdauer", "Mean duration"), Cell::text(super::Time::counted(mean)));
    let title = t.pick("Gespräche je Tag", "Calls a day");
    let chart = Figure { title: title.to_owned(), drawing: chart(t, &days) };
    let people = people(&shell, &view, &calls);
    let page = Page::new(shell).mode(Mode::Local).with(tabs(t, "/statistics"));
    page.with(chart).with(facts).with(people).answer()
}

/// The calls of the last days, from the newest on.
async fn lately(app: &App, now: SystemTime) -> Option<Vec<Event>> {
    let since = now - DAY * u32::try_from(DAYS).unwrap_or(14);
    let (mut calls, mut before) = (Vec::new(), None);
    for _ in 0..PAGES {
        let past = app.commands.past(Witness::House, before).await.ok()?;
        let over = past.events.last().is_none_or(|it| it.at < since);
        calls.extend(past.events.into_iter().filter(|it| it.kind == Kind::Call && it.at >= since));
        before = past.older;
        if before.is_none() || over {
            break;
        }
    }
    Some(calls)
}

fn day(view: &View, at: SystemTime) -> String {
    when::day(&view.account.zone, at)
}

fn share(share: Share) -> Cell {
    share.percent().map_or(Cell::None, |percent| {
        Cell::name(format!("{percent} %"), format!("{} / {}", share.answered, share.all))
    })
}

/// Who was called how often, and how often they answered.
fn people(shell: &Shell, view: &View, calls: &[Event]) -> Table {
    let t = shell.t;
    let columns = [
        Column::new("name", t.pick("Wer", "Who")),
        Column::new("calls", t.pick("Angerufen", "Called")).end(),
        Column::new("answered", t.pick("Angenommen", "Answered")).end(),
        Column::new("share", t.pick("Erreichbar", "Reached")).end(),
    ];
    let mut table = Table::new(shell, t.pick("Menschen", "People"), columns);
    for user in &view.account.users {
        let mut share = Share::default();
        let own = |call: &&Event| {
            user.extensions.iter().chain(&user.numbers).any(|number| *number == call.to.number)
        };
        calls.iter().filter(own).for_each(|call| share.count(call));
        if share.all == 0 {
            continue;
        }
        let percent = share.percent().unwrap_or_default();
        table.row([
            Cell::link(&user.name, "", format!("/users/{}", user.id)),
            Cell::count(usize::try_from(share.all).unwrap_or(usize::MAX)),
            Cell::count(usize::try_from(share.answered).unwrap_or(usize::MAX)),
            Cell::Amount { value: i64::from(percent), written: format!("{percent} %") },
        ]);
    }
    table.or_else(t.pick("Niemand wurde angerufen.", "Nobody was called.")).done()
}

/// A bar a day: the whole height all calls, the full part those answered. The table of figures below says the same.
fn chart(t: Lang, days: &BTreeMap<String, Share>) -> String {
    const WIDTH: u32 = 44;
    const HEIGHT: u32 = 160;
    const FOOT: u32 = 24;
    let most = days.values().map(|it| it.all).max().unwrap_or(1).max(1);
    let width = WIDTH * u32::try_from(days.len()).unwrap_or(1);
    let words =
        t.pick("Gespräche je Tag, voll ausgezeichnet die angenommenen", "Calls a day, those answered filled");
    let mut out = format!(
        r#"<div class="wide" tabindex="0" role="region" aria-label="{words}"><svg class="chart" viewBox="0 0 {width} {}" width="{width}" height="{}" role="img" aria-label="{words}">"#,
        HEIGHT + FOOT + 16,
        HEIGHT + FOOT + 16,
    );
    for (place, (day, share)) in days.iter().enumerate() {
        let x = WIDTH * u32::try_from(place).unwrap_or(0);
        let height = |count: u32| HEIGHT * count / most;
        let (all, answered) = (height(share.all), height(share.answered));
        let (top, full) = (16 + HEIGHT - all, 16 + HEIGHT - answered);
        let _ =
            write!(out, r#"<rect class="all" x="{}" y="{top}" width="28" height="{all}" rx="4"/>"#, x + 8);
        let _ = write!(
            out,
            r#"<rect class="done" x="{}" y="{full}" width="28" height="{answered}" rx="4"/>"#,
            x + 8
        );
        if share.all > 0 {
            let _ = write!(out, r#"<text x="{}" y="{}">{}</text>"#, x + 22, top - 4, share.all);
        }
        let label = day.get(8..10).unwrap_or_default();
        let _ =
            write!(out, r#"<text class="day" x="{}" y="{}">{label}.</text>"#, x + 22, HEIGHT + 16 + FOOT - 6);
    }
    out.push_str("</svg></div>");
    out
}
