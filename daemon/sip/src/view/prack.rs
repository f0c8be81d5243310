//! Which provisional answer is confirmed (RFC 3262).

use std::fmt;

use super::CSeq;
use crate::lex::number;
use crate::message::Message;
use crate::name::Name;
use crate::scan::{is_space, trim};

/// What a PRACK confirms (RFC 3262 7.2). Written again by [`fmt::Display`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RAck<'a> {
    /// The RSeq of the confirmed answer.
    pub rseq: u32,
    /// The CSeq of the confirmed answer.
    pub cseq: CSeq<'a>,
}

impl fmt::Display for RAck<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = String::from_utf8_lossy(self.cseq.method.token());
        write!(out, "{} {} {method}", self.rseq, self.cseq.number)
    }
}

impl<'a> Message<'a> {
    /// Which provisional answer a PRACK confirms (RFC 3262 7.2).
    #[must_use]
    pub fn rack(&self) -> Option<RAck<'a>> {
        let value = self.header(Name::RAck)?;
        let space = value.iter().position(|&byte| is_space(byte))?;
        let rseq = u32::try_from(number(value.get(..space)?)?).ok()?;
        Some(RAck { rseq, cseq: CSeq::parse(trim(value.get(space..)?))? })
    }

    /// The number of a provisional answer that wants a PRACK (RFC 3262 7.1).
    #[must_use]
    pub fn rseq(&self) -> Option<u32> {
        u32::try_from(number(self.header(Name::RSeq)?)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rack(value: &str) -> Option<String> {
        let bytes = format!("PRACK sip:a@b SIP/2.0\r\nRAck: {value}\r\n\r\n").into_bytes();
        Message::parse(&bytes).unwrap().rack().map(|rack| rack.to_string())
    }

    #[test]
    fn confirmations() {
        assert_eq!(rack("776656 1 INVITE").as_deref(), Some("776656 1 INVITE"));
        assert_eq!(rack("4294967295\r\n\t0001  INVITE").as_deref(), Some("4294967295 1 INVITE"));
        for value in [
            "",
            "1",
            "1 2",
            "1 INVITE",
            "-1 2 INVITE",
            "4294967296 1 INVITE",
            "1 2147483648 INVITE",
            "1,2 INVITE",
        ] {
            assert_eq!(rack(value), None, "{value}");
        }
    }
}
