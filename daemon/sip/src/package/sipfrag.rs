//! The first line of an answer as a body: how far a transfer is (RFC 3420, used by RFC 3515 2.4.5).

use super::DocumentRefused;
use crate::compose::reason;

/// Kind of this body.
pub const KIND: &str = "message/sipfrag;version=2.0";

/// Larger fragments are not read.
const MOST_BYTES: usize = 8 * 1024;

/// Says that the new call was answered with this status.
#[must_use]
pub fn write(status: u16) -> Vec<u8> {
    format!("SIP/2.0 {status} {}\r\n", reason(status)).into_bytes()
}

/// The status in a fragment; what follows its first line is left out.
///
/// # Errors
/// [`DocumentRefused`]
pub fn parse(bytes: &[u8]) -> Result<u16, DocumentRefused> {
    if bytes.len() > MOST_BYTES {
        return Err(DocumentRefused::TooLarge);
    }
    let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let (version, rest) = line.split_at_checked(8).unwrap_or_default();
    if !version.eq_ignore_ascii_case(b"SIP/2.0 ") {
        return Err(DocumentRefused::Foreign);
    }
    let digits = rest.split(|byte| *byte == b' ').next().unwrap_or_default();
    let status =
        str::from_utf8(digits).ok().filter(|text| text.len() == 3).and_then(|text| text.parse().ok());
    status.filter(|status| (100..700).contains(status)).ok_or(DocumentRefused::Value("status"))
}
