//! One RTCP datagram: reports strung together, walked where they lie (RFC 3550 6.1, 6.4 and A.2).

/// Most reports in one datagram; real ones hold two or three.
const MOST_REPORTS: usize = 32;
/// Bytes of a report's head: version, count, type, length, sender.
const SMALLEST: usize = 8;

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

    proptest! {
        #[test]
        fn any_datagram_is_read_or_refused(datagram in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(compound) = Compound::parse(&datagram) {
                prop_assert!((1..=MOST_REPORTS).contains(&compound.reports().count()));
            }
        }
    }
}
