//! The voice of a call whose sides hear a third one too, mixed by the relay.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use media::dtmf::Press;
use media::relay::{Carries, Command, Flow, LegId, LegPlan};
use media::sdp::Session;

use super::{Side, Voice};
use crate::wires::Wires;

/// What the box itself speaks: G.711, G.722 and keys. Address, port and keys are put in for each phone.
const OURS: &[u8] = b"v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 9 RTP/AVP 8 0 9 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:9 G722/8000\r\n\
    a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n";
/// Between the keys of one wish.
const SOON: Duration = Duration::from_secs(3);

impl Voice {
    /// Whether the relay can let a third one hear this side, and be heard there.
    pub(crate) fn can_mix(&self, side: Side) -> bool {
        let plan = self.there(side).plan.as_ref();
        plan.is_some_and(|plan| plan.carries == Carries::Voice && plan.sounds.is_some())
    }

    /// Whether both sides speak and listen.
    pub(crate) fn both_talk(&self) -> bool {
        [&self.caller, &self.callee].into_iter().all(super::Leg::talks)
    }

    /// Whether this side does not want to hear the other for now.
    pub(crate) fn holds(&self, side: Side) -> bool {
        let not_now = |plan: &LegPlan| plan.carries == Carries::Voice && plan.receives == Flow::Held;
        self.there(side).plan.as_ref().is_some_and(not_now)
    }

    /// Whether a third one hears it.
    pub(crate) fn confers(&self) -> bool {
        self.confers
    }

    /// The leg of a side.
    pub(crate) fn leg_of(&self, side: Side) -> LegId {
        self.there(side).lease.leg
    }

    /// The relay mixes it from now on; nobody waits any more.
    pub(crate) fn begin_to_confer(&mut self, wires: &mut Wires) {
        self.confers = true;
        if let Some(leg) = self.music.take() {
            wires.relay(Command::Hush { leg });
        }
    }

    /// Only the two sides hear each other again.
    pub(crate) fn end_to_confer(&mut self, wires: &mut Wires) {
        self.confers = false;
        let [a, b] = self.legs();
        wires.relay(Command::Join { a, b });
        self.play_on_hold(wires);
    }

    /// An offer of the box itself to this side, with `ours` as our address there.
    pub(crate) fn own_offer(&mut self, to: Side, ours: IpAddr, wires: &mut Wires) -> Option<Vec<u8>> {
        let session = Session::parse(OURS).ok()?;
        let leg = self.leg(to);
        let keys = leg.offered(&mut wires.seed);
        Some(leg.describe(&session, ours, &keys))
    }

    /// What the other side said last, once more for this one.
    pub(crate) fn last_offer(&mut self, to: Side, ours: IpAddr, wires: &mut Wires) -> Option<Vec<u8>> {
        self.offerer = Some(to.other());
        self.offer_for_other(ours, wires)
    }

    /// Whether this side wants to talk and was told that it is on hold.
    pub(crate) fn is_kept_waiting(&self, side: Side) -> bool {
        let both = |session: &Session| {
            session.audio().is_some_and(|audio| audio.direction.sends() && audio.direction.receives())
        };
        let told = Session::parse(self.told(side));
        self.said(side).is_some_and(both) && told.is_ok_and(|told| !both(&told))
    }

    /// This side pressed a key. Says whether that asks for all three to hear each other: a star and then a three.
    pub(crate) fn asks_for_three(&mut self, now: Instant, side: Side, press: Press) -> bool {
        let before = &mut self.leg(side).star;
        let asks = press.digit.name() == '3' && before.is_some_and(|at| now < at + SOON);
        *before = (press.digit.name() == '*').then_some(now);
        asks
    }
}
