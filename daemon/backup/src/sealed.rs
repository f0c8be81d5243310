//! A stream under a passphrase: a head, then pieces of 64 KiB by XChaCha20-Poly1305, each sealed with its place and whether it is
//! the last (STREAM, Hoang et al. 2015), so that none can be changed, moved, repeated or left out.
//!
//! ```text
//!   GATEHOUSE BACKUP | form 1 | salt 16 | nonce 19 | proof 16 || piece | tag 16 || piece | tag 16 || ...
//! ```

use std::io::{self, Read, Write};
use std::mem;

use aead_stream::{NewStream as _, StreamBE32, StreamPrimitive as _};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::Payload;
use zeroize::Zeroizing;

use crate::passphrase::{Keys, Passphrase, SALT};
use crate::{RestoreRefused, passphrase};

const MAGIC: &[u8; 16] = b"GATEHOUSE BACKUP";
/// The only one so far; says how the key is made and the pieces are sealed.
const FORM: u8 = 1;
const NONCE: usize = 19;
/// Clear bytes in a piece; the last has fewer or as many.
pub(crate) const PIECE: usize = 64 * 1024;
pub(crate) const TAG: usize = 16;
pub(crate) const HEAD: usize = MAGIC.len() + 1 + SALT + NONCE + passphrase::PROOF;

type Stream = StreamBE32<XChaCha20Poly1305>;

/// Seals what is written into it; nothing is complete before [`Sealing::end`].
pub(crate) struct Sealing<W> {
    out: W,
    stream: Stream,
    /// Sealed along with every piece.
    head: Vec<u8>,
    piece: Zeroizing<Vec<u8>>,
    place: u32,
}

impl<W: Write> Sealing<W> {
    pub(crate) fn begin(mut out: W, passphrase: &Passphrase) -> io::Result<Self> {
        let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
        getrandom::fill(&mut salt).map_err(io::Error::other)?;
        getrandom::fill(&mut nonce).map_err(io::Error::other)?;
        let (key, proof) = passphrase.keys(&salt)?;
        let head = [MAGIC.as_slice(), &[FORM], &salt, &nonce, &proof].concat();
        out.write_all(&head)?;
        let stream = Stream::new((&*key).into(), (&nonce).into());
        let piece = Zeroizing::new(Vec::with_capacity(PIECE));
        Ok(Self { out, stream, head, piece, place: 0 })
    }

    pub(crate) fn end(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let payload = Payload { msg: &self.piece, aad: &self.head };
        let sealed = self.stream.encrypt(self.place, last, payload);
        let sealed = sealed.map_err(|_| io::Error::other("a piece cannot be sealed"))?;
        self.place = self.place.checked_add(1).ok_or(io::ErrorKind::FileTooLarge)?;
        self.piece.clear();
        self.out.write_all(&sealed)
    }
}

impl<W: Write> Write for Sealing<W> {
    /// A full piece waits: it may be the last.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() == PIECE && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.get(..PIECE - self.piece.len()).unwrap_or(bytes);
        self.piece.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens what [`Sealing`] wrote.
pub(crate) struct Opening<R> {
    source: R,
    stream: Stream,
    head: Vec<u8>,
    place: u32,
    /// The next piece, still sealed: a piece after which none comes is the last.
    ahead: Vec<u8>,
    /// The piece before, and how much of it was read.
    clear: Zeroizing<Vec<u8>>,
    read: usize,
}

impl<R: Read> Opening<R> {
    pub(crate) fn begin(mut source: R, passphrase: &Passphrase) -> Result<Self, RestoreRefused> {
        let head = up_to(&mut source, HEAD)?;
        let rest = head.strip_prefix(MAGIC).ok_or(RestoreRefused::NotOurs)?;
        let (form, rest) = rest.split_first().ok_or(RestoreRefused::Damaged)?;
        match *form {
            FORM => {}
            0 => return Err(RestoreRefused::Damaged),
            _ => return Err(RestoreRefused::Newer),
        }
        let (salt, rest) = rest.split_first_chunk::<SALT>().ok_or(RestoreRefused::Damaged)?;
        let (nonce, proof) = rest.split_first_chunk::<NONCE>().ok_or(RestoreRefused::Damaged)?;
        if proof.len() != passphrase::PROOF {
            return Err(RestoreRefused::Damaged);
        }
        let (key, expected): Keys = passphrase.keys(salt).map_err(RestoreRefused::Disk)?;
        if *proof != expected {
            return Err(RestoreRefused::Passphrase);
        }
        let stream = Stream::new((&*key).into(), nonce.into());
        let ahead = up_to(&mut source, PIECE + TAG)?;
        Ok(Self { source, stream, head, place: 0, ahead, clear: Zeroizing::default(), read: 0 })
    }

    fn left(&self) -> &[u8] {
        self.clear.get(self.read..).unwrap_or_default()
    }

    fn open(&mut self) -> Result<(), RestoreRefused> {
        let sealed = mem::take(&mut self.ahead);
        if sealed.is_empty() {
            return Err(RestoreRefused::Damaged);
        }
        self.ahead = up_to(&mut self.source, PIECE + TAG)?;
        let payload = Payload { msg: &sealed, aad: &self.head };
        let clear = self.stream.decrypt(self.place, self.ahead.is_empty(), payload);
        self.clear = Zeroizing::new(clear.map_err(|_| RestoreRefused::Damaged)?);
        self.read = 0;
        self.place = self.place.checked_add(1).ok_or(RestoreRefused::TooLarge)?;
        if self.clear.is_empty() { Err(RestoreRefused::Damaged) } else { Ok(()) }
    }
}

/// Clear bytes, in their order.
pub(crate) trait Clear: Sized {
    /// Exactly so many bytes as there is room for.
    fn read(&mut self, into: &mut [u8]) -> Result<(), RestoreRefused>;

    /// Nothing comes any more.
    fn end(self) -> Result<(), RestoreRefused>;

    /// Passes so many bytes on.
    fn copy(&mut self, mut size: u64, out: &mut impl Write) -> Result<(), RestoreRefused> {
        let mut part = Zeroizing::new([0; 8 * 1024]);
        while size > 0 {
            let some = usize::try_from(size).map_or(part.len(), |size| size.min(part.len()));
            let part = part.get_mut(..some).unwrap_or_default();
            self.read(part)?;
            out.write_all(part).map_err(RestoreRefused::Disk)?;
            size -= some as u64;
        }
        Ok(())
    }
}

impl<R: Read> Clear for Opening<R> {
    fn read(&mut self, mut into: &mut [u8]) -> Result<(), RestoreRefused> {
        while !into.is_empty() {
            if self.left().is_empty() {
                self.open()?;
            }
            let size = self.left().len().min(into.len());
            let (now, later) = into.split_at_mut(size);
            for (to, from) in now.iter_mut().zip(self.left()) {
                *to = *from;
            }
            self.read += size;
            into = later;
        }
        Ok(())
    }

    fn end(self) -> Result<(), RestoreRefused> {
        let over = self.left().is_empty() && self.ahead.is_empty() && self.place > 0;
        if over { Ok(()) } else { Err(RestoreRefused::Damaged) }
    }
}

impl Clear for &[u8] {
    fn read(&mut self, into: &mut [u8]) -> Result<(), RestoreRefused> {
        self.read_exact(into).map_err(|_| RestoreRefused::Damaged)
    }

    fn end(self) -> Result<(), RestoreRefused> {
        if self.is_empty() { Ok(()) } else { Err(RestoreRefused::Damaged) }
    }
}

/// Fewer bytes mean that nothing follows.
fn up_to(source: &mut impl Read, most: usize) -> Result<Vec<u8>, RestoreRefused> {
    let mut bytes = Vec::with_capacity(most);
    source.take(most as u64).read_to_end(&mut bytes).map_err(RestoreRefused::Source)?;
    Ok(bytes)
}
