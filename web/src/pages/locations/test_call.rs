//! A real call to 110 or 112 for testing: one person asks, another confirms, and what that means stands above it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::tabs;
use crate::charter::{Doors, May};
use crate::door_pages::go;
use crate::parts::{Form, Mode, Note, Page, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::test_calls::{ASKED, CONFIRMED, DISARMED, TestCallAsk};
use crate::view::Sentence;
use crate::when;
use crate::words::Lang;

const PATH: &str = "/locations/test-call";

/// How it stands, as the daemon tells it.
#[derive(Default, Deserialize)]
struct Told {
    state: String,
    by: Option<String>,
    until: Option<String>,
}

pub(super) fn doors() -> Doors {
    Doors::default()
        .see(PATH, May::See, page)
        .act("/locations/test-call/arm", May::Rule, ASKED, |State(app): State<App>, shell: Shell| {
            let who = shell.who.account.clone();
            done(app, shell, TestCallAsk::Arm { who })
        })
        .act("/locations/test-call/confirm", May::Rule, CONFIRMED, |State(app): State<App>, shell: Shell| {
            let who = shell.who.account.clone();
            done(app, shell, TestCallAsk::Confirm { who })
        })
        .act("/locations/test-call/disarm", May::Set, DISARMED, |State(app): State<App>, shell: Shell| {
            let who = shell.who.account.clone();
            done(app, shell, TestCallAsk::Disarm { who })
        })
}

/// `GET /locations/test-call`.
async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(&app, shell, None).await
}

async fn done(app: App, shell: Shell, ask: TestCallAsk) -> Response {
    match app.commands.test_call(ask).await {
        Ok(_) => go(PATH),
        Err(why) => shown(&app, shell, Some(why)).await,
    }
}

async fn shown(app: &App, shell: Shell, refused: Option<Sentence>) -> Response {
    let told = app.commands.test_call(TestCallAsk::Shown).await;
    let told: Told = told.ok().and_then(|told| serde_json::from_value(told).ok()).unwrap_or_default();
    let t = shell.t;
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let (title, lead) = (
        t.pick("Probeanruf", "Test call"),
        t.pick(
            "Ein echter Anruf bei 110 oder 112, nach Absprache mit der Leitstelle.",
            "A real call to 110 or 112, by appointment with the control centre.",
        ),
    );
    let (stands, forms) = (stands(&shell, &told), forms(&shell, &told, refused.as_ref()));
    let page = Page::below(shell, title, lead).mode(Mode::Local).status(status);
    let page = page.with(tabs(t, PATH)).with(warning(t)).with_some(stands);
    forms.into_iter().fold(page, Page::with).answer()
}

/// What the law says.
fn warning(t: Lang) -> Note {
    Note {
        tone: Tone::Bad,
        kind: t.pick("Strafbar", "A crime").to_owned(),
        what: t
            .pick(
                "Wer Notrufe missbraucht, macht sich strafbar (§ 145 StGB).",
                "Misuse of emergency calls is a crime (StGB § 145).",
            )
            .to_owned(),
        more: t
            .pick(
                "Nur zu der Zeit anrufen, die mit der Leitstelle vereinbart ist, gleich sagen, dass es eine Probe ist, und nicht auflegen, \
                 bevor die Leitstelle es erlaubt. Bis zum Anbieter lässt sich alles ohne sie prüfen.",
                "Call only at the time agreed with the control centre, say at once that it is a test, and do not hang up before they let \
                 you. Everything up to the provider can be tested without them.",
            )
            .to_owned(),
        link: None,
    }
}

fn stands(shell: &Shell, told: &Told) -> Option<Note> {
    let t = shell.t;
    let until = told.until.as_deref().and_then(when::read);
    let until = until.map(|at| when::local(t, &shell.view.account.zone, at, shell.now)).unwrap_or_default();
    let by = told.by.as_deref().unwrap_or_default();
    let (tone, what, more) = match (told.state.as_str(), t) {
        ("armed", Lang::De) => (
            Tone::Bad,
            format!("SCHARF bis {until}: Der nächste Anruf bei 110 oder 112 geht wirklich hinaus."),
            "Danach, nach 15 Minuten und nach einem Neustart ist die Box wieder entschärft.",
        ),
        ("armed", Lang::En) => (
            Tone::Bad,
            format!("ARMED until {until}: the next call to 110 or 112 leaves for real."),
            "After it, after 15 minutes and after a restart the box is disarmed again.",
        ),
        ("asked", Lang::De) => (
            Tone::Warn,
            format!(
                "{by} hat einen Probeanruf beantragt; eine zweite Person muss ihn bis {until} bestätigen."
            ),
            "Bis dahin geht kein Anruf hinaus.",
        ),
        ("asked", Lang::En) => (
            Tone::Warn,
            format!("{by} asks for a test call; a second person has to confirm it by {until}."),
            "No call leaves before that.",
        ),
        ("commissioned", _) => (
            Tone::Good,
            t.pick(
                "Notrufe sind in Betrieb genommen: 110 und 112 gehen immer hinaus.",
                "Emergency calls are commissioned: 110 and 112 leave the house always.",
            )
            .to_owned(),
            t.pick("Es gibt nichts scharfzustellen.", "There is nothing to arm."),
        ),
        _ => return None,
    };
    Some(Note {
        tone,
        kind: t.pick("Probeanruf", "Test call").to_owned(),
        what,
        more: more.to_owned(),
        link: None,
    })
}

/// What whoever asks may do about it.
fn forms(shell: &Shell, told: &Told, refused: Option<&Sentence>) -> Vec<Form> {
    let t = shell.t;
    let refused = || refused.map(|why| t.say(why).to_owned());
    let rules = shell.who.may(May::Rule);
    let arm = (told.state == "closed" && rules).then(|| {
        Form::new(
            t.pick("Probeanruf beantragen", "Ask for a test call"),
            "/locations/test-call/arm",
            t.pick("Beantragen", "Ask"),
        )
        .lead(t.pick(
            "Eine zweite Person bestätigt das an ihrem eigenen Zugang. Dann geht 15 Minuten lang ein einziger Anruf bei 110 oder 112 \
             wirklich hinaus, obwohl die Box noch nicht in Betrieb genommen ist.",
            "A second person confirms it, signed in as themselves. Then, for 15 minutes, one single call to 110 or 112 leaves for real \
             although the box is not commissioned yet.",
        ))
        .refused(refused())
        .grave()
    });
    let second = told.state == "asked" && rules && told.by.as_deref() != Some(shell.who.account.as_str());
    let confirm = second.then(|| {
        let button = t.pick("Bestätigen und scharfstellen", "Confirm and arm");
        Form::new("", "/locations/test-call/confirm", button).refused(refused()).grave()
    });
    let open = matches!(told.state.as_str(), "asked" | "armed") && shell.who.may(May::Set);
    let disarm = open.then(|| {
        let button = t.pick("Entschärfen", "Disarm");
        let refused = if second { None } else { refused() };
        Form::new("", "/locations/test-call/disarm", button).refused(refused)
    });
    [arm, confirm, disarm].into_iter().flatten().collect()
}
