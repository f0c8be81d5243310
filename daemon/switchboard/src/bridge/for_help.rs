//! What is different about a call for help: it rings until somebody answers, its legs are started and given up by the hunt
//! alone, and others make way for it.

use std::time::{Duration, Instant};

use account::LineId;
use emergency::Holding;
use media::clip;
use media::playback::{Repeat, Sound};
use media::relay::Command;
use media::tone::{RATE, Tone};
use serde::{Deserialize, Serialize};

use super::reliable::{Saying, THE_BOX};
use super::ring::REMINDER;
use super::voice::Voice;
use super::{Call, Cause, ForkState, Owner, Side, Stage};
use crate::wires::Wires;

/// How long somebody who is cut off hears why, before the phone is hung up on.
const FAREWELL: Duration = Duration::from_secs(1);

/// A control centre may let callers wait; the box never gives up first.
const RING_FOR: Duration = Duration::from_secs(24 * 3600);

/// How often who calls for help is told that no line leads to anybody. Then his phone shows it, and another call tries all lines anew.
const TOLD: u32 = 3;

/// What the display of a phone may say when its call made way before anybody answered.
const MADE_WAY: &str = "the line is needed for an emergency call";

/// Whether somebody in a call needs help.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Need {
    Ordinary,
    /// A control centre calls back.
    CalledBack,
    /// Somebody calls for help.
    Help,
}

/// A caller who still hears a tone, though the call is over.
#[derive(Debug)]
pub(super) struct Farewell {
    until: Instant,
    voice: Voice,
}

impl Call {
    /// It calls for help: it rings until somebody answers.
    pub(crate) fn calls_for_help(&mut self, now: Instant) {
        (self.need, self.turn.until, self.turn.outside) = (Need::Help, now + RING_FOR, true);
    }

    /// No line has led to anybody: the caller is told so, and which phone to take, without being answered (183), so that a
    /// line that is slow can still answer him. A phone that cannot hear it is refused at once, with the same as a text.
    pub(crate) fn no_help_reached(&mut self, now: Instant, wires: &mut Wires) {
        if self.stage != Stage::Ringing {
            return;
        }
        let samples = clip::no_help();
        let length = u32::try_from(samples.len()).unwrap_or(u32::MAX) / RATE;
        let sound = Sound::Clip { samples, repeat: Repeat::Forever };
        let (offered, ours) = (self.asker.offered, self.asker.flow.local.ip());
        let voice = self.voice.as_mut().filter(|_| offered);
        let Some(body) = voice.and_then(|voice| voice.announce(sound, ours, wires)) else {
            return self.nobody_answers(now, wires);
        };
        self.turn.until = now + Duration::from_secs(u64::from(length * TOLD));
        self.reminder = Some(self.turn.until);
        self.tell(now, Saying { status: 183, body: Some((THE_BOX, body)) }, wires);
    }

    /// A line rings after all: the caller hears that in place of what he was told.
    pub(crate) fn rings_after_all(&mut self, now: Instant, wires: &mut Wires) {
        self.turn.until = now + RING_FOR;
        self.reminder = Some(now + REMINDER);
        if let Some(voice) = &self.voice {
            voice.announce_instead(Sound::Tone(Tone::RINGBACK), wires);
        }
    }

    /// Whether it calls for help.
    pub(crate) fn is_for_help(&self) -> bool {
        self.need == Need::Help
    }

    /// Gives one leg up.
    pub(crate) fn cancel_leg(&mut self, now: Instant, place: usize, wires: &mut Wires) {
        if let Some(ForkState::Open(key)) = self.forks.get(place).map(|fork| fork.state) {
            wires.tx.cancel(now, key, &[]);
        }
    }

    /// Whether it is carried by this line.
    pub(crate) fn is_on(&self, line: &LineId) -> bool {
        self.counted().any(|owner| owner.line() == Some(line))
    }

    /// What keeps it from making way, or makes it do so first.
    pub(crate) fn holding(&self) -> Holding {
        let outside = self.turn.outside || self.counted().any(|owner| owner.line().is_some());
        match (self.need, &self.asker.owner) {
            (Need::Help | Need::CalledBack, _) => Holding::Help,
            (Need::Ordinary, Owner::Line(_)) => Holding::Incoming,
            (Need::Ordinary, Owner::Phone(_)) if outside => Holding::Outgoing,
            (Need::Ordinary, Owner::Phone(_)) => Holding::Internal,
        }
    }

    /// Ends for somebody who calls for help. The line is free at once; whoever calls on it hears a tone for a moment.
    pub(crate) fn make_way(&mut self, now: Instant, wires: &mut Wires) {
        self.turn.why = Some(MADE_WAY);
        let hears = self.asker.owner.phone().is_some() && self.asker.confirmed;
        let voice = if hears && self.is_talking() { self.voice.take() } else { None };
        let Some(voice) = voice else { return self.cut(now, Cause::MadeWay, wires) };
        self.end(now, &[Side::Callee], Cause::MadeWay, wires);
        let [leg, _] = voice.legs();
        wires.relay(Command::Play { leg, sound: Sound::Tone(Tone::CONGESTION) });
        self.asker.goodbye = Some(Cause::MadeWay);
        self.farewell = Some(Box::new(Farewell { until: now + FAREWELL, voice }));
    }

    /// The same where not even a voice port is left: its own go to the call for help.
    pub(crate) fn yield_voice(&mut self, now: Instant, wires: &mut Wires) -> Option<Voice> {
        self.stop_recording(now, wires);
        let voice = self.voice.take();
        self.cut(now, Cause::MadeWay, wires);
        voice
    }

    pub(super) fn farewell_deadline(&self) -> Option<Instant> {
        self.farewell.as_ref().map(|farewell| farewell.until)
    }

    /// The tone was heard long enough.
    pub(super) fn say_farewell(&mut self, now: Instant, wires: &mut Wires) {
        if let Some(farewell) = self.farewell.take_if(|farewell| farewell.until <= now) {
            farewell.voice.close(wires);
            self.confirmed(now, wires);
        }
    }

    fn is_talking(&self) -> bool {
        matches!(self.stage, Stage::Talking(_))
    }
}
