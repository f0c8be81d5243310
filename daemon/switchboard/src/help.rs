//! A phone calls for help: decided before any rule of the house, carried out over line after line until somebody answers.
//!
//! ```text
//!   INVITE ──> who, from where ──> emergency::gate ──> Call without phones ──> emergency::Hunt ──> legs out of the house
//!                                   one look-up                                  answers of lines, times
//! ```
//!
//! Nothing here refuses because of who calls, what he may, or how full the box is. What can fail is a line; then the next is
//! tried, and when all have failed the caller hears, spoken and as a text, that he is to use a mobile phone.

mod alarm;
mod dry_run;
mod guards;
mod hunting;
mod leaving;
mod place;
mod rehearsal;
mod room;
mod test_call;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use account::{CallParty, DeviceId};
use emergency::{
    Appointment, Call as Asking, Callbacks, Caller, Class, Emergency, Passage, Ready, Started, Verdict,
    Whereabouts, gate,
};
use media::relay::{Command, Ear};
use media::sdp::Security;
use sip::dialog::Dialog;
use sip::flow::Flow;
use sip::message::Message;
use sip::method::Method;
use sip::transaction::{Priority, ServerKey};
use sip::view::Uri;

use crate::bridge::voice::Heard;
use crate::bridge::{Asked, Call, CallId, Owner, Peer, Side};
use crate::dialling::{self, Wish};
use crate::drill::DrillEnd;
use crate::refusal::Refused;
use crate::route;
use crate::switchboard::Switchboard;
use guards::Guards;
use hunting::Hunting;
pub use hunting::{CalledBy, HelpNow, HelpStage};
use place::Carried;
pub use test_call::TestCallNow;

/// Whatever the house wants of its phones, who calls for help is heard, closed or not.
const SECURITY: Security = Security::Optional;
/// Calls for help that are over and still shown.
const REMEMBERED: usize = 16;

/// How calls for help go, and those that are under way.
#[derive(Debug, Default)]
pub(crate) struct Help {
    pub ready: Arc<Ready>,
    hunts: BTreeMap<CallId, Hunting>,
    pub callbacks: Callbacks,
    pub guards: Guards,
    /// A test call that two people want to leave for real.
    pub appointment: Appointment,
    /// The last that are over, oldest first, each with its place in words.
    over: VecDeque<(HelpNow, Box<str>)>,
}

impl Help {
    /// Whether this is a call for help, or one that a control centre waits for.
    pub(crate) fn is_about(&self, id: CallId) -> bool {
        self.hunts.contains_key(&id)
    }

    /// Whether somebody calls for help at this moment.
    pub(crate) fn is_under_way(&self) -> bool {
        !self.hunts.is_empty()
    }

    /// Calls for help under way, and the last that are over.
    pub(crate) fn picture(&self) -> Vec<HelpNow> {
        let under_way = self.hunts.iter().map(|(id, hunting)| hunting.now(*id));
        self.over.iter().map(|(over, _)| over.clone()).chain(under_way).collect()
    }

    /// A call with its place in words, as long as it is shown.
    fn find(&self, call: CallId) -> Option<(HelpNow, Box<str>)> {
        let under_way = self.hunts.get(&call).map(|hunting| hunting.told(call));
        under_way.or_else(|| self.over.iter().find(|(over, _)| over.call == call).cloned())
    }

    fn remember(&mut self, over: (HelpNow, Box<str>)) {
        if self.over.len() >= REMEMBERED {
            self.over.pop_front();
        }
        self.over.push_back(over);
    }

    /// When something is due.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let hunts = self.hunts.values().filter_map(Hunting::next_deadline);
        let others =
            [self.callbacks.next_deadline(), self.guards.next_deadline(), self.appointment.next_deadline()];
        hunts.chain(others.into_iter().flatten()).min()
    }
}

/// Who is asked for: the address, or what stands behind a code that hides the caller's number.
fn target(uri: &Uri<'_>) -> String {
    let dialled = route::dialled(uri);
    match dialling::wish(&dialled) {
        (Wish::Hidden, rest) => rest.to_owned(),
        (Wish::AsUsual, _) => String::from_utf8_lossy(uri.raw()).into_owned(),
    }
}

impl Switchboard {
    /// Whether somebody calls for help here.
    pub(crate) fn calls_for_help(&self, request: &Message<'_>) -> bool {
        matches!(self.class_of(request), Some(Class::Emergency(_)))
    }

    /// What kind of call this begins; nothing when it begins none.
    pub(crate) fn class_of(&self, request: &Message<'_>) -> Option<Class> {
        let new = request.method() == Some(Method::Invite) && request.to_tag().is_none();
        let uri = request.uri().filter(|_| new)?;
        Some(self.help.ready.rules().numbers.class(&target(&uri)))
    }

    /// An INVITE that calls for help. Phones in the house are not asked for a password: a registration may have failed.
    pub(crate) fn help(&mut self, now: Instant, flow: Flow, request: &Message<'_>) {
        let Some(uri) = request.uri() else { return };
        let target = target(&uri);
        let ready = Arc::clone(&self.help.ready);
        let in_house = ready.rules().networks.whereabouts(flow.peer.ip()) == Whereabouts::OnNet;
        let caller = if in_house { self.in_house(request) } else { Caller::Outside };
        let asking = Asking { target: &target, caller, started: Started::ByHand };
        let verdict = gate(&asking, &[], &ready);
        let (emergency, passage, device) = match (verdict, asking.caller) {
            (Verdict::Help(emergency, passage), Caller::KnownInHouse(device)) => {
                (emergency, passage, Some(device))
            }
            (Verdict::Help(emergency, passage), _) => (emergency, passage, None),
            (
                Verdict::Rehearsal(_)
                | Verdict::DryRun(..)
                | Verdict::Pass
                | Verdict::ProveFirst
                | Verdict::NotByMachine
                | Verdict::Refused(_),
                _,
            ) => {
                let Some(proven) = self.prove(now, flow, request) else { return };
                let caller = Caller::Proven(proven.device.clone());
                let asking = Asking { target: &target, caller, started: Started::ByHand };
                let Verdict::Help(emergency, passage) = gate(&asking, &[], &ready) else { return };
                (emergency, passage, Some(proven.device))
            }
        };
        let Some(key) = self.wires.tx.proceed(now, flow, request, Priority::Emergency) else { return };
        self.edition += 1;
        self.end_drill(now, DrillEnd::Help);
        if let Err(refused) = self.set_out(now, (flow, key), request, (emergency, passage, device)) {
            self.counts.not_connected += 1;
            let bytes = self.wires.refusal(request, &flow, refused);
            self.wires.tx.answer(now, key, refused.status(), bytes);
        }
    }

    /// Who calls from within the house, by the login that stands in From.
    fn in_house(&self, request: &Message<'_>) -> Caller {
        let login = request.from().and_then(|from| from.uri.user_decoded());
        let login = login.and_then(|login| String::from_utf8(login.into_owned()).ok());
        let device = login.and_then(|login| self.house.device_of_login(&login));
        device.map_or(Caller::StrangerInHouse, |device| Caller::KnownInHouse(device.id.clone()))
    }

    /// Begins the call and sends it to the first line.
    fn set_out(
        &mut self,
        now: Instant,
        (flow, key): (Flow, ServerKey),
        request: &Message<'_>,
        (emergency, passage, device): (Emergency, &Passage, Option<DeviceId>),
    ) -> Result<(), Refused> {
        let Carried { session, attached } = Carried::by(request)?;
        let tag = self.wires.seed.tag();
        let dialog = Dialog::called(request, flow, &*tag).map_err(|_| Refused::BadOffer)?;
        let mut voice = self.voice_for_help(now).ok_or(Refused::NoPorts)?;
        if let Some(session) = session {
            voice.offered(Side::Caller, Heard { session: session.plain(), signalling: flow.peer.ip() });
        }
        self.wires.relay(Command::Listen { leg: voice.legs()[0], to: Ear::Fax });
        let number = emergency.service.number();
        let device = device.unwrap_or_else(stranger);
        let asked = Asked {
            id: self.calls.next_id(),
            key,
            flow,
            request: request.clone(),
            peer: Peer::new(dialog, request),
            caller: self.party(&device),
            owner: Owner::Phone(device.clone()),
            callee: CallParty { number: number.to_owned(), ..CallParty::default() },
            voice,
        };
        let id = asked.id;
        let mut call = Call::begin(now, asked, (Wish::default(), Vec::new()), &mut self.wires);
        call.calls_for_help(now);
        self.calls.begin(call);
        self.counts.calls += 1;
        self.make_room_outside(now);
        let caller = (device, emergency.service, self.takes_test_call(now));
        let hunting = Hunting::start(now, caller, passage, attached);
        self.help.hunts.insert(id, hunting);
        self.pursue(now, id, None);
        self.under_way(now, id);
        Ok(())
    }
}

/// Stands for a phone that nobody knows: no account has a device of so high a number.
fn stranger() -> DeviceId {
    #[expect(clippy::unwrap_used, reason = "a constant that a test reads")]
    "x999999999999999999".parse().unwrap()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_stranger_has_a_name() {
        assert_eq!(super::stranger().as_str(), "x999999999999999999");
    }
}
