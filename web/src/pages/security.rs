//! Who was turned away, and how to trust the box.

use std::sync::Arc;

use axum::response::Response;

use super::{Time, TurnedAways};
use crate::parts::{Cell, Empty, Facts, Mode, Page};
use crate::shell::Shell;

/// `GET /security`.
pub(crate) async fn page(shell: Shell) -> Response {
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
    let trust = Facts::new(t.pick("Dieser Box vertrauen", "Trusting this box"))
        .fact(
            t.root_certificate(),
            Cell::link(t.pick("Laden und installieren", "Download and install"), "", "/root"),
        )
        .fact(t.uptime(), Cell::Moment { at: view.started, shown: Time::lasting(t, view.started, now) });
    let turned_away = TurnedAways { t, now, all: &view.turned_away };
    Page::new(shell).mode(Mode::Local).with_some(nobody).with(turned_away).with(trust).answer()
}
