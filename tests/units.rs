//! The units of the appliance: the telephone system has no more rights than it needs, and every unit says what it is for.

use std::process::Command;

use crate::{files, text};
use tests::program::{in_tree, run};

/// `systemd-analyze security` from 0 (locked) to 10 (bare).
const MOST_EXPOSED: f64 = 2.0;

#[test]
fn the_telephone_system_is_hardly_exposed() {
    assert!(exposure("systemd/gatehouse.service") <= MOST_EXPOSED);
}

/// The score of a unit, as systemd works it out.
fn exposure(unit: &str) -> f64 {
    let mut analyze = Command::new("systemd-analyze");
    analyze.args(["security", "--offline=true", "--no-pager"]).arg(in_tree(unit));
    let said = run(analyze);
    let line = said.lines().find(|line| line.contains("Overall exposure level")).expect("a verdict");
    let score = line.split(':').nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a score");
    score.parse().expect("a number")
}

#[test]
fn whoever_asks_disks_and_serial_lines_may_do_nothing_else() {
    for (unit, rights, devices) in [
        ("systemd/gatehouse-condition.service", "CAP_SYS_ADMIN CAP_SYS_RAWIO", ["block-sd r", "char-nvme r"]),
        ("systemd/gatehouse-serial.service", "", ["char-ttyACM rw", "char-ttyUSB rw"]),
    ] {
        assert!(exposure(unit) <= MOST_EXPOSED, "{unit}");
        assert_eq!(settings(unit, "CapabilityBoundingSet"), [rights], "{unit}");
        assert_eq!(
            (settings(unit, "DevicePolicy"), settings(unit, "DeviceAllow")),
            (vec!["closed".to_owned()], devices.map(str::to_owned).to_vec())
        );
        assert_eq!(
            (settings(unit, "PrivateNetwork"), settings(unit, "NoNewPrivileges")),
            (yes(), yes()),
            "{unit}"
        );
        assert_eq!(settings(unit, "ReadWritePaths"), ["/run/gatehouse-seen"], "{unit}");
    }
}

#[test]
fn whoever_moves_the_box_in_the_network_comes_back_when_killed_and_may_little_else() {
    let unit = "systemd/gatehouse-network.service";
    assert_eq!(settings(unit, "Restart"), ["on-failure"], "the former settings come back");
    assert_eq!(settings(unit, "CapabilityBoundingSet"), ["CAP_SYS_ADMIN CAP_NET_ADMIN CAP_DAC_OVERRIDE"]);
    assert_eq!(settings(unit, "ReadWritePaths"), ["/run /var/lib -/efi/gatehouse"]);
    assert!(exposure(unit) <= 4.5, "a network needs rights over the system");
    assert_eq!(
        settings("systemd/gatehouse-network.path", "PathExists"),
        ["/var/lib/gatehouse/box/network.ini"],
        "and only on the page's wish"
    );
}

/// All values of a setting in a file of units, in their order.
fn settings(path: &str, key: &str) -> Vec<String> {
    let text = text(path).expect("text");
    let values = text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    values.map(str::to_owned).collect()
}

#[test]
fn the_telephone_system_may_hang_a_program_to_the_network_cards_and_nothing_else() {
    let unit = "systemd/gatehouse.service";
    for rights in ["AmbientCapabilities", "CapabilityBoundingSet"] {
        assert_eq!(settings(unit, rights), ["CAP_BPF CAP_NET_ADMIN"], "{rights}");
    }
    assert_eq!(settings(unit, "SystemCallFilter"), ["@system-service", "~@privileged", "bpf"]);
    assert_eq!(settings(unit, "PrivateUsers"), Vec::<String>::new(), "both rights would be void in there");
    assert_eq!((settings(unit, "DynamicUser"), settings(unit, "NoNewPrivileges")), (yes(), yes()));
    // A limit, not a right: enough for one thread of its own.
    assert_eq!(settings(unit, "LimitRTPRIO"), ["30"]);
}

#[test]
fn a_restart_is_told_from_a_stop() {
    assert_eq!(settings("systemd/gatehouse.service", "RestartKillSignal"), ["SIGUSR1"]);
}

fn yes() -> Vec<String> {
    vec!["yes".to_owned()]
}

/// Seconds in `30`, `10s`, `2min`.
fn seconds(text: &str) -> u64 {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let each = match unit {
        "" | "s" => 1,
        "min" => 60,
        "day" => 86_400,
        other => panic!("{other} in {text}"),
    };
    number.parse::<u64>().expect("a number") * each
}

#[test]
fn what_hangs_is_restarted_from_the_inside_out() {
    let one = |path, key| settings(path, key).first().map(|text| seconds(text)).expect(key);
    let daemon = one("systemd/gatehouse.service", "WatchdogSec");
    let manager = "image/skeleton/usr/lib/systemd/system.conf.d/50-gatehouse.conf";
    let hardware = one(manager, "RuntimeWatchdogSec");
    assert!((10..=60).contains(&daemon) && hardware >= daemon, "daemon {daemon} s, hardware {hardware} s");
    assert!(
        one(manager, "RebootWatchdogSec") >= one(manager, "DefaultTimeoutStopSec"),
        "an orderly end comes first"
    );
    assert_eq!(settings("systemd/gatehouse.service", "Restart"), ["always"]);
    assert_eq!(settings("systemd/gatehouse.service", "StartLimitIntervalSec"), ["0"], "it is never given up");
}

#[test]
fn the_sockets_of_two_hundred_calls_outlive_a_restart() {
    let kept = settings("systemd/gatehouse.service", "FileDescriptorStoreMax").pop().expect("a limit");
    assert!(kept.parse::<u32>().expect("a number") >= 200 * 4, "{kept}");
}

#[test]
fn the_journal_stays_small_and_survives_a_restart() {
    let journal = "image/skeleton/usr/lib/systemd/journald.conf.d/50-gatehouse.conf";
    assert_eq!(settings(journal, "Storage"), ["persistent"]);
    for limit in ["SystemMaxUse", "RuntimeMaxUse"] {
        let text = settings(journal, limit).pop().expect(limit);
        assert!(
            text.strip_suffix('M').expect("MiB").parse::<u32>().expect("a number") <= 64,
            "{limit}={text}"
        );
    }
    assert!(settings(journal, "MaxRetentionSec").iter().all(|text| seconds(text) <= 90 * 86_400));
}

#[test]
fn every_unit_begins_with_a_sentence() {
    for path in files().iter().filter(|path| path.starts_with("systemd/")) {
        let text = text(path).expect("text");
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("# ") && first.ends_with('.') && first.len() > 40, "{path}: {first}");
    }
}
