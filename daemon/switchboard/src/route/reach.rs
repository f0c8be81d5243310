//! Whom a call to something in the account rings, and when it goes on to somebody else.
//!
//! The order for a person: blocked callers, hidden callers, forwarding at once, busy, phones, forwardings in time, refusal.
//! The account does not say which forwarding is meant for "busy" and which for "offline": the earliest holds for both.

use std::time::Duration;

use account::rules::{AnonymousCallers, Forwarding, LineRules, Target};
use account::{ChannelId, Destination, Device, DeviceId, GroupId, RingOrder, UserId};

use crate::dialling::Payer;

use super::{Ask, Caller, LONGEST_WAIT, Presence, RING_FOR, Ring, RouteRefused, Step};
use crate::queue::RING_TURN;

/// A call is sent on so many times; after that it goes round in circles.
const MOST_HOPS: usize = 10;
/// Steps a call has at most, however many forwardings there are.
const MOST_STEPS: usize = 20;

/// The steps of a call to `there`.
pub(super) fn steps(
    ask: &Ask<'_>,
    presence: &impl Presence,
    there: &Destination,
) -> Result<Vec<Step>, RouteRefused> {
    if let Caller::World(Some(number)) = ask.caller
        && ask.house.rules.blocked.blocks(number)
    {
        return Err(RouteRefused::CallerBlocked);
    }
    let mut way = Way { ask, presence, been: Vec::new() };
    let mut steps = way.to(there)?;
    steps.truncate(MOST_STEPS);
    Ok(steps)
}

/// A call on its way from one forwarding to the next.
struct Way<'a, P> {
    ask: &'a Ask<'a>,
    presence: &'a P,
    /// Where it has been, outside numbers not among them: those do not send it on.
    been: Vec<Destination>,
}

/// Where a call goes after ringing for some time.
#[derive(PartialEq)]
struct Next {
    after: Duration,
    to: Onward,
}

#[derive(PartialEq)]
enum Onward {
    There(Destination),
    Number(account::E164),
}

impl<P: Presence> Way<'_, P> {
    fn to(&mut self, there: &Destination) -> Result<Vec<Step>, RouteRefused> {
        // A box sends nothing on: two ways to it are no circle.
        if !matches!(there, Destination::Voicemail(_)) {
            if self.been.contains(there) || self.been.len() > MOST_HOPS {
                return Err(RouteRefused::Circle);
            }
            self.been.push(there.clone());
        }
        match there {
            Destination::User(user) => self.user(there, user),
            Destination::Group(group) => self.group(there, group),
            Destination::Device(_) => Ok(vec![phones(self.ready(there)?, RING_FOR)]),
            Destination::Channel(channel) => self.channel(there, channel),
            Destination::Voicemail(id) => {
                Ok(vec![Step { ring: Ring::Mailbox(id.clone()), ring_for: Duration::ZERO, by: None }])
            }
            Destination::Fax(_) => Err(RouteRefused::NoFax),
        }
    }

    fn user(&mut self, there: &Destination, user: &UserId) -> Result<Vec<Step>, RouteRefused> {
        let house = self.ask.house;
        let rules = house.lines_of(user).find_map(|line| house.rules.lines.get(&line.id));
        if matches!(self.ask.caller, Caller::World(None)) {
            match rules.map(|rules| &rules.anonymous) {
                Some(AnonymousCallers::Reject) => return Err(RouteRefused::NoAnonymous),
                Some(AnonymousCallers::Voicemail) => return self.mailbox(rules),
                _ => {}
            }
        }
        let next = rules.map(|rules| self.forwardings(rules)).unwrap_or_default();
        if next.first().is_some_and(|first| first.after.is_zero()) {
            return self.in_turn(there, Err(RouteRefused::NotRegistered), next);
        }
        let ready = if self.refuses_second_call(user) { Err(RouteRefused::Busy) } else { self.ready(there) };
        self.in_turn(there, ready, next)
    }

    /// Members ring together; then its box.
    fn group(&mut self, there: &Destination, group: &GroupId) -> Result<Vec<Step>, RouteRefused> {
        let rules = self.ask.house.rules.groups.get(group);
        let mut next: Vec<Next> =
            rules.into_iter().flat_map(|rules| &rules.answering).filter_map(answering).collect();
        next.sort_by_key(|next| next.after);
        let ready = self.ready(there);
        self.in_turn(there, ready, next)
    }

    /// Callers wait in line where the channel has one. Elsewhere members ring one after the other, or all at once, as it says.
    fn channel(&mut self, there: &Destination, id: &ChannelId) -> Result<Vec<Step>, RouteRefused> {
        let ready = self.ready(there)?;
        let Some(channel) = self.ask.house.rules.channels.get(id) else {
            return Err(RouteRefused::NotFound);
        };
        if channel.queue.is_some() {
            if !self.presence.has_place(id) {
                return Err(RouteRefused::LineFull);
            }
            let ring = Ring::Line { channel: id.clone(), ready };
            return Ok(vec![Step { ring, ring_for: LONGEST_WAIT, by: None }]);
        }
        if channel.ringing == RingOrder::Everybody {
            return Ok(vec![phones(ready, RING_FOR)]);
        }
        let turn = channel.ring_time.filter(|time| !time.is_zero()).unwrap_or(RING_TURN);
        let of = |devices: &[DeviceId]| -> Vec<DeviceId> {
            ready.iter().filter(|phone| devices.contains(phone)).cloned().collect()
        };
        let turns = channel.in_turn().map(|member| of(&member.devices)).filter(|ring| !ring.is_empty());
        Ok(turns.map(|ring| phones(ring, turn)).collect())
    }

    /// Rings phones until the first time is over, then follows each forwarding until the next one's time has come. What a
    /// forwarding leads to may be over sooner by rules of its own.
    fn in_turn(
        &mut self,
        there: &Destination,
        ready: Result<Vec<DeviceId>, RouteRefused>,
        next: Vec<Next>,
    ) -> Result<Vec<Step>, RouteRefused> {
        let first = next.first().map_or(RING_FOR, |first| first.after);
        let (mut steps, mut refused) = match ready {
            Ok(ready) => (vec![phones(ready, first)], None),
            Err(why) => (Vec::new(), Some(why)),
        };
        let ends: Vec<Option<Duration>> =
            next.iter().skip(1).map(|later| Some(later.after)).chain([None]).collect();
        for (next, end) in next.into_iter().zip(ends) {
            let time = end.map_or(RING_FOR, |end| end.saturating_sub(next.after));
            match self.onward(&next.to, there) {
                Ok(onward) => steps.extend(within(onward, time).map(|step| by(step, there))),
                Err(why) => refused = refused.or(Some(why)),
            }
        }
        match refused {
            Some(why) if steps.is_empty() => Err(why),
            _ => Ok(steps),
        }
    }

    /// Whoever has a call sent on answers for it, and may send it only where he may call himself.
    fn onward(&mut self, to: &Onward, by: &Destination) -> Result<Vec<Step>, RouteRefused> {
        let number = match to {
            Onward::There(there) => return self.to(there),
            Onward::Number(number) => number,
        };
        if let Some(own) = self.ask.house.destination_of_number(number) {
            return self.to(&own);
        }
        let outside = self.ask.outgoing.spot(self.ask.house, self.ask.caller).read(number.as_str())?;
        self.ask.admit(&Payer::sending_on(by, self.ask.house), &outside)?;
        Ok(vec![Step { ring: Ring::Outside(outside), ring_for: RING_FOR, by: None }])
    }

    /// Phones of `there` that can ring now.
    fn ready(&self, there: &Destination) -> Result<Vec<DeviceId>, RouteRefused> {
        let awake = |phone: &&Device| self.presence.registered(phone) && !self.presence.silenced(&phone.id);
        let all: Vec<&Device> = self.ask.house.phones_of(there).filter(awake).collect();
        if all.is_empty() {
            return Err(RouteRefused::NotRegistered);
        }
        let own = |phone: &Device| matches!(self.ask.caller, Caller::Phone(id) if *id == phone.id);
        let ready: Vec<DeviceId> =
            all.into_iter().filter(|phone| !own(phone)).map(|phone| phone.id.clone()).collect();
        if ready.is_empty() { Err(RouteRefused::Busy) } else { Ok(ready) }
    }

    fn refuses_second_call(&self, user: &UserId) -> bool {
        let house = self.ask.house;
        let single = house.users.get(user).is_some_and(|user| user.busy_on_busy);
        single && house.devices_of(user).any(|phone| self.presence.busy(&phone.id))
    }

    /// Active forwardings and boxes, the earliest first; of equal times the account's order holds.
    fn forwardings(&self, rules: &LineRules) -> Vec<Next> {
        let active = rules.forwardings.iter().filter(|forwarding| forwarding.active);
        let mut next: Vec<Next> = active.filter_map(|forwarding| self.next(forwarding)).collect();
        next.extend(rules.answering.iter().filter_map(answering));
        next.sort_by_key(|next| next.after);
        // The account names a box both among the forwardings and as the one that answers.
        next.dedup();
        next
    }

    /// A forwarding to something that the account does not have (any more) is none.
    fn next(&self, forwarding: &Forwarding) -> Option<Next> {
        let to = match &forwarding.to {
            Target::Number(number) => Onward::Number(number.clone()),
            Target::Inside(id) => Onward::There(self.ask.house.endpoint(id)?),
            Target::Other(_) => return None,
        };
        Some(Next { after: forwarding.after, to })
    }

    /// The box of a line, at once.
    fn mailbox(&mut self, rules: Option<&LineRules>) -> Result<Vec<Step>, RouteRefused> {
        let first = rules.and_then(|rules| rules.answering.first()).ok_or(RouteRefused::NoVoicemail)?;
        self.to(&Destination::Voicemail(first.box_id.clone()))
    }
}

/// A box that answers after a time that the account states.
fn answering(answering: &account::Answering) -> Option<Next> {
    let after = answering.after.filter(|_| answering.active)?;
    Some(Next { after, to: Onward::There(Destination::Voicemail(answering.box_id.clone())) })
}

fn phones(ring: Vec<DeviceId>, ring_for: Duration) -> Step {
    Step { ring: Ring::Phones(ring), ring_for, by: None }
}

/// Who sent it on first is the one the caller dialled, whoever sent it on later.
fn by(step: Step, there: &Destination) -> Step {
    Step { by: Some(step.by.unwrap_or_else(|| there.clone())), ..step }
}

/// As many of these steps as fit into this time; the last one is cut short. A box that is meant at once answers in no time.
fn within(steps: Vec<Step>, time: Duration) -> impl Iterator<Item = Step> {
    let mut left = time;
    steps.into_iter().enumerate().map_while(move |(place, step)| {
        let ring_for = step.ring_for.min(left);
        let fits = !left.is_zero() || (place == 0 && matches!(step.ring, Ring::Mailbox(_)));
        left = left.saturating_sub(ring_for);
        fits.then_some(Step { ring_for, ..step })
    })
}
