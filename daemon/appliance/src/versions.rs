//! Versions, and which of them stand on the boot partition with how many tries left.

use release::Version;

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
    use super::installed;

    #[test]
    fn the_counter_tells_good_tried_and_failed() {
        assert_eq!(installed("gatehouse_1.2.3.efi").unwrap().tries, None);
        assert_eq!(installed("gatehouse_1.2.3+3.efi").unwrap().tries, Some((3, 0)));
        let failed = installed("gatehouse_1.2.3+0-3.efi").unwrap();
        assert!(failed.has_failed() && failed.tries == Some((0, 3)));
        assert_eq!((installed("other.efi"), installed("gatehouse_x.efi")), (None, None));
    }
}
