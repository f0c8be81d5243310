//! A cloud of one loopback socket that says what a test wants it to, well-formed or not.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the cloud says to one request.
#[derive(Clone)]
pub(super) enum Said {
    Bytes(Vec<u8>),
    /// These bytes, and the connection ends.
    Cut(Vec<u8>),
    Silence,
}

impl Said {
    pub(super) fn json(value: &Value) -> Self {
        Self::status(200, "content-type: application/json\r\n", &value.to_string())
    }

    pub(super) fn status(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Bytes(
            format!("HTTP/1.1 {status} So\r\n{headers}content-length: {length}\r\n\r\n{body}").into_bytes(),
        )
    }

    pub(super) fn cut() -> Self {
        Self::Cut(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"items\": [".to_vec())
    }

    pub(super) const fn silence() -> Self {
        Self::Silence
    }
}

type Speech = dyn Fn(&str, usize) -> Said + Send + Sync;

struct Inside {
    speech: Box<Speech>,
    asked: Mutex<Vec<String>>,
    heads: Mutex<Vec<String>>,
    counts: Mutex<HashMap<String, usize>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

pub(super) struct SmallCloud {
    pub(super) api: String,
    inside: Arc<Inside>,
    listening: JoinHandle<()>,
}

impl SmallCloud {
    /// `speech` hears the path and how often that path was asked before.
    pub(super) async fn start(speech: impl Fn(&str, usize) -> Said + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}", listener.local_addr().unwrap());
        let inside = Arc::new(Inside {
            speech: Box::new(speech),
            asked: Mutex::default(),
            heads: Mutex::default(),
            counts: Mutex::default(),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let own = Arc::clone(&inside);
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&own)));
            }
        });
        Self { api, inside, listening }
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.inside.asked.lock().unwrap().clone()
    }

    pub(super) fn heads(&self) -> Vec<String> {
        self.inside.heads.lock().unwrap().clone()
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.inside.most.load(Ordering::SeqCst)
    }

    pub(super) async fn stop(self) {
        self.listening.abort();
        let _ended = self.listening.await;
    }
}

async fn converse(stream: TcpStream, inside: Arc<Inside>) {
    let mut stream = BufReader::new(stream);
    while let Some(head) = head(&mut stream).await {
        let most = inside.now.fetch_add(1, Ordering::SeqCst) + 1;
        inside.most.fetch_max(most, Ordering::SeqCst);
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        inside.asked.lock().unwrap().push(path.clone());
        inside.heads.lock().unwrap().push(head);
        let nth = {
            let mut counts = inside.counts.lock().unwrap();
            let count = counts.entry(path.clone()).or_default();
            *count += 1;
            *count - 1
        };
        // Lets the others in, so that what may happen at once does.
        tokio::task::yield_now().await;
        let said = (inside.speech)(&path, nth);
        inside.now.fetch_sub(1, Ordering::SeqCst);
        match said {
            Said::Bytes(bytes) => drop(stream.write_all(&bytes).await),
            Said::Cut(bytes) => return drop(stream.write_all(&bytes).await),
            Said::Silence => std::future::pending().await,
        }
    }
}

async fn head(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

/// Three users with a phone and a line each.
pub(super) fn office(path: &str) -> Said {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let first_page = !query.contains("offset=") || query.contains("offset=0&");
    let items = |items: Vec<Value>| json!({ "items": if first_page { items } else { Vec::new() } });
    let of_user = |path: &str| path.strip_prefix("/v2/w").and_then(|rest| rest.chars().next());
    let user = |n: u32| json!({"id": format!("w{n}"), "firstname": "Mara", "lastname": "Muster", "admin": true, "directDialIds": [(101 + n).to_string()]});
    Said::json(&match path {
        "/v2/authorization/userinfo" => {
            json!({"sub": "w1", "domain": "sipgate.de", "masterSipId": "7654321"})
        }
        "/v2/account" => json!({"company": "Muster GmbH", "mainProductType": "TEAM"}),
        "/v2/balance" => json!({"amount": 1, "currency": "EUR"}),
        "/v2/users" => items((0..3).map(user).collect()),
        "/v2/groups" => items(vec![json!({"id": "g0", "alias": "Zentrale"})]),
        "/v2/numbers" => {
            items(vec![json!({"id": "1", "number": "101", "type": "QUICKDIAL", "endpointId": "w0"})])
        }
        "/v2/contacts" => items(vec![json!({"id": "1", "name": "Kunde"})]),
        "/v3/devices" => {
            let user = query.trim_start_matches("userId=w");
            json!([{"id": format!("e{user}"), "sipCredentials": {"username": format!("7654321e{user}"), "password": format!("geheim-e{user}")}}])
        }
        path if path.ends_with("/devices") => {
            let n = of_user(path).unwrap();
            items(vec![json!({"id": format!("e{n}"), "alias": "Telefon", "type": "REGISTER",
                "credentials": {"username": format!("7654321e{n}"), "password": format!("geheim-e{n}")}})])
        }
        path if path.ends_with("/phonelines") => {
            items(vec![json!({"id": format!("p{}", of_user(path).unwrap()), "alias": "Mara"})])
        }
        _ => items(Vec::new()),
    })
}

/// Somebody with a certificate that nobody vouches for, made for these tests.
pub(super) struct Stranger {
    pub(super) api: String,
    heard: std::thread::JoinHandle<bool>,
}

impl Stranger {
    pub(super) fn start() -> Self {
        let certificate = include_bytes!("stranger.crt.der").to_vec().into();
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(include_bytes!("stranger.key.der").to_vec());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.unwrap().with_no_client_auth().with_single_cert(vec![certificate], key.into());
        let mut tls = rustls::ServerConnection::new(Arc::new(config.unwrap())).unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let api = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let heard = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut stream = rustls::Stream::new(&mut tls, &mut stream);
            stream.read(&mut [0; 1]).is_ok_and(|count| count > 0)
        });
        Self { api, heard }
    }

    pub(super) fn was_told_anything(self) -> bool {
        self.heard.join().unwrap()
    }
}
