//! The rules of the house that no compiler knows: floors, sizes, licences, words, promises.
#![cfg(test)]

mod layers;
mod licences;
mod promises;
mod readme;
mod sizes;
mod units;
mod words;

use std::{fs, process::Command};

use tests::program::{in_tree, run};

/// Every text file of the project, by its path from the top, tracked or about to be.
fn files() -> Vec<String> {
    let mut git = Command::new("git");
    git.current_dir(in_tree("."));
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let list = run(git);
    list.split('\0').filter(|path| in_tree(path).is_file()).map(str::to_owned).collect()
}

/// The text of a file of the project, `None` when it is not text.
fn text(path: &str) -> Option<String> {
    fs::read_to_string(in_tree(path)).ok()
}

/// What cargo knows about the workspace.
fn metadata(options: &[&str]) -> serde_json::Value {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(in_tree(".")).args(["metadata", "--format-version=1"]).args(options);
    serde_json::from_str(&run(cargo)).unwrap()
}
