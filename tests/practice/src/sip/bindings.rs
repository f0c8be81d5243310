//! Where each device is reachable, as long as its registration lasts.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Instant;

use rsipstack::sip::Transport;

use crate::cloud::lock;

/// Contacts one device may hold; the oldest gives way.
const CONTACTS: usize = 10;

/// One contact of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Contact URI without brackets, as the phone wrote it.
    pub contact: String,
    /// Where the REGISTER came from; requests to the device go there.
    pub source: SocketAddr,
    /// How it came: UDP, or TCP also when the door has taken TLS off.
    pub transport: Transport,
    /// What the phone calls itself.
    pub user_agent: String,
    /// When the binding ends unless it is renewed.
    pub until: Instant,
}

#[derive(Debug, Default)]
pub(super) struct Bindings(Mutex<HashMap<String, Vec<Binding>>>);

impl Bindings {
    /// Adds or renews a contact.
    pub(super) fn bind(&self, device: &str, binding: Binding) {
        let mut all = lock(&self.0);
        let contacts = all.entry(device.to_owned()).or_default();
        contacts.retain(|known| known.contact != binding.contact);
        if contacts.len() == CONTACTS {
            contacts.remove(0);
        }
        contacts.push(binding);
    }

    /// Removes one contact, or all of a device.
    pub(super) fn unbind(&self, device: &str, contact: Option<&str>) {
        if let Some(contacts) = lock(&self.0).get_mut(device) {
            contacts.retain(|known| contact.is_some_and(|contact| known.contact != contact));
        }
    }

    /// The live contacts of a device, the newest last.
    pub(super) fn of(&self, device: &str) -> Vec<Binding> {
        let now = Instant::now();
        let all = lock(&self.0);
        all.get(device).into_iter().flatten().filter(|binding| binding.until > now).cloned().collect()
    }

    /// All devices with at least one live contact.
    pub(super) fn all(&self) -> Vec<(String, Vec<Binding>)> {
        let devices: Vec<String> = lock(&self.0).keys().cloned().collect();
        let all = devices.into_iter().map(|device| (device.clone(), self.of(&device)));
        all.filter(|(_, contacts)| !contacts.is_empty()).collect()
    }

    /// Forgets what has run out, and says which contacts these were.
    pub(super) fn sweep(&self) -> Vec<(String, String)> {
        let now = Instant::now();
        let mut gone = Vec::new();
        lock(&self.0).retain(|device, contacts| {
            gone.extend(contacts.extract_if(.., |it| it.until <= now).map(|it| (device.clone(), it.contact)));
            !contacts.is_empty()
        });
        gone
    }
}
