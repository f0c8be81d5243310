//! The whole page behind its real TLS listener, with a clock that a test can turn.

mod api;
mod attacks;
mod backups;
mod billing;
mod calls;
mod changes;
mod closing;
mod diagnostics;
mod door;
mod first_run;
mod frame;
mod hardware;
mod live;
mod messages;
mod network;
mod people;
mod plain;
mod programs;
mod rights;
mod screens;
mod second;
mod webhooks;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use certificates::Certificates;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::http::request::Builder;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{oneshot, watch};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::view::queue::{Agent, AgentState, Queue, Waiting};
use crate::view::{
    Call, CallState, Fault, Mirror, MirrorState, Notice, Party, Phone, PhoneState, Readiness, Sentence,
    Severity, Transport,
};
use crate::{
    Account, Clock, Commands, Config, Holder, MemoryVault, Metrics, NoCommands, Role, Serving, SessionKey,
    SessionRecord, Sources, Vault, View,
};
use sha2::Digest as _;

const PASSWORD: &str = "ein guter langer Satz";

/// 2027-01-15T08:00:00Z and whatever a test adds.
#[derive(Debug, Default)]
struct HandClock(AtomicU64);

impl HandClock {
    fn pass(&self, time: Duration) {
        self.0.fetch_add(time.as_secs(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + self.0.load(Ordering::SeqCst))
    }
}

/// The browser lives in the same time.
impl TimeProvider for HandClock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(self.now().duration_since(SystemTime::UNIX_EPOCH).unwrap()))
    }
}

/// A running page.
struct House {
    serving: Serving,
    publish: watch::Sender<Arc<View>>,
    vault: Arc<MemoryVault>,
    clock: Arc<HandClock>,
    code: String,
    dir: TempDir,
    close: oneshot::Sender<()>,
}

/// An answer, read whole.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl House {
    /// A new box: a set-up code waits.
    async fn new() -> Self {
        Self::with(Arc::new(NoCommands)).await
    }

    /// The same with a daemon behind it that answers.
    async fn with(commands: Arc<dyn Commands>) -> Self {
        let dir = TempDir::new().unwrap();
        let (vault, clock) = (Arc::new(MemoryVault::default()), Arc::new(HandClock::default()));
        let code = crate::offer_setup(&*vault).await.unwrap().unwrap().reveal().to_owned();
        let (publish, view) = watch::channel(Arc::new(view(clock.now())));
        let (close, closed) = oneshot::channel();
        let sources = Sources {
            view,
            vault: Arc::clone(&vault) as Arc<dyn Vault>,
            metrics: Arc::new(Metrics::new("1.2.3")),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            commands,
        };
        let shutdown = async {
            let _ = closed.await;
        };
        let serving = crate::serve(config(&dir), sources, shutdown).await.unwrap();
        Self { serving, publish, vault, clock, code, dir, close }
    }

    /// The same box after a restart.
    async fn again(self, commands: Arc<dyn Commands>) -> Self {
        let dir = TempDir::new().unwrap();
        let (publish, view) = watch::channel(Arc::new(view(self.clock.now())));
        let (close, closed) = oneshot::channel();
        let sources = Sources {
            view,
            vault: Arc::clone(&self.vault) as Arc<dyn Vault>,
            metrics: Arc::new(Metrics::new("1.2.3")),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            commands,
        };
        let shutdown = async {
            let _ = closed.await;
        };
        let serving = crate::serve(config(&dir), sources, shutdown).await.unwrap();
        Self { serving, publish, dir, close, ..self }
    }

    /// A box that was set up, and the cookie of its admin.
    async fn set_up() -> (Self, String) {
        let house = Self::new().await;
        let answer = house.post("/setup", "", &setup_form(&house.code, PASSWORD, PASSWORD)).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, "/"),
            "{}",
            answer.body
        );
        let cookie = answer.cookie();
        (house, cookie)
    }

    /// What `gatehouse reset-admin` does; returns the code.
    async fn reset_admin(&self) -> String {
        let reset = crate::reset_admin(self.clock.now()).unwrap();
        self.vault.drop_account(reset.account).await.unwrap();
        self.vault.set_setup_code(Some(reset.kept)).await.unwrap();
        self.vault.end_sessions_before(reset.sessions_before).await.unwrap();
        self.vault.note(reset.deed).await.unwrap();
        reset.code.reveal().to_owned()
    }

    /// Somebody with this role, signed in: their cookie.
    async fn enter_as(&self, role: Role) -> String {
        let name = format!("{role:?}").to_lowercase();
        let account = Account {
            name: name.clone(),
            role,
            user: Some("w0".to_owned()),
            until: None,
            password: None,
            second: None,
            passkeys: crate::Passkeys::default(),
            seen_from: Vec::new(),
        };
        self.vault.keep_account(account).await.unwrap();
        let noise: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap() ^ role as u8);
        let holder = Holder { account: name, ..Holder::default() };
        let (opened, seen) = (self.clock.now(), self.clock.now());
        let key = SessionKey(sha2::Sha256::digest(noise).into());
        self.vault.open_session(key, SessionRecord { opened, seen, holder }).await.unwrap();
        let token: String = noise.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("__Host-sid={token}")
    }

    fn change(&self, change: impl FnOnce(&mut View)) {
        self.publish.send_modify(|view| change(Arc::make_mut(view)));
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("api.socket")
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.ask(request("GET", path).header("cookie", cookie), "").await
    }

    async fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let request = request("POST", path)
            .header("cookie", cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        self.ask(request, form).await
    }

    async fn sign_in(&self, password: &str) -> Answer {
        self.post("/login", "", &form(&[("account", "admin"), ("password", password)])).await
    }

    async fn ask(&self, request: Builder, body: &str) -> Answer {
        read(self.send(request, body).await).await
    }

    async fn send(&self, request: Builder, body: &str) -> Response<Incoming> {
        exchange(self.connect().await.unwrap(), request, body).await
    }

    /// TLS, trusting the box's root and nothing else.
    async fn connect(&self) -> io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root_der().into()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ClientConfig::builder_with_details(provider, Arc::clone(&self.clock) as Arc<dyn TimeProvider>);
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(builder.with_root_certificates(roots).with_no_client_auth());
        let stream = TcpStream::connect(self.serving.https).await?;
        TlsConnector::from(config).connect(ServerName::try_from("localhost").unwrap(), stream).await
    }

    async fn ask_plain(&self, request: Builder) -> Answer {
        let stream = TcpStream::connect(self.serving.http.unwrap()).await.unwrap();
        read(exchange(stream, request, "").await).await
    }

    async fn ask_socket(&self, path: &str) -> Answer {
        let stream = UnixStream::connect(self.socket()).await.unwrap();
        read(exchange(stream, request("GET", path), "").await).await
    }

    fn root_der(&self) -> Vec<u8> {
        use rustls::pki_types::pem::PemObject as _;
        CertificateDer::from_pem_file(self.dir.path().join("tls/root.crt")).unwrap().to_vec()
    }
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What the browser sends back from now on.
    fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap().to_owned()
    }
}

fn config(dir: &TempDir) -> Config {
    Config {
        https: ([127, 0, 0, 1], 0).into(),
        http: Some(([127, 0, 0, 1], 0).into()),
        socket: Some(dir.path().join("api.socket")),
        certificates: certificates(dir),
    }
}

fn certificates(dir: &TempDir) -> Arc<Certificates> {
    let names = ["Gatehouse".to_owned(), "tel.example.test".to_owned()];
    let (tls, now) = (dir.path().join("tls"), HandClock::default().now());
    Arc::new(Certificates::open(&tls, &names, &[[192, 168, 7, 2].into()], now).unwrap())
}

fn request(method: &str, path: &str) -> Builder {
    Request::builder().method(method).uri(path).header("host", "localhost")
}

async fn exchange<S>(stream: S, request: Builder, body: &str) -> Response<Incoming>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender.send_request(request.body(Full::new(Bytes::from(body.to_owned()))).unwrap()).await.unwrap()
}

async fn read(answer: Response<Incoming>) -> Answer {
    let (head, body) = answer.into_parts();
    let body = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
    Answer { status: head.status, headers: head.headers, body }
}

fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

fn setup_form(code: &str, password: &str, repeat: &str) -> String {
    form(&[("code", code), ("password", password), ("repeat", repeat)])
}

/// Two phones in a call.
fn view(now: SystemTime) -> View {
    let ago = |seconds| now - Duration::from_secs(seconds);
    let mut view = View::starting("1.2.3", ago(600));
    view.readiness = Readiness::Ready;
    view.phones = Arc::new(vec![
        phone("e0", "Tischtelefon", Some("Anna Berger"), "11", registered(ago(120))),
        phone("e1", "Empfang", None, "10", PhoneState::Unregistered { since: None }),
    ]);
    view.calls = vec![Call {
        id: "c1".to_owned(),
        caller: party(Some("Anna Berger"), "11"),
        callee: party(None, "+492111234567"),
        state: CallState::Talking,
        since: ago(42),
    }];
    view.queues = vec![queue(ago(75))];
    view.mirror = Mirror {
        state: MirrorState::Current,
        fetched: Some(ago(90)),
        users: 2,
        devices: 2,
        numbers: 3,
        ..Mirror::never("api.example.test")
    };
    view.notices = vec![Notice {
        severity: Severity::Fault,
        fault: Fault::Network,
        what: Sentence::new("Die Leitung ist gestört.", "The line is down."),
        fix: Sentence::new("Router prüfen.", "Check the router."),
    }];
    view
}

/// One caller waits for an agent who talks.
fn queue(since: SystemTime) -> Queue {
    let waiting = Waiting { caller: party(Some("<b>Meier"), "12"), since, rings: false };
    let agent = Agent { user: "w0".to_owned(), name: "Anna Berger".to_owned(), state: AgentState::Talks };
    let (channel, name) = ("0b4e9d6c-7a51-4f0e-9a3e-000000000000".to_owned(), "Bestellannahme".to_owned());
    Queue { channel, name, waiting: vec![waiting], agents: vec![agent] }
}

fn registered(since: SystemTime) -> PhoneState {
    PhoneState::Registered { transport: Transport::Tls, since }
}

fn phone(device: &str, alias: &str, owner: Option<&str>, extension: &str, state: PhoneState) -> Phone {
    Phone {
        device: device.to_owned(),
        alias: alias.to_owned(),
        owner: owner.map(str::to_owned),
        extensions: vec![extension.to_owned()],
        state,
    }
}

fn party(name: Option<&str>, number: &str) -> Party {
    Party {
        name: name.map(str::to_owned),
        number: number.to_owned(),
        encrypted: name.is_some(),
        unheard: None,
    }
}
