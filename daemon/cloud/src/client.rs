//! One account, one address, one credential.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http_body_util::Full;
use hyper::Uri;
use hyper::body::Bytes;
use hyper::header::HeaderValue;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};

use crate::Credential;
use crate::pace::Pace;

/// Where the account is and how to get in.
#[derive(Clone, Debug)]
pub struct Config {
    /// The base without a version, `https://api.sipgate.com`. Plain http is for loopback only.
    pub api: String,
    /// What to show.
    pub credential: Credential,
    /// How patient and how greedy to be; [`Limits::default`] suits every account.
    pub limits: Limits,
    /// Who may vouch for the cloud's server besides the public authorities; empty in most houses.
    pub authorities: RootCertStore,
}

/// How patient and how greedy a client is.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For one request, from the first byte sent to the last one received.
    pub deadline: Duration,
    /// Before a read that failed is tried once more.
    pub pause: Duration,
    /// The longest pause the cloud may ask for within a sync; a longer one ends it.
    pub longest_pause: Duration,
    /// For a whole sync.
    pub whole: Duration,
    /// The largest answer, in bytes.
    pub body: usize,
    /// The most pages of one list.
    pub pages: u32,
    /// The most requests under way at once.
    pub in_flight: usize,
    /// Requests in a minute, in the long run; accounts with more users than this get one for each.
    pub each_minute: u32,
    /// Requests that may be sent at once after a long rest, for the first copy of an account.
    pub at_once: u32,
}

impl Default for Limits {
    /// What other clients of this cloud practise: 30 s, one retry within 5 s, 100 pages.
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(30),
            pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(60),
            whole: Duration::from_secs(15 * 60),
            body: 8 * 1024 * 1024,
            pages: 100,
            in_flight: 4,
            each_minute: 60,
            at_once: 600,
        }
    }
}

/// Why no client can be made of a configuration.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ClientRefused {
    /// Not an address.
    #[error("cloud.api must be an address such as https://api.sipgate.com")]
    Address,
    /// Plain http to somewhere else.
    #[error("cloud.api would send the token to {0} unprotected; use https (plain http is for loopback only)")]
    Unprotected(String),
    /// More than scheme, host and port.
    #[error(
        "cloud.api must end after the host name: https://api.sipgate.com, without a version, path or login"
    )]
    TooMuch,
    /// A token id or token that no header can carry.
    #[error("the token or its id holds characters no token has")]
    Credential,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up on this box")]
    Tls,
}

/// A way to read one account.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

/// One pool of connections.
pub(crate) type Https = hyper_util::client::legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// What all requests of a client share.
pub(crate) struct Shared {
    pub(crate) http: Https,
    pub(crate) base: String,
    authorization: RwLock<HeaderValue>,
    pub(crate) limits: Limits,
    pub(crate) pace: Pace,
}

impl Client {
    /// Makes a client; nothing is sent yet.
    ///
    /// # Errors
    /// When the address would give the token away or is none, or the token is none.
    pub fn new(config: Config) -> Result<Self, ClientRefused> {
        let base = base(&config.api)?;
        let authorization = config.credential.header().ok_or(ClientRefused::Credential)?;
        let (http, authorization) = (https(&config.limits, config.authorities)?, RwLock::new(authorization));
        let pace = Pace::new(tokio::time::Instant::now(), &config.limits);
        Ok(Self { shared: Arc::new(Shared { http, base, authorization, limits: config.limits, pace }) })
    }

    /// Shows another credential from the next request on; rounds under way go on with it.
    ///
    /// # Errors
    /// When no header can carry it.
    pub fn renew(&self, credential: &Credential) -> Result<(), ClientRefused> {
        let header = credential.header().ok_or(ClientRefused::Credential)?;
        *self.shared.authorization.write().unwrap_or_else(PoisonError::into_inner) = header;
        Ok(())
    }
}

impl Shared {
    pub(crate) fn authorization(&self) -> HeaderValue {
        self.authorization.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// TLS over connections that this way of finding addresses makes: the other side proves who it is.
pub(crate) fn proving<R>(
    mut tcp: HttpConnector<R>,
    limits: &Limits,
    mut authorities: RootCertStore,
) -> Result<HttpsConnector<HttpConnector<R>>, ClientRefused> {
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(limits.deadline));
    authorities.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| ClientRefused::Tls)?
        .with_root_certificates(authorities)
        .with_no_client_auth();
    let builder = HttpsConnectorBuilder::new().with_tls_config(tls);
    Ok(builder.https_or_http().enable_http1().wrap_connector(tcp))
}

/// Connections that prove who the other side is. Addresses are checked before: http is loopback.
pub(crate) fn https(limits: &Limits, authorities: RootCertStore) -> Result<Https, ClientRefused> {
    let connector = proving(HttpConnector::new(), limits, authorities)?;
    Ok(hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(20))
        .pool_max_idle_per_host(limits.in_flight)
        .build(connector))
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("base", &self.shared.base).finish_non_exhaustive()
    }
}

fn base(api: &str) -> Result<String, ClientRefused> {
    let (scheme, authority, path) = safe_base(api)?;
    if path != "/" { Err(ClientRefused::TooMuch) } else { Ok(format!("{scheme}://{authority}")) }
}

/// Scheme, host with port, and path of an address to which secrets may be sent.
pub(crate) fn safe_base(address: &str) -> Result<(String, String, String), ClientRefused> {
    let uri: Uri = address.trim().parse().map_err(|_| ClientRefused::Address)?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(ClientRefused::Address);
    };
    if uri.query().is_some() || authority.as_str().contains('@') {
        return Err(ClientRefused::TooMuch);
    }
    match scheme {
        "https" => {}
        "http" if is_loopback(authority.host()) => {}
        "http" => return Err(ClientRefused::Unprotected(authority.host().to_owned())),
        _ => return Err(ClientRefused::Address),
    }
    Ok((scheme.to_owned(), authority.to_string(), uri.path().to_owned()))
}

fn is_loopback(host: &str) -> bool {
    let address: Result<IpAddr, _> = host.trim_start_matches('[').trim_end_matches(']').parse();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{ClientRefused, base};

    #[test]
    fn only_a_bare_https_address_or_loopback_is_taken() {
        for (api, right) in [
            ("https://api.sipgate.com", "https://api.sipgate.com"),
            ("https://api.sipgate.com/", "https://api.sipgate.com"),
            ("http://127.0.0.1:9080", "http://127.0.0.1:9080"),
            ("http://[::1]:9080/", "http://[::1]:9080"),
            ("http://localhost", "http://localhost"),
        ] {
            assert_eq!(base(api).unwrap(), right);
        }
        for (api, why) in [
            ("http://api.sipgate.com", ClientRefused::Unprotected("api.sipgate.com".into())),
            ("http://127.0.0.1.evil.test", ClientRefused::Unprotected("127.0.0.1.evil.test".into())),
            ("http://127.0.0.1@evil.test", ClientRefused::TooMuch),
            ("https://api.sipgate.com/v2", ClientRefused::TooMuch),
            ("https://api.sipgate.com?x", ClientRefused::TooMuch),
            ("ftp://127.0.0.1", ClientRefused::Address),
            ("api.sipgate.com", ClientRefused::Address),
            ("", ClientRefused::Address),
        ] {
            assert_eq!(base(api), Err(why), "{api}");
        }
    }
}
