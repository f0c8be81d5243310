//! Money, and how old the copy of the account is.

use std::sync::Arc;

use axum::response::Response;

use super::Time;
use super::phone_system::local;
use crate::parts::{Cell, Column, Facts, Mode, Page, Table, Tone};
use crate::shell::Shell;
use crate::view::account::{Balance, KindState};
use crate::words::Lang;

/// `GET /billing`.
pub(crate) async fn billing(shell: Shell) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let account = &view.account;
    let outside = |name: &str, words: &str| {
        let href = account.link(name).filter(|href| href.starts_with("https://"))?.to_owned();
        Some(Cell::Outside { href, words: words.to_owned() })
    };
    let credit = account.balance.as_ref().map(|balance| Cell::text(money(t, balance)));
    let facts = Facts::new(t.pick("Guthaben und Vertrag", "Credit and contract"))
        .fact(t.pick("Guthaben", "Credit"), credit.unwrap_or_else(|| Cell::text(t.not_mirrored())))
        .fact(t.pick("Kunde", "Customer"), Cell::text(&account.company))
        .fact(t.pick("Kundennummer", "Account number"), Cell::text(&account.number))
        .fact(t.pick("Tarif", "Plan"), Cell::text(&account.product));
    let ways = Facts::new(t.pick("Das regeln Sie in der Cloud-App", "You settle this in the cloud app"))
        .known(
            t.pick("Guthaben aufladen", "Top up"),
            outside("accountTopUpUrl", t.pick("Aufladen", "Top up")),
        )
        .known(
            t.pick("Zahlungsart, Lastschrift, Rechnungen", "Payment, direct debit, invoices"),
            outside("paymentSettingsUrl", t.pick("Zahlung und Rechnungen", "Payment and invoices")),
        )
        .known(
            t.pick("Vertrag und Tarif", "Contract and plan"),
            outside("accountSettingsUrl", t.pick("Vertrag", "Contract")),
        );
    let never = local(
        t.pick(
            "Die Box hält wegen leeren Guthabens kein Gespräch auf, auch keinen Notruf.",
            "The box holds no call back for lack of credit, and no emergency call either.",
        ),
        t.pick("Und Gespräche im Haus kosten nichts.", "And calls inside the house cost nothing."),
    );
    Page::new(shell).mirrored().mode(Mode::Linked).with(facts).with(ways).with(never).answer()
}

/// `41,23 €` in German, `41.23 EUR` in English.
pub(super) fn money(t: Lang, balance: &Balance) -> String {
    let cents = balance.ten_thousandths / 100;
    let (sign, whole, rest) =
        (if cents < 0 { "−" } else { "" }, cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    let currency = if balance.currency == "EUR" { "€" } else { &balance.currency };
    match t {
        Lang::De => format!("{sign}{whole},{rest:02} {currency}"),
        Lang::En => format!("{sign}{whole}.{rest:02} {currency}"),
    }
}

/// `GET /mirror`.
pub(crate) async fn mirror(shell: Shell) -> Response {
    let (t, now, view) = (shell.t, shell.now, Arc::clone(&shell.view));
    let part = super::MirrorPart { t, mirror: &view.mirror };
    let columns = [
        Column::new("kind", t.pick("Was", "What")),
        Column::new("count", t.pick("Anzahl", "Count")).narrow(),
        Column::new("state", t.state()),
        Column::new("age", t.pick("Alter", "Age")).end(),
    ];
    let mut table =
        Table::new(&shell, t.pick("Teile der Kopie", "Parts of the copy"), columns).or_else(t.not_mirrored());
    for kind in &view.kinds {
        let (tone, word) = match kind.state {
            KindState::Complete => (Tone::Good, t.pick("vollständig", "complete")),
            KindState::Absent => (Tone::Calm, t.pick("hat dieses Konto nicht", "not in this account")),
            KindState::Failed => (Tone::Warn, t.pick("letzte Frage schlug fehl", "last question failed")),
            KindState::Never => (Tone::Calm, t.pick("noch nicht gefragt", "not asked yet")),
        };
        let age = kind.at.map_or(Cell::None, |at| Cell::Moment { at, shown: Time::lasting(t, at, now) });
        table.row([Cell::name(t.kind(&kind.name), ""), Cell::count(kind.count), Cell::mark(tone, word), age]);
    }
    Page::new(shell).mirrored().with(part).with(table.done()).answer()
}
