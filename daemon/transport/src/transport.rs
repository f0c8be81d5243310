//! All sockets that carry SIP.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Instant;

use nix::sys::epoll::EpollFlags;

use crate::connection::{Connection, End};
use crate::connections::Connections;
use crate::datagram::Datagrams;
use crate::everybody::Ear;
use crate::flood::Floods;
use crate::servers::{Outcome, Trusted};
use crate::watch::Watch;
use crate::{Bell, BindFailed, Browsers, Counters, Limits, Listen, Tls, bind};

/// The largest datagram there is.
const DATAGRAM: usize = 65_535;

/// Carries SIP between the box and everybody else. It lives on the SIP thread: [`Transport::receive`] is where the thread waits, and
/// [`Transport::send`] is for everything the machines put out.
pub struct Transport {
    pub(crate) watch: Watch,
    pub(crate) sockets: Vec<Socket>,
    pub(crate) ears: Vec<Ear>,
    pub(crate) connections: Connections,
    pub(crate) floods: Floods,
    pub(crate) limits: Limits,
    pub(crate) tls: Option<Tls>,
    pub(crate) trusted: Option<Trusted>,
    pub(crate) browsers: Arc<Browsers>,
    pub(crate) counters: Counters,
    /// Connections that ended while something was sent, to be told with the next `receive`.
    pub(crate) lost: Vec<Connection>,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) next_sweep: Instant,
    /// Steps of TLS greetings that this turn still allows.
    pub(crate) greetings_left: usize,
    /// Some listener is not listened to until the next sweep.
    pub(crate) deaf: bool,
    pub(crate) buffer: Box<[u8]>,
}

pub(crate) enum Socket {
    Datagrams(Datagrams),
    Listener(sip::Transport, TcpListener),
}

impl Socket {
    pub(crate) fn as_datagrams(&self) -> Option<&Datagrams> {
        match self {
            Self::Datagrams(datagrams) => Some(datagrams),
            Self::Listener(..) => None,
        }
    }
}

impl Transport {
    /// Opens every socket, or none.
    ///
    /// # Errors
    /// [`BindFailed`] names the address and what to do.
    pub fn bind(listen: &[Listen], limits: Limits) -> Result<Self, BindFailed> {
        let first = *listen.first().ok_or(BindFailed::Nothing)?;
        let now = Instant::now();
        let mut transport = Self {
            watch: Watch::new().map_err(|cause| BindFailed::of(first, cause))?,
            sockets: Vec::new(),
            ears: Vec::new(),
            connections: Connections::new(),
            floods: Floods::new(&limits, now),
            limits,
            tls: None,
            trusted: None,
            browsers: Arc::default(),
            counters: Counters::default(),
            lost: Vec::new(),
            outcomes: Vec::new(),
            next_sweep: now,
            greetings_left: 0,
            deaf: false,
            buffer: vec![0; DATAGRAM].into_boxed_slice(),
        };
        for listen in listen {
            transport.add(*listen)?;
        }
        Ok(transport)
    }

    fn add(&mut self, listen: Listen) -> Result<(), BindFailed> {
        let failed = |cause: io::Error| BindFailed::of(listen, cause);
        let number = self.sockets.len() as u64;
        let socket = match listen.transport {
            sip::Transport::Udp => {
                let bound = bind::datagrams(listen.address).and_then(Datagrams::new).map_err(failed)?;
                self.watch.add(&bound, number, EpollFlags::EPOLLIN).map_err(failed)?;
                Socket::Datagrams(bound)
            }
            sip::Transport::Tcp | sip::Transport::Tls | sip::Transport::Ws | sip::Transport::Wss => {
                let bound = bind::listener(listen.address).map_err(failed)?;
                self.watch.add(&bound, number, EpollFlags::EPOLLIN).map_err(failed)?;
                Socket::Listener(listen.transport, bound)
            }
        };
        self.sockets.push(socket);
        Ok(())
    }

    /// Where the box listens, in the order given, with the port that the system chose where port 0 was asked for.
    #[must_use]
    pub fn bound(&self) -> Vec<Listen> {
        let bound = self.sockets.iter().filter_map(|socket| {
            let (transport, address): (_, SocketAddr) = match socket {
                Socket::Datagrams(datagrams) => (sip::Transport::Udp, datagrams.bound()),
                Socket::Listener(transport, listener) => (*transport, listener.local_addr().ok()?),
            };
            Some(Listen { transport, address })
        });
        bound.collect()
    }

    /// Greets peers over TLS like this from now on; connections that are open stay. Before the first time nobody is let in over TLS.
    pub fn greet_with(&mut self, tls: Tls) {
        self.tls = Some(tls);
    }

    /// Lets pages of these origins telephone, from now on. Before the first time no page may.
    pub fn admit(&mut self, browsers: Browsers) {
        self.browsers = Arc::new(browsers);
    }

    /// The box has these host names and addresses from now on, and no others; the origins that the admin named stay.
    pub fn is_called(&mut self, names: Vec<String>) {
        Arc::make_mut(&mut self.browsers).names = names;
    }

    /// The admin names these origins from now on, and no others; the names of the box stay.
    pub fn admit_named(&mut self, origins: Vec<String>) {
        Arc::make_mut(&mut self.browsers).origins = origins;
    }

    /// Ends the wait of [`Transport::receive`].
    #[must_use]
    pub fn bell(&self) -> Arc<Bell> {
        Arc::clone(self.watch.bell())
    }

    /// What happened since the start.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Connections that are open or being opened.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Forgets a connection and counts why; the caller tells.
    pub(crate) fn close(&mut self, number: u64, end: End) -> Option<Connection> {
        let connection = self.connections.remove(number)?;
        match end {
            End::Slow => self.counters.slow += 1,
            End::Displaced => self.counters.displaced += 1,
            End::Idle => self.counters.idle += 1,
            End::Stalled => self.counters.stalled += 1,
            End::Unreachable | End::Silent | End::Broken | End::Left | End::Expired | End::Untrusted => {}
        }
        Some(connection)
    }
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transport")
            .field("bound", &self.bound())
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}
