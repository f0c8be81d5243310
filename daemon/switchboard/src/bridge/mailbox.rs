//! Nobody answers, and a mailbox of the house does: it greets, sounds a tone, and takes down what is said after it.
//!
//! ```text
//!   200 ── ACK ──> Greeting ── played, # ──> Tone ── played ──> Recording ── #, quiet, too long ──> Closing ── BYE ──>
//!                     ^ │                     │                    └─ hung up ──> over
//!                     │ └── on hold ─> Held <─┘
//!                     └──── taken back ──┘
//! ```
//!
//! Nobody is recorded who has not heard the tone (§ 201 StGB): it counts as heard only when it was played to its end to a caller who
//! listened all the while. A message is told of once its file is whole.

mod change;
mod listening;

use std::time::{Duration, Instant};

use account::{VoiceMessage, VoicemailId};
use media::clip;
use media::dtmf::Press;
use media::playback::{Repeat, Sound};
use media::recording::{QUIET, RecordingName, Sides};
use media::relay::{Command, LegId, Played, Recorded};
use media::tone::Tone;
use sip::message::Message;

use super::voice::Heard;
use super::{Call, CallId, Cause, Need, Side, Stage};
use crate::body::description;
use crate::io::Output;
use crate::wires::Wires;
use change::Change;
pub(crate) use listening::Listening;

/// Less than this is no message, but somebody who hung up.
const LEAST: Duration = Duration::from_secs(2);
/// A tone that is over sooner was none; it lasts half a second.
const HEARD: Duration = Duration::from_millis(300);
/// How long one is waited for who has put a mailbox on hold.
const LONGEST_HOLD: Duration = Duration::from_secs(180);
/// How long a caller hears that his message is lost.
const SORRY: Duration = Duration::from_secs(2);
/// Messages that wait for their files to be closed; far more than are recorded at once.
const MOST_LEAVING: usize = 256;

/// A mailbox that has answered.
#[derive(Debug)]
pub(crate) struct Desk {
    job: Job,
    step: Step,
    /// When the step ends by itself.
    due: Option<Instant>,
    /// What the caller changed, until its ACK.
    change: Option<Change>,
}

/// What it does for who calls.
#[derive(Debug)]
enum Job {
    /// It takes a message for this mailbox, greets like this and listens for so long.
    Take { mailbox: VoicemailId, greeting: Sound, longest: Duration },
    /// It plays what was left.
    Play(Listening),
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The caller has yet to confirm that it was answered.
    Answered,
    /// It says that nobody is there.
    Greeting,
    /// It sounds the tone, since then.
    Tone(Instant),
    /// The caller speaks, since the tone.
    Recording(Instant),
    /// A message is fetched from the disk, under this ticket.
    Fetching(u64),
    /// It plays a message.
    Playing,
    /// The listener may say what becomes of it.
    Choosing,
    /// The caller has put it on hold before it knew that it is recorded.
    Held,
    /// It says that this was all.
    Closing,
}

impl Desk {
    /// It greets with this, and takes a message for so long.
    pub(crate) fn taking(mailbox: VoicemailId, greeting: Sound, longest: Duration) -> Self {
        Self::of(Job::Take { mailbox, greeting, longest })
    }

    /// It plays messages.
    pub(crate) fn playing(listening: Listening) -> Self {
        Self::of(Job::Play(listening))
    }

    fn of(job: Job) -> Self {
        Self { job, step: Step::Answered, due: None, change: None }
    }

    /// Whether it takes messages, and does not play them.
    fn takes(&self) -> bool {
        matches!(self.job, Job::Take { .. })
    }
}

impl Call {
    /// The mailbox answers. Says whether it can: not a phone that would not hear it, and nobody who calls for help or is called back.
    pub(crate) fn answered_by(&mut self, now: Instant, desk: Desk, wires: &mut Wires) -> bool {
        let waits = self.asker.progress.unconfirmed_voice();
        if self.stage != Stage::Ringing || self.need != Need::Ordinary || waits {
            return false;
        }
        let (offered, ours) = (self.asker.offered, self.asker.flow.local.ip());
        let Some(voice) = self.voice.as_mut() else { return false };
        let body = if self.asker.progress.agreed.is_some() {
            voice.goes_on_alone(wires).then(Vec::new)
        } else if offered {
            voice.answer_alone(ours, wires).ok()
        } else {
            voice.own_offer(Side::Caller, ours, wires)
        };
        let Some(body) = body else { return false };
        voice.leave_callee(wires);
        (self.stage, self.desk) = (Stage::Mailbox, Some(Box::new(desk)));
        (self.answered, self.reminder) = (Some(now), None);
        self.accept(now, &body, wires);
        true
    }

    /// The caller knows that it was answered. Where it made no offer its answer to ours comes now.
    pub(super) fn mailbox_confirmed(&mut self, now: Instant, ack: &Message<'_>, wires: &mut Wires) {
        let answered = self.asker.offered || self.asker.progress.agreed.is_some();
        let signalling = self.asker.peer.dialog.flow().peer.ip();
        let heard = description(ack)
            .ok()
            .flatten()
            .filter(|_| !answered)
            .map(|session| Heard { session, signalling });
        let Some(voice) = self.voice.as_mut() else { return };
        let agreed = answered || heard.is_some_and(|heard| voice.answered_alone(heard, wires).is_ok());
        if !agreed {
            return self.cut(now, Cause::VoiceLost, wires);
        }
        if let Some(voice) = &self.voice {
            voice.listen_for_keys(wires);
        }
        self.greet(now, wires);
    }

    /// A sound of the mailbox is over.
    pub(crate) fn played(&mut self, now: Instant, how: Played, wires: &mut Wires) {
        let Some(step) = self.step() else { return };
        if how == Played::NotAtAll {
            return self.cut(now, Cause::VoiceLost, wires);
        }
        match step {
            // The end of the greeting, which a key cut short in that very moment.
            Step::Tone(since) if now < since + HEARD => {}
            Step::Greeting | Step::Tone(_) | Step::Playing if !self.listens() => self.hold_mailbox(now),
            Step::Closing => self.cut(now, Cause::HungUp, wires),
            step if !self.takes_message() => self.played_to_listener(now, step, wires),
            Step::Greeting => self.say(Step::Tone(now), once(clip::beep()), wires),
            Step::Tone(_) => self.take_down(now, wires),
            Step::Answered
            | Step::Recording(_)
            | Step::Held
            | Step::Fetching(_)
            | Step::Playing
            | Step::Choosing => {}
        }
    }

    /// The caller pressed a key.
    pub(super) fn keyed_at_mailbox(&mut self, now: Instant, press: Press, wires: &mut Wires) {
        if !self.takes_message() {
            return self.keyed_by_listener(now, press.digit.name(), wires);
        }
        let done = press.digit.name() == '#';
        match self.step() {
            Some(Step::Greeting) if done && self.listens() => {
                self.say(Step::Tone(now), once(clip::beep()), wires);
            }
            Some(Step::Recording(_)) if done => self.close_message(now, Duration::ZERO, wires),
            _ => {}
        }
    }

    /// The caller has said nothing for long.
    pub(crate) fn fell_quiet(&mut self, now: Instant, wires: &mut Wires) {
        self.close_message(now, QUIET, wires);
    }

    /// A recording ended without being told to: there is no message.
    pub(crate) fn recording_failed(&mut self, now: Instant, wires: &mut Wires) {
        if let Some(Step::Recording(_)) = self.step() {
            self.say(Step::Closing, Sound::Tone(Tone::CONGESTION), wires);
            self.wait(Step::Closing, now + SORRY);
        }
    }

    pub(super) fn mailbox_deadline(&self) -> Option<Instant> {
        self.desk.as_ref().and_then(|desk| desk.due)
    }

    /// What the mailbox waited for is over.
    pub(super) fn mailbox_on_time(&mut self, now: Instant, wires: &mut Wires) {
        if self.mailbox_deadline().is_none_or(|at| at > now) {
            return;
        }
        match self.step() {
            Some(Step::Recording(_)) => self.close_message(now, Duration::ZERO, wires),
            Some(step) if self.listener_on_time(now, step, wires) => {}
            Some(_) => self.cut(now, Cause::HungUp, wires),
            None => {}
        }
    }

    /// Its legs are wanted by somebody who calls for help, and is never recorded; what was said so far is a message.
    pub(super) fn stop_recording(&mut self, now: Instant, wires: &mut Wires) {
        self.end_message(now, Duration::ZERO, wires);
    }

    /// Whether a mailbox took the call in place of whom it was for.
    pub(super) fn was_left_to_a_mailbox(&self) -> bool {
        self.stage == Stage::Mailbox && self.takes_message()
    }

    /// The call is over; what was said so far is a message.
    pub(super) fn leave_mailbox(&mut self, now: Instant, wires: &mut Wires) {
        self.end_message(now, Duration::ZERO, wires);
        if let Some(change) = self.desk.take().and_then(|desk| desk.change) {
            change.forget(now, wires);
        }
    }

    fn step(&self) -> Option<Step> {
        let desk = self.desk.as_ref().filter(|_| self.stage == Stage::Mailbox)?;
        Some(desk.step)
    }

    fn listens(&self) -> bool {
        self.voice.as_ref().is_some_and(|voice| voice.listens(Side::Caller))
    }

    fn takes_message(&self) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.takes())
    }

    fn greet(&mut self, now: Instant, wires: &mut Wires) {
        if !self.listens() {
            return self.hold_mailbox(now);
        }
        match self.desk.as_ref().map(|desk| &desk.job) {
            Some(Job::Take { greeting, .. }) => self.say(Step::Greeting, greeting.clone(), wires),
            Some(Job::Play(_)) => self.greet_listener(now, wires),
            None => {}
        }
    }

    /// Waits for a caller who does not listen; not for ever.
    fn hold_mailbox(&mut self, now: Instant) {
        self.wait(Step::Held, now + LONGEST_HOLD);
    }

    fn wait(&mut self, step: Step, until: Instant) {
        if let Some(desk) = self.desk.as_mut() {
            (desk.step, desk.due) = (step, Some(until));
        }
    }

    fn say(&mut self, step: Step, sound: Sound, wires: &mut Wires) {
        if let Some((desk, voice)) = self.desk.as_mut().zip(self.voice.as_ref()) {
            (desk.step, desk.due) = (step, None);
            wires.relay(Command::Play { leg: voice.leg_of(Side::Caller), sound });
        }
    }

    /// After its mailbox, so that a recording says whose it is when nothing else does any more.
    fn recording_name(&self) -> Option<String> {
        match &self.desk.as_ref()?.job {
            Job::Take { mailbox, .. } => Some(format!("{mailbox}-{}", self.name)),
            Job::Play(_) => None,
        }
    }

    fn take_down(&mut self, now: Instant, wires: &mut Wires) {
        let Some(name) = self.recording_name().and_then(|name| RecordingName::new(&name)) else {
            return self.cut(now, Cause::VoiceLost, wires);
        };
        if let Some((desk, voice)) = self.desk.as_mut().zip(self.voice.as_ref())
            && let Job::Take { longest, .. } = desk.job
        {
            (desk.step, desk.due) = (Step::Recording(now), Some(now + longest));
            let leg = voice.leg_of(Side::Caller);
            wires.relay(Command::Record { leg, name, sides: Sides::Peer });
            // Phones, translators and providers end a call from which nothing comes.
            wires.relay(Command::Play { leg, sound: clip::silence() });
        }
    }

    /// The caller is through, and hears so.
    fn close_message(&mut self, now: Instant, quiet: Duration, wires: &mut Wires) {
        if self.end_message(now, quiet, wires) {
            self.say_closing(now, wires);
        }
    }

    fn say_closing(&mut self, now: Instant, wires: &mut Wires) {
        self.say(Step::Closing, once(clip::closing()), wires);
        self.wait(Step::Closing, now + SORRY);
    }

    /// Ends the recording, if there is one; what is too short is removed. The last of it was `quiet`.
    fn end_message(&mut self, now: Instant, quiet: Duration, wires: &mut Wires) -> bool {
        let Some((Step::Recording(since), voice)) = self.step().zip(self.voice.as_ref()) else {
            return false;
        };
        let leg = voice.leg_of(Side::Caller);
        let length = now.saturating_duration_since(since).saturating_sub(quiet);
        if length < LEAST {
            wires.relay(Command::Discard { leg });
            return true;
        }
        wires.relay(Command::EndRecording { leg });
        if let Some(Job::Take { mailbox, .. }) = self.desk.as_ref().map(|desk| &desk.job) {
            let message = VoiceMessage {
                id: format!("{mailbox}-{}", self.name),
                mailbox: mailbox.clone(),
                caller: self.caller.clone(),
                left: wires.clock.wall_at(since),
                length,
                heard: false,
            };
            wires.leave(leg, message);
        }
        true
    }
}

impl Wires {
    /// Asks for a message to be read; the answer comes under this ticket.
    fn fetch(&mut self, call: CallId, id: String) -> u64 {
        self.tickets += 1;
        let ticket = self.tickets;
        self.fetching.insert(ticket, call);
        self.push(Output::Fetch { id, ticket });
        ticket
    }

    /// Tells of a message once its file is whole; at once where nobody will be there to hear of that.
    fn leave(&mut self, leg: LegId, message: VoiceMessage) {
        if self.ends || self.leaving.len() >= MOST_LEAVING {
            return self.push(Output::Message(message));
        }
        self.leaving.insert(leg, message);
    }

    /// The file of a recording is closed.
    pub(crate) fn recorded(&mut self, leg: LegId, how: Recorded) {
        let whole = matches!(how, Recorded::Whole | Recorded::WithGaps { .. });
        if let Some(message) = self.leaving.remove(&leg).filter(|_| whole) {
            self.push(Output::Message(message));
        }
    }

    /// The box ends: what is left is told of without waiting for the relay.
    pub(crate) fn leave_all(&mut self) {
        self.ends = true;
        for message in std::mem::take(&mut self.leaving).into_values() {
            self.push(Output::Message(message));
        }
    }
}

fn once(samples: std::sync::Arc<[i16]>) -> Sound {
    Sound::Clip { samples, repeat: Repeat::Once }
}
