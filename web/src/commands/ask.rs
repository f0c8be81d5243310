//! Everything that may be asked about the mirror.

use serde_json::Value;

use crate::ledger::LedgerAsk;
use crate::linking::CloudToken;
use crate::people::PeopleAsk;

/// What may be asked about the mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorAsk {
    /// Begins a sync and does not wait for its end.
    Hurry,
    /// Every kind with its source, age and completeness.
    Kinds,
    /// The objects of one kind as the cloud described them, from this number on.
    Objects {
        /// Name of the kind, `device`.
        kind: String,
        /// How many to pass over.
        from: usize,
    },
    /// What happened in the cloud, the newest first, before a moment in milliseconds since 1970.
    Events {
        /// `None` for the newest.
        before: Option<u64>,
    },
    /// Changes on their way to the cloud, and what became of others.
    Journal,
    /// A change for the cloud, as JSON with an `act`.
    Change(Value),
    /// Decides about a change that cannot go on by itself: `mine` or `theirs`.
    Choose {
        /// Which.
        id: u64,
        /// The decision.
        choice: String,
    },
    /// Takes a change back.
    Cancel {
        /// Which.
        id: u64,
    },
    /// Calls of box and cloud in one list, the newest first, before a moment in milliseconds since 1970.
    History {
        /// `None` for the newest.
        before: Option<u64>,
    },
    /// Money and calls.
    Ledger(LedgerAsk),
    /// People who are to be taken on.
    People(PeopleAsk),
    /// The telephone book as text for another program.
    Contacts {
        /// `outlook.csv`, `google.csv`, `excel.csv` or `contacts.vcf`.
        form: String,
    },
    /// A file of contacts, as it was chosen.
    ContactUpload {
        /// CSV, XLSX or vCard.
        file: Vec<u8>,
        /// Take its contacts over; otherwise only look.
        keep: bool,
    },
    /// Which rights the box has in the account, what for, and which it lacks.
    Rights,
    /// Begins a login at the cloud: the address an admin's browser has to go to.
    Login,
    /// The browser is back from the cloud's page.
    LoginBack {
        /// The address it was sent to, or its query.
        address: String,
    },
    /// Links the account with a token made by hand.
    Link {
        /// As the cloud shows it beside the token.
        id: String,
        /// The token.
        token: CloudToken,
    },
    /// Forgets the account and its token.
    Unlink,
}
