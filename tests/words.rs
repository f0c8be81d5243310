//! What no file of the project may say: where it was made, and from which mirror its packages came.

use crate::{files, text};

/// Top folders of build machines, assembled so that this file does not say them either.
const MACHINES: [&str; 2] = [concat!("/", "work", "/"), concat!("/", "farm", "/")];

#[test]
fn no_file_names_the_machine_it_was_made_on() {
    let mut wrong = vec![];
    for path in files() {
        let Some(text) = text(&path) else { continue };
        let lines =
            text.lines().zip(1..).filter(|(line, _)| MACHINES.iter().any(|folder| names(line, folder)));
        wrong.extend(lines.map(|(line, number)| format!("{path}:{number}: {line}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether `folder` stands in `line` as the beginning of a path (not as a part of a longer one).
fn names(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.as_bytes()[..at].last();
        before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"_./-".contains(byte))
    })
}

/// A lock file that names a mirror builds nowhere else.
#[test]
fn packages_come_from_the_public_registries() {
    let mut wrong = vec![];
    for path in
        files().into_iter().filter(|path| path.ends_with(".lock") || path.ends_with("package-lock.json"))
    {
        let text = text(&path).unwrap_or_default();
        let sources = text.lines().filter_map(|line| {
            let line = line.trim();
            line.strip_prefix("source = \"").or_else(|| line.strip_prefix("\"resolved\": \""))
        });
        let public = ["registry+https://github.com/rust-lang/crates.io-index", "https://registry.npmjs.org/"];
        let strange = sources.filter(|source| !public.iter().any(|known| source.starts_with(known)));
        wrong.extend(strange.map(|source| format!("{path}: {source}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_longer_path_is_not_mistaken_for_a_machine() {
    let folder = MACHINES[0];
    assert!(names(&format!("see {folder}main"), folder) && names(&format!("\"{folder}"), folder));
    assert!(!names(&format!("docs{folder}main"), folder));
}
