//! RFC 4475, the SIP torture messages: every one as a file, byte by byte, and what the box does with it.
//!
//! The files are the members of the archive in the RFC's appendix A. A message goes through the same
//! stations as on the wire: read, judged, admitted.

mod section_3_1_1;
mod section_3_1_2;
mod section_3_2_to_3_4;

use std::fs;
use std::path::PathBuf;

use crate::verdict::Verdict::{Accepted, Dropped, NotServed, Refused};
use crate::verdict::{SERVES, Verdict, verdict};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules/rfc4475/messages")
}

fn file(name: &str) -> Vec<u8> {
    fs::read(folder().join(name).with_extension("dat")).expect("the message's file")
}

/// Compares a table of names and verdicts with what happens.
fn check(table: &[(&str, Verdict)]) {
    for &(name, expected) in table {
        assert_eq!(verdict(&file(name)), expected, "{name}");
    }
}

#[test]
fn every_message_of_the_rfc_has_its_verdict() {
    let tables = [section_3_1_1::VERDICTS, section_3_1_2::VERDICTS, section_3_2_to_3_4::VERDICTS].concat();
    let mut named: Vec<String> = tables.iter().map(|(name, _)| format!("{name}.dat")).collect();
    let mut stored: Vec<String> = fs::read_dir(folder())
        .expect("the folder of messages")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".dat"))
        .collect();
    named.sort();
    stored.sort();
    assert_eq!(named, stored);
    assert_eq!(stored.len(), 49);
}
