//! Many people at once: a staff list comes in, is looked over cell by cell, and leaves once all of it is right.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

use crate::charter::{Doors, May};
use crate::commands::{FILE, MirrorAsk, Upload, done, shown};
use crate::ledger::{FileAsk, Form, file};
use crate::routes::App;

/// What may be asked about people who are to be taken on.
#[derive(Clone, PartialEq, Eq)]
pub enum PeopleAsk {
    /// The table, and who still waits.
    Show,
    /// A staff list, as it was chosen.
    Upload(Vec<u8>),
    /// A directory to fetch the list from, with what lets the box in; nothing of that is kept.
    Fetch(Value),
    /// Another text in some cells.
    Correct(Vec<Correction>),
    /// Everything is right: the list is handed over, and what each gets on the box waits for them.
    HandOff,
    /// Forgets the table and those who wait.
    Forget,
}

/// Another text in one cell.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Correction {
    /// Place in the table, from 0.
    pub row: usize,
    /// `given`, `family`, `email`, `extension`, `location` or `device`.
    pub column: String,
    /// What is to stand there.
    pub text: String,
}

/// Keys of a directory do not show.
impl std::fmt::Debug for PeopleAsk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Show => "Show",
            Self::Upload(_) => "Upload(..)",
            Self::Fetch(_) => "Fetch(..)",
            Self::Correct(_) => "Correct(..)",
            Self::HandOff => "HandOff",
            Self::Forget => "Forget",
        })
    }
}

const fn of(ask: PeopleAsk) -> MirrorAsk {
    MirrorAsk::People(ask)
}

/// `/api/v1/people/...`.
pub(crate) fn doors() -> Doors {
    let show = |State(app): State<App>| shown(app, of(PeopleAsk::Show));
    let list = |State(app): State<App>| file(app, FileAsk::People, "people", Form::Plain);
    let upload = |State(app): State<App>, Upload(list): Upload| done(app, of(PeopleAsk::Upload(list)));
    let correct = |State(app): State<App>, Json(correction): Json<Correction>| {
        done(app, of(PeopleAsk::Correct(vec![correction])))
    };
    let hand_off = |State(app): State<App>| done(app, of(PeopleAsk::HandOff));
    let forget = |State(app): State<App>| done(app, of(PeopleAsk::Forget));
    let words = |de: &'static str, en: &'static str| [de, en];
    Doors::default()
        .see("/api/v1/people", May::See, show)
        .see("/api/v1/people/hand-off.csv", May::Set, list)
        .act(
            "/api/v1/people/upload",
            May::Set,
            words("Personalliste geprüft", "Checked a staff list"),
            upload,
        )
        .act(
            "/api/v1/people/correct",
            May::Set,
            words("Personalliste berichtigt", "Corrected a staff list"),
            correct,
        )
        .act(
            "/api/v1/people/hand-off",
            May::Set,
            words("Personalliste übergeben", "Handed a staff list over"),
            hand_off,
        )
        .act(
            "/api/v1/people/forget",
            May::Set,
            words("Personalliste vergessen", "Forgot a staff list"),
            forget,
        )
        .bodies(FILE)
}

/// What takes as long as a directory takes.
pub(crate) fn orders() -> Doors {
    let fetch = |State(app): State<App>, Json(wanted): Json<Value>| done(app, of(PeopleAsk::Fetch(wanted)));
    let deed = ["Personalliste aus einem Verzeichnis geholt", "Fetched a staff list from a directory"];
    Doors::default().act("/api/v1/people/fetch", May::Set, deed, fetch)
}
