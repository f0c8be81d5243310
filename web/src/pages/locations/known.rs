//! What the box knows of places, as its pages read it.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::places::{LocationsAsk, LocationsRefused};
use crate::routes::App;

/// Everything.
#[derive(Debug, Deserialize)]
pub(super) struct Known {
    pub(super) revision: u64,
    pub(super) commissioned: bool,
    pub(super) places: Vec<Place>,
    pub(super) bindings: Vec<Binding>,
    pub(super) default: Option<u32>,
    pub(super) phones: Vec<Phone>,
    pub(super) unlocated: Vec<String>,
    pub(super) moved: Vec<Moved>,
    #[serde(default)]
    pub(super) sources: Vec<Source>,
    #[serde(default)]
    pub(super) foreign_numbers: Vec<Foreign>,
}

/// A line whose number is of another area than the town of its address.
#[derive(Debug, Deserialize)]
pub(super) struct Foreign {
    pub(super) number: String,
    pub(super) town: String,
}

/// A place.
#[derive(Debug, Deserialize)]
pub(super) struct Place {
    pub(super) id: u32,
    pub(super) parent: Option<u32>,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) address: Option<String>,
    #[serde(default)]
    pub(super) civic: BTreeMap<String, String>,
    /// As they are entered: `51.22172, 6.77616`.
    pub(super) coordinates: Option<String>,
    /// What the account says of the address around it.
    pub(super) state: Option<String>,
    /// With those around it, outermost first.
    pub(super) path: String,
}

/// A sign that tells a place.
#[derive(Debug, Deserialize)]
pub(super) struct Binding {
    pub(super) kind: String,
    pub(super) key: String,
    pub(super) place: u32,
}

/// A sign that is seen.
#[derive(Debug, Deserialize)]
pub(super) struct Sign {
    pub(super) kind: String,
    pub(super) key: String,
}

/// A phone, and what would happen if it called for help now.
#[derive(Debug, Deserialize)]
pub(super) struct Phone {
    pub(super) device: String,
    pub(super) alias: String,
    pub(super) owner: Option<String>,
    pub(super) place_name: Option<String>,
    pub(super) address: Option<String>,
    pub(super) rule: Option<String>,
    pub(super) confidence: String,
    pub(super) conflict: Option<String>,
    pub(super) line: Option<String>,
    pub(super) number: Option<String>,
    pub(super) line_says: Option<String>,
    #[serde(default)]
    pub(super) seen: Vec<Sign>,
    #[serde(default)]
    pub(super) said: Vec<Said>,
    #[serde(default)]
    pub(super) ladder: Vec<Rung>,
}

/// What a rule said of a phone.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    pub(super) rule: String,
    pub(super) said: String,
    pub(super) place: Option<String>,
}

/// A line that would be tried.
#[derive(Debug, Deserialize)]
pub(super) struct Rung {
    pub(super) line: String,
    pub(super) number: Option<String>,
    pub(super) address: String,
}

/// A phone that is seen elsewhere than somebody knows it to be.
#[derive(Debug, Deserialize)]
pub(super) struct Moved {
    pub(super) device: String,
    pub(super) alias: String,
    pub(super) from: String,
    pub(super) to: String,
    /// Number of the place where it is seen.
    pub(super) place: u32,
}

/// Whoever is asked where phones hang.
#[derive(Debug, Deserialize)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) facts: usize,
    /// Seconds since 1970.
    pub(super) answered: Option<u64>,
    pub(super) failed: Option<String>,
}

/// Changes that were made, oldest first.
#[derive(Debug, Deserialize)]
pub(super) struct Trail {
    pub(super) changes: Vec<Change>,
}

/// One of them.
#[derive(Debug, Deserialize)]
pub(super) struct Change {
    /// Seconds since 1970.
    pub(super) at: u64,
    pub(super) who: String,
    pub(super) what: serde_json::Value,
}

impl Known {
    pub(super) fn place(&self, id: u32) -> Option<&Place> {
        self.places.iter().find(|place| place.id == id)
    }

    /// How many phones stand in each place, by its path.
    pub(super) fn crowd(&self) -> HashMap<&str, usize> {
        let mut crowd = HashMap::new();
        for path in self.phones.iter().filter_map(|phone| phone.place_name.as_deref()) {
            *crowd.entry(path).or_default() += 1;
        }
        crowd
    }
}

/// Asks the box; an answer that cannot be read is one that it did not give.
pub(super) async fn ask<T: serde::de::DeserializeOwned>(
    app: &App,
    ask: LocationsAsk,
) -> Result<T, LocationsRefused> {
    let answer = app.commands.places(ask).await?;
    T::deserialize(&*answer).map_err(|unreadable| {
        tracing::error!(%unreadable, "what the box says of places cannot be shown");
        LocationsRefused::Busy
    })
}
