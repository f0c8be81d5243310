//! A disk that is soon full.

use crate::program::{as_root, run};

/// 16 MB of memory where a folder was, until it is dropped.
#[derive(Debug)]
pub struct SmallDisk(String);

impl SmallDisk {
    /// Over the folder of this path.
    #[must_use]
    pub fn mount(path: &str) -> Self {
        let mut mount = as_root("mount");
        mount.args(["-t", "tmpfs", "-o", "size=16m", "tmpfs", path]);
        run(mount);
        Self(path.to_owned())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = as_root("umount").args(["-l", &self.0]).status();
    }
}
