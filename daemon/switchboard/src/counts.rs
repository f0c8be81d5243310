//! What is counted instead of being logged.

use account::{CallVoice, Side};
use sip::message::Message;
use sip::method::Method;

/// Totals since the start.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Bytes that were no SIP message.
    pub unreadable: u64,
    /// Messages that broke a rule of the standard.
    pub invalid: u64,
    /// Requests received, by method.
    pub register: u64,
    /// INVITE, those within calls included.
    pub invite: u64,
    /// All other methods.
    pub other: u64,
    /// Answers received.
    pub responses: u64,
    /// Times a password was asked for.
    pub challenged: u64,
    /// Wrong passwords and unknown names.
    pub refused: u64,
    /// Requests of shut-out sources that got no answer.
    pub unanswered: u64,
    /// REGISTERs that were followed.
    pub registered: u64,
    /// Calls that began to ring.
    pub calls: u64,
    /// Calls that were answered.
    pub answered: u64,
    /// Calls refused before any phone rang.
    pub not_connected: u64,
    /// Calls whose voice was judged.
    pub judged: u64,
    /// Packets of voice in them, from both sides.
    pub packets: u64,
    /// Packets that never came.
    pub lost: u64,
    /// Sides that sounded bad, below a MOS of 3.1: nearly all users are dissatisfied (ITU-T G.107 table B.1).
    pub bad: u64,
    /// Of the packets, those from outside.
    pub packets_wan: u64,
    /// Of those that never came, those from outside.
    pub lost_wan: u64,
    /// Of the sides that sounded bad, those outside.
    pub bad_wan: u64,
    /// Reports of phones about calls.
    pub reported: u64,
    /// Sides of which nothing was heard when they should have spoken.
    pub unheard: u64,
    /// Registrations acknowledged although the store had not confirmed them in time.
    pub unsaved: u64,
}

/// Below this MOS, in hundredths, nearly all users are dissatisfied (ITU-T G.107 table B.1).
const BAD: u16 = 310;

impl Counts {
    pub(crate) fn judged(&mut self, voice: &CallVoice, sides: [Side; 2]) {
        self.judged += 1;
        for (leg, side) in [&voice.caller, &voice.callee].into_iter().zip(sides) {
            let bad = u64::from(leg.mos.is_some_and(|mos| mos < BAD));
            self.packets += leg.packets;
            self.lost += leg.lost;
            self.bad += bad;
            if side == Side::Wan {
                self.packets_wan += leg.packets;
                self.lost_wan += leg.lost;
                self.bad_wan += bad;
            }
        }
    }

    pub(crate) fn message(&mut self, message: &Message<'_>) {
        let counter = match message.method() {
            Some(Method::Register) => &mut self.register,
            Some(Method::Invite) => &mut self.invite,
            Some(_) => &mut self.other,
            None => &mut self.responses,
        };
        *counter += 1;
    }
}
