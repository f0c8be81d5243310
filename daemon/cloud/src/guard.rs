//! Keeps the box from being sent to places in its own network by what others say: an issuer of itself, an admin of a program.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::Full;
use hyper::Uri;
use hyper::body::Bytes;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::RootCertStore;

use crate::client::{proving, safe_base};
use crate::{ClientRefused, Limits};

/// Connections that go only where they may.
pub(crate) type Guarded = Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>;

/// How far the box goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reach {
    /// To addresses of the internet.
    Public,
    /// To addresses of the office's own network and no others, also without protection; never to the box itself.
    House,
    /// Also into the office's own network; an admin said so.
    Anywhere,
}

impl Reach {
    /// Whether an address may be visited at all. Names are judged again once they are resolved.
    pub(crate) fn goes_to(self, address: &str) -> bool {
        let base = address.split(['?', '#']).next().unwrap_or_default();
        let Ok(uri) = base.parse::<Uri>() else { return false };
        let host = uri.host().unwrap_or_default();
        let bare: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        let fits = bare.is_none_or(|it| self.reaches(it));
        match (self, uri.scheme_str()) {
            (Self::Anywhere, _) => safe_base(base).is_ok(),
            (Self::Public, Some("https")) => fits && safe_base(base).is_ok(),
            (Self::House, Some("http" | "https")) => {
                fits && !host.is_empty() && uri.authority().is_some_and(|it| !it.as_str().contains('@'))
            }
            (Self::Public | Self::House, _) => false,
        }
    }

    fn reaches(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::House => is_of_a_house(address),
            Self::Anywhere => true,
        }
    }
}

/// As [`crate::client::https`], with a resolver that leaves out what may not be visited.
pub(crate) fn https(
    limits: &Limits,
    authorities: RootCertStore,
    reach: Reach,
) -> Result<Guarded, ClientRefused> {
    let connector = proving(HttpConnector::new_with_resolver(Resolver(reach)), limits, authorities)?;
    let builder = &mut Client::builder(TokioExecutor::new());
    Ok(builder.pool_timer(TokioTimer::new()).pool_idle_timeout(Duration::from_secs(20)).build(connector))
}

/// The system's resolver, without addresses that may not be visited: a name that leads into the house leads nowhere.
#[derive(Clone)]
pub(crate) struct Resolver(Reach);

impl tower_service::Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let fit = found.filter(|it| reach.reaches(it.ip()));
            Ok(fit.collect::<Vec<_>>().into_iter())
        })
    }
}

/// Reached through the internet (IANA special-purpose address registries, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(it) => is_public_v4(it),
        IpAddr::V6(it) => is_public_v6(it),
    }
}

/// In somebody's own network (RFC 1918, RFC 4193).
fn is_of_a_house(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(it) => it.is_private(),
        IpAddr::V6(it) => it.is_unique_local(),
    }
}

fn is_public_v4(it: Ipv4Addr) -> bool {
    let [a, b, ..] = it.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let own = it.is_private() || it.is_loopback() || it.is_link_local() || shared;
    let none = a == 0
        || it.is_documentation()
        || it.is_multicast()
        || a >= 240
        || (a == 198 && (b == 18 || b == 19));
    !(own || none)
}

fn is_public_v6(it: Ipv6Addr) -> bool {
    let [first, second, ..] = it.segments();
    // 2000::/3 without documentation, and without what carries IPv4 addresses inside (6to4, Teredo).
    first & 0xe000 == 0x2000 && first != 0x2002 && !(first == 0x2001 && (second == 0 || second == 0xdb8))
}

#[cfg(test)]
mod tests {
    use super::{Reach, is_public};

    #[test]
    fn what_stands_in_the_house_is_visited_only_when_an_admin_said_so() {
        for (address, public) in [
            ("https://accounts.google.com/x?y=1", true),
            ("https://8.8.8.8/", true),
            ("https://[2a00:1450::1]/", true),
            ("http://accounts.google.com/", false),
            ("https://127.0.0.1:8443/", false),
            ("https://10.0.0.1/", false),
            ("https://169.254.169.254/latest/meta-data", false),
            ("https://[::1]/", false),
            ("https://[::ffff:192.168.1.1]/", false),
            ("https://[fd00::1]/", false),
            ("https://user@accounts.google.com/", false),
            ("file:///etc/passwd", false),
            ("", false),
        ] {
            assert_eq!(Reach::Public.goes_to(address), public, "{address}");
        }
        assert!(
            Reach::Anywhere.goes_to("https://10.0.0.1/realm")
                && Reach::Anywhere.goes_to("http://127.0.0.1:1/")
        );
        assert!(!Reach::Anywhere.goes_to("http://10.0.0.1/"), "secrets never travel unprotected");
    }

    #[test]
    fn a_program_in_the_house_is_in_the_house_and_never_the_box() {
        for (address, fits) in [
            ("http://192.168.7.20:8080/calls?key=1", true),
            ("https://10.1.2.3/", true),
            ("http://172.16.0.9/x", true),
            ("http://[fd77::5]/", true),
            ("http://crm.local/", true),
            ("http://127.0.0.1/", false),
            ("http://[::1]/", false),
            ("http://[::ffff:127.0.0.1]/", false),
            ("http://169.254.169.254/latest/meta-data", false),
            ("http://[fe80::1]/", false),
            ("http://0.0.0.0/", false),
            ("http://8.8.8.8/", false),
            ("http://a:b@192.168.7.20/", false),
            ("ftp://192.168.7.20/", false),
            ("gopher://192.168.7.20/", false),
            ("/relative", false),
        ] {
            assert_eq!(Reach::House.goes_to(address), fits, "{address}");
        }
    }

    #[test]
    fn every_corner_of_a_house_is_known() {
        for near in [
            "0.0.0.0",
            "100.64.0.1",
            "172.16.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "fe80::1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "ff02::1",
            "::",
        ] {
            assert!(!is_public(near.parse().unwrap()), "{near}");
        }
    }
}
