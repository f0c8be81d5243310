//! Bytes become text, whoever saved them: UTF-8 with or without mark, UTF-16, Windows-1252, MacRoman.
//!
//! Nothing is decided before it must be: bytes below 128 mean the same everywhere but in UTF-16, so the first byte above
//! decides, by what stands around it.

use std::io::Read;

use encoding_rs::{Decoder, Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::{Limits, SheetRefused};

/// How much is looked at in one go.
const WINDOW: usize = 16 << 10;

/// First bytes of what people upload by mistake: PDF, old Excel, pictures, gzip, programs.
const STRANGERS: [&[u8]; 8] =
    [b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"\x7fELF", b"{\\rtf"];

pub(crate) struct Text<R> {
    source: R,
    raw: Vec<u8>,
    decoder: Option<Decoder>,
    out: Vec<u8>,
    taken: u64,
    limit: u64,
    /// A decoder that was told of the end must not be asked again.
    ended: bool,
}

impl<R: Read> Text<R> {
    /// `first` was already read from the source.
    pub(crate) fn new(source: R, first: Vec<u8>, limits: &Limits) -> Result<Self, SheetRefused> {
        if STRANGERS.iter().any(|sign| first.starts_with(sign)) {
            return Err(SheetRefused::OtherFormat);
        }
        let decoder = wide(&first).map(Encoding::new_decoder_with_bom_removal);
        Ok(Self { source, raw: first, decoder, out: Vec::new(), taken: 0, limit: limits.text, ended: false })
    }

    /// What the file is written in, as far as is known by now.
    pub(crate) fn encoding(&self) -> &'static str {
        self.decoder.as_ref().map_or("ASCII", |decoder| decoder.encoding().name())
    }

    /// The next piece in UTF-8; empty at the end. Bytes that mean nothing in the file's encoding become U+FFFD.
    pub(crate) fn next(&mut self, row: u32) -> Result<&[u8], SheetRefused> {
        self.out.clear();
        while self.out.is_empty() && !self.ended {
            fill(&mut self.source, &mut self.raw, WINDOW)?;
            self.taken = self.taken.saturating_add(self.raw.len() as u64);
            if self.taken > self.limit {
                return Err(SheetRefused::TooLong(self.limit));
            }
            self.ended = self.raw.is_empty();
            self.decode();
        }
        if self.out.contains(&0) { Err(SheetRefused::Nul(row)) } else { Ok(&self.out) }
    }

    fn decode(&mut self) {
        if self.decoder.is_none() && !self.raw.is_ascii() {
            self.decoder = Some(narrow(&self.raw).new_decoder_with_bom_removal());
        }
        let Some(decoder) = &mut self.decoder else {
            std::mem::swap(&mut self.out, &mut self.raw);
            self.raw.clear();
            return;
        };
        let room = decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(4 * WINDOW);
        self.out.resize(room, 0);
        let (_, _, written, _) = decoder.decode_to_utf8(&self.raw, &mut self.out, self.ended);
        self.out.truncate(written);
        self.raw.clear();
    }
}

/// Reads until `wanted` bytes are there or no more come.
pub(crate) fn fill(source: &mut impl Read, raw: &mut Vec<u8>, wanted: usize) -> Result<(), SheetRefused> {
    let missing = wanted.saturating_sub(raw.len());
    source.take(missing as u64).read_to_end(raw)?;
    Ok(())
}

/// UTF-16, by its mark or by the zeros beside every plain letter.
fn wide(first: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(first) {
        return Some(encoding);
    }
    let zeros = |odd: usize| first.iter().skip(odd).step_by(2).take(32).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (0, 8..) => Some(UTF_16LE),
        (8.., 0) => Some(UTF_16BE),
        _ => None,
    }
}

/// One byte per letter, or UTF-8. A letter may be cut at the end of the window.
fn narrow(window: &[u8]) -> &'static Encoding {
    let valid = std::str::from_utf8(window).map_or_else(|why| why.error_len().is_none(), |_| true);
    if valid {
        return UTF_8;
    }
    // ä ö ü ß Ä Ö Ü é è in either; a byte that is an umlaut in one is a rare sign in the other.
    let count = |letters: &[u8]| window.iter().filter(|byte| letters.contains(byte)).count();
    let mac = count(b"\x8a\x9a\x9f\xa7\x80\x85\x86\x8e\x8f");
    let windows = count(b"\xe4\xf6\xfc\xdf\xc4\xd6\xdc\xe9\xe8");
    if mac > windows { MACINTOSH } else { WINDOWS_1252 }
}
