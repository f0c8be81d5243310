//! Serial devices on USB: found by what udev knows of them, without asking them anything.
//!
//! ```text
//!   /sys/class/tty ──> numbers ──> /run/udev/data/c166:0 ──> properties ──> kinds ──> Device, with all its ports
//! ```

pub mod kinds;
pub mod udev;

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use kinds::Kind;
use udev::Properties;

/// A box has fewer ports.
const MOST: usize = 64;
/// Where udev keeps what it knows, below the root; a change in it is a device that came or went.
pub const KNOWN: &str = "run/udev/data";

/// A device on USB with one port or several.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Device {
    /// What it is.
    pub kind: Kind,
    /// Its maker and model, as it calls itself.
    pub name: String,
    /// Four hexadecimal digits each.
    pub vendor: String,
    /// See [`Device::vendor`].
    pub model: String,
    /// Its ports, by the number of their interface.
    pub ports: Vec<Port>,
}

/// What is plugged in now, as it is written down for others.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Plugged {
    /// In the order of their sockets.
    pub devices: Vec<Device>,
    /// What the first receiver of satellites says, where there is one.
    pub receiver: Option<crate::nmea::Says>,
}

/// A port of a device.
#[derive(Clone, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(default)]
pub struct Port {
    /// `ID_USB_INTERFACE_NUM`, two hexadecimal digits.
    pub interface: String,
    /// As the kernel calls it, `ttyACM0`.
    pub name: String,
    /// The name that stays when it is plugged in again, below `/dev/serial/by-id`.
    pub stays: Option<String>,
}

/// Every serial device on USB of the box below `root`, in the order of its sockets.
#[must_use]
pub fn look(root: &Path) -> Vec<Device> {
    let entries = fs::read_dir(root.join("sys/class/tty")).into_iter().flatten().filter_map(Result::ok);
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| name.starts_with("ttyACM") || name.starts_with("ttyUSB"));
    names.sort();
    names.truncate(MOST);
    let known = names.into_iter().filter_map(|name| Some((properties(root, &name)?, name)));
    let mut found: Vec<(String, Device)> = Vec::new();
    for (properties, name) in known {
        let port = port(&properties, name);
        let socket = socket(&properties);
        match found.iter_mut().find(|(known, _)| *known == socket) {
            Some((_, device)) => device.ports.push(port),
            None => found.push((socket, device(&properties, port))),
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found.into_iter().map(|(_, device)| sorted(device)).collect()
}

/// What udev knows of a port; nothing before it has looked at it.
fn properties(root: &Path, name: &str) -> Option<Properties> {
    let numbers = small(&root.join("sys/class/tty").join(name).join("dev"), 32)?;
    let (major, minor) = numbers.trim().split_once(':')?;
    let (major, minor) = (major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?);
    let text = small(&root.join(KNOWN).join(format!("c{major}:{minor}")), udev::LARGEST)?;
    let properties = Properties::read(&text);
    properties.get("ID_VENDOR_ID").is_some().then_some(properties)
}

fn small(path: &Path, most: u64) -> Option<String> {
    let mut text = Vec::new();
    File::open(path).ok()?.take(most).read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// Where the device is plugged in: the path of its interface without the interface.
fn socket(properties: &Properties) -> String {
    let path = properties.get("ID_PATH").unwrap_or_default();
    let device = path.rsplit_once(':').map_or(path, |(device, _)| device);
    format!("{device} {}", properties.get("ID_SERIAL").unwrap_or_default())
}

fn port(properties: &Properties, name: String) -> Port {
    Port {
        interface: properties.get("ID_USB_INTERFACE_NUM").unwrap_or_default().to_owned(),
        name,
        stays: properties.link("serial/by-id/").map(str::to_owned),
    }
}

fn device(properties: &Properties, port: Port) -> Device {
    let word = |name: &str| properties.get(name).unwrap_or_default();
    let [vendor, model] = ["ID_VENDOR_ID", "ID_MODEL_ID"].map(|name| word(name).to_lowercase());
    // udev writes underscores for spaces.
    let name = format!("{} {}", word("ID_VENDOR"), word("ID_MODEL")).replace('_', " ").trim().to_owned();
    Device { kind: kinds::of(&vendor, &model, word("ID_MODEL")), name, vendor, model, ports: vec![port] }
}

fn sorted(mut device: Device) -> Device {
    device.ports.sort();
    device
}

#[cfg(test)]
mod tests;
