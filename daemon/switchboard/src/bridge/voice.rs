//! The voice of one call: two legs of the relay, and the description that each phone is given of the other.

use std::net::IpAddr;

use media::relay::{Command, Lease, LegId, LegPlan, RtcpPath};
use media::sdp::{Anchor, Origin, Session};

use super::Side;
use crate::wires::Wires;

/// What a phone said about its voice, and where its signalling comes from.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub session: Session,
    pub signalling: IpAddr,
}

/// Both legs of a call. Offer and answer (RFC 3264) pass through it, each rewritten for the other side.
#[derive(Debug)]
pub(crate) struct Voice {
    caller: Leg,
    callee: Leg,
    /// Who made the last offer; its answer settles both legs.
    offerer: Option<Side>,
    held: bool,
}

#[derive(Debug)]
struct Leg {
    lease: Lease,
    origin: Origin,
    /// What we last told this side; a new text is a new version (RFC 3264 8).
    told: Vec<u8>,
    /// What the relay was last told to expect here. Telling it the same again would make it learn anew.
    plan: Option<LegPlan>,
    /// What this side last said.
    heard: Option<Heard>,
}

impl Voice {
    /// Takes two legs from the pool; `None` when it is empty.
    pub(crate) fn open(wires: &mut Wires) -> Option<Self> {
        let (caller, callee) = wires.two_ports()?;
        wires.relay(Command::Join { a: caller.leg, b: callee.leg });
        Some(Self {
            caller: Leg::new(caller, wires),
            callee: Leg::new(callee, wires),
            offerer: None,
            held: false,
        })
    }

    /// Keeps an offer until it is answered.
    pub(crate) fn offered(&mut self, by: Side, heard: Heard) {
        self.leg(by).heard = Some(heard);
        self.offerer = Some(by);
    }

    /// Lets the one who offered hear early voice, such as a ringing tone made by a phone.
    pub(crate) fn expect_offerer(&mut self, wires: &mut Wires) {
        let Some(by) = self.offerer else { return };
        let leg = self.leg(by);
        let plan = leg.heard.as_ref().and_then(|heard| heard.plan(RtcpPath::Separate));
        leg.expect(plan, wires);
    }

    /// The kept offer as the other side is to see it, with `ours` as our address there.
    pub(crate) fn offer_for_other(&mut self, ours: IpAddr) -> Option<Vec<u8>> {
        let Self { caller, callee, offerer, .. } = self;
        let (by, other) = match (*offerer)? {
            Side::Caller => (caller, callee),
            Side::Callee => (callee, caller),
        };
        Some(other.describe(&by.heard.as_ref()?.session, ours))
    }

    /// The answer of `by`: settles both legs and returns it as the other side is to see it, with `ours` as our address there.
    pub(crate) fn answered(&mut self, by: Side, heard: Heard, ours: IpAddr, wires: &mut Wires) -> Vec<u8> {
        self.leg(by).heard = Some(heard);
        self.answered_as_before(by, ours, wires).unwrap_or_default()
    }

    /// What `by` says again of itself, and nobody else has to hear.
    pub(crate) fn repeated(&mut self, by: Side, heard: Heard, wires: &mut Wires) {
        let leg = self.leg(by);
        let path = leg.plan.as_ref().map_or(RtcpPath::Separate, |plan| plan.rtcp_path);
        leg.expect(heard.plan(path), wires);
        leg.heard = Some(heard);
    }

    /// The same with the answer that `by` gave before.
    pub(crate) fn answered_as_before(
        &mut self,
        by: Side,
        ours: IpAddr,
        wires: &mut Wires,
    ) -> Option<Vec<u8>> {
        let Self { caller, callee, offerer, held } = self;
        let (near, far) = match by {
            Side::Caller => (caller, callee),
            Side::Callee => (callee, caller),
        };
        if let Some((answer, offer)) = near.heard.as_ref().zip(far.heard.as_ref())
            && *offerer == Some(by.other())
        {
            let shared = shares_rtcp(&offer.session) && shares_rtcp(&answer.session);
            let path = if shared { RtcpPath::Shared } else { RtcpPath::Separate };
            let plans = (offer.plan(path), answer.plan(path));
            far.expect(plans.0, wires);
            near.expect(plans.1, wires);
        }
        let heard = near.heard.as_ref()?;
        let direction = heard.session.audio().map(|audio| audio.direction);
        *held = direction.is_some_and(|direction| !(direction.sends() && direction.receives()));
        Some(far.describe(&heard.session, ours))
    }

    /// Under which name this side is told of the other; it stays the same in a dialog (RFC 3264 8).
    pub(crate) fn origin(&self, side: Side) -> Origin {
        match side {
            Side::Caller => self.caller.origin,
            Side::Callee => self.callee.origin,
        }
    }

    /// Somebody else sits on this side: nothing said or told there counts any more. `origin` is what he was told before.
    pub(crate) fn reseat(&mut self, side: Side, origin: Option<Origin>, wires: &mut Wires) {
        let lease = self.leg(side).lease;
        let fresh = Leg::new(lease, wires);
        *self.leg(side) = Leg { origin: origin.unwrap_or(fresh.origin), ..fresh };
    }

    /// What this side was last told of the other.
    pub(crate) fn told(&self, side: Side) -> &[u8] {
        match side {
            Side::Caller => &self.caller.told,
            Side::Callee => &self.callee.told,
        }
    }

    /// Whether one side has the other on hold, as last agreed.
    pub(crate) fn held(&self) -> bool {
        self.held
    }

    /// Gives both legs back.
    pub(crate) fn close(self, wires: &mut Wires) {
        wires.relay(Command::Release { leg: self.caller.lease.leg });
        wires.relay(Command::Release { leg: self.callee.lease.leg });
    }

    /// Both legs, for those who look calls up by them.
    pub(crate) fn legs(&self) -> [LegId; 2] {
        [self.caller.lease.leg, self.callee.lease.leg]
    }

    fn leg(&mut self, side: Side) -> &mut Leg {
        match side {
            Side::Caller => &mut self.caller,
            Side::Callee => &mut self.callee,
        }
    }
}

impl Heard {
    fn plan(&self, path: RtcpPath) -> Option<LegPlan> {
        LegPlan::of(&self.session, self.signalling, path)
    }
}

impl Leg {
    fn new(lease: Lease, wires: &mut Wires) -> Self {
        // RFC 4566 5.2 wants digits; a phone that reads them into a signed 64-bit number must not overflow.
        let origin = Origin { username: "gatehouse", id: wires.seed.number() >> 2, version: 0 };
        Self { lease, origin, told: Vec::new(), plan: None, heard: None }
    }

    fn expect(&mut self, plan: Option<LegPlan>, wires: &mut Wires) {
        let Some(plan) = plan.filter(|plan| self.plan.as_ref() != Some(plan)) else { return };
        self.plan = Some(plan.clone());
        wires.relay(Command::Expect { leg: self.lease.leg, plan });
    }

    fn describe(&mut self, session: &Session, ours: IpAddr) -> Vec<u8> {
        let address = if self.lease.address.is_unspecified() { ours } else { self.lease.address };
        let anchored = |origin| session.anchored(&Anchor { address, rtp_port: self.lease.rtp, origin });
        let text = anchored(self.origin);
        if text == self.told {
            return text;
        }
        self.origin.version += 1;
        self.told = session.anchored(&Anchor { address, rtp_port: self.lease.rtp, origin: self.origin });
        self.told.clone()
    }
}

fn shares_rtcp(session: &Session) -> bool {
    session.audio().is_some_and(|audio| audio.rtcp_mux)
}
