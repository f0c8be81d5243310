//! What a serial line may say.

use std::time::Instant;

use board::panel::{Event, Panel};

/// Noise of any kind: what it means does not depend on the pieces it comes in, and only whole lines mean anything.
pub fn panel(input: &[u8]) {
    let whole = heard(input.chunks(input.len().max(1)));
    let pieces = heard(input.chunks(1));
    assert_eq!(whole, pieces);
    let lines = input.iter().filter(|byte| **byte == b'\n').count() as u64;
    assert!(whole.1 <= lines, "every line at most once");
}

fn heard<'i>(pieces: impl Iterator<Item = &'i [u8]>) -> (Vec<Event>, u64) {
    let now = Instant::now();
    let mut panel = Panel::new(now);
    for piece in pieces {
        panel.handle(now, piece);
        panel.handle_timeout(now);
        let _ = panel.poll_output(now);
    }
    (std::iter::from_fn(|| panel.poll_event()).collect(), panel.garbled)
}
