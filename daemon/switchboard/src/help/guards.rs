//! The security group is telephoned when somebody calls for help: its phones ring and show who it is and where he stands.
//!
//! This is a call within the house and never one for help (NotrufV § 4 (6)): it goes to phones that are registered here, and
//! leads nowhere else whatever they answer. There is nothing to hear; whoever picks up has heard of the call for help.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use account::DeviceId;
use bytes::Bytes;
use sip::compose::{Request, name_addr, sip_uri};
use sip::dialog::Dialog;
use sip::message::{Message, OwnedMessage};
use sip::method::Method;
use sip::transaction::{ClientKey, Priority};

use super::HelpNow;
use crate::bridge::{CallId, Ring};
use crate::switchboard::Switchboard;
use crate::wires::ALLOW;

/// Nobody picks up within this: the phones fall silent until the next reminder.
const RING_FOR: Duration = Duration::from_secs(50);
/// As long whoever has picked up reads what his phone shows; then the box hangs up.
const SHOWN_FOR: Duration = Duration::from_secs(15);
/// Phones that ring at once.
const MOST: usize = 32;
/// Why the other phones stop ringing (RFC 3326).
const ELSEWHERE: (&str, &str) = ("Reason", "SIP;cause=200;text=\"Call completed elsewhere\"");

/// The phones of the group that ring or have been picked up.
#[derive(Debug, Default)]
pub(crate) struct Guards {
    ringing: HashMap<ClientKey, Guard>,
    /// Who picked up last, and when.
    heard: Option<(DeviceId, Instant)>,
}

#[derive(Debug)]
struct Guard {
    of: CallId,
    device: DeviceId,
    invite: OwnedMessage,
    to: Ring,
    /// It falls silent then, or is hung up on.
    until: Instant,
    answered: Option<(Dialog, Bytes)>,
}

impl Guards {
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.ringing.values().map(|guard| guard.until).min()
    }

    /// Who of the group picked up last, and when.
    pub(crate) fn heard(&self) -> Option<(DeviceId, Instant)> {
        self.heard.clone()
    }
}

impl Switchboard {
    /// Rings the group because of this call, but not whoever calls, and no phone twice at once.
    pub(super) fn ring_guards(&mut self, now: Instant, help: &HelpNow, place: &str) {
        let rules = &self.help.ready.rules().alarm_calls;
        let phones = self.phones_of(rules, &help.device);
        let ringing: Vec<DeviceId> =
            self.help.guards.ringing.values().map(|guard| guard.device.clone()).collect();
        let silent: Vec<DeviceId> = phones.into_iter().filter(|phone| !ringing.contains(phone)).collect();
        let caller = self.party(&help.device);
        let name = format!("NOTRUF {}: {}, {place}", help.service.number(), caller.name);
        let who = name_addr(&name, &sip_uri(&caller.number, &self.wires.domain));
        for to in self.places(&silent).into_iter().take(MOST.saturating_sub(ringing.len())) {
            self.ring_guard(now, help.call, to, &who);
        }
    }

    fn ring_guard(&mut self, now: Instant, of: CallId, to: Ring, who: &str) {
        let Some(device) = to.owner.phone().cloned() else { return };
        let wires = &mut self.wires;
        let (branch, tag, call_id) = (wires.seed.branch(), wires.seed.tag(), wires.seed.call_id());
        let silence = silence(&to, wires.seed.number() >> 1);
        let bytes = Request::new(Method::Invite, &to.contact)
            .via(to.flow.transport, to.flow.local.to_string(), branch)
            .max_forwards(70)
            .from(format!("{who};tag={tag}"))
            .to(name_addr("", &to.contact))
            .call_id(call_id)
            .cseq(wires.seed.cseq())
            .contact(wires.contact(&to.flow))
            .header("P-Asserted-Identity", who)
            .header("Priority", "emergency")
            .header("Alert-Info", "<urn:alert:priority:high>")
            .header("Allow", ALLOW)
            .header("User-Agent", &wires.agent)
            .body("application/sdp", silence.as_bytes())
            .build();
        let Ok(invite) = OwnedMessage::parse(bytes) else { return };
        // A box too full to ring has a call to carry.
        let Ok(key) = wires.tx.request_read(now, to.flow, &invite, Priority::Ordinary) else { return };
        let guard = Guard { of, device, invite, to, until: now + RING_FOR, answered: None };
        self.help.guards.ringing.insert(key, guard);
    }

    /// What a phone of the group answers; false when this is about something else.
    pub(crate) fn guard_answered(
        &mut self,
        now: Instant,
        of: ClientKey,
        (status, message): (u16, Option<&Message<'_>>),
    ) -> bool {
        let Some(guard) = self.help.guards.ringing.get_mut(&of) else { return false };
        let wires = &mut self.wires;
        match (&guard.answered, message) {
            (Some((_, ack)), _) if status < 300 => wires.send(guard.to.flow, ack.clone()),
            (None, Some(message)) if (200..300).contains(&status) => {
                let Ok(dialog) = Dialog::calling(&guard.invite.message(), message, guard.to.flow) else {
                    return true;
                };
                let ack = wires.confirm(&dialog, message, None);
                guard.answered = Some((dialog, ack));
                guard.until = now + SHOWN_FOR;
                let (call, device) = (guard.of, guard.device.clone());
                self.help.guards.heard = Some((device, now));
                self.edition += 1;
                self.silence_guards(now, call);
            }
            _ if status >= 300 => drop(self.help.guards.ringing.remove(&of)),
            _ => {}
        }
        true
    }

    /// The other phones that ring because of this call need not ring any more.
    fn silence_guards(&mut self, now: Instant, call: CallId) {
        let Self { help, wires, .. } = self;
        for (key, _) in help.guards.ringing.iter().filter(|(_, guard)| guard.of == call) {
            wires.tx.cancel(now, *key, &[ELSEWHERE]);
        }
    }

    /// The box goes: nobody rings any more.
    pub(crate) fn dismiss_guards(&mut self, now: Instant) {
        self.help.guards.ringing.values_mut().for_each(|guard| guard.until = now);
        self.guards_due(now);
    }

    /// Phones that have rung for long enough, and those that have been picked up for long enough.
    pub(super) fn guards_due(&mut self, now: Instant) {
        let due = |guard: &Guard| guard.until <= now;
        let keys: Vec<ClientKey> =
            self.help.guards.ringing.iter().filter(|(_, guard)| due(guard)).map(|(key, _)| *key).collect();
        for key in keys {
            let Some(guard) = self.help.guards.ringing.get_mut(&key) else { continue };
            if let Some((dialog, _)) = &mut guard.answered {
                self.wires.bye(now, dialog, None);
                self.help.guards.ringing.remove(&key);
                continue;
            }
            // Its end, at the latest after another time like this, comes as an answer or as silence.
            guard.until = now + RING_FOR;
            self.wires.tx.cancel(now, key, &[]);
        }
    }
}

/// Nothing to hear and nothing to say (RFC 3264 5.1); the port is one at which nobody listens.
fn silence(to: &Ring, session: u64) -> String {
    let ip = to.flow.local.ip();
    let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
    format!(
        "v=0\r\no=gatehouse {session} 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\nm=audio 9 RTP/AVP 8 0\r\na=inactive\r\n"
    )
}
