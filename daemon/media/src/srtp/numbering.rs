//! Where each source's numbering stands: the 48-bit index of RFC 3711 3.3.1 and the replay window of 3.3.2.

use super::SrtpError;

/// Sources remembered for a key; each transfer and announcement brings a new one.
const SOURCES: usize = 8;
/// How far back a late packet is still told from one that came before (at least 64: RFC 3711 3.3.2).
const WINDOW: u64 = 128;

/// The last sources, the latest first.
#[derive(Debug, Default)]
pub(super) struct Sources([Option<Numbering>; SOURCES]);

/// One source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbering {
    ssrc: u32,
    /// Highest index so far.
    highest: u64,
    /// Bit n: the index n below the highest was used.
    seen: u128,
    /// Added to the source's own numbers, since it began anew.
    shift: u16,
    /// What would follow the last number that was far off.
    odd_next: Option<u16>,
}

impl Sources {
    pub(super) fn find(&mut self, ssrc: u32) -> Option<&mut Numbering> {
        let place = self.0.iter().position(|one| one.is_some_and(|one| one.ssrc == ssrc))?;
        self.0.get_mut(..=place)?.rotate_right(1);
        self.0.first_mut()?.as_mut()
    }

    /// The source's numbering; a new one begins before `sequence`.
    pub(super) fn of(&mut self, ssrc: u32, sequence: u16) -> &mut Numbering {
        if self.find(ssrc).is_none() {
            self.insert(Numbering { seen: 0, ..Numbering::starting(ssrc, sequence.into()) });
        }
        let [first, ..] = &mut self.0;
        first.get_or_insert(Numbering::starting(ssrc, sequence.into()))
    }

    /// All of them, the latest first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Numbering> {
        self.0.iter().flatten()
    }

    /// Forgets the one that was silent longest.
    pub(super) fn insert(&mut self, numbering: Numbering) {
        self.0.rotate_right(1);
        let [first, ..] = &mut self.0;
        *first = Some(numbering);
    }
}

impl Numbering {
    /// A source of which this index was used.
    pub(super) fn starting(ssrc: u32, index: u64) -> Self {
        Self { ssrc, highest: index, seen: 1, shift: 0, odd_next: None }
    }

    /// A source of which this index and all before it count as used.
    pub(super) fn used_up_to(ssrc: u32, index: u64) -> Self {
        Self { seen: u128::MAX, ..Self::starting(ssrc, index) }
    }

    pub(super) fn ssrc(&self) -> u32 {
        self.ssrc
    }

    pub(super) fn highest(&self) -> u64 {
        self.highest
    }

    /// The index nearest to the highest; `None` before the beginning.
    pub(super) fn estimate(&self, sequence: u16) -> Option<u64> {
        let ahead = sequence.wrapping_sub(self.low()).cast_signed();
        self.highest.checked_add_signed(ahead.into())
    }

    /// That the index was not used yet.
    pub(super) fn check(&self, index: u64) -> Result<(), SrtpError> {
        let Some(behind) = self.highest.checked_sub(index) else { return Ok(()) };
        let fresh = behind < WINDOW && self.seen >> behind & 1 == 0;
        if fresh { Ok(()) } else { Err(SrtpError::Replayed) }
    }

    /// The index is used now.
    pub(super) fn accept(&mut self, index: u64) {
        match index.checked_sub(self.highest) {
            Some(ahead) => {
                let moved = u32::try_from(ahead).ok().and_then(|ahead| self.seen.checked_shl(ahead));
                self.seen = moved.unwrap_or(0) | 1;
                self.highest = index;
            }
            None => self.seen |= 1 << (self.highest - index).min(WINDOW - 1),
        }
    }

    /// Uses the next index for a packet to be closed. Returns it with the number that the packet must carry, which
    /// is its own unless the source began anew: the other side could not follow such a jump (RFC 3711 3.3.1).
    pub(super) fn continued(&mut self, sequence: u16) -> Result<(u64, u16), SrtpError> {
        let wanted = sequence.wrapping_add(self.shift);
        let index = self.estimate(wanted).filter(|index| self.check(*index).is_ok());
        let index = match index {
            Some(index) => index,
            None if self.odd_next == Some(sequence) => self.highest + 1,
            None => {
                self.odd_next = Some(sequence.wrapping_add(1));
                return Err(SrtpError::Replayed);
            }
        };
        self.odd_next = None;
        self.accept(index);
        let [.., high, low] = index.to_be_bytes();
        let carried = u16::from_be_bytes([high, low]);
        self.shift = carried.wrapping_sub(sequence);
        Ok((index, carried))
    }

    fn low(&self) -> u16 {
        let [.., high, low] = self.highest.to_be_bytes();
        u16::from_be_bytes([high, low])
    }
}
