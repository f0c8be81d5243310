//! Events on their way to the switchboard.

use crate::board::Board;
use media::relay::Event;
use std::collections::VecDeque;
use std::sync::Arc;

/// Takes an event, or gives it back when there is no room. Called on the media thread, so it must not wait.
///
/// For a bounded tokio channel: `Box::new(move |event| sender.try_send(event).err().map(TrySendError::into_inner))`.
pub type Deliver = Box<dyn FnMut(Event) -> Option<Event> + Send>;

/// Events kept while the receiver is busy.
const WAITING: usize = 256;

/// Delivers in order and never waits. When the receiver is full, events wait here and are offered again at every
/// sweep; when that is full too, the newest is dropped and counted. No ports are lost that way: as long as
/// anything waits, none are lent.
pub(crate) struct Outbox {
    deliver: Deliver,
    waiting: VecDeque<Event>,
    board: Arc<Board>,
}

impl Outbox {
    pub(crate) fn new(deliver: Deliver, board: Arc<Board>) -> Self {
        Self { deliver, waiting: VecDeque::with_capacity(WAITING), board }
    }

    pub(crate) fn tell(&mut self, event: Event) {
        if self.waiting.len() < WAITING {
            self.waiting.push_back(event);
        } else {
            self.board.count_lost_event();
        }
        self.flush();
    }

    pub(crate) fn flush(&mut self) {
        while let Some(event) = self.waiting.pop_front() {
            if let Some(event) = (self.deliver)(event) {
                self.waiting.push_front(event);
                return;
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn keeps_the_order_and_drops_the_newest() {
        let (sender, receiver) = mpsc::sync_channel(2);
        let deliver = move |event| match sender.try_send(event) {
            Err(mpsc::TrySendError::Full(event)) => Some(event),
            Ok(()) | Err(mpsc::TrySendError::Disconnected(_)) => None,
        };
        let board = Arc::new(Board::new(1));
        let mut outbox = Outbox::new(Box::new(deliver), Arc::clone(&board));
        let event = |missing| Event::Exhausted { missing, cause: media::relay::Shortage::Ports };
        (0..260).for_each(|number| outbox.tell(event(number)));
        assert_eq!((outbox.is_empty(), board.lost_events()), (false, 2));
        let mut got = Vec::new();
        while let Ok(event) = receiver.try_recv() {
            got.push(event);
            outbox.flush();
        }
        assert_eq!(got, (0..258).map(event).collect::<Vec<_>>());
        assert!(outbox.is_empty());
    }
}
