//! What the network knows of telephones: at which switch port they hang, in which VLAN, under which address.
//!
//! ```text
//!   switches ── SNMP v2c or v3 ──> tables ──> Report ─┐
//!   DHCP servers ── their files ──> leases ─> Report ─┤
//!   DHCP relays ───── copies ─────> dhcp ───> Report ─┼─> Traces ─> who hangs where, for the places of phones
//!   switches, access points ──────> radius ─> Report ─┤
//!   the box's own neighbours ── rtnetlink ──> Report ─┘
//! ```
//!
//! In go addresses of switches, names of files and how often to look; out come [`emergency::Traces`], replaced whenever something
//! changed, and for each source whether it answered. Every question and every file is bounded in size and time. It
//! refuses to know which telephone is whose and where any place is; no call ever waits for it.

mod dhcp;
mod leases;
mod listen;
mod look;
mod neighbours;
mod radius;
mod switch;
mod tables;
mod word;

pub use dhcp::dhcp;
pub use leases::{Form, LeaseFile, dnsmasq, isc, kea};
pub use listen::{Listener, Speech};
pub use look::{LookFailed, Sightings, SourceNow, start};
pub use radius::{Accounted, radius};
pub use switch::{Access, AuthKind, PrivacyKind, Switch};
pub use tables::{Row, Tables, Value};
pub use word::{Stays, Word};

use std::time::Duration;

/// Where to look, and how often.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Config {
    /// Switches that are asked.
    pub switches: Vec<Switch>,
    /// Files that DHCP servers keep.
    pub leases: Vec<LeaseFile>,
    /// Where others are listened to.
    pub listeners: Vec<Listener>,
    /// How often each switch and file is looked at.
    pub every: Duration,
}
