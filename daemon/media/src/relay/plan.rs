//! Who speaks on a leg, as its phone's description says.

use crate::coding::Coding;
use crate::g711::Law;
use crate::payload::PayloadMap;
use crate::rtp::Clocks;
use crate::sdp::{Codec, Meeting, Session, Transport};
use crate::srtp::Keys;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Whether voice goes one way now, or a hold stopped it (RFC 3264 8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Voice goes.
    Open,
    /// Stopped on purpose.
    Held,
}

/// Where a peer's RTCP travels (RFC 5761).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtcpPath {
    /// On a port of its own.
    Separate,
    /// Together with the voice; only after both offer and answer said `a=rtcp-mux`.
    Shared,
}

/// How long nothing may arrive before [`super::Event::Silent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SilenceLimits {
    /// While the peer should be sending.
    pub open: Duration,
    /// While it is held.
    pub held: Duration,
}

impl Default for SilenceLimits {
    /// 30 seconds while talking (comfort noise and DTX send at least every few seconds), an hour on hold.
    fn default() -> Self {
        Self { open: Duration::from_secs(30), held: Duration::from_secs(3_600) }
    }
}

/// What a leg carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Carries {
    /// Voice, as RTP.
    #[default]
    Voice,
    /// A fax, as UDPTL (ITU-T T.38): datagrams without a word about themselves, passed as they are. Only their source counts.
    Fax,
}

/// Who speaks on a leg, as authenticated signalling told us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegPlan {
    /// Where the peer's description wants its voice; nothing is accepted or sent without it.
    pub rtp: Option<SocketAddr>,
    /// Where it wants RTCP.
    pub rtcp: Option<SocketAddr>,
    /// Whether the peer shares one port for both.
    pub rtcp_path: RtcpPath,
    /// Where the peer's SIP came from: what a phone behind a translator really is (RFC 7362 3).
    pub signalling: IpAddr,
    /// What they are.
    pub carries: Carries,
    /// From the peer to us.
    pub sends: Flow,
    /// From us to the peer; while held the other leg's voice is not passed on.
    pub receives: Flow,
    /// When to report silence.
    pub silence: SilenceLimits,
    /// The clocks of the payload types, for jitter.
    pub clocks: Clocks,
    /// What becomes of the payload types that the peer sends; without it all pass as they are.
    pub payloads: Option<Box<PayloadMap>>,
    /// The peer's number for keys pressed (RFC 4733), if it takes them as events.
    pub events: Option<u8>,
    /// What our own sounds are played in: the codec of [`crate::coding`] that the peer likes best, under its number for it.
    pub sounds: Option<(u8, Coding)>,
    /// Keys of the leg's packets; without them voice travels open. A key that stays the same is used on, so that its
    /// numbering goes on too.
    pub keys: Option<Box<Keys>>,
    /// How the peer is met if it is a browser: it comes to our door from wherever it is, and keys are agreed on there.
    pub meeting: Option<Box<Meeting>>,
}

impl LegPlan {
    /// Whether the peer's voice should be heard.
    #[must_use]
    pub fn speaks(&self) -> bool {
        self.sends == Flow::Open && self.carries == Carries::Voice
    }

    /// Whether the peer takes voice and its keys, and no fax.
    #[must_use]
    pub fn takes_voice(&self) -> bool {
        self.carries == Carries::Voice
    }

    /// What the peer's packets of this number are coded in, if it is a codec of [`crate::coding`]: as agreed, or as the number is known
    /// to everybody (RFC 3551 6).
    #[must_use]
    pub fn coding(&self, payload_type: u8) -> Option<Coding> {
        let agreed = self.sounds.filter(|(number, _)| *number == payload_type).map(|(_, coding)| coding);
        agreed.or(match payload_type {
            0 => Some(Coding::G711(Law::Mu)),
            8 => Some(Coding::G711(Law::A)),
            9 => Some(Coding::G722),
            _ => None,
        })
    }

    /// The plan that a peer's description asks for: offer or answer, whichever that peer sent.
    ///
    /// A host name in place of an address counts as the address its signalling came from, because nothing on
    /// the call path waits for DNS. `None` when there is neither voice nor fax that we relay. Keys come from the leg's
    /// [`crate::sdp::KeyAgreement`], payloads from what both legs' descriptions say.
    #[must_use]
    pub fn of(session: &Session, signalling: IpAddr, rtcp_path: RtcpPath) -> Option<Self> {
        let audio = session.relayed()?;
        let carries = if session.fax().is_some() { Carries::Fax } else { Carries::Voice };
        let flow = |goes: bool| if goes { Flow::Open } else { Flow::Held };
        // Nothing open is ever sent to a browser, or taken from one.
        let open = (audio.transport != Transport::Dtls).then_some(audio);
        Some(Self {
            rtp: open.and_then(|audio| audio.rtp_address(signalling)),
            rtcp: open.and_then(|audio| audio.rtcp_address(signalling)),
            rtcp_path,
            signalling,
            carries,
            sends: flow(audio.direction.sends()),
            receives: flow(audio.direction.receives()),
            silence: SilenceLimits::default(),
            clocks: audio.clocks,
            payloads: None,
            events: audio.codecs().iter().find(|codec| codec.is_events()).map(|codec| codec.payload_type),
            sounds: audio.codecs().iter().find_map(Codec::coding),
            keys: None,
            meeting: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_says_what_the_phone_said() {
        let held = b"v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n\
            m=audio 4000 RTP/AVP 0 111\r\na=rtpmap:111 opus/48000/2\r\na=rtcp:4007\r\na=sendonly\r\n";
        let session = Session::parse(held).unwrap();
        let signalling = "192.0.2.9".parse().unwrap();
        let plan = LegPlan::of(&session, signalling, RtcpPath::Separate).unwrap();
        assert_eq!(plan.rtp, Some("192.0.2.7:4000".parse().unwrap()));
        assert_eq!(plan.rtcp, Some("192.0.2.7:4007".parse().unwrap()));
        assert_eq!((plan.sends, plan.receives), (Flow::Open, Flow::Held));
        assert_eq!(plan.clocks.hertz(111), 48_000);
    }

    #[test]
    fn a_host_name_counts_as_the_address_of_the_signalling() {
        let text = b"v=0\no=- 1 1 IN IP4 desk.example\ns=-\nc=IN IP4 desk.example\nm=audio 4000 RTP/AVP 8\n";
        let session = Session::parse(text).unwrap();
        let plan = LegPlan::of(&session, "192.0.2.9".parse().unwrap(), RtcpPath::Separate).unwrap();
        assert_eq!(plan.rtp, Some("192.0.2.9:4000".parse().unwrap()));
    }

    #[test]
    fn the_old_hold_has_no_address() {
        let text = b"v=0\no=- 1 1 IN IP4 192.0.2.7\ns=-\nc=IN IP4 0.0.0.0\nm=audio 4000 RTP/AVP 8\n";
        let session = Session::parse(text).unwrap();
        let plan = LegPlan::of(&session, "192.0.2.9".parse().unwrap(), RtcpPath::Separate).unwrap();
        assert_eq!((plan.rtp, plan.rtcp), (None, None));
        assert_eq!((plan.sends, plan.receives), (Flow::Open, Flow::Held));
    }
}
