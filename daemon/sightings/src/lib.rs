//! What the network knows of telephones: at which switch port they hang, in which VLAN, under which address.
//!
//! ```text
//!   switches ── SNMP v2c or v3 ──> tables ──> Report ─┐
//!   DHCP servers ── their files ──> leases ─> Report ─┼─> Traces ─> who hangs where, for the places of phones
//!   the box's own neighbours ── rtnetlink ──> Report ─┘
//! ```
//!
//! In go addresses of switches, names of files and how often to look; out come [`emergency::Traces`], replaced whenever something
//! changed, and for each source whether it answered. Every question and every file is bounded in size and time. It
//! refuses to know which telephone is whose and where any place is; no call ever waits for it.

mod leases;
mod look;
mod neighbours;
mod switch;
mod tables;

pub use leases::{Form, LeaseFile, dnsmasq, isc, kea};
pub use look::{LookFailed, Sightings, SourceNow, start};
pub use switch::{Access, AuthKind, PrivacyKind, Switch};
pub use tables::{Row, Tables, Value};

use std::time::Duration;

/// Where to look, and how often.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Config {
    /// Switches that are asked.
    pub switches: Vec<Switch>,
    /// Files that DHCP servers keep.
    pub leases: Vec<LeaseFile>,
    /// How often each is looked at.
    pub every: Duration,
}
