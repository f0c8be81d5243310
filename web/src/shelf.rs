//! A file that somebody looked through and may take over: it lies here until they do or until the next one, and is good for ten minutes.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

const KEPT: Duration = Duration::from_secs(10 * 60);

/// Room for one file.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<Lying>);

#[derive(Default)]
struct Lying {
    ticket: u64,
    file: Option<(SystemTime, Vec<u8>)>,
}

impl Shelf {
    /// Puts a file here in place of the one before; the ticket is what it is taken back with.
    pub(crate) fn put(&self, now: SystemTime, file: Vec<u8>) -> u64 {
        let mut lying = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lying.ticket += 1;
        lying.file = Some((now, file));
        lying.ticket
    }

    /// The file of a ticket, once.
    pub(crate) fn take(&self, now: SystemTime, ticket: u64) -> Option<Vec<u8>> {
        let mut lying = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, file) = if lying.ticket == ticket { lying.file.take()? } else { return None };
        (now.duration_since(since).unwrap_or_default() <= KEPT).then_some(file)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::Shelf;

    #[test]
    fn a_file_is_taken_once_by_its_ticket_and_not_for_ever() {
        let (shelf, now) = (Shelf::default(), SystemTime::UNIX_EPOCH);
        let first = shelf.put(now, vec![1]);
        let second = shelf.put(now, vec![2]);
        assert_eq!(shelf.take(now, first), None, "another took its place");
        assert_eq!(shelf.take(now, second), Some(vec![2]));
        assert_eq!(shelf.take(now, second), None);
        let old = shelf.put(now, vec![3]);
        assert_eq!(shelf.take(now + Duration::from_secs(601), old), None);
    }
}
