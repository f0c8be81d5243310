//! The box alone speaks with the caller, and hears him.

use std::net::IpAddr;

use media::payload::PayloadMap;
use media::relay::{Command, Ear, Flow, LegPlan, RtcpPath};
use media::sdp::Unacceptable;

use super::leg::Leg;
use super::{Heard, Side, Voice};
use crate::wires::Wires;

impl Voice {
    /// Answers the caller's offer with what the box itself speaks.
    ///
    /// # Errors
    /// The box knows none of the codecs, or the keys are of no use.
    pub(crate) fn answer_alone(&mut self, ours: IpAddr, wires: &mut Wires) -> Result<Vec<u8>, Unacceptable> {
        let caller = &mut self.caller;
        let session = caller.heard.as_ref().map(|heard| &heard.session);
        let answer = session.and_then(|session| session.spoken()).ok_or(Unacceptable::NoAudio)?;
        let keys = caller.answer(&mut wires.seed)?;
        caller.alone(wires);
        Ok(caller.describe(&answer, ours, &keys))
    }

    /// The same for another offer; one that is of no use changes nothing.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn changed_alone(
        &mut self,
        heard: Heard,
        ours: IpAddr,
        wires: &mut Wires,
    ) -> Result<Vec<u8>, Unacceptable> {
        let before = self.caller.heard.take();
        self.caller.hear(heard);
        let answered = self.answer_alone(ours, wires);
        if answered.is_err() {
            self.caller.heard = before;
        }
        answered
    }

    /// The caller's answer to an offer of the box.
    ///
    /// # Errors
    /// The caller takes none of what was offered.
    pub(crate) fn answered_alone(&mut self, heard: Heard, wires: &mut Wires) -> Result<(), Unacceptable> {
        let caller = &mut self.caller;
        caller.hear(heard);
        let session = caller.heard.as_ref().map(|heard| &heard.session);
        session.and_then(|session| session.spoken()).ok_or(Unacceptable::NoAudio)?;
        caller.answered()?;
        caller.alone(wires);
        Ok(())
    }

    /// What the caller agreed to with a phone that rang holds for the box too. Says whether it can speak and hear that.
    pub(crate) fn goes_on_alone(&mut self, wires: &mut Wires) -> bool {
        let speaks =
            self.caller.plan.as_ref().is_some_and(|plan| plan.sounds.is_some() && plan.takes_voice());
        if speaks {
            self.caller.alone(wires);
        }
        speaks
    }

    /// A phone that rang has nothing more to say, and hears nothing.
    pub(crate) fn leave_callee(&mut self, wires: &mut Wires) {
        if let Some(plan) = self.callee.plan.take() {
            let (rtp, rtcp, sends, receives) = (None, None, Flow::Held, Flow::Held);
            let plan = LegPlan { rtp, rtcp, sends, receives, meeting: None, keys: None, ..plan };
            wires.relay(Command::Expect { leg: self.callee.lease.leg, plan });
        }
    }

    /// Whether this side hears what is played to it.
    pub(crate) fn listens(&self, side: Side) -> bool {
        let hears = |plan: &LegPlan| plan.takes_voice() && plan.receives == Flow::Open;
        self.there(side).plan.as_ref().is_some_and(hears)
    }

    /// Keys come as events, or by INFO; from a caller who knows no events they are heard as tones too.
    pub(crate) fn listen_for_keys(&self, wires: &mut Wires) {
        if self.caller.plan.as_ref().is_some_and(|plan| plan.events.is_none()) {
            wires.relay(Command::Listen { leg: self.caller.lease.leg, to: Ear::Keys });
        }
    }
}

impl Leg {
    /// Tells the relay whom to expect where there is no other side.
    fn alone(&mut self, wires: &mut Wires) {
        let codecs =
            self.heard.as_ref().and_then(|heard| heard.session.audio()).map(media::sdp::Media::codecs);
        self.payloads = codecs.map(|codecs| Box::new(PayloadMap::between(&codecs, &codecs)));
        self.expect(RtcpPath::Separate, wires);
    }
}
