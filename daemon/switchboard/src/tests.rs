//! Stories of phones and their switchboard, in simulated time.
//!
//! The phones write plain text and know nothing of the crate. Every story ends with the [`office`] being locked up: all calls
//! are cut, nobody answers any more, and after two minutes nothing of them may be left in memory or in the relay.

mod admitting;
mod answering;
mod changing;
mod closing_voice;
mod cloud;
mod conferring;
mod confirming_early;
mod defending;
mod drilling;
mod faxing;
mod forwarding;
mod hanging_up;
mod help;
mod holding;
mod judged;
mod keeping_alive;
mod keys_pressed;
mod line;
mod lines;
mod mailbox;
mod names_lead_elsewhere;
mod naming;
mod office;
mod outside;
mod phone;
mod published;
mod recording;
mod refusing;
mod registering;
mod restless;
mod resuming;
#[path = "../../../tests/rules/rfc3665/mod.rs"]
mod rfc3665;
#[path = "../../../tests/rules/rfc5359/mod.rs"]
mod rfc5359;
mod rfc6035;
mod rfc6080;
mod ringing;
mod said;
mod saying_where;
mod second_lines;
mod sharing_out;
mod showing;
mod silence;
mod switched;
mod texting;
mod transferring;
mod translating;
mod updating;
mod waiting_in_line;
mod watching;

use std::time::Duration;

use office::Office;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

impl crate::Switchboard {
    /// Calls, tags, legs, deadlines, busy devices, ended calls, errands, INVITEs and requests in hand: everything that a call may leave behind.
    fn in_memory(&self) -> [usize; 9] {
        let [calls, tags, legs, deadlines, devices, ended] = self.calls.in_memory();
        let (errands, invites) = (self.wires.errands.len(), self.wires.invites.len());
        [
            calls,
            tags,
            legs,
            deadlines,
            devices,
            ended,
            errands,
            invites,
            self.wires.tx.count().received + self.texts.in_memory(),
        ]
    }
}
