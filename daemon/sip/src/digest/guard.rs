//! The side that asks for the password.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use subtle::ConstantTimeEq;

use super::nonce::{Nonces, Used};
use super::{Algorithm, Credentials, Proof};
use crate::message::{Message, Start};
use crate::scan::unquoted;
use crate::view::{AuthParams, Uri, hex};

/// How long a nonce is good. A phone that registers every few minutes gets by with one.
pub const NONCE_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// What to do with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The sender knows the password and the request is not played back.
    Granted(Nonce),
    /// The sender knows the password, but this very proof was granted before: a copy of its request, or somebody plays it back.
    /// Nothing may change for it; answer it as the first time, or as [`Verdict::Challenge`] that is stale.
    Again,
    /// Answer 401 with the headers of [`Guard::challenge`].
    Challenge(Stale),
    /// Answer 403: the password is wrong, or nobody has this name.
    Refused,
}

/// How long the nonce of a proof will still do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nonce {
    /// Long enough.
    Young,
    /// Less than half of [`NONCE_LIFETIME`]: [`Guard::next_nonce`] in the answer saves the phone from being asked again.
    Ageing,
}

/// Whether a phone should simply try again (RFC 7616 3.3 `stale`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stale {
    /// The password was right, only the nonce was not: no need to ask the user.
    Yes,
    /// Nothing was proved.
    No,
}

/// Asks for passwords and checks them.
pub struct Guard {
    realm: String,
    /// How every challenge begins.
    opening: String,
    nonces: Nonces,
    used: Used,
}

impl Guard {
    /// `key` is random and secret; with a new one after a restart phones are asked once more.
    #[must_use]
    pub fn new(realm: &str, key: &[u8; 32], now: Instant) -> Self {
        let opening = format!("Digest realm={}, nonce=\"", crate::compose::quoted(realm));
        Self { realm: realm.to_owned(), opening, nonces: Nonces::new(key, now), used: Used::new() }
    }

    /// Whose passwords are asked for.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The two WWW-Authenticate values of a 401, the stronger first (RFC 8760 2.4).
    #[must_use]
    pub fn challenge(&mut self, now: Instant, source: IpAddr, stale: Stale) -> [String; 2] {
        let nonce = self.nonces.make(now, source);
        let stale = if stale == Stale::Yes { ", stale=true" } else { "" };
        Algorithm::OFFERED.map(|algorithm| {
            [&*self.opening, &nonce, "\", algorithm=", algorithm.token(), ", qop=\"auth\"", stale].concat()
        })
    }

    /// The Authentication-Info of a 2xx: the nonce that the phone's next proof is to be made with (RFC 7616 3.5).
    #[must_use]
    pub fn next_nonce(&mut self, now: Instant, source: IpAddr) -> String {
        format!("nextnonce=\"{}\"", self.nonces.make(now, source))
    }

    /// Judges a request that came from `source`; `find` knows the credentials behind a user name.
    pub fn check<'c>(
        &mut self,
        now: Instant,
        request: &Message<'_>,
        source: IpAddr,
        find: impl FnOnce(&[u8]) -> Option<&'c Credentials>,
    ) -> Verdict {
        let Some(claim) = Claim::of(request, &self.realm) else {
            return Verdict::Challenge(Stale::No);
        };
        let proven = find(&claim.user).is_some_and(|credentials| claim.proves(credentials));
        let stamp = self.nonces.read(claim.proof.nonce, source);
        let nonces = &self.nonces;
        let aged = stamp.map(|stamp| (stamp, nonces.age(stamp, now)));
        let Some((stamp, age)) = aged.filter(|(_, age)| *age < NONCE_LIFETIME) else {
            return Verdict::Challenge(if proven { Stale::Yes } else { Stale::No });
        };
        if !proven {
            return Verdict::Refused;
        }
        self.used.forget(|stamp| nonces.age(stamp, now) >= NONCE_LIFETIME);
        match self.used.first_use(stamp, claim.count) {
            true if age < NONCE_LIFETIME / 2 => Verdict::Granted(Nonce::Young),
            true => Verdict::Granted(Nonce::Ageing),
            false => Verdict::Again,
        }
    }

    /// The user name a request claims in our realm, as received; proves nothing.
    #[must_use]
    pub fn claimed_user(&self, request: &Message<'_>) -> Option<Vec<u8>> {
        Claim::of(request, &self.realm).map(|claim| claim.user)
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Guard").field("realm", &self.realm).finish_non_exhaustive()
    }
}

/// What a request says to prove who sends it.
struct Claim<'a> {
    user: Vec<u8>,
    algorithm: Algorithm,
    proof: Proof<'a>,
    count: u32,
    response: &'a [u8],
}

impl<'a> Claim<'a> {
    /// The first Digest credentials for our realm, if they have all their parts.
    fn of(request: &Message<'a>, realm: &str) -> Option<Self> {
        let Start::Request { method, uri } = request.start() else {
            return None;
        };
        let digests = request.authorizations().filter(AuthParams::is_digest);
        let [_, user, algorithm, hashed, qop, nc, cnonce, nonce, response] = digests
            .map(|params| params.several(Self::PARTS))
            .find(|[found, ..]| found.is_some_and(|found| *unquoted(found) == *realm.as_bytes()))?;
        let inside = |value: Option<&'a [u8]>| value.map(inside_quotes);
        let (counted, count) = match inside(qop) {
            Some(qop) if qop.eq_ignore_ascii_case(b"auth") => {
                let nc = inside(nc)?;
                (Some((nc, inside(cnonce)?)), count(nc)?)
            }
            Some(_) => return None,
            // Phones of RFC 2069 do not count: their nonce is good once.
            None => (None, 0),
        };
        let hashed = inside(hashed).filter(|hashed| fits(hashed, uri))?;
        Some(Self {
            user: unquoted(user?).into_owned(),
            algorithm: Algorithm::of(inside(algorithm))?,
            proof: Proof { nonce: inside(nonce)?, counted, method: method.token(), uri: hashed },
            count,
            response: inside(response)?,
        })
    }

    const PARTS: [&'static [u8]; 9] =
        [b"realm", b"username", b"algorithm", b"uri", b"qop", b"nc", b"cnonce", b"nonce", b"response"];

    fn proves(&self, credentials: &Credentials) -> bool {
        let expected = self.proof.response(self.algorithm, credentials.secret(self.algorithm));
        bool::from(expected.as_bytes().ct_eq(&self.response.to_ascii_lowercase()))
    }
}

/// The text between the quotes as it was received, escapes included: what the phone hashed.
fn inside_quotes(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(value)
}

/// Eight hexadecimal digits; fewer are tolerated (RFC 7616 3.4 `nc`).
fn count(nc: &[u8]) -> Option<u32> {
    let fits = (1..=8).contains(&nc.len());
    let add = |sum: u32, digit: &u8| hex(*digit).map(|digit| sum << 4 | u32::from(digit));
    fits.then(|| nc.iter().try_fold(0, add)).flatten()
}

/// The hashed URI must mean the request's. Ports and parameters differ between honest phones, and some hash their server alone;
/// playing such a proof back for another call is what the count of each nonce prevents.
fn fits(hashed: &[u8], requested: &[u8]) -> bool {
    if hashed == requested {
        return true;
    }
    let (Some(hashed_uri), Some(requested_uri)) = (Uri::parse(hashed), Uri::parse(requested)) else {
        return false;
    };
    match (hashed_uri.host, requested_uri.host) {
        (Some(one), Some(other)) => {
            let user = hashed_uri.user_decoded();
            one.same_as(&other) && (user.is_none() || user == requested_uri.user_decoded())
        }
        _ => hashed == requested,
    }
}

#[cfg(test)]
mod tests;
