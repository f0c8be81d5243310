//! A call is handed on: one side asks the box to put somebody else in its place (RFC 3515, RFC 5589).
//!
//! ```text
//!   before:   A ── call ── B        A sends REFER: C instead of me
//!   blind:    A ── call ── B        C is rung on behalf of B; A hears how it goes
//!             C ── call ── B        C answered: takes the seat of A
//!   attended: A ── call ── B        B leaves for the other call of A
//!             A ── other ─ C        and takes the seat of A there
//! ```
//!
//! B keeps its dialog in either case and only gets a new description. As long as nobody answered, A has its call.

use std::time::{Duration, Instant};

use account::{CallOutcome, CallParty};
use sip::message::Message;
use sip::method::Method;
use sip::transaction::{ClientKey, Priority};

use super::own::{Again, Purpose};
use super::voice::Heard;
use super::{Call, Cause, Fork, ForkState, Owner, Peer, Ring, Seat, Side, Stage};
use crate::refusal::Refused;
use crate::wires::Wires;

/// How long a subscription to the news of a transfer is said to last; it ends with the last news.
const NEWS_FOR: Duration = Duration::from_secs(180);

/// A phone gets this long to end an INVITE that was taken back, before the next one (RFC 3261 14.1).
const TAKEN_BACK: Duration = Duration::from_secs(1);

/// A transfer for which phones are rung.
#[derive(Debug)]
pub(crate) struct Transfer {
    /// Who wants it.
    pub by: Side,
    /// If it wants to hear how it goes (RFC 4488).
    news: Option<News>,
    /// Forks from this one on are rung for it.
    first: usize,
    rang: bool,
    /// It has hung up, sure of the matter.
    left: bool,
}

/// Where the news of a transfer goes.
#[derive(Debug)]
pub(crate) struct News {
    /// CSeq of the REFER.
    pub of: u32,
    /// The dialog the REFER made, if it did not come within the call.
    pub apart: Option<Peer>,
}

/// Somebody who takes a seat in a call.
#[derive(Debug)]
pub(crate) struct Party {
    pub peer: Peer,
    pub owner: Owner,
    pub shown: CallParty,
    /// What it was told of its voice so far.
    pub seat: Seat,
}

impl Call {
    /// Who sits on one side.
    pub(crate) fn owner(&self, side: Side) -> Option<&Owner> {
        match (side, self.stage) {
            (Side::Caller, _) => Some(&self.asker.owner),
            (Side::Callee, Stage::Talking(place)) => self.forks.get(place).map(|fork| &fork.owner),
            (Side::Callee, _) => None,
        }
    }

    /// Whether one side may hand the call on just now.
    pub(crate) fn may_transfer(&self) -> Result<(), Refused> {
        let settled = matches!(self.stage, Stage::Talking(_)) && self.asker.confirmed;
        if !settled || self.transfer.is_some() || self.is_changing() {
            return Err(Refused::Pending);
        }
        Ok(())
    }

    /// Rings phones for the side that is handed on.
    pub(crate) fn hand_on(
        &mut self,
        now: Instant,
        (by, news): (Side, Option<News>),
        (ring, ring_for): (Vec<Ring>, Duration),
        wires: &mut Wires,
    ) {
        let first = self.forks.len();
        self.transfer = Some(Transfer { by, news, first, rang: false, left: false });
        self.turn.outside |= ring.iter().any(|ring| ring.outbound.is_some());
        self.tell_news(now, 100, wires);
        for ring in ring {
            // One that cannot be sent has ended, as those do that are refused.
            let _ = self.ring_one(now, ring, 70, wires);
        }
        self.reminder = Some(now + ring_for);
        self.hand_back_without_phones(now, wires);
    }

    /// Whether this fork is rung for a transfer.
    pub(super) fn is_handed_to(&self, place: usize) -> bool {
        self.transfer.as_ref().is_some_and(|transfer| place >= transfer.first)
    }

    /// It rings there.
    pub(super) fn rings_there(&mut self, now: Instant, wires: &mut Wires) {
        if let Some(transfer) = self.transfer.as_mut().filter(|transfer| !transfer.rang) {
            transfer.rang = true;
            self.tell_news(now, 180, wires);
        }
    }

    /// Whoever was rung picks up and takes the seat of the one who handed on.
    pub(super) fn taken_over(
        &mut self,
        now: Instant,
        place: usize,
        accepted: &Message<'_>,
        (heard, shown): (Heard, CallParty),
        wires: &mut Wires,
    ) {
        self.tell_news(now, 200, wires);
        let Some(Transfer { by, left, .. }) = self.transfer.take() else { return };
        self.reminder = None;
        let busy = self.drop_changes(now, wires);
        let Some(fork) = self.forks.get_mut(place) else { return };
        fork.state = ForkState::Answered;
        let (key, owner, seat) = (fork.key, fork.owner.clone(), fork.seat.clone());
        let Some(peer) = fork.peer.take() else { return };
        self.cancel_forks(now, Some(super::answer::ELSEWHERE), wires);
        if by == Side::Callee
            && let Stage::Talking(old) = self.stage
        {
            self.stage = Stage::Talking(place);
            let gone = self.forks.get_mut(old).and_then(|fork| fork.peer.take());
            self.dismiss(now, gone.filter(|_| !left), wires);
            if let Some(fork) = self.forks.get_mut(place) {
                fork.peer = Some(peer);
            }
        } else {
            let gone = std::mem::replace(&mut self.asker.peer, peer);
            self.asker.owner = owner;
            self.dismiss(now, Some(gone).filter(|_| !left), wires);
        }
        self.forget_settled(wires);
        self.show(by, shown);
        let at = if busy { now + TAKEN_BACK } else { now };
        self.hear_newcomer((now, at), (by, seat), (heard, key), accepted, wires);
    }

    /// The newcomer's offer goes to the other side, whose answer confirms the newcomer (RFC 3725 4.1).
    fn hear_newcomer(
        &mut self,
        (now, at): (Instant, Instant),
        (side, seat): (Side, Seat),
        (heard, key): (Heard, Option<ClientKey>),
        accepted: &Message<'_>,
        wires: &mut Wires,
    ) {
        let Some((far, key)) = self.addresses(side.other()).zip(key) else { return };
        let Some(voice) = self.voice.as_mut() else { return };
        voice.reseat(side, seat);
        voice.offered(side, heard);
        let carry = Purpose::Carry(accepted.to_owned(), key);
        if at > now {
            self.changes.again = Some(Again { at, to: side.other(), purpose: carry });
            return;
        }
        let offer = voice.offer_for_other(far.local, wires);
        self.ask(now, side.other(), (Method::Invite, carry), offer.as_deref(), wires);
    }

    /// One of the phones that were rung will not take the call.
    pub(super) fn refused_there(&mut self, now: Instant, status: u16, wires: &mut Wires) {
        if status >= 600 {
            self.cancel_forks(now, None, wires);
        }
        self.hand_back_without_phones(now, wires);
    }

    fn hand_back_without_phones(&mut self, now: Instant, wires: &mut Wires) {
        let first = self.transfer.as_ref().map_or(0, |transfer| transfer.first);
        if !self.forks.iter().skip(first).any(Fork::is_open) {
            self.hand_back(now, wires);
        }
    }

    /// Nobody took it: the call is what it was before, unless the one who handed it on has gone.
    pub(super) fn hand_back(&mut self, now: Instant, wires: &mut Wires) {
        let first = self.transfer.as_ref().map_or(0, |transfer| transfer.first);
        self.tell_news(now, self.verdict_from(first), wires);
        let Some(transfer) = self.transfer.take() else { return };
        self.reminder = None;
        self.cancel_forks(now, None, wires);
        if transfer.left {
            self.end(now, &[transfer.by.other()], Cause::NotTaken, wires);
        }
    }

    /// One side hung up; says whether that only means that it trusts its transfer.
    pub(super) fn leaves(&mut self, by: Side) -> bool {
        let Some(transfer) = self.transfer.as_mut().filter(|transfer| transfer.by == by) else {
            return false;
        };
        transfer.left = true;
        if let Some(peer) = self.peer(by) {
            peer.session = None;
        }
        true
    }

    /// Whether this side is still there to be told that the call ended.
    pub(super) fn has_left(&self, side: Side) -> bool {
        self.transfer.as_ref().is_some_and(|transfer| transfer.left && transfer.by == side)
    }

    /// Ends a call whose one side goes on elsewhere, as the other one wants, and returns that side.
    pub(crate) fn let_go(
        &mut self,
        now: Instant,
        (by, wanted): (Side, Option<News>),
        wires: &mut Wires,
    ) -> Option<Party> {
        let Stage::Talking(place) = self.stage else { return None };
        self.drop_changes(now, wires);
        let shown = if by == Side::Caller { self.callee.clone() } else { self.caller.clone() };
        let owner = self.owner(by.other())?.clone();
        let seat = self.voice.as_ref()?.seat(by.other()).elsewhere();
        let callee = self.forks.get_mut(place)?.peer.take()?;
        // Whoever stays behind sits in the caller's seat from here on.
        let peer = match by {
            Side::Caller => callee,
            Side::Callee => std::mem::replace(&mut self.asker.peer, callee),
        };
        if let Some(News { of, mut apart }) = wanted {
            news(now, apart.as_mut().unwrap_or(&mut self.asker.peer), (of, 200), wires);
        }
        self.asker.peer.say_bye(now, None, wires);
        self.over(now, CallOutcome::Answered, 200, wires);
        Some(Party { peer, owner, shown, seat })
    }

    /// Somebody takes a seat in this call; who sat there is told that its call ended (RFC 3891 3).
    pub(crate) fn seat(&mut self, now: Instant, side: Side, party: Party, wires: &mut Wires) {
        let gone = self.seated(now, side, party, wires);
        self.dismiss(now, gone, wires);
    }

    /// The same without a word to who sat there: who that was.
    pub(super) fn seated(
        &mut self,
        now: Instant,
        side: Side,
        party: Party,
        wires: &mut Wires,
    ) -> Option<Peer> {
        self.drop_changes(now, wires);
        let Party { peer, owner, shown, seat } = party;
        let gone = match (side, self.stage) {
            (Side::Caller, _) => {
                self.asker.owner = owner;
                Some(std::mem::replace(&mut self.asker.peer, peer))
            }
            (Side::Callee, Stage::Talking(place)) => self.forks.get_mut(place).and_then(|fork| {
                fork.owner = owner;
                fork.peer.replace(peer)
            }),
            (Side::Callee, _) => return None,
        };
        self.forget_settled(wires);
        self.show(side, shown);
        if let Some(voice) = self.voice.as_mut() {
            voice.reseat(side, seat);
        }
        gone
    }

    /// Copies of a 2xx of somebody who has gone need no ACK any more.
    fn forget_settled(&mut self, wires: &mut Wires) {
        if let Some(settled) = self.changes.settled.take() {
            wires.errands.remove(&settled.change);
        }
    }

    fn dismiss(&self, now: Instant, gone: Option<Peer>, wires: &mut Wires) {
        if let Some(mut peer) = gone {
            peer.say_bye(now, None, wires);
        }
    }

    fn show(&mut self, seat: Side, shown: CallParty) {
        match seat {
            Side::Caller => self.caller = shown,
            Side::Callee => self.callee = shown,
        }
    }

    /// Tells the one who handed the call on how that goes (RFC 3515 2.4.4); a final status is the last it hears.
    pub(super) fn tell_news(&mut self, now: Instant, status: u16, wires: &mut Wires) {
        let Some(Transfer { by, left, news: Some(to), .. }) = self.transfer.as_mut() else { return };
        let (by, of, left) = (*by, to.of, *left);
        if let Some(peer) = to.apart.as_mut() {
            return news(now, peer, (of, status), wires);
        }
        if let Some(peer) = self.peer(by).filter(|_| !left) {
            news(now, peer, (of, status), wires);
        }
    }
}

/// One NOTIFY about a transfer (RFC 3515 2.4.5).
fn news(now: Instant, peer: &mut Peer, (id, status): (u32, u16), wires: &mut Wires) {
    let flow = peer.dialog.flow();
    let state = if status < 200 {
        format!("active;expires={}", NEWS_FOR.as_secs())
    } else {
        "terminated;reason=noresource".to_owned()
    };
    let line = format!("SIP/2.0 {status} {}\r\n", sip::compose::reason(status));
    let notify = wires.within(&mut peer.dialog, Method::Notify);
    let notify = notify.contact(wires.contact(&flow)).header("Event", format!("refer;id={id}"));
    let notify = notify.header("Subscription-State", state);
    let bytes = notify.body("message/sipfrag;version=2.0", line.as_bytes()).build();
    let _ = wires.tx.request(now, flow, bytes, Priority::Ordinary);
}
