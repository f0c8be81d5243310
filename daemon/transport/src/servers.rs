//! Ways to servers: opened once, shared by everybody who wants to go there, kept open, and told when they end.
//!
//! ```text
//!   connect(ticket, hop) ──> UDP: the listener's flow ─────────────────────────────> Incoming::Connected
//!                       '──> TCP, TLS: open already? ──> or call ──> up ──> (name) ──┘
//!                                                                     '──> line ends now and then ──> Incoming::Closed
//! ```

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore};
use sip::frame::PING;
use sip::locate::Hop;
use sip::{Flow, Transport as Carrier};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::connection::{Connection, End};
use crate::stream::Stream;
use crate::tls::{self, KEPT};
use crate::{Incoming, Limits, Transport, bind};

/// Everybody who waits for one way; an office has fewer lines.
const MOST_WAITING: usize = 4_096;
/// A server whose kernel has confirmed nothing for this long is gone.
const UNCONFIRMED: Duration = Duration::from_secs(10);

/// Why there is no way to a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ConnectFailed {
    /// The box has no socket of this kind, or no room for one more.
    #[error("the box has no socket for this")]
    NoSocket,
    /// Nobody there takes connections, or there is no route.
    #[error("the server cannot be reached")]
    Unreachable,
    /// No answer in time.
    #[error("the server does not answer")]
    Silent,
    /// The server's certificate has expired.
    #[error("the server's certificate has expired")]
    Expired,
    /// The server's certificate is for another name, or from an authority that nobody trusts.
    #[error("the server's certificate is not trusted")]
    Untrusted,
}

/// By whom servers over TLS must be vouched for (RFC 5922 7). Cheap to copy.
#[derive(Clone, Debug)]
pub struct Trusted(Arc<ClientConfig>);

impl Trusted {
    /// Trusts these authorities.
    ///
    /// # Errors
    /// The TLS library says no.
    pub fn new(roots: RootCertStore) -> Result<Self, rustls::Error> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    fn call(&self, hop: &Hop) -> Result<ClientConnection, ConnectFailed> {
        let name = match &hop.name {
            Some(name) => ServerName::try_from(name.clone()).map_err(|_| ConnectFailed::Untrusted)?,
            None => hop.address.ip().into(),
        };
        let called = ClientConnection::new(Arc::clone(&self.0), name);
        let mut connection = called.map_err(|_| ConnectFailed::NoSocket)?;
        connection.set_buffer_limit(Some(KEPT));
        Ok(connection)
    }
}

/// What a connection to a server has besides.
pub(crate) struct Server {
    pub(crate) hop: Hop,
    /// Who waits until it is up.
    tickets: Vec<u64>,
    /// It has to be up by then; nothing once it is.
    until: Option<Instant>,
    next_ping: Instant,
    /// Since when the server owes us a line end, and whether it has ever sent one.
    pinged: Option<Instant>,
    answers: bool,
    /// When its certificate ends.
    expires: Option<SystemTime>,
}

impl Transport {
    /// Trusts these authorities with servers, from now on. Before the first time no server is called over TLS.
    pub fn trust(&mut self, trusted: Trusted) {
        self.trusted = Some(trusted);
    }

    /// Opens a way to a server, or finds the one there is; told as [`Incoming::Connected`], in each case once.
    ///
    /// Over UDP that is the flow of the socket that phones use too. Over TLS the server must prove to be the hop's name, or its
    /// address where it has none.
    pub fn connect(&mut self, ticket: u64, hop: &Hop) {
        let done = match hop.transport {
            Carrier::Udp => {
                self.open(Carrier::Udp, hop.address).map_err(|_| ConnectFailed::Unreachable).map(Some)
            }
            Carrier::Tcp | Carrier::Tls => self.join(ticket, hop),
            Carrier::Ws | Carrier::Wss => Err(ConnectFailed::NoSocket),
        };
        let flow = match done {
            Ok(None) => return,
            Ok(Some(flow)) => Ok(flow),
            Err(failed) => Err(failed),
        };
        let expires = flow.ok().and_then(|flow| self.expires(&flow));
        self.outcomes.push(Outcome { ticket, flow, expires });
    }

    /// Ends the way to a server over which nobody answers; it is opened anew with the next [`Self::connect`]. Not told again.
    pub fn leave(&mut self, flow: &Flow) {
        let Some(watched) = self.connections.find(flow.connection) else { return };
        if watched.connection.server.is_some() {
            self.close(flow.connection, End::Silent);
        }
    }

    /// The way that is open, or nothing when the ticket now waits for one that is being opened.
    fn join(&mut self, ticket: u64, hop: &Hop) -> Result<Option<Flow>, ConnectFailed> {
        if let Some(watched) = self.connections.of_server(hop) {
            let flow = watched.connection.flow;
            let Some(server) = &mut watched.connection.server else { return Err(ConnectFailed::NoSocket) };
            if server.until.is_none() {
                return Ok(Some(flow));
            }
            if server.tickets.len() >= MOST_WAITING {
                return Err(ConnectFailed::NoSocket);
            }
            server.tickets.push(ticket);
            return Ok(None);
        }
        self.call(ticket, hop).map(|()| None)
    }

    fn call(&mut self, ticket: u64, hop: &Hop) -> Result<(), ConnectFailed> {
        if !self.connections.room_for(hop.address, &self.limits) {
            return Err(ConnectFailed::NoSocket);
        }
        let tls = match (hop.transport.encrypted(), &self.trusted) {
            (false, _) => None,
            (true, Some(trusted)) => Some(trusted.call(hop)?),
            (true, None) => return Err(ConnectFailed::NoSocket),
        };
        let now = Instant::now();
        let stream = |socket| match tls {
            Some(tls) => Stream::tls(socket, tls.into()),
            None => Stream::plain(socket),
        };
        let peer = (hop.transport, hop.address);
        let called = self.connections.call(peer, stream, &self.limits, &self.watch, now);
        let flow = called.map_err(|_| ConnectFailed::Unreachable)?;
        let Some(watched) = self.connections.find(flow.connection) else { return Ok(()) };
        // Without it the kernel's own patience counts, which is longer.
        let _ = bind::confirm_within(watched.connection.stream.socket(), UNCONFIRMED);
        watched.connection.server = Some(Server::new(ticket, hop, &self.limits, now));
        Ok(())
    }

    fn expires(&mut self, flow: &Flow) -> Option<SystemTime> {
        self.connections.find(flow.connection)?.connection.server.as_ref()?.expires
    }

    /// Everything that became of [`Transport::connect`] without waiting.
    pub(crate) fn tell_outcomes(&mut self, sink: &mut impl FnMut(Incoming<'_>)) {
        for Outcome { ticket, flow, expires } in self.outcomes.drain(..) {
            sink(Incoming::Connected { ticket, flow, expires });
        }
    }

    /// The connection to a server is over: whoever still waits for it hears why. False when it had been up.
    pub(crate) fn tell_waiting(
        server: Option<Server>,
        end: End,
        sink: &mut impl FnMut(Incoming<'_>),
    ) -> bool {
        let Some(server) = server.filter(|server| server.until.is_some()) else { return false };
        let why = match end {
            End::Expired => ConnectFailed::Expired,
            End::Untrusted => ConnectFailed::Untrusted,
            End::Silent => ConnectFailed::Silent,
            End::Unreachable
            | End::Broken
            | End::Slow
            | End::Displaced
            | End::Idle
            | End::Stalled
            | End::Left => ConnectFailed::Unreachable,
        };
        for ticket in server.tickets {
            sink(Incoming::Connected { ticket, flow: Err(why), expires: None });
        }
        true
    }
}

/// What became of a wish, to be told with the next `receive`.
pub(crate) struct Outcome {
    ticket: u64,
    flow: Result<Flow, ConnectFailed>,
    expires: Option<SystemTime>,
}

impl Server {
    fn new(ticket: u64, hop: &Hop, limits: &Limits, now: Instant) -> Self {
        Self {
            hop: hop.clone(),
            tickets: vec![ticket],
            until: Some(now + limits.connecting),
            next_ping: now + limits.ping_every,
            pinged: None,
            answers: false,
            expires: None,
        }
    }

    pub(crate) fn answered(&mut self) {
        (self.answers, self.pinged) = (true, None);
    }

    /// Whether it is being called for too long, or gone although nothing was said.
    fn overdue(&self, limits: &Limits, now: Instant) -> bool {
        let owes = self.pinged.filter(|_| self.answers);
        self.until.is_some_and(|until| now >= until)
            || owes.is_some_and(|since| now.saturating_duration_since(since) > limits.pong_within)
    }
}

impl Connection {
    /// Once, when TLS has agreed: a server is up, and a phone has proven who it is.
    pub(crate) fn greet(&mut self, sink: &mut impl FnMut(Incoming<'_>)) {
        let shown = match self.stream.greeted() {
            None => return,
            Some(shown) => shown.map(CertificateDer::into_owned),
        };
        if self.server.is_some() {
            return self.server_is_up(shown.as_ref(), sink);
        }
        if let Some(certificate) = shown {
            sink(Incoming::Certified { flow: self.flow, names: tls::names(&certificate) });
            self.certified = true;
        }
    }

    /// The server's machine takes the connection; without TLS that is all.
    pub(crate) fn call_taken(&mut self, sink: &mut impl FnMut(Incoming<'_>)) {
        if !self.stream.is_greeting() {
            self.server_is_up(None, sink);
        }
    }

    /// Both sides agree: everybody who waits may send. Says so once.
    pub(crate) fn server_is_up(
        &mut self,
        shown: Option<&CertificateDer<'_>>,
        sink: &mut impl FnMut(Incoming<'_>),
    ) {
        let flow = self.flow;
        let Some(server) = &mut self.server else { return };
        if server.until.take().is_none() {
            return;
        }
        server.expires = shown.and_then(ends);
        for ticket in server.tickets.drain(..) {
            sink(Incoming::Connected { ticket, flow: Ok(flow), expires: server.expires });
        }
    }

    /// Keeps the way to a server open. `Err` says that the server is gone.
    pub(crate) fn keep_open(&mut self, limits: &Limits, now: Instant) -> Result<(), End> {
        let Some(server) = &mut self.server else { return Ok(()) };
        if server.overdue(limits, now) {
            return Err(End::Silent);
        }
        if server.until.is_some() || now < server.next_ping {
            return Ok(());
        }
        server.next_ping = now + limits.ping_every;
        server.pinged.get_or_insert(now);
        self.queue(Bytes::from_static(PING), limits)?;
        self.write(now).map_err(|_| End::Broken)
    }
}

impl End {
    /// What ended a connection, as far as TLS says it.
    pub(crate) fn of(error: &io::Error) -> Self {
        let refused = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match refused {
            Some(rustls::Error::InvalidCertificate(
                CertificateError::Expired | CertificateError::ExpiredContext { .. },
            )) => Self::Expired,
            Some(rustls::Error::InvalidCertificate(_)) => Self::Untrusted,
            Some(_) | None => Self::Broken,
        }
    }
}

/// When this certificate ends.
fn ends(certificate: &CertificateDer<'_>) -> Option<SystemTime> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let seconds = u64::try_from(certificate.validity().not_after.timestamp()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}
