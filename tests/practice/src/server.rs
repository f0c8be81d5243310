//! The two HTTP listeners: the account's API and the control interface.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

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
use crate::cloud::{Cloud, Request};
use crate::paths::{self, Question};

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
    let good = match read(&cloud, &request, &path, &query) {
        Ok(answer) => answer.into_response(),
        Err(refused) => refused.into_response(paths::version(&path)),
    };
    let fault = cloud.take_fault(&path);
    let response = match fault {
        Some(fault) => fault.spoil(good).await,
        None => good,
    };
    let status = response.status().as_u16();
    tracing::debug!(path, status, "answered");
    cloud.remember(Request { method: request.method().to_string(), path, query, status });
    response
}

fn read(cloud: &Cloud, request: &HttpRequest<Incoming>, path: &str, query: &str) -> Result<Answer, Refused> {
    let account = cloud.account();
    let caller = Caller::identify(&account, request.headers())?;
    if request.method() != Method::GET {
        return Err(Refused::MethodNotAllowed);
    }
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
