//! Tells a program of calls, in the form in which the cloud itself pushes them (sipgate.io push API): one POST, one look at the
//! answer's status. What the answer says is not read: no program outside decides what becomes of a call.

use std::fmt;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, USER_AGENT};
use hyper::{Method, Request};
use rustls::RootCertStore;

use crate::get::AGENT;
use crate::guard::{self, Guarded, Reach};
use crate::{ClientRefused, Limits};

/// Longest address taken, bytes.
const LONGEST: usize = 500;

/// Where a program is.
#[derive(Clone, Eq, PartialEq)]
pub struct HookTarget {
    /// Its address. It may hold a key, so it is not shown by `Debug`.
    pub url: String,
    /// It stands in the office's own network, and only there; otherwise it is reached through the internet, and only so.
    pub inside: bool,
}

/// A way to tell one program.
pub struct Hook {
    target: HookTarget,
    http: Guarded,
    reach: Reach,
    deadline: Duration,
}

/// Why a program was not told.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HookFailed {
    /// The admin's: such a place is never visited.
    #[error("this address may not be visited")]
    Address,
    /// The program's, or the network's on the way: nobody answers, the certificate is not trusted, or its name leads where the box
    /// does not go.
    #[error("it could not be reached")]
    Unreachable,
    /// The program's: no answer in time.
    #[error("it did not answer in time")]
    Late,
    /// The program's: it answered, but did not take it. Where it sends the box instead is not visited.
    #[error("it answered {0}")]
    Refused(u16),
    /// Ours: TLS could not be set up.
    #[error("TLS could not be set up")]
    Tls,
}

impl Hook {
    /// A way to `target`, each try of which takes at most `deadline`.
    ///
    /// # Errors
    /// [`HookFailed::Address`] when such an address is never visited.
    pub fn new(
        target: HookTarget,
        authorities: RootCertStore,
        deadline: Duration,
    ) -> Result<Self, HookFailed> {
        let reach = if target.inside { Reach::House } else { Reach::Public };
        Self::within(reach, target, authorities, deadline)
    }

    fn within(
        reach: Reach,
        target: HookTarget,
        authorities: RootCertStore,
        deadline: Duration,
    ) -> Result<Self, HookFailed> {
        if target.url.len() > LONGEST || !reach.goes_to(&target.url) {
            return Err(HookFailed::Address);
        }
        let limits = Limits { deadline, ..Limits::default() };
        let http = guard::https(&limits, authorities, reach).map_err(|_: ClientRefused| HookFailed::Tls)?;
        Ok(Self { target, http, reach, deadline })
    }

    /// Tells the program; the fields as the form has them, names that stand for several ending in `[]`.
    ///
    /// # Errors
    /// [`HookFailed`] says whose fault it is.
    pub async fn tell(&self, fields: &[(&str, String)]) -> Result<(), HookFailed> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(&self.target.url)
            .header(USER_AGENT, AGENT)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(form)))
            .map_err(|_| HookFailed::Address)?;
        let answer = tokio::time::timeout(self.deadline, self.http.request(request)).await;
        // The body goes unread, and with it the connection.
        let status = answer.map_err(|_| HookFailed::Late)?.map_err(|_| HookFailed::Unreachable)?.status();
        if status.is_success() { Ok(()) } else { Err(HookFailed::Refused(status.as_u16())) }
    }
}

impl fmt::Debug for HookTarget {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "HookTarget(.., inside: {})", self.inside)
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Hook({:?}, {:?})", self.target, self.reach)
    }
}

#[cfg(test)]
mod tests;
