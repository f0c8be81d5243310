//! Every input that once broke a parser, fed to it again. `make fuzz` puts new ones beside the old.
#![cfg(test)]

#[path = "fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the rules live with the fuzz targets")]
mod parsers;

use std::fs;

use tests::program::in_tree;

#[test]
fn what_was_found_stays_mended() {
    for (name, parser) in parsers::PARSERS {
        let folder = fs::read_dir(in_tree("tests/found").join(name));
        for entry in folder.into_iter().flatten().flatten() {
            let input = fs::read(entry.path()).unwrap();
            let bears = std::panic::catch_unwind(|| parser(&input)).is_ok();
            assert!(bears, "{} breaks a rule again", entry.path().display());
        }
    }
}

#[test]
fn every_seed_keeps_the_rules() {
    let seeds = [
        "backup",
        "cloud",
        "disks",
        "drop_zone",
        "feed",
        "leases",
        "nmea",
        "panel",
        "people",
        "rates",
        "rtp",
        "sdp",
        "spoken",
        "udev",
    ]
    .map(|name| in_tree("tests/fuzz/seeds").join(name));
    let messages = ["rfc4475", "rfc5118"].map(|rfc| in_tree("tests/rules").join(rfc).join("messages"));
    let mut fed = 0;
    let books = in_tree("daemon/directory/tests/files");
    for folder in seeds.into_iter().chain(messages).chain([books]) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let input = fs::read(entry.path()).unwrap();
            parsers::PARSERS.iter().for_each(|(_, parser)| parser(&input));
            fed += 1;
        }
    }
    assert!(fed > 50, "{fed} seeds");
}
