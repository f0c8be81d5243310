//! One phone: what would happen if it called for help now, and why; and where somebody may put it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::known::{Known, Phone, Sign, ask};
use super::{in_account, say, unknown};
use crate::pages::not_found;
use crate::parts::{Cell, Column, Facts, Mode, Page, Table, Tone};
use crate::places::{LocationsAsk, LocationsRefused};
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;

/// Puts a sign of the phone, or the phone itself, to a place.
#[derive(Template)]
#[template(path = "parts/put.html")]
struct Put<'a> {
    t: Lang,
    revision: u64,
    device: &'a str,
    seen: &'a [Sign],
    places: Vec<(u32, &'a str)>,
}

impl Put<'_> {
    fn sign(&self, kind: &str) -> &'static str {
        say::sign(self.t, kind)
    }
}

/// `GET /locations/phones/{device}`.
pub(super) async fn page(State(app): State<App>, shell: Shell, Path(device): Path<String>) -> Response {
    let t = shell.t;
    let phone: Phone = match ask(&app, LocationsAsk::Phone(device)).await {
        Ok(phone) => phone,
        Err(LocationsRefused::Absent) => return not_found(t),
        Err(why) => return unknown(shell, &why),
    };
    let known: Known = match ask(&app, LocationsAsk::All).await {
        Ok(known) => known,
        Err(why) => return unknown(shell, &why),
    };
    let places = known.places.iter().map(|place| (place.id, place.path.as_str())).collect();
    let put = Put { t, revision: known.revision, device: &phone.device, seen: &phone.seen, places };
    let lead = t.pick(
        "Was geschähe, wenn von diesem Telefon jetzt jemand 112 wählte. Niemand wird dafür angerufen.",
        "What would happen if somebody dialled 112 at this phone now. Nobody is called for it.",
    );
    let in_account = in_account::forms(t, &shell.view.account, &phone.device);
    let page = Page::below(shell, phone.alias.clone(), lead).mode(Mode::Local);
    let page = page.with(answer(t, &phone)).with(put).with_some(in_account);
    page.with(why(t, &phone)).with(ladder(t, &phone)).answer()
}

fn answer(t: Lang, phone: &Phone) -> Facts {
    let (tone, sure) = say::confidence(t, &phone.confidence);
    let because = phone.rule.as_deref().map(|rule| say::rule(t, rule)).unwrap_or_default();
    let (says_tone, says) = say::line(t, phone.line_says.as_deref());
    let line = phone.line.as_deref().unwrap_or("–").to_owned();
    let text = |text: &Option<String>| text.as_ref().map(Cell::text);
    let conflict = phone.conflict.as_ref().map(|both| Cell::Mark {
        tone: Tone::Warn,
        word: t.pick("zwei Quellen widersprechen sich", "two sources disagree").to_owned(),
        more: both.clone(),
    });
    Facts::new(t.pick("Wenn jetzt jemand 112 wählt", "If somebody dials 112 now"))
        .known(t.pick("Benutzer", "User"), text(&phone.owner))
        .fact(t.pick("Ort", "Place"), text(&phone.place_name).unwrap_or(Cell::None))
        .fact(t.pick("Anschrift", "Address"), text(&phone.address).unwrap_or(Cell::None))
        .fact(
            t.pick("Gewissheit", "Certainty"),
            Cell::Mark { tone, word: sure.to_owned(), more: because.to_owned() },
        )
        .known(t.pick("Widerspruch", "Conflict"), conflict)
        .fact(t.pick("Leitung", "Line"), Cell::Mark { tone: says_tone, word: says.to_owned(), more: line })
        .known(t.pick("Rückrufnummer", "Number for calls back"), text(&phone.number))
}

fn why(t: Lang, phone: &Phone) -> Table {
    let columns = [
        Column::new("", t.pick("Regel", "Rule")),
        Column::new("", t.pick("Was sie weiß", "What it knows")),
        Column::new("", t.pick("Ort", "Place")),
    ];
    let mut table = Table::plain(t, t.pick("Warum dort", "Why there"), columns);
    for said in &phone.said {
        let tone = if said.said == "decided" { Tone::Good } else { Tone::Calm };
        table.row([
            Cell::name(say::rule(t, &said.rule), ""),
            Cell::mark(tone, say::said(t, &said.said)),
            said.place.as_ref().map_or(Cell::None, Cell::text),
        ]);
    }
    table.done()
}

fn ladder(t: Lang, phone: &Phone) -> Table {
    let columns = [
        Column::new("", t.pick("Leitung", "Line")),
        Column::new("", t.pick("Rufnummer", "Number")),
        Column::new("", t.pick("Anschrift", "Address")),
    ];
    let nothing = t.pick(
        "Keine Leitung: Der Anrufer hört, dass er ein Mobiltelefon nehmen soll.",
        "No line: the caller is told to take a mobile phone.",
    );
    let title = t.pick("In dieser Reihenfolge", "In this order");
    let mut table = Table::plain(t, title, columns).or_else(nothing);
    for rung in &phone.ladder {
        let (tone, says) = say::line(t, Some(&rung.address));
        let number = rung.number.as_ref().map_or(Cell::None, Cell::text);
        table.row([Cell::name(&rung.line, ""), number, Cell::mark(tone, says)]);
    }
    table.done()
}
