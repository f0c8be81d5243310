//! The leaf in use, for everybody who speaks TLS, and its renewal while it is used.

use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::{CertificateFailed, Root};

/// The box's root and the leaf for all its names. Every TLS listener shows the same one.
#[derive(Debug)]
pub struct Certificates {
    root: Root,
    names: Vec<String>,
    leaf: RwLock<Arc<CertifiedKey>>,
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
        let leaf = RwLock::new(root.leaf(&names, now)?);
        Ok(Self { root, names, leaf })
    }

    /// What browsers and phones are given to trust.
    #[must_use]
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Every name and address the leaf stands for, the one people type first.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Replaces the leaf when its time runs out; to be called twice a day.
    ///
    /// # Errors
    /// [`CertificateFailed`]; the old leaf stays, and lasts another 30 days when this was asked in time.
    pub fn renew(&self, now: SystemTime) -> Result<(), CertificateFailed> {
        let leaf = self.root.leaf(&self.names, now)?;
        *self.leaf.write().unwrap_or_else(PoisonError::into_inner) = leaf;
        Ok(())
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.leaf.read().unwrap_or_else(PoisonError::into_inner)))
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
