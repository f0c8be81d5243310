//! What the box shows over TLS, to browsers and to phones: made before the sockets open, renewed while it runs.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use certificates::{CertificateFailed, Certificates, InstalledRefused};
use rustls::RootCertStore;
use rustls::server::ResolvesServerCert;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::{error, info, warn};
use transport::{PhoneCertificates, Tls, TlsRefused, Trusted};

use super::exchange::News;
use super::notices::Notices;
use super::public;
use crate::config::{self, Config, Sip, SipTls, Trunk};

/// How often it is looked whether the leaf still fits: an address comes late where a router starts late, and may change.
const ROUND: Duration = Duration::from_secs(20);
/// How often the age of the leaf is looked at.
const AGED: Duration = Duration::from_secs(12 * 60 * 60);

/// The box's own certificates, for its host name and every address it has now.
pub(super) fn open(config: &Config) -> Result<Arc<Certificates>, CertificateFailed> {
    let (names, addresses) = known_by(&wished(config));
    let dir = config.data.join("tls");
    Certificates::open(&dir, &names, &addresses, SystemTime::now()).map(Arc::new)
}

/// What the box is called, and where people and phones find it.
fn known_by(wished: &[IpAddr]) -> (Vec<String>, Vec<IpAddr>) {
    let name = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    (name.into_iter().collect(), own_addresses().into_iter().chain(wished.iter().copied()).collect())
}

/// Addresses of the configuration, which the box may get any time.
fn wished(config: &Config) -> Vec<IpAddr> {
    let listens = config.sip.listen.iter().map(|listen| listen.address.ip()).chain([config.web.https.ip()]);
    listens.filter(|address| !address.is_unspecified()).collect()
}

/// Why phones cannot connect over TLS. The admin can mend every one of these while the box runs.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsFailed {
    #[error(transparent)]
    Installed(#[from] InstalledRefused),
    #[error(transparent)]
    Refused(#[from] TlsRefused),
}

/// What telephones over TLS are greeted with. When that cannot be had, a notice says why, and nothing changes for anybody.
pub(super) fn door(wanted: &Sip, own: &Arc<Certificates>, notices: &Notices) -> Option<Tls> {
    let made = greeting(&wanted.tls, own);
    notices.tls(made.as_ref().err());
    made.inspect_err(|failed| error!(%failed, "phones cannot connect over TLS as configured")).ok()
}

/// Who may vouch for servers over TLS: the system's authorities and those that the admin installed.
pub(super) fn trusted(wanted: &Trunk, notices: &Notices) -> Option<Trusted> {
    let installed = wanted.authorities.as_deref().map(certificates::authorities).transpose();
    notices.authorities(installed.as_ref().err());
    let mut roots = installed.ok().flatten().unwrap_or_else(RootCertStore::empty);
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Trusted::new(roots).inspect_err(|failed| error!(%failed, "no server can be reached over TLS")).ok()
}

fn greeting(wanted: &SipTls, own: &Arc<Certificates>) -> Result<Tls, TlsFailed> {
    let shown: Arc<dyn ResolvesServerCert> = match &wanted.installed {
        Some((certificate, key)) => Arc::new(certificates::installed(certificate, key)?),
        None => Arc::clone(own) as Arc<dyn ResolvesServerCert>,
    };
    let phones = match &wanted.phones {
        config::PhoneCertificates::Off => PhoneCertificates::Off,
        config::PhoneCertificates::Optional(file) => {
            PhoneCertificates::Optional(certificates::authorities(file)?)
        }
        config::PhoneCertificates::Required(file) => {
            PhoneCertificates::Required(certificates::authorities(file)?)
        }
    };
    Ok(Tls::new(shown, phones)?)
}

/// Looks after both kinds of certificates, for ever.
pub(super) fn keep(
    config: &Config,
    certificates: &Arc<Certificates>,
    notices: &Notices,
    news: &mpsc::Sender<News>,
) -> [JoinHandle<()>; 2] {
    let public = public::keep(config.clone(), Arc::clone(certificates), notices.clone(), news.clone());
    [tokio::spawn(renew(config, certificates, news.clone())), tokio::spawn(public)]
}

/// Keeps the leaf young and fitting, for ever, and tells under which names and addresses the box's own pages are met. A renewal that
/// fails leaves the old one, which lasts another 30 days.
fn renew(
    config: &Config,
    certificates: &Arc<Certificates>,
    news: mpsc::Sender<News>,
) -> impl Future<Output = ()> + use<> {
    let (wished, certificates) = (wished(config), Arc::clone(certificates));
    async move {
        // The first time in any case: an address may have come since the leaf was made.
        let (mut known, mut looked) = (<(Vec<String>, Vec<IpAddr>)>::default(), Instant::now());
        loop {
            tokio::time::sleep(ROUND).await;
            let now = known_by(&wished);
            if now == known && looked.elapsed() < AGED {
                continue;
            }
            (known, looked) = (now, Instant::now());
            match certificates.renew(&known.0, &known.1, SystemTime::now()) {
                Ok(true) => {
                    info!("the box's certificate names the addresses that it has now");
                    // An error means that the thread has ended already.
                    let _ = news.send(News::Called(certificates.names().to_vec())).await;
                }
                Ok(false) => {}
                Err(failed) => warn!(%failed, "the box's certificate could not be renewed"),
            }
        }
    }
}

/// The addresses people may type: those of every interface that is up.
fn own_addresses() -> Vec<IpAddr> {
    let Ok(interfaces) = nix::ifaddrs::getifaddrs() else { return Vec::new() };
    let addresses = interfaces.filter_map(|interface| {
        let address = interface.address?;
        let v4 = address.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
        v4.or_else(|| address.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip())))
    });
    addresses.filter(|address| !address.is_loopback()).collect()
}
