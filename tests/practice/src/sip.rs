//! The SIP side of the cloud: registrar, a place to call, and a caller. Runs on another SIP stack than Gatehouse's.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rsipstack::EndpointBuilder;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::sip::{Header, Method, SipMessage, StatusCode, Transport};
use rsipstack::transaction::endpoint::MessageInspector;
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transaction::{Endpoint, TransactionReceiver};
use rsipstack::transport::tcp_listener::TcpListenerConnection;
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipAddr, TransportLayer};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::cloud::{Cloud, lock};

mod ask;
mod bindings;
mod call;
pub(crate) mod control;
mod digest;
mod door;
mod events;
mod habits;
mod place;
mod registrar;
mod request;
mod rtp;
mod sdp;
mod srtp;
mod take;

pub use bindings::Binding;
pub use call::{CallFailed, CallHandle, Ended, Stage};
pub use events::{Direction, EndedBy, Event, EventStream, Numbered};
pub use place::CallOptions;
pub use rtp::Audio;

/// Calls at once; further ones are refused with 503.
const CALLS: usize = 200;
/// How often run-out registrations are looked for.
const SWEEP: Duration = Duration::from_millis(500);

/// The SIP state of the cloud.
pub(crate) struct Line {
    address: SocketAddr,
    doorplate: door::Doorplate,
    cut: Notify,
    dialogs: Arc<DialogLayer>,
    bindings: bindings::Bindings,
    events: events::Events,
    nonces: digest::Nonces,
    calls: Mutex<BTreeMap<u64, Arc<call::Call>>>,
    last_call: AtomicU64,
    stop: CancellationToken,
}

/// The socket and transaction machinery, not yet running.
pub(crate) struct Ready {
    endpoint: Endpoint,
    requests: TransactionReceiver,
    door: door::Door,
}

/// Why the SIP side does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotOpen {
    #[error(transparent)]
    Stack(#[from] rsipstack::Error),
    #[error(transparent)]
    Door(#[from] door::NoDoor),
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Line {
    /// Binds the sockets.
    pub(crate) async fn open(address: SocketAddr, stop: CancellationToken) -> Result<(Self, Ready), NotOpen> {
        let transports = TransportLayer::new(stop.child_token());
        let udp = UdpConnection::create_connection(address, None, Some(stop.child_token())).await?;
        let address = udp.get_addr().get_socketaddr()?;
        transports.add_transport(udp.into());
        let inside = free_port()?;
        transports.add_transport(TcpListenerConnection::new(inside, None).await?.into());
        let (door, doorplate) = door::Door::open(address, inside).await?;
        let endpoint = EndpointBuilder::new()
            .with_user_agent("practice-cloud")
            .with_transport_layer(transports)
            .with_inspector(Box::new(NoteSource))
            .with_cancel_token(stop.clone())
            .build();
        let requests = endpoint.incoming_transactions()?;
        let line = Self {
            address,
            doorplate,
            cut: Notify::new(),
            dialogs: Arc::new(DialogLayer::new(endpoint.inner.clone())),
            bindings: bindings::Bindings::default(),
            events: events::Events::new(),
            nonces: digest::Nonces::new(),
            calls: Mutex::default(),
            last_call: AtomicU64::new(0),
            stop,
        };
        Ok((line, Ready { endpoint, requests, door }))
    }

    /// Where the SIP side listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where connections over TCP and TLS are taken, and the authority behind the certificate (PEM).
    pub(crate) fn connections(&self) -> (SocketAddr, SocketAddr, &str) {
        (self.doorplate.tcp, self.doorplate.tls, &self.doorplate.root)
    }

    /// Where the account's devices have to send to, as the habit `transport` says.
    pub(crate) fn proxy(&self, transport: Option<&str>) -> String {
        match transport {
            Some("tcp") => format!("{};transport=tcp", self.doorplate.tcp),
            Some("tls") => format!("{};transport=tls", self.doorplate.tls),
            Some("named") => format!("{}:{}", crate::names::NAME, self.address.port()),
            Some(_) | None => self.address.to_string(),
        }
    }

    /// The registrations of a device as the API lists them.
    pub(crate) fn registered(&self, device: &str) -> Vec<Value> {
        let bindings = self.bindings.of(device);
        let listed = bindings.iter().map(|it| {
            json!({"userAgent": it.user_agent, "ip": it.source.ip().to_string(),
                   "port": it.source.port().to_string()})
        });
        listed.collect()
    }

    /// The established calls as the API lists them.
    pub(crate) fn established(&self) -> Vec<Value> {
        lock(&self.calls).values().filter(|call| call.is_established()).map(|call| call.as_listed()).collect()
    }

    /// Runs something beside, at most until the cloud stops.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.stop.clone().run_until_cancelled_owned(work));
    }

    fn number_call(&self) -> u64 {
        self.last_call.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn is_full(&self) -> bool {
        lock(&self.calls).len() >= CALLS
    }
}

/// Runs the SIP side until dropped.
pub(crate) async fn serve(cloud: Arc<Cloud>, ready: Ready) {
    let Ready { endpoint, mut requests, door } = ready;
    let answer = async {
        while let Some(transaction) = requests.recv().await {
            cloud.line.spawn(receive(cloud.clone(), transaction));
        }
    };
    let sweep = async {
        let mut tick = tokio::time::interval(SWEEP);
        loop {
            tick.tick().await;
            for (device, contact) in cloud.line.bindings.sweep() {
                cloud.line.events.tell(Event::Unregistered { device, contact });
            }
        }
    };
    tokio::select! {
        () = endpoint.serve() => {}
        () = answer => {}
        () = sweep => {}
        () = ask::around(&cloud) => {}
        () = door.serve(cloud.clone()) => {}
    }
    endpoint.shutdown();
}

/// A port for connections that only the door uses.
fn free_port() -> Result<SocketAddr, door::NoDoor> {
    Ok(std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

async fn receive(cloud: Arc<Cloud>, mut transaction: Transaction) {
    let method = transaction.original.method;
    let inside = request::to_tag(&transaction.original);
    let done = match method {
        _ if matches!(Mood::of(&cloud), Mood::Silent | Mood::HalfOpen) => return,
        Method::Register | Method::Options | Method::Invite if !inside && Mood::of(&cloud) != Mood::Well => {
            sulk(Mood::of(&cloud), &mut transaction).await
        }
        _ if inside => in_dialog(&cloud, &mut transaction).await,
        Method::Register => registrar::register(&cloud, &mut transaction).await,
        Method::Options => registrar::options(&cloud, &mut transaction).await,
        Method::Invite => take::invite(&cloud, transaction).await,
        Method::Ack
        | Method::Bye
        | Method::Cancel
        | Method::Info
        | Method::Message
        | Method::Notify
        | Method::PRack
        | Method::Publish
        | Method::Refer
        | Method::Subscribe
        | Method::Update => transaction.reply(StatusCode::MethodNotAllowed).await,
    };
    if let Err(error) = done {
        tracing::debug!(%error, %method, "request not answered");
    }
}

/// How the whole SIP side behaves: the quirk `sip`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Well,
    /// Nothing is answered.
    Silent,
    /// Everything new is refused with 403.
    Refuses,
    /// Everything new is answered 503, as a server does that is being restarted.
    Unavailable,
    /// Connections stand, and nobody is behind them any more.
    HalfOpen,
}

impl Mood {
    fn of(cloud: &Cloud) -> Self {
        let account = cloud.account();
        match account.at("quirks").and_then(|it| it.get("sip")?.as_str()) {
            Some("silent") => Self::Silent,
            Some("refuses") => Self::Refuses,
            Some("unavailable") => Self::Unavailable,
            Some("halfOpen") => Self::HalfOpen,
            _ => Self::Well,
        }
    }
}

async fn sulk(mood: Mood, transaction: &mut Transaction) -> rsipstack::Result<()> {
    let status = if mood == Mood::Refuses { StatusCode::Forbidden } else { StatusCode::ServiceUnavailable };
    transaction.reply(status).await
}

async fn in_dialog(cloud: &Cloud, transaction: &mut Transaction) -> rsipstack::Result<()> {
    if !habits::comes_past_the_edge(&cloud.account(), &transaction.original) {
        return registrar::refuse(cloud, transaction, 403, "Record-Route").await;
    }
    match cloud.line.dialogs.match_dialog(transaction) {
        Some(mut dialog) => dialog.handle(transaction).await,
        None => transaction.reply(StatusCode::CallTransactionDoesNotExist).await,
    }
}

/// Notes on every request where its packet came from, which the transaction layer forgets.
struct NoteSource;

/// Header under which the source address is noted; never sent.
const SOURCE: &str = "X-Practice-Source";

impl MessageInspector for NoteSource {
    fn before_send(&self, message: SipMessage, _: Option<&SipAddr>) -> SipMessage {
        message
    }

    fn after_received(&self, mut message: SipMessage, from: Option<&SipAddr>) -> SipMessage {
        if let (SipMessage::Request(request), Some(from)) = (&mut message, from) {
            request.headers.remove_all(|header| header.name().eq_ignore_ascii_case(SOURCE));
            let transport = from.r#type.unwrap_or(Transport::Udp);
            request.headers.push(Header::Other(SOURCE.to_owned(), format!("{transport} {}", from.addr)));
        }
        message
    }
}

/// The SIP side as a test holds it.
#[derive(Debug, Clone)]
pub struct Sip(pub(crate) Arc<Cloud>);

impl Sip {
    /// Where phones register and calls are taken, UDP.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.line.address
    }

    /// Where connections over TCP and TLS are taken, and the certificate of the authority behind the latter (PEM).
    #[must_use]
    pub fn connections(&self) -> (SocketAddr, SocketAddr, &str) {
        self.0.line.connections()
    }

    /// Everything that happens from now on.
    #[must_use]
    pub fn events(&self) -> EventStream {
        self.0.line.events.listen()
    }

    /// What has happened after the event of this position (0 for all that is remembered).
    #[must_use]
    pub fn past_events(&self, sequence: u64) -> Vec<Numbered> {
        self.0.line.events.after(sequence)
    }

    /// The live contacts of a device (`e0`).
    #[must_use]
    pub fn bindings(&self, device: &str) -> Vec<Binding> {
        self.0.line.bindings.of(device)
    }

    /// Forgets the registrations of a device without telling it, as the cloud does when it restarts.
    pub fn forget(&self, device: &str) {
        self.0.line.bindings.unbind(device, None);
    }

    /// Calls a registered device (or trunk) from `from_number`.
    ///
    /// # Errors
    /// When the device has no registration or too many calls are going on.
    pub async fn call(&self, device: &str, from_number: &str) -> Result<CallHandle, CallFailed> {
        self.call_with(device, CallOptions::from_number(from_number)).await
    }

    /// Calls a registered device with more to say about it.
    ///
    /// # Errors
    /// When the device has no registration or too many calls are going on.
    pub async fn call_with(&self, device: &str, options: CallOptions) -> Result<CallHandle, CallFailed> {
        place::call(&self.0, &[device.to_owned()], options).await
    }

    /// Somebody outside calls a number of the account: every registered device that it leads to is rung.
    ///
    /// # Errors
    /// When none of them has a registration (the caller would hear 480) or too many calls are going on.
    pub async fn call_in(&self, number: &str, options: CallOptions) -> Result<CallHandle, CallFailed> {
        place::call_number(&self.0, number, options).await
    }

    /// Asks a device whether it lives (OPTIONS): the status of its answer, `None` when it keeps silent.
    ///
    /// # Errors
    /// When it has no registration.
    pub async fn asks(&self, device: &str) -> Result<Option<u16>, CallFailed> {
        ask::lives(&self.0, device).await
    }

    /// The calls going on, by number; also those a device placed.
    #[must_use]
    pub fn calls(&self) -> Vec<CallHandle> {
        lock(&self.0.line.calls).values().cloned().map(CallHandle).collect()
    }

    /// One call by its number, while it is going on.
    #[must_use]
    pub fn call_number(&self, number: u64) -> Option<CallHandle> {
        lock(&self.0.line.calls).get(&number).cloned().map(CallHandle)
    }
}
