//! Money: what is left, what the month costs, every single call, whether the bill is right, and what a minute costs.

mod calls;
mod check;
mod known;
mod rates;
mod say;
mod settings;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Time;
use super::phone_system::local;
use crate::charter::{Doors, May};
use crate::commands::FILE;
use crate::ledger::LedgerAsk;
use crate::parts::{Cell, Facts, Mode, Note, Page, Tabs, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::View;
use crate::when;
use crate::words::Lang;
pub(super) use calls::ours;
pub(super) use known::{Item, moment};
pub(super) use say::what;

use known::{Billing, Rates, Settings, ask};
use say::{balance, money, open};

/// Where to look for the differences.
const CHECK: &str = "/billing/check";

pub(crate) fn doors() -> Doors {
    let loaded = ["Tarife geladen", "Loaded rates"];
    Doors::default().act("/billing/rates", May::Set, loaded, rates::load).bodies(FILE).merge(
        Doors::default()
            .see("/billing", May::See, page)
            .see("/billing/calls", May::See, calls::page)
            .see("/billing/check", May::See, check::page)
            .see("/billing/rates", May::See, rates::page)
            .act(
                "/billing/thresholds",
                May::Set,
                ["Warnung bei wenig Guthaben eingestellt", "Set the warning of little credit"],
                settings::thresholds,
            )
            .act(
                "/billing/privacy",
                May::Set,
                ["Aufbewahrung von Gesprächen eingestellt", "Set what is kept of calls"],
                settings::privacy,
            ),
    )
}

/// The sides of the same place.
fn tabs(t: Lang, here: &str) -> Tabs {
    let tab = |tabs: Tabs, path: &'static str, words| tabs.tab(path, words, path == here);
    let tabs = Tabs::new(t.pick("Kosten", "Billing"));
    let tabs = tab(tabs, "/billing", t.pick("Überblick", "Overview"));
    let tabs = tab(tabs, "/billing/calls", t.pick("Einzelne Gespräche", "Single calls"));
    let tabs = tab(tabs, CHECK, t.pick("Rechnung prüfen", "Check the bill"));
    tab(tabs, "/billing/rates", t.pick("Preise", "Rates"))
}

/// `GET /billing`.
async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(&app, shell, None).await
}

/// The overview, perhaps with what became of a form on top.
async fn shown(app: &App, shell: Shell, note: Option<Note>) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let failed = note.as_ref().is_some_and(|note| note.tone == Tone::Bad);
    let status = if failed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let billing: Option<Billing> = ask(app, LedgerAsk::Billing).await.ok();
    let rates: Option<Rates> = ask(app, LedgerAsk::RateTable).await.ok();
    let settings: Option<Settings> = ask(app, LedgerAsk::Settings).await.ok();
    let month = billing.as_ref().map(|billing| month(&shell, billing));
    let unpriced = billing.zip(rates).and_then(|(billing, rates)| unpriced(t, &billing, &rates));
    let may = shell.who.may(May::Set);
    let forms = settings.filter(|_| may).map(|settings| settings::forms(t, &settings));
    let (warn, keep) = forms.unzip();
    let (credit, ways) = (credit(&shell, &view), ways(t, &view));
    let page = Page::new(shell).mirrored().mode(Mode::Local).mode(Mode::Linked).status(status);
    page.with(tabs(t, "/billing"))
        .with_some(note)
        .with(credit)
        .with_some(month)
        .with_some(unpriced)
        .with_some(warn)
        .with_some(keep)
        .with(ways)
        .with(never(t))
        .answer()
}

fn credit(shell: &Shell, view: &View) -> Facts {
    let (t, account) = (shell.t, &view.account);
    let told = view.kinds.iter().find(|kind| kind.name == "balance").and_then(|kind| kind.at);
    let age = told.map(|at| format!("{} {}{}", t.as_of(), t.lasting(when::seconds(at, shell.now)), t.ago()));
    let credit = account.balance.as_ref().map(|it| Cell::name(balance(t, it), age.unwrap_or_default()));
    Facts::new(t.pick("Guthaben und Vertrag", "Credit and contract"))
        .fact(t.pick("Guthaben", "Credit"), credit.unwrap_or_else(|| Cell::text(t.not_mirrored())))
        .fact(t.pick("Kunde", "Customer"), Cell::text(&account.company))
        .fact(t.pick("Kundennummer", "Account number"), Cell::text(&account.number))
        .fact(t.pick("Tarif", "Plan"), Cell::text(&account.product))
}

/// This month by the box's own records, and how they stand to the cloud's.
fn month(shell: &Shell, billing: &Billing) -> Facts {
    let (t, estimate) = (shell.t, &billing.estimate);
    let zone = shell.view.account.zone.as_str();
    let since = when::day(zone, moment(estimate.since));
    let talked = Time::counted(estimate.seconds);
    let for_calls = match t {
        Lang::De => format!("für {} Gespräche nach draußen, {talked}", estimate.calls),
        Lang::En => format!("for {} calls to the outside, {talked}", estimate.calls),
    };
    let differences = open(&billing.check.counts);
    let same = billing.check.counts.get("same").copied().unwrap_or_default();
    let compared = match (t, differences) {
        (Lang::De, 0) => format!("{same} gleich, nichts ungeklärt"),
        (Lang::En, 0) => format!("{same} alike, nothing unexplained"),
        (Lang::De, open) => format!("{open} ungeklärt"),
        (Lang::En, open) => format!("{open} unexplained"),
    };
    let currency = shell.view.account.balance.as_ref().map_or("EUR", |it| it.currency.as_str());
    let tone = if differences == 0 { Tone::Good } else { Tone::Warn };
    Facts::new(t.pick("Dieser Monat, wie die Box ihn sah", "This month as the box saw it"))
        .fact(t.pick("Seit", "Since"), Cell::text(say::date(t, &since)))
        .fact(t.pick("Geschätzt", "Estimated"), Cell::name(money(t, &estimate.amount, currency), for_calls))
        .fact(t.pick("Verglichen mit der Cloud", "Compared with the cloud"), Cell::mark(tone, compared))
}

/// What the estimate leaves out.
fn unpriced(t: Lang, billing: &Billing, rates: &Rates) -> Option<Note> {
    let missing = billing.estimate.without_rate;
    let what = match (t, rates.rates.is_empty()) {
        (_, false) if missing == 0 => return None,
        (Lang::De, true) => "Noch weiß die Box nicht, was eine Minute kostet.".to_owned(),
        (Lang::En, true) => "The box does not know yet what a minute costs.".to_owned(),
        (Lang::De, false) => format!("Für {missing} Gespräche steht kein Preis in der Tabelle."),
        (Lang::En, false) => format!("The table has no rate for {missing} calls."),
    };
    let more = t.pick(
        "Die Schätzung rechnet nur, was einen Preis hat.",
        "The estimate counts only what has a price.",
    );
    Some(Note {
        tone: Tone::Calm,
        kind: String::new(),
        what,
        more: more.to_owned(),
        link: Some(("/billing/rates".to_owned(), t.pick("Zu den Preisen", "To the rates").to_owned())),
    })
}

/// What is settled elsewhere.
fn ways(t: Lang, view: &View) -> Facts {
    let outside = |name: &str, words: &str| {
        let href = view.account.link(name).filter(|href| href.starts_with("https://"))?.to_owned();
        Some(Cell::Outside { href, words: words.to_owned() })
    };
    Facts::new(t.pick("Das regeln Sie in der Cloud-App", "You settle this in the cloud app"))
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
        )
}

fn never(t: Lang) -> Note {
    local(
        t.pick(
            "Die Box hält wegen leeren Guthabens kein Gespräch auf, auch keinen Notruf.",
            "The box holds no call back for lack of credit, and no emergency call either.",
        ),
        t.pick("Und Gespräche im Haus kosten nichts.", "And calls inside the house cost nothing."),
    )
}

/// Why nothing stands here.
fn unreadable(t: Lang, reason: &str) -> Note {
    Note {
        tone: Tone::Warn,
        kind: t.failed_title().to_owned(),
        what: say::refused(t, reason),
        more: String::new(),
        link: None,
    }
}
