//! The box itself: system, what runs here.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::phone_system::local;
use super::{Time, hardware};
use crate::parts::{Cell, Facts, Mode, Page};
use crate::routes::App;
use crate::shell::Shell;

/// `GET /system`.
pub(crate) async fn system(State(app): State<App>, shell: Shell) -> Response {
    // What cannot be read now is not shown; the rest of the page is.
    let hardware = app.commands.hardware().await.unwrap_or_default();
    let (t, now, view) = (shell.t, shell.now, Arc::clone(&shell.view));
    let started = Cell::Moment { at: view.started, shown: Time::lasting(t, view.started, now) };
    let facts = Facts::new("")
        .fact(t.pick("Version", "Version"), Cell::Code(view.version.clone()))
        .fact(t.uptime(), started)
        .fact(t.pick("Konfigurationsdatei", "Configuration file"), Cell::Code(view.machine.file.clone()))
        .fact(t.pick("Datenverzeichnis", "Data directory"), Cell::Code(view.machine.data.clone()));
    let console = local(
        t.pick("Auf der Konsole sagt „gatehouse doctor“, wie es der Box geht.", "On the console, “gatehouse doctor” says how the box is doing."),
        t.pick(
            "Nach einer Änderung der Konfiguration: „systemctl reload gatehouse“. Gespräche laufen dabei weiter.",
            "After a change of the configuration: “systemctl reload gatehouse”. Calls go on meanwhile.",
        ),
    );
    let page = Page::new(shell).mode(Mode::Local).with(facts).with_some(hardware::facts(t, &hardware));
    let page = page
        .with_some(hardware::disks(t, &hardware.disks))
        .with_some(hardware::devices(t, &hardware.devices));
    page.with_some(hardware::place(t, hardware.receiver.as_ref())).with(console).answer()
}

/// `GET /about`.
pub(crate) async fn about(shell: Shell) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let facts = Facts::new("")
        .fact("Gatehouse", Cell::Code(view.version.clone()))
        .fact(t.pick("Lizenz", "Licence"), Cell::text(env!("CARGO_PKG_LICENSE")))
        .fact(
            t.pick("Schnittstelle für Programme", "Interface for programs"),
            Cell::link("/api/v1/openapi.json", "OpenAPI 3.1", "/api/v1/openapi.json"),
        )
        .fact(
            t.pick("Bestandteile", "Made of"),
            Cell::link(
                t.pick("Stückliste laden", "Download the bill of materials"),
                format!(
                    "{} {}, CycloneDX",
                    super::parts_list::count(),
                    t.pick("freie Pakete", "free packages")
                ),
                "/about/sbom.json",
            ),
        );
    let promise = local(
        t.pick(
            "Diese Seite lädt nichts aus dem Internet und sendet nichts dorthin.",
            "This page loads nothing from the internet and sends nothing there.",
        ),
        t.pick(
            "Die Box spricht nur mit Ihren Telefonen und mit Ihrem Konto in der Cloud.",
            "The box talks to your phones and to your account in the cloud, and to nobody else.",
        ),
    );
    Page::new(shell).mode(Mode::Local).with(facts).with(promise).answer()
}
