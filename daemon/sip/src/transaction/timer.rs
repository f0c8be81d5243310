//! The timers of RFC 3261 table 4 and RFC 6026, and the two a transaction runs at a time.

use std::time::{Duration, Instant};

/// Estimate of a round trip, 500 ms (RFC 3261 17.1.1.1).
pub(super) const T1: Duration = Duration::from_millis(500);
/// Longest pause between two copies of one message, 4 s (RFC 3261 17.1.2.1).
pub(super) const T2: Duration = Duration::from_secs(4);
/// How long a message may survive in the network, 5 s (RFC 3261 17.1.2.2).
pub(super) const T4: Duration = Duration::from_secs(5);
/// 64 x T1, 32 s: after this the other side has given up (RFC 3261 table 4).
pub(super) const GIVE_UP: Duration = Duration::from_secs(32);
/// How long a phone may ring, 185 s; must exceed three minutes (RFC 3261 16.6, step 11).
pub(super) const LONGEST_RING: Duration = Duration::from_secs(185);

/// What a transaction waits for. Letters are the standard's, words are ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Timer {
    /// Send the INVITE again: nothing has been heard yet.
    A,
    /// The INVITE was never answered at all.
    B,
    /// It has rung long enough: cancel it.
    C,
    /// Copies of the refusal we acknowledged have died out.
    D,
    /// Send the request again.
    E,
    /// The request was never answered.
    F,
    /// Send the refusal again: its ACK is missing.
    G,
    /// The refusal was never acknowledged.
    H,
    /// Copies of the ACK have died out.
    I,
    /// Copies of the request have died out.
    J,
    /// Copies of the response have died out.
    K,
    /// Copies of the accepted INVITE have died out (RFC 6026 7.1).
    L,
    /// Other phones that also accepted have spoken by now (RFC 6026 7.2).
    M,
    /// Send the 2xx again: its ACK is missing (RFC 3261 13.3.1.4).
    Success,
    /// The INVITE was cancelled, and not even 487 came back (RFC 3261 9.1).
    Cancelled,
    /// Nobody here answered the request, and its sender has given up (timer F over there).
    Forgotten,
}

/// The timers of one transaction: one that repeats a message, one that ends a state.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Timers {
    repeat: Option<(Timer, Instant)>,
    end: Option<(Timer, Instant)>,
    pause: Duration,
}

impl Timers {
    /// Starts the repeating timer at T1.
    pub(super) fn repeat(&mut self, now: Instant, timer: Timer) {
        self.pause = T1;
        self.repeat = Some((timer, now + self.pause));
    }

    /// Starts the repeating timer again with twice the pause, at most `longest`.
    pub(super) fn back_off(&mut self, now: Instant, timer: Timer, longest: Duration) {
        self.pause = self.pause.saturating_mul(2).min(longest);
        self.repeat = Some((timer, now + self.pause));
    }

    /// Starts the repeating timer again at its slowest, T2.
    pub(super) fn slow_down(&mut self, now: Instant, timer: Timer) {
        self.pause = T2;
        self.repeat = Some((timer, now + self.pause));
    }

    /// Starts the timer that ends a state, replacing the one before.
    pub(super) fn end(&mut self, now: Instant, timer: Timer, after: Duration) {
        self.end = Some((timer, now + after));
    }

    /// Nothing is repeated any more.
    pub(super) fn stop_repeating(&mut self) {
        self.repeat = None;
    }

    /// Stops both.
    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }

    /// Takes a timer whose time has come; the end goes before a last repetition.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Timer> {
        let due =
            |slot: &mut Option<(Timer, Instant)>| slot.take_if(|(_, at)| *at <= now).map(|(timer, _)| timer);
        due(&mut self.end).or_else(|| due(&mut self.repeat))
    }

    /// When the next one is due.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        [self.repeat, self.end].into_iter().flatten().map(|(_, at)| at).min()
    }
}
