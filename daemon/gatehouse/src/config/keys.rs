//! Every key there is. An unknown one is refused with the nearest of these.

/// Keys outside any section.
pub(super) const TOP: Section = Section { name: "", keys: &["data"] };

/// A section and what may stand in it.
pub(super) struct Section {
    pub name: &'static str,
    pub keys: &'static [&'static str],
}

/// All sections.
pub(super) const SECTIONS: &[Section] = &[
    Section {
        name: "sip",
        keys: &[
            "listen",
            "domains",
            "certificate",
            "key",
            "phone_certificates",
            "phone_authorities",
            "login",
            "origins",
        ],
    },
    Section { name: "media", keys: &["address", "ports", "fast_path", "hold_music"] },
    Section { name: "voicemail", keys: &["enabled", "longest_message", "language", "keep_days", "most_mb"] },
    Section { name: "web", keys: &["https", "http", "sign_in"] },
    Section {
        name: "cloud",
        keys: &[
            "api",
            "token_id",
            "token_file",
            "login",
            "client_id",
            "client_secret_file",
            "redirect",
            "authorities",
        ],
    },
    Section {
        name: "trunk",
        keys: &[
            "mode",
            "server",
            "user",
            "password_file",
            "presents",
            "carries",
            "calls",
            "numbers",
            "shows",
            "rings",
            "dial_in",
            "authorities",
            "drill",
            "detour",
            "detour_after",
            "echo",
            "name_servers",
            "backup",
        ],
    },
    Section {
        name: "outgoing",
        keys: &[
            "country",
            "area_code",
            "outside_digit",
            "blocked",
            "not_carried",
            "flat_rate",
            "uplink_calls",
            "uplink_kbit",
            "guard",
            "guard_person",
            "guard_abroad",
            "guard_premium",
            "guard_house",
            "night",
            "zone",
            "night_divides_by",
        ],
    },
    Section {
        name: "emergency",
        keys: &[
            "exit_digit",
            "rehearsal",
            "dry_run",
            "dry_run_to",
            "commissioned",
            "backup",
            "strangers",
            "alarm",
            "alarm_calls",
            "networks",
            "remote",
            "abroad",
            "place_to",
            "priority_to",
            "letters",
            "strobe",
            "look_every",
            "leases",
            "dhcp",
            "dhcp_from",
            "radius",
            "radius_from",
            "radius_secret_file",
            "held",
            "lost",
            "switch",
        ],
    },
    Section { name: "mail", keys: &["server", "user", "password_file", "from"] },
    Section {
        name: "acme",
        keys: &[
            "names",
            "directory",
            "contact",
            "server",
            "zone",
            "key_name",
            "key_algorithm",
            "key_file",
            "authorities",
        ],
    },
    Section { name: "provisioning", keys: &["url", "vendor"] },
    Section { name: "updates", keys: &["feed", "install", "keys"] },
    Section { name: "log", keys: &["level"] },
];

/// Tables of which there may be several, each with the section it stands in and its key there.
pub(super) const LISTS: &[(&str, &str, Section)] = &[
    (
        "web",
        "sign_in",
        Section {
            name: "web.sign_in",
            keys: &[
                "name",
                "title",
                "issuer",
                "client_id",
                "client_secret_file",
                "redirect",
                "claim",
                "private",
            ],
        },
    ),
    (
        "trunk",
        "backup",
        Section {
            name: "trunk.backup",
            keys: &[
                "name",
                "by",
                "server",
                "user",
                "password_file",
                "presents",
                "calls",
                "numbers",
                "shows",
                "rings",
                "dial_in",
            ],
        },
    ),
    (
        "emergency",
        "switch",
        Section {
            name: "emergency.switch",
            keys: &[
                "address",
                "name",
                "community_file",
                "user",
                "auth",
                "auth_file",
                "privacy",
                "privacy_file",
            ],
        },
    ),
    ("provisioning", "vendor", Section { name: "provisioning.vendor", keys: &["name", "url"] }),
    ("sip", "login", Section { name: "sip.login", keys: &["user", "networks", "encrypted", "srtp"] }),
];

/// The known key most like `unknown`, when one is near enough to be meant (a third of its letters wrong at most, or two).
pub(super) fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let best = known.map(|key| (strsim::damerau_levenshtein(unknown, key), key)).min()?;
    (best.0 <= 2.max(best.1.len() / 3)).then_some(best.1)
}
