//! What the admin chooses: when little credit is told, and how much of a call is kept.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::known::Settings;
use super::{say, shown};
use crate::commands::MirrorAsk;
use crate::door_pages::{form_broken, go};
use crate::ledger::LedgerAsk;
use crate::parts::{Field, Form, Note, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;

/// Both forms, as things are now.
pub(super) fn forms(t: Lang, now: &Settings) -> (Form, Form) {
    let limits = now.thresholds.join("; ");
    let limits = if t == Lang::De { limits.replace('.', ",") } else { limits };
    let warn = Form::new(
        t.pick("Warnen, wenn wenig Guthaben bleibt", "Warn when little credit is left"),
        "/billing/thresholds",
        t.pick("Sichern", "Save"),
    );
    let warn = warn.field(
        Field::line("thresholds", t.pick("Unter diesen Beträgen", "Below these amounts"))
            .value(limits)
            .optional()
            .hint(t.pick(
                "Mehrere mit Strichpunkt getrennt. Leer heißt: nie warnen.",
                "Several with semicolons between them. Empty means: never warn.",
            )),
    );
    let keep = Form::new(
        t.pick("Was von einem Gespräch aufbewahrt wird", "What is kept of a call"),
        "/billing/privacy",
        t.pick("Sichern", "Save"),
    );
    let choices =
        ["complete", "shortened", "none"].map(|name| (name.to_owned(), privacy_word(t, name).to_owned()));
    let keep = keep
        .lead(t.pick(
            "Das gilt für die Box, ihre Listen und die Kopie der Cloud-Historie.",
            "This holds for the box, its lists and the copy of the cloud's history.",
        ))
        .field(Field::choice("privacy", t.pick("Aufbewahren", "Keep"), choices).value(&now.privacy))
        .field(Field::tick(
            "sure",
            t.pick(
                "Ja: Was nicht mehr aufbewahrt werden darf, wird unwiderruflich gelöscht.",
                "Yes: what may not be kept any longer is deleted for good.",
            ),
        ));
    (warn, keep)
}

/// A choice in words.
pub(super) fn privacy_word(t: Lang, name: &str) -> &'static str {
    match name {
        "shortened" => {
            t.pick("Rufnummern ohne die letzten drei Ziffern", "numbers without their last three digits")
        }
        "none" => t.pick("keine einzelnen Gespräche", "no single calls"),
        _ => t.pick("vollständige Rufnummern", "whole numbers"),
    }
}

#[derive(Deserialize)]
pub(super) struct Limits {
    thresholds: String,
}

/// `POST /billing/thresholds`.
pub(super) async fn thresholds(
    State(app): State<App>,
    shell: Shell,
    sent: Result<Sent<Limits>, FormRejection>,
) -> Response {
    let limits = match sent {
        Ok(Sent(limits)) => limits,
        Err(rejected) => return form_broken(shell.t, &rejected),
    };
    let amounts = limits.thresholds.split(';').map(str::trim).filter(|text| !text.is_empty());
    let amounts: Vec<&str> = amounts.collect();
    set(&app, shell, json!({ "thresholds": amounts })).await
}

#[derive(Deserialize)]
pub(super) struct Kept {
    privacy: String,
    sure: Option<String>,
}

/// `POST /billing/privacy`.
pub(super) async fn privacy(
    State(app): State<App>,
    shell: Shell,
    sent: Result<Sent<Kept>, FormRejection>,
) -> Response {
    let kept = match sent {
        Ok(Sent(kept)) => kept,
        Err(rejected) => return form_broken(shell.t, &rejected),
    };
    if kept.sure.is_none() && kept.privacy != "complete" {
        let what = shell.t.pick(
            "Bitte ankreuzen, dass gelöscht werden darf, was nicht mehr aufbewahrt wird.",
            "Please tick that what is not kept any longer may be deleted.",
        );
        let note = refusal(shell.t, what.to_owned());
        return shown(&app, shell, Some(note)).await;
    }
    set(&app, shell, json!({ "privacy": kept.privacy })).await
}

async fn set(app: &App, shell: Shell, wanted: Value) -> Response {
    match app.commands.mirror(MirrorAsk::Ledger(LedgerAsk::Set(wanted))).await {
        Ok(_) => go("/billing"),
        Err(reason) => {
            let note = refusal(shell.t, say::refused(shell.t, &reason));
            shown(app, shell, Some(note)).await
        }
    }
}

/// Nothing was changed, and why.
pub(super) fn refusal(t: Lang, what: String) -> Note {
    let more = t.pick("Nichts wurde geändert.", "Nothing was changed.").to_owned();
    Note { tone: Tone::Bad, kind: t.failed_title().to_owned(), what, more, link: None }
}
