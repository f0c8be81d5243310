//! Setting a new box up: eight steps, each judged by the house where it can tell, and a sheet for the customer at the end.
//!
//! Nothing here is needed for telephoning, and nothing is lost when it stops half-way: what is done is seen on the house
//! itself, what somebody ticked or put off is kept.

mod doing;
mod judging;
mod sheet;
mod steps;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::not_found;
use crate::charter::{Doors, May};
use crate::door_pages::vault_failed;
use crate::parts::{Cell, Column, Field, Form, Mode, Note, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::vault::Step;
use crate::view::PhoneState;
use crate::words::Lang;
use judging::{Found, Verdict};
use steps::{address, lead, name, read};

pub(super) fn doors() -> Doors {
    let done =
        ["Schritt der Einrichtung bestätigt oder verschoben", "Confirmed or put off a step of the set-up"];
    let linked = ["Mit der Cloud verbunden", "Linked the cloud"];
    let login = ["Anmeldung an der Cloud begonnen", "Began a login at the cloud"];
    let site = ["Standort der Box bestätigt", "Confirmed the site of the box"];
    let over = ["Box übergeben", "Handed the box over"];
    Doors::default()
        .see("/start", May::Set, overview)
        .see("/start/sheet", May::Set, sheet::page)
        .see("/start/{step}", May::Set, one)
        .act("/start/{step}/{choice}", May::Set, done, doing::choose)
        .act("/start/link-account", May::Rule, linked, doing::link)
        .act("/start/log-in", May::Rule, login, doing::log_in)
        .act("/start/assume-site", May::Set, site, doing::assume)
        .act("/start/hand-over", May::Set, over, doing::hand_over)
}

/// What the overview of the house says while setting up goes on.
pub(crate) async fn reminder(app: &App, shell: &Shell) -> Option<Note> {
    let t = shell.t;
    let run = app.door.first_run().await.ok().filter(|run| run.finished.is_none())?;
    shell.who.may(May::Set).then_some(())?;
    let found = Found::look(app, shell, run).await;
    let open = Step::ALL.into_iter().filter(|step| found.is_open(*step)).count();
    let what = match (t, open) {
        (Lang::De, 1) => "Ein Schritt der Einrichtung ist noch offen.".to_owned(),
        (Lang::De, _) => format!("Noch {open} von 8 Schritten der Einrichtung sind offen."),
        (Lang::En, 1) => "One step of the set-up is still open.".to_owned(),
        (Lang::En, _) => format!("{open} of 8 steps of the set-up are still open."),
    };
    let words = t.pick("Mit der Einrichtung weiter", "Go on setting up");
    Some(Note {
        tone: Tone::Calm,
        kind: t.pick("Einrichtung", "Setting up").to_owned(),
        what,
        more: String::new(),
        link: Some((address(found.next_open()), words.to_owned())),
    })
}

/// `GET /start`.
async fn overview(State(app): State<App>, shell: Shell) -> Response {
    let run = match app.door.first_run().await {
        Ok(run) => run,
        Err(failed) => return vault_failed(shell.t, &failed),
    };
    let t = shell.t;
    let finished = run.finished.is_some();
    let found = Found::look(&app, &shell, run).await;
    let columns = [
        Column::new("", t.pick("Schritt", "Step")),
        Column::new("", t.state()),
        Column::new("", t.pick("Was gefunden wurde", "What was found")),
    ];
    let mut table = Table::plain(t, "", columns);
    for (step, number) in Step::ALL.into_iter().zip(1..) {
        let name = Cell::link(format!("{number} · {}", name(t, step)), "", address(step));
        table.row([name, found.mark(step), Cell::text(found.verdict(step).into_words())]);
    }
    let next = found.next_open();
    let onward = Onward {
        t,
        next: Some((address(next), format!("{}: {}", t.pick("Weiter", "Go on"), name(t, next)))),
        put_off: None,
        overview: false,
    };
    let sheet = finished.then(|| sheet_note(t));
    Page::new(shell).mode(Mode::Local).with_some(sheet).with(table.done()).with(onward).answer()
}

fn sheet_note(t: Lang) -> Note {
    let words = t.pick("Übergabeblatt zeigen", "Show the handover sheet");
    Note {
        tone: Tone::Good,
        kind: String::new(),
        what: t.pick("Die Box ist übergeben.", "The box is handed over.").to_owned(),
        more: String::new(),
        link: Some(("/start/sheet".to_owned(), words.to_owned())),
    }
}

/// `GET /start/{step}`.
async fn one(State(app): State<App>, shell: Shell, Path(step): Path<String>) -> Response {
    match read(&step) {
        Some(step) => shown(&app, shell, step, None).await,
        None => not_found(shell.t),
    }
}

/// One step, perhaps with why what was sent was not taken.
async fn shown(app: &App, shell: Shell, step: Step, wrong: Option<Note>) -> Response {
    let run = match app.door.first_run().await {
        Ok(run) => run,
        Err(failed) => return vault_failed(shell.t, &failed),
    };
    let t = shell.t;
    let found = Found::look(app, &shell, run).await;
    let verdict = found.verdict(step);
    let done = matches!(verdict, Verdict::Done(_));
    let said = Note {
        tone: if done { Tone::Good } else { Tone::Warn },
        kind: if done { t.pick("Geprüft", "Checked") } else { t.pick("Noch offen", "Still open") }.to_owned(),
        what: verdict.into_words(),
        more: String::new(),
        link: None,
    };
    let position = Step::ALL.iter().position(|it| *it == step).unwrap_or_default();
    let number = position + 1;
    let title = match t {
        Lang::De => format!("Schritt {number} von 8: {}", name(t, step)),
        Lang::En => format!("Step {number} of 8: {}", name(t, step)),
    };
    let next = Step::ALL.get(number).map(|next| (address(*next), next_words(t, *next)));
    let onward = Onward {
        t,
        next: next.filter(|_| done),
        put_off: (!done && step != Step::Handover).then(|| format!("{}/skip", address(step))),
        overview: true,
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let table = table(&shell, &found, step);
    let forms = forms(&shell, &found, step, done);
    let mut page =
        Page::below(shell, title, lead(t, step)).status(status).with(Progress { t, found: &found, step });
    page = page.with_some(wrong).with(said).with_some(table);
    forms.into_iter().fold(page, Page::with).with(onward).answer()
}

fn next_words(t: Lang, next: Step) -> String {
    format!("{}: {}", t.pick("Weiter", "Go on"), name(t, next))
}

/// What belongs to a step besides its verdict.
fn table(shell: &Shell, found: &Found, step: Step) -> Option<Table> {
    match step {
        Step::Phones => Some(phones(shell)),
        Step::Calls => found.sites.as_ref().map(|sites| {
            let t = shell.t;
            let columns = [
                Column::new("", t.phone()),
                Column::new("", t.pick("Hilfe käme nach", "Help would come to")),
                Column::new("", t.pick("Notruf über", "Emergency call over")),
            ];
            let title = t.pick("Geprüft, ohne 112 zu wählen", "Checked without dialling 112");
            let mut table = Table::plain(t, title, columns);
            for (phone, place, number) in sites.phones.iter().take(50) {
                let known = |text: &Option<String>| text.clone().map_or(Cell::None, Cell::Text);
                table.row([Cell::name(phone, ""), known(place), known(number)]);
            }
            table.done()
        }),
        Step::Access | Step::Network | Step::Account | Step::Place | Step::Fax | Step::Handover => None,
    }
}

/// What to enter in each telephone, and whether it is there.
fn phones(shell: &Shell) -> Table {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let columns = [
        Column::new("", t.phone()),
        Column::new("", t.extension()),
        Column::new("", t.pick("SIP-ID", "SIP ID")),
        Column::new("", t.state()),
    ];
    let mut table = Table::plain(t, t.phones(), columns).or_else(t.no_phones_more());
    for phone in view.phones.iter().take(200) {
        let owner = phone.owner.as_deref().unwrap_or_else(|| t.nobody());
        let device = view.account.devices.iter().find(|device| device.id == phone.device);
        let login = device.and_then(|device| device.login.clone()).map_or(Cell::None, Cell::Code);
        let state = match phone.state {
            PhoneState::Registered { .. } => Cell::mark(Tone::Good, t.registered()),
            PhoneState::Unregistered { .. } => Cell::mark(Tone::Calm, t.unregistered()),
        };
        table.row([Cell::name(&phone.alias, owner), Cell::text(phone.extensions.join(", ")), login, state]);
    }
    table.done()
}

/// What somebody can do in a step.
fn forms(shell: &Shell, found: &Found, step: Step, done: bool) -> Vec<Form> {
    let t = shell.t;
    match step {
        Step::Network | Step::Fax if !done => {
            let title = if step == Step::Network {
                t.pick("Stimmen Adresse und Uhrzeit?", "Are address and time right?")
            } else {
                t.pick("Fax läuft weiter über die Cloud.", "Fax goes on through the cloud.")
            };
            vec![Form::new(title, format!("{}/confirm", address(step)), t.pick("Stimmt so", "That is right"))]
        }
        Step::Account if !done && shell.who.may(May::Rule) => linking(t),
        Step::Place => found.sites.iter().filter_map(|sites| site_form(t, sites, done)).collect(),
        Step::Handover => vec![
            Form::new(
                t.pick("Übergeben", "Hand over"),
                "/start/hand-over",
                t.pick("Fertig: Übergabeblatt zeigen", "Done: show the handover sheet"),
            )
            .lead(t.pick(
                "Was verschoben wurde, steht auf dem Blatt und unter „Einrichtung“.",
                "What was put off stands on the sheet and under “Setting up”.",
            )),
        ],
        Step::Access | Step::Network | Step::Account | Step::Phones | Step::Fax | Step::Calls => Vec::new(),
    }
}

fn linking(t: Lang) -> Vec<Form> {
    let token = Form::new(
        t.pick("Mit einem persönlichen Zugangstoken", "With a personal access token"),
        "/start/link-account",
        t.pick("Verbinden", "Link"),
    )
    .lead(t.pick(
        "In der Cloud-App unter „Persönliche Zugangstokens“ anlegen; dort stehen Token-ID und Token.",
        "Make one in the cloud app under “Personal access tokens”; it shows the token's id and the token.",
    ))
    .field(Field::line("id", t.pick("Token-ID", "Token ID")))
    .field(Field::password("token", t.pick("Token", "Token"), "off"));
    let login = Form::new(
        t.pick("Oder im Browser anmelden", "Or log in with the browser"),
        "/start/log-in",
        t.pick("Zur Cloud", "To the cloud"),
    )
    .lead(t.pick(
        "Geht, wenn in der Konfiguration ein Client der Cloud eingetragen ist.",
        "Works where the configuration names a client of the cloud.",
    ));
    vec![token, login]
}

fn site_form(t: Lang, sites: &super::locations::site::Sites, done: bool) -> Option<Form> {
    if sites.sites.is_empty() {
        return None;
    }
    let choices = sites.sites.iter().map(|(id, name, _)| (id.to_string(), name.clone()));
    let button = if done {
        t.pick("Ändern", "Change")
    } else {
        t.pick("Ja, hier steht die Box", "Yes, the box is here")
    };
    let field = Field::choice("site", t.pick("Anschrift dieses Hauses", "Address of this house"), choices)
        .value(sites.assumed.map(|id| id.to_string()).unwrap_or_default());
    Some(Form::new("", "/start/assume-site", button).field(field))
}

/// All steps, and where the reader is.
#[derive(Template)]
#[template(path = "parts/progress.html")]
struct Progress<'a> {
    t: Lang,
    found: &'a Found,
    step: Step,
}

impl Progress<'_> {
    fn steps(&self) -> impl Iterator<Item = (String, &'static str, Cell, bool)> {
        Step::ALL.into_iter().map(|it| (address(it), name(self.t, it), self.found.mark(it), it == self.step))
    }
}

/// Where to go from here.
#[derive(Template)]
#[template(path = "parts/onward.html")]
struct Onward {
    t: Lang,
    next: Option<(String, String)>,
    /// Where a step is put off.
    put_off: Option<String>,
    overview: bool,
}
