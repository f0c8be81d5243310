//! Provisional answers that are confirmed (RFC 3262): ours by the caller, a phone's by us.
//!
//! ```text
//!   caller <── 183, RSeq ──  Call  <── 183, RSeq ── phone
//!          ── PRACK, RAck ─>        ── PRACK, RAck ─>
//! ```
//!
//! Each side is served for itself, so one that knows nothing of this can talk with one that insists on it.

use std::time::{Duration, Instant};

use bytes::Bytes;
use sip::compose::Response;
use sip::dialog::Dialog;
use sip::message::{Message, OwnedMessage};
use sip::method::Method;
use sip::transaction::{Priority, ServerKey};

use super::voice::Heard;
use super::{Call, Fork, Peer, Side, Stage};
use crate::body::{description, offer};
use crate::refusal::Refused;
use crate::wires::{ALLOW, SUPPORTED, Wires};

/// First pause before an unconfirmed answer is repeated; doubled each time (RFC 3262 3, RFC 3261 T1).
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// After this the caller will not confirm any more (RFC 3262 3, 64 x T1).
const GIVE_UP: Duration = Duration::from_secs(32);
/// Phones behind one Contact that may answer provisionally, each in a dialog of its own.
const MOST_EARLY: usize = 8;

/// Stands where a fork does that describes its voice, when the box itself speaks.
pub(super) const THE_BOX: usize = usize::MAX;

/// What the caller was told while it rings, and what of that it has yet to confirm.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The status, and the whole answer.
    pub told: Option<(u16, Bytes)>,
    /// The fork, or [`THE_BOX`], whose description the caller has confirmed: offer and answer are through.
    pub agreed: Option<usize>,
    /// Number of the latest answer that wants to be confirmed.
    number: u32,
    open: Option<Open>,
    /// What is to be said once that is confirmed; only the latest counts.
    next: Option<Saying>,
}

/// One provisional answer to the caller.
#[derive(Debug)]
pub(super) struct Saying {
    pub status: u16,
    /// A description, and the fork it comes from, or [`THE_BOX`].
    pub body: Option<(usize, Vec<u8>)>,
}

/// An answer that the caller has yet to confirm.
#[derive(Debug)]
struct Open {
    bytes: Bytes,
    described: Option<usize>,
    again: Instant,
    pause: Duration,
    give_up: Instant,
}

/// A dialog with a phone that answered provisionally and wants that confirmed.
#[derive(Debug)]
pub(crate) struct Early {
    pub peer: Peer,
    /// What it said about its voice.
    pub heard: Option<Heard>,
    /// Number of its latest answer.
    number: u32,
    /// That answer is an offer; the PRACK waits for the caller's answer.
    owed: bool,
}

impl Progress {
    /// Whether the caller has a description in hand that it has not confirmed; a 2xx must wait (RFC 3262 3).
    pub(super) fn unconfirmed_voice(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.described.is_some())
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.open.as_ref().map(|open| open.again.min(open.give_up))
    }
}

impl Call {
    /// Tells the caller how far it is; reliably when it insists, or when a description must not get lost.
    pub(super) fn tell(&mut self, now: Instant, saying: Saying, wires: &mut Wires) {
        let request = self.asker.request.message();
        let insists = request.require().any(|word| word.eq_ignore_ascii_case(b"100rel"));
        // Music in line may get lost: who answers says anew what is spoken.
        let matters = saying.body.is_some() && !self.waits();
        let reliable = insists || (self.asker.peer.skills.reliable && matters);
        let progress = &mut self.asker.progress;
        if reliable && progress.open.is_some() {
            progress.next = Some(saying);
            return;
        }
        let response = Response::to(&request, &self.asker.flow, saying.status)
            .to_tag(self.asker.peer.dialog.id().local_tag())
            .contact(wires.contact(&self.asker.flow))
            .header("Allow", ALLOW);
        let response = if reliable {
            progress.number = next_number(progress.number, wires);
            response.header("Require", "100rel").header("RSeq", progress.number.to_string())
        } else {
            response
        };
        let bytes = match &saying.body {
            Some((_, body)) => response.body("application/sdp", body).build(),
            None => response.build(),
        };
        if reliable {
            let described = saying.body.map(|(place, _)| place);
            let (again, give_up) = (now + FIRST_PAUSE, now + GIVE_UP);
            progress.open =
                Some(Open { bytes: bytes.clone(), described, again, pause: FIRST_PAUSE, give_up });
        }
        wires.tx.answer(now, self.asker.invite, saying.status, bytes.clone());
        self.asker.progress.told = Some((saying.status, bytes));
    }

    /// Repeats what was not confirmed; a caller that never confirms has lost its call.
    pub(super) fn repeat_progress(&mut self, now: Instant, wires: &mut Wires) {
        let Some(open) = self.asker.progress.open.as_mut().filter(|open| open.again.min(open.give_up) <= now)
        else {
            return;
        };
        if now < open.give_up {
            open.pause *= 2;
            open.again = now + open.pause;
            wires.send(self.asker.flow, open.bytes.clone());
            return;
        }
        self.asker.progress.open = None;
        if self.stage == Stage::Ringing {
            self.cancel_forks(now, None, wires);
            self.refuse_caller(now, 504, wires);
        }
    }

    /// The caller confirms an answer of ours; its PRACK is in our hands as `server`.
    pub(super) fn confirmed_early(
        &mut self,
        now: Instant,
        server: ServerKey,
        prack: &Message<'_>,
        wires: &mut Wires,
    ) -> Result<(), Refused> {
        let rack = prack.rack().ok_or(Refused::NoSuchCall)?;
        let progress = &mut self.asker.progress;
        let invite = self.asker.request.message().cseq();
        let fits = progress.number == rack.rseq && invite == Some(rack.cseq);
        let open = progress.open.take_if(|_| fits).ok_or(Refused::NoSuchCall)?;
        let mut body = None;
        match open.described {
            Some(place) if progress.agreed.is_none() => {
                progress.agreed = Some(place);
                if self.asker.offered {
                    body = self.offer_in_prack(prack, wires)?;
                } else {
                    self.answer_in_prack(now, place, prack, wires);
                }
            }
            _ if self.asker.offered && progress.agreed.is_some() => {
                body = self.offer_in_prack(prack, wires)?;
            }
            _ => {}
        }
        let response = Response::to(prack, &self.asker.flow, 200);
        let bytes = match &body {
            Some(body) => response.body("application/sdp", body).build(),
            None => response.build(),
        };
        wires.tx.answer(now, server, 200, bytes);
        if let Some(saying) = self.asker.progress.next.take().filter(|_| self.stage == Stage::Ringing) {
            self.tell(now, saying, wires);
        }
        Ok(())
    }

    /// A new offer in a PRACK (RFC 3262 5) is answered with what the phone has said before.
    fn offer_in_prack(&mut self, prack: &Message<'_>, wires: &mut Wires) -> Result<Option<Vec<u8>>, Refused> {
        let Some(voice) = self.voice.as_mut() else { return Ok(None) };
        let Some(session) = offer(prack, voice.security(Side::Caller))? else { return Ok(None) };
        let (ours, signalling) = (self.asker.flow.local.ip(), self.asker.flow.peer.ip());
        voice.offered(Side::Caller, Heard { session, signalling });
        voice.answered_as_before(Side::Callee, ours, wires).map_err(Refused::Offer)
    }

    /// The answer to the phone's offer: its own PRACK waits for that.
    fn answer_in_prack(&mut self, now: Instant, place: usize, prack: &Message<'_>, wires: &mut Wires) {
        let answer = description(prack).ok().flatten();
        let Some(fork) = self.forks.get_mut(place) else { return };
        let ours = fork.flow.local.ip();
        let heard = answer.map(|session| Heard { session, signalling: self.asker.flow.peer.ip() });
        let body = self
            .voice
            .as_mut()
            .zip(heard)
            .and_then(|(voice, heard)| voice.answered_late(Side::Caller, heard, ours, wires));
        let number = fork.request.message().cseq().map_or(0, |cseq| cseq.number);
        if let Some(early) = fork.early.iter_mut().find(|early| early.owed) {
            early.owed = false;
            early.confirm(now, number, body.as_deref(), wires);
        }
    }

    /// A provisional answer of a phone. Says whether it is news: each reliable one is to be heard once and in order.
    pub(super) fn is_news(
        &mut self,
        now: Instant,
        place: usize,
        message: &Message<'_>,
        wires: &mut Wires,
    ) -> bool {
        let required = message.require().any(|word| word.eq_ignore_ascii_case(b"100rel"));
        let Some(number) = message.rseq().filter(|_| required) else { return true };
        let offered = self.asker.offered;
        let Some(fork) = self.forks.get_mut(place).filter(|fork| fork.is_open()) else { return false };
        let Some(early) = fork.early_dialog(message, number) else { return false };
        if let Ok(Some(session)) = description(message) {
            early.heard = Some(Heard { session, signalling: early.peer.dialog.flow().peer.ip() });
            early.owed = !offered;
        }
        early.peer.skills.learn(message);
        let invite = message.cseq().map_or(0, |cseq| cseq.number);
        if !early.owed {
            early.confirm(now, invite, None, wires);
        }
        true
    }

    /// The dialog with the only phone that may still answer, once its voice is agreed upon.
    pub(super) fn early_peer(&mut self) -> Option<&mut Peer> {
        let mut open = self.forks.iter_mut().filter(|fork| fork.is_open());
        let (only, None) = (open.next()?, open.next()) else { return None };
        let [early] = only.early.as_mut_slice() else { return None };
        (early.heard.is_some() && !early.owed).then_some(&mut early.peer)
    }

    /// A 2xx came before the caller confirmed a description; it is looked at after that (RFC 3262 3).
    pub(super) fn hold_back(&mut self, place: usize, message: &Message<'_>) -> bool {
        let waits = self.stage == Stage::Ringing && self.asker.progress.unconfirmed_voice();
        if let Some(fork) = self.forks.get_mut(place).filter(|_| waits) {
            fork.held_back = Some(message.to_owned());
        }
        waits
    }

    /// The 2xx that may be looked at by now.
    pub(crate) fn take_held_back(&mut self) -> Option<(usize, OwnedMessage)> {
        if self.asker.progress.unconfirmed_voice() {
            return None;
        }
        let mut forks = self.forks.iter_mut().enumerate();
        forks.find_map(|(place, fork)| Some((place, fork.held_back.take()?)))
    }
}

impl Fork {
    /// The early dialog of this answer, if the answer is the next one in it.
    fn early_dialog(&mut self, message: &Message<'_>, number: u32) -> Option<&mut Early> {
        let tag = message.to_tag()?;
        let known = self.early.iter().position(|early| early.peer.dialog.id().remote_tag() == tag);
        if let Some(place) = known {
            let early = self.early.get_mut(place)?;
            return (number == early.number.checked_add(1)?).then(|| {
                early.number = number;
                early
            });
        }
        if self.early.len() >= MOST_EARLY {
            return None;
        }
        let dialog = Dialog::calling(&self.request.message(), message, self.flow).ok()?;
        self.early.push(Early { peer: Peer::new(dialog, message), heard: None, number, owed: false });
        self.early.last_mut()
    }

    /// The early dialog that this 2xx confirms, and what was said in it.
    pub(super) fn confirmed_dialog(&mut self, accepted: &Message<'_>) -> Option<(Peer, Option<Heard>)> {
        let tag = accepted.to_tag().unwrap_or_default();
        let known = self.early.iter().position(|early| early.peer.dialog.id().remote_tag() == tag);
        let Some(place) = known else {
            let dialog = Dialog::calling(&self.request.message(), accepted, self.flow).ok()?;
            return Some((Peer::new(dialog, accepted), None));
        };
        let Early { mut peer, heard, .. } = self.early.swap_remove(place);
        peer.dialog.confirm_by(accepted);
        peer.skills.learn(accepted);
        Some((peer, heard))
    }
}

impl Early {
    /// PRACK (RFC 3262 4). Its answer says nothing that we need.
    fn confirm(&mut self, now: Instant, invite: u32, body: Option<&[u8]>, wires: &mut Wires) {
        let flow = self.peer.dialog.flow();
        let prack = wires.within(&mut self.peer.dialog, Method::Prack);
        let prack =
            prack.header("RAck", format!("{} {invite} INVITE", self.number)).header("Supported", SUPPORTED);
        let bytes = match body {
            Some(body) => prack.body("application/sdp", body).build(),
            None => prack.build(),
        };
        let _ = wires.tx.request(now, flow, bytes, Priority::Ordinary);
    }
}

/// The first number is a random one below 2^31, the others follow (RFC 3262 3).
fn next_number(before: u32, wires: &mut Wires) -> u32 {
    if before == 0 { wires.seed.cseq() + 1 } else { before.saturating_add(1) }
}
