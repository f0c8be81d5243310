//! Versions of the software, in their order.

use std::fmt;
use std::str::FromStr;

/// `1.2.3`; later ones are greater.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Version([u32; 3]);

/// Not three numbers with dots between them.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a version is three numbers such as 1.2.3")]
pub struct VersionRefused;

impl FromStr for Version {
    type Err = VersionRefused;

    fn from_str(text: &str) -> Result<Self, VersionRefused> {
        let plain = text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let parts: Result<Vec<u32>, _> = text.split('.').map(str::parse).collect();
        let parts = parts.ok().filter(|_| plain).ok_or(VersionRefused)?;
        parts.try_into().map(Self).map_err(|_| VersionRefused)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([major, minor, patch]) = self;
        write!(out, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn later_is_greater() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert!(version("0.10.0") > version("0.9.9") && version("1.0.0").to_string() == "1.0.0");
        for none in ["", "1.2", "1.2.3.4", "1.2.x", "+1.2.3", "1.2.4294967296"] {
            assert!(none.parse::<Version>().is_err(), "{none}");
        }
    }
}
