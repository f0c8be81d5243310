//! Versions, and which of them stand on the boot partition with how many tries left.

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

/// A version on the boot partition, by the name of its file: `gatehouse_1.2.3+2-1.efi` has two tries left and one behind it
/// (UAPI boot loader specification, boot counting); without a counter it is good.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Installed {
    /// Which.
    pub version: Version,
    /// Tries left and tries made, while it is being tried.
    pub tries: Option<(u32, u32)>,
}

impl Installed {
    /// Whether the boot loader has given up on it.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.tries.is_some_and(|(left, _)| left == 0)
    }

    /// The name of its file while it has this many tries.
    #[must_use]
    pub fn fresh_file(version: Version, tries: u32) -> String {
        format!("gatehouse_{version}+{tries}.efi")
    }
}

/// What a file of the boot partition is called, read; `None` for anything else.
#[must_use]
pub fn installed(file: &str) -> Option<Installed> {
    let stem = file.strip_prefix("gatehouse_")?.strip_suffix(".efi")?;
    let Some((version, counter)) = stem.split_once('+') else {
        return Some(Installed { version: stem.parse().ok()?, tries: None });
    };
    let (left, done) = counter.split_once('-').unwrap_or((counter, "0"));
    Some(Installed { version: version.parse().ok()?, tries: Some((left.parse().ok()?, done.parse().ok()?)) })
}

#[cfg(test)]
mod tests {
    use super::{Version, installed};

    #[test]
    fn later_is_greater() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert!(version("0.10.0") > version("0.9.9") && version("1.0.0").to_string() == "1.0.0");
        for none in ["", "1.2", "1.2.3.4", "1.2.x", "+1.2.3", "1.2.4294967296"] {
            assert!(none.parse::<Version>().is_err(), "{none}");
        }
    }

    #[test]
    fn the_counter_tells_good_tried_and_failed() {
        assert_eq!(installed("gatehouse_1.2.3.efi").unwrap().tries, None);
        assert_eq!(installed("gatehouse_1.2.3+3.efi").unwrap().tries, Some((3, 0)));
        let failed = installed("gatehouse_1.2.3+0-3.efi").unwrap();
        assert!(failed.has_failed() && failed.tries == Some((0, 3)));
        assert_eq!((installed("other.efi"), installed("gatehouse_x.efi")), (None, None));
    }
}
