//! How a phone itself heard a call (RFC 6035): `vq-rtcpxr`, which carries the figures of RTCP XR (RFC 3611 4.7).
//!
//! ```text
//!   VQSessionReport: CallTerm
//!   CallID: 6dg37f1890463
//!   LocalMetrics:
//!   PacketLoss:NLR=5.0 JDR=2.0
//!   QualityEst:MOSLQ=4.2 MOSCQ=4.1
//!   RemoteMetrics:                  what the other end told it; not read
//! ```

use super::DocumentRefused;

/// Kind of this body.
pub const KIND: &str = "application/vq-rtcpxr";
/// Name of the package.
pub const EVENT: &str = "vq-rtcpxr";

/// Larger reports are not read; honest ones have about 1,500 bytes.
const MOST_BYTES: usize = 16 * 1024;
/// Longest Call-ID that is looked up.
const LONGEST_CALL_ID: usize = 256;

/// What a phone says of one call. What it leaves out, or says in a way that nobody can read, is nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct VoiceReport {
    /// Of the phone's own dialog.
    pub call_id: String,
    /// Whether the call is over (`CallTerm`), so that these are the figures of all of it.
    pub is_last: bool,
    /// Packets that never came, in hundredths of a percent (`NLR`).
    pub lost: Option<u16>,
    /// Packets that came too late to be played, in hundredths of a percent (`JDR`).
    pub discarded: Option<u16>,
    /// Both of them within bursts, in hundredths of a percent (`BLD`).
    pub burst_density: Option<u16>,
    /// Mean length of a burst, in milliseconds (`BD`).
    pub burst: Option<u16>,
    /// Both of them between bursts, in hundredths of a percent (`GLD`).
    pub gap_density: Option<u16>,
    /// There and back, in milliseconds (`RTD`).
    pub round_trip: Option<u16>,
    /// What the phone itself adds, in milliseconds (`ESD`).
    pub end_system_delay: Option<u16>,
    /// Variation of the transit time, in milliseconds (`IAJ`).
    pub jitter: Option<u16>,
    /// Nominal length of its jitter buffer, in milliseconds (`JBN`).
    pub jitter_buffer: Option<u16>,
    /// How it sounds to who listens, in hundredths from 100 to 490 (`MOSLQ`).
    pub mos_listening: Option<u16>,
    /// How it sounds in a conversation, in hundredths from 100 to 490 (`MOSCQ`).
    pub mos_conversation: Option<u16>,
}

impl VoiceReport {
    /// Reads a report; of its figures those that the phone measured itself.
    ///
    /// # Errors
    /// [`DocumentRefused`]
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentRefused> {
        if bytes.len() > MOST_BYTES {
            return Err(DocumentRefused::TooLarge);
        }
        let text = str::from_utf8(bytes).map_err(|_| DocumentRefused::Malformed)?;
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().ok_or(DocumentRefused::Malformed)?;
        // An interval has no word behind its name, and often no colon either.
        let (kind, what) = first.split_once(':').unwrap_or((first, ""));
        let is_last = match kind.trim().to_ascii_lowercase().as_str() {
            "vqsessionreport" => what.trim().to_ascii_lowercase().starts_with("callterm"),
            // An alert is one of either kind.
            "vqintervalreport" | "vqalertreport" => false,
            _ => return Err(DocumentRefused::Foreign),
        };
        let mut report = Self { is_last, ..Self::default() };
        for line in lines {
            let (name, value) = line.split_once(':').ok_or(DocumentRefused::Malformed)?;
            match name.trim().to_ascii_lowercase().as_str() {
                "callid" => value.trim().clone_into(&mut report.call_id),
                "remotemetrics" => break,
                _ => value
                    .split_ascii_whitespace()
                    .filter_map(|word| word.split_once('='))
                    .for_each(|word| report.take(word)),
            }
        }
        let id = &report.call_id;
        if id.is_empty() || id.len() > LONGEST_CALL_ID || id.contains(char::is_whitespace) {
            return Err(DocumentRefused::Value("CallID"));
        }
        Ok(report)
    }

    /// One figure (RFC 6035 4.6.2).
    fn take(&mut self, (name, value): (&str, &str)) {
        let place = match name.to_ascii_uppercase().as_str() {
            "NLR" => return self.lost = percent(value),
            "JDR" => return self.discarded = percent(value),
            "BLD" => return self.burst_density = percent(value),
            "GLD" => return self.gap_density = percent(value),
            "MOSLQ" => return self.mos_listening = score(value),
            "MOSCQ" => return self.mos_conversation = score(value),
            "BD" => &mut self.burst,
            "RTD" => &mut self.round_trip,
            "ESD" => &mut self.end_system_delay,
            "IAJ" => &mut self.jitter,
            "JBN" => &mut self.jitter_buffer,
            _ => return,
        };
        *place = value.parse().ok();
    }
}

/// `5`, `5.0` or `5.25`, in hundredths; further digits are left out.
fn hundredths(value: &str) -> Option<u16> {
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    let part: String = part.chars().chain(['0', '0']).take(2).collect();
    whole.parse::<u16>().ok()?.checked_mul(100)?.checked_add(part.parse().ok()?)
}

fn percent(value: &str) -> Option<u16> {
    hundredths(value).filter(|percent| *percent <= 10_000)
}

/// 127 stands for a score that is not known (RFC 3611 4.7.5).
fn score(value: &str) -> Option<u16> {
    hundredths(value).filter(|score| (100..=500).contains(score))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After the example of RFC 6035 4.7.1.
    const REPORT: &str = "VQSessionReport: CallTerm\r\nCallID: 12345@atlanta.example.com\r\n\
        LocalID: Alice <sip:alice@example.org>\r\nRemoteID: Bill <sip:bill@example.net>\r\nOrigID: Alice <sip:alice@example.org>\r\n\
        LocalGroup: example-phone-55671\r\nLocalAddr: IP=192.0.2.1 PORT=5000 SSRC=1a3b5c7d\r\nLocalMAC: 00:1f:5b:cc:21:0f\r\n\
        RemoteAddr: IP=198.51.100.150 PORT=5002 SSRC=0x2468abcd\r\nLocalMetrics:\r\n\
        Timestamps:START=2004-10-10T18:23:43Z STOP=2004-10-01T18:26:02Z\r\n\
        SessionDesc:PT=18 PD=G729 SR=8000 FD=20 FO=20 FPP=2 PPS=50 FMTP=\"annexb=no\" PLC=3 SSUP=on\r\n\
        JitterBuffer:JBA=3 JBR=2 JBN=40 JBM=80 JBX=120\r\nPacketLoss:NLR=5.0 JDR=2.0\r\n\
        BurstGapLoss:BLD=0 BD=0 GLD=2.0 GD=500 GMIN=16\r\nDelay:RTD=200 ESD=140 SOWD=200 IAJ=2 MAJ=10\r\n\
        Signal:SL=-21 NL=-50 RERL=55\r\nQualityEst:RLQ=90 RCQ=85 EXTRI=90 MOSLQ=4.2 MOSCQ=4.35 QoEEstAlg=P.564\r\n\
        RemoteMetrics:\r\nPacketLoss:NLR=50.0 JDR=2.0\r\nDialogID:1890463548@alice.example.org;to-tag=8472761;from-tag=9123dh311\r\n";

    fn of(figures: &str) -> VoiceReport {
        VoiceReport::parse(format!("VQIntervalReport:\nCallID:a\n{figures}").as_bytes()).unwrap()
    }

    #[test]
    fn rfc6035_4_7_1_what_the_phone_measured_is_read_and_not_what_it_was_told() {
        let read = VoiceReport::parse(REPORT.as_bytes()).unwrap();
        let expected = VoiceReport {
            call_id: "12345@atlanta.example.com".into(),
            is_last: true,
            lost: Some(500),
            discarded: Some(200),
            burst_density: Some(0),
            burst: Some(0),
            gap_density: Some(200),
            round_trip: Some(200),
            end_system_delay: Some(140),
            jitter: Some(2),
            jitter_buffer: Some(40),
            mos_listening: Some(420),
            mos_conversation: Some(435),
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn a_figure_that_nobody_can_read_is_left_out() {
        for (figure, lost) in [
            ("NLR=5", Some(500)),
            ("nlr=0.05", Some(5)),
            ("NLR=0.059", Some(5)),
            ("NLR=100.0", Some(10_000)),
            ("NLR=100.01", None),
            ("NLR=-1", None),
            ("NLR=", None),
            ("NLR=.5", None),
            ("NLR=5.x", None),
            ("NLR=99999999", None),
        ] {
            assert_eq!(of(&format!("PacketLoss:{figure}")).lost, lost, "{figure}");
        }
        for (figure, score) in [("4.2", Some(420)), ("0.5", None), ("127", None), ("5.0", Some(500))] {
            assert_eq!(of(&format!("QualityEst:MOSLQ={figure}")).mos_listening, score, "{figure}");
        }
        assert_eq!(of("Delay:RTD=65536 IAJ=x ESD=3 RTD").round_trip, None);
    }

    #[test]
    fn what_is_no_report_is_refused_with_what_is_wrong() {
        let large = vec![b'a'; MOST_BYTES + 1];
        for (text, why) in [
            (&large[..], DocumentRefused::TooLarge),
            (b"\xff", DocumentRefused::Malformed),
            (b"", DocumentRefused::Malformed),
            (b"VQSessionReport: CallTerm\r\nCallID", DocumentRefused::Malformed),
            (b"Messages-Waiting: yes\r\n", DocumentRefused::Foreign),
            (b"VQSessionReport: CallTerm\r\nLocalMetrics:\r\n", DocumentRefused::Value("CallID")),
            (b"VQSessionReport: CallTerm\r\nCallID: a b\r\n", DocumentRefused::Value("CallID")),
        ] {
            assert_eq!(VoiceReport::parse(text), Err(why), "{}", String::from_utf8_lossy(text));
        }
    }
}
