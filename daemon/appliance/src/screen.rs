//! What the box shows on its screen: where its page is, and the one word that lets the installer in.

use std::fmt::Write as _;
use std::net::IpAddr;

/// The port of the page.
const PAGE: u16 = 8443;

/// What is known now.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// Of the software.
    pub version: String,
    /// Of the box in the network, `gatehouse-1a2b`.
    pub name: String,
    /// Where it can be reached.
    pub addresses: Vec<IpAddr>,
    /// Until the admin has chosen a password.
    pub code: Option<String>,
    /// Of the root certificate, for comparison in the browser.
    pub fingerprint: Option<String>,
    /// What the installer should know, such as an update that went wrong.
    pub notes: Vec<String>,
}

/// The whole screen as lines of text.
#[must_use]
pub fn draw(facts: &Facts) -> String {
    let mut text = format!("\n  GATEHOUSE {}\n\n", facts.version);
    // Writing to a string does not fail.
    if facts.addresses.is_empty() {
        text +=
            "  Waiting for the network: is the cable plugged in? (DHCP, or network.ini in the drop zone)\n";
    }
    for address in &facts.addresses {
        let _ = match address {
            IpAddr::V4(address) => writeln!(text, "  Page:         https://{address}:{PAGE}/"),
            IpAddr::V6(address) => writeln!(text, "  Page:         https://[{address}]:{PAGE}/"),
        };
    }
    let _ = writeln!(text, "  Name:         {}.local", facts.name);
    if let Some(code) = &facts.code {
        let _ = writeln!(text, "  Set-up code:  {code}");
    }
    if let Some(fingerprint) = &facts.fingerprint {
        let _ = writeln!(text, "  Certificate:  {fingerprint}");
    }
    for note in &facts.notes {
        let _ = writeln!(text, "\n  ! {note}");
    }
    text
}

/// The set-up code and the certificate's fingerprint, from what the telephone system says on its console.
#[must_use]
pub fn code_on(console: &str) -> (Option<String>, Option<String>) {
    let after = |what: &str| {
        let said = console.lines().rev().find_map(|line| line.strip_prefix(what))?;
        Some(said.trim().chars().take(100).collect())
    };
    (after("set-up code: "), after("root certificate: "))
}

#[cfg(test)]
mod tests {
    use super::{Facts, code_on, draw};

    #[test]
    fn the_installer_finds_page_and_code() {
        let (code, fingerprint) =
            code_on("set-up code: 7KQ4-M2XR-9TDB\npage: https://localhost:8443/\nroot certificate: AB:CD\n");
        let addresses = vec!["192.168.1.20".parse().unwrap()];
        let facts = Facts {
            version: "1.2.3".into(),
            name: "gatehouse-1a2b".into(),
            addresses,
            code,
            fingerprint,
            notes: vec![],
        };
        let text = draw(&facts);
        for said in [
            "GATEHOUSE 1.2.3",
            "https://192.168.1.20:8443/",
            "gatehouse-1a2b.local",
            "7KQ4-M2XR-9TDB",
            "AB:CD",
        ] {
            assert!(text.contains(said), "{said} in {text}");
        }
        assert!(!text.contains("Waiting"));
    }

    #[test]
    fn without_an_address_it_says_what_it_waits_for() {
        let facts = Facts { notes: vec!["version 2.0.0 failed".into()], ..Facts::default() };
        let text = draw(&facts);
        assert!(
            text.contains("Waiting for the network")
                && text.contains("! version 2.0.0 failed")
                && !text.contains("code")
        );
    }
}
