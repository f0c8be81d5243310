//! Changing something: one request, never repeated here, and what is known about its fate.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use mirror::{Failure, Reply};
use serde_json::Value;

use crate::get::AGENT;
use crate::pace::{Turn, Urgency};
use crate::{Client, FetchFailed};

impl Client {
    /// Sends one change and says what became of it. It waits for its turn, but not for rounds that keep the copy current.
    pub async fn send(&self, change: &mirror::Request) -> Reply {
        while let Turn::Asked(until) | Turn::Budget(until) =
            self.shared.pace.turn(tokio::time::Instant::now(), Urgency::Change)
        {
            tokio::time::sleep_until(until).await;
        }
        let method = match change.method {
            mirror::Method::Post => Method::POST,
            mirror::Method::Put => Method::PUT,
            mirror::Method::Delete => Method::DELETE,
        };
        let body = change.body.as_ref().map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{}", self.shared.base, change.path))
            .header(AUTHORIZATION, self.shared.authorization())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, AGENT)
            .body(Full::<Bytes>::from(body));
        let Ok(request) = request else { return Reply::NotSent };
        let answered =
            tokio::time::timeout(self.shared.limits.deadline, self.shared.http.request(request)).await;
        match answered {
            Ok(Ok(response)) => sort(response.status()),
            Ok(Err(failed)) if failed.is_connect() => Reply::NotSent,
            Ok(Err(_)) | Err(_) => Reply::Unknown,
        }
    }

    /// Reads one path, for lists that are read a page at a time.
    ///
    /// # Errors
    /// As for [`Client::fetch`]; what the account does not have is [`Failure::Status`] 403 or 404.
    pub async fn page(&self, path: &str) -> Result<Value, FetchFailed> {
        let round = crate::ask::Round::new(std::sync::Arc::clone(&self.shared), Urgency::Usual);
        match round.reply(path, mirror::Source::V2).await? {
            Ok(page) => Ok(page),
            Err(mirror::Outcome::Failed(failure)) => Err(FetchFailed::Unanswered(failure)),
            Err(mirror::Outcome::Absent | mirror::Outcome::Complete) => {
                Err(FetchFailed::Unanswered(Failure::Status(404)))
            }
        }
    }
}

/// 408 and 425 leave open whether anything was done, as every 5xx does; 401 and 429 come before anything is.
fn sort(status: StatusCode) -> Reply {
    match status {
        status if status.is_success() => Reply::Told,
        StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS => Reply::NotSent,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => Reply::Unknown,
        status if status.is_client_error() => Reply::Refused(status.as_u16()),
        _ => Reply::Unknown,
    }
}
