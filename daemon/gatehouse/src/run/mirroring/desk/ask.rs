//! What the task that owns the mirror can be asked.

use mirror::{Choice, Kind};
use serde_json::Value;
use tokio::sync::oneshot;
use web::{FileAsk, LedgerAsk, PeopleAsk};

/// A question to the task that owns the mirror.
#[derive(Debug)]
pub(crate) enum Ask {
    /// Somebody wants a sync now and waits for its end.
    Sync(oneshot::Sender<Result<web::Synced, String>>),
    /// Somebody wants a sync now and looks on.
    Hurry(Shown),
    /// Every kind and how current it is.
    Kinds(Shown),
    /// The objects of one kind, from the one with this number on.
    Objects(Kind, usize, Shown),
    /// What happened in the cloud.
    Events(Option<u64>, Shown),
    /// All changes on their way.
    Journal(Shown),
    /// A change for the cloud.
    Change(Value, Shown),
    /// The account's calls are to be sent on to this number, or no longer.
    Detour(Option<account::E164>, Shown),
    /// A decision about a change; without one it is taken back.
    Decide(u64, Option<Choice>, Shown),
    /// Box and cloud in one list, before a moment.
    History(Option<u64>, Shown),
    /// Money and calls.
    Ledger(LedgerAsk, Shown),
    /// People who are to be taken on.
    People(PeopleAsk, Shown),
    /// What a directory of people answered; whether it is Google's.
    Staff(bool, Vec<bytes::Bytes>, Shown),
    /// A file for another program.
    File(FileAsk, oneshot::Sender<Result<Vec<u8>, String>>),
    /// The telephone book as a file of this form.
    Contacts(String, Shown),
    /// A file of contacts; whether they are taken over.
    ContactUpload(Vec<u8>, bool, Shown),
    /// Which rights the box has.
    Rights(Shown),
    /// Somebody wants to log in at the cloud.
    Login(Shown),
    /// The browser is back from the cloud's page, at this address.
    LoginBack(String, Shown),
    /// Link the account with this token id and token.
    Link(String, web::CloudToken, Shown),
    /// Forget the account.
    Unlink(Shown),
}

/// Where an answer goes.
pub(crate) type Shown = oneshot::Sender<Result<Value, String>>;
