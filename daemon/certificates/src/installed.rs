//! Certificates that the admin installed instead of the box's own, and the authorities that sign certificates of phones.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::pem::{Error, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

/// Certificates in one file; a chain or a list of authorities has fewer.
const MOST: usize = 64;

/// What the admin installed cannot be used; each says what to mend.
#[derive(Debug, thiserror::Error)]
pub enum InstalledRefused {
    /// The file cannot be read.
    #[error("{}: {cause}; check the path and that the daemon's user may read it", path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The file is there, but what is wanted is not in it.
    #[error("{}: {wanted} in PEM format is wanted here", path.display())]
    Wrong {
        /// Which one.
        path: PathBuf,
        /// What should be in it.
        wanted: &'static str,
    },
    /// Both files are fine, but do not belong together.
    #[error("{}: this key does not belong to the certificate in {}", key.display(), certificate.display())]
    NoPair {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
}

/// Reads a certificate with its chain, the leaf first, and the leaf's key.
///
/// # Errors
/// [`InstalledRefused`] names the file and what is wrong with it.
pub fn installed(certificate: &Path, key: &Path) -> Result<SingleCertAndKey, InstalledRefused> {
    let chain = certificates_in(certificate)?;
    let wanted = "a private key without a password (PKCS #8, SEC 1 or PKCS #1)";
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| refused(key, wanted, error))?;
    let signing = ring::sign::any_supported_type(&private).map_err(|_| InstalledRefused::Wrong {
        path: key.to_owned(),
        wanted: "an RSA, ECDSA or Ed25519 key",
    })?;
    let pair = CertifiedKey::new(chain, signing);
    pair.keys_match()
        .map_err(|_| InstalledRefused::NoPair { certificate: certificate.to_owned(), key: key.to_owned() })?;
    Ok(pair.into())
}

/// Reads who may sign certificates of phones.
///
/// # Errors
/// [`InstalledRefused`] names the file and what is wrong with it.
pub fn authorities(path: &Path) -> Result<RootCertStore, InstalledRefused> {
    let mut roots = RootCertStore::empty();
    let (_, unusable) = roots.add_parsable_certificates(certificates_in(path)?);
    let wanted = "certificates of authorities and nothing else";
    if unusable == 0 { Ok(roots) } else { Err(InstalledRefused::Wrong { path: path.to_owned(), wanted }) }
}

fn certificates_in(path: &Path) -> Result<Vec<CertificateDer<'static>>, InstalledRefused> {
    let wanted = "a certificate, its chain behind it,";
    let read = || CertificateDer::pem_file_iter(path)?.take(MOST).collect::<Result<Vec<_>, Error>>();
    let found = read().map_err(|error| refused(path, wanted, error))?;
    if found.is_empty() { Err(InstalledRefused::Wrong { path: path.to_owned(), wanted }) } else { Ok(found) }
}

fn refused(path: &Path, wanted: &'static str, error: Error) -> InstalledRefused {
    let path = path.to_owned();
    if let Error::Io(cause) = error {
        InstalledRefused::Unreadable { path, cause }
    } else {
        InstalledRefused::Wrong { path, wanted }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rcgen::{KeyPair, generate_simple_self_signed};
    use tempfile::TempDir;

    use super::{InstalledRefused, authorities, installed};

    fn put(dir: &TempDir, name: &str, text: &str) -> PathBuf {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn a_pair_that_fits_is_taken_and_everything_else_is_named() {
        let dir = TempDir::new().unwrap();
        let made = generate_simple_self_signed(vec!["box.test".to_owned()]).unwrap();
        let certificate = put(&dir, "box.crt", &made.cert.pem());
        let key = put(&dir, "box.key", &made.signing_key.serialize_pem());
        let other = put(&dir, "other.key", &KeyPair::generate().unwrap().serialize_pem());
        let empty = put(&dir, "empty", "");
        let missing = dir.path().join("missing");
        assert!(installed(&certificate, &key).is_ok());
        assert!(matches!(installed(&certificate, &other), Err(InstalledRefused::NoPair { .. })));
        assert!(
            matches!(installed(&missing, &key), Err(InstalledRefused::Unreadable { path, .. }) if path == missing)
        );
        for (certificate, key, wrong) in
            [(&empty, &key, &empty), (&key, &key, &key), (&certificate, &empty, &empty)]
        {
            let refused = installed(certificate, key).unwrap_err();
            assert!(matches!(&refused, InstalledRefused::Wrong { path, .. } if path == wrong), "{refused}");
        }
        assert_eq!(authorities(&certificate).unwrap().len(), 1);
        assert!(authorities(&empty).is_err());
    }
}
