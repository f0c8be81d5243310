//! The keys of one leg at work.

use super::Stream;
use media::srtp::{Keys, Marks, Receiver, Sender};

/// Closes what goes to the peer, opens what comes from it.
#[derive(Debug)]
pub(super) struct Safe {
    keys: Keys,
    sender: Sender,
    receiver: Receiver,
    /// As last told.
    marks: Marks,
}

impl Safe {
    /// For the keys that signalling agreed on now. A direction whose key stayed goes on where it was: beginning
    /// again would use its numbers twice (RFC 3711 9.1).
    pub(super) fn renewed(old: Option<Box<Self>>, keys: Option<&Keys>) -> Option<Box<Self>> {
        let keys = keys?.clone();
        let Some(mut safe) = old else {
            let (sender, receiver) = (Sender::new(&keys.ours), Receiver::new(&keys.theirs, keys.mki));
            return Some(Box::new(Self { keys, sender, receiver, marks: Marks::default() }));
        };
        if safe.keys.ours != keys.ours {
            safe.sender = Sender::new(&keys.ours);
            safe.marks = Marks::default();
        }
        if (&safe.keys.theirs, safe.keys.mki) != (&keys.theirs, keys.mki) {
            safe.receiver = Receiver::new(&keys.theirs, keys.mki);
        }
        safe.keys = keys;
        Some(safe)
    }

    /// Goes on where an earlier run stopped.
    pub(super) fn number(&mut self, marks: Marks) {
        marks.apply(&mut self.sender, &mut self.receiver);
        self.marks = marks;
    }

    /// How far it is, when somebody should remember it.
    pub(super) fn numbered(&mut self) -> Option<Marks> {
        self.marks = self.marks.due(&self.sender, &self.receiver)?;
        Some(self.marks.clone())
    }

    /// The open packet at the beginning of the datagram; nothing when the peer's key does not open it.
    pub(super) fn open<'a>(&mut self, stream: Stream, datagram: &'a mut [u8]) -> &'a mut [u8] {
        let opened = match stream {
            Stream::Voice => self.receiver.unprotect(datagram),
            Stream::Control => self.receiver.unprotect_reports(datagram),
        };
        opened.ok().and_then(|length| datagram.get_mut(..length)).unwrap_or_default()
    }

    /// The closed datagram; nothing when it must not be sent.
    pub(super) fn close<'a>(
        &mut self,
        stream: Stream,
        buffer: &'a mut [u8],
        length: usize,
    ) -> Option<&'a [u8]> {
        let closed = match stream {
            Stream::Voice => self.sender.protect(buffer, length),
            Stream::Control => self.sender.protect_reports(buffer, length),
        };
        buffer.get(..closed.ok()?)
    }
}
