//! Somebody of the house listens to the messages in his mailboxes.
//!
//! ```text
//!   ACK ──> Said ── played ──> Fetching ── Fetched ──> Playing ── played ──> Choosing ── time is up, 2, 3 ──> the next one
//!                                                        ^ └──── 1, 2, 3 ────┘ │ 1                         └─> Closing ── BYE ──>
//!                                                        └─────────────────────┘
//! ```
//!
//! A message counts as heard once it was played to its end, or when its listener goes on to the next; what was heard in part stays new.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use media::clip::{self, Language};
use media::playback::Sound;
use media::relay::Command;

use super::{Job, Step, once};
use crate::bridge::{Call, Side};
use crate::io::Output;
use crate::wires::Wires;

/// How long a listener has to say what becomes of a message, before the next one is played.
const CHOICE: Duration = Duration::from_secs(4);
/// How long a message is waited for that the disk does not give.
const FETCHED_WITHIN: Duration = Duration::from_secs(5);

/// Who listens, and to what.
#[derive(Debug)]
pub(crate) struct Listening {
    language: Language,
    /// Ids of messages that are to be played, the oldest first.
    waiting: VecDeque<String>,
    /// The one that is played, or was played last.
    current: Option<String>,
    /// As it sounds, once it is there.
    sound: Option<Sound>,
}

impl Listening {
    /// These, the oldest first.
    pub(crate) fn to(waiting: VecDeque<String>, language: Language) -> Self {
        Self { language, waiting, current: None, sound: None }
    }

    /// What is said first.
    pub(super) fn announcement(&self) -> Sound {
        let language = self.language;
        once(if self.waiting.is_empty() {
            clip::nothing_new(language)
        } else {
            clip::something_new(language)
        })
    }
}

impl Call {
    /// A sound is over for somebody who listens to messages.
    pub(super) fn played_to_listener(&mut self, now: Instant, step: Step, wires: &mut Wires) {
        if step == Step::Greeting {
            self.next_message(now, wires);
        } else if step == Step::Playing {
            self.heard(wires);
            self.choose(now, wires);
        }
    }

    /// He pressed a key.
    pub(super) fn keyed_by_listener(&mut self, now: Instant, key: char, wires: &mut Wires) {
        let plays = matches!(self.step(), Some(Step::Playing | Step::Choosing));
        match key {
            '1' if plays => self.play_message(now, wires),
            '2' if plays => {
                self.heard(wires);
                self.next_message(now, wires);
            }
            '3' if plays => {
                if let Some(id) = self.listening().and_then(|listening| listening.current.take()) {
                    wires.push(Output::Delete { id });
                }
                self.next_message(now, wires);
            }
            '#' => self.say_closing(now, wires),
            _ => {}
        }
    }

    /// The message that was asked for is here, or is lost.
    pub(crate) fn fetched(&mut self, now: Instant, ticket: u64, sound: Option<Sound>, wires: &mut Wires) {
        if self.step() != Some(Step::Fetching(ticket)) {
            return;
        }
        let Some(listening) = self.listening() else { return };
        listening.sound = sound;
        if listening.sound.is_some() {
            self.play_message(now, wires);
        } else {
            self.next_message(now, wires);
        }
    }

    /// Nobody said what becomes of it, or the disk says nothing.
    pub(super) fn listener_on_time(&mut self, now: Instant, step: Step, wires: &mut Wires) -> bool {
        let goes_on = matches!(step, Step::Choosing | Step::Fetching(_));
        if goes_on {
            self.next_message(now, wires);
        }
        goes_on
    }

    /// Where he was, for somebody who comes back from a hold.
    pub(super) fn greet_listener(&mut self, now: Instant, wires: &mut Wires) {
        let Some(listening) = self.listening() else { return };
        if listening.sound.is_some() && listening.current.is_some() {
            return self.play_message(now, wires);
        }
        let announcement = listening.announcement();
        self.say(Step::Greeting, announcement, wires);
    }

    fn listening(&mut self) -> Option<&mut Listening> {
        match &mut self.desk.as_mut()?.job {
            Job::Play(listening) => Some(listening),
            Job::Take { .. } => None,
        }
    }

    fn next_message(&mut self, now: Instant, wires: &mut Wires) {
        let id = self.id;
        let Some(listening) = self.listening() else { return };
        (listening.current, listening.sound) = (listening.waiting.pop_front(), None);
        let Some(message) = listening.current.clone() else { return self.say_closing(now, wires) };
        let ticket = wires.fetch(id, message);
        self.wait(Step::Fetching(ticket), now + FETCHED_WITHIN);
    }

    fn play_message(&mut self, now: Instant, wires: &mut Wires) {
        if !self.listens() {
            return self.hold_mailbox(now);
        }
        let sound = self.listening().and_then(|listening| listening.sound.clone());
        match sound {
            Some(sound) => self.say(Step::Playing, sound, wires),
            None => self.next_message(now, wires),
        }
    }

    fn choose(&mut self, now: Instant, wires: &mut Wires) {
        let leg = self.voice.as_ref().map(|voice| voice.leg_of(Side::Caller));
        leg.into_iter().for_each(|leg| wires.relay(Command::Play { leg, sound: once(clip::beep()) }));
        self.wait(Step::Choosing, now + CHOICE);
    }

    fn heard(&mut self, wires: &mut Wires) {
        if let Some(id) = self.listening().and_then(|listening| listening.current.clone()) {
            wires.push(Output::Heard { id });
        }
    }
}
