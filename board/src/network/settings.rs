//! The same settings as people type them into a form, and as programs exchange them.

use serde::{Deserialize, Serialize};

use super::{Key, Network, NetworkRefused};
use crate::ini::{IniRefused, LONGEST};

/// What stands in `network.ini` behind each key; what is empty is not set.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Settings {
    /// `192.168.1.20/24`, or `dhcp`.
    pub address: String,
    /// `192.168.1.1`.
    pub gateway: String,
    /// `192.168.1.1, 9.9.9.9`.
    pub dns: String,
    /// Of the box.
    pub name: String,
    /// `20`.
    pub vlan: String,
}

impl Settings {
    fn values(&self) -> [(Key, &str); 5] {
        let Self { address, gateway, dns, name, vlan } = self;
        [
            (Key::Address, address),
            (Key::Gateway, gateway),
            (Key::Dns, dns),
            (Key::Name, name),
            (Key::Vlan, vlan),
        ]
        .map(|(key, value)| (key, value.trim()))
    }
}

impl TryFrom<Settings> for Network {
    type Error = NetworkRefused;

    fn try_from(settings: Settings) -> Result<Self, NetworkRefused> {
        let mut wishes = Self::default();
        for (key, value) in settings.values().into_iter().filter(|(_, value)| !value.is_empty()) {
            if value.len() > LONGEST {
                return Err(IniRefused::TooLong.into());
            }
            wishes.take(None, key, value)?;
        }
        wishes.fits()
    }
}

impl From<Network> for Settings {
    fn from(network: Network) -> Self {
        let dns: Vec<String> = network.dns.iter().map(ToString::to_string).collect();
        Self {
            address: network
                .address
                .map(|(address, prefix)| format!("{address}/{prefix}"))
                .unwrap_or_default(),
            gateway: network.gateway.map(|gateway| gateway.to_string()).unwrap_or_default(),
            dns: dns.join(", "),
            name: network.name.unwrap_or_default(),
            vlan: network.vlan.map(|vlan| vlan.to_string()).unwrap_or_default(),
        }
    }
}

impl Network {
    /// The same as a `network.ini`.
    #[must_use]
    pub fn ini(&self) -> String {
        let settings = Settings::from(self.clone());
        let set = settings.values().into_iter().filter(|(_, value)| !value.is_empty());
        set.map(|(key, value)| format!("{} = {value}\n", key.word())).collect()
    }
}
