//! Changes for the cloud: asked for with forms, listed while they wait, decided when somebody else was faster, undone.

mod words;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::names::Names;
use super::{Time, not_found};
use crate::charter::{Doors, May};
use crate::commands::MirrorAsk;
use crate::door_pages::{form_broken, go};
use crate::parts::{Cell, Column, Field, Form, Mode, Note, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::{MirrorState, View};
use crate::when;
use crate::words::Lang;

/// What may be asked for on the page by who sets the system up, and by who works with telephones.
const ACTS: &[&str] = &[
    "user_role",
    "user_busy_on_busy",
    "user_address",
    "user_default_device",
    "number_target",
    "extension_new",
    "extension_gone",
    "group_join",
    "group_leave",
];
const PHONE_ACTS: &[&str] = &["device_alias"];
/// Changes shown.
const SHOWN: usize = 100;

pub(crate) fn doors() -> Doors {
    let wanted = ["Änderung für die Cloud", "A change for the cloud"];
    let decided = ["Über eine Änderung entschieden", "Decided about a change"];
    Doors::default()
        .see("/changes", May::See, page)
        .act("/changes", May::Set, wanted, |app, shell, sent| ask(app, shell, sent, ACTS))
        .act("/changes/phone", May::Phone, wanted, |app, shell, sent| ask(app, shell, sent, PHONE_ACTS))
        .act("/changes/{id}/{choice}", May::Set, decided, decide)
}

/// Fields of a form, as sent.
type Fields = Result<Sent<BTreeMap<String, String>>, FormRejection>;

async fn ask(State(app): State<App>, shell: Shell, sent: Fields, acts: &'static [&'static str]) -> Response {
    let t = shell.t;
    let fields = match sent {
        Ok(Sent(fields)) => fields,
        Err(rejected) => return form_broken(t, &rejected),
    };
    let back = fields.get("back").cloned().unwrap_or_default();
    let Some(change) = change(&fields, acts) else {
        return list(&app, shell, Some("not a change this page can make".to_owned())).await;
    };
    match app.commands.mirror(MirrorAsk::Change(change)).await {
        Ok(_) => go(local(&back)),
        Err(reason) => list(&app, shell, Some(reason)).await,
    }
}

/// A place on this page, whatever was sent: nobody is led elsewhere.
fn local(back: &str) -> &str {
    let plain = back.bytes().all(|it| it.is_ascii_alphanumeric() || b"/-_.~%".contains(&it));
    if back.starts_with('/') && !back.starts_with("//") && plain { back } else { "/changes" }
}

/// What a form asks for: an act of those named, with its fields in their types.
fn change(fields: &BTreeMap<String, String>, acts: &[&str]) -> Option<Value> {
    let act = fields.get("act").filter(|act| acts.contains(&act.as_str()))?;
    let mut change = Map::from_iter([("act".to_owned(), json!(act))]);
    for (name, value) in fields.iter().filter(|(name, _)| !["act", "back", "sure"].contains(&name.as_str())) {
        let value = match name.as_str() {
            "enabled" | "admin" => json!(value == "yes"),
            "address" => json!(value.parse::<u32>().ok()?),
            _ => json!(value.trim()),
        };
        change.insert(name.clone(), value);
    }
    Some(Value::Object(change))
}

async fn page(State(app): State<App>, shell: Shell) -> Response {
    list(&app, shell, None).await
}

async fn list(app: &App, shell: Shell, refusal: Option<String>) -> Response {
    let t = shell.t;
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let refused = refusal.map(|reason| Note {
        tone: Tone::Bad,
        kind: t.failed_title().to_owned(),
        what: words::refused(t, &reason),
        more: t.pick("Nichts wurde geändert.", "Nothing was changed.").to_owned(),
        link: None,
    });
    let table = match app.commands.mirror(MirrorAsk::Journal).await {
        Ok(journal) => table(&shell, &journal),
        Err(_) => table(&shell, &Value::Null),
    };
    let page = Page::new(shell).mode(Mode::Written).mirrored().status(status);
    page.with_some(refused).with(table).answer()
}

fn table(shell: &Shell, journal: &Value) -> Table {
    let (t, view) = (shell.t, &shell.view);
    let names = Names::of(t, &view.account);
    let columns = [
        Column::new("", t.pick("Änderung", "Change")),
        Column::new("", t.state()),
        Column::new("", t.pick("Gewünscht", "Wanted")),
        Column::new("", t.to_do_about()),
        Column::new("", t.pick("Oder", "Or")),
    ];
    let nothing = t.pick("Noch keine Änderung.", "No change yet.");
    let mut table = Table::plain(t, "", columns).or_else(nothing);
    let entries = journal.get("changes").and_then(Value::as_array);
    for entry in entries.into_iter().flatten().take(SHOWN) {
        let what = words::act(t, &names, entry.get("intent").unwrap_or(&Value::Null));
        let made = made(entry);
        let shown = when::local(t, &view.account.zone, made, shell.now);
        let [first, second] = buttons(t, entry, &what);
        table.row([
            Cell::text(what),
            words::state(t, entry),
            Cell::Moment { at: made, shown: Time::fixed(made, shown) },
            first,
            second,
        ]);
    }
    table.done()
}

fn made(entry: &Value) -> SystemTime {
    let seconds = entry.pointer("/made/secs_since_epoch").and_then(Value::as_u64).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.min(32_503_680_000))
}

/// What can be done about a change.
fn buttons(t: Lang, entry: &Value, what: &str) -> [Cell; 2] {
    let id = entry.get("id").map(ToString::to_string).unwrap_or_default();
    let button = |choice: &str, words| Cell::Button {
        action: format!("/changes/{id}/{choice}"),
        id: id.clone(),
        words,
        about: what.to_owned(),
    };
    let mine = button("mine", t.pick("Trotzdem so", "Do it anyway"));
    let theirs = button("theirs", t.pick("So lassen", "Leave it"));
    match entry.get("state").and_then(Value::as_str).unwrap_or_default() {
        "waiting" => [button("cancel", t.pick("Zurücknehmen", "Take back")), Cell::None],
        "conflict" | "unsure" => [mine, theirs],
        "refused" => [button("mine", t.pick("Noch einmal", "Try again")), Cell::None],
        "done" if undoing(entry).is_some() => [button("undo", t.pick("Rückgängig", "Undo")), Cell::None],
        _ => [Cell::None, Cell::None],
    }
}

/// The change that takes a done one back, where there is one.
fn undoing(entry: &Value) -> Option<Value> {
    let (intent, seen) = (entry.get("intent")?, entry.get("seen")?);
    let mut back = intent.as_object()?.clone();
    let (field, value) = match intent.get("act")?.as_str()? {
        "device_alias" => ("alias", json!(seen.as_str()?)),
        "user_role" => ("admin", json!(seen.as_bool()?)),
        "user_busy_on_busy" => ("enabled", json!(seen.as_bool()?)),
        "user_address" => ("address", json!(seen.as_str()?.parse::<u32>().ok()?)),
        "user_default_device" => ("device", json!(seen.as_str()?)),
        "number_target" => ("endpoint", json!(seen.as_str()?)),
        "group_join" => ("act", json!("group_leave")),
        "group_leave" => ("act", json!("group_join")),
        _ => return None,
    };
    back.insert(field.to_owned(), value);
    Some(Value::Object(back))
}

async fn decide(State(app): State<App>, shell: Shell, Path((id, choice)): Path<(u64, String)>) -> Response {
    let ask = match choice.as_str() {
        "cancel" => MirrorAsk::Cancel { id },
        "mine" | "theirs" => MirrorAsk::Choose { id, choice },
        "undo" => {
            let journal = app.commands.mirror(MirrorAsk::Journal).await.unwrap_or_default();
            let mut entries = journal.get("changes").and_then(Value::as_array).into_iter().flatten();
            let entry = entries.find(|entry| entry.get("id").and_then(Value::as_u64) == Some(id));
            let Some(back) = entry.and_then(undoing) else { return not_found(shell.t) };
            MirrorAsk::Change(back)
        }
        _ => return not_found(shell.t),
    };
    match app.commands.mirror(ask).await {
        Ok(_) => go("/changes"),
        Err(reason) => list(&app, shell, Some(reason)).await,
    }
}

/// Why nothing can be changed in the cloud now.
pub(super) fn closed(t: Lang, view: &View) -> Option<String> {
    match &view.mirror.state {
        MirrorState::Current | MirrorState::Stale => None,
        MirrorState::Failed { reason } => Some(match t {
            Lang::De => format!("Ändern geht gerade nicht, die Cloud ist fort: {}", t.say(reason)),
            Lang::En => format!("Changing is not possible now, the cloud is away: {}", t.say(reason)),
        }),
        MirrorState::Never => Some(t.not_mirrored().to_owned()),
    }
}

/// A line of a form that asks for a change and comes back to `back`.
pub(super) fn wish(t: Lang, act: &'static str, back: &str) -> Form {
    let action = if PHONE_ACTS.contains(&act) { "/changes/phone" } else { "/changes" };
    Form::line(action, act, t.pick("Ändern", "Change")).field(Field::hidden("back", back))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away_from_this_page() {
        for (back, to) in [
            ("/users/w0", "/users/w0"),
            ("//evil.example", "/changes"),
            ("https://evil.example", "/changes"),
            ("/\\evil.example", "/changes"),
            ("/users\r\nSet-Cookie: a=b", "/changes"),
            ("", "/changes"),
        ] {
            assert_eq!(local(back), to, "{back}");
        }
    }

    #[test]
    fn a_form_asks_only_for_what_it_may() {
        let fields = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let busy = fields(&[
            ("act", "user_busy_on_busy"),
            ("user", "w0"),
            ("enabled", "yes"),
            ("back", "/users/w0"),
        ]);
        let wanted = json!({"act": "user_busy_on_busy", "user": "w0", "enabled": true});
        assert_eq!(change(&busy, ACTS), Some(wanted));
        assert_eq!(change(&busy, PHONE_ACTS), None);
        assert_eq!(change(&fields(&[("act", "device_gone"), ("device", "e0")]), ACTS), None);
        assert_eq!(change(&fields(&[("act", "user_address"), ("address", "x")]), ACTS), None);
    }

    #[test]
    fn what_is_done_can_be_undone_where_there_is_a_way_back() {
        let entry = |intent: Value, seen: Value| json!({"intent": intent, "seen": seen});
        let alias = json!({"act": "device_alias", "device": "e0", "alias": "Neu"});
        let back = json!({"act": "device_alias", "device": "e0", "alias": "Alt"});
        assert_eq!(undoing(&entry(alias, json!("Alt"))), Some(back));
        let join = json!({"act": "group_join", "group": "g0", "device": "e0"});
        let leave = json!({"act": "group_leave", "group": "g0", "device": "e0"});
        assert_eq!(undoing(&entry(join, json!(false))), Some(leave));
        assert_eq!(undoing(&entry(json!({"act": "extension_gone", "number": "1"}), json!(true))), None);
    }
}
