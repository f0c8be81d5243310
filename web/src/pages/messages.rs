//! One's own voice messages: who left them, to be listened to, marked, deleted and taken back; and what one's mailboxes say.

use std::sync::Arc;
use std::time::SystemTime;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form as Sent, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::talk::People;
use super::{Time, me, not_found, voicemail};
use crate::charter::{Doors, May};
use crate::commands::FILE;
use crate::door::Who;
use crate::door_pages::{form_broken, go};
use crate::messages::{
    Asking, DELETED, GREETED, HEARD, Message, MessageAsk, MessageRefused, RESTORED, SoundAsk, UNGREETED,
    person,
};
use crate::parts::{Cell, Column, Mode, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::upload::Filled;
use crate::view::{Mailbox, Sentence, View};
use crate::when;
use crate::words::Lang;

const HERE: &str = "/me/messages";

pub(crate) fn doors() -> Doors {
    Doors::default()
        .see(HERE, May::Mind, page)
        .act("/me/messages/heard", May::Mind, HEARD, heard)
        .act("/me/messages/new", May::Mind, HEARD, new)
        .act("/me/messages/gone", May::Mind, DELETED, gone)
        .act("/me/messages/back", May::Mind, RESTORED, back)
        .see("/me/messages/{id}/sound", May::Mind, listen)
        .see("/me/greetings/{id}", May::Mind, greeting)
        .act("/me/greetings/gone", May::Mind, UNGREETED, ungreet)
        .merge(Doors::default().act("/me/greetings", May::Mind, GREETED, greet).bodies(FILE))
}

/// The lists as the live stream keeps them current.
#[derive(Template)]
#[template(path = "parts/own.html")]
pub(crate) struct Lists {
    tables: Vec<Table>,
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
    shown(app, shell, None).await
}

async fn shown(app: App, shell: Shell, refused: Option<Sentence>) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let Some(user) = shell.who.user.clone().filter(|id| view.account.user(id).is_some()) else {
        return Page::new(shell).with(me::nobody(t)).answer();
    };
    let own: Vec<&Mailbox> = view.mailboxes.iter().filter(|it| it.is_of(&user)).collect();
    let lists = lists(&app, (t, shell.now), &view, &user).await;
    let boxes = voicemail::boxes(t, &view, &own, voicemail::Of::Me);
    let form = (!own.is_empty()).then(|| voicemail::greeting(t, &own, "/me/greetings", refused.as_ref()));
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let page = Page::new(shell).mode(Mode::Local).own().status(status);
    page.with(lists).with(boxes).with_some(form).answer()
}

/// What lies in this person's mailboxes.
pub(crate) async fn lists(app: &App, (t, now): (Lang, SystemTime), view: &View, user: &str) -> Lists {
    let listener = crate::Listener::Person(user.to_owned());
    let asking = Asking(app.clone(), listener);
    let lying = asking.ask(MessageAsk::Shown).await.unwrap_or_default();
    let writing = Writing { t, now, view, people: People::of(&view.account) };
    let deleted = (!lying.deleted.is_empty()).then(|| writing.deleted(&lying.deleted));
    Lists { tables: [writing.messages(&lying.messages)].into_iter().chain(deleted).collect() }
}

/// What rows are made with.
struct Writing<'a> {
    t: Lang,
    now: SystemTime,
    view: &'a View,
    people: People<'a>,
}

impl Writing<'_> {
    fn messages(&self, messages: &[Message]) -> Table {
        let t = self.t;
        let columns = [
            Column::new("", t.pick("Wer", "Who")),
            Column::new("", t.pick("Wann", "When")),
            Column::new("", t.duration()).narrow(),
            Column::new("", t.state()),
            Column::new("", t.pick("Anhören", "Listen")),
            Column::new("", t.pick("Kennzeichnen", "Mark")),
            Column::new("", t.pick("Löschen", "Delete")),
        ];
        let nothing = t.pick(
            "Keine Sprachnachrichten. Wer nicht durchkommt und auf den Anrufbeantworter spricht, steht hier.",
            "No voice messages. Who does not get through and speaks to the mailbox stands here.",
        );
        let mut table = Table::plain(t, t.pick("Nachrichten", "Messages"), columns).or_else(nothing);
        for message in messages {
            let (action, words) = match message.heard {
                true => ("/me/messages/new", t.pick("Als neu", "As new")),
                false => ("/me/messages/heard", t.pick("Gehört", "Heard")),
            };
            table.row([
                self.caller(message),
                self.moment(message),
                Cell::text(Time::counted(message.seconds)),
                self.state(message),
                Cell::Sound {
                    address: format!("/me/messages/{}/sound", message.id),
                    unheard: (!message.heard).then(|| message.id.clone()),
                    about: self.about(message),
                    words: t.pick("Herunterladen", "Download"),
                },
                self.button(message, action, words),
                self.button(message, "/me/messages/gone", t.pick("Löschen", "Delete")),
            ]);
        }
        table.done()
    }

    fn deleted(&self, messages: &[Message]) -> Table {
        let t = self.t;
        let columns = [
            Column::new("", t.pick("Wer", "Who")),
            Column::new("", t.pick("Wann", "When")),
            Column::new("", t.pick("Zurückholen", "Take back")),
        ];
        let title =
            t.pick("Gerade gelöscht, noch zehn Minuten da", "Just deleted, here for ten more minutes");
        let mut table = Table::plain(t, title, columns);
        for message in messages {
            let back = self.button(message, "/me/messages/back", t.pick("Zurückholen", "Take back"));
            table.row([self.caller(message), self.moment(message), back]);
        }
        table.done()
    }

    /// With the way to call back.
    fn caller(&self, message: &Message) -> Cell {
        let number = &message.number;
        let digits = number.strip_prefix('+').unwrap_or(number);
        let calls = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let more = if self.name(message) == *number { "" } else { number };
        match calls {
            true => Cell::link(self.name(message), more, format!("tel:{number}")),
            false => Cell::name(self.name(message), more),
        }
    }

    fn name(&self, message: &Message) -> String {
        let known = self.people.name(&message.number).unwrap_or(&message.name);
        match (known.is_empty(), message.number.is_empty()) {
            (false, _) => known.to_owned(),
            (true, false) => message.number.clone(),
            (true, true) => self.t.pick("Unbekannt", "Unknown").to_owned(),
        }
    }

    fn moment(&self, message: &Message) -> Cell {
        let shown = when::local(self.t, &self.view.account.zone, message.left, self.now);
        Cell::Moment { at: message.left, shown: Time::fixed(message.left, shown) }
    }

    fn state(&self, message: &Message) -> Cell {
        let (tone, word) = match message.heard {
            true => (Tone::Calm, self.t.pick("gehört", "heard")),
            false => (Tone::Warn, self.t.pick("neu", "new")),
        };
        let of = self.view.mailboxes.iter().find(|it| it.id == message.mailbox);
        Cell::Mark { tone, word: word.to_owned(), more: of.map(|it| it.alias.clone()).unwrap_or_default() }
    }

    fn button(&self, message: &Message, action: &str, words: &'static str) -> Cell {
        Cell::Button { action: action.to_owned(), id: message.id.clone(), words, about: self.about(message) }
    }

    /// For those who hear the page.
    fn about(&self, message: &Message) -> String {
        let at = when::local(self.t, &self.view.account.zone, message.left, self.now);
        format!("{}, {at}", self.name(message))
    }
}

#[derive(Deserialize)]
struct Which {
    id: String,
}

type Chosen = Result<Sent<Which>, FormRejection>;

async fn heard(State(app): State<App>, t: Lang, Extension(who): Extension<Who>, sent: Chosen) -> Response {
    act(app, t, &who, sent, |id| MessageAsk::Heard { id, heard: true }).await
}

async fn new(State(app): State<App>, t: Lang, Extension(who): Extension<Who>, sent: Chosen) -> Response {
    act(app, t, &who, sent, |id| MessageAsk::Heard { id, heard: false }).await
}

async fn gone(State(app): State<App>, t: Lang, Extension(who): Extension<Who>, sent: Chosen) -> Response {
    act(app, t, &who, sent, |id| MessageAsk::Delete { id }).await
}

async fn back(State(app): State<App>, t: Lang, Extension(who): Extension<Who>, sent: Chosen) -> Response {
    act(app, t, &who, sent, |id| MessageAsk::Restore { id }).await
}

async fn ungreet(State(app): State<App>, t: Lang, Extension(who): Extension<Who>, sent: Chosen) -> Response {
    act(app, t, &who, sent, |mailbox| MessageAsk::Ungreet { mailbox }).await
}

async fn act(app: App, t: Lang, who: &Who, sent: Chosen, ask: fn(String) -> MessageAsk) -> Response {
    let id = match sent {
        Ok(Sent(Which { id })) => id,
        Err(rejected) => return form_broken(t, &rejected),
    };
    match Asking(app, person(who)).ask(ask(id)).await {
        Ok(_) => go(HERE),
        Err(refused) => voicemail::refusal(t, &refused),
    }
}

async fn listen(
    State(app): State<App>,
    t: Lang,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    asked: HeaderMap,
) -> Response {
    let sound = Asking(app, person(&who)).sound(SoundAsk::Message { id }, &asked).await;
    sound.unwrap_or_else(|_| not_found(t))
}

async fn greeting(
    State(app): State<App>,
    t: Lang,
    Extension(who): Extension<Who>,
    Path(mailbox): Path<String>,
    asked: HeaderMap,
) -> Response {
    let sound = Asking(app, person(&who)).sound(SoundAsk::Greeting { mailbox }, &asked).await;
    sound.unwrap_or_else(|_| not_found(t))
}

async fn greet(State(app): State<App>, mut shell: Shell, sent: Filled) -> Response {
    let ask = MessageAsk::Greet { mailbox: sent.field("mailbox").to_owned(), file: sent.file };
    match Asking(app.clone(), person(&shell.who)).ask(ask).await {
        Ok(_) => go(HERE),
        Err(MessageRefused::Not(why)) => {
            HERE.clone_into(&mut shell.path);
            shown(app, shell, Some(why)).await
        }
        Err(MessageRefused::Unknown) => not_found(shell.t),
    }
}
