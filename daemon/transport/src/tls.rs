//! How peers over TLS are greeted: what we show, and whether they must show something as well.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::server::{NoServerSessionStorage, ResolvesServerCert, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Encrypted bytes kept for a peer that does not read; what waits behind them is counted by [`crate::Limits::queued_bytes`].
pub(crate) const KEPT: usize = 16 * 1024;
/// Names taken from one certificate, and the length of one (RFC 1035 2.3.4).
const NAMES: usize = 16;
const NAME: usize = 255;

/// Certificates of phones.
#[derive(Clone, Debug)]
pub enum PhoneCertificates {
    /// None is asked for.
    Off,
    /// A phone may show one; one that none of these authorities signed ends the connection.
    Optional(RootCertStore),
    /// A phone without one that these authorities signed cannot connect.
    Required(RootCertStore),
}

/// Why TLS cannot be served like this. Always what the admin installed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TlsRefused {
    /// Certificates of phones are wanted, but nobody may sign them.
    #[error("the file of authorities for phones' certificates holds none")]
    NoAuthority,
    /// The TLS library says no.
    #[error("TLS cannot be served: {0}")]
    Library(rustls::Error),
}

/// Everything a TLS listener needs (RFC 3261 26.3.1; TLS 1.2 and 1.3). Cheap to copy; connections keep what they were greeted with.
#[derive(Clone, Debug)]
pub struct Tls(Arc<ServerConfig>);

impl Tls {
    /// Shows what `certificate` chooses.
    ///
    /// # Errors
    /// [`TlsRefused`] says what is wrong with the authorities.
    pub fn new(
        certificate: Arc<dyn ResolvesServerCert>,
        phones: PhoneCertificates,
    ) -> Result<Self, TlsRefused> {
        let provider = Arc::new(ring::default_provider());
        let verifier = |roots: RootCertStore| {
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        };
        let verifier = match phones {
            PhoneCertificates::Off => Ok(WebPkiClientVerifier::no_client_auth()),
            PhoneCertificates::Optional(roots) => verifier(roots).allow_unauthenticated().build(),
            PhoneCertificates::Required(roots) => verifier(roots).build(),
        };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(TlsRefused::Library)?
            .with_client_cert_verifier(verifier.map_err(|_| TlsRefused::NoAuthority)?)
            .with_cert_resolver(certificate);
        // A phone that comes back brings its session along: no signature for us, and no memory between.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.ticketer = ring::Ticketer::new().map_err(TlsRefused::Library)?;
        config.send_tls13_tickets = 1;
        Ok(Self(Arc::new(config)))
    }

    pub(crate) fn greet(&self) -> Result<ServerConnection, rustls::Error> {
        let mut connection = ServerConnection::new(Arc::clone(&self.0))?;
        connection.set_buffer_limit(Some(KEPT));
        Ok(connection)
    }
}

/// Who a certificate is for: its SIP addresses and host names (RFC 5922 7.1), then its common name, which is where phones
/// carry what their maker engraved.
pub(crate) fn names(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else { return Vec::new() };
    let extensions = certificate.extensions().iter().filter_map(|one| {
        let ParsedExtension::SubjectAlternativeName(names) = one.parsed_extension() else { return None };
        Some(&names.general_names)
    });
    let alternative = extensions.flatten().filter_map(|name| {
        let (GeneralName::URI(name) | GeneralName::DNSName(name)) = name else { return None };
        Some(*name)
    });
    let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    let all = alternative.chain(common).filter(|name| name.len() <= NAME);
    all.take(NAMES).map(str::to_owned).collect()
}
