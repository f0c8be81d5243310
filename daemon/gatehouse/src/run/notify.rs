//! What systemd is told: ready, alive, stopping. Without systemd all of this does nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sd_notify::NotifyState;
use tracing::error;

pub(crate) fn ready() {
    tell(&[NotifyState::Ready, NotifyState::Status("Phones can call.")]);
}

pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// A stop that has to wait is not to be cut short before this is over.
pub(crate) fn more_time(wanted: Duration) {
    tell(&[NotifyState::ExtendTimeoutUsec(u32::try_from(wanted.as_micros()).unwrap_or(u32::MAX))]);
}

/// Says that we are alive only while the signalling thread goes round: a box that takes no calls is not alive.
pub(crate) async fn watchdog(beats: Arc<AtomicU64>) {
    let Some(patience) = sd_notify::watchdog_enabled() else { return };
    let mut last = None;
    loop {
        tokio::time::sleep(patience / 3).await;
        let now = beats.load(Ordering::Relaxed);
        if last == Some(now) {
            error!("the signalling thread is stuck; systemd will restart the box");
            continue;
        }
        last = Some(now);
        tell(&[NotifyState::Watchdog]);
    }
}

fn tell(state: &[NotifyState<'_>]) {
    // Without a supervisor there is nobody to tell.
    let _ = sd_notify::notify(state);
}
