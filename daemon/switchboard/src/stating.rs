//! Where phones say they stand: the access point they speak through, or a place, as REGISTER and PUBLISH carry it.
//!
//! Only proven phones are listened to, and what they say counts only where the installer has said what it means. It is
//! believed as long as what carried it lasts, or shorter if the phone says so.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use account::{DeviceId, Snapshot};
use emergency::{Key, Mac, Mark, Seen, Sighting};
use sip::message::Message;
use sip::name::Name;
use sip::package::geolocation::{self, Geolocation};
use sip::package::multipart;

use crate::switchboard::Switchboard;

/// Signs that one phone states; honest ones state one or two.
const MOST: usize = 4;
/// A place in the body of the request, by its Content-ID (RFC 2392), which is read there.
const IN_BODY: &str = "cid:";

/// What every phone of the account has stated last.
#[derive(Debug, Default)]
pub(crate) struct Stated {
    of: BTreeMap<DeviceId, Arc<[Sighting]>>,
}

impl Stated {
    /// What this phone has stated.
    pub(crate) fn of(&self, device: &DeviceId) -> Arc<[Sighting]> {
        self.of.get(device).cloned().unwrap_or_default()
    }

    /// Forgets phones that the account no longer has.
    pub(crate) fn keep_only(&mut self, house: &Snapshot) {
        self.of.retain(|device, _| house.devices.contains_key(device));
    }

    /// A phone states these. What it stated before of another sort stays, and what it states again keeps its moment.
    fn take(&mut self, now: Instant, device: &DeviceId, mut said: Vec<Sighting>) {
        let sort = |one: &Sighting| mark(one).map(std::mem::discriminant);
        for old in self.of(device).iter() {
            if let Some(again) = said.iter_mut().find(|one| one.what == old.what) {
                again.at = old.at;
            } else if old.until > now && said.iter().all(|one| sort(one) != sort(old)) {
                said.push(old.clone());
            }
        }
        self.of.insert(device.clone(), said.into());
    }
}

impl Switchboard {
    /// A proven phone may say where it stands; that counts until `until`.
    pub(crate) fn hear_where(
        &mut self,
        now: Instant,
        device: &DeviceId,
        request: &Message<'_>,
        until: Instant,
    ) {
        let said = self.said_where(now, request, until);
        if !said.is_empty() {
            self.stated.take(now, device, said);
            self.phones_changed();
        }
    }

    fn said_where(&self, now: Instant, request: &Message<'_>, until: Instant) -> Vec<Sighting> {
        let points = request.access_points().filter_map(|id| str::from_utf8(&id).ok()?.parse::<Mac>().ok());
        let points = points.map(|mac| (Mark::AccessPoint(mac.access_point()), until));
        let by_reference = request.geolocations().filter_map(|one| str::from_utf8(one.target).ok());
        let by_reference = by_reference.filter(|uri| uri.get(..IN_BODY.len()) != Some(IN_BODY));
        let by_reference = by_reference.filter_map(|uri| Some((stated(uri)?, until)));
        let mut said: Vec<(Mark, Instant)> = points.chain(by_reference).take(MOST).collect();
        for document in documents(request) {
            let ends = document.until.map(|end| self.wires.clock.steady_at(end));
            let until = ends.map_or(until, |end| end.min(until));
            let places = document.places.iter().filter(|place| place.is_consistent());
            said.extend(places.filter_map(|place| Some((stated(&place.to_string())?, until))));
        }
        let fresh = said.into_iter().filter(|(_, until)| *until > now).take(MOST);
        fresh.map(|(mark, until)| Sighting { what: Seen::Mark(mark), at: now, until }).collect()
    }
}

/// Documents of places in the body, alone or among others (RFC 6442 3.1).
fn documents(request: &Message<'_>) -> Vec<Geolocation> {
    let kind = request.header(Name::ContentType).unwrap_or_default();
    if request.has_content_type(geolocation::KIND.as_bytes()) {
        return Geolocation::parse(request.body()).into_iter().collect();
    }
    let parts = multipart::parse(kind, request.body()).unwrap_or_default();
    let of_places = |part: &&multipart::Part<'_>| {
        part.kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(geolocation::KIND))
    };
    let read = |part: &multipart::Part<'_>| Geolocation::parse(part.body).ok();
    parts.iter().filter(of_places).take(MOST).filter_map(read).collect()
}

/// As bindings are read, so that both mean the same place.
fn stated(text: &str) -> Option<Mark> {
    match Key::read("stated", text).ok()? {
        Key::Mark(mark) => Some(mark),
        Key::Device(_) | Key::Subnet(_) => None,
    }
}

fn mark(sighting: &Sighting) -> Option<&Mark> {
    if let Seen::Mark(mark) = &sighting.what { Some(mark) } else { None }
}
