//! One place: its name and address, what tells it, and new places in it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::known::{Known, Place, ask};
use super::{say, unknown};
use crate::pages::not_found;
use crate::parts::{Mode, Page};
use crate::places::LocationsAsk;
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;

/// The parts of an address within a house, by their names in the API.
const INSIDE: [&str; 4] = ["building", "floor", "room", "hint"];
/// Those of the house itself; only sites and buildings have them.
const POSTAL: [&str; 10] = [
    "name",
    "street",
    "house_number",
    "house_suffix",
    "postcode",
    "town",
    "quarter",
    "district",
    "state",
    "country",
];

/// A place as it can be changed, or a new one.
#[derive(Template)]
#[template(path = "parts/place_form.html")]
struct PlaceForm {
    t: Lang,
    title: String,
    revision: u64,
    /// 0 for a new one.
    id: u32,
    parent: Option<u32>,
    name: String,
    kinds: Vec<(&'static str, &'static str, bool)>,
    /// Addresses of the account: id, line, chosen.
    addresses: Vec<(String, String, bool)>,
    inside: Vec<Field>,
    postal: Vec<Field>,
    coordinates: String,
    is_default: bool,
}

/// A part of an address.
struct Field {
    name: &'static str,
    words: &'static str,
    value: String,
}

/// `GET /locations/places/{id}`; 0 is a new site.
pub(super) async fn page(State(app): State<App>, shell: Shell, Path(id): Path<u32>) -> Response {
    let known: Known = match ask(&app, LocationsAsk::All).await {
        Ok(known) => known,
        Err(why) => return unknown(shell, &why),
    };
    let t = shell.t;
    let lead = t.pick(
        "Straße und Ort erbt jeder Raum von dem, was ihn umgibt. Hilfe findet schneller, wer Etage und Raum nennt.",
        "Every room inherits street and town from what is around it. Help is faster where floor and room are named.",
    );
    if id == 0 {
        let form = PlaceForm::of(t, &shell, &known, None, None);
        return Page::below(shell, t.pick("Neuer Standort", "New site"), lead)
            .mode(Mode::Local)
            .with(form)
            .answer();
    }
    let Some(place) = known.place(id) else { return not_found(t) };
    let form = PlaceForm::of(t, &shell, &known, Some(place), place.parent.and_then(|id| known.place(id)));
    let inner = (place.kind != "room").then(|| PlaceForm::of(t, &shell, &known, None, Some(place)));
    Page::below(shell, place.path.clone(), lead).mode(Mode::Local).with(form).with_some(inner).answer()
}

impl PlaceForm {
    fn of(t: Lang, shell: &Shell, known: &Known, place: Option<&Place>, parent: Option<&Place>) -> Self {
        let coarser = parent.and_then(|parent| say::KINDS.iter().position(|kind| *kind == parent.kind));
        let (first, last) = coarser.map_or((0, 1), |at| (at + 1, say::KINDS.len()));
        let kinds: Vec<_> = say::KINDS.iter().skip(first).take(last - first).copied().collect();
        let chosen =
            place.map_or_else(|| kinds.first().copied().unwrap_or("room").to_owned(), |it| it.kind.clone());
        let has = |id: &str| place.and_then(|place| place.address.as_deref()) == Some(id);
        let field = |name: &&'static str| Field {
            name,
            words: part(t, name),
            value: place.and_then(|place| place.civic.get(*name)).cloned().unwrap_or_default(),
        };
        let title = match (place, parent) {
            (Some(_), _) => t.pick("Ändern", "Change").to_owned(),
            (None, None) => t.pick("Standort", "Site").to_owned(),
            (None, Some(_)) => t.pick("Ein Ort darin", "A place in it").to_owned(),
        };
        let addresses = shell.view.account.locations.iter();
        Self {
            t,
            title,
            revision: known.revision,
            id: place.map_or(0, |place| place.id),
            parent: parent.map(|parent| parent.id),
            name: place.map(|place| place.name.clone()).unwrap_or_default(),
            kinds: kinds.iter().map(|kind| (*kind, say::kind(t, kind), *kind == chosen)).collect(),
            addresses: addresses.map(|it| (it.id.clone(), it.line.clone(), has(&it.id))).collect(),
            inside: INSIDE.iter().map(field).collect(),
            postal: if first <= 1 { POSTAL.iter().map(field).collect() } else { Vec::new() },
            coordinates: place.and_then(|place| place.coordinates.clone()).unwrap_or_default(),
            is_default: place.is_none_or(|place| place.kind != "site" || known.default == Some(place.id)),
        }
    }

    /// Ids of the fields are unique on the page.
    fn key(&self, name: &str) -> String {
        format!("{name}-{}", self.id)
    }
}

/// What a part of an address is called.
fn part(t: Lang, name: &str) -> &'static str {
    match name {
        "building" => t.pick("Gebäude", "Building"),
        "floor" => t.pick("Etage (EG = 0, UG = −1)", "Floor (ground = 0, basement = −1)"),
        "room" => t.pick("Raum", "Room"),
        "hint" => t.pick("Weg dorthin", "How to get there"),
        "name" => t.pick("Firma", "Company"),
        "street" => t.pick("Straße", "Street"),
        "house_number" => t.pick("Hausnummer", "House number"),
        "house_suffix" => t.pick("Zusatz (a, b)", "Suffix (a, b)"),
        "postcode" => t.pick("Postleitzahl", "Postcode"),
        "town" => t.pick("Stadt oder Gemeinde", "Town"),
        "quarter" => t.pick("Ortsteil", "Quarter"),
        "district" => t.pick("Kreis", "District"),
        "state" => t.pick("Bundesland (zwei Buchstaben)", "State (two letters)"),
        _ => t.pick("Land (zwei Buchstaben)", "Country (two letters)"),
    }
}
