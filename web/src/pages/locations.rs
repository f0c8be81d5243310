//! Where phones stand, and where help would be sent: the house as a tree, every phone, and what needs doing.
//!
//! Every page here works from one picture of the places and names its revision when it changes something, so that two
//! people who work at once do not undo each other.

mod bindings;
mod changing;
pub(crate) mod in_account;
mod known;
mod one_phone;
mod one_place;
mod report;
mod say;
mod self_tests;
pub(crate) mod site;
mod test_call;
mod trail;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Time;
use crate::charter::{Doors, May};
use crate::parts::{Cell, Column, Mode, Note, Page, Table, Tabs, Tone};
use crate::places::{LocationsAsk, LocationsRefused, TABLE};
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;
use known::{Known, Moved, Phone, ask};

/// Every page about places.
pub(super) fn doors() -> Doors {
    let places = ["Standorte geändert", "Changed places"];
    let table = ["Tabelle der Standorte ersetzt", "Replaced the table of places"];
    let address = ["Notrufadresse im Konto geändert", "Changed an emergency address in the account"];
    let heard = ["Notruf gehört", "Heard of a call for help"];
    let import = Doors::default().act("/locations/import", May::Set, table, changing::import).bodies(TABLE);
    Doors::default()
        .see("/locations", May::See, page)
        .see("/locations/phones/{device}", May::See, one_phone::page)
        .see("/locations/places/{id}", May::See, one_place::page)
        .see("/locations/bindings", May::See, bindings::page)
        .see("/locations/changes", May::See, trail::page)
        .see("/locations/report", May::See, report::page)
        .see("/locations/self-tests", May::See, self_tests::page)
        .act("/locations/self-tests", May::Set, crate::self_tests::MADE, self_tests::begin)
        .act("/locations/change", May::Set, places, changing::change)
        .act("/locations/account", May::Set, address, in_account::write)
        .act("/locations/heard", May::Call, heard, changing::heard)
        .merge(import)
        .merge(test_call::doors())
}

/// `GET /locations`.
async fn page(State(app): State<App>, shell: Shell) -> Response {
    overview(&app, shell, StatusCode::OK, None).await
}

/// The overview, perhaps with what went wrong on top.
async fn overview(app: &App, shell: Shell, status: StatusCode, wrong: Option<Note>) -> Response {
    let known: Known = match ask(app, LocationsAsk::All).await {
        Ok(known) => known,
        Err(why) => return unknown(shell, &why),
    };
    let (t, now, cloud) = (shell.t, shell.now, Arc::clone(&shell.view));
    let moved =
        (!known.moved.is_empty()).then(|| MovedPart { t, revision: known.revision, moved: &known.moved });
    let phones = phones(&shell, &known);
    let page =
        Page::new(shell).status(status).mode(Mode::Local).in_cloud(cloud.account.link("accountSettingsUrl"));
    page.with(tabs(t, "/locations"))
        .with_some(wrong)
        .with(banner(t, &known))
        .with_some(foreign(t, &known))
        .with_some(moved)
        .with(tree(t, &known))
        .with(phones)
        .with_some(sources(t, now, &known))
        .answer()
}

/// A page that cannot be drawn because the box does not answer.
fn unknown(shell: Shell, why: &LocationsRefused) -> Response {
    let note = refusal(shell.t, why);
    Page::new(shell).status(why.status()).with(note).answer()
}

/// What went wrong, in the reader's language.
fn refusal(t: Lang, why: &LocationsRefused) -> Note {
    let what = match why {
        LocationsRefused::Absent => {
            t.pick("Dieses Telefon gibt es nicht.", "There is no such phone.").to_owned()
        }
        LocationsRefused::Changed(_) => t
            .pick(
                "Jemand anders hat inzwischen etwas geändert. So sieht es jetzt aus; bitte noch einmal.",
                "Somebody else changed something meanwhile. This is how it looks now; please try again.",
            )
            .to_owned(),
        LocationsRefused::Wrong(sentence) => t.say(sentence).to_owned(),
        LocationsRefused::Rows(rows) => {
            let shown =
                rows.iter().map(|(row, why)| format!("{} {row}: {}", t.pick("Zeile", "Row"), t.say(why)));
            shown.collect::<Vec<_>>().join(" · ")
        }
        LocationsRefused::Busy => {
            t.pick("Die Box ist gerade beschäftigt.", "The box is busy right now.").to_owned()
        }
    };
    let kind = t.pick("Nicht geändert", "Not changed").to_owned();
    Note { tone: Tone::Bad, kind, what, more: String::new(), link: None }
}

/// The sides of it.
fn tabs(t: Lang, here: &'static str) -> Tabs {
    let sides = [
        ("/locations", t.pick("Übersicht", "Overview")),
        ("/locations/bindings", t.pick("Zuordnungen", "Bindings")),
        ("/locations/changes", t.pick("Änderungen", "Changes")),
        ("/locations/report", t.pick("Bericht", "Report")),
        ("/locations/test-call", t.pick("Probeanruf", "Test call")),
        ("/locations/self-tests", t.pick("Prüfung", "Self-test")),
    ];
    let tabs = Tabs::new(t.pick("Standorte", "Locations"));
    sides.into_iter().fold(tabs, |tabs, (href, words)| tabs.tab(href, words, href == here))
}

/// Red until every phone is known to stand somewhere.
fn banner(t: Lang, known: &Known) -> Note {
    let (all, lost) = (known.phones.len(), known.unlocated.len());
    let link = lost.checked_sub(1).and_then(|_| known.unlocated.first());
    let link = link.map(|device| {
        let words = t.pick("Das erste davon einordnen", "Place the first of them");
        (format!("/locations/phones/{device}"), words.to_owned())
    });
    let (tone, what, more) = match (lost, known.commissioned) {
        (1.., _) => (
            Tone::Bad,
            match t {
                Lang::De => format!("Von {lost} von {all} Telefonen weiß niemand, wo sie stehen."),
                Lang::En => format!("Nobody knows where {lost} of {all} phones stand."),
            },
            t.pick(
                "Hilfe käme an den angenommenen Standort. Ordnen Sie ihr Netz, ihren Switch-Port oder das Telefon selbst einem Ort zu.",
                "Help would come to the site that is assumed. Bind their network, their switch port or the phone itself to a place.",
            ),
        ),
        (0, false) => (
            Tone::Warn,
            t.pick("Jedes Telefon hat einen Ort.", "Every phone has a place.").to_owned(),
            t.pick(
                "Notrufe sind noch nicht in Betrieb genommen: 110 und 112 verlassen das Haus nicht.",
                "Emergency calls are not commissioned yet: 110 and 112 do not leave the house.",
            ),
        ),
        (0, true) => (
            Tone::Good,
            t.pick("Jedes Telefon hat einen Ort.", "Every phone has a place.").to_owned(),
            t.pick("110 und 112 sind in Betrieb.", "110 and 112 are in service."),
        ),
    };
    Note { tone, kind: t.pick("Notruf", "Emergency calls").to_owned(), what, more: more.to_owned(), link }
}

/// Numbers from which a control centre would read another town.
fn foreign(t: Lang, known: &Known) -> Option<Note> {
    let all = known.foreign_numbers.iter().map(|one| format!("{} ({})", one.number, one.town));
    let all: Vec<String> = all.take(MOST_NUMBERS).collect();
    (!all.is_empty()).then(|| Note {
        tone: Tone::Warn,
        kind: t.pick("Rufnummern", "Numbers").to_owned(),
        what: t
            .pick(
                "Die Vorwahl dieser Nummern passt nicht zum Ort ihrer Anschrift:",
                "The area code of these numbers does not fit the town of their address:",
            )
            .to_owned(),
        more: all.join(" · "),
        link: None,
    })
}

/// As many as somebody reads.
const MOST_NUMBERS: usize = 10;

/// Phones that were carried elsewhere.
#[derive(Template)]
#[template(path = "parts/moved.html")]
struct MovedPart<'a> {
    t: Lang,
    revision: u64,
    moved: &'a [Moved],
}

/// The house.
#[derive(Template)]
#[template(path = "parts/tree.html")]
struct Tree {
    t: Lang,
    branches: Vec<Branch>,
}

/// A place and those in it.
#[derive(Template)]
#[template(path = "parts/branch.html")]
struct Branch {
    t: Lang,
    id: u32,
    name: String,
    kind: &'static str,
    state: Option<(Tone, &'static str)>,
    is_default: bool,
    phones: usize,
    inner: Vec<Self>,
}

fn tree(t: Lang, known: &Known) -> Tree {
    let crowd = known.crowd();
    Tree { t, branches: branches(t, known, &crowd, None, say::KINDS.len()) }
}

/// Each lies in a coarser one, so that it goes no deeper than there are kinds.
fn branches(
    t: Lang,
    known: &Known,
    crowd: &std::collections::HashMap<&str, usize>,
    parent: Option<u32>,
    deeper: usize,
) -> Vec<Branch> {
    let Some(deeper) = deeper.checked_sub(1) else { return Vec::new() };
    let here = known.places.iter().filter(|place| place.parent == parent);
    here.map(|place| Branch {
        t,
        id: place.id,
        name: place.name.clone(),
        kind: say::kind(t, &place.kind),
        state: (parent.is_none() || place.address.is_some()).then(|| say::state(t, place.state.as_deref())),
        is_default: known.default == Some(place.id),
        phones: crowd.get(place.path.as_str()).copied().unwrap_or_default(),
        inner: branches(t, known, crowd, Some(place.id), deeper),
    })
    .collect()
}

fn phones(shell: &Shell, known: &Known) -> Table {
    let t = shell.t;
    let columns = [
        Column::new("phone", t.phone()),
        Column::new("place", t.pick("Steht", "Stands")),
        Column::new("sure", t.pick("Gewissheit", "Certainty")),
        Column::new("line", t.pick("Notruf über", "Emergency call over")),
    ];
    let nothing = t.pick("Das Konto hat keine Telefone.", "The account has no phones.");
    let mut table = Table::new(shell, t.phones(), columns).or_else(nothing);
    for phone in &known.phones {
        table.row(phone_row(t, phone));
    }
    table.done()
}

fn phone_row(t: Lang, phone: &Phone) -> [Cell; 4] {
    let (tone, sure) = say::confidence(t, &phone.confidence);
    let why = phone.rule.as_deref().map(|rule| say::rule(t, rule)).unwrap_or_default();
    let sure = Cell::Mark { tone, word: sure.to_owned(), more: why.to_owned() };
    let (tone, says) = say::line(t, phone.line_says.as_deref());
    let number = phone.number.clone().or_else(|| phone.line.clone()).unwrap_or_default();
    let owner = phone.owner.clone().unwrap_or_else(|| t.nobody().to_owned());
    [
        Cell::link(&phone.alias, owner, format!("/locations/phones/{}", phone.device)),
        place_cell(phone),
        sure,
        Cell::Mark { tone, word: says.to_owned(), more: number },
    ]
}

/// Where a phone stands, and the postal address in smaller letters unless that is what the place is called.
fn place_cell(phone: &Phone) -> Cell {
    match (&phone.place_name, &phone.address) {
        (Some(place), Some(address)) if place.starts_with(address.as_str()) => Cell::name(place, ""),
        (Some(place), address) => Cell::name(place, address.clone().unwrap_or_default()),
        (None, Some(address)) => Cell::name(address, ""),
        (None, None) => Cell::None,
    }
}

/// Who is asked where phones hang.
fn sources(t: Lang, now: SystemTime, known: &Known) -> Option<Table> {
    if known.sources.iter().all(|source| source.name == "neighbours") {
        return None;
    }
    let columns = [
        Column::new("", t.pick("Quelle", "Source")),
        Column::new("", t.state()),
        Column::new("", t.pick("Angaben", "Facts")).narrow(),
        Column::new("", t.pick("Antwortete vor", "Answered")).end(),
    ];
    let mut table =
        Table::plain(t, t.pick("Wer sagt, wo Telefone hängen", "Who says where phones hang"), columns);
    for source in &known.sources {
        let name = if source.name == "neighbours" {
            t.pick("Nachbarn der Box", "Neighbours of the box").to_owned()
        } else {
            source.name.clone()
        };
        let state = match &source.failed {
            None => Cell::mark(Tone::Good, t.pick("antwortet", "answers")),
            Some(why) => Cell::Mark {
                tone: Tone::Warn,
                word: t.pick("antwortet nicht", "does not answer").to_owned(),
                more: why.clone(),
            },
        };
        let answered = source.answered.map_or(Cell::None, |at| moment(t, at, now));
        table.row([Cell::Code(name), state, Cell::count(source.facts), answered]);
    }
    Some(table.done())
}

/// A moment that the box wrote down in seconds since 1970.
fn moment(t: Lang, at: u64, now: SystemTime) -> Cell {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(at.min(u64::from(u32::MAX)));
    Cell::Moment { at, shown: Time::lasting(t, at, now) }
}
