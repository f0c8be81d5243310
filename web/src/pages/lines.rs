//! The lines to the outside: which carry calls, since when, and if not, why.

use std::sync::Arc;

use axum::response::Response;

use super::Time;
use crate::parts::{Cell, Column, Mode, Page, Table, Tone};
use crate::shell::Shell;
use crate::view::{Line, LineKind, LineState};
use crate::words::Lang;

/// `GET /lines`.
pub(crate) async fn page(shell: Shell) -> Response {
    let (t, now, view) = (shell.t, shell.now, Arc::clone(&shell.view));
    let columns = [
        Column::new("line", t.pick("Leitung", "Line")),
        Column::new("state", t.state()),
        Column::new("since", t.pick("Seit", "Since")).narrow(),
        Column::new("server", t.pick("Angemeldet bei", "Registered at")),
        Column::new("calls", t.calls()).end(),
    ];
    let nothing = t.pick(
        "Keine Leitung: Gespräche bleiben im Haus. [trunk] in der Konfiguration sagt, wie es nach draußen geht.",
        "No line: calls stay in the house. [trunk] in the configuration says how the outside is reached.",
    );
    let mut table = Table::new(&shell, t.pick("Leitungen", "Lines"), columns).or_else(nothing);
    for line in &view.lines {
        let phone = view.account.devices.iter().find(|it| it.login.as_deref() == Some(&line.name));
        let name = match phone {
            Some(phone) => Cell::link(&phone.alias, &line.name, format!("/phones/{}", phone.id)),
            None => Cell::name(&line.name, kind(t, line.kind)),
        };
        table.row([
            name,
            state(t, line),
            Cell::Moment { at: line.since, shown: Time::lasting(t, line.since, now) },
            line.server.clone().map_or(Cell::None, Cell::Code),
            Cell::count(usize::from(line.calls)),
        ]);
    }
    Page::new(shell).mode(Mode::Local).with(table.done()).answer()
}

fn kind(t: Lang, kind: LineKind) -> &'static str {
    match kind {
        LineKind::Device => t.pick("für ein Telefon", "for one phone"),
        LineKind::Trunk => t.pick("für alle", "for everybody"),
        LineKind::Backup => t.pick("wenn keine andere geht", "when no other works"),
    }
}

fn state(t: Lang, line: &Line) -> Cell {
    match &line.state {
        LineState::Starting => Cell::mark(Tone::Calm, t.pick("beginnt", "starting")),
        LineState::Up => Cell::mark(Tone::Good, t.pick("trägt Gespräche", "carries calls")),
        LineState::Down { why } => Cell::Mark {
            tone: Tone::Bad,
            word: t.pick("gestört", "down").to_owned(),
            more: t.say(why).to_owned(),
        },
    }
}
