//! A disk that is really full: a small file system of our own, mounted in a namespace of our own.

use std::path::Path;
use std::process::Command;

use super::help::{binding, loaded, open};
use crate::{Notice, StoreFault, Write};

const DISK: &str = "STORE_TEST_DISK";

/// Not a test by itself: what the next one runs where the small disk is mounted.
#[test]
fn on_the_small_disk() {
    let Some(disk) = std::env::var_os(DISK) else { return };
    let disk = Path::new(&disk);
    let dir = disk.join("data");
    let (store, _, ear) = open(&dir).unwrap();
    ear.committed(store.submit(Write::Bind(binding(1))).unwrap());

    let ballast = disk.join("ballast");
    let _ = std::fs::write(&ballast, vec![0; 8 << 20]);
    let large = Write::Setting { key: "large".into(), value: "x".repeat(100_000) };
    let last = store.submit(large).unwrap();
    assert_eq!(ear.next(), Notice::Trouble(StoreFault::DiskFull));
    assert!(matches!(ear.next(), Notice::Postponed { .. }));
    std::fs::remove_file(&ballast).unwrap();
    assert!(matches!(ear.next(), Notice::Works { .. }));
    ear.committed(last);
    store.close().unwrap();

    let _ = std::fs::write(&ballast, vec![0; 8 << 20]);
    let found = loaded(&dir);
    assert_eq!(found.bindings.len(), 1, "a full disk keeps nobody from starting");
}

#[test]
fn a_disk_that_is_full_delays_writes_and_never_the_start() {
    let disk = tempfile::tempdir().unwrap();
    let mounted = "mount -t tmpfs -o size=2m none \"$STORE_TEST_DISK\" && exec \"$@\"";
    let test = std::env::current_exe().unwrap();
    let done = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", mounted, "sh"])
        .arg(test)
        .args(["--exact", "tests::full::on_the_small_disk", "--nocapture"])
        .env(DISK, disk.path())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
