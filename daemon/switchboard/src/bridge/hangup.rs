//! A call ends: by either side, by its caller's change of mind, or by the box.

use std::time::{Duration, Instant};

use account::{CallOutcome, CallRecord};
use media::relay::LegId;
use sip::transaction::ServerKey;

use super::voice::Voice;
use super::{Call, Side, Stage};
use crate::io::Output;
use crate::wires::Wires;

/// A leg that was silent for this long belongs to a phone that is gone.
const LONGEST_SILENCE: Duration = Duration::from_secs(300);
/// On hold nobody needs to send anything, but no call is held for longer than this.
const LONGEST_HOLD: Duration = Duration::from_secs(3600);
/// Both sides silent together for this long: not one who listens, but no power at either.
const SILENT_TOGETHER: Duration = Duration::from_secs(20);

/// Why a call that was up is ended (RFC 3326).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cause {
    /// The other side hung up.
    HungUp,
    /// The box is shutting down.
    Closing,
    /// No voice came for too long: a phone lost its power or its network.
    Silence,
    /// A phone never confirmed that it talks (RFC 3261 13.3.1.4).
    Unconfirmed,
    /// A phone does not know the call any more (RFC 3261 12.2.1.2).
    Forgotten,
    /// A phone gave no sign of life for the time it agreed to (RFC 4028 10).
    Expired,
    /// It was handed on, and nobody took it.
    NotTaken,
    /// The relay lost the sockets of the call.
    VoiceLost,
    /// The provider of an outside line neither answers nor sends voice.
    LineLost,
    /// It made way for somebody who calls for help (RFC 4411 5).
    MadeWay,
}

impl Cause {
    fn reason(self) -> Option<&'static str> {
        match self {
            Self::HungUp => None,
            Self::Closing => Some("SIP;cause=503;text=\"Restarting\""),
            Self::Silence => Some("SIP;cause=408;text=\"No voice\""),
            Self::Unconfirmed => Some("SIP;cause=408;text=\"No ACK\""),
            Self::Forgotten => Some("SIP;cause=481"),
            Self::Expired => Some("SIP;cause=408;text=\"Session expired\""),
            Self::NotTaken => Some("SIP;cause=480;text=\"Transfer failed\""),
            Self::LineLost => Some("SIP;cause=503;text=\"Outside line lost\""),
            Self::MadeWay => Some("preemption;cause=1;text=\"UA Preemption\""),
            Self::VoiceLost => Some("SIP;cause=500;text=\"Voice relay failed\""),
        }
    }
}

impl Call {
    /// When something is due; never, once the call is over.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        if self.stage == Stage::Over {
            return self.farewell_deadline();
        }
        let ringing = [self.reminder, self.asker.progress.next_deadline(), self.patience()];
        let again = self.changes.again.as_ref().map(|again| again.at);
        let talking = [self.session_deadline(), again, self.mailbox_deadline()];
        ringing.into_iter().chain(talking).flatten().min()
    }

    /// A phone takes one of its INVITEs back: the one that began the call, or a change.
    pub(crate) fn take_back(
        &mut self,
        now: Instant,
        invite: ServerKey,
        reason: Option<&str>,
        wires: &mut Wires,
    ) {
        if invite == self.asker.invite {
            return self.give_up(now, reason, wires);
        }
        if let Some(change) = self.changes.exchanges.iter().find(|change| change.server == invite) {
            wires.tx.cancel(now, change.client, &[]);
        }
    }

    /// The caller gave up while it rang.
    pub(crate) fn give_up(&mut self, now: Instant, reason: Option<&str>, wires: &mut Wires) {
        if self.stage == Stage::Ringing {
            self.cancel_forks(now, reason, wires);
            self.refuse_caller(now, 487, wires);
        }
    }

    /// One side hung up; its BYE is answered already. A caller that hangs up while it rings gives up (RFC 3261 15.1.2).
    pub(crate) fn hung_up(&mut self, now: Instant, by: Side, reason: Option<&str>, wires: &mut Wires) {
        if by == Side::Caller {
            self.asker.goodbye = None;
            self.confirmed(now, wires);
        }
        if self.leaves(by) {
            return;
        }
        match self.stage {
            Stage::Ringing => self.give_up(now, reason, wires),
            Stage::Talking(_) | Stage::Mailbox => {
                self.parting = reason.map(Into::into);
                self.end(now, &[by.other()], Cause::HungUp, wires);
            }
            Stage::Over => {}
        }
    }

    /// The box ends the call on both sides.
    pub(crate) fn cut(&mut self, now: Instant, cause: Cause, wires: &mut Wires) {
        // Who calls for help hangs up himself.
        if self.is_for_help() && cause == Cause::LineLost {
            return;
        }
        if matches!(cause, Cause::Unconfirmed | Cause::Closing) {
            self.confirmed(now, wires);
        }
        match self.stage {
            Stage::Ringing => {
                self.cancel_forks(now, cause.reason(), wires);
                self.refuse_caller(now, 503, wires);
            }
            Stage::Talking(_) | Stage::Mailbox => {
                self.end(now, &[Side::Caller, Side::Callee], cause, wires);
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
        // Who calls for help may be unable to speak.
        if self.is_for_help() {
            return;
        }
        let together = |(other, at): (LegId, Instant)| {
            other != leg && now.saturating_duration_since(at) + SILENT_TOGETHER <= since
        };
        let both = self.quiet.is_some_and(together);
        self.quiet = Some((leg, now));
        let held = self.voice.as_ref().is_some_and(Voice::held);
        let gone = if held { since >= LONGEST_HOLD } else { both || since >= LONGEST_SILENCE };
        if gone && self.is_up() {
            self.cut(now, cause, wires);
        }
    }

    /// Whether it was answered and lasts.
    pub(super) fn is_up(&self) -> bool {
        matches!(self.stage, Stage::Talking(_) | Stage::Mailbox)
    }

    /// The caller knows that its call was answered, or has other reasons not to be told again.
    ///
    /// A BYE that overtook its 200 would leave it in a call that is over, so one may be waiting here (RFC 3261 15).
    pub(crate) fn confirmed(&mut self, now: Instant, wires: &mut Wires) {
        self.asker.confirmed = true;
        wires.tx.acknowledged(now, self.asker.invite);
        if let Some(cause) = self.asker.goodbye.take() {
            self.asker.peer.say_bye(now, cause.reason(), wires);
        }
    }

    /// Ends a call that was answered, and tells these sides.
    pub(super) fn end(&mut self, now: Instant, tell: &[Side], cause: Cause, wires: &mut Wires) {
        self.drop_changes(now, wires);
        self.first_answer(None, wires);
        self.cancel_forks(now, cause.reason(), wires);
        self.tell_news(now, 487, wires);
        for side in tell {
            self.say_bye(now, *side, cause, wires);
        }
        self.over(now, CallOutcome::Answered, 200, wires);
    }

    fn say_bye(&mut self, now: Instant, to: Side, cause: Cause, wires: &mut Wires) {
        if self.has_left(to) {
            return;
        }
        if to == Side::Caller && !self.asker.confirmed {
            self.asker.goodbye = Some(cause);
            return;
        }
        let said = self.parting.take();
        if let Some(peer) = self.peer(to) {
            peer.say_bye(now, cause.reason().or(said.as_deref()), wires);
        }
    }

    /// Gives the voice ports back and writes the call down.
    pub(super) fn over(&mut self, now: Instant, outcome: CallOutcome, status: u16, wires: &mut Wires) {
        let outcome = if self.was_left_to_a_mailbox() { CallOutcome::Mailbox } else { outcome };
        self.leave_mailbox(now, wires);
        let record = self.record(now, outcome, status, wires);
        if let Some(voice) = self.voice.take() {
            if outcome == CallOutcome::Answered {
                let sides = [record.caller.side(), record.callee.side()];
                wires.judging.await_both(&self.name, (voice.legs(), sides), voice.unheard());
            }
            voice.close(wires);
        }
        (self.stage, self.reminder, self.transfer) = (Stage::Over, None, None);
        wires.push(Output::Record(record));
        if self.kept.take().is_some() {
            wires.push(Output::Forget { call: self.name.to_string() });
        }
    }

    fn record(&self, now: Instant, outcome: CallOutcome, status: u16, wires: &Wires) -> CallRecord {
        let until = self.answered.unwrap_or(now);
        let talked = self.answered.filter(|_| outcome != CallOutcome::Mailbox);
        CallRecord {
            id: self.name.to_string(),
            caller: self.caller.clone(),
            callee: self.callee.clone(),
            started: wires.clock.wall_at(self.started),
            ringing: until.saturating_duration_since(self.started),
            talked: talked.map_or(Duration::ZERO, |at| now.saturating_duration_since(at)),
            outcome,
            status,
            through: self.turn.waits.clone(),
            voice: None,
        }
    }
}
