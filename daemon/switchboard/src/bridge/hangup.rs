//! A call ends: by either side, by its caller's change of mind, or by the box.

use std::time::{Duration, Instant};

use account::{CallOutcome, CallParty, CallRecord};
use media::relay::LegId;
use sip::compose::Response;

use super::{Call, Side, Stage};
use crate::io::Output;
use crate::wires::Wires;

/// A leg that was silent for this long belongs to a phone that is gone.
const LONGEST_SILENCE: Duration = Duration::from_secs(300);

/// Why the box itself hangs up (RFC 3326).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cause {
    /// The box is shutting down.
    Closing,
    /// No voice came for too long: a phone lost its power or its network.
    Silence,
    /// A phone never confirmed that it talks (RFC 3261 13.3.1.4).
    Unconfirmed,
    /// A phone does not know the call any more (RFC 3261 12.2.1.2).
    Forgotten,
    /// The relay lost the sockets of the call.
    VoiceLost,
}

impl Cause {
    fn reason(self) -> &'static str {
        match self {
            Self::Closing => "SIP;cause=503;text=\"Restarting\"",
            Self::Silence => "SIP;cause=408;text=\"No voice\"",
            Self::Unconfirmed => "SIP;cause=408;text=\"No ACK\"",
            Self::Forgotten => "SIP;cause=481",
            Self::VoiceLost => "SIP;cause=500;text=\"Voice relay failed\"",
        }
    }
}

impl Call {
    /// The caller gave up while it rang.
    pub(crate) fn give_up(&mut self, now: Instant, wires: &mut Wires) {
        if self.stage == Stage::Ringing {
            self.cancel_forks(now, None, wires);
            self.refuse_caller(now, 487, wires);
        }
    }

    /// One side hung up; its BYE is answered already. A caller that hangs up while it rings gives up (RFC 3261 15.1.2).
    pub(crate) fn hung_up(&mut self, now: Instant, by: Side, wires: &mut Wires) {
        match self.stage {
            Stage::Ringing => self.give_up(now, wires),
            Stage::Talking(_) => {
                self.say_bye(now, by.other(), None, wires);
                self.over(now, CallOutcome::Answered, 200, wires);
            }
            Stage::Over => {}
        }
    }

    /// The box ends the call on both sides.
    pub(crate) fn cut(&mut self, now: Instant, cause: Cause, wires: &mut Wires) {
        match self.stage {
            Stage::Ringing => {
                self.cancel_forks(now, Some(cause.reason()), wires);
                self.refuse_caller(now, 503, wires);
            }
            Stage::Talking(_) => {
                for side in [Side::Caller, Side::Callee] {
                    self.say_bye(now, side, Some(cause.reason()), wires);
                }
                self.over(now, CallOutcome::Answered, 200, wires);
            }
            Stage::Over => {}
        }
    }

    /// The relay says that a leg is silent for `since`, or broken.
    ///
    /// One silent side alone may be a phone that sends nothing while muted; it is given [`LONGEST_SILENCE`].
    pub(crate) fn voice_failed(
        &mut self,
        now: Instant,
        leg: LegId,
        cause: Cause,
        since: Duration,
        wires: &mut Wires,
    ) {
        if cause == Cause::VoiceLost {
            return self.cut(now, cause, wires);
        }
        let both =
            self.quiet.is_some_and(|(other, at)| other != leg && now.saturating_duration_since(at) <= since);
        self.quiet = Some((leg, now));
        if matches!(self.stage, Stage::Talking(_)) && (both || since >= LONGEST_SILENCE) {
            self.cut(now, cause, wires);
        }
    }

    fn say_bye(&mut self, now: Instant, to: Side, reason: Option<&str>, wires: &mut Wires) {
        if let Some(dialog) = self.dialog(to) {
            wires.bye(now, dialog, reason);
        }
    }

    /// Gives the voice ports back, ends what was being passed on, and writes the call down.
    pub(super) fn over(&mut self, now: Instant, outcome: CallOutcome, status: u16, wires: &mut Wires) {
        if let Some(voice) = self.voice.take() {
            voice.close(wires);
        }
        for exchange in std::mem::take(&mut self.exchanges) {
            let Some(flow) = self.dialog(exchange.from).map(|dialog| dialog.flow()) else { continue };
            let bytes = Response::to(&exchange.request.message(), &flow, 487).build();
            wires.tx.answer(now, exchange.server, 487, bytes);
        }
        (self.stage, self.deadline) = (Stage::Over, None);
        wires.push(Output::Record(self.record(now, outcome, status, wires)));
    }

    fn record(&self, now: Instant, outcome: CallOutcome, status: u16, wires: &Wires) -> CallRecord {
        let until = self.answered.unwrap_or(now);
        CallRecord {
            id: wires.record_id(self.id),
            caller: self.caller.clone(),
            callee: CallParty { device: self.answering_device(), ..self.callee.clone() },
            started: wires.clock.wall_at(self.started),
            ringing: until.saturating_duration_since(self.started),
            talked: self.answered.map_or(Duration::ZERO, |at| now.saturating_duration_since(at)),
            outcome,
            status,
        }
    }

    fn answering_device(&self) -> Option<account::DeviceId> {
        let answered = |fork: &&super::Fork| fork.state == super::ForkState::Answered;
        self.forks.iter().find(answered).map(|fork| fork.device.clone())
    }
}
