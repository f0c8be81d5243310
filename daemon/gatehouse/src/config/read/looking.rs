//! `[[emergency.switch]]` and `[emergency] leases`, `dhcp`, `radius`: who is asked where telephones hang, and who is listened to.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use sightings::{AuthKind, Form, LeaseFile, PrivacyKind};
use toml::Spanned;

use super::{Page, Part};
use crate::config::{AskedSwitch, Ear, Looking, SwitchAccess};

/// More switches than a box looks after.
const MOST_SWITCHES: usize = 128;
/// Files of leases that are read.
const MOST_FILES: usize = 16;
/// How often, unless told otherwise, and the limits, in seconds.
const EVERY: u64 = 60;
const SHORTEST: u64 = 5;
const LONGEST: u64 = 3600;
/// SNMP's own port (RFC 3417 3.1).
const SNMP: u16 = 161;
/// Longest name of a switch.
const LONGEST_NAME: usize = 64;

const FORMS: [(&str, Form); 3] = [("dnsmasq", Form::Dnsmasq), ("kea", Form::Kea), ("isc", Form::Isc)];
const SIGNED: [(&str, AuthKind); 4] = [
    ("sha256", AuthKind::Sha256),
    ("sha512", AuthKind::Sha512),
    ("sha1", AuthKind::Sha1),
    ("md5", AuthKind::Md5),
];
const HIDDEN: [(&str, PrivacyKind); 3] =
    [("aes128", PrivacyKind::Aes128), ("aes256", PrivacyKind::Aes256), ("des", PrivacyKind::Des)];

impl<'t> Page<'t> {
    pub(super) fn looking(&mut self, part: Part<'t>) -> Looking {
        let secret_file = self.text(part, "radius_secret_file", "");
        let secret_file = (!secret_file.is_empty()).then(|| PathBuf::from(secret_file));
        if part.value("radius").is_some() && secret_file.is_none() {
            let reason =
                "name the file with the secret as well: radius_secret_file = \"/etc/...\"".to_owned();
            self.problem_at(part, "radius", reason);
        }
        let dhcp = self.ear(part, ("dhcp", "dhcp_from"), "emergency.dhcp_from", None);
        let radius = self.ear(part, ("radius", "radius_from"), "emergency.radius_from", secret_file);
        Looking {
            switches: self.switches(part),
            leases: self.lease_files(part),
            ears: dhcp.into_iter().chain(radius).collect(),
            every: self.every(part),
        }
    }

    fn ear(
        &mut self,
        part: Part<'t>,
        (key, from): (&str, &str),
        name: &'static str,
        secret_file: Option<PathBuf>,
    ) -> Option<Ear> {
        part.value(key)?;
        let text = self.text(part, key, "");
        let from = self.nets(part, from, name);
        if from.is_empty() {
            let reason = format!(
                "name who may send there: {} = [\"192.0.2.0/24\"]",
                name.trim_start_matches("emergency.")
            );
            self.problem_at(part, key, reason);
        }
        let at: Option<SocketAddr> = text.parse().ok();
        if at.is_none() {
            self.problem_at(
                part,
                key,
                format!("{text:?} is no address with a port, such as \"0.0.0.0:1813\""),
            );
        }
        Some(Ear { at: at?, from, secret_file })
    }

    fn every(&mut self, part: Part<'t>) -> Duration {
        let Some(value) = part.value("look_every") else { return Duration::from_secs(EVERY) };
        let seconds = value.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
        match seconds {
            Some(seconds @ SHORTEST..=LONGEST) => Duration::from_secs(seconds),
            _ => {
                let reason = format!("a number of seconds from {SHORTEST} to {LONGEST} is wanted here");
                self.problem_at(part, "look_every", reason);
                Duration::from_secs(EVERY)
            }
        }
    }

    fn lease_files(&mut self, part: Part<'t>) -> Vec<LeaseFile> {
        let texts = self.texts(part, "leases", &[]);
        if texts.len() > MOST_FILES {
            self.problem_at(part, "leases", format!("more than {MOST_FILES} files"));
        }
        let mut files = Vec::new();
        for text in texts.iter().take(MOST_FILES) {
            let read = text.split_once(':').and_then(|(form, path)| {
                let (_, form) = FORMS.iter().find(|(word, _)| *word == form)?;
                (!path.is_empty()).then(|| LeaseFile { path: path.into(), form: *form })
            });
            match read {
                Some(file) => files.push(file),
                None => {
                    let like =
                        "write for example \"dnsmasq:/var/lib/misc/dnsmasq.leases\" (dnsmasq, kea or isc)";
                    self.problem_at(part, "leases", format!("{text:?} is no file of leases; {like}"));
                }
            }
        }
        files
    }

    fn switches(&mut self, part: Part<'t>) -> Vec<AskedSwitch> {
        let all = part.value("switch").and_then(|value| value.get_ref().as_array());
        let tables: Vec<_> = all.into_iter().flatten().filter_map(|one| one.get_ref().as_table()).collect();
        if tables.len() > MOST_SWITCHES {
            self.problem_at(part, "switch", format!("more than {MOST_SWITCHES} switches"));
        }
        let each = tables.into_iter().take(MOST_SWITCHES);
        each.filter_map(|table| self.switch(Part { name: "emergency.switch", table: Some(table) })).collect()
    }

    fn switch(&mut self, part: Part<'t>) -> Option<AskedSwitch> {
        let begins = part.table.and_then(|table| table.keys().next()).map(Spanned::span).unwrap_or_default();
        let address = self.text(part, "address", "");
        if address.is_empty() || address.contains(char::is_whitespace) {
            let reason = "name the switch, such as address = \"192.0.2.2\"";
            self.problem(&begins, "emergency.switch.address", reason.to_owned());
            return None;
        }
        let name = self.text(part, "name", "");
        if name.chars().count() > LONGEST_NAME || name.contains('|') || name.chars().any(char::is_control) {
            self.problem_at(part, "name", format!("at most {LONGEST_NAME} characters, and no |"));
        }
        let mut file =
            |key| Some(self.text(part, key, "")).filter(|path| !path.is_empty()).map(PathBuf::from);
        let (community, auth, privacy) = (file("community_file"), file("auth_file"), file("privacy_file"));
        let user = self.text(part, "user", "");
        let access = match (community, auth, user.is_empty()) {
            (Some(file), None, true) => SwitchAccess::Community(file),
            (None, Some(auth), false) => SwitchAccess::User {
                name: user,
                auth: (self.choice(part, "auth", AuthKind::Sha256, &SIGNED), auth),
                privacy: privacy
                    .map(|file| (self.choice(part, "privacy", PrivacyKind::Aes128, &HIDDEN), file)),
            },
            _ => {
                let reason = "write either community_file (SNMP v2c), or user and auth_file (SNMP v3)";
                self.problem(&begins, "emergency.switch", reason.to_owned());
                return None;
            }
        };
        let address = if has_port(&address) { address } else { format!("{address}:{SNMP}") };
        Some(AskedSwitch { address, name: Some(name).filter(|name| !name.is_empty()), access })
    }
}

/// Whether a host is followed by a port; an IPv6 address needs brackets for that.
fn has_port(address: &str) -> bool {
    let port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    address
        .rsplit_once(':')
        .is_some_and(|(host, last)| port(last) && (!host.contains(':') || host.ends_with(']')))
}
