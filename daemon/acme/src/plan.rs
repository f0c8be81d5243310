//! What the admin wants, checked before anybody is asked.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hickory_proto::rr::Name;
use hickory_proto::rr::rdata::tsig::TsigAlgorithm;
use zeroize::Zeroizing;

/// More names than this are no box's.
const MOST_NAMES: usize = 8;
/// A host name has at most so many letters (RFC 1035 2.3.4).
const LONGEST_NAME: usize = 253;
/// The authority that everybody trusts and that costs nothing.
pub(crate) const DIRECTORY: &str = "https://acme-v02.api.letsencrypt.org/directory";
const LONGEST_DIRECTORY: usize = 500;
/// A key has at least 128 bits and at most what a block of the longest hash takes, in bytes.
const KEY: std::ops::RangeInclusive<usize> = 16..=128;

/// As it stands in the configuration.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Host names, such as `telefon.buero.example`.
    pub names: Vec<String>,
    /// Address of the authority's directory; empty for Let's Encrypt.
    pub directory: String,
    /// Whom the authority may write to; empty for nobody.
    pub contact: String,
    /// The zone's first name server, which takes changes.
    pub server: Option<SocketAddr>,
    /// The zone that is changed; empty for the parent of the first name.
    pub zone: String,
    /// Name of the key that the server knows.
    pub key_name: String,
    /// `hmac-sha256`, `hmac-sha384` or `hmac-sha512`.
    pub key_algorithm: String,
}

/// What is followed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    pub(crate) names: Vec<String>,
    pub(crate) directory: String,
    pub(crate) contact: Option<String>,
    pub(crate) server: SocketAddr,
    pub(crate) zone: Name,
    key_name: Name,
    algorithm: TsigAlgorithm,
}

/// The key for changes of the zone (RFC 8945). It is nowhere shown.
#[derive(Clone)]
pub struct Tsig {
    pub(crate) name: Name,
    pub(crate) algorithm: TsigAlgorithm,
    pub(crate) key: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Tsig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tsig").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Why it cannot be followed; whoever wrote it can mend every one of these. Each names its key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{why}")]
pub struct PlanRefused {
    /// The key of the configuration.
    pub key: &'static str,
    /// What to write there.
    pub why: &'static str,
}

impl Plan {
    /// Reads what is wanted; `None` when no name is.
    ///
    /// # Errors
    /// [`PlanRefused`] for the first value that cannot be followed.
    pub fn read(wanted: &Wanted) -> Result<Option<Self>, PlanRefused> {
        let refused = |key, why| move || PlanRefused { key, why };
        if wanted.names.is_empty() {
            return Ok(None);
        }
        let names: Option<Vec<String>> = wanted.names.iter().map(|name| host(name)).collect();
        let names = names.filter(|names| names.len() <= MOST_NAMES).ok_or_else(refused(
            "names",
            "up to eight full host names such as \"telefon.buero.example\", no addresses and no asterisks",
        ))?;
        let directory = if wanted.directory.is_empty() { DIRECTORY } else { &wanted.directory };
        if !directory.starts_with("https://") || directory.len() > LONGEST_DIRECTORY || spaced(directory) {
            return Err(refused("directory", "the https address of an ACME directory")());
        }
        let contact = Some(wanted.contact.trim().to_owned()).filter(|contact| !contact.is_empty());
        if contact.as_ref().is_some_and(|it| !it.contains('@') || spaced(it) || it.len() > LONGEST_NAME) {
            return Err(refused("contact", "an address for mail")());
        }
        let server =
            wanted.server.ok_or_else(refused("server", "address and port of the zone's name server"))?;
        let parent = names.first().and_then(|name| name.split_once('.')).map_or("", |(_, parent)| parent);
        let zone = if wanted.zone.is_empty() { parent } else { &wanted.zone };
        let zone = host(zone).ok_or_else(refused("zone", "the zone that the name server keeps"))?;
        let algorithm = match wanted.key_algorithm.as_str() {
            "" | "hmac-sha256" => TsigAlgorithm::HmacSha256,
            "hmac-sha384" => TsigAlgorithm::HmacSha384,
            "hmac-sha512" => TsigAlgorithm::HmacSha512,
            _ => return Err(refused("key_algorithm", "hmac-sha256, hmac-sha384 or hmac-sha512")()),
        };
        let key_name = Some(wanted.key_name.as_str()).filter(|name| !name.is_empty() && !spaced(name));
        let key_name = key_name
            .and_then(full)
            .ok_or_else(refused("key_name", "the name that the server knows the key by"))?;
        let zone = full(&zone).ok_or_else(refused("zone", "the zone that the name server keeps"))?;
        Ok(Some(Self { names, directory: directory.to_owned(), contact, server, zone, key_name, algorithm }))
    }

    /// The names that are asked for, in small letters.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// With the key itself, in base64 as name servers' programs make it.
    ///
    /// # Errors
    /// [`PlanRefused`] when that is no key.
    pub fn key(&self, base64: &str) -> Result<Tsig, PlanRefused> {
        let why = "a file with the key in base64, 16 to 128 bytes of it";
        let refused = PlanRefused { key: "key_file", why };
        let key = Zeroizing::new(STANDARD.decode(base64.trim().as_bytes()).map_err(|_| refused)?);
        if !KEY.contains(&key.len()) {
            return Err(refused);
        }
        Ok(Tsig { name: self.key_name.clone(), algorithm: self.algorithm.clone(), key })
    }

    /// Where the proof for a name is written: below the name itself, when the zone holds that, otherwise as `name.zone`, to which
    /// `_acme-challenge.name` must point by a CNAME.
    pub(crate) fn record(&self, name: &str) -> Option<Name> {
        let usual = full(&format!("_acme-challenge.{name}"))?;
        if self.zone.zone_of(&usual) {
            return Some(usual);
        }
        let mut below = full(name)?;
        below.set_fqdn(false);
        below.append_domain(&self.zone).ok()
    }
}

fn full(name: &str) -> Option<Name> {
    let mut name = Name::from_ascii(name).ok()?;
    name.set_fqdn(true);
    Some(name)
}

fn spaced(text: &str) -> bool {
    text.chars().any(|sign| sign.is_whitespace() || sign.is_control())
}

/// In small letters, without the last dot; `None` for what is no host name of several labels (RFC 1123 2.1).
fn host(name: &str) -> Option<String> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let numbered = last.bytes().all(|byte| byte.is_ascii_digit());
    let fits = name.len() <= LONGEST_NAME && name.contains('.') && name.split('.').all(label) && !numbered;
    fits.then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Plan, PlanRefused, Wanted};

    type Spoil = fn(&mut Wanted);

    fn wanted() -> Wanted {
        Wanted {
            names: vec!["Telefon.Buero.Example.".to_owned()],
            server: Some(([127, 0, 0, 1], 53).into()),
            key_name: "box".to_owned(),
            ..Wanted::default()
        }
    }

    #[test]
    fn nothing_is_asked_for_unless_a_name_is() {
        assert!(Plan::read(&Wanted::default()).unwrap().is_none());
        let plan = Plan::read(&wanted()).unwrap().unwrap();
        assert_eq!(plan.names(), ["telefon.buero.example"]);
        assert_eq!(
            (plan.zone.to_ascii().as_str(), plan.directory.as_str()),
            ("buero.example.", super::DIRECTORY)
        );
    }

    #[test]
    fn what_cannot_be_followed_names_its_key() {
        let cases: [(&str, Spoil); 9] = [
            ("names", |it| it.names = vec!["192.0.2.1".to_owned()]),
            ("names", |it| it.names = vec!["*.buero.example".to_owned()]),
            ("names", |it| it.names = vec!["box".to_owned()]),
            ("directory", |it| it.directory = "http://ca.example/directory".to_owned()),
            ("contact", |it| it.contact = "nobody".to_owned()),
            ("server", |it| it.server = None),
            ("zone", |it| it.zone = "no zone".to_owned()),
            ("key_name", |it| it.key_name = String::new()),
            ("key_algorithm", |it| it.key_algorithm = "hmac-md5".to_owned()),
        ];
        for (key, spoil) in cases {
            let mut wanted = wanted();
            spoil(&mut wanted);
            assert_eq!(Plan::read(&wanted).map(drop).map_err(|PlanRefused { key, .. }| key), Err(key));
        }
    }

    #[test]
    fn a_zone_that_holds_the_name_is_changed_below_it_and_another_one_under_the_name_as_a_whole() {
        let mut wanted = wanted();
        let record = |wanted: &Wanted| {
            Plan::read(wanted).unwrap().unwrap().record("telefon.buero.example").unwrap().to_ascii()
        };
        assert_eq!(record(&wanted), "_acme-challenge.telefon.buero.example.");
        wanted.zone = "proofs.example".to_owned();
        assert_eq!(record(&wanted), "telefon.buero.example.proofs.example.");
    }

    #[test]
    fn a_key_is_taken_as_its_makers_write_it_and_never_shown() {
        let plan = Plan::read(&wanted()).unwrap().unwrap();
        let key = plan.key("c2VjcmV0LXNlY3JldC1zZWNyZXQ=\n").unwrap();
        assert_eq!(key.key.as_slice(), b"secret-secret-secret");
        assert!(!format!("{key:?}").contains("secret"));
        for wrong in ["", "c2hvcnQ=", "not base64!"] {
            assert_eq!(plan.key(wrong).map(drop).map_err(|refused| refused.key), Err("key_file"), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_followed_or_refused(
            name in ".{0,300}", zone in ".{0,80}", key_name in ".{0,80}", directory in ".{0,80}"
        ) {
            let wanted = Wanted { names: vec![name], zone, key_name, directory, ..wanted() };
            if let Ok(Some(plan)) = Plan::read(&wanted) {
                prop_assert!(plan.names.iter().all(|name| plan.record(name).is_none_or(|it| plan.zone.zone_of(&it))));
            }
        }
    }
}
