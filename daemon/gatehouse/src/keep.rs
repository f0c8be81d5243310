//! `gatehouse keep`: stands in for systemd where there is none. Runs the box, holds the sockets of its calls, and starts it
//! again when it falls: calls go on.
//!
//! ```text
//!   keep ── LISTEN_FDS, LISTEN_FDNAMES ──> run ── FDSTORE=1, FDNAME=voice-20000 and two sockets ──> keep
//!        SIGUSR1: the box ends, leaving calls up, and is started again     SIGTERM: it says goodbye, and both end
//! ```

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use nix::cmsg_space;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
use nix::unistd::Pid;
use sd_notify::NotifyState;
use tokio::net::UnixDatagram;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli;

/// Files held at most: the calls of a thousand phones.
const MOST: usize = 4096;
/// What is held has numbers from here on, so that it never stands where the box is to find it.
const HIGH: RawFd = 3 + 4096;
/// Files in one message.
const AT_ONCE: usize = 64;
/// The box is started again after this, and after twice as long each time when it falls at once.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A box that ran for this long had started well.
const STARTED_WELL: Duration = Duration::from_secs(10);

/// Why nothing can be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepFailed {
    #[error("{}: {cause}; the data directory must be writable, and its path short", path.display())]
    Socket { path: PathBuf, cause: io::Error },
    #[error("the box cannot be started: {0}")]
    Start(#[from] io::Error),
}

/// Runs the box until it ends for good; its exit code.
pub(crate) fn keep(place: &cli::Place, data: &Path) -> Result<u8, KeepFailed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let path = data.join("notify");
    let mut keeper = {
        let _inside = runtime.enter();
        Keeper::open(&path).map_err(|cause| KeepFailed::Socket { path: path.clone(), cause })?
    };
    raise_file_limit();
    Ok(runtime.block_on(keeper.run(place, &path))?)
}

struct Keeper {
    socket: UnixDatagram,
    signals: Signals,
    held: BTreeMap<String, Vec<OwnedFd>>,
    pause: Duration,
}

/// What a signal says.
enum Told {
    /// The box has ended, or something else of ours.
    Ended,
    StartAgain,
    Reload,
    Stop,
}

/// The signals that say it.
struct Signals {
    child: tokio::signal::unix::Signal,
    again: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

/// What the box shall do when it has ended.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Then {
    /// Be started again, unless it ended well of its own accord.
    AsItEnds,
    StartAgain,
    Nothing,
}

impl Keeper {
    fn open(path: &Path) -> io::Result<Self> {
        path.parent().map_or(Ok(()), |data| DirBuilder::new().recursive(true).mode(0o700).create(data))?;
        // Of a keeper that fell; the box itself sees to it that there is only one.
        let _ = std::fs::remove_file(path);
        let (socket, signals) = (UnixDatagram::bind(path)?, Signals::new()?);
        Ok(Self { socket, signals, held: BTreeMap::new(), pause: PAUSE })
    }

    async fn run(&mut self, place: &cli::Place, path: &Path) -> io::Result<u8> {
        loop {
            let started = Instant::now();
            let mut child = self.start(place, path)?;
            let (status, then) = self.watch(&mut child).await?;
            self.take_in();
            let code = code_of(status);
            let over = status.success() || code == cli::CONFIGURATION;
            if then == Then::Nothing || (then == Then::AsItEnds && over) {
                return Ok(code);
            }
            let fell = then == Then::AsItEnds && started.elapsed() < STARTED_WELL;
            self.pause = if fell { (self.pause * 2).min(LONGEST_PAUSE) } else { PAUSE };
            if then == Then::AsItEnds {
                tokio::time::sleep(self.pause).await;
            }
        }
    }

    fn start(&self, place: &cli::Place, path: &Path) -> io::Result<Child> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("run");
        let options = [("--config", &place.config), ("--data", &place.data)];
        for (option, value) in
            options.into_iter().filter_map(|(option, value)| Some((option, value.as_ref()?)))
        {
            command.arg(option).arg(value);
        }
        let all = self.held.iter().flat_map(|(name, files)| files.iter().map(move |file| (name, file)));
        let (names, files): (Vec<&str>, Vec<RawFd>) =
            all.map(|(name, file)| (name.as_str(), file.as_raw_fd())).unzip();
        command.env("NOTIFY_SOCKET", path).env_remove("LISTEN_PID");
        command.env("LISTEN_FDS", files.len().to_string()).env("LISTEN_FDNAMES", names.join(":"));
        pass_on(&mut command, files);
        command.spawn()
    }

    /// Until the box has ended.
    async fn watch(&mut self, child: &mut Child) -> io::Result<(ExitStatus, Then)> {
        let mut then = Then::AsItEnds;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok((status, then));
            }
            tokio::select! {
                ready = self.socket.readable() => {
                    ready?;
                    self.take_in();
                }
                told = self.signals.next() => match told {
                    // It is looked at in any case.
                    Told::Ended => {}
                    Told::Reload => tell(child, Signal::SIGHUP),
                    Told::StartAgain => {
                        then = Then::StartAgain;
                        tell(child, Signal::SIGUSR1);
                    }
                    Told::Stop => {
                        then = Then::Nothing;
                        tell(child, Signal::SIGTERM);
                    }
                },
            }
        }
    }

    /// Takes in all that the box has said so far.
    fn take_in(&mut self) {
        while let Ok((words, files)) =
            self.socket.try_io(tokio::io::Interest::READABLE, || receive(&self.socket))
        {
            self.obey(&words, files);
        }
    }

    /// The words of sd_notify(3) that are about files; all others are for whoever runs us.
    fn obey(&mut self, words: &str, files: Vec<OwnedFd>) {
        let name = words.lines().find_map(|line| line.strip_prefix("FDNAME="));
        let says = |word| words.lines().any(|line| line == word);
        match name {
            Some(name) if says("FDSTORE=1") => {
                let room = MOST.saturating_sub(self.held.values().map(Vec::len).sum());
                let high = files.into_iter().take(room).filter_map(|file| lifted(&file));
                self.held.entry(name.to_owned()).or_default().extend(high);
            }
            Some(name) if says("FDSTOREREMOVE=1") => drop(self.held.remove(name)),
            _ => {
                // Nobody need run us.
                let _ = sd_notify::notify(&[NotifyState::Custom(words.trim_end())]);
            }
        }
    }
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            child: signal(SignalKind::child())?,
            again: signal(SignalKind::user_defined1())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.child.recv() => Told::Ended,
            _ = self.again.recv() => Told::StartAgain,
            _ = self.hangup.recv() => Told::Reload,
            _ = self.interrupt.recv() => Told::Stop,
            _ = self.terminate.recv() => Told::Stop,
        }
    }
}

fn tell(child: &Child, what: Signal) {
    if let Ok(pid) = i32::try_from(child.id()) {
        // A box that has ended already will be noticed.
        let _ = kill(Pid::from_raw(pid), what);
    }
}

/// The box finds these files from number 3 on, and ends when we do: nobody could start another one beside it.
#[expect(unsafe_code, reason = "only between fork and exec can files be put where the box finds them")]
fn pass_on(command: &mut Command, files: Vec<RawFd>) {
    // SAFETY: the closure only calls prctl and dup2, which are safe between fork and exec. It touches numbers below HIGH, where no file
    // stands that it still needs; what std may hold there it has no use for any more.
    unsafe {
        command.pre_exec(move || {
            set_pdeathsig(Signal::SIGTERM)?;
            for (number, file) in (3..).zip(&files) {
                if libc::dup2(*file, number) < 0 {
                    return Err(io::Error::last_os_error());
                }
            }
            Ok(())
        });
    }
}

#[expect(unsafe_code, reason = "the kernel hands over files as numbers")]
fn receive(socket: &UnixDatagram) -> io::Result<(String, Vec<OwnedFd>)> {
    let (mut words, mut room) = ([0; 4096], cmsg_space!([RawFd; AT_ONCE]));
    let mut parts = [IoSliceMut::new(&mut words)];
    let flags = MsgFlags::MSG_CMSG_CLOEXEC | MsgFlags::MSG_DONTWAIT;
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut room), flags)?;
    let mut files = Vec::new();
    for control in message.cmsgs()? {
        if let ControlMessageOwned::ScmRights(numbers) = control {
            // SAFETY: the kernel has just opened these for us, and nobody else knows them.
            files.extend(numbers.into_iter().map(|number| unsafe { OwnedFd::from_raw_fd(number) }));
        }
    }
    let length = message.bytes;
    Ok((String::from_utf8_lossy(words.get(..length).unwrap_or_default()).into_owned(), files))
}

/// The same file under a high number.
#[expect(unsafe_code, reason = "nix gives the number of a duplicate, not its owner")]
fn lifted(file: &OwnedFd) -> Option<OwnedFd> {
    let number = fcntl(file, FcntlArg::F_DUPFD_CLOEXEC(HIGH)).ok()?;
    // SAFETY: the duplicate is new, and nobody else knows its number.
    Some(unsafe { OwnedFd::from_raw_fd(number) })
}

fn raise_file_limit() {
    let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    // What cannot be raised limits the calls that are kept.
    let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
}

/// As a shell would say it.
fn code_of(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(cli::FAILURE)
}
