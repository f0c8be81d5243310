//! That the house is full, as long as it is.

use switchboard::Shortage;
use web::view::{Fault, Sentence, Severity};

use super::{From, Notices};

impl Notices {
    /// What the next ordinary call does not fit into.
    pub(crate) fn shortage(&self, shortage: Option<Shortage>) {
        let Some(shortage) = shortage else { return self.clear(From::Room) };
        let (what, fix, fault) = match shortage {
            Shortage::Box => (
                Sentence::new(
                    "Die Box ist ausgelastet: Weitere Anrufe werden abgewiesen, damit laufende Gespräche nicht leiden. Notrufe gehen durch.",
                    "The box has all it can do: further calls are refused, so that those under way do not suffer. Emergency calls get through.",
                ),
                Sentence::new(
                    "Kommt das öfter vor: media.fast_path zulassen, Verschlüsselung nur wo nötig, oder eine größere Box.",
                    "If this happens often: allow media.fast_path, encrypt only where needed, or use a larger box.",
                ),
                Fault::Box,
            ),
            Shortage::Uplink => (
                Sentence::new(
                    "Der Internetanschluss trägt keine weiteren Gespräche nach draußen: Sie werden abgewiesen, bis eines endet. Notrufe gehen durch.",
                    "The internet access carries no more calls with the outside: they are refused until one ends. Emergency calls get through.",
                ),
                Sentence::new(
                    "Stimmt uplink_calls oder uplink_kbit unter [outgoing]? Sonst hilft ein schnellerer Anschluss.",
                    "Is uplink_calls or uplink_kbit in [outgoing] right? If so, a faster access helps.",
                ),
                Fault::Network,
            ),
        };
        self.put(From::Room, Severity::Warning, fault, what, fix);
    }
}
