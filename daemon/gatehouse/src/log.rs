//! Where words go: to the journal under systemd, to standard error otherwise.

use std::io::IsTerminal;

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
    let registry = tracing_subscriber::registry().with(wanted);
    match journal() {
        Some(journal) => registry.with(journal).init(),
        None => {
            let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
            registry.with(lines.with_target(false)).init();
        }
    }
}

/// systemd says in `JOURNAL_STREAM` that standard error already leads to the journal.
fn journal() -> Option<tracing_journald::Layer> {
    std::env::var_os("JOURNAL_STREAM")?;
    tracing_journald::layer().ok().map(|layer| layer.with_syslog_identifier("gatehouse".to_owned()))
}
