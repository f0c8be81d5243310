//! One request and its answer, sorted by what can be done about it.

use std::error::Error as _;
use std::io;
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use hyper::{Request, Response, StatusCode};
use mirror::Failure;
use serde_json::Value;

use crate::client::Shared;

pub(crate) const AGENT: &str = concat!("Gatehouse/", env!("CARGO_PKG_VERSION"));

/// What came of one request.
#[derive(Debug)]
pub(crate) enum Reply {
    /// An answer.
    Told(Value),
    /// The account, its product or the token's rights do not have this.
    Absent,
    /// The cloud does not take the credential.
    Denied,
    /// The cloud wants a pause, of this length if it says so.
    Busy(Option<Duration>),
    /// Trying once more may help.
    Shaky(Failure),
    /// Trying again will not help.
    Useless(Failure),
}

impl Shared {
    /// Reads one path of the account, `/v2/users`.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        let request = Request::get(format!("{}{path}", self.base))
            .header(AUTHORIZATION, self.authorization())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, AGENT)
            .body(Full::<Bytes>::default());
        let Ok(request) = request else { return Reply::Useless(Failure::Unreadable) };
        let exchange = async {
            match self.http.request(request).await {
                Ok(response) => self.sort(response).await,
                Err(failed) if is_untrusted(&failed) => Reply::Useless(Failure::Untrusted),
                Err(_) => Reply::Shaky(Failure::Unreachable),
            }
        };
        tokio::time::timeout(self.limits.deadline, exchange).await.unwrap_or(Reply::Shaky(Failure::TooSlow))
    }

    async fn sort(&self, response: Response<Incoming>) -> Reply {
        let status = response.status();
        let asked = crate::pause::asked_for(response.headers(), SystemTime::now());
        let failure = Failure::Status(status.as_u16());
        match status {
            status if status.is_success() => self.read(response.into_body()).await,
            StatusCode::UNAUTHORIZED => Reply::Denied,
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Reply::Absent,
            StatusCode::TOO_MANY_REQUESTS => Reply::Busy(asked),
            StatusCode::SERVICE_UNAVAILABLE if asked.is_some() => Reply::Busy(asked),
            status if status.is_server_error() => Reply::Shaky(failure),
            _ => Reply::Useless(failure),
        }
    }

    /// The type the cloud claims is ignored: it has sent JSON under several.
    async fn read(&self, body: Incoming) -> Reply {
        match Limited::new(body, self.limits.body).collect().await {
            Ok(body) => serde_json::from_slice(&body.to_bytes())
                .map_or(Reply::Useless(Failure::Unreadable), Reply::Told),
            Err(failed) if failed.is::<LengthLimitError>() => Reply::Useless(Failure::TooLarge),
            Err(_) => Reply::Shaky(Failure::Unreachable),
        }
    }
}

/// Somebody answered who could not prove to be the cloud.
fn is_untrusted(failed: &hyper_util::client::legacy::Error) -> bool {
    let mut causes = std::iter::successors(failed.source(), |&error| within(error));
    causes.any(|error| matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))))
}

/// An `io::Error` names the cause of what it wraps as its own, so what it wraps is asked for first.
fn within<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a (dyn std::error::Error + 'static)> {
    match error.downcast_ref().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
