//! What outlives this process: sockets of calls, held by systemd (`FDSTORE=1` of sd_notify(3)) or, where there is none, by
//! `gatehouse keep` over the same wire.

use std::env;
use std::io::IoSlice;
use std::iter::repeat;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixDatagram;
use std::sync::mpsc::{Receiver, sync_channel};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use relay::{Inherited, Keep, Kept};
use tracing::warn;

/// More than this nobody holds for us.
const MOST: usize = 8192;
/// The first file that is passed on (sd_listen_fds(3)).
const FIRST: RawFd = 3;
/// Requests on their way to whoever holds. When it does not keep up, calls are not kept, and go on as long as we run.
const WAITING: usize = 4096;

/// What the run before left for us. To be asked once, before any other file is opened.
pub(crate) fn inherited() -> Vec<Inherited> {
    let said = |name| env::var(name).ok();
    let ours = said("LISTEN_PID").is_none_or(|pid| pid.parse() == Ok(std::process::id()));
    let count = said("LISTEN_FDS").filter(|_| ours).and_then(|count| count.parse().ok()).unwrap_or(0);
    let names = said("LISTEN_FDNAMES").unwrap_or_default();
    let names = names.split(':').map(str::to_owned).chain(repeat(String::new()));
    let files = (FIRST..).take(usize::min(count, MOST)).zip(names);
    files.filter_map(|(file, name)| Some(Inherited { name, file: take(file)? })).collect()
}

#[expect(unsafe_code, reason = "who passes files on passes numbers")]
fn take(number: RawFd) -> Option<OwnedFd> {
    // SAFETY: the number was passed to this process for it to own, nobody else in it has been told, and an owner of a number
    // that is not open is given up at once.
    let file = unsafe { OwnedFd::from_raw_fd(number) };
    if fcntl(&file, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).is_err() {
        // Nothing is open there, so that there is nothing to close.
        let _ = file.into_raw_fd();
        return None;
    }
    Some(file)
}

/// Where the relay leaves what shall outlive us; nowhere, when nobody would hold it.
pub(crate) fn keep() -> Keep {
    let Some(socket) = service_manager() else { return Box::new(drop) };
    let (sender, requests) = sync_channel(WAITING);
    let thread = std::thread::Builder::new().name("keep".into()).spawn(move || pass_on(&socket, &requests));
    if let Err(why) = thread {
        warn!(%why, "calls will not outlive a restart");
    }
    Box::new(move |kept| drop(sender.try_send(kept)))
}

fn service_manager() -> Option<UnixDatagram> {
    let socket = UnixDatagram::unbound().ok()?;
    socket.connect(env::var_os("NOTIFY_SOCKET")?).ok()?;
    Some(socket)
}

/// Sends requests one by one; a busy service manager makes this thread wait, and nobody else.
fn pass_on(socket: &UnixDatagram, requests: &Receiver<Kept>) {
    for kept in requests {
        let (words, files) = match &kept {
            // It must not look at the sockets itself: a peer that is gone for a moment is no reason to let go.
            Kept::Hold { name, files } => (format!("FDSTORE=1\nFDNAME={name}\nFDPOLL=0\n"), files.as_slice()),
            Kept::Drop { name } => (format!("FDSTOREREMOVE=1\nFDNAME={name}\n"), [].as_slice()),
        };
        let files: Vec<RawFd> = files.iter().map(AsRawFd::as_raw_fd).collect();
        let rights = [ControlMessage::ScmRights(&files)];
        let rights = if files.is_empty() { [].as_slice() } else { rights.as_slice() };
        let words = [IoSlice::new(words.as_bytes())];
        if let Err(why) = sendmsg::<()>(socket.as_raw_fd(), &words, rights, MsgFlags::empty(), None) {
            warn!(%why, "sockets of a call will not outlive a restart");
        }
    }
}
