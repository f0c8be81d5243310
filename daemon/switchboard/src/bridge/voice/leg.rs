//! One side of a call's voice: a leg of the relay, and the phone that sits at it.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use media::payload::PayloadMap;
use media::relay::{Command, Flow, Lease, LegPlan, RtcpPath, SilenceLimits};
use media::sdp::{
    Anchor, Codec, KeyAgreement, KeyLines, Media, Origin, Security, Session, Transport, Unacceptable,
};
use media::srtp::Marks;
use sip::seed::Seed;
use zeroize::Zeroizing;

use super::Heard;
use super::music::flows;
use crate::wires::Wires;

/// Longest silence of a line that is no sign; providers send voice in bursts with pauses up to 400 ms.
const SOON: Duration = Duration::from_millis(1_500);

/// What one phone was told of its voice, and with which keys that is closed. It goes with the phone, wherever that is seated.
#[derive(Clone)]
pub(crate) struct Seat {
    pub(super) origin: Origin,
    /// A new text is a new version (RFC 3264 8). May hold keys.
    pub(super) told: Zeroizing<Vec<u8>>,
    pub(super) keys: KeyAgreement,
    /// After how much silence the relay says so.
    silence: SilenceLimits,
    /// It is offered what the relay can translate too, as it knows nothing of what the other side speaks.
    pub(super) wide: bool,
}

/// A leg of the relay, whoever sits there.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) lease: Lease,
    pub(super) seat: Seat,
    /// What the relay was last told to expect here. Telling it the same again would make it learn anew.
    pub(super) plan: Option<LegPlan>,
    /// What this side last said.
    pub(super) heard: Option<Heard>,
    /// What becomes of its payload types on their way to the other side.
    pub(super) payloads: Option<Box<PayloadMap>>,
    /// How far its closed packets are numbered.
    pub(super) marks: Option<Box<Marks>>,
    /// Whether keys pressed here came as events.
    pub(super) tells_of_keys: bool,
    /// When the star was pressed here, if it was the last key.
    pub(super) star: Option<Instant>,
}

impl Seat {
    /// For a phone that was told nothing yet.
    pub(crate) fn new(security: Security, seed: &mut Seed) -> Self {
        // RFC 4566 5.2 wants digits; a phone that reads them into a signed 64-bit number must not overflow.
        let origin = Origin { username: "gatehouse", id: seed.number() >> 2, version: 0 };
        Self {
            origin,
            told: Zeroizing::default(),
            keys: KeyAgreement::new(security),
            silence: SilenceLimits::default(),
            wide: false,
        }
    }

    /// The same phone at another leg: its description goes on under the same name, its keys do not. Nothing may be closed
    /// twice with one key under the same number (RFC 3711 9.1).
    pub(crate) fn elsewhere(&self) -> Self {
        Self {
            origin: self.origin,
            told: Zeroizing::default(),
            keys: self.keys.anew(),
            silence: self.silence,
            wide: false,
        }
    }

    /// The world behind a line sends without a pause: its silence says something within seconds.
    pub(crate) fn watch(&mut self) {
        self.silence.open = SOON;
    }

    pub(super) fn is_watched(&self) -> bool {
        self.silence.open == SOON
    }

    /// How its voice travels.
    pub(crate) fn security(&self) -> Security {
        self.keys.security()
    }

    /// A phone refused how its keys were offered. Says whether there is another way.
    pub(crate) fn insist(&mut self) -> bool {
        self.keys.insist()
    }

    /// A phone refused `offer` as it was. Says whether it can be offered more, which the relay translates. Every phone knows
    /// G.711, so that where that was offered the codec is not what it refused.
    pub(crate) fn widen(&mut self, offer: &Session) -> bool {
        let codecs = offer.audio().map(Media::codecs).unwrap_or_default();
        let narrow = codecs.iter().any(|codec| codec.g711().is_some());
        !narrow && !std::mem::replace(&mut self.wide, true) && offer.widened().is_some()
    }

    /// The other side's offer, as this phone is to see it.
    pub(super) fn widened(&self, offer: &Session) -> Option<Session> {
        if self.wide { offer.widened() } else { None }
    }
}

impl Leg {
    pub(super) fn new(lease: Lease, seat: Seat) -> Self {
        Self {
            lease,
            seat,
            plan: None,
            heard: None,
            payloads: None,
            marks: None,
            tells_of_keys: false,
            star: None,
        }
    }

    /// Keeps what the phone says, read as its voice must travel.
    pub(super) fn hear(&mut self, heard: Heard) {
        let session = heard.session.under(self.seat.keys.security());
        self.heard = Some(Heard { session, ..heard });
    }

    /// The keys of an offer to it.
    pub(super) fn offered(&mut self, seed: &mut Seed) -> KeyLines {
        self.seat.keys.offer(|| seed.bytes())
    }

    /// The keys of the answer to its offer.
    pub(super) fn answer(&mut self, seed: &mut Seed) -> Result<KeyLines, Unacceptable> {
        if self.becomes_fax() {
            return Ok(KeyLines::default());
        }
        let audio = self.heard.as_ref().and_then(|heard| heard.session.audio());
        let audio = audio.ok_or(Unacceptable::NoAudio)?;
        if audio.transport == Transport::Dtls && self.lease.door.is_none() {
            return Err(Unacceptable::Transport);
        }
        self.seat.keys.answer(audio, || seed.bytes())
    }

    /// It answered an offer of ours. One that wants no voice at all may say so.
    pub(super) fn answered(&mut self) -> Result<(), Unacceptable> {
        if self.becomes_fax() {
            return Ok(());
        }
        let Some(heard) = &self.heard else { return Ok(()) };
        match (heard.session.audio(), heard.session.acceptable()) {
            (Some(audio), _) => self.seat.keys.answered(audio),
            (None, Err(Unacceptable::NoAudio) | Ok(())) => Ok(()),
            (None, Err(why)) => Err(why),
        }
    }

    /// Whether what it says last is a fax in place of voice. Nothing is closed meanwhile then, and nothing afterwards with the
    /// keys from before.
    fn becomes_fax(&mut self) -> bool {
        let fax = self.heard.as_ref().is_some_and(|heard| heard.session.fax().is_some());
        if fax {
            self.seat.keys = self.seat.keys.anew();
        }
        fax
    }

    /// Whether it would have its RTCP on the port of its voice, and the other side was told so. A browser always has it
    /// there, and its partner never hears of that.
    pub(super) fn shares_rtcp(&self) -> bool {
        let audio = self.heard.as_ref().and_then(|heard| heard.session.audio());
        audio.is_some_and(|audio| audio.rtcp_mux && audio.transport != Transport::Dtls)
    }

    /// Whether somebody speaks and listens there.
    pub(super) fn talks(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| flows(plan) == (Flow::Open, Flow::Open))
    }

    /// Its payload types are numbered for `other` from now on. Each side may use the numbers that it was told, which are the
    /// other's (RFC 3264 6.1), and many phones stay with their own.
    pub(super) fn number_for(&mut self, other: &Self) {
        let codecs = |leg: &Self| Some(leg.heard.as_ref()?.session.audio()?.codecs());
        let both = codecs(self).zip(codecs(other));
        self.payloads = both.map(|(own, wanted)| {
            let told: Vec<Codec> = wanted.iter().cloned().chain(own).collect();
            Box::new(PayloadMap::between(&told, &wanted))
        });
    }

    /// Tells the relay whom to expect, as last said and agreed.
    pub(super) fn expect(&mut self, path: RtcpPath, wires: &mut Wires) {
        let heard = self.heard.as_ref();
        let (keys, meeting) = (self.seat.keys.keys().map(Box::new), self.seat.keys.meeting().map(Box::new));
        let path = if meeting.is_some() { RtcpPath::Shared } else { path };
        let plan = heard.and_then(|heard| LegPlan::of(&heard.session, heard.signalling, path));
        let (payloads, silence) = (self.payloads.clone(), self.seat.silence);
        let plan = plan.map(|plan| LegPlan { keys, payloads, silence, meeting, ..plan });
        let Some(plan) = plan.filter(|plan| self.plan.as_ref() != Some(plan)) else { return };
        self.plan = Some(plan.clone());
        wires.relay(Command::Expect { leg: self.lease.leg, plan });
    }

    /// The description of the other side for this one, with `ours` as our address here.
    pub(super) fn describe(&mut self, session: &Session, ours: IpAddr, keys: &KeyLines) -> Vec<u8> {
        self.seat.describe(&self.lease, session, ours, keys)
    }
}

impl Seat {
    /// The description of the other side for this phone at that leg.
    pub(super) fn describe(
        &mut self,
        lease: &Lease,
        session: &Session,
        ours: IpAddr,
        keys: &KeyLines,
    ) -> Vec<u8> {
        let address = if lease.address.is_unspecified() { ours } else { lease.address };
        let Lease { rtp: rtp_port, door, .. } = *lease;
        let anchored = |origin| session.anchored_with(&Anchor { address, rtp_port, door, origin }, keys);
        if !self.told.is_empty() {
            let text = anchored(self.origin);
            if text == *self.told {
                return text;
            }
        }
        self.origin.version += 1;
        self.told = Zeroizing::new(anchored(self.origin));
        self.told.to_vec()
    }
}

impl std::fmt::Debug for Seat {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Seat").field("origin", &self.origin).field("keys", &self.keys).finish()
    }
}
