//! `[[sip.login]]`: where a single login may be used from.

use media::sdp::Security;
use switchboard::{Access, Rule};
use toml::Spanned;
use toml::de::DeValue;

use super::{Page, Part};

/// Whether its voice is closed.
const SRTP: [(&str, Option<Security>); 3] = [
    ("optional", Some(Security::Optional)),
    ("required", Some(Security::Required)),
    ("off", Some(Security::Off)),
];
/// What to write instead.
const EXAMPLE: &str = "write for example networks = [\"192.168.178.0/24\"]";

impl<'t> Page<'t> {
    /// Every rule; one that cannot be followed is a problem, never a rule that lets everybody in.
    pub(super) fn access(&mut self, sip: Part<'t>) -> Access {
        let all = sip.value("login").and_then(|value| value.get_ref().as_array());
        let tables = all.into_iter().flat_map(|all| all.iter()).filter_map(|one| {
            let table = one.get_ref().as_table()?;
            Some((one.span(), Part { name: "sip.login", table: Some(table) }))
        });
        let mut access = Access::default();
        for (span, part) in tables {
            match self.text(part, "user", "").parse() {
                Ok(user) => {
                    let rule = Rule {
                        networks: self.networks(part),
                        encrypted: self.flag(part, "encrypted"),
                        srtp: self.choice(part, "srtp", None, &SRTP),
                    };
                    access.set(user, rule);
                }
                Err(_) => {
                    let reason = "name the SIP id that the rule is for, such as user = \"7654321e0\"";
                    self.problem(&span, "sip.login.user", reason.to_owned());
                }
            }
        }
        access
    }

    fn networks(&mut self, part: Part<'t>) -> Vec<ipnet::IpNet> {
        let span = part.value("networks").map(Spanned::span).unwrap_or_default();
        let empty = part.value("networks").map(Spanned::get_ref).and_then(DeValue::as_array);
        if empty.is_some_and(|all| all.is_empty()) {
            self.problem(&span, "sip.login.networks", format!("no network is left; {EXAMPLE}"));
        }
        self.nets(part, "networks", "sip.login.networks")
    }

    /// Networks; one that cannot be read is a problem under this name.
    pub(super) fn nets(&mut self, part: Part<'t>, key: &str, name: &'static str) -> Vec<ipnet::IpNet> {
        let span = part.value(key).map(Spanned::span).unwrap_or_default();
        let written = self.texts(part, key, &[]);
        let mut read = Vec::new();
        for text in written {
            match text.parse() {
                Ok(network) => read.push(network),
                Err(_) => self.problem(&span, name, format!("{text:?} is no network; {EXAMPLE}")),
            }
        }
        read
    }
}
