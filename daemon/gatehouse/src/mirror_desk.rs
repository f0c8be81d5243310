//! The mirror on the command line: what is known, how old it is, and what is on its way to the cloud.

use std::io::{BufRead as _, Read as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::Value;
use web::Method;

use crate::cli::{FAILURE, Format, MirrorAct, OK};
use crate::place::Place;
use crate::show::{ShowFailed, ask, complain, each, mirror_line, say, show, tell, text};

/// How often somebody who waits for a sync hears of it.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// An address with a code in it, bytes.
const LONGEST: u64 = 16 * 1024;

/// Carries one of the subcommands out.
pub(crate) fn act(place: &Place, act: MirrorAct, format: Format) -> Result<u8, ShowFailed> {
    match act {
        MirrorAct::Sync => sync(place, format),
        MirrorAct::Show { kind } => objects(place, &kind, format),
        MirrorAct::Changes => show(place, "/api/v1/mirror/journal", format, |answer| {
            each(answer, "/changes").map(change_line).collect()
        }),
        MirrorAct::Events => show(place, "/api/v1/mirror/events", format, |answer| {
            each(answer, "/events").map(event_line).collect()
        }),
        MirrorAct::Rights => show(place, "/api/v1/mirror/rights", format, |answer| {
            each(answer, "/rights").map(right_line).collect()
        }),
        MirrorAct::Change { change } => order(place, "/api/v1/mirror/journal", change, format),
        MirrorAct::Decide { id, choice } => {
            order(place, &format!("/api/v1/mirror/journal/{id}/{choice}"), String::new(), format)
        }
    }
}

/// Forgets the account.
pub(crate) fn unlink(place: &Place) -> Result<u8, ShowFailed> {
    order(place, "/api/v1/mirror/unlink", String::new(), Format { json: false })
}

/// Takes an admin to the cloud's page and back.
pub(crate) fn login(place: &Place) -> Result<u8, ShowFailed> {
    let (well, answer) = tell(place, "/api/v1/mirror/login", String::new())?;
    if !well {
        complain(&text(&answer, "/reason"));
        return Ok(FAILURE);
    }
    complain(
        "open this address, log in, and paste the address the browser ends up at (or let the page take it):",
    );
    say(&text(&answer, "/address"));
    let mut back = String::new();
    if std::io::stdin().lock().take(LONGEST).read_line(&mut back).unwrap_or_default() == 0 {
        return Ok(OK);
    }
    let back = serde_json::json!({"address": back.trim()}).to_string();
    order(place, "/api/v1/mirror/login/back", back, Format { json: false })
}

fn order(place: &Place, target: &str, body: String, format: Format) -> Result<u8, ShowFailed> {
    let (well, answer) = tell(place, target, body)?;
    if format.json {
        say(&answer.to_string());
    } else if !well {
        complain(&text(&answer, "/reason"));
    } else if let Some(change) = answer.get("change") {
        say(&change_line(change));
    } else {
        say("done");
    }
    Ok(if well { OK } else { FAILURE })
}

fn right_line(right: &Value) -> String {
    let words = |name: &str| -> Vec<String> { each(right, name).map(|word| text(word, "")).collect() };
    let serves = [words("/kinds"), words("/acts")].concat().join(", ");
    format!("{:<9} {:<28} {serves}", text(right, "/standing"), text(right, "/right"))
}

fn change_line(change: &Value) -> String {
    let found = text(change, "/found");
    let found = if found.is_empty() { found } else { format!(", the cloud has {found}") };
    format!(
        "{:>4}  {:<9} {}, seen {}{found}",
        text(change, "/id"),
        text(change, "/state"),
        text(change, "/intent"),
        text(change, "/seen")
    )
}

fn event_line(event: &Value) -> String {
    let [at, kind, direction, from, to] =
        ["/created", "/type", "/direction", "/source", "/target"].map(|field| text(event, field));
    format!("{at}  {kind:<9} {direction:<16} {from:<16} {to}")
}

/// How old the copy is, and each kind of object.
pub(crate) fn mirror(place: &Place, format: Format) -> Result<u8, ShowFailed> {
    let (well, mut mirror) = ask(place, Method::GET, "/api/v1/mirror")?;
    let (_, mut kinds) = ask(place, Method::GET, "/api/v1/mirror/kinds")?;
    if let (Some(mirror), Some(kinds)) = (mirror.as_object_mut(), kinds.as_object_mut()) {
        mirror.extend(["kinds", "progress"].iter().filter_map(|part| kinds.remove_entry(*part)));
    }
    if format.json {
        say(&mirror.to_string());
    } else {
        say(&mirror_line(&mirror));
        each(&mirror, "/kinds").for_each(|kind| say(&kind_line(kind)));
    }
    Ok(if well { OK } else { FAILURE })
}

/// The objects of one kind, as the cloud described them.
fn objects(place: &Place, kind: &str, format: Format) -> Result<u8, ShowFailed> {
    show(place, &format!("/api/v1/mirror/objects/{kind}"), format, |answer| {
        each(answer, "/objects")
            .map(|object| format!("{:<20} {}", text(object, "/id"), text(object, "/body")))
            .collect()
    })
}

fn kind_line(kind: &Value) -> String {
    let age = kind.get("age_seconds").and_then(Value::as_u64);
    let age = age.map_or_else(|| "never".to_owned(), |seconds| format!("{seconds} s"));
    let state =
        if text(kind, "/state").is_empty() { "not asked yet".to_owned() } else { text(kind, "/state") };
    format!("  {:<18} {:>6}  {age:>8}  {state}", text(kind, "/kind"), text(kind, "/count"))
}

/// Asks for a sync and waits for it; how far it is goes to standard error.
fn sync(place: &Place, format: Format) -> Result<u8, ShowFailed> {
    let (ended, end) = channel::<()>();
    let (well, answer) = std::thread::scope(|scope| {
        scope.spawn(move || watch(place, &end));
        let answered = ask(place, Method::POST, "/api/v1/mirror/sync");
        drop(ended);
        answered
    })?;
    if format.json {
        say(&answer.to_string());
    } else if well {
        say(&format!(
            "mirrored: {} changes in {} requests",
            text(&answer, "/changed"),
            text(&answer, "/requests")
        ));
    } else {
        complain(&text(&answer, "/reason"));
    }
    Ok(if well { OK } else { FAILURE })
}

/// Tells every second how far a sync is, until it has ended.
fn watch(place: &Place, end: &Receiver<()>) {
    while end.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
        let Ok((true, mirror)) = ask(place, Method::GET, "/api/v1/mirror") else { continue };
        let Some(progress) = mirror.get("progress").filter(|progress| progress.is_object()) else { continue };
        let [answered, questions, requests] =
            ["/answered", "/questions", "/requests"].map(|field| text(progress, field));
        complain(&format!("{answered} of {questions} questions answered, {requests} requests"));
    }
}
