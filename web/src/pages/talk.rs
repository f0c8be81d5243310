//! Calls: those that exist now, live, and those that are over.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{Calls, Time};
use crate::parts::{Cell, Column, Empty, Mode, Page, Table, Tabs, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::account::Account;
use crate::view::past::{Direction, Event, Kind, Outcome, Party, Past, Witness};
use crate::when;
use crate::words::Lang;

/// `GET /calls?of=cloud`.
pub(crate) async fn page(State(app): State<App>, shell: Shell) -> Response {
    let (t, now, view) = (shell.t, shell.now, Arc::clone(&shell.view));
    let cloud = shell.wish.of.as_deref() == Some("cloud");
    let witness = if cloud { Witness::Cloud } else { Witness::House };
    let tabs = Tabs::new(t.pick("Vergangenes", "The past"))
        .tab("/calls", t.pick("Auf dieser Box", "On this box"), !cloud)
        .tab("/calls?of=cloud", t.pick("In der Cloud", "In the cloud"), cloud);
    let past = app.commands.past(witness, shell.wish.before).await;
    let failed = past.is_err().then(|| {
        Empty::new(
            "",
            t.pick("Die Liste lässt sich gerade nicht lesen.", "The list cannot be read right now."),
            t.pick(
                "Bitte gleich noch einmal; „gatehouse doctor“ nennt den Grund.",
                "Please try again in a moment; “gatehouse doctor” names the reason.",
            ),
        )
    });
    let side = if cloud { Side::Cloud } else { Side::House };
    let table = past.ok().map(|past| history(&shell, &view.account, past, side));
    let calls = Calls { t, now, calls: &view.calls };
    let page = Page::new(shell).mode(Mode::Local);
    let page = if cloud { page.mirrored() } else { page };
    page.with(calls).with(tabs).with_some(failed).with_some(table).answer()
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
    let columns = [
        Column::new("", t.caller()),
        Column::new("", t.callee()),
        Column::new("", t.pick("Was", "What")),
        Column::new("", t.pick("Wann", "When")),
        Column::new("", t.duration()).end(),
    ];
    let nothing = t.pick("Noch nichts.", "Nothing yet.");
    let mut table = Table::plain(t, "", columns).or_else(nothing);
    for event in &past.events {
        let when = when::local(t, &account.zone, event.at, shell.now);
        table.row([
            people.party(&event.from),
            people.party(&event.to),
            what(t, event),
            Cell::Moment { at: event.at, shown: Time::fixed(event.at, when) },
            Cell::text(talked(event)),
        ]);
    }
    let address = match side {
        Side::House => "/calls?",
        Side::Cloud => "/calls?of=cloud&",
        Side::Own => "/me?",
    };
    table.older(past.older.map(|older| format!("{address}before={older}"))).done()
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
struct People<'a>(HashMap<&'a str, &'a str>);

impl<'a> People<'a> {
    fn of(account: &'a Account) -> Self {
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
        let known = self.0.get(party.number.as_str()).map(|name| (*name).to_owned());
        match party.name.clone().or(known) {
            Some(name) => Cell::name(name, &party.number),
            None if party.number.is_empty() => Cell::None,
            None => Cell::name(&party.number, ""),
        }
    }
}
