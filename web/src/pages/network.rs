//! Where the box stands in the network: seen, changed on trial, and confirmed.

mod say;

use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::{Extension, Form as Sent, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::phone_system::local;
use crate::charter::{Doors, May};
use crate::connection::Peer;
use crate::door_pages::go;
use crate::network::{
    KEPT, Meant, NetworkNow, NetworkRefused, NetworkSettings, NetworkTrial, TRIED, confirmed,
};
use crate::parts::{Cell, Facts, Mode, Note, Page, Tone, kept_current};
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;

/// What is written down when somebody only had it checked.
const CHECKED: [&str; 2] = ["Netzeinstellungen geprüft", "Checked network settings"];

pub(crate) fn doors() -> Doors {
    Doors::default()
        .see("/network", May::See, page)
        .act("/network", May::Rule, CHECKED, preview)
        .act("/network/try", May::Rule, TRIED, try_it)
        .act("/network/confirm", May::Rule, KEPT, confirm)
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(&app, shell, None).await
}

/// The page, perhaps with what was typed and why it was not taken.
async fn shown(app: &App, shell: Shell, refused: Option<(NetworkSettings, NetworkRefused)>) -> Response {
    let t = shell.t;
    let status = refused.as_ref().map_or(StatusCode::OK, |(_, why)| why.status());
    let now = match app.commands.network().await {
        Ok(now) => now,
        Err(why) => return without_box(shell, status, why),
    };
    let seconds = since_1970(shell.now);
    let trial = now.trial.as_ref().map(|trial| say::on_trial(t, trial, seconds));
    let rules = shell.who.may(May::Rule);
    let confirmable = now.trial.as_ref().filter(|trial| rules && trial.until.is_some());
    let confirming = confirmable.map(|trial| say::confirming(t, trial.id));
    let last = now.last.as_ref().map(|last| say::last(t, last));
    let may_change = rules && now.trial.is_none();
    let form = may_change.then(|| {
        let (typed, why) =
            refused.map_or_else(|| (now.settings.clone(), None), |(typed, why)| (typed, Some(why)));
        say::form(t, &typed).refused(why.map(|why| t.say(&why.said()).to_owned()))
    });
    let stands = say::stands(t, &now);
    let [phones, browsers, cloud] = listens(&shell);
    let busy = now.trial.is_some();
    let page = Page::new(shell).mode(Mode::Local).status(status).with_some(trial).with_some(confirming);
    let page = page.with_some(last).with(stands).with_some(form).with(hint(t));
    kept_current(page.with(phones).with(browsers).with(cloud).answer(), busy)
}

/// Where somebody else says where the box stands.
fn without_box(shell: Shell, status: StatusCode, why: NetworkRefused) -> Response {
    let t = shell.t;
    let note = match why {
        NetworkRefused::NotFlashed => local(
            t.pick(
                "Im Telefon als Server die Adresse dieser Box eintragen, SIP-ID und Passwort wie in der Cloud.",
                "In the phone, enter this box's address as the server; SIP ID and password stay those of the cloud.",
            ),
            t.pick(
                "Adressen und Netz der Box selbst stellen Sie im Betriebssystem ein, die Ports in der Konfigurationsdatei.",
                "The box's own addresses are set in its operating system, the ports in the configuration file.",
            ),
        ),
        NetworkRefused::Wrong(said) | NetworkRefused::NotNow(said) => Note {
            tone: Tone::Warn,
            kind: String::new(),
            what: t.say(&said).to_owned(),
            more: String::new(),
            link: None,
        },
    };
    let [phones, browsers, cloud] = listens(&shell);
    let page = Page::new(shell).mode(Mode::Local).status(status).with(note);
    page.with(phones).with(browsers).with(cloud).answer()
}

fn hint(t: Lang) -> Note {
    local(
        t.pick(
            "Im Telefon als Server die Adresse dieser Box eintragen, SIP-ID und Passwort wie in der Cloud.",
            "In the phone, enter this box's address as the server; SIP ID and password stay those of the cloud.",
        ),
        t.pick(
            "Die Ports stehen in der Konfigurationsdatei.",
            "The ports are set in the configuration file.",
        ),
    )
}

/// Where phones, browsers and the cloud are met.
fn listens(shell: &Shell) -> [Facts; 3] {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let machine = &view.machine;
    let code = |text: &String| Cell::Code(text.clone());
    let mut phones = Facts::new(t.pick("Für Telefone", "For phones"));
    for listen in &machine.sip {
        phones = phones.fact(t.pick("Anmelden unter", "Register at"), code(listen));
    }
    let phones = phones
        .fact(
            t.pick("Als Domain gilt auch", "Also accepted as domain"),
            Cell::Code(machine.domains.join(", ")),
        )
        .fact(t.pick("Sprache", "Voice"), code(&machine.voice));
    let browsers = Facts::new(t.pick("Für Browser", "For browsers"))
        .fact(t.pick("Diese Verwaltung", "This administration"), code(&machine.https))
        .fact(t.pick("Leitet dorthin um", "Redirects there"), code(&machine.http));
    let cloud = Facts::new(t.pick("Nach draußen", "To the outside"))
        .fact(t.pick("Cloud", "Cloud"), code(&machine.cloud));
    [phones, browsers, cloud]
}

/// What would change, before anything does.
async fn preview(State(app): State<App>, shell: Shell, Sent(typed): Sent<NetworkSettings>) -> Response {
    let now = match app.commands.network().await {
        Ok(now) => now,
        Err(why) => return shown(&app, shell, Some((typed, why))).await,
    };
    match app.commands.new_network(typed.clone(), Meant::Look).await {
        Ok(wanted) => {
            let t = shell.t;
            let (changes, warning) = (say::changes(t, &now.settings, &wanted), say::warning(t));
            let trying = say::trying(t, &wanted);
            Page::new(shell).mode(Mode::Local).with(changes).with(warning).with(trying).answer()
        }
        Err(why) => shown(&app, shell, Some((typed, why))).await,
    }
}

async fn try_it(State(app): State<App>, shell: Shell, Sent(typed): Sent<NetworkSettings>) -> Response {
    match app.commands.new_network(typed.clone(), Meant::Try).await {
        Ok(wanted) => {
            let (t, view) = (shell.t, Arc::clone(&shell.view));
            let port = view.machine.https.rsplit(':').next().unwrap_or_default().to_owned();
            let host = app.commands.network().await.map(|now| now.host).unwrap_or_default();
            let (links, note) = (say::links(t, &wanted, &host, &port), say::go_on(t));
            Page::new(shell).mode(Mode::Local).with(note).with(links).answer()
        }
        Err(why) => shown(&app, shell, Some((typed, why))).await,
    }
}

#[derive(Deserialize)]
struct Confirmed {
    id: u64,
}

async fn confirm(
    State(app): State<App>,
    shell: Shell,
    Extension(peer): Extension<Peer>,
    Sent(Confirmed { id }): Sent<Confirmed>,
) -> Response {
    let settings = |now: NetworkNow| now.trial.map_or(now.settings, |NetworkTrial { settings, .. }| settings);
    match confirmed(&app, peer, id).await {
        Ok(()) => go("/network"),
        Err(why) => {
            let typed = app.commands.network().await.map(settings).unwrap_or_default();
            shown(&app, shell, Some((typed, why))).await
        }
    }
}

fn since_1970(now: SystemTime) -> u64 {
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}
