//! Every phone of the account, live.

use std::time::SystemTime;

use axum::response::Response;

use super::Time;
use crate::parts::{Cell, Column, Page, Row, Table, Tone};
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
    let name = Cell::name(&phone.alias, owner);
    let extensions = Cell::text(phone.extensions.join(", "));
    Row { id: format!("phone-{}", phone.device), cells: vec![name, extensions, state, since] }
}
