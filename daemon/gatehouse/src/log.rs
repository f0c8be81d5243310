//! Where words go: to the journal under systemd, to standard error otherwise; the last of them stay in memory for the page.

use std::collections::VecDeque;
use std::io::{self, IsTerminal};
use std::sync::{LazyLock, Mutex, PoisonError};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Our own crates. What others say below a warning is about their insides.
const OURS: [&str; 12] = [
    "account",
    "board",
    "cloud",
    "gatehouse",
    "media",
    "mirror",
    "relay",
    "sip",
    "store",
    "switchboard",
    "transport",
    "web",
];

/// Starts logging. A journal that cannot be reached is replaced by standard error.
pub(crate) fn start(level: LevelFilter) {
    let others = level.min(LevelFilter::WARN);
    let wanted = Targets::new().with_default(others).with_targets(OURS.map(|name| (name, level)));
    let lately = tracing_subscriber::fmt::layer().with_writer(|| Lately).with_ansi(false).with_target(false);
    let registry = tracing_subscriber::registry().with(wanted).with(lately);
    match journal() {
        Some(journal) => registry.with(journal).init(),
        None => {
            let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(colours);
            registry.with(lines.with_target(false)).init();
        }
    }
}

/// Lines that stay in memory.
const LINES: usize = 500;
/// Of each of them, in bytes.
const LONGEST: usize = 1000;

/// The end of the log, as the subscriber itself is: one for the whole process.
static LATELY: LazyLock<Mutex<VecDeque<String>>> = LazyLock::new(Mutex::default);

/// The last lines of the log, the oldest first. As everything in the log they hold no secrets, and of numbers and names only the
/// redacted form.
pub(crate) fn lately() -> Vec<String> {
    LATELY.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
}

/// Takes one line at a time.
struct Lately;

impl io::Write for Lately {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut lines = LATELY.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= LINES {
            lines.pop_front();
        }
        let start = line.get(..LONGEST).unwrap_or(line);
        lines.push_back(String::from_utf8_lossy(start).trim_end().to_owned());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// systemd says in `JOURNAL_STREAM` that standard error already leads to the journal.
fn journal() -> Option<tracing_journald::Layer> {
    std::env::var_os("JOURNAL_STREAM")?;
    tracing_journald::layer().ok().map(|layer| layer.with_syslog_identifier("gatehouse".to_owned()))
}
