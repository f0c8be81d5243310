//! The mailboxes of the house: whose they are, how much lies in them, and what they say. What a caller said is for those whose
//! mailbox it is (`messages.rs`).

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::names::Names;
use super::{not_found, phone_system, refused as refused_page};
use crate::Listener;
use crate::charter::{Doors, May};
use crate::commands::FILE;
use crate::door_pages::{form_broken, go};
use crate::messages::{Asking, GREETED, MessageAsk, MessageRefused, SoundAsk, UNGREETED};
use crate::parts::{Cell, Column, Field, Form, Mode, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::upload::Filled;
use crate::view::{Mailbox, Sentence, View};
use crate::words::Lang;

const HERE: &str = "/voicemail";

pub(crate) fn doors() -> Doors {
    Doors::default()
        .see(HERE, May::See, page)
        .see("/voicemail/greetings/{id}", May::See, listen)
        .act("/voicemail/greetings/gone", May::Set, UNGREETED, ungreet)
        .merge(Doors::default().act("/voicemail/greetings", May::Set, GREETED, greet).bodies(FILE))
}

/// Who looks at a list of mailboxes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Somebody at their own.
    Me,
    /// Whoever may set the telephone system up, at all.
    All,
    /// Whoever may only look, at all.
    Look,
}

async fn page(shell: Shell) -> Response {
    shown(shell, None)
}

fn shown(shell: Shell, refused: Option<&Sentence>) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let sets = shell.who.may(May::Set);
    let all: Vec<&Mailbox> = view.mailboxes.iter().collect();
    let boxes = boxes(t, &view, &all, if sets { Of::All } else { Of::Look });
    let form = (sets && !all.is_empty()).then(|| greeting(t, &all, "/voicemail/greetings", refused));
    let secrecy = phone_system::local(
        t.pick(
            "Wer angerufen hat und was gesagt wurde, sehen und hören nur die Menschen, denen der Anrufbeantworter gehört.",
            "Who called and what was said is seen and heard only by the people whose mailbox it is.",
        ),
        t.pick(
            "Das gilt auch für Sie, wenn Sie die Box verwalten. Ihre eigenen Nachrichten stehen unter Sprachnachrichten.",
            "That holds for you too if you administer the box. Your own messages stand under Voice messages.",
        ),
    );
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let page = Page::new(shell).mode(Mode::Local).status(status);
    page.with(boxes).with_some(form).with(secrecy).answer()
}

/// Mailboxes, and what they say.
pub(super) fn boxes(t: Lang, view: &View, boxes: &[&Mailbox], of: Of) -> Table {
    let names = Names::of(t, &view.account);
    let (below, title) = match of {
        Of::Me => ("/me/greetings", t.pick("Meine Anrufbeantworter", "My mailboxes")),
        Of::All | Of::Look => ("/voicemail/greetings", t.pick("Anrufbeantworter", "Mailboxes")),
    };
    let mut columns = vec![Column::new("", t.pick("Anrufbeantworter", "Mailbox"))];
    if of != Of::Me {
        columns.push(Column::new("", t.pick("Gehört", "Belongs to")));
    }
    columns.extend([
        Column::new("", t.pick("Neu", "New")).narrow(),
        Column::new("", t.pick("Gehörte", "Heard")).narrow(),
        Column::new("", t.pick("Ansage", "Greeting")),
    ]);
    if of != Of::Look {
        columns.push(Column::new("", t.pick("Eigene Ansage", "Own greeting")));
    }
    let nothing = t.pick("Das Konto hat keinen Anrufbeantworter.", "The account has no mailbox.");
    let mut table = Table::plain(t, title, columns).or_else(nothing);
    for one in boxes {
        let full = if one.full { t.pick("voll", "full") } else { "" };
        let mut row = vec![Cell::name(&one.alias, full)];
        if of != Of::Me {
            row.push(names.people(&one.people));
        }
        row.extend([Cell::count(one.new), Cell::count(one.old), said(t, one, below)]);
        if of != Of::Look {
            row.push(removal(t, one, below));
        }
        table.row(row);
    }
    table.done()
}

fn said(t: Lang, one: &Mailbox, below: &str) -> Cell {
    if !one.greeting {
        return Cell::mark(Tone::Calm, t.pick("übliche Ansage", "usual greeting"));
    }
    Cell::Sound {
        address: format!("{below}/{}", one.id),
        unheard: None,
        about: one.alias.clone(),
        words: t.pick("Herunterladen", "Download"),
    }
}

fn removal(t: Lang, one: &Mailbox, below: &str) -> Cell {
    if !one.greeting {
        return Cell::None;
    }
    let (action, words) = (format!("{below}/gone"), t.pick("Entfernen", "Remove"));
    Cell::Button { action, id: one.id.clone(), words, about: one.alias.clone() }
}

/// Where a greeting of one's own is handed in.
pub(super) fn greeting(t: Lang, boxes: &[&Mailbox], action: &str, refused: Option<&Sentence>) -> Form {
    let choices = boxes.iter().map(|it| (it.id.clone(), it.alias.clone()));
    Form::new(t.pick("Eigene Ansage", "A greeting of your own"), action, t.pick("Ansage verwenden", "Use it"))
        .lead(t.pick(
            "Was Anrufer vor dem Ton hören. Eine Ansage ersetzt die vorige.",
            "What callers hear before the tone. A greeting replaces the one before.",
        ))
        .refused(refused.map(|why| t.say(why).to_owned()))
        .field(Field::choice("mailbox", t.pick("Anrufbeantworter", "Mailbox"), choices))
        .field(Field::file("file", t.pick("WAV-Datei", "WAV file"), "audio/wav,.wav").hint(t.pick(
            "Ein Kanal (mono), 16 Bit, 8000 oder 16000 Abtastungen je Sekunde, höchstens eine Minute.",
            "One channel (mono), 16 bits, 8000 or 16000 samples a second, one minute at most.",
        )))
}

/// Why something did not happen, as a page.
pub(super) fn refusal(t: Lang, refused: &MessageRefused) -> Response {
    match refused {
        MessageRefused::Unknown => not_found(t),
        MessageRefused::Not(why) => refused_page(t, StatusCode::CONFLICT, t.failed_title(), t.say(why)),
    }
}

#[derive(Deserialize)]
struct Which {
    id: String,
}

async fn ungreet(State(app): State<App>, t: Lang, sent: Result<Sent<Which>, FormRejection>) -> Response {
    let mailbox = match sent {
        Ok(Sent(Which { id })) => id,
        Err(rejected) => return form_broken(t, &rejected),
    };
    match Asking(app, Listener::Admin).ask(MessageAsk::Ungreet { mailbox }).await {
        Ok(_) => go(HERE),
        Err(refused) => refusal(t, &refused),
    }
}

async fn greet(State(app): State<App>, mut shell: Shell, sent: Filled) -> Response {
    let ask = MessageAsk::Greet { mailbox: sent.field("mailbox").to_owned(), file: sent.file };
    match Asking(app, Listener::Admin).ask(ask).await {
        Ok(_) => go(HERE),
        Err(MessageRefused::Not(why)) => {
            HERE.clone_into(&mut shell.path);
            shown(shell, Some(&why))
        }
        Err(MessageRefused::Unknown) => not_found(shell.t),
    }
}

async fn listen(State(app): State<App>, t: Lang, Path(mailbox): Path<String>, asked: HeaderMap) -> Response {
    let sound = Asking(app, Listener::Admin).sound(SoundAsk::Greeting { mailbox }, &asked).await;
    sound.unwrap_or_else(|_| not_found(t))
}
