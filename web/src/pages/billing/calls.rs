//! Single calls with their price (German: "Einzelverbindungsnachweis"), narrowed as wanted, and as files.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::known::{Item, Items, ask, moment};
use super::say::{kind, money, what};
use super::settings::privacy_word;
use super::{tabs, unreadable};
use crate::ledger::{self, LedgerAsk};
use crate::pages::Time;
use crate::pages::names::Names;
use crate::pages::talk::People;
use crate::parts::{Cell, Column, Mode, Note, Page, Table, Tone, Wish};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::View;
use crate::when;
use crate::words::Lang;

/// One list to choose from: its name, what it is called, and its choices with the one that is set.
pub(super) type Choice = (&'static str, &'static str, Vec<(String, String, bool)>);

/// What narrows the list, and the files with the same calls in them.
#[derive(Template)]
#[template(path = "parts/narrow.html")]
pub(super) struct Narrow {
    pub(super) t: Lang,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) choices: Vec<Choice>,
    pub(super) files: Vec<(String, &'static str)>,
}

/// `GET /billing/calls`.
pub(super) async fn page(State(app): State<App>, shell: Shell) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let asked = asked(&shell.wish);
    let narrow = narrow(t, &view, &shell.wish);
    let items = ask::<Items>(&app, LedgerAsk::Items(asked)).await;
    let (table, note) = match &items {
        Ok(items) => (Some(table(&shell, &view, items)), short(t, items)),
        Err(reason) => (None, Some(unreadable(t, reason))),
    };
    let lead = t.pick(
        "Was Box und Cloud von jedem Gespräch wissen, jedes einmal; ohne Auswahl dieser Monat.",
        "What box and cloud know of every call, each once; this month unless you choose otherwise.",
    );
    let page = Page::below(shell, t.pick("Einzelne Gespräche", "Single calls"), lead);
    page.mirrored()
        .mode(Mode::Local)
        .with(tabs(t, "/billing/calls"))
        .with(narrow)
        .with_some(note)
        .with_some(table)
        .answer()
}

fn asked(wish: &Wish) -> ledger::Items {
    let of = |name| wish.filter(name).map(str::to_owned);
    ledger::Items { from: of("from"), to: of("to"), kind: of("kind"), user: of("user"), group: of("group") }
}

fn narrow(t: Lang, view: &View, wish: &Wish) -> Narrow {
    let account = &view.account;
    let choice = |name: &'static str, title, choices: Vec<(String, String)>| {
        let set = |value: &str| wish.filter(name) == Some(value);
        (name, title, choices.into_iter().map(|(value, words)| (value.clone(), words, set(&value))).collect())
    };
    let kinds = ["call", "fax", "message", "voicemail"];
    let kinds = kinds.map(|name| (name.to_owned(), kind(t, name).to_owned())).to_vec();
    let people = account.users.iter().map(|user| (user.id.clone(), user.name.clone())).collect();
    let groups = account.groups.iter().map(|group| (group.id.clone(), group.alias.clone()));
    let channels = account.channels.iter().map(|channel| (channel.id.clone(), channel.name.clone()));
    let query = wish.narrowed();
    let file = |path: &str, words| (format!("/api/v1/billing/{path}?{query}"), words);
    Narrow {
        t,
        from: wish.filter("from").unwrap_or_default().to_owned(),
        to: wish.filter("to").unwrap_or_default().to_owned(),
        choices: vec![
            choice("kind", t.pick("Art", "Kind"), kinds),
            choice("user", t.pick("Person", "Person"), people),
            choice(
                "group",
                t.pick("Gruppe oder Kanal", "Group or channel"),
                groups.chain(channels).collect(),
            ),
        ],
        files: vec![
            file("items-excel.csv", "Excel (CSV)"),
            file("items.xlsx", "XLSX"),
            file("items.csv", "CSV (RFC 4180)"),
        ],
    }
}

/// What the list leaves out, and why.
fn short(t: Lang, items: &Items) -> Option<Note> {
    let shown = items.items.len();
    let what = match t {
        _ if items.privacy == "none" => {
            t.pick("Einzelne Gespräche werden nicht aufbewahrt.", "Single calls are not kept.").to_owned()
        }
        Lang::De if shown < items.count => {
            format!("Hier stehen die neuesten {shown} von {}; in den Dateien stehen alle.", items.count)
        }
        Lang::En if shown < items.count => {
            format!("These are the newest {shown} of {}; the files have all of them.", items.count)
        }
        _ if !items.whole => t
            .pick(
                "Es sind mehr, als auf einmal gelesen werden; bitte weniger Tage wählen.",
                "There are more than are read at once; please choose fewer days.",
            )
            .to_owned(),
        _ if items.privacy == "shortened" => {
            format!("{}: {}", t.pick("Aufbewahrt werden", "What is kept"), privacy_word(t, "shortened"))
        }
        Lang::De | Lang::En => return None,
    };
    Some(Note { tone: Tone::Calm, kind: String::new(), what, more: String::new(), link: None })
}

fn table(shell: &Shell, view: &View, items: &Items) -> Table {
    let (t, account) = (shell.t, &view.account);
    let (names, people) = (Names::of(t, account), People::of(account));
    let currency = account.balance.as_ref().map_or("EUR", |it| it.currency.as_str());
    let columns = [
        Column::new("remote", t.pick("Rufnummer", "Number")),
        Column::new("when", t.pick("Wann", "When")),
        Column::new("what", t.pick("Was", "What")),
        Column::new("who", t.pick("Bei uns", "With us")),
        Column::new("talked", t.duration()).end(),
        Column::new("cost", t.pick("Kosten", "Cost")).end(),
    ];
    let nothing = t.pick("In dieser Zeit war nichts.", "There was nothing in this time.");
    let mut table = Table::new(shell, t.calls(), columns).or_else(nothing);
    for item in &items.items {
        let at = moment(item.started);
        let shown = Time::fixed(at, when::local(t, &account.zone, at, shell.now));
        let amount = item.amount.as_deref().map_or(Cell::None, |amount| cost(t, amount, currency));
        table.row([
            people.cell(&item.remote),
            Cell::Moment { at, shown },
            what(t, item),
            ours(&names, item),
            Cell::Amount {
                value: i64::try_from(item.talked).unwrap_or(i64::MAX),
                written: Time::counted(item.talked),
            },
            amount,
        ]);
    }
    table.done()
}

fn cost(t: Lang, amount: &str, currency: &str) -> Cell {
    let cents: i64 = amount.replace('.', "").parse().unwrap_or_default();
    Cell::Amount { value: cents, written: money(t, amount, currency) }
}

/// Who on our side, and through which group.
pub(in crate::pages) fn ours(names: &Names<'_>, item: &Item) -> Cell {
    let group = item.group.as_deref().map(|id| names.rung(id)).unwrap_or_default();
    match item.user.as_deref() {
        Some(user) => Cell::name(names.user(user), group),
        None if group.is_empty() => Cell::None,
        None => Cell::name(group, ""),
    }
}
