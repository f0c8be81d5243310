//! A file past 400 lines hides a second idea. Tests may be longer; functions are clippy's business.

use crate::{files, text};

const MOST: usize = 400;

#[test]
fn no_source_file_is_longer_than_400_lines() {
    let long: Vec<String> = files()
        .into_iter()
        .filter(|path| path.ends_with(".rs") && !is_test(path))
        .filter_map(|path| text(&path).map(|text| (text.lines().count(), path)))
        .filter(|(lines, _)| *lines > MOST)
        .map(|(lines, path)| format!("{path}: {lines}"))
        .collect();
    assert!(long.is_empty(), "look for the second idea in {long:#?}");
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}
