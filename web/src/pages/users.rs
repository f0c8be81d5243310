//! People: everybody, and one with all that rings for them.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;

use super::changes::{closed, wish};
use super::names::{Names, joined};
use super::{not_found, routing};
use crate::charter::May;
use crate::parts::{Asks, Cell, Column, Facts, Field, Mode, Page, Table, Tabs, Tone, escaped};
use crate::shell::Shell;
use crate::view::account::{Account, Device, DeviceKind, User};
use crate::view::{PhoneState, View};
use crate::words::Lang;

/// `GET /users`.
pub(crate) async fn page(shell: Shell) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let account = &view.account;
    let names = Names::of(t, account);
    let columns = [
        Column::new("name", t.pick("Name", "Name")),
        Column::new("extension", t.extension()).narrow(),
        Column::new("numbers", t.numbers()),
        Column::new("devices", t.devices()),
        Column::new("role", t.pick("Rechte", "Rights")),
    ];
    let mut table = Table::new(&shell, t.users(), columns).or_else(t.not_mirrored());
    for user in &account.users {
        let devices: Vec<String> = user.devices.iter().map(|id| names.device(id).to_owned()).collect();
        table.row([
            Cell::link(&user.name, &user.email, format!("/users/{}", user.id)),
            joined(&user.extensions),
            joined(&user.numbers),
            joined(&devices),
            role(t, user),
        ]);
    }
    let cloud = account.link("teamUrl").or_else(|| account.link("userSettingsUrl"));
    let tabs = shell.who.may(May::Set).then(|| tabs(t, "/users"));
    let page = Page::new(shell).mirrored().mode(Mode::Written).in_cloud(cloud);
    page.with_some(tabs).with(table.done()).answer()
}

/// The sides of the same place.
pub(super) fn tabs(t: Lang, here: &str) -> Tabs {
    let many = t.pick("Viele auf einmal", "Many at once");
    Tabs::new(t.users()).tab("/users", t.pick("Alle", "All"), here == "/users").tab(
        "/users/import",
        many,
        here == "/users/import",
    )
}

fn role(t: Lang, user: &User) -> Cell {
    if user.admin {
        Cell::text(t.pick("Administrator", "Administrator"))
    } else {
        Cell::text(t.pick("Benutzer", "User"))
    }
}

/// `GET /users/{id}`.
pub(crate) async fn one(shell: Shell, Path(id): Path<String>) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let account = &view.account;
    let Some(user) = account.user(&id) else { return not_found(t) };
    let names = Names::of(t, account);
    let facts = Facts::new("")
        .fact(t.extension(), joined(&user.extensions))
        .fact(t.numbers(), joined(&user.numbers))
        .fact(t.pick("E-Mail", "E-mail"), Cell::text(&user.email))
        .fact(t.pick("Rechte", "Rights"), role(t, user))
        .fact(t.pick("Standort für Notrufe", "Emergency location"), names.location(user.location.as_deref()))
        .fact(
            t.pick("Zweiter Anruf im Gespräch", "Second call while talking"),
            Cell::text(if user.busy_on_busy {
                t.pick("besetzt", "busy")
            } else {
                t.pick("klopft an", "waits")
            }),
        )
        .fact(t.pick("Anrufsperren", "Call restrictions"), joined(&restrictions(t, user)));
    let columns = [
        Column::new("", t.phone()),
        Column::new("", t.state()),
        Column::new("", t.pick("Zeigt", "Shows")),
        Column::new("", t.pick("Standort", "Location")),
    ];
    let mut devices = Table::plain(t, t.devices(), columns).or_else(t.pick("Kein Gerät.", "No device."));
    for device in account.devices.iter().filter(|device| user.devices.contains(&device.id)) {
        let is_default = user.default_device.as_ref() == Some(&device.id);
        let more = if is_default { t.pick("ruft hierüber an", "calls leave through it") } else { "" };
        devices.row([
            Cell::link(&device.alias, more, format!("/phones/{}", escaped(&device.id))),
            state(t, &view, device),
            Cell::text(&device.shows),
            names.location(device.location.as_deref()),
        ]);
    }
    let cloud = account.link("userSettingsUrl").or_else(|| account.link("teamUrl"));
    let asks = shell.who.may(May::Set).then(|| asks(t, &view, user));
    Page::below(shell, &user.name, "")
        .mirrored()
        .mode(Mode::Written)
        .in_cloud(cloud)
        .with(routing::diagram(t, &view, user))
        .with(facts)
        .with(devices.done())
        .with_some(asks)
        .answer()
}

/// What may be changed of a person.
fn asks(t: Lang, view: &View, user: &User) -> Asks {
    let account = &view.account;
    let back = format!("/users/{}", escaped(&user.id));
    let wish = |act| wish(t, act, &back).field(Field::hidden("user", &user.id));
    let yes_no = |yes: &str, no: &str| [("yes".to_owned(), yes.to_owned()), ("no".to_owned(), no.to_owned())];
    let is = |yes| if yes { "yes" } else { "no" };
    let busy = yes_no(t.pick("besetzt", "busy"), t.pick("klopft an", "waits"));
    let role = yes_no(t.pick("Administrator", "Administrator"), t.pick("Benutzer", "User"));
    let places = account.locations.iter().map(|place| (place.id.clone(), place.line.clone()));
    let devices = account.devices.iter().filter(|device| user.devices.contains(&device.id));
    let devices: Vec<_> = devices.map(|device| (device.id.clone(), device.alias.clone())).collect();
    let location = t.pick("Standort für Notrufe", "Emergency location");
    Asks::new(t.pick("Ändern", "Change"), closed(t, view))
        .ask(
            wish("user_busy_on_busy").field(
                Field::choice(
                    "enabled",
                    t.pick("Zweiter Anruf im Gespräch", "Second call while talking"),
                    busy,
                )
                .value(is(user.busy_on_busy)),
            ),
        )
        .ask(
            wish("user_role").field(
                Field::choice("admin", t.pick("Rechte in der Cloud", "Rights in the cloud"), role)
                    .value(is(user.admin)),
            ),
        )
        .ask_some((!account.locations.is_empty()).then(|| {
            let is = user.location.clone().unwrap_or_default();
            wish("user_address").field(Field::choice("address", location, places).value(is))
        }))
        .ask_some((!devices.is_empty()).then(|| {
            let is = user.default_device.clone().unwrap_or_default();
            let label = t.pick("Ruft an über", "Calls through");
            wish("user_default_device").field(Field::choice("device", label, devices).value(is))
        }))
        .ask(
            wish("extension_new")
                .field(Field::line("extension", t.pick("Weitere Durchwahl", "Another extension"))),
        )
}

/// Whether a device can be reached, as far as the box can know.
pub(super) fn state(t: Lang, view: &View, device: &Device) -> Cell {
    let registered = |phone: &&crate::view::Phone| {
        phone.device == device.id && matches!(phone.state, PhoneState::Registered { .. })
    };
    match device.kind {
        DeviceKind::Phone if device.dnd => {
            Cell::mark(Tone::Warn, t.pick("Ruhe vor dem Telefon", "do not disturb"))
        }
        DeviceKind::Phone if view.phones.iter().any(|phone| registered(&phone)) => {
            Cell::mark(Tone::Good, t.registered())
        }
        DeviceKind::Phone => Cell::mark(Tone::Calm, t.unregistered()),
        DeviceKind::Mobile => Cell::text(t.pick("Mobiltelefon, über die Cloud", "mobile, through the cloud")),
        DeviceKind::External => {
            Cell::text(t.pick("externe Nummer, über die Cloud", "external number, through the cloud"))
        }
        DeviceKind::App => Cell::text(t.pick("App, über die Cloud", "app, through the cloud")),
        DeviceKind::Other => Cell::text(t.pick("nur in der Cloud", "in the cloud only")),
    }
}

fn restrictions(t: Lang, user: &User) -> Vec<String> {
    let word = |name: &String| match name.as_str() {
        "foreignSpecial" => t.pick("Sondernummern im Ausland", "special numbers abroad").to_owned(),
        "charged" => t.pick("Kostenpflichtige Nummern", "charged numbers").to_owned(),
        "roaming" => t.pick("Roaming", "roaming").to_owned(),
        "highCostForeignNumbers" => t.pick("Teure Auslandsnummern", "expensive numbers abroad").to_owned(),
        other => other.to_owned(),
    };
    user.restrictions.iter().map(word).collect()
}

/// How many devices of a person are registered, and of how many.
pub(super) fn reachable(view: &View, account: &Account, user: &User) -> (usize, usize) {
    let phones =
        || account.devices.iter().filter(|it| user.devices.contains(&it.id) && it.kind == DeviceKind::Phone);
    let up = |device: &&Device| {
        view.phones
            .iter()
            .any(|phone| phone.device == device.id && matches!(phone.state, PhoneState::Registered { .. }))
    };
    (phones().filter(up).count(), phones().count())
}
