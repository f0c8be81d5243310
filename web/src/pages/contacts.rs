//! The shared telephone book: who stands in it, and how it leaves and comes as a file.

mod import;

use std::sync::Arc;

use axum::response::Response;

use super::names::joined;
use crate::charter::{Doors, May};
use crate::commands::FILE;
use crate::parts::{Cell, Column, Mode, Page, Table, Tabs};
use crate::shell::Shell;
use crate::words::Lang;

pub(crate) fn doors() -> Doors {
    let looked = ["Kontakte geprüft", "Checked contacts"];
    let taken = ["Kontakte übernommen", "Took contacts over"];
    Doors::default().act("/contacts/import/look", May::Call, looked, import::look).bodies(FILE).merge(
        Doors::default()
            .see("/contacts", May::Everybody, page)
            .see("/contacts/import", May::Call, import::page)
            .act("/contacts/import/take", May::Call, taken, import::take),
    )
}

/// The sides of the same place.
fn tabs(t: Lang, here: &str) -> Tabs {
    let files = t.pick("Als Datei, aus Dateien", "As a file, from files");
    Tabs::new(t.pick("Kontakte", "Contacts"))
        .tab("/contacts", t.pick("Telefonbuch", "Telephone book"), here == "/contacts")
        .tab("/contacts/import", files, here == "/contacts/import")
}

/// `GET /contacts`.
async fn page(shell: Shell) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let account = &view.account;
    let columns = [
        Column::new("name", t.pick("Name", "Name")),
        Column::new("numbers", t.numbers()),
        Column::new("mail", t.pick("E-Mail", "E-mail")),
        Column::new("for", t.pick("Sichtbar für", "Visible to")),
    ];
    let nothing = t.pick("Das Telefonbuch ist leer.", "The telephone book is empty.");
    let mut table = Table::new(&shell, t.pick("Kontakte", "Contacts"), columns).or_else(nothing);
    // What is private is its owner's alone.
    for contact in account.contacts.iter().filter(|contact| contact.shared) {
        table.row([
            Cell::name(&contact.name, &contact.organization),
            joined(&contact.numbers),
            joined(&contact.emails),
            Cell::text(t.pick("alle", "everybody")),
        ]);
    }
    let tabs = shell.who.may(May::Call).then(|| tabs(t, "/contacts"));
    let page = Page::new(shell).mirrored().mode(Mode::Linked).in_cloud(account.link("contactsUrl"));
    page.with_some(tabs).with(table.done()).answer()
}
