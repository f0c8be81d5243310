//! Whether a new version stays. Only facts of the box itself count: a line that is down during an update must not take the update back.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::console::say;
use crate::place::{self, MEMORY};

/// Slow flash and a large database are given this long.
const PATIENCE: Duration = Duration::from_secs(120);
const ROUND: Duration = Duration::from_secs(1);
/// Lines of the log that are kept of each try.
const LINES: &str = "60";
/// What all tries of one version may take on the disk; in bytes.
const LARGEST: u64 = 64 * 1024;

/// Comes back well once the telephone system answers and the disk takes what must be kept; else keeps the reason and fails.
pub(crate) fn healthy() -> ExitCode {
    let end = Instant::now() + PATIENCE;
    let reason = loop {
        match fit() {
            Ok(()) => return stays(),
            Err(reason) if Instant::now() >= end || gave_up() => break reason,
            Err(_) => std::thread::sleep(ROUND),
        }
    };
    let version = place::running();
    say(&format!("gatehouse: version {version} is not fit: {reason}"));
    keep(&reason);
    ExitCode::FAILURE
}

fn fit() -> Result<(), String> {
    let probe = Path::new(MEMORY).join("probe");
    let written =
        File::create(&probe).and_then(|mut file| file.write_all(b"x").and_then(|()| file.sync_all()));
    written.map_err(|fault| format!("the disk takes nothing: {fault}"))?;
    match place::ask("/healthz") {
        // Whoever answers has its listeners, its database and its account, or says that none was linked yet.
        Ok((200 | 503, _)) => Ok(()),
        Ok((status, _)) => Err(format!("the telephone system answers {status}")),
        Err(_) => Err("the telephone system does not run".to_owned()),
    }
}

/// A program that ends at once, again and again, will not get well by waiting.
fn gave_up() -> bool {
    let told = Command::new("systemctl")
        .args(["show", "gatehouse.service", "--property=NRestarts", "--value"])
        .output();
    let restarts = told.ok().and_then(|out| String::from_utf8(out.stdout).ok()?.trim().parse().ok());
    restarts.unwrap_or(0_u32) >= 10
}

fn stays() -> ExitCode {
    say(&format!("gatehouse: version {} is fit", place::running()));
    let _ = fs::remove_file(place::attempts(place::running()));
    ExitCode::SUCCESS
}

/// What there is to say is said before the box starts anew; a disk that takes nothing keeps nothing.
fn keep(reason: &str) {
    let path = place::attempts(place::running());
    let full = fs::metadata(&path).is_ok_and(|about| about.len() > LARGEST);
    let log = Command::new("journalctl")
        .args(["-b", "-u", "gatehouse.service", "-n", LINES, "-o", "cat", "--no-pager"])
        .output();
    let log = log.map(|out| out.stdout).unwrap_or_default();
    let file = File::options().create(true).append(!full).write(true).truncate(full).open(&path);
    let _ = file.and_then(|mut file| {
        writeln!(file, "because: {reason}")?;
        file.write_all(&log)?;
        file.sync_all()
    });
}
