//! The units of the appliance: the telephone system has no more rights than it needs, and every unit says what it is for.

use std::process::Command;

use crate::{files, text};
use tests::program::{in_tree, run};

/// `systemd-analyze security` from 0 (locked) to 10 (bare).
const MOST_EXPOSED: f64 = 2.0;

#[test]
fn the_telephone_system_is_hardly_exposed() {
    let mut analyze = Command::new("systemd-analyze");
    analyze.args(["security", "--offline=true", "--no-pager"]).arg(in_tree("systemd/gatehouse.service"));
    let said = run(analyze);
    let line = said.lines().find(|line| line.contains("Overall exposure level")).expect("a verdict");
    let score = line.split(':').nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a score");
    assert!(score.parse::<f64>().expect("a number") <= MOST_EXPOSED, "{said}");
}

#[test]
fn every_unit_begins_with_a_sentence() {
    for path in files().iter().filter(|path| path.starts_with("systemd/")) {
        let text = text(path).expect("text");
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("# ") && first.ends_with('.') && first.len() > 40, "{path}: {first}");
    }
}
