//! Who did what: sign-ins, refusals, and every change on the page, through the API or on the console.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::Time;
use super::access::browser;
use super::security::tabs;
use crate::charter::{Charter, Doors, May};
use crate::door_pages::vault_failed;
use crate::parts::{Cell, Column, Mode, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::vault::{Act, Deed};
use crate::when;
use crate::words::Lang;

pub(crate) fn doors() -> Doors {
    Doors::default().see("/security/audit", May::See, page)
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
    let (t, now, view) = (shell.t, shell.now, Arc::clone(&shell.view));
    let deeds = match app.door.deeds(shell.wish.before).await {
        Ok(deeds) => deeds,
        Err(failed) => return vault_failed(t, &failed),
    };
    let columns = [
        Column::new("", t.pick("Wann", "When")).narrow(),
        Column::new("", t.who()).narrow(),
        Column::new("", t.pick("Was", "What")),
        Column::new("", t.pick("Von wo", "From where")).narrow(),
    ];
    let nothing = t.pick("Noch nichts.", "Nothing yet.");
    let mut table = Table::plain(t, "", columns).or_else(nothing);
    for deed in &deeds.deeds {
        let at = when::local(t, &view.account.zone, deed.at, now);
        table.row([
            Cell::Moment { at: deed.at, shown: Time::fixed(deed.at, at) },
            Cell::text(&deed.who),
            what(t, &app.charter, deed),
            Cell::Code(deed.from.clone()),
        ]);
    }
    let older = deeds.older.map(|older| format!("/security/audit?before={older}"));
    let tabs = tabs(&shell);
    Page::new(shell).mode(Mode::Local).with(tabs).with(table.older(older).done()).answer()
}

fn what(t: Lang, charter: &Charter, deed: &Deed) -> Cell {
    let (tone, word) = match &deed.act {
        Act::SignedIn => (Tone::Good, t.pick("Angemeldet", "Signed in")),
        Act::SignedInAnew => (
            Tone::Warn,
            t.pick("Angemeldet, neuer Browser oder neues Netz", "Signed in, new browser or network"),
        ),
        Act::Refused => (
            Tone::Warn,
            t.pick("Abgewiesen: falsches Passwort oder falscher Code", "Refused: wrong password or code"),
        ),
        Act::LockedOut => {
            (Tone::Bad, t.pick("Abgewiesen und muss nun warten", "Refused and has to wait now"))
        }
        Act::SetUp => {
            (Tone::Good, t.pick("Mit dem Einrichtungscode eingerichtet", "Set up with the set-up code"))
        }
        Act::Reset => {
            (Tone::Warn, t.pick("Zugang an der Konsole zurückgesetzt", "Reset the access on the console"))
        }
        Act::TestCallLeft => {
            (Tone::Warn, t.pick("Probeanruf ging hinaus; entschärft", "The test call left; disarmed"))
        }
        Act::TestCallOver => (
            Tone::Calm,
            t.pick("Zeit für den Probeanruf vorbei; entschärft", "Time for the test call is over; disarmed"),
        ),
        Act::Did { method, route } => {
            let right = charter.iter().find(|right| right.method.as_str() == method && right.path == route);
            (Tone::Calm, right.map_or(route.as_str(), |right| t.of(right.deed)))
        }
    };
    let more = match &deed.act {
        Act::Did { .. } => deed.about.clone(),
        Act::Reset | Act::TestCallLeft | Act::TestCallOver => String::new(),
        Act::SignedIn | Act::SignedInAnew | Act::Refused | Act::LockedOut | Act::SetUp => {
            browser(t, &deed.about)
        }
    };
    Cell::Mark { tone, word: word.to_owned(), more }
}
