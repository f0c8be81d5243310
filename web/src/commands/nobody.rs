//! A daemon that is not there.

use std::sync::Arc;

use serde_json::Value;

use super::{Commanded, Commands, MirrorAsk, Synced};
use crate::places::{LocationsAsk, LocationsRefused, Placed};
use crate::view::Sentence;
use crate::view::past::{Past, Witness};

/// Takes no orders; for previews and tests.
#[derive(Debug, Clone, Copy)]
pub struct NoCommands;

impl Commands for NoCommands {
    fn places(&self, ask: LocationsAsk) -> Placed<'_> {
        let nothing: [Value; 0] = [];
        let answer = match ask {
            LocationsAsk::All => Ok(serde_json::json!({
                "schema": "locations/1", "revision": 0, "commissioned": false, "default": null,
                "places": nothing, "bindings": nothing, "phones": nothing, "unlocated": nothing, "moved": nothing,
            })),
            LocationsAsk::Trail => {
                Ok(serde_json::json!({ "schema": "location-changes/1", "changes": nothing }))
            }
            LocationsAsk::Phone(_)
            | LocationsAsk::Table
            | LocationsAsk::DialRules
            | LocationsAsk::Heard { .. }
            | LocationsAsk::Change { .. }
            | LocationsAsk::Import { .. } => Err(LocationsRefused::Busy),
        };
        Box::pin(async { answer.map(Arc::new) })
    }

    fn sync(&self) -> Commanded<'_, Synced> {
        Box::pin(async { Err("nothing to sync with".to_owned()) })
    }

    fn mirror(&self, _: MirrorAsk) -> Commanded<'_, Value> {
        Box::pin(async { Err("nothing is mirrored".to_owned()) })
    }

    fn past(&self, _: Witness, _: Option<u64>) -> Commanded<'_, Past> {
        Box::pin(async { Ok(Past::default()) })
    }
}

pub(super) fn nothing_to_try() -> Sentence {
    Sentence::new("Hier gibt es keine Leitungen.", "There are no lines here.")
}

pub(super) fn no_feed() -> Sentence {
    Sentence::new("Hier werden keine neuen Versionen gesucht.", "Nobody looks for new versions here.")
}

pub(super) fn nobody_to_tell() -> Sentence {
    Sentence::new("Hier wird niemand benachrichtigt.", "Nobody is told here.")
}

pub(super) fn nothing_to_look_at() -> Sentence {
    Sentence::new("Hier gibt es nichts zu untersuchen.", "There is nothing to look into here.")
}

pub(super) fn nothing_to_keep() -> Sentence {
    Sentence::new("Hier gibt es nichts zu sichern.", "There is nothing to keep here.")
}
