//! Somebody wants to be a third side of a call (RFC 3911). The phone that is named mixes, if it can (RFC 5359 2.11), so
//! it is asked and nobody else is; what the box itself mixes is asked for by who is in both calls (`conference.rs`).

use account::Destination;
use sip::message::Message;
use sip::view::NamedDialog;

use crate::bridge::{Call, Owner, Ring, Stage};
use crate::dialling::Wish;
use crate::refusal::Refused;
use crate::route::{Reached, Route, RouteRefused};
use crate::switchboard::Switchboard;

impl Switchboard {
    /// Where an INVITE with a Join leads: at least one place of one phone, and with which Join it is asked there.
    pub(crate) fn way_to_join(&mut self, request: &Message<'_>) -> Result<(Route, Vec<Ring>), Refused> {
        if request.replaces().is_some() {
            return Err(Refused::BadTarget);
        }
        let named = request.join().ok_or(Refused::NoSuchCall)?;
        let (id, end) = self.named(&named).ok_or(Refused::NoSuchCall)?;
        if self.help.is_about(id) {
            return Err(Refused::ForHelp);
        }
        let found = self.calls.with(id, |call: &mut Call| {
            let talks = matches!(call.stage, Stage::Talking(_));
            let phone = call.owner(end.side()).and_then(Owner::phone).filter(|_| talks)?;
            // As that phone knows its call: what we call ours is the other side's.
            let dialog = call.named_dialog(end)?;
            let (to_tag, from_tag) = (dialog.remote_tag(), dialog.local_tag());
            let there = NamedDialog { call_id: dialog.call_id(), to_tag, from_tag, early_only: false };
            Some((phone.clone(), String::from_utf8(there.written()?).ok()?))
        });
        let (phone, join) = found.flatten().ok_or(Refused::NoSuchCall)?;
        let mut rings = self.places(std::slice::from_ref(&phone));
        rings.iter_mut().for_each(|ring| ring.came_by.push(("Join", join.clone())));
        if rings.is_empty() {
            return Err(Refused::Route(RouteRefused::NotRegistered));
        }
        let to = Reached::Inside(Destination::Device(phone));
        Ok((Route { to, wish: Wish::AsUsual, steps: Vec::new() }, rings))
    }
}
