//! HDMI and serial: the only way to see the box before it has an address.

use std::fs;
use std::io::Write as _;
use std::net::IpAddr;
use std::process::ExitCode;
use std::time::Duration;

use appliance::{Facts, code_on, draw};

use crate::mend::{Damage, lately};
use crate::place::Place;

/// How soon a plugged cable shows.
const ROUND: Duration = Duration::from_secs(2);

/// Draws the screen whenever something on it changes, for ever.
pub(crate) fn show_for_ever(place: &Place) -> ExitCode {
    let mut shown = None;
    loop {
        let facts = facts(place);
        if shown.as_ref() != Some(&facts) {
            let text = draw(&facts).replace('\n', "\r\n");
            for mut console in place.consoles() {
                let _ = console.write_all(text.as_bytes());
            }
            shown = Some(facts);
        }
        std::thread::sleep(ROUND);
    }
}

/// Instead of an emergency shell: says what is broken and what to do, then tries again.
pub(crate) fn trouble(place: &Place) -> ExitCode {
    let failed = place.told("systemctl", ["list-units", "--failed", "--no-legend", "--plain"]);
    let units: Vec<&str> = failed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    place.say("\r\n  GATEHOUSE CANNOT START");
    place.say(&format!("  {}", advice(&units)));
    place.say(&format!(
        "  Failed: {}",
        if units.is_empty() { "a disk that is not there".to_owned() } else { units.join(", ") }
    ));
    units.iter().flat_map(|unit| last_words(place, unit)).for_each(|line| place.say(&format!("    {line}")));
    place.say("  The box tries again in one minute.");
    std::thread::sleep(Duration::from_secs(60));
    let _ = place.command("systemctl", ["reboot", "--force"]).status();
    ExitCode::FAILURE
}

/// For whoever is read this over the telephone.
fn last_words(place: &Place, unit: &str) -> Vec<String> {
    let log = place.told("journalctl", ["-b", "-u", unit, "-n", "3", "-o", "cat", "--no-pager"]);
    log.lines().map(|line| line.chars().take(160).collect()).collect()
}

fn advice(failed: &[&str]) -> &'static str {
    let has = |name: &str| failed.iter().any(|unit| unit.contains(name));
    if has("systemd-repart") || has("gatehouse-mend") || has("var.mount") || failed.is_empty() {
        "The disk is too small or broken: it needs 2 GB or more. Use another one and flash it again."
    } else if has("efi.mount") {
        "The boot partition cannot be read. Flash the disk again; the data on it stays if only the first two partitions are written."
    } else {
        "A part of the system failed. Switch the box off and on; if it stays, flash it again."
    }
}

fn facts(place: &Place) -> Facts {
    // What the telephone system says to whoever stands before the box.
    let said = fs::read_to_string(place.for_now().join("console")).unwrap_or_default();
    let (code, fingerprint) = code_on(&said);
    let result = fs::read_to_string(place.for_now().join("notes")).unwrap_or_default();
    let notes = result.lines().map(str::to_owned).chain(place.what_failed());
    let notes = notes.chain(lately(place).map(Damage::sentence)).collect();
    let name = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
    Facts { version: place.running().to_string(), name, addresses: addresses(), code, fingerprint, notes }
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
