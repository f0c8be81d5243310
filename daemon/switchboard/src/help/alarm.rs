//! Phones of the house that are told who calls for help: a text on their displays (RFC 3428).
//!
//! It is sent after everything the call itself needs, and nobody waits for an answer.

use std::time::Instant;

use account::{DeviceId, Extension};
use sip::compose::{Request, name_addr, sip_uri};
use sip::method::Method;
use sip::transaction::Priority;

use super::{CalledBy, HelpNow, HelpStage};
use crate::bridge::Ring;
use crate::route;
use crate::switchboard::Switchboard;

/// Phones that are told of one call.
const MOST: usize = 64;
/// Who sends a text, and how urgent it is (RFC 3261 20.26).
type Sender = (&'static str, &'static str);
const HELP: Sender = ("NOTRUF", "emergency");
/// Of a text that alarms nobody.
pub(super) const REHEARSAL: Sender = ("PROBE", "normal");

impl Switchboard {
    /// Tells the phones of the alarm what has become of a call.
    pub(super) fn alarm(&mut self, now: Instant, help: &HelpNow, place: &str) {
        let phones = self.alarmed(&help.device);
        let text = self.alarm_text(help, place);
        let places = self.places(&phones);
        places.iter().take(MOST).for_each(|place| self.send_text(now, place, HELP, &text));
    }

    /// The phones that are told, but not this one.
    pub(crate) fn alarmed(&self, but: &DeviceId) -> Vec<DeviceId> {
        self.phones_of(&self.help.ready.rules().alarm, but)
    }

    /// The phones of these extensions, but not this one.
    pub(super) fn phones_of(&self, extensions: &[Extension], but: &DeviceId) -> Vec<DeviceId> {
        let told = extensions.iter().filter_map(|to| route::destination(to.as_str(), &self.house).ok());
        told.flat_map(|to| self.house.phones_of(&to).map(|phone| phone.id.clone()).collect::<Vec<_>>())
            .filter(|phone| phone != but)
            .collect()
    }

    fn alarm_text(&self, help: &HelpNow, place: &str) -> String {
        let caller = self.party(&help.device);
        let number = help.rung.as_ref().and_then(|rung| rung.number.as_ref());
        let number = number.map_or_else(String::new, |number| format!(" Rückruf {number}."));
        let stage = match help.stage {
            HelpStage::Trying => "wird verbunden",
            HelpStage::Connected => "verbunden",
            HelpStage::NotReached => "KEINE LEITUNG, bitte hingehen",
            HelpStage::Over | HelpStage::GivenUp => "beendet",
        };
        let (service, name, extension) = (help.service.number(), caller.name, caller.number);
        let fax = if help.by == CalledBy::Fax { " per FAX" } else { "" };
        format!("NOTRUF {service}{fax}: {name} ({extension}), {place}. {stage}.{number}")
    }

    pub(super) fn send_text(&mut self, now: Instant, to: &Ring, (name, priority): Sender, text: &str) {
        let wires = &mut self.wires;
        let (branch, tag, call_id) = (wires.seed.branch(), wires.seed.tag(), wires.seed.call_id());
        let who = name_addr(name, &sip_uri("notruf", &wires.domain));
        let message = Request::new(Method::Message, &to.contact)
            .via(to.flow.transport, to.flow.local.to_string(), branch)
            .max_forwards(70)
            .from(format!("{who};tag={tag}"))
            .to(name_addr("", &to.contact))
            .call_id(call_id)
            .cseq(wires.seed.cseq())
            .header("Priority", priority)
            .header("User-Agent", &wires.agent)
            .body("text/plain;charset=utf-8", text.as_bytes())
            .build();
        // A box too full to tell has a call to carry.
        let _ = wires.tx.request(now, to.flow, message, Priority::Ordinary);
    }
}
