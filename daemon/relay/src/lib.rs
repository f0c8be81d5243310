//! Packets through sockets: the voice of a call from one leg to the other.
//!
//! ```text
//!             Command (bounded queue)                 Event (never waits)
//!   caller ───────────────┐                        ┌──────────────> caller
//!                         v                        │
//!              ┌──────── one thread, real time if the box allows ───┐
//!   phone A <──┤ RTP  socket ── latch ── quality ──> RTP  socket    ├──> phone B
//!           <──┤ RTCP socket ── latch ─────────────> RTCP socket    ├──>
//!              └────────────────────────────────────────────────────┘
//!   caller <── statistics(leg), read from outside at any time
//! ```
//!
//! In: [`media::relay::Command`] and datagrams. Out: [`media::relay::Event`], statistics and datagrams.
//! A packet costs one receive and one send, and neither memory, lock nor log.
//! It refuses to know calls, users, SIP and session descriptions; whom to trust is decided by [`media::latch`].
//!
//! Keys (SRTP) stand between socket and packet in `leg/safe`, for each leg apart. Where both legs have settled and their
//! voice needs nothing from us, it goes through the kernel (`fast`), with these sockets staying bound below it.

mod beyond;
mod board;
mod config;
mod exchange;
mod fast;
mod held;
mod leg;
mod mailbox;
mod outbox;
mod ports;
mod privilege;
mod socket;
mod writer;

pub use beyond::{Beyond, Inherited, Keep, Kept};
pub use config::{Config, PortRange, PortRangeError, QUARANTINE};
pub use mailbox::CommandRefused;
pub use outbox::Deliver;
pub use privilege::{Facts, Grant, Shortcut, go_before_programs};

use board::Board;
use exchange::Exchange;
use fast::FastPath;
use mailbox::Mailbox;
use media::relay::{Command, Lease, LegId, LegStatistics};
use std::net::{IpAddr, UdpSocket};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

/// Stack of the thread, in bytes; it holds no buffers.
const STACK: usize = 256 * 1024;

/// The running relay. Dropping it stops the thread and closes all sockets.
#[derive(Debug)]
pub struct Relay {
    mailbox: Arc<Mailbox>,
    board: Arc<Board>,
    facts: Facts,
    inherited: Vec<Lease>,
    thread: Option<JoinHandle<()>>,
}

/// Why the relay cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartFailed {
    /// The configured address is not one of ours.
    #[error("cannot receive voice at {address}: set media.address to an address of this box, or to \"auto\"")]
    Address {
        /// As configured.
        address: IpAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The system has no thread or event queue left for us.
    #[error("the system refuses the relay a thread or an event queue")]
    System(#[from] std::io::Error),
}

impl Relay {
    /// Starts the thread. `deliver` is called on it for each event and must return at once.
    ///
    /// # Errors
    /// [`StartFailed`] names the box's fault. Missing privileges are none: see [`Relay::facts`].
    pub fn start(config: Config, deliver: Deliver) -> Result<Self, StartFailed> {
        Self::resume(config, deliver, Beyond::nobody())
    }

    /// The same after a run whose calls go on: their sockets are taken over, and nothing is taken from them before
    /// [`Command::Join`]. See [`Relay::inherited`].
    ///
    /// # Errors
    /// As [`Relay::start`]. Sockets that do not fit `config` are closed.
    pub fn resume(config: Config, deliver: Deliver, beyond: Beyond) -> Result<Self, StartFailed> {
        let address = config.address;
        UdpSocket::bind((address, 0)).map_err(|source| StartFailed::Address { address, source })?;
        let mailbox = Arc::new(Mailbox::new()?);
        let board = Arc::new(Board::new(config.ports.pairs()));
        let legs = privilege::raise_file_limit(config.ports.pairs());
        let (fast, fast_path) = fast_path(&config);
        let ends = (Arc::clone(&mailbox), Arc::clone(&board));
        let (exchange, inherited) = Exchange::new(config, deliver, ends, fast, beyond)?;
        let (report, reported) = mpsc::sync_channel(1);
        let work = move || {
            let granted = privilege::ask(exchange.config());
            if report.send(granted).is_ok() {
                exchange.run();
            }
        };
        let thread = std::thread::Builder::new().name("relay".into()).stack_size(STACK).spawn(work)?;
        let granted = reported.recv().map_err(std::io::Error::other)?;
        let facts = Facts { legs, fast_path, ..granted };
        Ok(Self { mailbox, board, facts, inherited, thread: Some(thread) })
    }

    /// Hands the relay a command; never waits.
    ///
    /// # Errors
    /// [`CommandRefused::Full`] gives the command back when the relay has fallen far behind.
    pub fn command(&self, command: Command) -> Result<(), CommandRefused> {
        self.commands([command])
    }

    /// Hands the relay several commands in their order, and wakes it once; never waits.
    ///
    /// # Errors
    /// [`CommandRefused::Full`] gives the first back that was not taken; those behind it were not taken either.
    pub fn commands(&self, commands: impl IntoIterator<Item = Command>) -> Result<(), CommandRefused> {
        self.mailbox.put(commands)
    }

    /// How well a leg does, at most a tenth of a second ago; `None` when it ended.
    #[must_use]
    pub fn statistics(&self, leg: LegId) -> Option<LegStatistics> {
        self.board.read(leg)
    }

    /// What the box granted, for the installer's check.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The legs of the run before, each to be told [`Command::Expect`] and [`Command::Join`] anew, or [`Command::Release`].
    #[must_use]
    pub fn inherited(&self) -> &[Lease] {
        &self.inherited
    }

    /// Directions of calls whose voice goes through the kernel now.
    #[must_use]
    pub fn fast_lanes(&self) -> usize {
        self.board.shortcut()
    }

    /// Events that were lost because nobody took them.
    #[must_use]
    pub fn lost_events(&self) -> u64 {
        self.board.lost_events()
    }

    /// Stops the thread, waits for it and closes all sockets.
    pub fn shutdown(self) {
        drop(self);
    }
}

fn fast_path(config: &Config) -> (Option<FastPath>, Shortcut) {
    if config.fast_path.is_none() {
        return (None, Shortcut::NotAsked);
    }
    match FastPath::start(config.ports) {
        Ok(path) => (Some(path), Shortcut::Granted),
        Err(why) => (None, Shortcut::Refused(why.to_string())),
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.mailbox.stop();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told so itself; there is nothing left to stop.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
