//! The voice of a call as it is written down, and taken up again over the sockets that outlived the box.

use std::net::IpAddr;

use media::relay::{Command, Lease, RtcpPath};
use media::sdp::{KeptKeys, KeyAgreement, Origin, Security, Session};
use media::srtp::Marks;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::leg::{Leg, Seat};
use super::{Heard, Voice};
use crate::wires::Wires;

/// One side.
#[derive(Deserialize, Serialize)]
pub(crate) struct KeptLeg {
    port: u16,
    origin: u64,
    version: u64,
    told: String,
    keys: KeptKeys,
    watched: bool,
    said: Option<Said>,
    shares_rtcp: bool,
    marks: Option<Marks>,
}

/// What the phone last said of itself.
#[derive(Deserialize, Serialize)]
struct Said {
    text: String,
    security: Security,
    signalling: IpAddr,
}

impl KeptLeg {
    /// Our port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    fn of(leg: &Leg) -> Self {
        let said = leg.heard.as_ref().map(|heard| Said {
            text: String::from_utf8_lossy(heard.session.text()).into_owned(),
            security: heard.session.security(),
            signalling: heard.signalling,
        });
        let path = leg.plan.as_ref().map(|plan| plan.rtcp_path);
        Self {
            port: leg.lease.rtp,
            origin: leg.seat.origin.id,
            version: leg.seat.origin.version,
            told: String::from_utf8_lossy(&leg.seat.told).into_owned(),
            keys: leg.seat.keys.keep(),
            watched: leg.seat.is_watched(),
            said,
            shares_rtcp: path == Some(RtcpPath::Shared),
            marks: leg.marks.as_deref().cloned(),
        }
    }

    /// The leg as it was.
    fn resume(&self, lease: Lease, wires: &mut Wires) -> Option<Leg> {
        let mut seat = Seat::new(Security::Off, &mut wires.seed);
        seat.origin = Origin { id: self.origin, version: self.version, ..seat.origin };
        seat.told = Zeroizing::new(self.told.clone().into_bytes());
        seat.keys = KeyAgreement::resume(&self.keys)?;
        if self.watched {
            seat.watch();
        }
        let mut leg = Leg::new(lease, seat);
        if let Some(Said { text, security, signalling }) = &self.said {
            let session = Session::parse(text.as_bytes()).ok()?.under(*security);
            leg.heard = Some(Heard { session, signalling: *signalling });
        }
        leg.marks = self.marks.clone().map(Box::new);
        Some(leg)
    }

    /// Tells the relay of it.
    fn take_up(&self, leg: &mut Leg, wires: &mut Wires) {
        leg.expect(if self.shares_rtcp { RtcpPath::Shared } else { RtcpPath::Separate }, wires);
        if let Some(marks) = leg.marks.clone() {
            wires.relay(Command::Number { leg: leg.lease.leg, marks });
        }
    }
}

impl Voice {
    /// Both sides, the caller's first.
    pub(crate) fn keep(&self) -> [KeptLeg; 2] {
        [&self.caller, &self.callee].map(KeptLeg::of)
    }

    /// Goes on over the legs of an earlier run.
    pub(crate) fn resume(
        [(near, caller), (far, callee)]: [(Lease, &KeptLeg); 2],
        held: bool,
        wires: &mut Wires,
    ) -> Option<Self> {
        let mut legs = (caller.resume(near, wires)?, callee.resume(far, wires)?);
        legs.0.number_for(&legs.1);
        legs.1.number_for(&legs.0);
        caller.take_up(&mut legs.0, wires);
        callee.take_up(&mut legs.1, wires);
        let (caller, callee) = legs;
        wires.relay(Command::Join { a: near.leg, b: far.leg });
        let mut voice = Self { held, talked: true, ..Self::between(caller, callee) };
        voice.play_on_hold(wires);
        Some(voice)
    }

    /// Whether it can outlive the box: the page in a browser that keys were agreed on with cannot.
    pub(crate) fn can_outlive(&self) -> bool {
        [&self.caller, &self.callee].into_iter().all(|leg| leg.seat.keys.meeting().is_none())
    }

    /// Lets the sockets of both legs outlive the box, if they can.
    pub(crate) fn outlive(&self, wires: &mut Wires) {
        self.legs()
            .into_iter()
            .filter(|_| self.can_outlive())
            .for_each(|leg| wires.relay(Command::Keep { leg }));
    }

    /// How far the numbering of a leg's closed packets is.
    pub(crate) fn numbered(&mut self, leg: media::relay::LegId, marks: Box<Marks>) {
        for one in [&mut self.caller, &mut self.callee] {
            if one.lease.leg == leg {
                one.marks = Some(marks);
                return;
            }
        }
    }
}
