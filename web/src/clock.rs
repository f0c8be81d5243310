//! Where the page gets the time from, so that a test can let thirty minutes pass.

use std::time::SystemTime;

/// The time of day as the page sees it: for session ages, lock-outs and "3 min ago".
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> SystemTime;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}
