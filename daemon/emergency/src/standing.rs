//! What is known of one phone: where its network is, what was seen of it, what the account says.

use std::{net::IpAddr, time::Instant};

use account::{AddressId, DeviceId};

use crate::bindings::Mark;

/// Where in the world the phone's network is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Whereabouts {
    /// In the house's own network.
    OnNet,
    /// Somewhere else, at home for instance.
    OffNet,
    /// In another country: no German control centre is competent (NotrufV § 4 (5)).
    Abroad,
}

/// Something seen of a phone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sighting {
    /// What.
    pub what: Seen,
    /// When.
    pub at: Instant,
    /// Until when it is believed.
    pub until: Instant,
}

/// What was seen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Seen {
    /// A mark of the network.
    Mark(Mark),
    /// The address it sends from.
    Address(IpAddr),
}

/// All that is known of one phone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    /// The phone.
    pub device: DeviceId,
    /// Where its network is.
    pub whereabouts: Whereabouts,
    /// What was seen of it; only the last [`MOST_SIGHTINGS`] count.
    pub sightings: Vec<Sighting>,
    /// The address of its user in the account.
    pub user: Option<AddressId>,
    /// Its own address in the account.
    pub account: Option<AddressId>,
}

/// Sightings that count for one phone, so that no phone can make the work long.
pub const MOST_SIGHTINGS: usize = 32;
