//! Who was turned away, and how to trust the box.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{Time, TurnedAways};
use crate::parts::{Cell, Empty, Facts, Mode, Page, Tone};
use crate::routes::App;
use crate::shell::Shell;

/// `GET /security`.
pub(crate) async fn page(State(app): State<App>, shell: Shell) -> Response {
    let second = app.door.has_second().await.unwrap_or(false);
    let (t, now, view) = (shell.t, shell.now, Arc::clone(&shell.view));
    let nobody = view.turned_away.is_empty().then(|| {
        Empty::new(
            t.turned_away(),
            t.pick("In letzter Zeit niemand.", "Nobody lately."),
            t.pick(
                "Telefone mit falschem Passwort und Fremde, die Nummern raten, stehen hier mit Adresse und Grund.",
                "Phones with a wrong password and strangers who guess numbers are listed here with address and reason.",
            ),
        )
    });
    let mark = match second {
        true => Cell::mark(Tone::Good, t.second_is_on()),
        false => Cell::mark(Tone::Warn, t.second_is_off()),
    };
    let words = if second { t.second_switch_off() } else { t.second_switch_on() };
    let signing_in = Facts::new(t.sign_in())
        .fact(t.pick("Zweiter Faktor", "Second factor"), mark)
        .fact(t.pick("Ändern", "Change"), Cell::link(words, "", "/security/second-factor"));
    let trust = Facts::new(t.pick("Dieser Box vertrauen", "Trusting this box"))
        .fact(
            t.root_certificate(),
            Cell::link(t.pick("Laden und installieren", "Download and install"), "", "/root"),
        )
        .fact(t.uptime(), Cell::Moment { at: view.started, shown: Time::lasting(t, view.started, now) });
    let turned_away = TurnedAways { t, now, all: &view.turned_away };
    Page::new(shell)
        .mode(Mode::Local)
        .with(signing_in)
        .with_some(nobody)
        .with(turned_away)
        .with(trust)
        .answer()
}
