//! RFC 5118, the SIP torture messages for IPv6: all twelve as files, and what the box does with each.
//!
//! Content-Length is counted anew where a body follows; some figures in the text of the RFC are too small.

mod section_4;

use std::fs;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules/rfc5118/messages")
}

fn file(name: &str) -> Vec<u8> {
    fs::read(folder().join(name).with_extension("dat")).expect("the message's file")
}

#[test]
fn every_message_of_the_rfc_has_its_test() {
    let stored = fs::read_dir(folder()).expect("the folder of messages").count();
    assert_eq!(stored, 12);
    let source = include_str!("section_4.rs");
    for entry in fs::read_dir(folder()).expect("the folder of messages") {
        let name = entry.expect("an entry").path().with_extension("");
        let name = name.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(source.contains(&format!("\"{name}\"")), "{name}");
    }
}
