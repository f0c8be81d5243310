//! Every phone of the account, live.

use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::Path;
use axum::response::Response;

use super::changes::{closed, wish};
use super::names::{Names, joined};
use super::users::state;
use super::{Time, not_found};
use crate::charter::May;
use crate::parts::{Asks, Cell, Column, Facts, Field, Mode, Page, Row, Table, Tone, escaped};
use crate::shell::Shell;
use crate::view::{Phone, PhoneState};
use crate::words::{self, Lang};

/// `GET /phones`.
pub(crate) async fn page(shell: Shell) -> Response {
    let t = shell.t;
    let mut table = Table::new(&shell, t.phones(), columns(t)).or_else(t.no_phones_more());
    for phone in shell.view.phones.iter() {
        table.live(row(t, shell.now, phone));
    }
    Page::new(shell).mirrored().with(table.done()).answer()
}

/// `GET /phones/{id}`.
pub(crate) async fn one(shell: Shell, Path(id): Path<String>) -> Response {
    let (t, now, view) = (shell.t, shell.now, Arc::clone(&shell.view));
    let account = &view.account;
    let names = Names::of(t, account);
    let Some(device) = account.devices.iter().find(|device| device.id == id) else { return not_found(t) };
    let phone = view.phones.iter().find(|phone| phone.device == id);
    let since = phone.and_then(|phone| row(t, now, phone).cells.pop());
    let groups: Vec<String> = device.groups.iter().map(|id| names.group(id).to_owned()).collect();
    let facts = Facts::new("")
        .fact(t.state(), state(t, &view, device))
        .known(t.pick("Seit", "Since"), since)
        .known(
            t.pick("Gehört", "Belongs to"),
            device.owner.as_deref().map(|id| Cell::link(names.user(id), "", format!("/users/{id}"))),
        )
        .fact(t.extension(), phone.map_or(Cell::None, |phone| joined(&phone.extensions)))
        .fact(t.pick("Zeigt", "Shows"), Cell::text(&device.shows))
        .fact(t.pick("Klingelt mit in", "Rings with"), joined(&groups))
        .fact(
            t.pick("Standort für Notrufe", "Emergency location"),
            names.location(device.location.as_deref()),
        )
        .known(t.pick("SIP-ID", "SIP ID"), device.login.clone().map(Cell::Code));
    let back = format!("/phones/{}", escaped(&device.id));
    let asks = shell.who.may(May::Phone).then(|| {
        let name = Field::line("alias", t.pick("Name", "Name")).value(&device.alias);
        let alias = wish(t, "device_alias", &back).field(Field::hidden("device", &device.id)).field(name);
        Asks::new(t.pick("Ändern", "Change"), closed(t, &view)).ask(alias)
    });
    let cloud = account.link("teamUrl");
    let page = Page::below(shell, &device.alias, "").mirrored().mode(Mode::Written).in_cloud(cloud);
    page.with(facts).with_some(asks).answer()
}

pub(crate) fn columns(t: Lang) -> [Column; 4] {
    [
        Column::new("phone", t.phone()),
        Column::new("extension", t.extension()).narrow(),
        Column::new("state", t.state()),
        Column::new("since", t.duration()).end(),
    ]
}

/// One phone; the live stream sends the same again when it changes.
pub(crate) fn row(t: Lang, now: SystemTime, phone: &Phone) -> Row {
    let owner = phone.owner.as_deref().unwrap_or_else(|| t.nobody());
    let (state, since) = match phone.state {
        PhoneState::Registered { transport, since } => {
            let more = words::transport(transport).to_owned();
            (Cell::Mark { tone: Tone::Good, word: t.registered().to_owned(), more }, Some(since))
        }
        PhoneState::Unregistered { since } => (Cell::mark(Tone::Calm, t.unregistered()), since),
    };
    let since = match since {
        Some(at) => Cell::Moment { at, shown: Time::lasting(t, at, now) },
        None => Cell::text(t.never_seen()),
    };
    let name = Cell::link(&phone.alias, owner, format!("/phones/{}", escaped(&phone.device)));
    let extensions = Cell::text(phone.extensions.join(", "));
    Row { id: format!("phone-{}", phone.device), cells: vec![name, extensions, state, since] }
}
