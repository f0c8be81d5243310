//! Who was turned away, and how to trust the box; beside it who may sign in, who has, and who did what.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{Time, TurnedAways};
use crate::charter::{Doors, May};
use crate::parts::{Cell, Column, Empty, Facts, Mode, Page, Table, Tabs};
use crate::routes::App;
use crate::shell::Shell;

pub(crate) fn doors() -> Doors {
    Doors::default().see("/security", May::See, page)
}

/// The sides of security that are open to whoever asks.
pub(super) fn tabs(shell: &Shell) -> Tabs {
    let t = shell.t;
    let sides = [
        ("/security", t.turned_away()),
        ("/security/accounts", t.pick("Zugänge", "Accounts")),
        ("/security/sessions", t.pick("Angemeldet", "Signed in")),
        ("/security/tokens", t.pick("Programme", "Programs")),
        ("/security/audit", t.pick("Protokoll", "Audit log")),
    ];
    let open = sides.into_iter().filter(|(path, _)| shell.leads(path));
    let tabs = Tabs::new(t.pick("Sicherheit", "Security"));
    open.fold(tabs, |tabs, (path, words)| tabs.tab(path, words, shell.path == path))
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
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
    let columns = [Column::new("", t.who()), Column::new("", t.pick("Darf wieder ab", "May try again at"))];
    let mut waiting = Table::plain(
        t,
        t.pick("Wartet nach zu vielen falschen Anmeldungen", "Waits after too many wrong sign-ins"),
        columns,
    );
    for (who, until) in app.door.waiting() {
        let shown = crate::when::local(t, &view.account.zone, until, now);
        waiting.row([Cell::Code(who), Cell::Moment { at: until, shown: Time::fixed(until, shown) }]);
    }
    let waiting = (!waiting.is_empty()).then(|| waiting.done());
    let trust = Facts::new(t.pick("Dieser Box vertrauen", "Trusting this box"))
        .fact(
            t.root_certificate(),
            Cell::link(t.pick("Laden und installieren", "Download and install"), "", "/root"),
        )
        .fact(t.uptime(), Cell::Moment { at: view.started, shown: Time::lasting(t, view.started, now) });
    let turned_away = TurnedAways { t, now, all: &view.turned_away };
    let tabs = tabs(&shell);
    Page::new(shell)
        .mode(Mode::Local)
        .with(tabs)
        .with_some(waiting)
        .with_some(nobody)
        .with(turned_away)
        .with(trust)
        .answer()
}
