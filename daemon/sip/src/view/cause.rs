//! Why something happened: Reason, Warning, Retry-After.

use std::borrow::Cow;
use std::fmt;

use super::lossy;
use crate::compose::quoted;
use crate::lex::number;
use crate::message::Message;
use crate::name::Name;
use crate::scan::{Params, elements, is_space, is_token, quoted_length, trim, unquoted};

/// Why a call ends (RFC 3326). Written again by [`fmt::Display`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason<'a> {
    /// Whose numbers `cause` is of: `SIP`, or `Q.850` in the telephone network.
    pub protocol: Cow<'a, str>,
    /// The number: a SIP status, or 16 for an ordinary goodbye in `Q.850`.
    pub cause: Option<u16>,
    /// For people.
    pub text: Option<Cow<'a, str>>,
}

impl<'a> Reason<'a> {
    /// A reason with a SIP status.
    #[must_use]
    pub fn sip(status: u16, text: Option<&'a str>) -> Self {
        Self { protocol: "SIP".into(), cause: Some(status), text: text.map(Cow::Borrowed) }
    }

    /// Reads `SIP;cause=200;text="Call completed elsewhere"`.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let end = memchr::memchr(b';', value).unwrap_or(value.len());
        let (protocol, params) = value.split_at_checked(end)?;
        let protocol = Some(trim(protocol)).filter(|protocol| is_token(protocol))?;
        let params = Params::parse(params)?;
        let cause = params.value(b"cause").and_then(number).and_then(|cause| u16::try_from(cause).ok());
        let text = params.value(b"text").map(|text| lossy(unquoted(text)));
        Some(Self { protocol: String::from_utf8_lossy(protocol), cause, text })
    }

    /// True when somebody else's phone took the call, so that this one shows nothing as missed
    /// (RFC 3326 2).
    #[must_use]
    pub fn is_answered_elsewhere(&self) -> bool {
        self.protocol.eq_ignore_ascii_case("SIP") && self.cause == Some(200)
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.protocol)?;
        if let Some(cause) = self.cause {
            write!(out, ";cause={cause}")?;
        }
        match &self.text {
            Some(text) => write!(out, ";text={}", quoted(text)),
            None => Ok(()),
        }
    }
}

/// What somebody on the way has to say about an answer (RFC 3261 20.43). Written again by [`fmt::Display`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning<'a> {
    /// 300 to 399; 399 when no other fits.
    pub code: u16,
    /// Who says it: a host, or a name made up.
    pub agent: Cow<'a, str>,
    /// For people.
    pub text: Cow<'a, str>,
}

impl<'a> Warning<'a> {
    /// Reads `399 gatehouse "words"`.
    #[must_use]
    pub fn parse(element: &'a [u8]) -> Option<Self> {
        let (code, rest) = element.split_at_checked(3)?;
        let code = u16::try_from(number(code)?).ok()?;
        let rest = rest.first().filter(|&&byte| is_space(byte)).map(|_| trim(rest))?;
        let space = rest.iter().position(|&byte| is_space(byte))?;
        let (agent, text) = rest.split_at_checked(space)?;
        let text = Some(trim(text)).filter(|text| quoted_length(text) == Some(text.len()))?;
        Some(Self { code, agent: String::from_utf8_lossy(agent), text: lossy(unquoted(text)) })
    }
}

impl fmt::Display for Warning<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} {}", self.code, self.agent, quoted(&self.text))
    }
}

impl<'a> Message<'a> {
    /// Why the sender does this (RFC 3326); at most one for each protocol means anything.
    pub fn reasons(&self) -> impl Iterator<Item = Reason<'a>> + '_ {
        self.headers(Name::Reason).flat_map(elements).filter_map(Reason::parse)
    }

    /// What the sender wants people to know about its answer (RFC 3261 20.43).
    pub fn warnings(&self) -> impl Iterator<Item = Warning<'a>> + '_ {
        self.headers(Name::Warning).flat_map(elements).filter_map(Warning::parse)
    }

    /// After how many seconds asking again makes sense (RFC 3261 20.33).
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        self.seconds(Name::RetryAfter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_come_back_as_they_were_read() {
        for value in [
            "SIP;cause=200;text=\"Call completed elsewhere\"",
            "Q.850;cause=16;text=\"Terminated; \\\"so, to say\\\"\"",
            "SIP;text=\"\"",
            "preemption",
        ] {
            let reason = Reason::parse(value.as_bytes()).unwrap();
            assert_eq!(reason.to_string(), value);
        }
        let odd = Reason::parse(b"sip ; CAUSE = 200 ; text=plain").unwrap();
        assert!(odd.is_answered_elsewhere());
        assert_eq!(odd.text.as_deref(), Some("plain"));
        for value in ["", ";cause=1", "S I P;cause=1", "\"SIP\";cause=1"] {
            assert_eq!(Reason::parse(value.as_bytes()), None, "{value}");
        }
        assert_eq!(Reason::parse(b"SIP;cause=65536").and_then(|reason| reason.cause), None);
    }

    #[test]
    fn several_reasons_in_one_line() {
        let bytes = b"BYE sip:a@b SIP/2.0\r\nReason: Q.850;cause=16;text=\"a, b\", SIP;cause=200\r\n\
            Reason: ,\r\nRetry-After: 18 (lunch);duration=3\r\n\r\n";
        let message = Message::parse(bytes).unwrap();
        assert_eq!(message.reasons().map(|reason| reason.cause).collect::<Vec<_>>(), [Some(16), Some(200)]);
        assert_eq!(message.retry_after(), Some(18));
    }

    #[test]
    fn warnings() {
        let warning = Warning::parse(b"307 isi.edu \"Session \\\"foo\\\", not understood\"").unwrap();
        assert_eq!((warning.code, &*warning.agent), (307, "isi.edu"));
        assert_eq!(warning.text, "Session \"foo\", not understood");
        assert_eq!(warning.to_string(), "307 isi.edu \"Session \\\"foo\\\", not understood\"");
        for value in [
            "",
            "399",
            "399 box",
            "399 box words",
            "399 box \"open",
            "39 box \"x\"",
            "3999 box \"x\"",
            "399\"x\"",
        ] {
            assert_eq!(Warning::parse(value.as_bytes()), None, "{value}");
        }
    }
}
