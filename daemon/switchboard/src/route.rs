//! Where a call goes: one pure function over the account and over who is registered and talking just now.
//!
//! Emergency numbers are looked at before anything else, so no extension, number or rule of the account can shadow them.

use std::time::Duration;

use account::{Destination, Device, DeviceId, E164, Extension, Snapshot};
use sip::view::{Scheme, Uri};

/// How long phones ring before the caller is told that nobody answers. Offices forward long before that.
pub const RING_FOR: Duration = Duration::from_secs(120);

/// The German emergency numbers (§ 164 TKG): police and fire or ambulance.
const EMERGENCY: [&str; 2] = ["110", "112"];

/// What the switchboard knows about phones at this moment.
pub trait Presence {
    /// Whether the device has at least one live binding.
    fn registered(&self, device: &Device) -> bool;
    /// Whether the device asked not to be rung.
    fn silenced(&self, device: &DeviceId) -> bool;
    /// Whether the device takes part in a call, ringing included.
    fn busy(&self, device: &DeviceId) -> bool;
}

/// Phones to ring, all at once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Route {
    /// What was reached.
    pub destination: Destination,
    /// The devices, each of them registered.
    pub ring: Vec<DeviceId>,
    /// How long.
    pub ring_for: Duration,
}

/// Why a call cannot be connected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RouteRefused {
    /// An emergency number, and this box has no line that may carry it.
    NoEmergencyLine,
    /// A number outside the house, and this box has no outside line.
    NoOutsideLine,
    /// Nothing in the account answers to it.
    NotFound,
    /// Only the beginning of an extension.
    Incomplete,
    /// It exists, but none of its phones is registered.
    NotRegistered,
    /// The person takes no second call, or there is no other phone than the caller's own.
    Busy,
}

/// No number and no login is longer; the rest of a longer text is cut off.
const LONGEST_DIALLED: usize = 64;

/// What was dialled: the user part of the Request-URI, unescaped and without its parameters (RFC 3261 19.1.6);
/// the dots and dashes that make a `tel:` number readable are left out (RFC 3966 5.1.1).
#[must_use]
pub fn dialled(uri: &Uri<'_>) -> String {
    let user = uri.user_decoded().unwrap_or_default();
    let user = String::from_utf8_lossy(&user);
    let name = user.split(';').next().unwrap_or_default();
    let mark = |c: &char| uri.scheme == Scheme::Tel && matches!(c, '-' | '.' | '(' | ')');
    name.chars().filter(|c| !mark(c)).take(LONGEST_DIALLED).collect()
}

/// Decides where `dialled` leads when `caller` dials it.
///
/// # Errors
/// [`RouteRefused`] names what stands in the way.
pub fn plan(
    dialled: &str,
    caller: &DeviceId,
    house: &Snapshot,
    presence: &impl Presence,
) -> Result<Route, RouteRefused> {
    if is_emergency(dialled) {
        return Err(RouteRefused::NoEmergencyLine);
    }
    let destination = destination(dialled, house)?;
    if refuses_second_call(&destination, house, presence) {
        return Err(RouteRefused::Busy);
    }
    let phones: Vec<&Device> = house
        .phones_of(&destination)
        .filter(|phone| presence.registered(phone) && !presence.silenced(&phone.id))
        .collect();
    if phones.is_empty() {
        return Err(RouteRefused::NotRegistered);
    }
    let ring: Vec<DeviceId> =
        phones.iter().filter(|phone| phone.id != *caller).map(|phone| phone.id.clone()).collect();
    if ring.is_empty() {
        return Err(RouteRefused::Busy);
    }
    Ok(Route { destination, ring, ring_for: RING_FOR })
}

/// Whether this is a number that must reach the emergency services.
#[must_use]
pub fn is_emergency(dialled: &str) -> bool {
    EMERGENCY.contains(&dialled)
}

/// What in the account answers to `dialled`.
pub(crate) fn destination(dialled: &str, house: &Snapshot) -> Result<Destination, RouteRefused> {
    if let Some(device) = house.device_of_login(dialled) {
        return Ok(Destination::Device(device.id.clone()));
    }
    if let Ok(extension) = dialled.parse::<Extension>()
        && let Some(there) = house.destination(&extension)
    {
        return Ok(there.clone());
    }
    if let Ok(number) = dialled.parse::<E164>() {
        return house.destination_of_number(&number).ok_or(RouteRefused::NoOutsideLine);
    }
    if looks_outside(dialled) {
        return Err(RouteRefused::NoOutsideLine);
    }
    Err(if house.begins_extension(dialled) { RouteRefused::Incomplete } else { RouteRefused::NotFound })
}

/// A trunk prefix followed by more digits, or more digits than any extension has.
fn looks_outside(dialled: &str) -> bool {
    let digits = dialled.bytes().all(|b| b.is_ascii_digit());
    digits && (dialled.len() > 6 || (dialled.len() > 2 && dialled.starts_with('0')))
}

fn refuses_second_call(to: &Destination, house: &Snapshot, presence: &impl Presence) -> bool {
    let Destination::User(id) = to else { return false };
    let single = house.users.get(id).is_some_and(|user| user.busy_on_busy);
    single && house.devices_of(id).any(|phone| presence.busy(&phone.id))
}

#[cfg(test)]
mod tests;
