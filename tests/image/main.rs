//! The image that ships, looked into and switched on: what is in it, and what an office gets from it.
//!
//! `make test-image` makes what is needed: the image, its two updates, and updates that are refused. Everything that takes a
//! running box is one story, because a start takes long without hardware virtualisation.
#![cfg(test)]
#![expect(clippy::print_stderr, reason = "the timings of a run are its report")]

mod admin;
mod arm;
mod computer;
mod contents;
mod cuts;
mod house;
mod loss;
mod machine;
mod panel;
mod story;
mod street;

use std::path::PathBuf;

use computer::Computer;

/// What the recipes made.
fn made(path: &str) -> PathBuf {
    let folder = tests::program::built("..").join("appliance");
    let path = folder.join(path);
    assert!(path.exists(), "{} is missing: make image first", path.display());
    path
}

/// The version on the label of the image under test, and of the updates that follow it.
const VERSIONS: [&str; 3] = [env!("CARGO_PKG_VERSION"), "0.1.1", "0.1.2"];

/// Name of a version's files for a computer.
fn named(computer: Computer, version: &str) -> String {
    format!("gatehouse_{version}_generic_{}", computer.name())
}
