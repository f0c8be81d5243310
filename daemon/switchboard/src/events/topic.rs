//! What is watched, and the document that says how it is.

use std::collections::{BTreeSet, HashMap, HashSet};

use account::{Destination, DeviceId};
use sip::package::Versioned;
use sip::package::profile::Wanted;

use super::package::Package;

/// Something that can be watched. Two watchers of one topic see the same document.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Topic {
    pub package: Package,
    pub of: Destination,
    pub sight: Sight,
    /// What a telephone says of itself that asks for its configuration; nothing for any other package.
    pub wanted: Option<Wanted>,
}

/// How much a watcher may see of other people's calls.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Sight {
    /// Who talks to whom, and what it takes to pick the call up: for the person and for colleagues of the same group.
    Colleague,
    /// Only that there is a call.
    Lamp,
}

/// A document that is ready to be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Content {
    Plain(Vec<u8>),
    Versioned(Versioned),
}

impl Content {
    pub(super) fn at(&self, version: u32) -> Vec<u8> {
        match self {
            Self::Plain(bytes) => bytes.clone(),
            Self::Versioned(document) => document.at(version),
        }
    }
}

/// The latest document of a topic.
#[derive(Debug)]
pub(super) struct Sheet {
    pub content: Content,
    /// One more for each change; never zero.
    pub edition: u64,
    watchers: BTreeSet<u64>,
    devices: Vec<DeviceId>,
}

/// Topics that somebody watches.
#[derive(Debug, Default)]
pub(super) struct Topics {
    sheets: HashMap<Topic, Sheet>,
    of_device: HashMap<DeviceId, HashSet<Topic>>,
    written: u64,
}

impl Topics {
    pub(super) fn knows(&self, topic: &Topic) -> bool {
        self.sheets.contains_key(topic)
    }

    pub(super) fn sheet(&self, topic: &Topic) -> Option<&Sheet> {
        self.sheets.get(topic)
    }

    /// The devices that a topic is about, as of the latest account.
    pub(super) fn devices(&self, topic: &Topic) -> Option<Vec<DeviceId>> {
        self.sheets.get(topic).map(|sheet| sheet.devices.clone())
    }

    pub(super) fn all(&self) -> Vec<Topic> {
        self.sheets.keys().cloned().collect()
    }

    /// The topics that say something about this device.
    pub(super) fn about(&self, device: &DeviceId) -> Vec<Topic> {
        self.of_device.get(device).into_iter().flatten().cloned().collect()
    }

    /// Takes up a topic or a new list of the devices that it is about.
    pub(super) fn put(
        &mut self,
        topic: &Topic,
        devices: Vec<DeviceId>,
        content: Content,
    ) -> Option<Vec<u64>> {
        if !self.sheets.contains_key(topic) {
            let sheet =
                Sheet { content: content.clone(), edition: 1, watchers: BTreeSet::new(), devices: vec![] };
            self.sheets.insert(topic.clone(), sheet);
            self.written += 1;
        }
        let before = self.sheets.get_mut(topic).map(|sheet| std::mem::replace(&mut sheet.devices, devices));
        self.unindex(topic, &before.unwrap_or_default());
        let now = self.sheets.get(topic).map(|sheet| sheet.devices.clone()).unwrap_or_default();
        for device in now {
            self.of_device.entry(device).or_default().insert(topic.clone());
        }
        self.renew(topic, content)
    }

    /// Puts the latest document in; names the watchers if it says something else than the last one.
    pub(super) fn renew(&mut self, topic: &Topic, content: Content) -> Option<Vec<u64>> {
        let sheet = self.sheets.get_mut(topic)?;
        if sheet.content == content {
            return None;
        }
        self.written += 1;
        sheet.content = content;
        sheet.edition += 1;
        Some(sheet.watchers.iter().copied().collect())
    }

    pub(super) fn watch(&mut self, topic: &Topic, watcher: u64) {
        if let Some(sheet) = self.sheets.get_mut(topic) {
            sheet.watchers.insert(watcher);
        }
    }

    /// A topic that nobody watches any more is forgotten.
    pub(super) fn leave(&mut self, topic: &Topic, watcher: u64) {
        let Some(sheet) = self.sheets.get_mut(topic) else { return };
        sheet.watchers.remove(&watcher);
        if sheet.watchers.is_empty()
            && let Some(sheet) = self.sheets.remove(topic)
        {
            self.unindex(topic, &sheet.devices);
        }
    }

    fn unindex(&mut self, topic: &Topic, devices: &[DeviceId]) {
        for device in devices {
            let Some(topics) = self.of_device.get_mut(device) else { continue };
            topics.remove(topic);
            if topics.is_empty() {
                self.of_device.remove(device);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn in_memory(&self) -> [usize; 2] {
        [self.sheets.len(), self.of_device.len()]
    }

    #[cfg(test)]
    pub(super) fn written(&self) -> u64 {
        self.written
    }
}
