//! The way to an authority: HTTPS, bounded in time and size. Redirections are not followed.

use std::pin::Pin;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use rustls::{ClientConfig, RootCertStore};

/// A chain of certificates is far smaller, bytes.
const LARGEST: usize = 256 * 1024;
/// A whole question with its answer.
const WITHIN: Duration = Duration::from_secs(20);

pub(crate) struct Directory(Client<HttpsConnector<HttpConnector>, BodyWrapper<Bytes>>);

impl Directory {
    /// A way that trusts these.
    pub(crate) fn new(roots: RootCertStore) -> Result<Self, rustls::Error> {
        let provider = rustls::crypto::ring::default_provider();
        let tls =
            ClientConfig::builder_with_provider(provider.into()).with_safe_default_protocol_versions()?;
        let tls = tls.with_root_certificates(roots).with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(WITHIN));
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_only().enable_http1();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector.wrap_connector(tcp))))
    }
}

impl HttpClient for Directory {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let asked = self.0.request(request);
        let exchange = async move {
            let (parts, body) = asked.await.map_err(|failed| Error::Other(failed.into()))?.into_parts();
            let body = Limited::new(body, LARGEST).collect().await.map_err(Error::Other)?.to_bytes();
            Ok(Response::from_parts(parts, Full::new(body)).into())
        };
        Box::pin(async move {
            let late = |late: tokio::time::error::Elapsed| Err(Error::Other(late.into()));
            tokio::time::timeout(WITHIN, exchange).await.unwrap_or_else(late)
        })
    }
}
