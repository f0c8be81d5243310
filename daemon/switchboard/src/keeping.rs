//! Calls that go on over a restart of the box: written down while they are up, taken up again at the start.
//!
//! ```text
//!   a call is confirmed, or changes ── a quarter of a second ──> Output::Keep     its row, and its sockets by the relay
//!   it ends ─────────────────────────────────────────────────> Output::Forget
//!   next start: Input::Resume ── row and sockets ──> the call goes on
//!                             ├─ only the row ─────> both are told that it is over, its record is written
//!                             └─ only sockets ─────> closed
//! ```
//!
//! Nothing waits for it: a call that is not written down yet when the box dies is lost, which is a quarter of a second after
//! its ACK. An orderly restart ([`Input::Restart`](crate::Input::Restart)) writes down what there is first.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use account::{DeviceId, Secret};
use media::relay::{Command, Lease, LegId};
use media::srtp::Marks;
use sip::flow::Flow;

use crate::bridge::voice::Voice;
use crate::bridge::{Call, Cause, KeptCall, Owner, Stage};
use crate::io::{Output, Written};
use crate::switchboard::Switchboard;
use crate::wires::Wires;

/// From a change of a call until it is written down: many are written at once, and a call that is refused after all never.
const PATIENCE: Duration = Duration::from_millis(250);

impl Switchboard {
    /// Looks at what changed in calls since they were written down.
    pub(crate) fn plan_keeping(&mut self, now: Instant) {
        if self.calls.has_unsaved() {
            self.keep_at.get_or_insert(now + PATIENCE);
        }
    }

    /// Writes down every call that is up and not on disk as it stands.
    pub(crate) fn keep_calls(&mut self) {
        self.keep_at = None;
        for id in self.calls.take_unsaved() {
            self.calls.look(id, |call| write_down(call, &mut self.wires));
        }
    }

    /// How far the numbering of a leg's closed packets is.
    pub(crate) fn numbered(&mut self, leg: LegId, marks: Box<Marks>) {
        if let Some(id) = self.calls.by_leg(leg) {
            self.calls.with(id, |call| call.numbered(leg, marks));
        }
    }

    /// The box ends for good: everybody is told.
    pub(crate) fn goodbye(&mut self, now: Instant) {
        self.closing = true;
        self.wires.leave_all();
        for id in self.calls.ids() {
            self.calls.with(id, |call| call.cut(now, Cause::Closing, &mut self.wires));
        }
        self.dismiss_watchers(now);
        self.dismiss_guards(now);
        self.lines.goodbye(now, &mut self.wires);
    }

    /// The box is about to be started again: whoever talks goes on talking, if not with a page in a browser; everybody else is
    /// told.
    pub(crate) fn restart(&mut self, now: Instant) {
        (self.closing, self.restarting) = (true, true);
        self.wires.leave_all();
        for id in self.calls.ids() {
            self.calls.with(id, |call| match call.stage {
                Stage::Talking(_) if call.voice.as_ref().is_some_and(Voice::can_outlive) => {}
                Stage::Talking(_) | Stage::Mailbox | Stage::Ringing | Stage::Over => {
                    call.cut(now, Cause::Closing, &mut self.wires);
                }
            });
        }
        self.dismiss_watchers(now);
        self.dismiss_guards(now);
        self.keep_calls();
    }

    /// Takes up the calls of an earlier run, as far as their sockets are still there.
    pub(crate) fn resume(&mut self, now: Instant, calls: &[Written], legs: &[Lease]) {
        let mut legs: BTreeMap<u16, Lease> = legs.iter().map(|lease| (lease.rtp, *lease)).collect();
        for written in calls {
            self.resume_one(now, written, &mut legs);
        }
        for lease in legs.into_values() {
            self.wires.relay(Command::Release { leg: lease.leg });
        }
        self.edition += 1;
    }

    fn resume_one(&mut self, now: Instant, written: &Written, legs: &mut BTreeMap<u16, Lease>) {
        let forget = Output::Forget { call: written.call.clone() };
        let Some(kept) = KeptCall::read(written.text.expose()) else { return self.wires.push(forget) };
        let [near, far] = kept.ports();
        let both = legs.remove(&near).zip(legs.remove(&far)).map(|(near, far)| [near, far]);
        let released = both;
        let id = self.calls.next_id();
        let Some(resumed) = kept.resume(now, id, both, &mut self.wires) else {
            for lease in released.into_iter().flatten() {
                self.wires.relay(Command::Release { leg: lease.leg });
            }
            return self.wires.push(forget);
        };
        self.counts.calls += 1;
        self.calls.begin(resumed.call);
        if resumed.whole {
            self.calls.look(id, |call| call.kept = Some(0));
        } else {
            self.wires.push(forget);
            self.calls.with(id, |call| call.cut(now, Cause::Closing, &mut self.wires));
        }
    }

    /// A phone is reached another way from now on. Calls of its that lost their way with the run before go there too.
    pub(crate) fn found_again(&mut self, device: &DeviceId, flow: Flow) {
        let owner = Owner::Phone(device.clone());
        if self.calls.count(&owner) == 0 {
            return;
        }
        let lost = self.calls.alive().filter(|call| call.has_lost(&owner)).map(|call| call.id);
        for id in lost.collect::<Vec<_>>() {
            self.calls.with(id, |call| call.find_again(&owner, flow));
        }
    }
}

/// Writes a call down, unless it can not be gone on with now, or stands as it did.
fn write_down(call: &mut Call, wires: &mut Wires) {
    let Some(text) = call.keep(&wires.clock).and_then(|kept| text(&kept)) else { return };
    let mut hasher = DefaultHasher::new();
    text.expose().hash(&mut hasher);
    let state = Some(hasher.finish());
    if call.kept == state {
        return;
    }
    if let Some(voice) = call.voice.as_ref().filter(|_| call.kept.is_none()) {
        voice.outlive(wires);
    }
    call.kept = state;
    wires.push(Output::Keep(Written { call: call.name.to_string(), text }));
}

fn text(kept: &KeptCall) -> Option<Secret> {
    serde_json::to_string(kept).ok().map(Secret::new)
}
