//! One call as a ladder: who sent what to whom, and when; for admins also what stands in each message, without its secrets.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::routing::{escaped, short};
use super::{Summary, read};
use crate::charter::May;
use crate::diagnostics::DiagnosticAsk;
use crate::parts::{Cell, Column, Facts, Figure, Mode, Page, Table};
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;

/// In the units of the drawing: the first lifeline, from one to the next, and a message's height.
const FIRST: usize = 130;
const LANE: usize = 190;
const ROW: usize = 30;
/// Whoever else takes part stands in the list below the drawing alone.
const MOST_PARTIES: usize = 8;

/// The messages of a call, as the daemon tells them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ladder {
    #[serde(flatten)]
    call: Summary,
    /// Addresses of everybody but the box.
    parties: Vec<String>,
    ladder: Vec<Rung>,
}

/// One message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rung {
    after_ms: u64,
    party: usize,
    way: String,
    over: String,
    what: String,
    text: Option<String>,
}

impl Rung {
    fn at(&self) -> String {
        format!("{}.{:03}", self.after_ms / 1000, self.after_ms % 1000)
    }

    fn comes_in(&self) -> bool {
        self.way == "in"
    }

    /// `192.0.2.7:5060 → Box, UDP`.
    fn way(&self, ladder: &Ladder) -> String {
        let party = ladder.parties.get(self.party).map_or("?", String::as_str);
        let (from, to) = if self.comes_in() { (party, "Box") } else { ("Box", party) };
        format!("{from} → {to}, {}", self.over)
    }
}

/// `GET /diagnostics/calls/{call}`.
pub(super) async fn page(State(app): State<App>, Path(call): Path<String>, shell: Shell) -> Response {
    let t = shell.t;
    let texts = shell.who.may(May::Rule);
    let Ok(told) = app.commands.diagnose(DiagnosticAsk::Ladder { call, texts }).await else {
        return super::super::not_found(t);
    };
    let ladder: Ladder = read(told);
    let (name, number) = ladder.call.caller();
    let facts = Facts::new("")
        .fact(t.caller(), Cell::name(name, number))
        .fact(t.pick("Gewählt", "Dialled"), Cell::text(ladder.call.to.clone().unwrap_or_default()))
        .fact(t.pick("Begann", "Began"), ladder.call.began(&shell))
        .fact(t.pick("Ergebnis", "Result"), ladder.call.status(t));
    let (drawing, title) =
        (drawn(t, &ladder), t.pick("Ein Gespräch, Nachricht für Nachricht", "A call, message by message"));
    let lead = t.pick(
        "Was Telefone, Leitungen und die Box einander sagten. Passwörter und Schlüssel sind weggelassen.",
        "What phones, lines and the box said to each other. Passwords and keys are left out.",
    );
    let (listed, whole) = match texts {
        true => (None, Some(whole(t, &ladder))),
        false => (Some(listed(t, &ladder)), None),
    };
    let page = Page::below(shell, title, lead).mode(Mode::Local);
    page.with(facts).with(drawing).with_some(listed).with_some(whole).answer()
}

fn listed(t: Lang, ladder: &Ladder) -> Table {
    let columns = [
        Column::new("", t.pick("Nach Sekunden", "After seconds")).narrow(),
        Column::new("", t.pick("Was", "What")),
        Column::new("", t.pick("Von wem an wen", "From whom to whom")),
    ];
    let mut table = Table::plain(t, t.pick("Nachrichten", "Messages"), columns);
    for rung in &ladder.ladder {
        table.row([Cell::Code(rung.at()), Cell::text(&rung.what), Cell::text(rung.way(ladder))]);
    }
    table.done()
}

/// Every message with what stands in it.
#[derive(Template)]
#[template(path = "parts/messages.html")]
struct Messages {
    title: &'static str,
    messages: Vec<Message>,
}

struct Message {
    at: String,
    way: String,
    what: String,
    text: String,
}

fn whole(t: Lang, ladder: &Ladder) -> Messages {
    let message = |rung: &Rung| Message {
        at: rung.at(),
        way: rung.way(ladder),
        what: rung.what.clone(),
        text: rung.text.clone().unwrap_or_default(),
    };
    let title = t.pick("Nachrichten und was darin steht", "Messages and what stands in them");
    Messages { title, messages: ladder.ladder.iter().map(message).collect() }
}

/// Lifelines with an arrow for each message; the box stands beside the caller.
fn drawn(t: Lang, ladder: &Ladder) -> Figure {
    let parties = ladder.parties.len().min(MOST_PARTIES);
    let lane = |number: usize| FIRST + number * LANE;
    let of_party = |party: usize| lane(if party == 0 { 0 } else { party + 1 });
    let shown: Vec<&Rung> = ladder.ladder.iter().filter(|rung| rung.party < parties).collect();
    let (width, height) = (lane(parties.max(1)) + LANE / 2, 40 + ROW * shown.len() + 10);
    let title = t.pick("Wer wem was sagte", "Who said what to whom");
    let mut drawing = format!(
        r#"<div class="wide" tabindex="0" role="group" aria-label="{title}"><svg class="routing ladder" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{title}">"#
    );
    let heads =
        ladder.parties.iter().take(parties).enumerate().map(|(party, name)| (of_party(party), name.as_str()));
    for (x, name) in heads.chain([(lane(1), "Box")]) {
        let _ = write!(
            drawing,
            r#"<text class="head" x="{x}" y="16" text-anchor="middle">{}</text><path class="life" d="M{x} 24 V{height}"/>"#,
            escaped(&short(name))
        );
    }
    for (row, rung) in shown.iter().enumerate() {
        let (party, here, y) = (of_party(rung.party), lane(1), 56 + row * ROW);
        let (from, to) = if rung.comes_in() { (party, here) } else { (here, party) };
        let back = if to > from { to - 8 } else { to + 8 };
        let middle = usize::midpoint(from, to);
        let _ = write!(
            drawing,
            r#"<text class="more" x="0" y="{y}">{}</text><text x="{middle}" y="{}" text-anchor="middle">{}</text><path class="go" d="M{from} {y} H{to} M{back} {} L{to} {y} L{back} {}"/>"#,
            rung.at(),
            y - 5,
            escaped(&short(&rung.what)),
            y - 4,
            y + 4,
        );
    }
    drawing.push_str("</svg></div>");
    Figure { title: title.to_owned(), drawing }
}
