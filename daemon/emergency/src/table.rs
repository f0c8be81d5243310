//! The places of all phones, worked out on every change and never during a call.

use std::{collections::HashMap, time::Instant};

use account::DeviceId;

use crate::{
    resolve::{Confidence, Ground, Resolution, resolve},
    standing::{Standing, Whereabouts},
};

/// Where every phone stands. Replaced whole; a call asks once.
#[derive(Clone, Debug)]
pub struct Table {
    by_device: HashMap<DeviceId, Resolution>,
    stranger: Resolution,
    recompute_at: Option<Instant>,
}

impl Table {
    /// Works out every phone. Called when a phone registers, is seen elsewhere, or the places change.
    #[must_use]
    pub fn compute(phones: &[Standing], ground: &Ground, now: Instant) -> Self {
        let by_device =
            phones.iter().map(|phone| (phone.device.clone(), resolve(phone, ground, now))).collect();
        let ends = phones.iter().flat_map(|phone| &phone.sightings).map(|seen| seen.until);
        let recompute_at = ends.filter(|until| *until > now).min();
        Self { by_device, stranger: Resolution::of_stranger(ground), recompute_at }
    }

    /// Where this phone stands; the site's default for one that is not known.
    #[must_use]
    pub fn of(&self, device: &DeviceId) -> &Resolution {
        self.by_device.get(device).unwrap_or(&self.stranger)
    }

    /// Where a phone in the house's network stands that nobody knows.
    #[must_use]
    pub const fn stranger(&self) -> &Resolution {
        &self.stranger
    }

    /// Every phone with its place.
    pub fn all(&self) -> impl Iterator<Item = (&DeviceId, &Resolution)> {
        self.by_device.iter()
    }

    /// The phones whose place is only assumed or not known at all: somebody must place them.
    pub fn unlocated(&self) -> impl Iterator<Item = &DeviceId> {
        let assumed = |one: &Resolution| {
            matches!(one.confidence, Confidence::Default | Confidence::None)
                && one.whereabouts != Whereabouts::Abroad
        };
        self.all().filter(move |(_, one)| assumed(one)).map(|(device, _)| device)
    }

    /// When the next sighting is no longer believed, so that the table must be worked out again.
    #[must_use]
    pub const fn recompute_at(&self) -> Option<Instant> {
        self.recompute_at
    }
}

#[cfg(test)]
mod tests;
