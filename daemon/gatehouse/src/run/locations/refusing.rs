//! Why a change of places is not taken, in both languages of the page.

use emergency::{BindingsRefused, ChangeRefused, Key, KeyRefused, PlacesRefused};
use web::view::Sentence;

/// German first; English is what the errors say themselves.
pub(super) fn sentence(why: &ChangeRefused) -> Sentence {
    let de = match why {
        ChangeRefused::Places(places) => of_places(*places),
        ChangeRefused::Bindings(bindings) => of_bindings(bindings),
        ChangeRefused::Needed { place, by } => {
            format!(
                "Ort {} wird noch gebraucht: Etwas liegt darin, oder eine Zuordnung führt dorthin ({by}).",
                place.0
            )
        }
        ChangeRefused::Unknown(place) => format!("Es gibt keinen Ort {}.", place.0),
        ChangeRefused::NotBound(key) => format!("{} ist keinem Ort zugeordnet.", written(key)),
    };
    Sentence::new(de, why.to_string())
}

/// The same for a sign that cannot be read.
pub(super) fn of_key(why: &KeyRefused) -> Sentence {
    let de = match why {
        KeyRefused::Kind(kind) => format!("„{kind}“ ist keine Art von Zeichen."),
        KeyRefused::Form { text, like } => format!("„{text}“ ist nicht geschrieben wie {like}."),
    };
    Sentence::new(de, why.to_string())
}

fn of_places(why: PlacesRefused) -> String {
    match why {
        PlacesRefused::TooMany => "Das sind mehr Orte, als die Box behält.".to_owned(),
        PlacesRefused::Twice(place) => format!("Ort {} steht zweimal da.", place.0),
        PlacesRefused::Nowhere(place) => format!("Ort {} liegt nirgendwo.", place.0),
        PlacesRefused::NotFiner(place) => {
            format!("Ort {} muss feiner sein als der, in dem er liegt.", place.0)
        }
        PlacesRefused::NotGerman(place) => {
            format!("Die Koordinaten von Ort {} liegen nicht in Deutschland: Die Breite steht vorn.", place.0)
        }
        PlacesRefused::FarAway(place) => {
            format!("Die Koordinaten von Ort {} liegen weit weg von dem, was ihn umgibt.", place.0)
        }
        PlacesRefused::Street(place) => {
            format!("Ort {} hat keine eigene Straße: Die haben nur Standorte und Gebäude.", place.0)
        }
    }
}

fn of_bindings(why: &BindingsRefused) -> String {
    match why {
        BindingsRefused::TooMany => "Das sind mehr Zuordnungen, als die Box behält.".to_owned(),
        BindingsRefused::NoPlace(key) => format!("{} führt zu keinem Ort, den es gibt.", written(key)),
        BindingsRefused::Twice(key) => format!("{} steht zweimal da.", written(key)),
    }
}

fn written(key: &Key) -> String {
    let (kind, sign) = key.written();
    format!("{kind} {sign}")
}
