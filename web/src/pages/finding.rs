//! One search for everything: people, numbers, phones, pages, help.

use std::sync::Arc;

use axum::response::Response;

use crate::help::SUBJECTS;
use crate::parts::{Cell, Column, Empty, Mode, Page, Table};
use crate::shell::Shell;
use crate::sitemap::places;
use crate::view::View;
use crate::words::Lang;

/// Most finds of one kind.
const MOST: usize = 12;

/// `GET /search?q=`.
pub(crate) async fn search(shell: Shell) -> Response {
    let (t, view, words) = (shell.t, Arc::clone(&shell.view), shell.wish.words.clone());
    let title = match t {
        _ if words.is_empty() => t.pick("Suche", "Search").to_owned(),
        Lang::De => format!("Suche nach „{words}“"),
        Lang::En => format!("Search for “{words}”"),
    };
    let finds = finds(t, &view, &words.to_lowercase());
    let columns =
        [Column::new("", t.pick("Gefunden", "Found")), Column::new("", t.pick("Was es ist", "What it is"))];
    let mut table = Table::plain(t, "", columns);
    for (cell, kind) in finds {
        table.row([cell, Cell::text(kind)]);
    }
    let nothing = table.is_empty().then(|| {
        Empty::new(
            "",
            t.pick("Nichts gefunden.", "Nothing found."),
            t.pick(
                "Gesucht wird nach Namen, Durchwahlen, Rufnummern, Telefonen, Seiten und Hilfethemen.",
                "Names, extensions, numbers, phones, pages and help subjects are searched.",
            ),
        )
    });
    let table = nothing.is_none().then(|| table.done());
    Page::below(shell, title, "").with_some(nothing).with_some(table).answer()
}

fn finds(t: Lang, view: &View, words: &str) -> Vec<(Cell, &'static str)> {
    if words.is_empty() {
        return Vec::new();
    }
    // Who types a number types it as it is spoken.
    let digits: String = words.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    let says = |text: &str| text.to_lowercase().contains(words);
    let dials = |text: &String| says(text) || (digits.len() > 1 && text.contains(digits));
    let account = &view.account;
    let users = account
        .users
        .iter()
        .filter(|it| says(&it.name) || says(&it.email) || it.extensions.iter().chain(&it.numbers).any(dials));
    let users = users.map(|it| {
        (
            Cell::link(&it.name, it.extensions.join(", "), format!("/users/{}", it.id)),
            t.pick("Benutzer", "User"),
        )
    });
    let phones = view.phones.iter().filter(|it| says(&it.alias) || it.owner.as_deref().is_some_and(says));
    let phones = phones.map(|it| {
        let href = format!("/phones?q={}", crate::parts::escaped(&it.alias));
        (Cell::link(&it.alias, it.owner.as_deref().unwrap_or_default(), href), t.phone())
    });
    let numbers = account.numbers.iter().filter(|it| dials(&it.digits));
    let numbers = numbers.map(|it| {
        let href = format!("/numbers?q={}", crate::parts::escaped(&it.digits));
        (Cell::link(&it.digits, "", href), t.pick("Rufnummer", "Number"))
    });
    let groups = account
        .groups
        .iter()
        .filter(|it| says(&it.alias) || it.extensions.iter().chain(&it.numbers).any(dials));
    let groups = groups
        .map(|it| (Cell::link(&it.alias, it.extensions.join(", "), "/groups"), t.pick("Gruppe", "Group")));
    let contacts = account.contacts.iter().filter(|it| it.shared);
    let contacts =
        contacts.filter(|it| says(&it.name) || says(&it.organization) || it.numbers.iter().any(dials));
    let contacts = contacts.map(|it| {
        let href = format!("/contacts?q={}", crate::parts::escaped(&it.name));
        (Cell::link(&it.name, it.numbers.join(", "), href), t.pick("Kontakt", "Contact"))
    });
    let pages = places().filter(|it| says(it.name(t)) || says(it.lead(t)));
    let pages = pages.map(|it| (Cell::link(it.name(t), it.lead(t), it.path), t.page()));
    let help = SUBJECTS.iter().filter(|it| says(t.of(it.title)) || says(t.of(it.words)));
    let help = help.map(|it| (Cell::link(t.of(it.title), t.of(it.words), it.path), t.pick("Hilfe", "Help")));
    users
        .take(MOST)
        .chain(phones.take(MOST))
        .chain(numbers.take(MOST))
        .chain(groups.take(MOST))
        .chain(contacts.take(MOST))
        .chain(pages.take(MOST))
        .chain(help.take(MOST))
        .collect()
}

/// `GET /help`.
pub(crate) async fn help(shell: Shell) -> Response {
    let t = shell.t;
    let columns = [
        Column::new("subject", t.pick("Thema", "Subject")),
        Column::new("where", t.pick("Wo", "Where")),
        Column::new("whose", t.pick("Wer führt", "Who is in charge")),
    ];
    let mut table = Table::new(&shell, t.pick("Themen", "Subjects"), columns);
    for subject in SUBJECTS {
        let place = crate::sitemap::place(subject.path).map_or("", |place| place.name(t));
        let modes: Vec<&str> = subject.modes.iter().map(|mode| mode.word(t)).collect();
        table.row([
            Cell::name(t.of(subject.title), t.of(subject.words)),
            Cell::Links(vec![(subject.path.to_owned(), place.to_owned())]),
            Cell::text(modes.join(", ")),
        ]);
    }
    Page::new(shell).mode(Mode::Local).with(table.done()).answer()
}
