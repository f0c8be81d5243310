//! HDMI and serial: the only way to see the box before it has an address.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::IpAddr;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use appliance::{Facts, code_on, draw};

use crate::place::{self, FOR_NOW};

/// How soon a plugged cable shows.
const ROUND: Duration = Duration::from_secs(2);
/// What the telephone system says to whoever stands before the box.
const SAID: &str = "/run/gatehouse-box/console";

/// One line on every console.
pub(crate) fn say(line: &str) {
    for mut console in consoles() {
        let _ = writeln!(console, "{line}\r");
    }
}

/// Draws the screen whenever something on it changes, for ever.
pub(crate) fn show_for_ever() -> ExitCode {
    let mut shown = None;
    loop {
        let facts = facts();
        if shown.as_ref() != Some(&facts) {
            let text = draw(&facts).replace('\n', "\r\n");
            for mut console in consoles() {
                let _ = console.write_all(text.as_bytes());
            }
            shown = Some(facts);
        }
        std::thread::sleep(ROUND);
    }
}

/// Instead of an emergency shell: says what is broken and what to do, then tries again.
pub(crate) fn trouble() -> ExitCode {
    let failed =
        Command::new("systemctl").args(["list-units", "--failed", "--no-legend", "--plain"]).output();
    let failed = failed.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default();
    let units: Vec<&str> = failed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    say("\r\n  GATEHOUSE CANNOT START");
    say(&format!("  {}", advice(&units)));
    say(&format!(
        "  Failed: {}",
        if units.is_empty() { "a disk that is not there".to_owned() } else { units.join(", ") }
    ));
    units.iter().flat_map(|unit| last_words(unit)).for_each(|line| say(&format!("    {line}")));
    say("  The box tries again in one minute.");
    std::thread::sleep(Duration::from_secs(60));
    let _ = Command::new("systemctl").args(["reboot", "--force"]).status();
    ExitCode::FAILURE
}

/// For whoever is read this over the telephone.
fn last_words(unit: &str) -> Vec<String> {
    let log =
        Command::new("journalctl").args(["-b", "-u", unit, "-n", "3", "-o", "cat", "--no-pager"]).output();
    let log = log.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default();
    log.lines().map(|line| line.chars().take(160).collect()).collect()
}

fn advice(failed: &[&str]) -> &'static str {
    let has = |name: &str| failed.iter().any(|unit| unit.contains(name));
    if has("systemd-repart") || has("var.mount") || failed.is_empty() {
        "The disk is too small or broken: it needs 2 GB or more. Use another one and flash it again."
    } else if has("efi.mount") {
        "The boot partition cannot be read. Flash the disk again; the data on it stays if only the first two partitions are written."
    } else {
        "A part of the system failed. Switch the box off and on; if it stays, flash it again."
    }
}

fn facts() -> Facts {
    let said = fs::read_to_string(SAID).unwrap_or_default();
    let (code, fingerprint) = code_on(&said);
    let result = fs::read_to_string(Path::new(FOR_NOW).join("notes")).unwrap_or_default();
    let notes = result.lines().map(str::to_owned).chain(place::what_failed()).collect();
    let name = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
    Facts { version: place::running().to_string(), name, addresses: addresses(), code, fingerprint, notes }
}

/// Those a browser in the house can reach.
fn addresses() -> Vec<IpAddr> {
    let Ok(interfaces) = nix::ifaddrs::getifaddrs() else { return Vec::new() };
    let all = interfaces.filter_map(|interface| {
        let address = interface.address?;
        let v4 = address.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
        v4.or_else(|| {
            address
                .as_sockaddr_in6()
                .map(|v6| v6.ip())
                .filter(|v6| !v6.is_unicast_link_local())
                .map(IpAddr::V6)
        })
    });
    let mut found: Vec<IpAddr> = all.filter(|address| !address.is_loopback()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// `tty0` is whatever is in front; our text belongs on the first.
fn consoles() -> Vec<File> {
    let active = fs::read_to_string("/sys/class/tty/console/active").unwrap_or_default();
    let names = active.split_whitespace().map(|name| if name == "tty0" { "tty1" } else { name });
    names.filter_map(|name| File::options().write(true).open(Path::new("/dev").join(name)).ok()).collect()
}
