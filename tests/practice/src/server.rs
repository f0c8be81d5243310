//! The two HTTP listeners: the account's API and the control interface.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request as HttpRequest, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::answer::{Answer, Body, Refused};
use crate::auth::Caller;
use crate::cloud::{Cloud, Request, lock};
use crate::faults::FaultKind;
use crate::identity;
use crate::paths::{self, Question};
use crate::staff::{self, Visit};

/// Connections served at once; more wait in the backlog.
const CONNECTIONS: usize = 256;
/// A client that has not sent its request head by then is dropped.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves `answer` on `listener` until the future is dropped, which also ends every connection.
pub(crate) async fn serve<F, R>(listener: TcpListener, cloud: Arc<Cloud>, answer: F)
where
    F: Fn(Arc<Cloud>, HttpRequest<Incoming>) -> R + Copy + Send + 'static,
    R: Future<Output = Response<Body>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else { continue };
        while connections.try_join_next().is_some() {}
        let cloud = cloud.clone();
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let answered = answer(cloud.clone(), request);
                infallible(answered)
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIMEOUT)
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
            drop(place);
        });
    }
}

async fn infallible<T>(answered: impl Future<Output = T>) -> Result<T, Infallible> {
    Ok(answered.await)
}

/// Answers one request to the account's API.
pub(crate) async fn api(cloud: Arc<Cloud>, request: HttpRequest<Incoming>) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let method = request.method().clone();
    let fault = cloud.take_fault(&path);
    let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let origin = format!("http://{host}");
    if path == format!("{}/.well-known/openid-configuration", identity::ISSUER) && fault.is_none() {
        return identity::Identity::description(&origin);
    }
    if path.starts_with(identity::REALM) && fault.is_none() {
        let body = Limited::new(request.into_body(), LARGEST).collect().await;
        let body = body.map(|body| body.to_bytes()).unwrap_or_default();
        return lock(&cloud.identity).answer(&cloud.account(), &method, (&path, &query), &body, &origin);
    }
    if staff::is_here(&path) && fault.is_none() {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, LARGEST).collect().await;
        let body = body.map(|body| body.to_bytes()).unwrap_or_default();
        let (account, headers) = (cloud.account(), &head.headers);
        let visit =
            Visit { account: &account, method: &method, path: &path, query: &query, headers, body: &body };
        return staff::answer(&visit);
    }
    // A change that is refused with a status was not carried out; one whose answer is lost was.
    let answered = match fault {
        Some(FaultKind::Status { .. }) if method != Method::GET => Ok(Answer::Empty),
        _ if method != Method::GET => written(&cloud, request, &method, &path).await,
        _ => read(&cloud, &request, &path, &query),
    };
    let good = match answered {
        Ok(answer) => answer.into_response(),
        Err(refused) => refused.into_response(paths::version(&path)),
    };
    let response = match fault {
        Some(fault) => fault.spoil(good).await,
        None => good,
    };
    let status = response.status().as_u16();
    tracing::debug!(path, status, "answered");
    cloud.remember(Request { method: method.to_string(), path, query, status });
    response
}

/// Largest body of a change, in bytes.
const LARGEST: usize = 1 << 20;

async fn written(
    cloud: &Cloud,
    request: HttpRequest<Incoming>,
    method: &Method,
    path: &str,
) -> Result<Answer, Refused> {
    let caller = Caller::identify(cloud, &cloud.account(), request.headers())?;
    let body = Limited::new(request.into_body(), LARGEST).collect().await;
    let body = body.map_err(|_| Refused::BadParameter("body"))?.to_bytes();
    crate::changes::change(cloud, &caller, method, path, &body)
}

fn read(cloud: &Cloud, request: &HttpRequest<Incoming>, path: &str, query: &str) -> Result<Answer, Refused> {
    let account = cloud.account();
    let caller = Caller::identify(cloud, &account, request.headers())?;
    let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    paths::answer(&Question {
        account: &account,
        caller: &caller,
        path,
        query: &query,
        origin: &format!("http://{host}"),
        line: &cloud.line,
    })
}
