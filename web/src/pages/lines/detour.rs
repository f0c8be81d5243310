//! The switch for the way round: the account sends its calls on to a second line while none of its own works.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use super::trials::Kind;
use super::{Shell, shown};
use crate::detour::DetourAsk;
use crate::door_pages::{form_broken, go};
use crate::parts::{Field, Form};
use crate::routes::App;
use crate::view::Sentence;
use crate::words::Lang;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detour {
    allowed: bool,
    on: bool,
    number: Option<String>,
    led: bool,
}

/// The switch, where the configuration allows it or something is still to be taken back.
pub(super) fn of(
    shell: &Shell,
    told: Result<Value, Sentence>,
    may: bool,
    refused: Option<&Sentence>,
) -> Option<Form> {
    let t = shell.t;
    let told: Detour = told.ok().and_then(|told| serde_json::from_value(told).ok())?;
    let number = told.number.as_deref().filter(|_| told.allowed || told.on).unwrap_or_default();
    if !may || !(told.allowed || told.on || told.led) {
        return None;
    }
    let what = match t {
        Lang::De => format!(
            "Gehen alle Leitungen des Kontos nicht, die Cloud aber schon, leitet das Konto seine Anrufe auf die zweite Leitung ({number}) \
             um und nimmt das zurück, sobald eine wieder geht. Andere Weiterleitungen bleiben."
        ),
        Lang::En => format!(
            "When no line of the account works although the cloud does, the account sends its calls on to the second line ({number}), \
             and takes that back as soon as one works again. Other forwardings stay."
        ),
    };
    let now = match (told.on, told.led) {
        (_, true) => t.pick("Die Umleitung steht im Konto.", "The detour stands in the account."),
        (true, false) => t.pick("Eingeschaltet; zurzeit nicht nötig.", "Switched on; not needed now."),
        (false, false) => t.pick("Ausgeschaltet.", "Switched off."),
    };
    let title = t.pick("Umleitung bei Ausfall", "Detour during an outage");
    let (button, on) = if told.on {
        (t.pick("Ausschalten", "Switch off"), "false")
    } else {
        (t.pick("Einschalten", "Switch on"), "true")
    };
    let form = Form::new(title, "/lines/detour", button).lead(format!("{what} {now}"));
    Some(form.refused(refused.map(|why| t.say(why).to_owned())).field(Field::hidden("on", on)))
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    on: bool,
}

pub(super) async fn switch(
    State(app): State<App>,
    shell: Shell,
    sent: Result<Sent<Wanted>, FormRejection>,
) -> Response {
    let Sent(Wanted { on }) = match sent {
        Ok(sent) => sent,
        Err(rejected) => return form_broken(shell.t, &rejected),
    };
    match app.commands.detour(DetourAsk::Switch { on }).await {
        Ok(_) => go("/lines"),
        Err(why) => shown(&app, shell, Some((Kind::Detour, why))).await,
    }
}
