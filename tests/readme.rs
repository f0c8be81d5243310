//! What the README tells a newcomer to type must exist.

use crate::text;

/// The subcommands of the daemon, as promised (they may be extended, never renamed).
const COMMANDS: [&str; 20] = [
    "run",
    "check-config",
    "doctor",
    "status",
    "phones",
    "calls",
    "mirror",
    "lines",
    "drill",
    "line-test",
    "self-test",
    "test-call",
    "locations",
    "link",
    "reset-admin",
    "backup",
    "restore",
    "update",
    "version",
    "help",
];

/// The words after `command` wherever a line of a code block begins with it.
fn typed<'a>(document: &'a str, command: &str) -> Vec<&'a str> {
    let code = document.split("```").skip(1).step_by(2).flat_map(str::lines);
    let code = code.map(|line| line.trim_start_matches(['$', ' ', '#']).trim_start_matches("sudo "));
    code.filter_map(|line| line.strip_prefix(command)?.strip_prefix(' ')?.split_whitespace().next()).collect()
}

#[test]
fn every_make_target_of_the_readme_exists() {
    let [readme, makefile] =
        ["README.md", "Makefile"].map(|path| text(path).expect("a README and a Makefile"));
    let targets = typed(&readme, "make");
    assert!(targets.contains(&"run") && targets.contains(&"test"), "the README's two commands: {targets:?}");
    let missing: Vec<&&str> = targets
        .iter()
        .filter(|name| !makefile.lines().any(|line| line.starts_with(&format!("{name}:"))))
        .collect();
    assert!(missing.is_empty(), "the Makefile has no {missing:?}");
}

#[test]
fn every_gatehouse_command_of_the_readme_exists() {
    let readme = text("README.md").expect("a README");
    let unknown: Vec<&str> =
        typed(&readme, "gatehouse").into_iter().filter(|word| !COMMANDS.contains(word)).collect();
    assert!(unknown.is_empty(), "gatehouse knows no {unknown:?}");
}
