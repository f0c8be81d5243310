//! A root that browsers and phones trust once, and the leaf that is renewed under it.
//!
//! The directory holds `root.crt` (give it to browsers), `root.key` and `leaf.json` (both mode 0600).
//! The root may only vouch for names and addresses of a house (RFC 5280 4.2.1.10), so a stolen box
//! cannot pretend to be a bank.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::house;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Ten years: longer than a box stays in its cupboard.
const ROOT_LIFE: Duration = Duration::from_secs(3652 * 24 * 60 * 60);
/// Browsers refuse leaves of 398 days and more; ninety days keep renewal an everyday thing.
const LEAF_LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// A leaf with less left is renewed.
const RENEW_BELOW: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// 2026-01-01T00:00:00Z: a clock that says less was never set.
const EARLIEST: Duration = Duration::from_secs(1_767_225_600);

/// SHA-256 of the root certificate, to compare by eye: `Display` prints `3F:2A:...` as browsers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            if place > 0 {
                out.write_str(":")?;
            }
            write!(out, "{byte:02X}")?;
        }
        Ok(())
    }
}

/// The certificates could not be made or read. Always the box's fault; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CertificateFailed {
    /// A file or the directory cannot be used.
    #[error(
        "{path}: {cause}; make sure that the daemon's user owns this directory and that the disk is not full"
    )]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A file is there but makes no sense.
    #[error(
        "{path} is damaged; restore it from the backup, or delete the directory's files: a new root is made, which every browser must trust again"
    )]
    Damaged {
        /// Which one.
        path: PathBuf,
    },
    /// A configured host name cannot stand in a certificate.
    #[error("`{name}` is not a host name; use letters, digits, dots and hyphens")]
    Name {
        /// The name as configured.
        name: String,
    },
    /// The cryptographic library refused.
    #[error("the certificate could not be made: {cause}")]
    Crypto {
        /// What it said.
        cause: String,
    },
}

impl From<rcgen::Error> for CertificateFailed {
    fn from(cause: rcgen::Error) -> Self {
        Self::Crypto { cause: cause.to_string() }
    }
}

/// The root of this box and the directory it lives in.
#[derive(Debug)]
pub struct Root {
    dir: PathBuf,
    key: KeyPair,
    pem: String,
    der: CertificateDer<'static>,
}

/// What `leaf.json` holds: one file, so that key, certificate and their facts cannot come apart.
#[derive(Serialize, Deserialize)]
struct Leaf {
    /// Seconds since 1970.
    not_after: u64,
    names: Vec<String>,
    root: String,
    certificate: String,
    key: String,
}

impl Root {
    /// Reads the root of this directory, or makes it on first start. `names` are added to what it may vouch for.
    ///
    /// # Errors
    /// [`CertificateFailed`] names the file and the remedy.
    pub fn open(dir: &Path, names: &[String], now: SystemTime) -> Result<Self, CertificateFailed> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|cause| file(dir, cause))?;
        let (key_path, crt_path) = (dir.join("root.key"), dir.join("root.crt"));
        let key = match read(&key_path)? {
            Some(pem) => {
                KeyPair::from_pem(&pem).map_err(|_| CertificateFailed::Damaged { path: key_path })?
            }
            None if crt_path.exists() => return Err(CertificateFailed::Damaged { path: key_path }),
            None => {
                let key = KeyPair::generate()?;
                write(&key_path, key.serialize_pem().as_bytes(), 0o600)?;
                key
            }
        };
        let pem = match read(&crt_path)? {
            Some(pem) => pem,
            None => {
                let pem = root_params(&key, names, now)?.self_signed(&key)?.pem();
                write(&crt_path, pem.as_bytes(), 0o644)?;
                pem
            }
        };
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| CertificateFailed::Damaged { path: crt_path })?;
        Ok(Self { dir: dir.to_owned(), key, pem, der })
    }

    /// The root certificate, to be installed in a browser or a phone.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The same in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What people compare.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(&self.der).into())
    }

    /// The leaf for these names: the one on disk while it fits and lasts, else a new one.
    ///
    /// # Errors
    /// [`CertificateFailed`] names the file and the remedy.
    pub fn leaf(&self, names: &[String], now: SystemTime) -> Result<Arc<CertifiedKey>, CertificateFailed> {
        let path = self.dir.join("leaf.json");
        let kept = read(&path)?.and_then(|text| serde_json::from_str::<Leaf>(&text).ok());
        if let Some(key) =
            kept.filter(|leaf| leaf.serves(self, names, now)).and_then(|leaf| self.certified(&leaf))
        {
            return Ok(Arc::new(key));
        }
        let leaf = self.sign(names, now)?;
        let text = serde_json::to_vec(&leaf)
            .map_err(|cause| CertificateFailed::Crypto { cause: cause.to_string() })?;
        write(&path, &text, 0o600)?;
        self.certified(&leaf).map(Arc::new).ok_or(CertificateFailed::Damaged { path })
    }

    fn sign(&self, names: &[String], now: SystemTime) -> Result<Leaf, CertificateFailed> {
        let now = set_clock(now);
        let mut params = CertificateParams::default();
        params.subject_alt_names = names.iter().map(|name| alt_name(name)).collect::<Result<_, _>>()?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, names.first().map_or("gatehouse", String::as_str));
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.not_before = (now - DAY).into();
        params.not_after = (now + LEAF_LIFE).into();
        let key = KeyPair::generate()?;
        let issuer = Issuer::new(root_params(&self.key, &[], now)?, &self.key);
        let certificate = params.signed_by(&key, &issuer)?.pem();
        Ok(Leaf {
            not_after: unix(now + LEAF_LIFE),
            names: names.to_vec(),
            root: self.fingerprint().to_string(),
            certificate,
            key: key.serialize_pem(),
        })
    }

    fn certified(&self, leaf: &Leaf) -> Option<CertifiedKey> {
        let certificate = CertificateDer::from_pem_slice(leaf.certificate.as_bytes()).ok()?;
        let key = PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).ok()?;
        let key = ring::sign::any_supported_type(&key).ok()?;
        Some(CertifiedKey::new(vec![certificate, self.der.clone()], key))
    }
}

impl Leaf {
    fn serves(&self, root: &Root, names: &[String], now: SystemTime) -> bool {
        self.names == names
            && self.root == root.fingerprint().to_string()
            && self.not_after > unix(set_clock(now) + RENEW_BELOW)
    }
}

/// The name follows from the key: two boxes never share one, and signing needs nothing but the key file.
fn root_params(
    key: &KeyPair,
    names: &[String],
    now: SystemTime,
) -> Result<CertificateParams, CertificateFailed> {
    names.iter().try_for_each(|name| alt_name(name).map(drop))?;
    let tag: String =
        Sha256::digest(key.public_key_raw()).iter().take(4).map(|byte| format!("{byte:02X}")).collect();
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("Gatehouse {tag}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.custom_extensions = vec![house::limits(names)];
    params.not_before = (SystemTime::UNIX_EPOCH + EARLIEST).into();
    params.not_after = (set_clock(now) + ROOT_LIFE).into();
    Ok(params)
}

fn alt_name(name: &str) -> Result<SanType, CertificateFailed> {
    if let Ok(address) = name.parse() {
        return Ok(SanType::IpAddress(address));
    }
    let refused = || CertificateFailed::Name { name: name.to_owned() };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.len() > 253 || !name.split('.').all(label) {
        return Err(refused());
    }
    Ok(SanType::DnsName(name.try_into().map_err(|_| refused())?))
}

/// A box without a clock battery starts in 1970; its certificates must still be valid once the clock is set.
fn set_clock(now: SystemTime) -> SystemTime {
    now.max(SystemTime::UNIX_EPOCH + EARLIEST)
}

fn unix(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn read(path: &Path) -> Result<Option<String>, CertificateFailed> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(file(path, cause)),
    }
}

/// Whole or not at all, even when the power fails half-way.
fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), CertificateFailed> {
    let fresh = path.with_extension("new");
    let done = || -> io::Result<()> {
        let _ = fs::remove_file(&fresh);
        let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&fresh)?;
        out.write_all(content)?;
        out.sync_all()?;
        fs::rename(&fresh, path)?;
        path.parent().map_or(Ok(()), |dir| fs::File::open(dir)?.sync_all())
    };
    done().map_err(|cause| file(path, cause))
}

fn file(path: &Path, cause: io::Error) -> CertificateFailed {
    CertificateFailed::File { path: path.to_owned(), cause }
}

#[cfg(test)]
mod tests;
