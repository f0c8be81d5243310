//! What outlives the relay: sockets of calls, and the program in the kernel that carries their voice meanwhile.
//!
//! ```text
//!   Command::Keep ──> Kept::Hold(name, copies of sockets) ──> somebody who stays
//!   next start   <── Inherited                            <──
//! ```
//!
//! Whoever stays is told a name for everything it holds. What nobody claims after the next start is closed.

use nix::sys::socket::{SockType, getsockopt, sockopt};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;

/// The program's hold on a card, in the words of the names that things are kept under.
const PATH: &str = "path-";

/// What somebody who outlives the relay is asked to do. Called on the media thread, so it must not wait.
pub type Keep = Box<dyn FnMut(Kept) + Send>;

/// One request to whoever outlives the relay.
#[derive(Debug)]
pub enum Kept {
    /// Hold copies of these under this name, beside what is held under it already.
    Hold {
        /// Letters, digits and hyphens.
        name: String,
        /// What the next start gets as [`Inherited`].
        files: Vec<OwnedFd>,
    },
    /// Close all that is held under this name.
    Drop {
        /// As in [`Kept::Hold`].
        name: String,
    },
}

/// One thing that an earlier run had kept.
#[derive(Debug)]
pub struct Inherited {
    /// The name it was kept under.
    pub name: String,
    /// The thing.
    pub file: OwnedFd,
}

/// Who outlives the relay, and what it held for the run before.
pub struct Beyond {
    /// What the run before left, in any order; the relay takes what it knows and closes the rest.
    pub inherited: Vec<Inherited>,
    /// Where to leave what shall outlive this run.
    pub keep: Keep,
}

impl Beyond {
    /// Nobody: everything ends with the relay.
    #[must_use]
    pub fn nobody() -> Self {
        Self { inherited: Vec::new(), keep: Box::new(drop) }
    }
}

impl std::fmt::Debug for Beyond {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Beyond").field("inherited", &self.inherited).finish_non_exhaustive()
    }
}

/// What the run before left, sorted.
#[derive(Debug, Default)]
pub(crate) struct Heritage {
    /// Bound sockets with our end of each.
    pub(crate) sockets: Vec<(SocketAddr, UdpSocket)>,
    /// Its program in the kernel, which carries voice as long as this is held.
    pub(crate) path: Vec<OwnedFd>,
    /// The names under which somebody still holds these.
    pub(crate) names: Vec<String>,
    /// The name for what this run's program leaves; no run before used it.
    pub(crate) path_name: String,
}

impl Heritage {
    pub(crate) fn sort(inherited: Vec<Inherited>) -> Self {
        let mut heritage = Self::default();
        let mut latest = 0_u32;
        for Inherited { name, file } in inherited {
            if let Some(run) = name.strip_prefix(PATH) {
                latest = latest.max(run.parse().unwrap_or(0));
                heritage.path.push(file);
            } else if matches!(getsockopt(&file, sockopt::SockType), Ok(SockType::Datagram)) {
                let socket = UdpSocket::from(file);
                heritage.sockets.extend(socket.local_addr().ok().map(|ours| (ours, socket)));
            }
            if !heritage.names.contains(&name) {
                heritage.names.push(name);
            }
        }
        heritage.path_name = format!("{PATH}{}", latest.wrapping_add(1));
        heritage
    }

    /// Whether a program in the kernel is held under this name.
    pub(crate) fn is_path(name: &str) -> bool {
        name.starts_with(PATH)
    }
}

/// The name for what a leg at this port leaves.
pub(crate) fn name_of_leg(rtp: u16) -> String {
    format!("voice-{rtp}")
}
