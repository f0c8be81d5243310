//! The sheet that stays with the customer: where the box is, how to get in, which phones there are, what is left to do.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::judging::Found;
use super::phones;
use super::steps::name;
use crate::door_pages::vault_failed;
use crate::parts::{Cell, Facts, Page, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::vault::Step;
use crate::when;
use crate::words::Lang;

/// `GET /start/sheet`.
pub(super) async fn page(State(app): State<App>, shell: Shell) -> Response {
    let t = shell.t;
    let (run, accounts) = match (app.door.first_run().await, app.door.accounts().await) {
        (Ok(run), Ok(accounts)) => (run, accounts),
        (Err(failed), _) | (_, Err(failed)) => return vault_failed(t, &failed),
    };
    let view = Arc::clone(&shell.view);
    let found = Found::look(&app, &shell, run).await;
    let day = when::day(&view.account.zone, found.run.finished.unwrap_or(shell.now));
    let root = app.certificates.root().fingerprint().to_string();
    let place = found.sites.as_ref().and_then(|sites| sites.assumed_name());
    let people = accounts.iter().map(|it| format!("{} ({})", it.name, t.role(it.role)));
    let people = people.collect::<Vec<_>>().join(", ");
    let house = Facts::new(t.pick("Die Box", "The box"))
        .fact(t.pick("Kunde", "Customer"), Cell::text(&view.account.company))
        .fact(t.pick("Übergeben am", "Handed over on"), Cell::text(day))
        .fact(t.pick("Verwaltung", "Administration"), Cell::Code(page_address(&found)))
        .fact(t.pick("Server für Telefone", "Server for phones"), Cell::Code(found.server()))
        .fact(t.pick("Zugänge", "Accounts"), Cell::text(people))
        .fact(t.root_certificate(), Cell::Code(format!("SHA-256 {root}")))
        .fact(t.pick("Hilfe kommt nach", "Help comes to"), place.map_or(Cell::None, Cell::text))
        .fact("110, 112", commissioned(t, &found))
        .fact(
            t.pick("Passwort verloren", "Password lost"),
            Cell::text(t.pick(
                "An der Konsole der Box: gatehouse reset-admin",
                "On the console of the box: gatehouse reset-admin",
            )),
        )
        .fact(t.pick("Version", "Version"), Cell::Code(view.version.clone()));
    let mut left = Facts::new(t.pick("Was geprüft wurde", "What was checked"));
    for step in Step::ALL.into_iter().filter(|step| *step != Step::Handover) {
        left = left.fact(name(t, step), found.mark(step));
    }
    let lead = t.pick(
        "Zum Drucken: Strg+P, am Mac ⌘P. Passwörter stehen nicht darauf.",
        "To print: Ctrl+P, on a Mac ⌘P. There are no passwords on it.",
    );
    let title = t.pick("Übergabeblatt", "Handover sheet");
    let table = phones(&shell);
    Page::below(shell, title, lead).with(house).with(left).with(table).answer()
}

fn commissioned(t: Lang, found: &Found) -> Cell {
    match found.sites.as_ref().is_some_and(|sites| sites.commissioned) {
        true => Cell::mark(Tone::Good, t.pick("in Betrieb", "in service")),
        false => Cell::mark(Tone::Warn, t.pick("noch nicht in Betrieb", "not in service yet")),
    }
}

/// Under the first name the certificate holds, with the port where it is not the usual one.
fn page_address(found: &Found) -> String {
    let host = found.names.first().map_or("localhost", String::as_str);
    match found.view.machine.https.rsplit_once(':').map(|(_, port)| port).filter(|port| *port != "443") {
        Some(port) => format!("https://{host}:{port}/"),
        None => format!("https://{host}/"),
    }
}
