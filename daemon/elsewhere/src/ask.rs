//! Questions over HTTPS. Redirections are not followed.

use std::net::IpAddr;
use std::time::Duration;

use emergency::Civic;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;

use crate::held::{self, Where, located};
use crate::lost::{self, Competent, competent};

/// Larger answers are not read, bytes.
const MOST_BYTES: usize = 64 * 1024;
/// A whole question with its answer.
const WITHIN: Duration = Duration::from_secs(15);

/// Why nothing is known.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AskFailed {
    /// The installer's: no address, or one over which others could answer.
    #[error("this is no https address (plain http is for loopback only)")]
    Address,
    /// The box's: TLS cannot be set up.
    #[error("TLS cannot be set up on this box")]
    Tls,
    /// The server's or the network's.
    #[error("the server does not answer")]
    Silent,
    /// The server's: it does not know, by its own code.
    #[error("the server refuses: {0}")]
    Refused(String),
    /// The server's: what it says cannot be understood.
    #[error("the server's answer cannot be understood")]
    Odd,
}

impl AskFailed {
    /// By the server's own code, cut to what can be shown.
    pub(crate) fn refused(code: &str) -> Self {
        Self::Refused(code.chars().filter(|sign| !sign.is_control()).take(64).collect())
    }
}

/// Asks one server.
#[derive(Clone, Debug)]
pub struct Asker {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    address: Uri,
}

impl Asker {
    /// For the server at this address. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address is none, or others could answer for it.
    pub fn new(address: &str) -> Result<Self, AskFailed> {
        let address: Uri = address.trim().parse().map_err(|_| AskFailed::Address)?;
        let host = address.host().unwrap_or_default().trim_matches(['[', ']']);
        let loopback = host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        match address.scheme_str() {
            Some("https") if !host.is_empty() => {}
            Some("http") if loopback => {}
            _ => return Err(AskFailed::Address),
        }
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(WITHIN));
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .map_err(|_| AskFailed::Tls)?;
        let connector = tls.https_or_http().enable_http1().wrap_connector(tcp);
        Ok(Self { http: Client::builder(TokioExecutor::new()).build(connector), address })
    }

    /// Where does the network say that we stand?
    ///
    /// # Errors
    /// [`AskFailed`] says whose fault it is.
    pub async fn located(&self) -> Result<Where, AskFailed> {
        located(&self.post(held::KIND, held::question()).await?)
    }

    /// Which control centre is competent there?
    ///
    /// # Errors
    /// [`AskFailed`] says whose fault it is.
    pub async fn competent(&self, place: &Civic) -> Result<Competent, AskFailed> {
        competent(&self.post(lost::KIND, lost::question(place)).await?)
    }

    async fn post(&self, kind: &'static str, question: Vec<u8>) -> Result<Bytes, AskFailed> {
        let request = Request::builder().method(Method::POST).uri(&self.address).header(CONTENT_TYPE, kind);
        let request = request.body(Full::new(Bytes::from(question))).map_err(|_| AskFailed::Address)?;
        let exchange = async {
            let answer = self.http.request(request).await.map_err(|_| AskFailed::Silent)?;
            if answer.status() != StatusCode::OK {
                return Err(AskFailed::refused(answer.status().as_str()));
            }
            let body = Limited::new(answer.into_body(), MOST_BYTES).collect().await;
            body.map(http_body_util::Collected::to_bytes).map_err(|_| AskFailed::Odd)
        };
        tokio::time::timeout(WITHIN, exchange).await.unwrap_or(Err(AskFailed::Silent))
    }
}

#[cfg(test)]
mod tests {
    use emergency::Civic;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::{AskFailed, Asker};

    /// Gives one answer; says what it was asked.
    async fn server(status: &str, body: &str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/ask", listener.local_addr().unwrap());
        let answer =
            format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        let asked = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            while !String::from_utf8_lossy(&heard).contains("Request>")
                && !String::from_utf8_lossy(&heard).contains("</findService>")
            {
                let mut room = [0; 4096];
                let read = stream.read(&mut room).await.unwrap();
                heard.extend_from_slice(&room[..read]);
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&heard).into_owned()
        });
        (address, asked)
    }

    #[tokio::test]
    async fn a_location_server_and_a_mapping_server_are_asked_as_their_standards_say() {
        let held = "<locationResponse><presence entity=\"pres:x@y\"><location-info><civicAddress><country>FR</country>\
                    </civicAddress></location-info></presence></locationResponse>";
        let (address, asked) = server("200 OK", held).await;
        let found = Asker::new(&address).unwrap().located().await.unwrap();
        assert_eq!(found.civic.country.as_deref(), Some("FR"));
        let asked = asked.await.unwrap();
        assert!(asked.starts_with("POST /ask HTTP/1.1") && asked.contains("application/held+xml"), "{asked}");
        let lost = "<findServiceResponse><mapping expires=\"NO-CACHE\"><uri>sip:sos@example.fr</uri></mapping></findServiceResponse>";
        let (address, asked) = server("200 OK", lost).await;
        let place = Civic { country: Some("FR".into()), ..Civic::default() };
        let found = Asker::new(&address).unwrap().competent(&place).await.unwrap();
        assert_eq!(found.reached, ["sip:sos@example.fr"]);
        assert!(asked.await.unwrap().contains("application/lost+xml"));
    }

    #[tokio::test]
    async fn a_server_that_sends_us_elsewhere_or_says_too_much_is_not_followed() {
        let (address, _asked) = server("302 Found", "").await;
        let refused = AskFailed::Refused("302".to_owned());
        assert_eq!(Asker::new(&address).unwrap().located().await, Err(refused));
        let (address, _asked) = server("200 OK", &"x".repeat(100_000)).await;
        assert_eq!(Asker::new(&address).unwrap().located().await, Err(AskFailed::Odd));
        for wrong in ["", "ftp://x/", "http://192.0.2.1/", "https://"] {
            assert!(Asker::new(wrong).is_err(), "{wrong}");
        }
    }
}
