//! A mistake in the configuration is named with file, line, key and the nearest key that exists.

use tests::Gatehouse;

#[test]
fn a_misspelt_key_is_shown_where_it_stands_with_the_right_one_beside_it() {
    let mut house = Gatehouse::new();
    *house.config() = house.config().replace("listen =", "lisen =");
    let line = 1 + house.config().lines().position(|line| line.starts_with("lisen")).unwrap();
    for command in ["check-config", "run"] {
        let mut asked = std::process::Command::new("timeout");
        let daemon = house.command(&[command]);
        let out = asked.arg("20").arg(daemon.get_program()).args(daemon.get_args()).output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(78), "{command}: {said}");
        assert!(said.contains(&format!("gatehouse.toml:{line}")), "file and line: {said}");
        assert!(said.contains("lisen") && said.contains("listen"), "the key and the nearest one: {said}");
    }
}

#[test]
fn a_value_that_cannot_be_is_shown_where_it_stands() {
    for (good, bad, word) in [
        ("udp:", "carrier-pigeon:", "carrier-pigeon"),
        ("level = \"debug\"", "level = \"loud\"", "loud"),
        ("[sip]", "[sip", "gatehouse.toml:1"),
    ] {
        let mut house = Gatehouse::new();
        *house.config() = house.config().replacen(good, bad, 1);
        let out = house.command(&["check-config"]).output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(78), "{bad}: {said}");
        assert!(said.contains("gatehouse.toml:") && said.contains(word), "{bad}: {said}");
    }
}

#[test]
fn a_good_configuration_passes_and_a_wrong_word_on_the_command_line_is_usage() {
    let house = Gatehouse::new();
    let out = house.command(&["check-config"]).output().unwrap();
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let out = house.command(&["no-such-command"]).output().unwrap();
    assert_eq!(out.status.code(), Some(64));
}
