//! Somebody rehearses a call for help: the house's code, or `urn:service:test.sos`. It is decided as the call itself would be, and
//! the line is looked for in the same order; in place of the call the phone is shown what would have become of it. Nobody is
//! alarmed, and nothing leaves the house.

use std::sync::Arc;
use std::time::Instant;

use account::DeviceId;
use emergency::{AddressFit, Call as Asking, Caller, Passage, Rule, Rung, Started, Verdict, gate};
use sip::flow::Flow;
use sip::message::Message;
use sip::transaction::Priority;

use super::alarm::REHEARSAL;
use crate::gate::Proven;
use crate::refusal::Refused;
use crate::switchboard::Switchboard;

impl Switchboard {
    /// An INVITE that rehearses. The phone proves itself, as for any other call.
    pub(crate) fn rehearse(&mut self, now: Instant, flow: Flow, request: &Message<'_>) {
        let Some(Proven { device, .. }) = self.prove(now, flow, request) else { return };
        let Some(key) = self.wires.tx.proceed(now, flow, request, Priority::Ordinary) else { return };
        let ready = Arc::clone(&self.help.ready);
        let target = request.uri().map(|uri| super::target(&uri)).unwrap_or_default();
        let caller = Caller::Proven(device.clone());
        let asking = Asking { target: &target, caller, started: Started::ByHand };
        if let Verdict::Rehearsal(passage) = gate(&asking, &[], &ready) {
            let text = self.outcome(now, passage);
            self.show(now, &device, &text);
        }
        let bytes = self.wires.refusal(request, &flow, Refused::Rehearsed);
        self.wires.tx.answer(now, key, Refused::Rehearsed.status(), bytes);
    }

    pub(super) fn show(&mut self, now: Instant, device: &DeviceId, text: &str) {
        let places = self.places(std::slice::from_ref(device));
        places.iter().for_each(|place| self.send_text(now, place, REHEARSAL, text));
    }

    /// Where the phone stands and why, and which line a call for help would take at this moment.
    pub(super) fn outcome(&self, now: Instant, passage: &Passage) -> String {
        let place = if passage.spoken.is_empty() { "Ort unbekannt" } else { &passage.spoken };
        let rule = passage.place.rule.map_or("unbekannt", source);
        let line = match passage.ladder.iter().find(|rung| self.lines.ready(&rung.line).is_some()) {
            Some(rung) => self.way_of(now, rung),
            None => "KEINE LEITUNG: Mobiltelefon nehmen, 112 wählen".to_owned(),
        };
        format!("PROBE 112: {place} ({rule}). {line}.")
    }

    fn way_of(&self, now: Instant, rung: &Rung) -> String {
        let number = rung.number.as_ref().map_or_else(String::new, |number| format!(", Rückruf {number}"));
        let fit = match rung.address {
            AddressFit::Right => "nennt diese Adresse",
            AddressFit::MayBeWrong => "nennt WOMÖGLICH EINE ANDERE Adresse",
        };
        let peer = self.lines.ready(&rung.line).map(|(_, bound)| bound.flow.peer.ip());
        let leaves = peer.is_some_and(|peer| self.leaves(now).allows(peer));
        let leaves = if leaves { "" } else { ". Notrufe gehen NOCH NICHT hinaus" };
        format!("Leitung {} {fit}{number}{leaves}", rung.line.as_str())
    }
}

/// What said where the phone stands, in words of the people at the phone.
const fn source(rule: Rule) -> &'static str {
    match rule {
        Rule::Pinned => "von Hand",
        Rule::Port => "nach dem Anschluss am Switch",
        Rule::Radio => "nach dem Zugangspunkt",
        Rule::Stated => "nach Angabe des Telefons",
        Rule::Network => "nach dem Netz",
        Rule::User => "nach dem Benutzer",
        Rule::Account => "nach dem Konto",
        Rule::Default => "nur angenommen",
    }
}
