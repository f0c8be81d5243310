//! Who changed what about places, the newest first.

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::known::{Change, Trail, ask};
use super::{moment, say, tabs, unknown};
use crate::parts::{Cell, Column, Mode, Page, Table};
use crate::places::LocationsAsk;
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;

/// `GET /locations/changes`.
pub(super) async fn page(State(app): State<App>, shell: Shell) -> Response {
    let trail: Trail = match ask(&app, LocationsAsk::Trail).await {
        Ok(trail) => trail,
        Err(why) => return unknown(shell, &why),
    };
    let (t, now) = (shell.t, shell.now);
    let columns = [
        Column::new("what", t.pick("Änderung", "Change")),
        Column::new("who", t.pick("Wer", "Who")),
        Column::new("when", t.pick("Vor", "When")).end(),
    ];
    let nothing = t.pick("Noch nichts wurde geändert.", "Nothing was changed yet.");
    let mut table = Table::new(&shell, t.pick("Änderungen", "Changes"), columns).or_else(nothing);
    for change in trail.changes.iter().rev() {
        let (what, more) = spoken(t, change);
        table.row([Cell::name(what, more), Cell::text(who(t, &change.who)), moment(t, change.at, now)]);
    }
    let lead = t.pick(
        "Jede Änderung an Orten und Zuordnungen; die letzten 500.",
        "Every change of places and bindings; the last 500.",
    );
    let page = Page::below(shell, t.pick("Änderungen", "Changes"), lead).mode(Mode::Local);
    page.with(tabs(t, "/locations/changes")).with(table.done()).answer()
}

/// Somebody at the console, or the name of an account.
fn who(t: Lang, who: &str) -> String {
    if who == "console" { t.pick("Konsole", "Console").to_owned() } else { who.to_owned() }
}

/// A change in words, and its details.
fn spoken(t: Lang, change: &Change) -> (&'static str, String) {
    let what = &change.what;
    let text = |name: &str| match what.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let sign = || format!("{} {}", say::sign(t, &text("kind")), text("key"));
    match what.get("act").and_then(Value::as_str) {
        Some("place") => {
            let name = what.pointer("/place/name").and_then(Value::as_str).unwrap_or_default();
            (t.pick("Ort angelegt oder geändert", "Place made or changed"), name.to_owned())
        }
        Some("remove") => (t.pick("Ort entfernt", "Place removed"), text("place")),
        Some("bind") => (t.pick("Zugeordnet", "Bound"), format!("{} → {}", sign(), text("place"))),
        Some("unbind") => (t.pick("Zuordnung gelöst", "Unbound"), sign()),
        Some("rebind") => (t.pick("Alle Zuordnungen ersetzt", "All bindings replaced"), String::new()),
        Some("default") => (t.pick("Angenommener Standort", "Site that is assumed"), text("place")),
        Some("confirm") => {
            (t.pick("Umzug bestätigt", "Move confirmed"), format!("{} → {}", text("device"), text("place")))
        }
        _ => (t.pick("Änderung", "Change"), what.to_string()),
    }
}
