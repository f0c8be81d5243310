//! The certificate itself, on disk and for whoever shows it.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Below this folder of the box's data.
const FILE: &str = "public.json";
/// A chain with its key is far smaller.
const LARGEST: u64 = 256 * 1024;
/// A chain has fewer certificates.
const MOST: usize = 16;

/// A certificate that an authority issued, with its key.
#[derive(Clone, Debug)]
pub struct Public {
    names: Arc<[String]>,
    key: Arc<CertifiedKey>,
    from: SystemTime,
    until: SystemTime,
}

/// It could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("{}: {cause}", path.display())]
pub struct KeepFailed {
    path: PathBuf,
    cause: io::Error,
}

impl KeepFailed {
    pub(crate) fn new(path: PathBuf, cause: io::Error) -> Self {
        Self { path, cause }
    }
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Kept {
    pub(crate) names: Vec<String>,
    pub(crate) chain: String,
    pub(crate) key: String,
}

impl Public {
    /// The one that `folder` holds, if it is for these names.
    #[must_use]
    pub fn kept(folder: &Path, names: &[String]) -> Option<Self> {
        let path = folder.join(FILE);
        fs::metadata(&path).ok().filter(|about| about.len() <= LARGEST)?;
        let kept: Kept = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (kept.names == names).then(|| Self::read(&kept)).flatten()
    }

    pub(crate) fn read(kept: &Kept) -> Option<Self> {
        let chain = CertificateDer::pem_slice_iter(kept.chain.as_bytes()).take(MOST);
        let chain: Vec<CertificateDer<'static>> = chain.collect::<Result<_, _>>().ok()?;
        let key = PrivateKeyDer::from_pem_slice(kept.key.as_bytes()).ok()?;
        let (_, leaf) = X509Certificate::from_der(chain.first()?).ok()?;
        let at = |time: i64| {
            u64::try_from(time).ok().map(|secs| SystemTime::UNIX_EPOCH + Duration::from_secs(secs))
        };
        let (from, until) = (leaf.validity().not_before.timestamp(), leaf.validity().not_after.timestamp());
        let (from, until) = (at(from)?, at(until)?);
        let key = CertifiedKey::new(chain, ring::sign::any_supported_type(&key).ok()?);
        key.keys_match().ok()?;
        Some(Self { names: kept.names.clone().into(), key: Arc::new(key), from, until })
    }

    pub(crate) fn keep(folder: &Path, kept: &Kept) -> Result<(), KeepFailed> {
        let text = serde_json::to_vec(kept).map_err(io::Error::other);
        let path = folder.join(FILE);
        text.and_then(|text| write(&path, &text)).map_err(|cause| KeepFailed::new(path, cause))
    }

    /// Whom it is for.
    #[must_use]
    pub fn names(&self) -> &Arc<[String]> {
        &self.names
    }

    /// What answers a TLS hello for those names.
    #[must_use]
    pub fn key(&self) -> &Arc<CertifiedKey> {
        &self.key
    }

    /// The end of its time.
    #[must_use]
    pub fn until(&self) -> SystemTime {
        self.until
    }

    /// Whether it counts now.
    #[must_use]
    pub fn counts(&self, now: SystemTime) -> bool {
        (self.from..self.until).contains(&now)
    }

    /// When another one should be fetched: with a third of its time left.
    #[must_use]
    pub fn due(&self) -> SystemTime {
        let life = self.until.duration_since(self.from).unwrap_or_default();
        self.until - life / 3
    }
}

/// Whole or not at all, even when the power fails half-way; for the daemon's user alone.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let _ = fs::remove_file(&fresh);
    let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    out.write_all(content)?;
    out.sync_all()?;
    fs::rename(&fresh, path)?;
    path.parent().map_or(Ok(()), |dir| fs::File::open(dir)?.sync_all())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use rcgen::{CertificateParams, KeyPair};

    use super::{Kept, Public};

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn made(now: SystemTime) -> Kept {
        let names = vec!["telefon.buero.example".to_owned()];
        let mut params = CertificateParams::new(names.clone()).unwrap();
        (params.not_before, params.not_after) = (now.into(), (now + 90 * DAY).into());
        let key = KeyPair::generate().unwrap();
        Kept { names, chain: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() }
    }

    #[test]
    fn it_is_kept_for_its_names_and_due_with_a_third_of_its_time_left() {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemTime::UNIX_EPOCH + 20_000 * DAY;
        let kept = made(now);
        Public::keep(folder.path(), &kept).unwrap();
        assert!(Public::kept(folder.path(), &["other.example".to_owned()]).is_none());
        let public = Public::kept(folder.path(), &kept.names).unwrap();
        assert_eq!((public.due(), public.until()), (now + 60 * DAY, now + 90 * DAY));
        let counts = [now - DAY, now, now + 89 * DAY, now + 90 * DAY].map(|at| public.counts(at));
        assert_eq!(counts, [false, true, true, false]);
    }

    #[test]
    fn a_key_of_somebody_else_is_not_shown() {
        let now = SystemTime::UNIX_EPOCH + 20_000 * DAY;
        let mixed = Kept { key: made(now).key, ..made(now) };
        assert!(Public::read(&mixed).is_none());
    }
}
