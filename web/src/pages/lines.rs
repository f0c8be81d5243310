//! The lines to the outside: which carry calls, since when, and if not, why and what still works; and what can be tried with them.

mod detour;
mod record;
mod trials;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Time;
use crate::charter::{Doors, May};
use crate::detour::DetourAsk;
use crate::drills::{self, DrillAsk};
use crate::line_tests::{self, LineTestAsk};
use crate::parts::{Cell, Column, Mode, Note, Page, Table, Tone, kept_current};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::{Line, LineKind, LineState, Sentence};
use crate::when;
use crate::words::Lang;
use trials::{Drill, Test, Trials};

/// Providers renew their certificates a month ahead; one that has not by then has forgotten.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

pub(crate) fn doors() -> Doors {
    Doors::default()
        .see("/lines", May::See, page)
        .see("/lines/drills/{began}", May::See, record::drill)
        .see("/lines/tests/{began}", May::See, record::test)
        .act("/lines/drill", May::Set, drills::BEGAN, trials::begin_drill)
        .act("/lines/drill/stop", May::Set, drills::ENDED, trials::stop_drill)
        .act("/lines/test", May::Set, line_tests::BEGAN, trials::begin_test)
        .act("/lines/detour", May::Set, crate::detour::SWITCHED, detour::switch)
        .act("/lines/test/stop", May::Set, line_tests::ENDED, trials::stop_test)
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(&app, shell, None).await
}

/// The page; `refused` says which trial was not begun, and why.
async fn shown(app: &App, shell: Shell, refused: Option<(trials::Kind, Sentence)>) -> Response {
    let drills: Trials<Drill> = trials::read(app.commands.drill(DrillAsk::Shown).await);
    let tests: Trials<Test> = trials::read(app.commands.line_test(LineTestAsk::Shown).await);
    let may = shell.who.may(May::Set);
    let because = |kind| refused.as_ref().filter(|(of, _)| *of == kind).map(|(_, why)| why);
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let (note, nameless, table) = (survives(&shell), nameless(&shell), lines(&shell));
    let busy = drills.until.is_some() || tests.until.is_some();
    let drill = trials::of_drill(&shell, &drills, may, because(trials::Kind::Drill));
    let test = trials::of_test(&shell, &tests, may, because(trials::Kind::Test));
    let told = app.commands.detour(DetourAsk::Shown).await;
    let round = detour::of(&shell, told, may, because(trials::Kind::Detour));
    let page = Page::new(shell).mode(Mode::Local).status(status);
    let page = page.with_some(note).with_some(nameless).with(table).with_some(round);
    kept_current(test.onto(drill.onto(page)).answer(), busy)
}

/// Which lines are down, and what goes on all the same.
fn survives(shell: &Shell) -> Option<Note> {
    let (t, view) = (shell.t, &shell.view);
    let (up, all) = (view.lines_up(), view.lines.len());
    let down = view.lines.iter().filter(|line| matches!(line.state, LineState::Down { .. }));
    let since = down.map(|line| line.since).min()?;
    let since = when::local(t, &view.account.zone, since, shell.now);
    let inside = t.pick(
        "Im Haus geht alles weiter: Gespräche, Gruppen, Anmeldungen, diese Seite. ",
        "In the house everything goes on: calls, groups, registrations, this page. ",
    );
    let (tone, what, outside) = if up == 0 {
        let what = match t {
            Lang::De => format!("Seit {since} führt keine Leitung nach draußen."),
            Lang::En => format!("Since {since} no line leads outside."),
        };
        let outside = t.pick(
            "Nach draußen geht nichts, auch kein Notruf: dafür ein Mobiltelefon benutzen. Wer hinauswill, hört, warum nicht.",
            "Nothing leads outside, calls for help included: use a mobile phone for those. Who calls out hears why not.",
        );
        (Tone::Bad, what, outside)
    } else {
        let what = match t {
            Lang::De => {
                let carry = if up == 1 { "trägt" } else { "tragen" };
                format!("{up} von {all} Leitungen {carry} Gespräche; die erste Störung besteht seit {since}.")
            }
            Lang::En => {
                let carry = if up == 1 { "carries" } else { "carry" };
                format!("{up} of {all} lines {carry} calls; the first is down since {since}.")
            }
        };
        let outside = t.pick(
            "Nach draußen geht es über die übrigen; Notrufe nehmen jede, die geht.",
            "The outside is reached by the others; calls for help take any that works.",
        );
        (Tone::Warn, what, outside)
    };
    let kind = t.pick("Was noch geht", "What still works").to_owned();
    Some(Note { tone, kind, what, more: format!("{inside}{outside}"), link: None })
}

/// Since when nobody says where providers are, and that lines work all the same.
fn nameless(shell: &Shell) -> Option<Note> {
    let (t, view) = (shell.t, &shell.view);
    let gone = view.lines.iter().filter_map(|line| line.names_gone);
    let since = when::local(t, &view.account.zone, gone.min()?, shell.now);
    let what = match t {
        Lang::De => format!("Seit {since} antwortet kein Nameserver."),
        Lang::En => format!("Since {since} no name server answers."),
    };
    let more = t.pick(
        "Gespräche gehen weiter: Wo der Anbieter ist, sagt die letzte Antwort. Zieht er um, merken die Leitungen es erst, wenn wieder einer \
         antwortet. DNS im Router prüfen.",
        "Calls go on: the last answer says where the provider is. If it moves, lines learn of it once a name server answers again. Check \
         DNS in the router.",
    );
    let kind = t.pick("Was noch geht", "What still works").to_owned();
    Some(Note { tone: Tone::Warn, kind, what, more: more.to_owned(), link: None })
}

fn lines(shell: &Shell) -> Table {
    let (t, now, view) = (shell.t, shell.now, Arc::clone(&shell.view));
    let columns = [
        Column::new("line", t.pick("Leitung", "Line")),
        Column::new("state", t.state()),
        Column::new("since", t.pick("Seit", "Since")).narrow(),
        Column::new("server", t.pick("Angemeldet bei", "Registered at")),
        Column::new("numbers", t.pick("Trägt zuerst", "Carries first")),
        Column::new("calls", t.calls()).end(),
    ];
    let nothing = t.pick(
        "Keine Leitung: Gespräche bleiben im Haus. [trunk] in der Konfiguration sagt, wie es nach draußen geht.",
        "No line: calls stay in the house. [trunk] in the configuration says how the outside is reached.",
    );
    let mut table = Table::new(shell, t.pick("Leitungen", "Lines"), columns).or_else(nothing);
    for line in &view.lines {
        let phone = view.account.devices.iter().find(|it| it.login.as_deref() == Some(&line.name));
        let name = match phone {
            Some(phone) => Cell::link(&phone.alias, &line.name, format!("/phones/{}", phone.id)),
            None => Cell::name(&line.name, kind(t, line.kind)),
        };
        table.row([
            name,
            state(shell, line),
            Cell::Moment { at: line.since, shown: Time::lasting(t, line.since, now) },
            server(shell, line),
            numbers(t, line),
            Cell::count(usize::from(line.calls)),
        ]);
    }
    table.done()
}

/// Whose calls go out over it before they go out over another one.
fn numbers(t: Lang, line: &Line) -> Cell {
    let Some((first, more)) = line.numbers.split_first() else { return Cell::None };
    let more = more.len();
    let words = match t {
        _ if more == 0 => String::new(),
        Lang::De => format!("und {more} weitere"),
        Lang::En => format!("and {more} more"),
    };
    Cell::name(first, words)
}

fn kind(t: Lang, kind: LineKind) -> &'static str {
    match kind {
        LineKind::Device => t.pick("für ein Telefon", "for one phone"),
        LineKind::Trunk => t.pick("für alle", "for everybody"),
        LineKind::Backup => t.pick("wenn keine andere geht", "when no other works"),
    }
}

fn state(shell: &Shell, line: &Line) -> Cell {
    let t = shell.t;
    match &line.state {
        LineState::Starting => Cell::mark(Tone::Calm, t.pick("beginnt", "starting")),
        LineState::Up => {
            let word = t.pick("trägt Gespräche", "carries calls");
            match concern(shell, line) {
                Some(more) => Cell::Mark { tone: Tone::Warn, word: word.to_owned(), more },
                None => Cell::mark(Tone::Good, word),
            }
        }
        LineState::Down { why } => Cell::Mark {
            tone: Tone::Bad,
            word: t.pick("gestört", "down").to_owned(),
            more: t.say(why).to_owned(),
        },
    }
}

/// What may end a line that works.
fn concern(shell: &Shell, line: &Line) -> Option<String> {
    let (t, zone) = (shell.t, &shell.view.account.zone);
    let until = line.certificate.filter(|until| *until < shell.now + SOON)?;
    let (day, over) = (when::day(zone, until), until <= shell.now);
    Some(match (t, over) {
        (Lang::De, true) => format!("Zertifikat abgelaufen am {day}."),
        (Lang::De, false) => format!("Zertifikat läuft am {day} ab."),
        (Lang::En, true) => format!("Certificate ended on {day}."),
        (Lang::En, false) => format!("Certificate ends on {day}."),
    })
}

/// Where it is registered, how fast that answers, and until when its certificate counts.
fn server(shell: &Shell, line: &Line) -> Cell {
    let (t, Some(server)) = (shell.t, &line.server) else { return Cell::None };
    let answers = line.answers_ms.map(|ms| match t {
        Lang::De => format!("antwortet nach {ms} ms"),
        Lang::En => format!("answers after {ms} ms"),
    });
    let certificate = line.certificate.map(|until| {
        let day = when::day(&shell.view.account.zone, until);
        match t {
            Lang::De => format!("Zertifikat bis {day}"),
            Lang::En => format!("certificate until {day}"),
        }
    });
    Cell::name(server, answers.into_iter().chain(certificate).collect::<Vec<_>>().join(", "))
}
