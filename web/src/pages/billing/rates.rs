//! What a minute costs: the table that counts, and the file it comes from.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::known::{Rate, Rates, ask};
use super::say::{date, price, refused};
use super::settings::refusal;
use super::{tabs, unreadable};
use crate::charter::May;
use crate::commands::MirrorAsk;
use crate::door_pages::go;
use crate::ledger::LedgerAsk;
use crate::parts::{Cell, Column, Field, Form, Mode, Note, Page, Table};
use crate::routes::App;
use crate::shell::Shell;
use crate::upload::Filled;
use crate::words::Lang;

/// `GET /billing/rates`.
pub(super) async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(&app, shell, None).await
}

/// `POST /billing/rates`: another table in place of the one before, or none of it and why.
pub(super) async fn load(State(app): State<App>, shell: Shell, sent: Filled) -> Response {
    match app.commands.mirror(MirrorAsk::Ledger(LedgerAsk::Rates(sent.file))).await {
        Ok(_) => go("/billing/rates"),
        Err(reason) => {
            let note = refusal(shell.t, refused(shell.t, &reason));
            shown(&app, shell, Some(note)).await
        }
    }
}

async fn shown(app: &App, shell: Shell, note: Option<Note>) -> Response {
    let t = shell.t;
    let status = if note.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let known = ask::<Rates>(app, LedgerAsk::RateTable).await;
    let table = known.as_ref().ok().map(|known| table(&shell, &known.rates));
    let failed = known.err().map(|reason| unreadable(t, &reason));
    let form = shell.who.may(May::Set).then(|| form(t));
    let lead = t.pick(
        "Damit rechnet die Box ihre Schätzung. Die Tabelle bringen Sie selbst mit; was gilt, steht in Ihrem Vertrag.",
        "The box reckons its estimate with these. You bring the table yourself; what holds stands in your contract.",
    );
    let page = Page::below(shell, t.pick("Preise", "Rates"), lead).status(status).mode(Mode::Local);
    page.with(tabs(t, "/billing/rates"))
        .with_some(note)
        .with_some(failed)
        .with_some(table)
        .with_some(form)
        .answer()
}

fn form(t: Lang) -> Form {
    let title = t.pick("Andere Tabelle laden", "Load another table");
    Form::new(title, "/billing/rates", t.pick("Ersetzen", "Replace"))
        .lead(t.pick(
            "CSV oder XLSX mit den Überschriften Vorwahl, Name, Preis pro Minute, und wenn nötig: Verbindungsentgelt, Takt (60/1), Flatrate (ja), gültig ab, gültig bis.",
            "CSV or XLSX with the headings prefix, name, price per minute, and where needed: setup fee, increment (60/1), flat rate (yes), valid from, valid until.",
        ))
        .field(Field::file("file", t.pick("Datei", "File"), ".csv,.xlsx,text/csv").hint(t.pick(
            "Stimmt eine Zeile nicht, gilt die alte Tabelle weiter.",
            "If a row is wrong, the old table stays.",
        )))
}

fn table(shell: &Shell, rates: &[Rate]) -> Table {
    let t = shell.t;
    let columns = [
        Column::new("prefix", t.pick("Vorwahl", "Prefix")).narrow(),
        Column::new("name", t.pick("Wohin", "Destination")),
        Column::new("minute", t.pick("Je Minute", "A minute")).end(),
        Column::new("setup", t.pick("Je Gespräch", "A call")).end(),
        Column::new("step", t.pick("Takt", "Increment")).end(),
        Column::new("valid", t.pick("Gilt", "Valid")),
    ];
    let nothing = t.pick("Noch keine Preise.", "No rates yet.");
    let mut table = Table::new(shell, t.pick("Preise", "Rates"), columns).or_else(nothing);
    for rate in rates {
        let amount = |value| Cell::Amount { value, written: price(t, value) };
        let prefix = if rate.prefix.is_empty() { "…".to_owned() } else { format!("+{}", rate.prefix) };
        let minute = if rate.flat {
            Cell::text(t.pick("inklusive", "included"))
        } else {
            amount(rate.minute_millionths)
        };
        table.row([
            Cell::name(prefix, ""),
            Cell::text(&rate.name),
            minute,
            amount(rate.set_up_millionths),
            Cell::text(format!("{}/{}", rate.first, rate.then)),
            Cell::text(valid(t, rate)),
        ]);
    }
    table.done()
}

fn valid(t: Lang, rate: &Rate) -> String {
    let day = |day: &Option<String>| day.as_deref().map(|day| date(t, day));
    match (t, day(&rate.from), day(&rate.until)) {
        (_, None, None) => t.pick("immer", "always").to_owned(),
        (Lang::De, Some(from), None) => format!("ab {from}"),
        (Lang::En, Some(from), None) => format!("from {from}"),
        (Lang::De, None, Some(until)) => format!("bis {until}"),
        (Lang::En, None, Some(until)) => format!("until {until}"),
        (_, Some(from), Some(until)) => format!("{from} – {until}"),
    }
}
