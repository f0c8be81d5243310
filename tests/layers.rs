//! The floors of the house: a crate may lean only on crates of a lower floor, and each heavy package
//! has one home.

use std::collections::HashMap;

use crate::metadata;
use tests::program::in_tree;

const FLOORS: &[&[&str]] = &[
    &["account", "sip", "media", "fax", "sheet"],
    &["billing", "directory", "emergency", "mirror", "provision"],
    &["switchboard"],
    &["backup", "certificates", "release"],
    &["acme", "transport", "relay", "store", "cloud", "sightings", "elsewhere", "alarm", "web", "board"],
    &["appliance", "gatehouse"],
    &["practice"],
    &["tests"],
];

/// Floors below this one are pure: no clock, socket, file, thread, lock or tokio.
const PURE: usize = 3;

/// The only places where a heavy package may be named.
const HOMES: &[(&str, &[&str])] = &[
    ("aead-stream", &["backup"]),
    ("argon2", &["backup", "web"]),
    ("askama", &["web"]),
    ("async-snmp", &["sightings"]),
    ("aya", &["relay"]),
    ("axum", &["web"]),
    ("calamine", &["sheet"]),
    ("chacha20poly1305", &["backup", "store"]),
    ("clap", &["gatehouse", "practice"]),
    ("csv-core", &["sheet"]),
    ("ezk-sip-types", &["tests"]),
    ("hickory-proto", &["acme"]),
    ("hickory-resolver", &["gatehouse"]),
    ("hound", &["media"]),
    ("hyper", &["acme", "cloud", "elsewhere", "practice", "web"]),
    ("hyper-rustls", &["acme", "cloud", "elsewhere"]),
    ("instant-acme", &["acme"]),
    ("jsonwebtoken", &["cloud", "practice"]),
    ("lettre", &["alarm"]),
    ("netlink-packet-route", &["relay", "sightings"]),
    ("nix", &["appliance", "board", "gatehouse", "relay", "transport"]),
    ("prometheus-client", &["web"]),
    ("quick-xml", &["sip"]),
    ("rcgen", &["acme", "certificates", "transport", "practice"]),
    ("rsip", &["sip"]),
    // In the relay another end for its tests.
    ("rtc-dtls", &["media", "relay"]),
    ("rtc-stun", &["media", "relay"]),
    ("rsipstack", &["practice", "tests"]),
    ("rust_xlsxwriter", &["sheet"]),
    ("rusqlite", &["store"]),
    ("rust-embed", &["web"]),
    ("rustls-native-certs", &["gatehouse"]),
    ("sd-notify", &["gatehouse"]),
    ("socket2", &["relay", "transport", "web"]),
    ("sysinfo", &["board"]),
    (
        "tokio",
        &[
            "acme",
            "alarm",
            "board",
            "cloud",
            "elsewhere",
            "gatehouse",
            "practice",
            "sightings",
            "store",
            "transport",
            "web",
        ],
    ),
    ("tokio-rustls", &["transport", "web", "practice"]),
    ("tokio-serial", &["board"]),
    ("toml", &["gatehouse", "tests"]),
    ("tracing-journald", &["gatehouse"]),
    ("tracing-subscriber", &["gatehouse", "practice"]),
    ("webauthn_rp", &["web"]),
];

/// Each crate with the names it depends on, for whatever reason.
fn arrows() -> HashMap<String, Vec<String>> {
    let names = |list: &serde_json::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let meta = metadata(&["--no-deps", "--offline"]);
    let packages = meta["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|one| (one["name"].as_str().unwrap().to_owned(), names(&one["dependencies"])))
        .collect()
}

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|crates| crates.contains(&name))
}

#[test]
fn every_arrow_points_down() {
    let mut wrong = vec![];
    for (name, arrows) in arrows() {
        let here = floor(&name).unwrap_or_else(|| panic!("{name} has no floor"));
        wrong.extend(arrows.iter().filter(|to| floor(to) >= Some(here)).map(|to| format!("{name} -> {to}")));
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn each_heavy_package_is_named_at_home_only() {
    let arrows = arrows();
    let mut wrong = vec![];
    for (package, homes) in HOMES {
        let strangers = arrows
            .iter()
            .filter(|(name, to)| to.iter().any(|one| one == package) && !homes.contains(&name.as_str()));
        wrong.extend(strangers.map(|(name, _)| format!("{name} -> {package}")));
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// clippy takes the nearest `clippy.toml` and does not merge: one beside a pure crate would let the
/// clock in.
#[test]
fn pure_crates_live_under_the_rules_of_the_daemon_folder() {
    for name in FLOORS.iter().take(PURE).flat_map(|crates| crates.iter()) {
        let own = in_tree(&format!("daemon/{name}/clippy.toml"));
        assert!(!own.exists(), "{} hides daemon/clippy.toml", own.display());
    }
    assert!(in_tree("daemon/clippy.toml").exists());
}
