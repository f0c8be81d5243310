//! The check of the bill: what the box saw beside what the cloud lists, every difference with its reason.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::calls::{Narrow, ours};
use super::known::{Check, Difference, Item, ask, moment};
use super::say::{is_open, open};
use super::{CHECK, tabs, unreadable};
use crate::ledger::{CheckOf, LedgerAsk};
use crate::pages::Time;
use crate::pages::names::Names;
use crate::pages::talk::People;
use crate::parts::{Cell, Column, Mode, Note, Page, Table, Tone, Wish};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::View;
use crate::when;
use crate::words::Lang;

/// `GET /billing/check`.
pub(super) async fn page(State(app): State<App>, shell: Shell) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let of = |name| shell.wish.filter(name).map(str::to_owned);
    let asked = CheckOf { from: of("from"), to: of("to"), what: of("what") };
    let days = Narrow {
        t,
        from: asked.from.clone().unwrap_or_default(),
        to: asked.to.clone().unwrap_or_default(),
        choices: Vec::new(),
        files: Vec::new(),
    };
    let told = ask::<Check>(&app, LedgerAsk::Check(asked)).await;
    let (verdict, tables) = match &told {
        Ok(check) => {
            let tables = (counts(t, &shell.wish, check), listed(&shell, &view, check));
            (verdict(t, check), Some(tables))
        }
        Err(reason) => (unreadable(t, reason), None),
    };
    let (counts, listed) = tables.unzip();
    let lead = t.pick(
        "Gespräche ihrer Telefone hat die Box selbst gesehen. Hier steht ihre Aufzeichnung neben der der Cloud.",
        "The box saw the calls of its phones itself. Here its record stands beside the cloud's.",
    );
    let page = Page::below(shell, t.pick("Rechnung prüfen", "Check the bill"), lead);
    page.mirrored()
        .mode(Mode::Local)
        .with(tabs(t, CHECK))
        .with(days)
        .with(verdict)
        .with_some(counts)
        .with_some(listed)
        .answer()
}

fn verdict(t: Lang, check: &Check) -> Note {
    let unexplained = open(&check.counts);
    let (tone, what) = match (unexplained, t) {
        (0, _) => {
            (Tone::Good, t.pick("Jede Abweichung ist erklärt.", "Every difference is explained.").to_owned())
        }
        (1, _) => (
            Tone::Warn,
            t.pick("Eine Abweichung kann keine Seite erklären.", "One difference neither side can explain.")
                .to_owned(),
        ),
        (n, Lang::De) => (Tone::Warn, format!("{n} Abweichungen kann keine Seite erklären.")),
        (n, Lang::En) => (Tone::Warn, format!("{n} differences neither side can explain.")),
    };
    let more = if unexplained > 0 {
        t.pick(
            "Damit können Sie beim Anbieter nachfragen: Beginn, Rufnummer und Dauer stehen unten.",
            "You can ask the provider about these: beginning, number and duration stand below.",
        )
    } else if check.whole {
        ""
    } else {
        t.pick(
            "Es wurde nur ein Teil gelesen; bitte weniger Tage wählen.",
            "Only a part was read; please choose fewer days.",
        )
    };
    Note { tone, kind: String::new(), what, more: more.to_owned(), link: None }
}

/// Every kind of difference with its reason; what is open stands first.
fn counts(t: Lang, wish: &Wish, check: &Check) -> Table {
    let columns = [
        Column::new("", t.pick("Was verglichen wurde", "What was compared")),
        Column::new("", t.pick("Warum", "Why")),
        Column::new("", t.pick("Anzahl", "Count")).end(),
    ];
    let nothing = t.pick("In dieser Zeit war kein Gespräch.", "There was no call in this time.");
    let mut table = Table::plain(t, t.pick("Ergebnis", "Result"), columns).or_else(nothing);
    let mut names: Vec<(&String, &u32)> = check.counts.iter().collect();
    names.sort_by_key(|(name, _)| (!is_open(name), name.as_str() != "same", name.as_str()));
    for (name, count) in names {
        let (title, why) = difference(t, name);
        let days = Wish {
            filters: wish.filters.iter().filter(|(it, _)| *it != "what").cloned().collect(),
            ..Wish::default()
        };
        let query = [days.narrowed(), format!("what={name}")].into_iter().filter(|it| !it.is_empty());
        let href = format!("{CHECK}?{}", query.collect::<Vec<_>>().join("&"));
        let count = usize::try_from(*count).unwrap_or(usize::MAX);
        table.row([Cell::link(title, "", href), Cell::text(why), Cell::count(count)]);
    }
    table.done()
}

/// Both records side by side.
fn listed(shell: &Shell, view: &View, check: &Check) -> Table {
    let (t, account) = (shell.t, &view.account);
    let (names, people) = (Names::of(t, account), People::of(account));
    let columns = [
        Column::new("", t.pick("Rufnummer", "Number")),
        Column::new("", t.pick("Bei uns", "With us")),
        Column::new("", t.pick("Die Box sah", "The box saw")),
        Column::new("", t.pick("Die Cloud nennt", "The cloud lists")),
        Column::new("", t.pick("Unterschied", "Difference")),
    ];
    let chosen = shell.wish.filter("what").map(|name| difference(t, name).0);
    let title = chosen.unwrap_or_else(|| t.pick("Nicht erklärt", "Not explained"));
    let mut table = Table::plain(t, title, columns).or_else(t.pick("Keine.", "None."));
    let side = |item: &Option<Item>| item.as_ref().map_or(Cell::None, |item| record(shell, view, item));
    for row in &check.rows {
        let Some(item) = row.house.as_ref().or(row.cloud.as_ref()) else { continue };
        table.row([
            people.cell(&item.remote),
            ours(&names, item),
            side(&row.house),
            side(&row.cloud),
            apart(t, row),
        ]);
    }
    table.done()
}

fn record(shell: &Shell, view: &View, item: &Item) -> Cell {
    let at = moment(item.started);
    Cell::name(when::local(shell.t, &view.account.zone, at, shell.now), Time::counted(item.talked))
}

fn apart(t: Lang, row: &Difference) -> Cell {
    let tone = if is_open(&row.what) { Tone::Warn } else { Tone::Calm };
    let more = match row.seconds {
        0 => String::new(),
        seconds => format!("{} {}", t.pick("um", "by"), Time::counted(seconds)),
    };
    Cell::Mark { tone, word: difference(t, &row.what).0.to_owned(), more }
}

/// What a difference is called, and why it is.
fn difference(t: Lang, name: &str) -> (&'static str, &'static str) {
    let found = DIFFERENCES.iter().find(|(known, _, _)| *known == name);
    found.map_or(("–", ""), |(_, title, why)| (t.of(*title), t.of(*why)))
}

type Words = [&'static str; 2];

const DIFFERENCES: &[(&str, Words, Words)] = &[
    ("same", ["Gleich", "Alike"], ["Beide Seiten sagen dasselbe.", "Both sides say the same."]),
    (
        "clock",
        ["Uhren gehen anders", "Clocks differ"],
        [
            "Dasselbe Gespräch; die Uhren liegen mehr als zehn Sekunden auseinander.",
            "The same call; the clocks are more than ten seconds apart.",
        ],
    ),
    (
        "hours",
        ["Um ganze Stunden verschoben", "Off by whole hours"],
        [
            "Dasselbe Gespräch, in der Cloud eine oder zwei Stunden versetzt: eine falsche Zeitzone oder die Sommerzeit.",
            "The same call, an hour or two off in the cloud: a wrong time zone or daylight saving.",
        ],
    ),
    (
        "longer",
        ["Cloud zählt länger", "The cloud counts longer"],
        [
            "Die Cloud berechnet mehr Zeit, als die Box gesprochen sah.",
            "The cloud charges more time than the box saw talked.",
        ],
    ),
    (
        "shorter",
        ["Cloud zählt kürzer", "The cloud counts shorter"],
        [
            "Die Cloud berechnet weniger Zeit, als die Box sah.",
            "The cloud charges less time than the box saw.",
        ],
    ),
    (
        "only_house_inside",
        ["Blieb im Haus", "Stayed in the house"],
        [
            "Ging nie hinaus; die Cloud kann es nicht kennen, und es kostet nichts.",
            "Never left; the cloud cannot know it, and it costs nothing.",
        ],
    ),
    (
        "only_house_not_answered",
        ["Nur hier: nicht angenommen", "Here only: not answered"],
        [
            "Was nichts kostet, steht nicht immer in der Liste der Cloud.",
            "What costs nothing is not always listed by the cloud.",
        ],
    ),
    (
        "only_house_not_yet_listed",
        ["Nur hier: zu frisch", "Here only: too fresh"],
        ["Die Cloud zeigt Gespräche erst Minuten später.", "The cloud shows calls minutes later."],
    ),
    (
        "only_house_beyond_history",
        ["Nur hier: zu alt für die Cloud", "Here only: too old for the cloud"],
        [
            "Älter als der erste Eintrag, den die Cloud noch hat.",
            "Older than the first entry the cloud still has.",
        ],
    ),
    (
        "only_house_unexplained",
        ["Nur hier, ohne Grund", "Here only, for no reason"],
        [
            "Die Box sah das Gespräch; die Cloud müsste es kennen.",
            "The box saw the call; the cloud should know it.",
        ],
    ),
    (
        "only_cloud_forwarded",
        ["Nur Cloud: dort weitergeleitet", "Cloud only: forwarded there"],
        [
            "Die Cloud leitete weiter, während es hier klingelte oder gesprochen wurde.",
            "The cloud forwarded while it rang or was up here.",
        ],
    ),
    (
        "only_cloud_leg",
        ["Nur Cloud: Teil eines Gesprächs", "Cloud only: part of a call"],
        [
            "Ein weiterer Abschnitt eines Gesprächs, das schon verglichen ist.",
            "Another leg of a call that is compared already.",
        ],
    ),
    (
        "only_cloud_no_call",
        ["Nur Cloud: kein Gespräch", "Cloud only: not a call"],
        [
            "Kurznachrichten, Faxe und was auf der Voicemail hinterlassen wurde, zeichnet die Box nicht auf.",
            "The box keeps no record of text messages, faxes and what was left on a voicemail.",
        ],
    ),
    (
        "only_cloud_before_the_box",
        ["Nur Cloud: vor der Box", "Cloud only: before the box"],
        [
            "Die Box betreute dieses Konto noch nicht und kann das Gespräch nicht kennen.",
            "The box did not look after this account yet and cannot know the call.",
        ],
    ),
    (
        "only_cloud_box_away",
        ["Nur Cloud: Box war aus", "Cloud only: the box was off"],
        ["Die Box lief zu dieser Zeit nicht.", "The box was not running at that time."],
    ),
    (
        "only_cloud_elsewhere",
        ["Nur Cloud: nicht über die Box", "Cloud only: not through the box"],
        [
            "Von jemandem ohne Telefon an der Box, oder aus der App oder vom Mobiltelefon.",
            "Of somebody without a phone at the box, or from the app or a mobile phone.",
        ],
    ),
    (
        "only_cloud_unexplained",
        ["Nur Cloud, ohne Grund", "Cloud only, for no reason"],
        [
            "Die Cloud berechnet ein Gespräch, das die Box nicht sah.",
            "The cloud charges a call that the box did not see.",
        ],
    ),
];
