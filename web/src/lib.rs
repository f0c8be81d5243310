//! The admin page and its API: what the house looks like right now, for a browser, a script and a probe.
//!
//! ```text
//!   daemon ── watch<Arc<View>> ──►  pages   /            (HTTPS, signed in)
//!          ── Arc<dyn Vault>  ──►  live    /events      (server-sent events, <= 4 a second)
//!          ── Arc<Metrics>    ──►  api     /api/v1/...  (HTTPS signed in, Unix socket)
//!                                  probes  /healthz /metrics
//! ```
//!
//! In go plain pictures ([`View`]), out come HTML, JSON and OpenMetrics. The crate never decides anything about
//! telephony, never asks another room a question, and knows the database only as a [`Vault`].

pub mod view;

mod api;
mod ask;
mod assets;
mod backups;
mod charter;
mod clock;
mod commands;
mod connection;
mod cookie;
mod detour;
mod diagnostics;
mod door;
mod door_pages;
mod drills;
mod elsewhere;
mod frame;
mod hardware;
mod help;
mod ledger;
mod line_tests;
mod linking;
mod live;
mod messages;
mod metrics;
mod network;
mod pages;
mod parts;
mod people;
mod places;
mod probes;
mod root_pages;
mod routes;
mod self_tests;
mod serve;
mod shelf;
mod shell;
mod sitemap;
mod sound;
mod test_calls;
mod unread;
mod updates;
mod upload;
mod vault;
mod webhooks;
mod when;
mod words;

#[cfg(test)]
mod tests;

pub use ask::{AskFailed, ask, bring, fetch, tell};
pub use backups::{Backups, Restored, Restoring};
pub use clock::{Clock, SystemClock};
pub use commands::{Commanded, Commands, MirrorAsk, NoCommands, Packed, Synced, Tried};
pub use detour::DetourAsk;
pub use diagnostics::{DiagnosticAsk, DiagnosticFile};
pub use door::{Reset, SetupCode, offer_setup, reset_admin};
pub use drills::DrillAsk;
pub use elsewhere::{Begun, Elsewhere, Vouched};
pub use hardware::{DeviceNow, DiskNow, Hardware, ReceiverNow, Room};
pub use hyper::{Method, StatusCode};
pub use ledger::{CheckOf, FileAsk, Form, Items, LedgerAsk};
pub use line_tests::LineTestAsk;
pub use linking::CloudToken;
pub use messages::{Listener, Lying, Message, MessageAsk, MessageRefused, Minded, SoundAsk};
pub use metrics::{Counter, Counters, Gauge, Gauges, Labels, Metrics};
pub use network::{
    Meant, NetworkLast, NetworkNow, NetworkOrigin, NetworkRefused, NetworkSettings, NetworkTrial, Stands,
};
pub use people::{Correction, PeopleAsk};
pub use places::{LocationsAsk, LocationsRefused, Placed};
pub use self_tests::SelfTestAsk;
pub use serve::{Config, ServeFailed, Serving, Sources, serve};
pub use sound::{Sound, wave_head};
pub use test_calls::TestCallAsk;
pub use updates::{Feed, FeedAsk, Installing, Pieces, Starts, There, Told, Versions};
pub use vault::{
    Account, Act, Answer, Answered, ApiToken, Deed, Deeds, FirstRun, Holder, MemoryVault, Order, OrderName,
    Passkey, Passkeys, PasswordHash, Role, Scope, SecondFactor, SessionKey, SessionRecord, SetupCodeHash,
    Step, TokenHash, Vault, VaultFailed,
};
pub use view::View;
pub use webhooks::WebhookAsk;
pub use when::rfc3339;
