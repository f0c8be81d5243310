//! SIP over UDP, TCP, TLS and WebSocket: bytes become messages with the way their answers take, and answers leave that way.
//!
//! ```text
//!   sockets ──> watch (one epoll set) ──> flood (each source its share) ──> sip::Message ──> Incoming ──> (the SIP thread)
//!      ^                                                                                                      │
//!      └──────────── connection (bounded queue) <── send(Flow, Bytes) <───────────────────────────────────────┘
//! ```
//!
//! In go addresses to listen on, [`Limits`], and bytes to send; out come [`Incoming`] values and [`Counters`]. One value on
//! one thread owns every socket: no task, lock or channel stands between a phone and the SIP machines. Everything that
//! a peer could make grow has a bound.
//!
//! It refuses to know what a message means, who may send it, and name servers: addresses come resolved.

mod alias;
mod bind;
mod browsers;
mod connection;
mod connections;
mod datagram;
mod everybody;
mod flood;
mod framing;
mod limits;
mod listen;
mod receive;
mod send;
mod servers;
mod stream;
mod tls;
mod transport;
mod watch;
mod websocket;

pub use bind::BindFailed;
pub use browsers::Browsers;
pub use limits::{Counters, Limits};
pub use listen::{Listen, ListenRefused};
pub use receive::Incoming;
pub use send::{SendFailed, local_for};
pub use servers::{ConnectFailed, Trusted};
pub use tls::{PhoneCertificates, Tls, TlsRefused};
pub use transport::Transport;
pub use watch::Bell;

#[cfg(test)]
mod tests;
