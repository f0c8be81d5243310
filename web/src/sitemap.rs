//! Every page behind the door, in the order and under the words of the cloud's own app where it has them.

use crate::words::Lang;

/// A part of the navigation.
pub(crate) struct Area {
    pub(crate) name: [&'static str; 2],
    pub(crate) places: &'static [Place],
}

/// One page of the navigation.
pub(crate) struct Place {
    pub(crate) path: &'static str,
    name: [&'static str; 2],
    /// One sentence: what one finds there. It stands below the title and in the search.
    lead: [&'static str; 2],
}

impl Area {
    pub(crate) const fn name(&self, t: Lang) -> &'static str {
        t.of(self.name)
    }
}

impl Place {
    const fn new(path: &'static str, name: [&'static str; 2], lead: [&'static str; 2]) -> Self {
        Self { path, name, lead }
    }

    pub(crate) const fn name(&self, t: Lang) -> &'static str {
        t.of(self.name)
    }

    pub(crate) const fn lead(&self, t: Lang) -> &'static str {
        t.of(self.lead)
    }

    /// Whether a page is this one or lies below it.
    pub(crate) fn holds(&self, path: &str) -> bool {
        match path.strip_prefix(self.path) {
            Some(rest) => rest.is_empty() || (self.path != "/" && rest.starts_with('/')),
            None => false,
        }
    }
}

/// The place a page belongs to; the longest path wins.
pub(crate) fn place(path: &str) -> Option<&'static Place> {
    places().filter(|place| place.holds(path)).max_by_key(|place| place.path.len())
}

/// All of them, in order.
pub(crate) fn places() -> impl Iterator<Item = &'static Place> {
    AREAS.iter().flat_map(|area| area.places)
}

/// The navigation.
pub(crate) const AREAS: &[Area] = &[
    Area {
        name: ["Heute", "Today"],
        places: &[
            Place::new(
                "/",
                ["Übersicht", "Overview"],
                ["Was das Haus gerade tut.", "What the house is doing right now."],
            ),
            Place::new(
                "/repairs",
                ["Zu erledigen", "To do"],
                [
                    "Alles, was jemand wissen oder beheben sollte: was es bedeutet und was zu tun ist.",
                    "Everything somebody should know or mend: what it means and what to do.",
                ],
            ),
        ],
    },
    Area {
        name: ["Telefonanlage", "Phone system"],
        places: &[Place::new(
            "/phones",
            ["Telefone", "Phones"],
            [
                "Jedes Gerät des Kontos, und ob es sich hier angemeldet hat.",
                "Every device of the account, and whether it has registered here.",
            ],
        )],
    },
    Area {
        name: ["Box", "Box"],
        places: &[Place::new(
            "/security",
            ["Sicherheit", "Security"],
            [
                "Wer abgewiesen wurde und warum, und wie Browser und Telefone dieser Box vertrauen.",
                "Who was turned away and why, and how browsers and phones come to trust this box.",
            ],
        )],
    },
];

#[cfg(test)]
mod tests {
    use super::{place, places};

    #[test]
    fn a_page_belongs_to_the_nearest_place_above_it() {
        for (path, at) in [("/", "/"), ("/phones", "/phones"), ("/phones/e0", "/phones")] {
            assert_eq!(place(path).map(|place| place.path), Some(at), "{path}");
        }
        assert!(place("/phonesx").is_none());
    }

    #[test]
    fn no_path_stands_twice() {
        let mut paths: Vec<&str> = places().map(|place| place.path).collect();
        let all = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), all);
    }
}
