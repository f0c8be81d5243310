//! No input may keep the box busy.

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// CPU time that one message may take; measured only where no sanitizer slows everything down.
const MOST: Duration = Duration::from_millis(1);

/// Feeds an input that stands for so many messages and measures it. A machine that was busy with
/// something else gets two more chances: what is slow by itself is slow every time.
pub fn swiftly(messages: u32, feed: fuzz::Feed, input: &[u8]) {
    if !cfg!(feature = "swift") {
        return feed(input);
    }
    let slow = (0..3).all(|_| {
        let before = cpu();
        feed(input);
        cpu().saturating_sub(before) > MOST * messages
    });
    assert!(!slow, "more than {MOST:?} of CPU time for a message");
}

fn cpu() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}
