//! The certificate to trust, and the plain listener, which serves it and sends everybody else to HTTPS.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HOST, LOCATION};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use certificates::Certificates;

use crate::assets::{self, ASSETS, Assets};
use crate::frame;
use crate::pages::html;
use crate::words::Lang;

/// `/root.crt` (PEM) and `/root.der` (DER) for installing, `/root` for comparing. No door: they are public.
pub(crate) fn downloads<S: Clone + Send + Sync + 'static>() -> Router<S>
where
    Arc<Certificates>: FromRef<S>,
{
    Router::new().route("/root", get(page)).route("/root.crt", get(pem)).route("/root.der", get(der))
}

/// The router of the plain listener.
pub(crate) fn router(certificates: Arc<Certificates>, https_port: u16) -> Router {
    let elsewhere = Arc::new(Elsewhere { certificates: Arc::clone(&certificates), https_port });
    downloads()
        .route("/assets/{name}", get(assets::serve))
        .fallback(move |request: Request| async move { elsewhere.redirect(&request) })
        .layer(from_fn(frame::in_time))
        .layer(from_fn(frame::every))
        .with_state(certificates)
}

#[derive(Template)]
#[template(path = "root.html")]
struct Page {
    t: Lang,
    assets: &'static Assets,
    fingerprint: String,
    /// Names that need no root of ours.
    trusted: Arc<[String]>,
}

impl Page {
    /// Eight bytes at a time, as people compare.
    fn lines(&self) -> impl Iterator<Item = &str> {
        (0..4).filter_map(|line| self.fingerprint.get(line * 24..line * 24 + 23))
    }
}

async fn page(t: Lang, State(certificates): State<Arc<Certificates>>) -> Response {
    let fingerprint = certificates.root().fingerprint().to_string();
    html(StatusCode::OK, &Page { t, assets: &ASSETS, fingerprint, trusted: certificates.trusted_names() })
}

async fn pem(State(certificates): State<Arc<Certificates>>) -> impl IntoResponse {
    (file("gatehouse-root.crt"), certificates.root().pem().to_owned())
}

async fn der(State(certificates): State<Arc<Certificates>>) -> impl IntoResponse {
    (file("gatehouse-root.der"), certificates.root().der().to_vec())
}

fn file(name: &str) -> [(HeaderName, String); 2] {
    [
        (CONTENT_TYPE, "application/x-x509-ca-cert".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ]
}

/// Where plain requests belong.
struct Elsewhere {
    certificates: Arc<Certificates>,
    https_port: u16,
}

impl Elsewhere {
    fn redirect(&self, request: &Request) -> Response {
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            return (StatusCode::METHOD_NOT_ALLOWED, "this listener only redirects to https\n")
                .into_response();
        }
        let location = format!("https://{}{}", self.authority(request.headers()), path(request.uri()));
        (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, location)]).into_response()
    }

    /// The name the browser asked for when it is ours, else our first one: nobody is sent elsewhere.
    fn authority(&self, headers: &HeaderMap) -> String {
        let asked = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let asked = without_port(asked).to_ascii_lowercase();
        let names = self.certificates.names();
        let ours = names.iter().find(|name| **name == asked).or_else(|| names.first());
        let host = ours.map_or("localhost", String::as_str);
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        if self.https_port == 443 { host } else { format!("{host}:{}", self.https_port) }
    }
}

fn without_port(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(name, _)| name),
    }
}

fn path(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}
