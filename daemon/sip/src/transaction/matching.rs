//! What makes two messages belong to one transaction.

use crate::message::Message;
use crate::method::Method;
use crate::seed::Word;
use crate::view::{CSeq, Via};
use sha2::{Digest, Sha256};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Longest text kept as it is; a longer one enters as its SHA-256, so that strangers cannot fill memory.
const LONGEST: usize = 192;

/// The name of a transaction, compared in full.
#[derive(Debug)]
pub(super) struct Matching {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Matching {
    /// The server transaction a request belongs to (RFC 3261 17.2.3).
    ///
    /// ACK and CANCEL belong to the INVITE they speak of: pass its method.
    pub(super) fn of_request(message: &Message<'_>, method: Method<'_>) -> Option<Self> {
        let via = message.via()?;
        let Some(branch) = via.unique_branch() else { return Self::of_old_request(message, &via, method) };
        let port = via.port.unwrap_or_default().to_be_bytes();
        Some(Self::of(&[branch, via.host.raw(), &port, method.token()]))
    }

    /// A request of a phone from before 2002, whose branch says nothing.
    fn of_old_request(message: &Message<'_>, via: &Via<'_>, method: Method<'_>) -> Option<Self> {
        Some(Self::of(&[
            b"",
            message.uri()?.raw(),
            message.from_tag().unwrap_or_default(),
            message.call_id()?,
            &message.cseq()?.number.to_be_bytes(),
            via.before_params,
            via.params.raw(),
            method.token(),
        ]))
    }

    /// The client transaction a response belongs to, and the one a request of ours starts (RFC 3261 17.1.3).
    pub(super) fn of_ours<'a>(message: &Message<'a>) -> Option<(Self, CSeq<'a>)> {
        let (branch, cseq) = (message.via()?.branch()?, message.cseq()?);
        Some((Self::of(&[branch, cseq.method.token()]), cseq))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn of(parts: &[&[u8]]) -> Self {
        let mut name = Self { bytes: [0; LONGEST], length: 0 };
        if !parts.iter().all(|part| name.push(part) && name.push(b"\0")) {
            name.length = 0;
            name.push(&digest(parts));
        }
        name
    }

    fn push(&mut self, part: &[u8]) -> bool {
        let end = self.length + part.len();
        let Some(room) = self.bytes.get_mut(self.length..end) else { return false };
        room.copy_from_slice(part);
        self.length = end;
        true
    }
}

/// A tag for an answer that nobody remembers: every copy of a request gets the same (RFC 3261 8.2.7).
///
/// Without the secret nobody can tell the tag of somebody else's answer (RFC 3261 19.3).
pub(super) fn tag_for(request: &Message<'_>, secret: [u64; 2]) -> Word {
    let branch = request.via().and_then(|via| via.branch());
    let mut hash = DefaultHasher::new();
    (secret, request.from_tag(), request.call_id(), branch).hash(&mut hash);
    Word::of_number(hash.finish())
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update(b"\0");
    }
    hash.finalize().into()
}
