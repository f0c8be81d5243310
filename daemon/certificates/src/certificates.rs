//! The leaf in use, for everybody who speaks TLS, and its renewal while it is used.

use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::{CertificateFailed, Root};

/// The box's root, the leaf for all its names, and what an authority issued for names that the admin owns. Every TLS listener shows
/// the same: to who asks for such a name what the authority issued, to all others the leaf.
#[derive(Debug)]
pub struct Certificates {
    root: Root,
    shown: RwLock<Shown>,
}

/// Every name and address, the one people type first, and the leaf for them.
#[derive(Clone, Debug)]
struct Shown {
    names: Arc<[String]>,
    leaf: Arc<CertifiedKey>,
    issued: Option<Issued>,
}

/// What everybody trusts, and for which names.
#[derive(Clone, Debug)]
struct Issued {
    names: Arc<[String]>,
    key: Arc<CertifiedKey>,
}

impl Certificates {
    /// Reads what `dir` holds, and makes what is missing. `names` are host names of the box, the one people type first; `localhost`
    /// and, for a name without a dot, `name.local` are added, and to `addresses` loopback.
    ///
    /// # Errors
    /// [`CertificateFailed`] names the file and the remedy.
    pub fn open(
        dir: &Path,
        names: &[String],
        addresses: &[IpAddr],
        now: SystemTime,
    ) -> Result<Self, CertificateFailed> {
        let names = every_name(names, addresses);
        let root = Root::open(dir, &names, now)?;
        let leaf = root.leaf(&names, now)?;
        Ok(Self { root, shown: RwLock::new(Shown { names: names.into(), leaf, issued: None }) })
    }

    /// What browsers and phones are given to trust.
    #[must_use]
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Every name and address the box shows a certificate for, the one people type first.
    #[must_use]
    pub fn names(&self) -> Arc<[String]> {
        let Shown { names, issued, .. } = self.shown();
        match issued {
            Some(issued) => issued.names.iter().chain(names.iter()).cloned().collect(),
            None => names,
        }
    }

    /// Names for which the box needs no root of its own, because everybody trusts who issued their certificate.
    #[must_use]
    pub fn trusted_names(&self) -> Arc<[String]> {
        self.shown().issued.map_or_else(Arc::default, |issued| issued.names)
    }

    /// Shows `key` to who asks for one of these names, from now on; with no names, nobody is shown anything but the leaf. Says whether
    /// the names are others than before.
    pub fn issued(&self, names: &Arc<[String]>, key: Option<&Arc<CertifiedKey>>) -> bool {
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        let before = shown.issued.take().map(|issued| issued.names);
        shown.issued = key.map(|key| Issued { names: Arc::clone(names), key: Arc::clone(key) });
        before.as_ref() != key.map(|_| names)
    }

    fn shown(&self) -> Shown {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the leaf when its time runs out, or when the box has other names and addresses than before; to be called now and then.
    /// Says whether it stands for others now.
    ///
    /// # Errors
    /// [`CertificateFailed`]; the old leaf stays, and lasts another 30 days when this was asked in time.
    pub fn renew(
        &self,
        names: &[String],
        addresses: &[IpAddr],
        now: SystemTime,
    ) -> Result<bool, CertificateFailed> {
        let names: Arc<[String]> = every_name(names, addresses).into();
        let leaf = self.root.leaf(&names, now)?;
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        let others = shown.names != names;
        (shown.names, shown.leaf) = (names, leaf);
        Ok(others)
    }
}

impl Shown {
    fn for_host(self, host: Option<&str>) -> Arc<CertifiedKey> {
        let asked = |issued: &Issued| {
            host.is_some_and(|host| issued.names.iter().any(|name| name.eq_ignore_ascii_case(host)))
        };
        self.issued.filter(asked).map_or(self.leaf, |issued| issued.key)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown().for_host(hello.server_name()))
    }
}

fn every_name(names: &[String], addresses: &[IpAddr]) -> Vec<String> {
    let mut all = Vec::new();
    let mut add = |name: String| {
        if !all.contains(&name) {
            all.push(name);
        }
    };
    for name in names {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let local = (!name.contains('.') && name != "localhost").then(|| format!("{name}.local"));
        add(name);
        local.into_iter().for_each(&mut add);
    }
    add("localhost".to_owned());
    let loopback = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])];
    for address in addresses.iter().copied().chain(loopback) {
        add(address.to_string());
    }
    all
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Arc;
    use std::time::SystemTime;

    use tempfile::TempDir;

    use super::Certificates;

    #[test]
    fn an_address_that_comes_late_is_named_from_then_on() {
        let dir = TempDir::new().unwrap();
        let (names, late) = (["empfang".to_owned()], [IpAddr::from([192, 168, 1, 57])]);
        let now = SystemTime::now();
        let certificates = Certificates::open(dir.path(), &names, &[], now).unwrap();
        let first = certificates.shown().leaf;
        assert!(!certificates.renew(&names, &[], now).unwrap());
        assert_eq!(certificates.shown().leaf.cert, first.cert);

        assert!(certificates.renew(&names, &late, now).unwrap());
        assert!(certificates.names().contains(&"192.168.1.57".to_owned()));
        assert_ne!(certificates.shown().leaf.cert, first.cert);
        let again = Certificates::open(dir.path(), &names, &late, now).unwrap();
        assert_eq!(again.shown().leaf.cert, certificates.shown().leaf.cert, "the same after a restart");
    }

    #[test]
    fn who_asks_for_a_name_of_the_admin_s_own_sees_what_was_issued_for_it() {
        let (dir, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let (names, now) = (["empfang".to_owned()], SystemTime::now());
        let certificates = Certificates::open(dir.path(), &names, &[], now).unwrap();
        let issued = Certificates::open(other.path(), &names, &[], now).unwrap().shown().leaf;
        let public: Arc<[String]> = ["telefon.buero.example".to_owned()].into();
        assert!(certificates.issued(&public, Some(&issued)));
        assert!(!certificates.issued(&public, Some(&issued)), "the same names");
        let shown = |host| certificates.shown().for_host(host).cert.clone();
        assert_eq!(shown(Some("Telefon.buero.example")), issued.cert);
        let leaf = certificates.shown().leaf;
        assert!(
            [None, Some("empfang.local"), Some("192.168.1.57")]
                .into_iter()
                .all(|host| shown(host) == leaf.cert)
        );
        assert_eq!(certificates.names()[..2], ["telefon.buero.example".to_owned(), "empfang".to_owned()]);
        assert!(!certificates.renew(&names, &[], now).unwrap(), "the leaf is for the same names as before");

        assert!(certificates.issued(&Arc::default(), None));
        assert_eq!(shown(Some("telefon.buero.example")), certificates.shown().leaf.cert);
        assert!(certificates.trusted_names().is_empty());
    }
}
