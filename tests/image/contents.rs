//! What is in the image, and what is not.

use std::fs;
use std::path::Path;
use std::process::Command;

use tests::program::{in_tree, run};

use crate::computer::Computer;
use crate::{VERSIONS, made, named};

/// In bytes.
const LARGEST_DOWNLOAD: u64 = 110_000_000;
const LARGEST_ROOT: u64 = 128 * 1024 * 1024;

fn size(path: &str) -> u64 {
    let size = fs::metadata(made(path)).expect("a file of the image").len();
    eprintln!("{size:>12} bytes  {path}");
    size
}

#[test]
fn it_is_small() {
    is_small(&named(Computer::Amd64, VERSIONS[0]));
}

pub(crate) fn is_small(name: &str) {
    assert!(size(&format!("out/{name}.img.zst")) <= LARGEST_DOWNLOAD);
    assert!(size(&format!("{name}/root.img")) <= LARGEST_ROOT);
    size(&format!("{name}/uki.efi"));
    size(&format!("out/{name}.update"));
}

#[test]
fn nobody_gets_a_shell() {
    has_no_shell(&named(Computer::Amd64, VERSIONS[0]));
}

pub(crate) fn has_no_shell(name: &str) {
    let root = made(&format!("{name}/root"));
    for program in [
        "sh", "bash", "dash", "busybox", "apt", "apt-get", "dpkg", "sshd", "python3", "perl", "agetty",
        "sulogin",
    ] {
        for folder in ["usr/bin", "usr/sbin", "usr/lib/openssh"] {
            assert!(fs::symlink_metadata(root.join(folder).join(program)).is_err(), "{folder}/{program}");
        }
    }
    // Nor does systemd look for one again and again.
    let consoles = fs::read_link(root.join("etc/systemd/system/getty-static.service"));
    assert_eq!(consoles.expect("a link"), Path::new("/dev/null"));
}

#[test]
fn it_says_what_it_is_made_of() {
    says_what_it_is_made_of(&named(Computer::Amd64, VERSIONS[0]));
}

pub(crate) fn says_what_it_is_made_of(name: &str) {
    let inside = made(&format!("{name}/root/usr/share/gatehouse"));
    for (beside, inside) in [("packages.lock", "packages.lock"), ("sbom.cdx.json", "sbom.cdx.json")]
        .map(|(beside, file)| (made(&format!("out/{name}.{beside}")), inside.join(file)))
    {
        assert_eq!(fs::read(beside).unwrap(), fs::read(inside).unwrap());
    }
    let bill = fs::read(made(&format!("out/{name}.sbom.cdx.json"))).unwrap();
    let bill: serde_json::Value = serde_json::from_slice(&bill).unwrap();
    assert_eq!(bill["bomFormat"], "CycloneDX");
    let parts = bill["components"].as_array().unwrap();
    for part in ["pkg:deb/debian/systemd@", "pkg:deb/debian/libc6@", "pkg:cargo/tokio@", "pkg:cargo/rustls@"]
    {
        assert!(parts.iter().any(|one| one["purl"].as_str().unwrap_or_default().starts_with(part)), "{part}");
    }
}

/// Put together anew, every byte of disk and update is the same.
#[test]
fn the_same_input_gives_the_same_bytes() {
    let name = named(Computer::Amd64, VERSIONS[0]);
    let sums = || {
        let mut sum = Command::new("sha256sum");
        sum.args([made(&format!("{name}/disk.img")), made(&format!("out/{name}.update"))]);
        run(sum)
    };
    let first = sums();
    run(Command::new(in_tree("tests/image/again")));
    assert_eq!(sums(), first);
}
