//! The least HTTP client there is, so that the server is not tested by its own library.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What came back: all of it, also when the body is shorter than announced.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)))
            .map(|(_, value)| value)
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.header("content-length").is_some_and(|length| length == self.body.len().to_string())
    }
}

/// One request on a connection of its own. `login` is `id:secret`.
pub(crate) async fn send(method: &str, url: &str, login: Option<&str>, body: &str) -> Answer {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let login =
        login.map(|login| format!("Authorization: Basic {}\r\n", STANDARD.encode(login))).unwrap_or_default();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\n{login}Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // A cut answer ends in an error; what came before it counts.
    let _ = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// A read with the admin's token.
pub(crate) async fn read(cloud: &practice::Practice, path: &str) -> Answer {
    send("GET", &format!("{}{path}", cloud.api()), Some("token-PRACTICE:practice-secret"), "").await
}
