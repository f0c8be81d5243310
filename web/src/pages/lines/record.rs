//! The record of one trial, to print and file.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::trials::{self, Drill, Said, Test, Trials};
use super::{DrillAsk, LineTestAsk, Mode, Page, Shell, Tone};
use crate::routes::App;
use crate::view::View;
use crate::when;
use crate::words::Lang;

#[derive(Template)]
#[template(path = "parts/record.html")]
struct Record<'a> {
    t: Lang,
    view: &'a View,
    at: String,
    tone: Tone,
    verdict: &'static str,
    says: Vec<&'a str>,
    facts: Vec<(&'static str, String)>,
}

/// `GET /lines/drills/2026-11-22T03:00:00Z`.
pub(super) async fn drill(State(app): State<App>, Path(began): Path<String>, shell: Shell) -> Response {
    let drills: Trials<Drill> = trials::read(app.commands.drill(DrillAsk::Shown).await);
    let Some(drill) = drills.records.iter().find(|drill| drill.began == began) else {
        return super::super::not_found(shell.t);
    };
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let (tone, verdict) = drill.judged(t);
    let how = match drill.how.as_str() {
        "help" => {
            t.pick("Ein Notruf hat sie beendet; er ging hinaus.", "A call for help ended it, and went out.")
        }
        "stopped" => t.pick("Von Hand beendet.", "Stopped by hand."),
        _ => t.pick("Bis zum Ende durchgeführt.", "Carried out to its end."),
    };
    let pair = |before: u64, after: u64| match t {
        Lang::De => format!("{before} vorher, {after} nachher"),
        Lang::En => format!("{before} before, {after} after"),
    };
    let facts = vec![
        (t.pick("Anrufe im Haus", "Calls inside"), drill.calls_inside.to_string()),
        (t.pick("davon angenommen", "of these answered"), drill.answered_inside.to_string()),
        (t.pick("Anmeldungen von Telefonen", "Registrations of phones"), drill.registrations.to_string()),
        (t.pick("Angemeldete Telefone", "Registered phones"), pair(drill.phones_before, drill.phones_after)),
        (
            t.pick("Anrufe hinaus, abgelehnt mit Grund", "Calls out, refused with the reason"),
            drill.refused_out.to_string(),
        ),
        (t.pick("Anrufe herein, abgewiesen", "Calls in, turned away"), drill.turned_away.to_string()),
        (
            t.pick("Leitungen, die trugen", "Lines that carried calls"),
            pair(drill.lines_before, drill.lines_after),
        ),
    ];
    let at = between(&shell, &drill.began, &drill.ended);
    let record = Record { t, view: &view, at, tone, verdict, says: vec![how], facts };
    sheet(shell, t.pick("Übung ohne Leitungen", "Drill without lines"), record)
}

/// `GET /lines/tests/2026-11-22T09:30:00Z`.
pub(super) async fn test(State(app): State<App>, Path(began): Path<String>, shell: Shell) -> Response {
    let tests: Trials<Test> = trials::read(app.commands.line_test(LineTestAsk::Shown).await);
    let Some(test) = tests.records.iter().find(|test| test.began == began) else {
        return super::super::not_found(shell.t);
    };
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let (tone, verdict) = test.judged(t);
    let says = test.says.iter().map(|said: &Said| said.of(t)).collect();
    let mut facts = vec![(t.pick("Gespräche zugleich", "Calls at once"), test.calls.to_string())];
    facts.extend(
        test.latency_ms
            .map(|ms| (t.pick("Antwort des Anbieters", "Answer of the provider"), format!("{ms:.1} ms"))),
    );
    let at = between(&shell, &test.began, &test.ended);
    let record = Record { t, view: &view, at, tone, verdict, says, facts };
    sheet(shell, t.pick("Test des Anschlusses", "Test of the access line"), record)
}

fn between(shell: &Shell, began: &str, ended: &str) -> String {
    let shown = |at: &str| {
        let at =
            when::read(at).map(|moment| when::local(shell.t, &shell.view.account.zone, moment, shell.now));
        at.unwrap_or_default()
    };
    let day = when::read(began).map(|at| when::day(&shell.view.account.zone, at)).unwrap_or_default();
    format!("{day}, {} – {}", shown(began), shown(ended))
}

fn sheet(shell: Shell, title: &'static str, record: Record<'_>) -> Response {
    let t = shell.t;
    let lead = t.pick("Zum Ausdrucken und Abheften.", "To print and file.");
    Page::below(shell, title, lead).mode(Mode::Local).with(record).answer()
}
