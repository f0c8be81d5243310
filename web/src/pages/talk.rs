//! Calls: those that exist now, live, and those that are over.

mod both;
mod one;
mod voice;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{Calls, Time};
use crate::parts::{Cell, Column, Empty, Mode, Page, Table, Tabs, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::View;
use crate::view::account::Account;
use crate::view::past::{Direction, Event, Kind, Outcome, Party, Past, Witness};
use crate::when;
use crate::words::Lang;

pub(super) use one::answer as one_of;
pub(crate) use one::page as one;

/// `GET /calls?of=cloud`, `?of=all`.
pub(crate) async fn page(State(app): State<App>, shell: Shell) -> Response {
    let (t, now, view) = (shell.t, shell.now, Arc::clone(&shell.view));
    let of = shell.wish.of.as_deref().unwrap_or_default().to_owned();
    let tab = |tabs: Tabs, path, name: &str, words| tabs.tab(path, words, of == name);
    let tabs = Tabs::new(t.pick("Vergangenes", "The past"));
    let tabs = tab(tabs, "/calls", "", t.pick("Auf dieser Box", "On this box"));
    let tabs = tab(tabs, "/calls?of=cloud", "cloud", t.pick("In der Cloud", "In the cloud"));
    let tabs = tab(tabs, "/calls?of=all", "all", t.pick("Beide, jedes einmal", "Both, each once"));
    let table = match of.as_str() {
        "all" => both::table(&app, &shell, &view).await,
        "cloud" => past(&app, &shell, &view, Witness::Cloud).await,
        _ => past(&app, &shell, &view, Witness::House).await,
    };
    let failed = table.is_none().then(|| {
        Empty::new(
            "",
            t.pick("Die Liste lässt sich gerade nicht lesen.", "The list cannot be read right now."),
            t.pick(
                "Bitte gleich noch einmal; „gatehouse doctor“ nennt den Grund.",
                "Please try again in a moment; “gatehouse doctor” names the reason.",
            ),
        )
    });
    let calls = Calls { t, now, calls: &view.calls };
    let page = Page::new(shell).mode(Mode::Local);
    let page = if of.is_empty() { page } else { page.mirrored() };
    page.with(calls).with(tabs).with_some(failed).with_some(table).answer()
}

async fn past(app: &App, shell: &Shell, view: &View, witness: Witness) -> Option<Table> {
    let side = if witness == Witness::Cloud { Side::Cloud } else { Side::House };
    let past = app.commands.past(witness, shell.wish.before).await.ok()?;
    Some(history(shell, &view.account, past, side))
}

/// Whose past calls a table lists.
#[derive(Clone, Copy)]
pub(super) enum Side {
    House,
    Cloud,
    Own,
}

/// Calls that are over, with the way to older ones.
pub(super) fn history(shell: &Shell, account: &Account, past: Past, side: Side) -> Table {
    let t = shell.t;
    let people = People::of(account);
    let known = matches!(side, Side::House);
    let columns = [
        Some(Column::new("", t.caller())),
        Some(Column::new("", t.callee())),
        Some(Column::new("", t.pick("Was", "What"))),
        known.then(|| Column::new("", t.pick("Sprache", "Voice"))),
        Some(Column::new("", t.pick("Wann", "When"))),
        Some(Column::new("", t.duration()).end()),
    ];
    let columns: Vec<Column> = columns.into_iter().flatten().collect();
    let nothing = t.pick("Noch nichts.", "Nothing yet.");
    let mut table = Table::plain(t, "", columns).or_else(nothing);
    for event in &past.events {
        let when = when::local(t, &account.zone, event.at, shell.now);
        let row = [
            Some(people.party(&event.from)),
            Some(people.party(&event.to)),
            Some(what(t, event)),
            known.then(|| voice::cell(t, event)),
            Some(opens(event, side, Cell::Moment { at: event.at, shown: Time::fixed(event.at, when) })),
            Some(Cell::text(talked(event))),
        ];
        table.row(row.into_iter().flatten().collect::<Vec<Cell>>());
    }
    let address = match side {
        Side::House => "/calls?",
        Side::Cloud => "/calls?of=cloud&",
        Side::Own => "/me?",
    };
    table.older(past.older.map(|older| format!("{address}before={older}"))).done()
}

/// The way to the call's own page.
fn opens(event: &Event, side: Side, what: Cell) -> Cell {
    let below = if matches!(side, Side::Own) { "/me" } else { "" };
    match event.number {
        Some(number) => Cell::Opens { href: format!("{below}/calls/{number}"), what: Box::new(what) },
        None => what,
    }
}

fn what(t: Lang, event: &Event) -> Cell {
    let kind = match event.kind {
        Kind::Call => t.pick("Gespräch", "Call"),
        Kind::Fax => "Fax",
        Kind::Voicemail => t.pick("Voicemail", "Voicemail"),
        Kind::Message => "SMS",
    };
    let (tone, outcome) = match event.outcome {
        Outcome::Answered if event.kind == Kind::Call => (Tone::Good, t.pick("gesprochen", "talked")),
        Outcome::Answered => (Tone::Good, t.pick("angekommen", "arrived")),
        Outcome::Mailbox => (Tone::Warn, t.pick("Mailbox", "mailbox")),
        Outcome::Missed => (Tone::Warn, t.pick("verpasst", "missed")),
        Outcome::Cancelled => (Tone::Calm, t.pick("aufgelegt", "given up")),
        Outcome::Busy => (Tone::Calm, t.pick("besetzt", "busy")),
        Outcome::Failed => (Tone::Bad, t.pick("nicht verbunden", "not connected")),
    };
    let way = match event.direction {
        Direction::In => t.pick("von draußen", "from outside"),
        Direction::Out => t.pick("nach draußen", "to the outside"),
        Direction::Inside => t.pick("im Haus", "inside"),
    };
    Cell::Mark { tone, word: outcome.to_owned(), more: format!("{kind}, {way}") }
}

fn talked(event: &Event) -> String {
    match event.talked.as_secs() {
        0 => "–".to_owned(),
        seconds => Time::counted(seconds),
    }
}

/// Names by number, from the telephone book and the account.
pub(super) struct People<'a>(HashMap<&'a str, &'a str>);

impl<'a> People<'a> {
    pub(super) fn of(account: &'a Account) -> Self {
        let shared = account.contacts.iter().filter(|contact| contact.shared);
        let contacts =
            shared.flat_map(|it| it.numbers.iter().map(|number| (number.as_str(), it.name.as_str())));
        let users = account
            .users
            .iter()
            .flat_map(|it| it.numbers.iter().map(|number| (number.as_str(), it.name.as_str())));
        let groups = account
            .groups
            .iter()
            .flat_map(|it| it.numbers.iter().map(|number| (number.as_str(), it.alias.as_str())));
        Self(contacts.chain(groups).chain(users).collect())
    }

    fn party(&self, party: &Party) -> Cell {
        match &party.name {
            Some(name) => Cell::name(name, &party.number),
            None => self.cell(&party.number),
        }
    }

    /// What whoever has this number is called.
    pub(super) fn name(&self, number: &str) -> Option<&'a str> {
        self.0.get(number).copied()
    }

    /// Who has this number, as far as anybody knows.
    pub(super) fn cell(&self, number: &str) -> Cell {
        match self.0.get(number) {
            Some(name) => Cell::name(*name, number),
            None if number.is_empty() => Cell::None,
            None => Cell::name(number, ""),
        }
    }
}
