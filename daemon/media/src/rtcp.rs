//! One RTCP datagram: reports strung together, walked where they lie (RFC 3550 6.1, 6.4 and A.2).

mod extended;

pub use extended::{Echo, VoipMetrics};
use std::time::Duration;

/// Most reports in one datagram; real ones hold two or three.
const MOST_REPORTS: usize = 32;
/// Bytes of a report's head: version, count, type, length, sender.
const SMALLEST: usize = 8;

/// Types of reports (RFC 3550 12.1).
const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
/// Type of a report that says who its sources are (RFC 3550 6.5).
const DESCRIPTION: u8 = 202;
/// The item that every source must have (RFC 3550 6.5.1).
const CANONICAL_NAME: u8 = 1;

/// A valid RTCP datagram, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compound<'a> {
    datagram: &'a [u8],
    /// Who reports: the source of the first report.
    pub ssrc: u32,
}

/// One report of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'a> {
    /// 200 sender report, 201 receiver report, 202 description, 203 goodbye, ... (RFC 3550 12.1)
    pub kind: u8,
    /// Blocks inside, or what the kind makes of these five bits.
    pub count: u8,
    /// All after the first four bytes.
    pub body: &'a [u8],
}

/// What a peer says of a stream that it hears (RFC 3550 6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The stream.
    pub ssrc: u32,
    /// Lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Lost since the stream began; below zero when more came twice.
    pub lost: i32,
    /// Variation of the transit time, in ticks.
    pub jitter: u32,
    /// The time in the last sender report that the peer heard, its middle bits; zero before the first.
    pub last_report: u32,
    /// How long ago that was.
    pub waited: Duration,
}

impl<'a> Report<'a> {
    /// The middle bits of the time in a sender report, as its receiver repeats them.
    #[must_use]
    pub fn sent_at(&self) -> Option<u32> {
        let time = self.body.get(6..10).filter(|_| self.kind == SENDER_REPORT)?;
        time.first_chunk().copied().map(u32::from_be_bytes)
    }

    /// The blocks of a sender or receiver report, as many as it really holds.
    pub fn blocks(&self) -> impl Iterator<Item = Block> + use<'a> {
        let start = match self.kind {
            SENDER_REPORT => 24,
            RECEIVER_REPORT => 4,
            _ => usize::MAX,
        };
        let blocks = self.body.get(start..).unwrap_or_default().chunks_exact(24).take(self.count.into());
        blocks.filter_map(Block::read)
    }
}

impl Block {
    fn read(block: &[u8]) -> Option<Self> {
        let words = block.first_chunk::<24>()?.as_chunks::<4>().0;
        let [ssrc, losses, _, jitter, last_report, waited] = *words.first_chunk::<6>()?;
        let [fraction_lost, ..] = losses;
        // The lower three bytes, with their sign.
        let lost = (i32::from_be_bytes(losses) << 8) >> 8;
        Some(Self {
            ssrc: u32::from_be_bytes(ssrc),
            fraction_lost,
            lost,
            jitter: u32::from_be_bytes(jitter),
            last_report: u32::from_be_bytes(last_report),
            waited: short_time(waited),
        })
    }
}

/// A span in 65536ths of a second (RFC 3550 6.4.1).
fn short_time(span: [u8; 4]) -> Duration {
    Duration::from_nanos(u64::from(u32::from_be_bytes(span)) * 1_000_000_000 / 65_536)
}

/// Why a datagram is not RTCP; always the sender's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RtcpError {
    /// Shorter than its lengths say, or longer.
    #[error("lengths of the reports do not add up")]
    Length,
    /// A report that is not version 2.
    #[error("not RTCP version 2")]
    Version,
    /// A type outside 192 to 223 (RFC 5761 4).
    #[error("not an RTCP packet type")]
    Kind,
    /// Padding before the last report, or more of it than the report holds.
    #[error("padding where none may be")]
    Padding,
    /// More than 32 reports.
    #[error("too many reports")]
    TooMany,
}

impl<'a> Compound<'a> {
    /// Reads one datagram. Reports of reduced size are welcome (RFC 5506), so any kind may come first.
    ///
    /// # Errors
    /// [`RtcpError`] when the datagram contradicts RFC 3550 A.2.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, RtcpError> {
        let head = datagram.first_chunk::<SMALLEST>().ok_or(RtcpError::Length)?;
        let [.., s0, s1, s2, s3] = *head;
        let mut rest = datagram;
        for _ in 0..MOST_REPORTS {
            let (_, after) = cut(rest)?;
            if after.is_empty() {
                return Ok(Self { datagram, ssrc: u32::from_be_bytes([s0, s1, s2, s3]) });
            }
            rest = after;
        }
        Err(RtcpError::TooMany)
    }

    /// The reports in order.
    pub fn reports(&self) -> impl Iterator<Item = Report<'a>> + use<'a> {
        let mut rest = self.datagram;
        std::iter::from_fn(move || {
            let (report, after) = cut(rest).ok()?;
            rest = after;
            Some(report)
        })
    }
}

/// Takes out who a valid datagram's descriptions say they are: a phone writes its user and its address there (RFC 3550
/// 6.5). Names that tell streams apart become a number made of source and old name; everything else becomes blanks. No length changes.
pub fn anonymise(datagram: &mut [u8]) {
    let mut rest = datagram;
    while let Some(([bits, kind, high, low], after)) = rest.split_first_chunk_mut::<4>() {
        let length = usize::from(u16::from_be_bytes([*high, *low])) * 4;
        let Some((body, next)) = after.split_at_mut_checked(length) else { return };
        if *kind == DESCRIPTION {
            (0..*bits & 0x1f).try_fold(body, |chunks, _| anonymise_chunk(chunks));
        }
        rest = next;
    }
}

/// The items of one source; returns what follows them, at the next whole word.
fn anonymise_chunk(chunks: &mut [u8]) -> Option<&mut [u8]> {
    let length = chunks.len();
    let (source, mut items) = chunks.split_first_chunk_mut::<4>()?;
    let source = u32::from_be_bytes(*source);
    while let Some((kind, rest)) = items.split_first_mut() {
        if *kind == 0 {
            let used = length - rest.len();
            return rest.get_mut(used.next_multiple_of(4) - used..);
        }
        let (size, rest) = rest.split_first_mut()?;
        let (text, rest) = rest.split_at_mut_checked((*size).into())?;
        if *kind == CANONICAL_NAME {
            let number = text.iter().fold(source, |sum, byte| sum.wrapping_mul(31) ^ u32::from(*byte));
            let digits = |place: u32| b"0123456789abcdef".get((number.rotate_left(4 * place) & 15) as usize);
            text.iter_mut().zip(0..).for_each(|(byte, place)| *byte = digits(place).copied().unwrap_or(b'0'));
        } else {
            text.fill(b' ');
        }
        items = rest;
    }
    None
}

/// The first report and what follows it.
fn cut(datagram: &[u8]) -> Result<(Report<'_>, &[u8]), RtcpError> {
    let ([bits, kind, high, low], rest) = datagram.split_first_chunk::<4>().ok_or(RtcpError::Length)?;
    if bits >> 6 != 2 {
        return Err(RtcpError::Version);
    }
    if !(192..=223).contains(kind) {
        return Err(RtcpError::Kind);
    }
    let length = usize::from(u16::from_be_bytes([*high, *low])) * 4;
    let (body, after) = rest.split_at_checked(length).ok_or(RtcpError::Length)?;
    let body = if bits & 0x20 == 0 { body } else { before_padding(body, after)? };
    Ok((Report { kind: *kind, count: bits & 0x1f, body }, after))
}

/// RFC 3550 6.4.1: only the last report is padded, to whole words, and its last byte counts them.
fn before_padding<'a>(body: &'a [u8], after: &[u8]) -> Result<&'a [u8], RtcpError> {
    let padding = usize::from(body.last().copied().unwrap_or_default());
    let kept =
        body.len().checked_sub(padding).filter(|_| padding != 0 && padding % 4 == 0 && after.is_empty());
    kept.and_then(|kept| body.get(..kept)).ok_or(RtcpError::Padding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A report of `words` further words.
    fn report(bits: u8, kind: u8, words: u8) -> Vec<u8> {
        let mut report = vec![bits, kind, 0, words];
        report.extend(std::iter::repeat_n(7, usize::from(words) * 4));
        report
    }

    #[test]
    fn walks_a_receiver_report_and_a_description() {
        let datagram = [report(0x81, 201, 7), report(0x81, 202, 2)].concat();
        let compound = Compound::parse(&datagram).unwrap();
        assert_eq!(compound.ssrc, 0x0707_0707);
        let kinds: Vec<_> =
            compound.reports().map(|report| (report.kind, report.count, report.body.len())).collect();
        assert_eq!(kinds, [(201, 1, 28), (202, 1, 8)]);
    }

    #[test]
    fn padding_is_cut_off_the_last_report() {
        let mut datagram = report(0xa0, 203, 2);
        *datagram.last_mut().unwrap() = 4;
        assert_eq!(Compound::parse(&datagram).unwrap().reports().next().unwrap().body.len(), 4);
    }

    #[test]
    fn refuses_what_contradicts_itself() {
        let mut padded = report(0xa0, 201, 1);
        *padded.last_mut().unwrap() = 4;
        let padded_first = [padded, report(0x80, 202, 1)].concat();
        for (name, datagram, fault) in [
            ("empty", Vec::new(), RtcpError::Length),
            ("without sender", report(0x80, 201, 0), RtcpError::Length),
            ("cut short", report(0x80, 201, 2)[..10].to_vec(), RtcpError::Length),
            ("a rest", [report(0x80, 201, 1), vec![0x80]].concat(), RtcpError::Length),
            ("version 1", report(0x40, 201, 1), RtcpError::Version),
            ("voice", report(0x80, 8, 1), RtcpError::Kind),
            ("padding not in words", report(0xa0, 201, 1), RtcpError::Padding),
            ("padding before the last", padded_first, RtcpError::Padding),
            ("thirty-three reports", report(0x80, 201, 1).repeat(33), RtcpError::TooMany),
        ] {
            assert_eq!(Compound::parse(&datagram).map(|_| ()), Err(fault), "{name}");
        }
    }

    #[test]
    fn nobody_is_named_and_streams_stay_told_apart() {
        let named = |name: &[u8; 13]| {
            let chunk = [&[0, 0, 0, 7, 1, 13][..], name, &[6, 4], b"Snom", &[0, 0, 0]].concat();
            let other = [0, 0, 0, 8, 1, 1, b'x', 0];
            let head = [0x82, 202, 0, u8::try_from((chunk.len() + other.len()) / 4).unwrap()];
            [report(0x80, 201, 1), [&head[..], &chunk, &other].concat(), report(0x81, 203, 1)].concat()
        };
        let [mut mara, mut same, mut joerg] =
            [b"mara@10.1.2.3", b"mara@10.1.2.3", b"joer@10.1.2.4"].map(named);
        let before = mara.clone();
        [&mut mara, &mut same, &mut joerg].into_iter().for_each(|datagram| anonymise(datagram));
        let text = String::from_utf8_lossy(&mara);
        assert!(!text.contains("mara") && !text.contains("10.1") && !text.contains("Snom"), "{text}");
        assert!(mara == same && mara != joerg);
        assert!(Compound::parse(&mara).unwrap().reports().eq(
            Compound::parse(&before).unwrap().reports().map(|report| if report.kind == 202 {
                Report { body: &mara[12..mara.len() - 8], ..report }
            } else {
                report
            })
        ));
        assert_eq!(mara[mara.len() - 14..mara.len() - 8], [0, 8, 1, 1, mara[mara.len() - 10], 0]);
        assert_ne!(mara[mara.len() - 10], b'x');
    }

    proptest! {
        #[test]
        fn descriptions_of_any_kind_are_made_nameless_or_left(mut datagram in proptest::collection::vec(any::<u8>(), 0..64)) {
            datagram.iter_mut().skip(1).take(1).for_each(|kind| *kind = 202);
            let length = datagram.len();
            anonymise(&mut datagram);
            prop_assert_eq!(datagram.len(), length);
        }

        #[test]
        fn any_datagram_is_read_or_refused(datagram in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(compound) = Compound::parse(&datagram) {
                prop_assert!((1..=MOST_REPORTS).contains(&compound.reports().count()));
            }
        }
    }
}
