//! Something elsewhere that a message points to: a ring tone, a place, a picture.

use super::NameAddr;
use crate::message::Message;
use crate::name::Name;
use crate::scan::{Params, elements, trim};

/// `<target>;params` as in Alert-Info (RFC 3261 20.4), Call-Info (20.9) and Geolocation (RFC 6442 4.1).
///
/// The target is as written: phones put words in it that are no URIs (`<Bellcore-dr1>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pointer<'a> {
    /// What stands in the brackets.
    pub target: &'a [u8],
    /// What stands behind them.
    pub params: Params<'a>,
}

impl<'a> Pointer<'a> {
    /// Reads one element.
    #[must_use]
    pub fn parse(element: &'a [u8]) -> Option<Self> {
        let rest = element.strip_prefix(b"<")?;
        let end = memchr::memchr(b'>', rest)?;
        let target = Some(trim(rest.get(..end)?)).filter(|target| !target.is_empty())?;
        Some(Self { target, params: Params::parse(rest.get(end + 1..)?)? })
    }
}

impl<'a> Message<'a> {
    /// How the phone is asked to ring (RFC 3261 20.4, RFC 7462).
    pub fn alert_infos(&self) -> impl Iterator<Item = Pointer<'a>> + '_ {
        self.pointers(Name::AlertInfo)
    }

    /// What else there is to know about the caller (RFC 3261 20.9).
    pub fn call_infos(&self) -> impl Iterator<Item = Pointer<'a>> + '_ {
        self.pointers(Name::CallInfo)
    }

    /// Where it is written where the sender stands: `cid:` in the body, or behind a reference (RFC 6442 4.1).
    pub fn geolocations(&self) -> impl Iterator<Item = Pointer<'a>> + '_ {
        self.pointers(Name::Geolocation)
    }

    /// Whether the place may decide where the request goes; `None` when the sender does not say (RFC 6442 4.2).
    #[must_use]
    pub fn geolocation_routing(&self) -> Option<bool> {
        let value = self.header(Name::GeolocationRouting)?;
        let word = value.split(|&byte| byte == b';').next().map(trim)?;
        let said = |text: &[u8]| word.eq_ignore_ascii_case(text);
        if said(b"yes") { Some(true) } else { said(b"no").then_some(false) }
    }

    /// The hops between a registered phone and its registrar (RFC 3327).
    pub fn paths(&self) -> impl Iterator<Item = NameAddr<'a>> + '_ {
        self.addresses(Name::Path)
    }

    /// The hops that requests of a registered phone have to take (RFC 3608).
    pub fn service_routes(&self) -> impl Iterator<Item = NameAddr<'a>> + '_ {
        self.addresses(Name::ServiceRoute)
    }

    /// Within how many seconds the registrar wants a sign of life on the flow (RFC 5626 10).
    #[must_use]
    pub fn flow_timer(&self) -> Option<u32> {
        self.seconds(Name::FlowTimer)
    }

    fn pointers(&self, name: Name) -> impl Iterator<Item = Pointer<'a>> + '_ {
        self.headers(name).flat_map(elements).filter_map(Pointer::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invite(headers: &str) -> Vec<u8> {
        format!("INVITE sip:a@b SIP/2.0\r\n{headers}\r\n").into_bytes()
    }

    #[test]
    fn ring_tones_are_whatever_phones_call_them() {
        let bytes = invite(
            "Alert-Info: <http://box/a,b;c.wav>;info=alert-autoanswer, <Bellcore-dr3>\r\n\
             Alert-Info: ;info=ring, <>, <open, x\r\nCall-Info: <sip:box>;answer-after=0\r\n",
        );
        let message = Message::parse(&bytes).unwrap();
        let targets: Vec<_> = message.alert_infos().map(|one| one.target).collect();
        assert_eq!(targets, [&b"http://box/a,b;c.wav"[..], b"Bellcore-dr3"]);
        assert_eq!(
            message.call_infos().next().and_then(|one| one.params.value(b"answer-after")),
            Some(&b"0"[..])
        );
    }

    #[test]
    fn places() {
        let bytes = invite("Geolocation: <cid:target@h>, <https://lis/1>\r\nGeolocation-Routing: YES;x\r\n");
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(message.geolocations().count(), 2);
        assert_eq!(message.geolocation_routing(), Some(true));
        for (value, expected) in [("no", Some(false)), ("", None), ("maybe", None), ("yes no", None)] {
            let bytes = invite(&format!("Geolocation-Routing: {value}\r\n"));
            assert_eq!(Message::parse(&bytes).unwrap().geolocation_routing(), expected, "{value}");
        }
    }

    #[test]
    fn ways_and_their_signs_of_life() {
        let bytes =
            invite("Path: <sip:p1;lr>,<sip:p2;lr;ob>\r\nService-Route: <sip:s;lr>\r\nFlow-Timer: 120\r\n");
        let message = Message::parse(&bytes).unwrap();
        assert_eq!((message.paths().count(), message.service_routes().count()), (2, 1));
        assert_eq!(message.flow_timer(), Some(120));
    }
}
