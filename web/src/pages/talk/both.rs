//! The past of box and cloud in one list, each call once, and who saw it.

use serde::Deserialize;
use serde_json::Value;

use super::People;
use crate::commands::MirrorAsk;
use crate::pages::Time;
use crate::pages::billing::{Item, moment, ours, what};
use crate::pages::names::Names;
use crate::parts::{Cell, Column, Table};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::View;
use crate::when;
use crate::words::Lang;

/// Rows on one page.
const ROWS: usize = 50;

#[derive(Deserialize)]
struct History {
    entries: Vec<Entry>,
    older: Option<u64>,
}

#[derive(Deserialize)]
struct Entry {
    /// Where the box, or the cloud, has it; absent when it does not.
    house: Option<Value>,
    cloud: Option<Value>,
    call: Item,
}

/// One page of it; none when it cannot be read.
pub(super) async fn table(app: &App, shell: &Shell, view: &View) -> Option<Table> {
    let told = app.commands.mirror(MirrorAsk::History { before: shell.wish.before }).await.ok()?;
    let history: History = serde_json::from_value(told).ok()?;
    let (t, account) = (shell.t, &view.account);
    let (names, people) = (Names::of(t, account), People::of(account));
    let columns = [
        Column::new("", t.pick("Rufnummer", "Number")),
        Column::new("", t.pick("Bei uns", "With us")),
        Column::new("", t.pick("Was", "What")),
        Column::new("", t.pick("Wann", "When")),
        Column::new("", t.duration()).end(),
        Column::new("", t.pick("Wer es sah", "Seen by")),
    ];
    let mut table = Table::plain(t, "", columns).or_else(t.pick("Noch nichts.", "Nothing yet."));
    for entry in history.entries.iter().take(ROWS) {
        let at = moment(entry.call.started);
        let shown = Time::fixed(at, when::local(t, &account.zone, at, shell.now));
        let talked = match entry.call.talked {
            0 => Cell::None,
            seconds => Cell::text(Time::counted(seconds)),
        };
        table.row([
            people.cell(&entry.call.remote),
            ours(&names, &entry.call),
            what(t, &entry.call),
            Cell::Moment { at, shown },
            talked,
            Cell::text(seen(t, entry)),
        ]);
    }
    let last = history.entries.get(ROWS - 1).filter(|_| history.entries.len() > ROWS);
    let older = last.map(|entry| entry.call.started).or(history.older);
    Some(table.older(older.map(|older| format!("/calls?of=all&before={older}"))).done())
}

fn seen(t: Lang, entry: &Entry) -> &'static str {
    match (&entry.house, &entry.cloud) {
        (Some(_), Some(_)) => t.pick("Box und Cloud", "box and cloud"),
        (Some(_), None) => t.pick("nur die Box", "the box only"),
        _ => t.pick("nur die Cloud", "the cloud only"),
    }
}
