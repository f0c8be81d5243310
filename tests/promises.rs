//! Every promise names the test that keeps it, or says that it is unproven.

use crate::text;

/// The rows of all tables in `docs/PROMISES.md`, without heads and rules.
fn rows(document: &str) -> Vec<&str> {
    let lines: Vec<&str> = document.lines().collect();
    let rule = |line: &str| line.starts_with('|') && line.chars().all(|c| "|-: ".contains(c));
    let body = lines.iter().enumerate().filter(|(at, line)| {
        let next = lines.get(at + 1).copied().unwrap_or_default();
        line.starts_with('|') && !rule(line) && !rule(next)
    });
    body.map(|(_, line)| *line).collect()
}

/// The words of a row in backticks that read `folder/file.rs::test` or `folder/file`.
fn proofs(row: &str) -> Vec<&str> {
    row.split('`').skip(1).step_by(2).filter(|word| word.contains('/') && !word.contains(' ')).collect()
}

fn exists(proof: &str) -> bool {
    let (path, test) = proof.split_once("::").unwrap_or((proof, ""));
    let name = test.rsplit("::").next().unwrap_or_default();
    let stands = tests::program::in_tree(path).exists();
    stands && (name.is_empty() || text(path).is_some_and(|text| text.contains(&format!("fn {name}("))))
}

#[test]
fn every_promise_names_its_test_or_says_unproven() {
    let document = text("docs/PROMISES.md").expect("docs/PROMISES.md");
    let rows = rows(&document);
    assert!(!rows.is_empty(), "a document of promises makes some");
    let empty: Vec<&&str> =
        rows.iter().filter(|row| !row.contains("unproven") && !proofs(row).into_iter().any(exists)).collect();
    assert!(empty.is_empty(), "no test keeps: {empty:#?}");
    let wrong: Vec<&str> = rows.iter().flat_map(|row| proofs(row)).filter(|proof| !exists(proof)).collect();
    assert!(wrong.is_empty(), "these do not exist: {wrong:#?}");
}

#[test]
fn a_row_is_told_from_the_head_of_its_table() {
    let document =
        "| promise | test |\n|---|---|\n| fast | `tests/promises.rs::no_such_test` |\n| good | unproven |\n";
    let rows = rows(document);
    assert_eq!(rows.len(), 2);
    assert!(!proofs(rows[0]).into_iter().any(exists));
    assert!(exists("tests/promises.rs::a_row_is_told_from_the_head_of_its_table"));
}
