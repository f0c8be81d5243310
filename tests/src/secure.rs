//! Lines over TLS: a connection as any phone opens it, and a browser's WebSocket on top of one.

use std::{
    io,
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tungstenite::{Message as Frame, WebSocket, client::IntoClientRequest as _, http::HeaderValue};

use crate::wire::Message;

/// A connection over TLS.
pub type Tls = StreamOwned<ClientConnection, TcpStream>;

/// Opens a connection to `server`, trusting whom the certificate in `root` signed, and waits until TLS has agreed.
///
/// # Errors
/// The connection or TLS failed.
pub fn tls(server: SocketAddr, root: &Path) -> io::Result<Tls> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(root).expect("a certificate")).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks them")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = server.ip().into();
    let client = ClientConnection::new(Arc::new(config), name).expect("an address is a name");
    let mut line = StreamOwned::new(client, TcpStream::connect(server)?);
    while line.conn.is_handshaking() {
        line.conn.complete_io(&mut line.sock)?;
    }
    Ok(line)
}

/// A page in a browser that speaks SIP.
#[derive(Debug)]
pub struct Page(WebSocket<Tls>);

impl Page {
    /// Connects as a page of `origin`.
    ///
    /// # Errors
    /// What the box answered instead of opening the connection.
    pub fn open(server: SocketAddr, root: &Path, origin: &str) -> Result<Self, tungstenite::Error> {
        let mut request = format!("wss://{server}/").into_client_request()?;
        let value = |text: &str| HeaderValue::from_str(text).expect("a header value");
        request.headers_mut().insert("Origin", value(origin));
        request.headers_mut().insert("Sec-WebSocket-Protocol", value("sip"));
        let opened = tungstenite::client(request, tls(server, root)?);
        let (socket, answer) = opened.map_err(|refused| match refused {
            tungstenite::HandshakeError::Failure(why) => why,
            tungstenite::HandshakeError::Interrupted(_) => unreachable!("the socket waits"),
        })?;
        assert_eq!(answer.headers().get("Sec-WebSocket-Protocol"), Some(&value("sip")));
        Ok(Self(socket))
    }

    /// The end of the connection here.
    #[must_use]
    pub fn here(&self) -> SocketAddr {
        self.0.get_ref().sock.local_addr().expect("a connected socket")
    }

    /// Sends one message.
    pub fn send(&mut self, text: &str) {
        self.0.send(Frame::text(text)).expect("the connection stands");
    }

    /// The next message, `None` when none came within `limit`.
    pub fn receive_within(&mut self, limit: Duration) -> Option<Message> {
        let limit = Some(limit.max(Duration::from_millis(1)));
        self.0.get_ref().sock.set_read_timeout(limit).expect("a timeout above zero");
        loop {
            match self.0.read().ok()? {
                Frame::Text(text) => return Some(Message(text.as_str().to_owned())),
                Frame::Binary(bytes) => return Some(Message(String::from_utf8_lossy(&bytes).into_owned())),
                Frame::Ping(_) | Frame::Pong(_) | Frame::Close(_) | Frame::Frame(_) => {}
            }
        }
    }
}
