//! The box itself: what it is made of and how it is doing.
//!
//! ```text
//!   disks, thermometers, memory ──> condition ──> what somebody should know
//!   udev, sysfs ──> serial ──> modems, receivers  receiver <── open, nmea ──> time and place
//!   network.ini, the page ──> network ──> files for systemd-networkd
//!   file system ──> free_space ──> doctor         serial line <── open, panel ──> lights, contact; button, supply, temperature
//! ```
//!
//! In goes a question about the hardware, out comes a figure with its unit. It refuses to know telephony.

mod condition;
pub mod disk;
pub mod ini;
pub mod network;
pub mod nmea;
pub mod panel;
mod port;
pub mod serial;

pub use condition::{Condition, Memory, look};
pub use port::open;

use std::path::Path;

/// Bytes free on the file system that holds `path`, or that would hold it once it is made.
#[must_use]
pub fn free_space(path: &Path) -> Option<u64> {
    let there = path.ancestors().find_map(|part| {
        let part = if part.as_os_str().is_empty() { Path::new(".") } else { part };
        part.canonicalize().ok()
    })?;
    // Not from the list of file systems: whoever runs hardened does not see it.
    let system = nix::sys::statvfs::statvfs(&there).ok()?;
    Some(system.blocks_available().saturating_mul(system.fragment_size()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::free_space;

    #[test]
    fn a_directory_that_is_yet_to_be_made_has_the_space_of_its_parent() {
        let parent = free_space(Path::new("/")).unwrap();
        assert!(parent > 0);
        assert!(free_space(Path::new("/no/such/directory")).is_some());
    }
}
