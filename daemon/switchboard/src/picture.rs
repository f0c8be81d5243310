//! What the page and the command line may know of this moment.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use account::{CallParty, DeviceId, Unheard};
use emergency::callback::NO_RESTART;
use emergency::{Opened, Ready, Sighting};
use sip::flow::Transport;

use crate::admission::Shortage;
use crate::bridge::voice::Voice;
use crate::bridge::{Call, CallId, Owner, Side, Stage};
use crate::counts::Counts;
use crate::defence::{RefusedPhone, ShutOut};
use crate::drill::{DrillNow, DrillReport};
use crate::help::{HelpNow, TestCallNow};
use crate::lines::LineNow;
use crate::switchboard::Switchboard;
use crate::waiting::QueueNow;

/// Devices that can be reached. Shared by all pictures between which it does not change.
pub type Present = Arc<BTreeMap<DeviceId, Reach>>;

/// How a device can be reached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reach {
    /// Over what.
    pub over: Transport,
    /// Without a gap since then.
    pub since: Instant,
    /// The address it sends from; of several, where it came last.
    pub from: IpAddr,
    /// Where it says it stands.
    pub stated: Arc<[Sighting]>,
}

/// Phones and calls, as they are now.
#[derive(Clone, Debug)]
pub struct Picture {
    /// As [`Switchboard::edition`].
    pub edition: u64,
    /// Devices that can be reached, and how.
    pub registered: Present,
    /// How many places that are in all.
    pub bindings: usize,
    /// Calls for help under way and the last that are over, oldest first.
    pub help: Vec<HelpNow>,
    /// Who of the security group picked up last because somebody calls for help, and when.
    pub heard: Option<(DeviceId, Instant)>,
    /// Whether somebody calls for help at this moment, also if his call began before the box was started again.
    pub calls_for_help: bool,
    /// Whoever called for help and may be called back, the last first.
    pub called_for_help: Vec<Opened>,
    /// How every phone calls for help.
    pub ready: Arc<Ready>,
    /// Whether a call for help would leave for real, and people who want one to for a test.
    pub test_call: TestCallNow,
    /// The outside lines, in the order of their names.
    pub lines: Vec<LineNow>,
    /// A drill under way, in which the outside lines count as lost, and how the last one went.
    pub drill: (Option<DrillNow>, Option<DrillReport>),
    /// Calls that ring or talk, oldest first.
    pub calls: Vec<CallNow>,
    /// Channels in which callers wait, in the order of their names.
    pub queues: Vec<QueueNow>,
    /// How many more calls the voice ports at hand allow.
    pub room: usize,
    /// What the next ordinary call would not fit into, so that it is refused.
    pub shortage: Option<Shortage>,
    /// Phones that were refused lately and have not been served since, the latest first.
    pub refused: Vec<RefusedPhone>,
    /// Sources that are not answered, or were not until lately, the latest first; at most 100.
    pub shut_out: Vec<ShutOut>,
    /// Totals.
    pub counts: Counts,
}

/// A call that exists now.
#[derive(Clone, Debug)]
pub struct CallNow {
    /// Its name within this run of the box.
    pub id: CallId,
    /// Its name on this box, also over restarts: [`account::CallRecord::id`].
    pub name: Box<str>,
    /// Who called.
    pub caller: CallParty,
    /// Who was called or, once answered, who answered.
    pub callee: CallParty,
    /// How far it is.
    pub stage: CallStage,
    /// Ringing or talking since then.
    pub since: Instant,
    /// Whose voice travels encrypted between phone and box, as last agreed.
    pub encrypted: Encrypted,
    /// Why the caller, and the callee, were not heard three seconds into the conversation.
    pub unheard: [Option<Unheard>; 2],
}

/// Whose voice travels encrypted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Encrypted {
    /// The caller's.
    pub caller: bool,
    /// The callee's.
    pub callee: bool,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CallStage {
    /// Nobody has answered yet.
    Ringing,
    /// Both hear each other.
    Talking,
    /// One has the other on hold.
    Held,
    /// A mailbox has answered.
    Mailbox,
    /// A third one hears both, and both hear him.
    Conference,
}

impl Picture {
    /// Until when the box must not stop, start anew or take over another configuration, because somebody calls for help or may be
    /// called back; nothing when it may. As long as such a call lasts the end moves on.
    #[must_use]
    pub fn stays_until(&self, now: Instant) -> Option<Instant> {
        let calling = self.calls_for_help.then(|| now + NO_RESTART);
        let called = self.called_for_help.iter().map(|one| one.since + NO_RESTART).max();
        calling.max(called.filter(|end| *end > now))
    }
}

impl Switchboard {
    /// The house at this moment; costs time in proportion to the calls, and to the phones if any came or went.
    #[must_use]
    pub fn picture(&self) -> Picture {
        Picture {
            help: self.help.picture(),
            heard: self.help.guards.heard(),
            ready: Arc::clone(&self.help.ready),
            calls_for_help: self.calls.alive().any(Call::is_for_help),
            called_for_help: self.help.callbacks.all().cloned().collect(),
            edition: self.edition,
            registered: self.present(),
            bindings: self.registrar.len(),
            lines: self.lines.picture(|line| self.calls.count(&Owner::Line(line.clone()))),
            test_call: self.test_call(),
            drill: (self.drill.now(), self.drill.last()),
            calls: self.calls.alive().map(CallNow::of).collect(),
            queues: self.queues_now(),
            room: self.wires.room(),
            shortage: self.shortage(),
            refused: self.defence.refusals.all().cloned().collect(),
            shut_out: self.defence.shut_out(),
            counts: self.counts(),
        }
    }

    /// Devices that can be reached.
    pub(crate) fn present(&self) -> Present {
        Arc::clone(self.present.get_or_init(|| self.find_present()))
    }

    fn find_present(&self) -> Present {
        let registered = self.house.devices.values().filter_map(|device| {
            let bound = self.registrar.of(&device.credentials.as_ref()?.user);
            let first = bound.iter().min_by_key(|bound| bound.since)?;
            let last = bound.iter().max_by_key(|bound| bound.since)?;
            let from = last.flow.peer.ip().to_canonical();
            let stated = self.stated.of(&device.id);
            let reach = Reach { over: first.flow.transport, since: first.since, from, stated };
            Some((device.id.clone(), reach))
        });
        Arc::new(registered.collect())
    }

    /// A phone came or went.
    pub(crate) fn phones_changed(&mut self) {
        self.present.take();
        self.edition += 1;
    }

    /// Totals since the start.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts { unsaved: self.pending.unsaved, ..self.counts }
    }

    /// Grows whenever [`Self::picture`] may look different but for its totals.
    #[must_use]
    pub fn edition(&self) -> u64 {
        self.edition
    }
}

impl CallNow {
    fn of(call: &Call) -> Self {
        let stage = match call.stage {
            Stage::Talking(_) if call.voice.as_ref().is_some_and(Voice::confers) => CallStage::Conference,
            Stage::Talking(_) if call.voice.as_ref().is_some_and(Voice::held) => CallStage::Held,
            Stage::Talking(_) => CallStage::Talking,
            Stage::Mailbox => CallStage::Mailbox,
            Stage::Ringing | Stage::Over => CallStage::Ringing,
        };
        let since = call.answered.unwrap_or(call.started);
        let closed = |side| call.voice.as_ref().is_some_and(|voice| voice.closed(side));
        let encrypted = Encrypted { caller: closed(Side::Caller), callee: closed(Side::Callee) };
        Self {
            id: call.id,
            name: call.name.clone(),
            caller: call.caller.clone(),
            callee: call.callee.clone(),
            stage,
            since,
            encrypted,
            unheard: call.voice.as_ref().map(Voice::unheard).unwrap_or_default(),
        }
    }
}
