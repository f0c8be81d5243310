//! The voice of one call: two legs of the relay, and the description that each phone is given of the other.

mod alone;
mod announcing;
mod fax;
mod kept;
mod keys;
mod leg;
mod music;
mod room;

use std::net::IpAddr;

use account::Unheard;
use media::relay::{Command, Lease, LegId, RtcpPath};
use media::sdp::{KeyLines, Security, Session, Unacceptable};

use super::Side;
use crate::wires::Wires;
pub(crate) use kept::KeptLeg;
use leg::Leg;
pub(crate) use leg::Seat;

/// What a phone said about its voice, and where its signalling comes from.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub session: Session,
    pub signalling: IpAddr,
}

/// Both legs of a call. Offer and answer (RFC 3264) pass through it, each rewritten for the other side; the keys of a leg
/// (RFC 4568) are agreed upon with its phone alone.
#[derive(Debug)]
pub(crate) struct Voice {
    caller: Leg,
    callee: Leg,
    /// Who made the last offer; its answer settles both legs.
    offerer: Option<Side>,
    held: bool,
    /// An answer that nobody else can give any more was of no use.
    broken: bool,
    /// Whether both sides could hear each other once.
    talked: bool,
    /// The leg that hears music, or what the box says.
    music: Option<LegId>,
    /// Whether a third one hears both sides.
    confers: bool,
    /// Why the caller, and the callee, were not heard when they should have been.
    unheard: [Option<Unheard>; 2],
}

impl Voice {
    /// Takes two legs from the pool, the caller's with this security; `None` when it is empty.
    pub(crate) fn open(caller: Security, wires: &mut Wires) -> Option<Self> {
        let legs = wires.two_ports()?;
        Some(Self::over(legs, caller, wires))
    }

    /// The same for a call for help, which may take what is kept back for it.
    pub(crate) fn open_for_help(caller: Security, wires: &mut Wires) -> Option<Self> {
        let legs = wires.two_ports_for_help()?;
        Some(Self::over(legs, caller, wires))
    }

    /// The legs of a call that makes way, for one that calls for help: nothing said there before counts any more.
    pub(crate) fn yielded(self, caller: Security, wires: &mut Wires) -> Self {
        let [a, b] = self.legs();
        if self.confers {
            wires.relay(Command::Join { a, b });
        }
        [a, b].into_iter().for_each(|leg| wires.relay(Command::Hush { leg }));
        let [caller, nobody] = [caller, Security::Off].map(|security| Seat::new(security, &mut wires.seed));
        Self::between(Leg::new(self.caller.lease, caller), Leg::new(self.callee.lease, nobody))
    }

    fn over((near, far): (Lease, Lease), caller: Security, wires: &mut Wires) -> Self {
        wires.relay(Command::Join { a: near.leg, b: far.leg });
        let [caller, nobody] = [caller, Security::Off].map(|security| Seat::new(security, &mut wires.seed));
        Self::between(Leg::new(near, caller), Leg::new(far, nobody))
    }

    fn between(caller: Leg, callee: Leg) -> Self {
        Self {
            caller,
            callee,
            offerer: None,
            held: false,
            broken: false,
            talked: false,
            music: None,
            confers: false,
            unheard: [None; 2],
        }
    }

    /// The caller is the world behind a line.
    pub(crate) fn watch_caller(&mut self) {
        self.caller.seat.watch();
    }

    /// Keeps an offer until it is answered.
    pub(crate) fn offered(&mut self, by: Side, heard: Heard) {
        self.leg(by).hear(heard);
        self.offerer = Some(by);
    }

    /// Lets the one who offered hear early voice, such as a ringing tone made by a phone. What is closed has to wait for
    /// the answer, which holds our key.
    pub(crate) fn expect_offerer(&mut self, wires: &mut Wires) {
        let Some(by) = self.offerer else { return };
        if self.security(by) == Security::Off {
            self.leg(by).expect(RtcpPath::Separate, wires);
        }
    }

    /// The kept offer as the other side is to see it, with `ours` as our address there.
    pub(crate) fn offer_for_other(&mut self, ours: IpAddr, wires: &mut Wires) -> Option<Vec<u8>> {
        let (by, other) = self.both(self.offerer?);
        let session = &by.heard.as_ref()?.session;
        let keys = if session.fax().is_some() { KeyLines::default() } else { other.offered(&mut wires.seed) };
        let wide = other.seat.widened(session);
        Some(other.describe(wide.as_ref().unwrap_or(session), ours, &keys))
    }

    /// The caller's offer as a phone that is rung is to see it: each gets keys of its own.
    pub(crate) fn offer_for(&mut self, seat: &mut Seat, ours: IpAddr, wires: &mut Wires) -> Option<Vec<u8>> {
        let (by, other) = self.both(self.offerer?);
        let keys = seat.keys.offer(|| wires.seed.bytes());
        let session = &by.heard.as_ref()?.session;
        let wide = seat.widened(session);
        Some(seat.describe(&other.lease, wide.as_ref().unwrap_or(session), ours, &keys))
    }

    /// The answer of `by`: settles both legs and returns it as the other side is to see it, with `ours` as our address there.
    pub(crate) fn answered(
        &mut self,
        by: Side,
        heard: Heard,
        ours: IpAddr,
        wires: &mut Wires,
    ) -> Result<Vec<u8>, Unacceptable> {
        self.leg(by).hear(heard);
        self.answered_as_before(by, ours, wires).map(Option::unwrap_or_default)
    }

    /// The same of an answer that settles a call which is up already. If it is of no use, the voice is broken.
    pub(crate) fn answered_late(
        &mut self,
        by: Side,
        heard: Heard,
        ours: IpAddr,
        wires: &mut Wires,
    ) -> Option<Vec<u8>> {
        let answered = self.answered(by, heard, ours, wires);
        self.broken |= answered.is_err();
        answered.ok()
    }

    /// Whether the sides cannot hear each other, for want of keys that fit.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// What `by` says again of itself, and nobody else has to hear. If its keys are of no use, all stays as it was.
    pub(crate) fn repeated(&mut self, by: Side, heard: Heard, wires: &mut Wires) {
        let leg = self.leg(by);
        let before = leg.heard.take();
        leg.hear(heard);
        if leg.answered().is_err() {
            leg.heard = before;
            return;
        }
        let path = leg.plan.as_ref().map_or(RtcpPath::Separate, |plan| plan.rtcp_path);
        leg.expect(path, wires);
        self.play_on_hold(wires);
    }

    /// The same with the answer that `by` gave before.
    pub(crate) fn answered_as_before(
        &mut self,
        by: Side,
        ours: IpAddr,
        wires: &mut Wires,
    ) -> Result<Option<Vec<u8>>, Unacceptable> {
        let awaited = self.offerer == Some(by.other());
        let (near, far) = self.both(by);
        let mut keys = KeyLines::default();
        if awaited && near.heard.is_some() && far.heard.is_some() {
            near.answered()?;
            keys = far.answer(&mut wires.seed)?;
            settle(far, near, wires);
            self.settled(wires);
        }
        let (near, far) = self.both(by);
        let Some(heard) = &near.heard else { return Ok(None) };
        let direction = heard.session.audio().map(|audio| audio.direction);
        let translated = far.heard.as_ref().and_then(|offer| heard.session.answering(&offer.session));
        far.seat.wide |= translated.is_some();
        let told = far.describe(translated.as_ref().unwrap_or(&heard.session), ours, &keys);
        self.held = direction.is_some_and(|direction| !(direction.sends() && direction.receives()));
        Ok(Some(told))
    }

    /// What follows from what both sides agreed upon.
    fn settled(&mut self, wires: &mut Wires) {
        let talk = [&self.caller, &self.callee].into_iter().all(Leg::talks);
        if talk && !std::mem::replace(&mut self.talked, talk) {
            self.listen_for_fax(wires);
        }
        self.play_on_hold(wires);
    }

    /// Both sides made an offer: each gets the other's as its answer, with our addresses there. Returns the caller's and
    /// the callee's.
    pub(crate) fn matched(
        &mut self,
        callee: Heard,
        (at_caller, at_callee): (IpAddr, IpAddr),
        wires: &mut Wires,
    ) -> Result<(Vec<u8>, Vec<u8>), Unacceptable> {
        let Self { caller: near, callee: far, .. } = self;
        far.hear(callee);
        let keys = (near.answer(&mut wires.seed)?, far.answer(&mut wires.seed)?);
        settle(near, far, wires);
        let Some((caller, callee)) = near.heard.as_ref().zip(far.heard.as_ref()) else {
            return Err(Unacceptable::NoAudio);
        };
        let theirs = far.seat.describe(&far.lease, &caller.session, at_callee, &keys.1);
        Ok((near.seat.describe(&near.lease, &callee.session, at_caller, &keys.0), theirs))
    }

    /// This phone sits on this side now, and what it was told counts.
    pub(crate) fn sits(&mut self, side: Side, seat: Seat) {
        self.leg(side).seat = seat;
    }

    /// Somebody else sits on this side: nothing said there before counts any more.
    pub(crate) fn reseat(&mut self, side: Side, seat: Seat) {
        let lease = self.leg(side).lease;
        *self.leg(side) = Leg::new(lease, seat);
        let [caller, callee] = &mut self.unheard;
        *(if side == Side::Caller { caller } else { callee }) = None;
    }

    /// Whoever sits on this side, for another call.
    pub(crate) fn seat(&self, side: Side) -> &Seat {
        &self.there(side).seat
    }

    /// How the voice of this side travels.
    pub(crate) fn security(&self, side: Side) -> Security {
        self.seat(side).keys.security()
    }

    /// What this side last said of itself.
    pub(crate) fn said(&self, side: Side) -> Option<&Session> {
        self.there(side).heard.as_ref().map(|heard| &heard.session)
    }

    /// What this side was last told of the other.
    pub(crate) fn told(&self, side: Side) -> &[u8] {
        &self.seat(side).told
    }

    /// Whether one side has the other on hold, as last agreed.
    pub(crate) fn held(&self) -> bool {
        self.held
    }

    /// Whether the voice of this side is closed, as last agreed.
    pub(crate) fn closed(&self, side: Side) -> bool {
        let keys = &self.seat(side).keys;
        keys.keys().is_some() || keys.meeting().is_some()
    }

    /// Gives both legs back.
    pub(crate) fn close(self, wires: &mut Wires) {
        wires.relay(Command::Release { leg: self.caller.lease.leg });
        wires.relay(Command::Release { leg: self.callee.lease.leg });
    }

    /// Whoever should speak on this leg is not heard.
    pub(crate) fn is_unheard(&mut self, leg: LegId, why: Unheard) {
        for (of, told) in self.legs().into_iter().zip(&mut self.unheard) {
            if of == leg {
                *told = Some(why);
            }
        }
    }

    /// Why the caller, and the callee, were not heard three seconds into the conversation.
    pub(crate) fn unheard(&self) -> [Option<Unheard>; 2] {
        self.unheard
    }

    /// Both legs, for those who look calls up by them.
    pub(crate) fn legs(&self) -> [LegId; 2] {
        [self.caller.lease.leg, self.callee.lease.leg]
    }

    fn there(&self, side: Side) -> &Leg {
        match side {
            Side::Caller => &self.caller,
            Side::Callee => &self.callee,
        }
    }

    fn leg(&mut self, side: Side) -> &mut Leg {
        self.both(side).0
    }

    /// This side and the other.
    fn both(&mut self, side: Side) -> (&mut Leg, &mut Leg) {
        let Self { caller, callee, .. } = self;
        match side {
            Side::Caller => (caller, callee),
            Side::Callee => (callee, caller),
        }
    }
}

/// Offer and answer are through: the relay hears whom to expect on both legs.
fn settle(one: &mut Leg, other: &mut Leg, wires: &mut Wires) {
    let shared = [&*one, &*other].into_iter().all(Leg::shares_rtcp);
    let path = if shared { RtcpPath::Shared } else { RtcpPath::Separate };
    one.number_for(other);
    other.number_for(one);
    one.expect(path, wires);
    other.expect(path, wires);
}
