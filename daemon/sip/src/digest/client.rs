//! The side that knows the password: our lines at a provider, and test phones.

use std::fmt::Write as _;

use super::{Algorithm, Credentials, Proof};
use crate::compose::quoted;
use crate::message::Message;
use crate::method::Method;
use crate::name::Name;
use crate::view::AuthParams;

/// A name and a password somewhere else.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    /// The name at the provider.
    pub user: &'a str,
    /// Its password.
    pub password: &'a str,
}

/// The strongest challenge of a 401 or 407 that we can answer (RFC 8760 2.4: the first we know), as text and taken apart.
pub(super) fn best_challenge<'a>(answer: &Message<'a>) -> Option<(&'a [u8], AuthParams<'a>)> {
    let name = if answer.status() == Some(407) { Name::ProxyAuthenticate } else { Name::WwwAuthenticate };
    let known = |params: &AuthParams<'_>| {
        params.is_digest() && Algorithm::of(params.value(b"algorithm").as_deref()).is_some()
    };
    let read = |value: &'a [u8]| Some((value, AuthParams::parse(value)?));
    answer.headers(name).filter_map(read).find(|(_, params)| known(params))
}

/// The value of Authorization or Proxy-Authorization that answers a challenge (RFC 7616 3.4).
///
/// `uri` is the Request-URI as sent, `cnonce` a fresh random word, `nc` counts the uses of this nonce from 1.
/// `None` for schemes, algorithms and protections we do not know.
#[must_use]
pub fn answer(
    challenge: &AuthParams<'_>,
    method: Method<'_>,
    uri: &str,
    login: Login<'_>,
    cnonce: &str,
    nc: u32,
) -> Option<String> {
    if !challenge.is_digest() {
        return None;
    }
    let algorithm = Algorithm::of(challenge.value(b"algorithm").as_deref())?;
    let text = |name: &[u8]| challenge.value(name).map(|value| String::from_utf8_lossy(&value).into_owned());
    let (realm, nonce) = (text(b"realm")?, text(b"nonce")?);
    let nc = format!("{nc:08x}");
    let counted = match challenge.value(b"qop") {
        Some(offers) => Some(
            offers.split(|&byte| byte == b',').any(is_auth).then_some((nc.as_bytes(), cnonce.as_bytes()))?,
        ),
        None => None,
    };
    let credentials = Credentials::new(login.user, &realm, login.password);
    let proof = Proof { nonce: nonce.as_bytes(), counted, method: method.token(), uri: uri.as_bytes() };
    let response = proof.response(algorithm, credentials.secret(algorithm));
    let mut value = format!(
        "Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\", algorithm={}",
        quoted(login.user),
        quoted(&realm),
        quoted(&nonce),
        quoted(uri),
        String::from_utf8_lossy(response.as_bytes()),
        algorithm.token(),
    );
    if counted.is_some() {
        // Writing to a String cannot fail.
        let _ = write!(value, ", qop=auth, nc={nc}, cnonce={}", quoted(cnonce));
    }
    if let Some(opaque) = text(b"opaque") {
        let _ = write!(value, ", opaque={}", quoted(&opaque));
    }
    Some(value)
}

fn is_auth(offer: &[u8]) -> bool {
    crate::scan::trim(offer).eq_ignore_ascii_case(b"auth")
}

impl std::fmt::Debug for Login<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Login(hidden)")
    }
}
