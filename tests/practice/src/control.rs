//! The control interface: what a test may do to the cloud, as HTTP below `/practice/` on a port of its own.

use std::sync::Arc;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::account::Account;
use crate::answer::{Answer, Body, with_type};
use crate::cloud::{Cloud, lock};
use crate::faults::Fault;
use crate::sip::control as sip;

/// Largest document a test may send, in bytes; an account of 10,000 users has about 8 MB.
const LARGEST: usize = 64 << 20;

/// Why a control request was not carried out; the test reads the sentence.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ControlRefused {
    #[error("no such control path")]
    UnknownPath,
    #[error("the body is too large or broke off")]
    Body,
    #[error("not understood: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Account(#[from] crate::account::AccountInvalid),
    #[error("{0}")]
    Call(#[from] crate::sip::CallFailed),
}

/// Answers one control request.
pub(crate) async fn control(cloud: Arc<Cloud>, request: Request<Incoming>) -> Response<Body> {
    match carry_out(&cloud, request).await {
        Ok(answer) => answer.into_response(),
        Err(refused) => {
            let status = match refused {
                ControlRefused::UnknownPath => StatusCode::NOT_FOUND,
                ControlRefused::Call(_) => StatusCode::CONFLICT,
                ControlRefused::Body | ControlRefused::Json(_) | ControlRefused::Account(_) => {
                    StatusCode::BAD_REQUEST
                }
            };
            with_type(status, "application/json", json!({"error": refused.to_string()}).to_string())
        }
    }
}

async fn carry_out(cloud: &Arc<Cloud>, request: Request<Incoming>) -> Result<Answer, ControlRefused> {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let path = path.strip_prefix("/practice/").ok_or(ControlRefused::UnknownPath)?;
    let body =
        Limited::new(request.into_body(), LARGEST).collect().await.map_err(|_| ControlRefused::Body)?;
    let body = body.to_bytes();
    let (head, rest) = path.split_once('/').unwrap_or((path, ""));
    match (&method, head) {
        (&Method::GET | &Method::PUT | &Method::PATCH, "account") => account(cloud, &method, rest, &body),
        (&Method::GET, "faults") => Ok(Answer::Json(serde_json::to_value(cloud.faults())?)),
        (&Method::POST, "faults") => {
            cloud.inject(serde_json::from_slice::<Fault>(&body)?);
            Ok(Answer::Empty)
        }
        (&Method::DELETE, "faults") => {
            cloud.clear_faults();
            Ok(Answer::Empty)
        }
        (&Method::GET, "requests") if rest == "count" => Ok(Answer::Json(json!(cloud.requests_by_path()))),
        (&Method::GET, "requests") => Ok(Answer::Json(serde_json::to_value(cloud.requests())?)),
        (&Method::DELETE, "requests") => {
            cloud.forget_requests();
            Ok(Answer::Empty)
        }
        (&Method::DELETE, "tokens") if !rest.is_empty() => {
            cloud.patch(&format!("tokens/{rest}"), Value::Null)?;
            Ok(Answer::Empty)
        }
        (&Method::GET, "login") => Ok(Answer::Json(lock(&cloud.identity).told())),
        (&Method::POST, "login") => {
            let wanted: Value = serde_json::from_slice(&body)?;
            let lie = wanted.get("lie").filter(|lie| !lie.is_null()).cloned();
            let lie = lie.map(serde_json::from_value).transpose()?;
            let mut identity = lock(&cloud.identity);
            identity.lies(lie);
            identity.live(wanted.get("lives").and_then(Value::as_u64).unwrap_or(300));
            Ok(Answer::Empty)
        }
        (&Method::DELETE, "login") => {
            lock(&cloud.identity).revoke();
            Ok(Answer::Empty)
        }
        (_, "sip") => sip::carry_out(cloud, &method, rest, &query, &body).await,
        _ => Err(ControlRefused::UnknownPath),
    }
}

fn account(cloud: &Cloud, method: &Method, path: &str, body: &[u8]) -> Result<Answer, ControlRefused> {
    if *method == Method::GET {
        let account = cloud.account();
        let part = if path.is_empty() {
            Some(account.document())
        } else {
            account.document().pointer(&format!("/{path}"))
        };
        return part.cloned().map(Answer::Json).ok_or(ControlRefused::UnknownPath);
    }
    let document: Value = serde_json::from_slice(body)?;
    if *method == Method::PUT {
        cloud.replace(Account::new(document)?);
    } else {
        cloud.patch(path, document)?;
    }
    Ok(Answer::Empty)
}
