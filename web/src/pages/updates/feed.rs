//! New versions that the box looks for by itself, where a feed is named.

use super::moment;
use crate::charter::May;
use crate::parts::{Cell, Facts, Field, Form};
use crate::shell::Shell;
use crate::updates::{Feed, Starts, There, Versions};
use crate::words::Lang;

/// What is known of the feed, behind what is known of the box.
pub(super) fn facts(shell: &Shell, versions: &Versions, facts: Facts) -> Facts {
    let (t, Some(feed)) = (shell.t, &versions.feed) else { return facts };
    let never = || Cell::text(t.pick("noch nie", "never"));
    let asked = feed.asked.map_or_else(never, |at| moment(shell, at));
    let mut facts = facts
        .fact(t.pick("Nach neuen Versionen gesehen", "Looked for new versions"), asked)
        .fact(t.pick("Neue Version", "New version"), Cell::text(found(t, feed)))
        .fact(t.pick("Von selbst", "By itself"), Cell::text(installs(t, feed)));
    if let Some(coming) = &feed.fetching {
        let words = t.pick("wird geholt", "is being fetched");
        let cell = Cell::text(format!("{} {words}: {} %", coming.version, coming.percent));
        facts = facts.fact(t.pick("Es kommt", "Coming"), cell);
    }
    match &feed.trouble {
        Some(trouble) => facts.fact(t.pick("Woran es liegt", "What is wrong"), Cell::text(t.say(trouble))),
        None => facts,
    }
}

fn found(t: Lang, feed: &Feed) -> String {
    match &feed.there {
        Some(There { version, size }) => {
            format!("{version} {} ({} MB)", t.pick("ist da", "is there"), size.div_ceil(1_000_000))
        }
        None => t.pick("keine", "none").to_owned(),
    }
}

fn installs(t: Lang, feed: &Feed) -> &'static str {
    match feed.installs {
        None => t.pick(
            "wird eine neue Version nur angezeigt ([updates] install)",
            "a new version is only shown ([updates] install)",
        ),
        Some(Starts::Quiet) => t.pick(
            "wird eine neue Version geholt und gestartet, sobald niemand telefoniert",
            "a new version is fetched, and started once nobody talks",
        ),
        Some(Starts::Night) => t.pick(
            "wird eine neue Version geholt und nachts ab 3 Uhr gestartet",
            "a new version is fetched, and started at night from 3 o'clock",
        ),
    }
}

/// To look, and to fetch what is there.
pub(super) fn forms(shell: &Shell, versions: &Versions, refused: Option<String>) -> Vec<Form> {
    let t = shell.t;
    let Some(feed) = versions.feed.as_ref().filter(|_| shell.who.may(May::Set)) else { return Vec::new() };
    let look = Form::new(
        t.pick("Neue Versionen suchen", "Look for new versions"),
        "/updates/look",
        t.pick("Nachsehen", "Look now"),
    )
    .lead(t.pick(
        "Die Box sieht jeden Tag nach. Sie glaubt nur einer Liste, die wir unterschrieben haben und die nicht veraltet ist.",
        "The box looks every day. It believes only a list that we have signed and that is not out of date.",
    ))
    .refused(refused);
    let there = feed.there.as_ref().filter(|_| feed.fetching.is_none());
    std::iter::once(look).chain(there.map(|there| fetch(t, there))).collect()
}

fn fetch(t: Lang, there: &There) -> Form {
    let title = format!("Version {}", there.version);
    Form::new(title, "/updates/fetch", t.pick("Holen und einspielen", "Fetch and install"))
        .lead(t.pick(
            "Sie wird geholt, geprüft und neben die laufende geschrieben. Die Box startet neu, sobald niemand telefoniert.",
            "It is fetched, checked, and written beside the running one. The box starts anew once nobody talks.",
        ))
        .field(Field::tick(
            "tonight",
            t.pick("Erst nachts ab 3 Uhr neu starten", "Start anew at night only, from 3 o'clock"),
        ))
}
