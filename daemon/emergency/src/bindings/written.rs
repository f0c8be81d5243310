//! Signs as people and tables write them: a kind and a text.

use account::DeviceId;

use super::{Key, Mac, Mark};

/// Why a written sign is not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyRefused {
    /// No kind of sign.
    #[error("{0:?} is no kind of sign: device, port, access_point, base, stated, vlan or subnet")]
    Kind(String),
    /// Not written as this kind is.
    #[error("{text:?} is not written like {like}")]
    Form {
        /// What was written.
        text: String,
        /// How it is written.
        like: &'static str,
    },
}

/// Longest name of a switch or port.
const LONGEST: usize = 128;
/// Longest place as a phone states it.
const LONGEST_PLACE: usize = 512;
/// Stands between the two parts of a sign; no name of a switch or port has it.
const BETWEEN: char = '|';

impl Key {
    /// The kind, and the sign as [`Key::read`] reads it.
    #[must_use]
    pub fn written(&self) -> (&'static str, String) {
        match self {
            Self::Device(device) => ("device", device.to_string()),
            Self::Subnet(net) => ("subnet", net.trunc().to_string()),
            Self::Mark(Mark::Port { switch, port }) => ("port", format!("{switch}{BETWEEN}{port}")),
            Self::Mark(Mark::AccessPoint(mac)) => ("access_point", mac.to_string()),
            Self::Mark(Mark::Base(mac)) => ("base", mac.to_string()),
            Self::Mark(Mark::Stated(place)) => ("stated", place.to_string()),
            Self::Mark(Mark::Vlan(vlan)) => ("vlan", vlan.to_string()),
        }
    }

    /// Reads a kind and a sign. Each sign has one form only, whatever it was written like.
    ///
    /// # Errors
    /// [`KeyRefused`] says how it should be written.
    pub fn read(kind: &str, text: &str) -> Result<Self, KeyRefused> {
        let text = text.trim();
        let (read, like): (Option<Self>, _) = match kind.trim() {
            "device" => (text.parse::<DeviceId>().ok().map(Self::Device), "e4"),
            "subnet" => (subnet(text), "192.0.2.0/24"),
            "port" => (port(text).map(Self::Mark), "0c383e112233|Gi1/0/12"),
            "access_point" => {
                let mac = text.parse::<Mac>().ok();
                (mac.map(|mac| Self::Mark(Mark::AccessPoint(mac.access_point()))), "0c383e112233")
            }
            "base" => (text.parse().ok().map(|mac| Self::Mark(Mark::Base(mac))), "0c383e112233"),
            "stated" => (words(text, LONGEST_PLACE).map(|place| Self::Mark(Mark::Stated(place))), "a name"),
            "vlan" => {
                let vlan = text.parse().ok().filter(|vlan| (1..=4094).contains(vlan));
                (vlan.map(|vlan| Self::Mark(Mark::Vlan(vlan))), "a number from 1 to 4094")
            }
            other => return Err(KeyRefused::Kind(other.chars().take(LONGEST).collect())),
        };
        let text = || text.chars().take(LONGEST).collect();
        read.ok_or_else(|| KeyRefused::Form { text: text(), like })
    }
}

fn subnet(text: &str) -> Option<Key> {
    let net: ipnet::IpNet = text.parse().ok()?;
    Some(Key::Subnet(net.trunc()))
}

fn port(text: &str) -> Option<Mark> {
    let (switch, port) = text.split_once(BETWEEN)?;
    let plain = switch.parse::<Mac>().map_or_else(|_| switch.to_owned(), |mac| mac.to_string());
    Some(Mark::Port { switch: name(&plain)?, port: name(port)? })
}

fn name(text: &str) -> Option<Box<str>> {
    words(text, LONGEST)
}

fn words(text: &str, longest: usize) -> Option<Box<str>> {
    let text = text.trim();
    let fine = !text.is_empty() && text.chars().count() <= longest && !text.contains(BETWEEN);
    (fine && !text.chars().any(char::is_control)).then(|| text.into())
}
