//! Between the network, which comes in pieces, and the disk, which reads and writes: a few pieces wait in between, no more.

use std::io::{self, Read, Write};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use futures_util::StreamExt as _;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;
use web::Pieces;

/// Whoever sends or takes nothing for so long has given up.
const SILENCE: Duration = Duration::from_secs(60);
/// No backup of ours is larger; in bytes.
const LARGEST: u64 = 64 << 30;

/// What is on its way, or why it ends early.
pub(super) type Piece = Result<Bytes, String>;

/// Passes everything on that comes, also what nobody wants any more: whoever is still sending hears no answer.
pub(super) async fn feed(mut pieces: Pieces<'_>, feed: mpsc::Sender<Piece>) {
    let mut size = 0;
    loop {
        let piece = match timeout(SILENCE, pieces.next()).await {
            Ok(Some(piece)) => piece,
            Ok(None) => return,
            Err(_) => Err("nothing came for a minute; send it again".to_owned()),
        };
        size += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        let over = piece.is_err() || size > LARGEST;
        // Nobody listens any more once the file was refused.
        let _ = feed.send(piece).await;
        if over {
            return;
        }
    }
}

/// Reads what comes from the network.
pub(super) struct Inlet {
    coming: mpsc::Receiver<Piece>,
    piece: Bytes,
}

impl Inlet {
    pub(super) fn new(coming: mpsc::Receiver<Piece>) -> Self {
        Self { coming, piece: Bytes::new() }
    }
}

impl Read for Inlet {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.coming.blocking_recv() {
                Some(piece) => self.piece = piece.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let mut reader = (&mut self.piece).reader();
        reader.read(into)
    }
}

/// Writes to the network.
#[derive(Clone)]
pub(super) struct Outlet {
    pieces: mpsc::Sender<Piece>,
    wall: Handle,
}

impl Outlet {
    pub(super) fn new(pieces: mpsc::Sender<Piece>, wall: Handle) -> Self {
        Self { pieces, wall }
    }

    /// Whoever takes the pieces must not think that this was all.
    pub(super) fn fails(&self, why: String) {
        // Whoever gave up need not be told.
        let _ = self.pass(Err(why));
    }

    fn pass(&self, piece: Piece) -> io::Result<()> {
        let passed = self.wall.block_on(timeout(SILENCE, self.pieces.send(piece)));
        passed.map_err(|_| io::ErrorKind::TimedOut)?.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pass(Ok(Bytes::copy_from_slice(bytes)))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
