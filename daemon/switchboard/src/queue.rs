//! Callers wait in line for the agents of channels. A machine that knows no SIP: it looks at the office through [`Office`] and
//! says who is to ring for whom.
//!
//! ```text
//!   a caller joins ──> waits ── an agent answers ──> both talk ── it is over ──> the agent rests
//!                        │└─ hangs up, or waited too long ──> gone
//!   an agent:  free ── rung ── answers ──> talks ──> rests ──> free
//!                        └─ does not answer, or refuses ──> last in turn
//! ```
//!
//! Callers are served in the order in which they came, over all channels; an agent rings for one of them at a time. Looking
//! costs time in proportion to callers and agents, and nothing while nobody waits, talks to an agent or rests.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use account::{Channel, ChannelId, ChannelMember, DeviceId, RingOrder, UserId};

use crate::bridge::CallId;
use crate::route::RING_FOR;

/// Callers that wait in one channel at most; further ones hear that it is busy.
pub(crate) const MOST_WAITING: usize = 50;
/// How long each agent is rung when the account does not say.
pub(crate) const RING_TURN: Duration = Duration::from_secs(20);
/// So long callers go on waiting when no agent is there any more: a telephone that starts anew is back by then.
const NOBODY_THERE: Duration = Duration::from_secs(60);

/// What the machine sees of the house.
pub(crate) trait Office {
    /// The channel as the account has it, while it does and callers wait in it.
    fn channel(&self, id: &ChannelId) -> Option<&Channel>;
    /// What became of a caller.
    fn stands(&self, caller: CallId) -> Stands;
    /// Whether one of the agent's phones rings for this caller.
    fn rings(&self, caller: CallId, agent: &ChannelMember) -> bool;
    /// What an agent does now.
    fn sees(&self, agent: &ChannelMember) -> Seen;
}

/// What became of a caller.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Stands {
    Waits,
    /// With this phone, or somebody outside.
    Talks(Option<DeviceId>),
    /// Hung up, or went elsewhere.
    Gone,
}

/// What an agent does, as far as it can be seen from outside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Seen {
    /// None of the agent's phones is registered.
    Away,
    /// None of those that are wants to be rung.
    Quiet,
    /// Rings or talks.
    Busy,
    Free,
}

/// What has to happen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Order {
    /// This agent is to ring for this caller.
    Ring { caller: CallId, channel: ChannelId, agent: ChannelMember },
    /// He has rung long enough.
    Stop { caller: CallId, agent: ChannelMember },
    /// Nobody will come.
    GiveUp { caller: CallId },
}

/// What an agent is to a channel now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AgentState {
    /// None of the agent's phones is registered.
    Away,
    /// Do-not-disturb.
    Quiet,
    /// Would be rung next.
    Free,
    /// Rings for a caller of a channel.
    Rings,
    /// Talks to one.
    Talks,
    /// In another call.
    Busy,
    /// Has just talked to a caller of a channel, or has refused one.
    Rests,
}

/// Every line of callers, and what the machine remembers of agents.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    /// In the order in which they came.
    waiting: Vec<Waiting>,
    rung: BTreeMap<UserId, Rung>,
    talking: BTreeMap<UserId, (CallId, ChannelId)>,
    resting: BTreeMap<UserId, Instant>,
    /// When an agent of a channel last did not answer, as a number that grows; the least is rung first.
    missed: BTreeMap<(ChannelId, UserId), u64>,
    misses: u64,
    /// Since when nobody is there for those who wait.
    deserted: BTreeMap<ChannelId, Instant>,
}

/// A caller in line.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub caller: CallId,
    pub channel: ChannelId,
    pub since: Instant,
}

#[derive(Clone, Debug)]
struct Rung {
    caller: CallId,
    channel: ChannelId,
    agent: ChannelMember,
    until: Instant,
}

impl Queues {
    /// Whether one more may wait there.
    pub(crate) fn has_place(&self, channel: &ChannelId) -> bool {
        self.in_line(channel).count() < MOST_WAITING
    }

    /// Those who wait there, the first to come first.
    pub(crate) fn in_line<'a>(&'a self, channel: &'a ChannelId) -> impl Iterator<Item = &'a Waiting> {
        self.waiting.iter().filter(move |one| one.channel == *channel)
    }

    /// A caller takes the last place in the line. False when there is none left.
    pub(crate) fn join(&mut self, now: Instant, channel: &ChannelId, caller: CallId) -> bool {
        let fits = self.has_place(channel);
        if fits {
            self.waiting.push(Waiting { caller, channel: channel.clone(), since: now });
        }
        fits
    }

    /// Whether there is nobody to look after.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.talking.is_empty() && self.resting.is_empty() && self.rung.is_empty()
    }

    /// Whether somebody rings for this caller.
    pub(crate) fn is_rung_for(&self, caller: CallId) -> bool {
        self.rung.values().any(|rung| rung.caller == caller)
    }

    /// What an agent is to his channel.
    pub(crate) fn state(&self, agent: &ChannelMember, seen: Seen) -> AgentState {
        match seen {
            Seen::Away => AgentState::Away,
            _ if self.rung.contains_key(&agent.user) => AgentState::Rings,
            _ if self.talking.contains_key(&agent.user) => AgentState::Talks,
            Seen::Quiet => AgentState::Quiet,
            Seen::Busy => AgentState::Busy,
            Seen::Free if self.resting.contains_key(&agent.user) => AgentState::Rests,
            Seen::Free => AgentState::Free,
        }
    }

    /// When [`Self::plan`] has something to do though nothing happened.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let turns = self.rung.values().map(|rung| rung.until);
        let deserted = self.deserted.values().map(|since| *since + NOBODY_THERE);
        turns.chain(self.resting.values().copied()).chain(deserted).min()
    }

    /// Looks around and says what has to happen now. Asked again at once it says nothing, once that has happened.
    pub(crate) fn plan(&mut self, now: Instant, office: &impl Office) -> Vec<Order> {
        let mut orders = Vec::new();
        self.see_who_left(office);
        self.see_who_rests(now, office);
        self.see_who_rings(now, office, &mut orders);
        self.see_who_is_deserted(now, office, &mut orders);
        self.ring(now, office, &mut orders);
        let Self { waiting, missed, .. } = self;
        missed.retain(|(channel, _), _| waiting.iter().any(|one| one.channel == *channel));
        orders
    }

    /// Callers that hung up leave no trace; those who were answered leave an agent who talks.
    fn see_who_left(&mut self, office: &impl Office) {
        let Self { waiting, rung, talking, missed, .. } = self;
        waiting.retain(|one| {
            let stands = office.stands(one.caller);
            if let Stands::Talks(Some(device)) = &stands
                && let Some(agent) = member_at(office.channel(&one.channel), device)
            {
                talking.insert(agent.user.clone(), (one.caller, one.channel.clone()));
                missed.remove(&(one.channel.clone(), agent.user.clone()));
            }
            stands == Stands::Waits
        });
        rung.retain(|_, rung| waiting.iter().any(|one| one.caller == rung.caller));
    }

    /// Who has talked to a caller rests for as long as the channel says.
    fn see_who_rests(&mut self, now: Instant, office: &impl Office) {
        let Self { talking, resting, .. } = self;
        resting.retain(|_, until| *until > now);
        talking.retain(|agent, (caller, channel)| {
            let channel = office.channel(channel);
            let talks = match office.stands(*caller) {
                Stands::Talks(Some(device)) => {
                    member_at(channel, &device).is_some_and(|there| there.user == *agent)
                }
                Stands::Talks(None) | Stands::Waits | Stands::Gone => false,
            };
            let rest = channel.and_then(|channel| channel.follow_up_time).unwrap_or_default();
            if !talks && !rest.is_zero() {
                resting.insert(agent.clone(), now + rest);
            }
            talks
        });
    }

    /// Who does not answer in time is the last in turn; who refuses is left in peace for as long as one rings.
    fn see_who_rings(&mut self, now: Instant, office: &impl Office, orders: &mut Vec<Order>) {
        for (user, rung) in std::mem::take(&mut self.rung) {
            let channel =
                office.channel(&rung.channel).filter(|channel| channel.members.contains(&rung.agent));
            let rings = office.rings(rung.caller, &rung.agent);
            let wanted = !matches!(office.sees(&rung.agent), Seen::Away | Seen::Quiet);
            if rings && wanted && channel.is_some() && now < rung.until {
                self.rung.insert(user, rung);
                continue;
            }
            if rings {
                orders.push(Order::Stop { caller: rung.caller, agent: rung.agent });
            } else {
                self.resting.insert(user.clone(), now + channel.map_or(RING_TURN, ring_time));
            }
            self.misses += 1;
            self.missed.insert((rung.channel, user), self.misses);
        }
    }

    /// Nobody waits for long where no agent is there any more, or in a channel that is gone.
    fn see_who_is_deserted(&mut self, now: Instant, office: &impl Office, orders: &mut Vec<Order>) {
        let Self { waiting, deserted, .. } = self;
        let is_there = |channel: &Channel| {
            channel.members.iter().any(|agent| !matches!(office.sees(agent), Seen::Away | Seen::Quiet))
        };
        let lines: BTreeSet<&ChannelId> = waiting.iter().map(|one| &one.channel).collect();
        let empty = lines.into_iter().filter(|id| !office.channel(id).is_some_and(is_there));
        let before = std::mem::take(deserted);
        *deserted = empty.map(|id| (id.clone(), before.get(id).copied().unwrap_or(now))).collect();
        let over = |id: &ChannelId, since: Instant| {
            office.channel(id).is_none() || now.saturating_duration_since(since) >= NOBODY_THERE
        };
        waiting.retain(|one| {
            let given_up = deserted.get(&one.channel).is_some_and(|since| over(&one.channel, *since));
            if given_up {
                orders.push(Order::GiveUp { caller: one.caller });
            }
            !given_up
        });
        deserted.retain(|id, since| !over(id, *since));
    }

    /// Gives free agents to callers, the first to come first.
    fn ring(&mut self, now: Instant, office: &impl Office, orders: &mut Vec<Order>) {
        let mut served: Vec<ChannelId> = Vec::new();
        for one in self.waiting.clone() {
            let Some(channel) = office.channel(&one.channel) else { continue };
            let first = !served.contains(&one.channel);
            if first {
                served.push(one.channel.clone());
            }
            let agents = match manner(channel) {
                Manner::AllForTheFirst if first => self.free(channel, office),
                Manner::AllForTheFirst => Vec::new(),
                Manner::Shared | Manner::InTurn if self.is_rung_for(one.caller) => Vec::new(),
                Manner::Shared | Manner::InTurn => self.free(channel, office).into_iter().take(1).collect(),
            };
            for agent in agents {
                self.give(now, &one, (channel, agent), orders);
            }
        }
        for id in served {
            let Some(channel) = office.channel(&id) else { continue };
            if manner(channel) == Manner::Shared {
                self.share(now, channel, office, orders);
            }
        }
    }

    /// Whoever is left over rings for the caller for whom the fewest ring.
    fn share(&mut self, now: Instant, channel: &Channel, office: &impl Office, orders: &mut Vec<Order>) {
        for agent in self.free(channel, office) {
            let ringing =
                |one: &&Waiting| self.rung.values().filter(|rung| rung.caller == one.caller).count();
            let Some(one) = self.in_line(&channel.id).min_by_key(ringing).cloned() else { return };
            self.give(now, &one, (channel, agent), orders);
        }
    }

    fn give(
        &mut self,
        now: Instant,
        to: &Waiting,
        (channel, agent): (&Channel, &ChannelMember),
        orders: &mut Vec<Order>,
    ) {
        let turn = if manner(channel) == Manner::InTurn { ring_time(channel) } else { RING_FOR };
        let (caller, channel, agent) = (to.caller, to.channel.clone(), agent.clone());
        let rung = Rung { caller, channel: channel.clone(), agent: agent.clone(), until: now + turn };
        self.rung.insert(agent.user.clone(), rung);
        orders.push(Order::Ring { caller, channel, agent });
    }

    /// Agents who can be rung, those first who have not missed a call for longest, then as the channel orders them.
    fn free<'a>(&self, channel: &'a Channel, office: &impl Office) -> Vec<&'a ChannelMember> {
        let taken = |user: &UserId| {
            self.rung.contains_key(user) || self.talking.contains_key(user) || self.resting.contains_key(user)
        };
        let free = channel.in_turn().filter(|agent| !taken(&agent.user) && office.sees(agent) == Seen::Free);
        let mut free: Vec<_> = free.collect();
        free.sort_by_key(|agent| self.missed.get(&(channel.id.clone(), agent.user.clone())).copied());
        free
    }
}

/// Whom free agents ring for.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Manner {
    /// One for each caller, one after the other.
    InTurn,
    /// All for whoever has waited longest.
    AllForTheFirst,
    /// All at once, shared out among those who wait.
    Shared,
}

fn manner(channel: &Channel) -> Manner {
    let longest_first = channel.queue.as_ref().is_some_and(|queue| queue.longest_first);
    match channel.ringing {
        RingOrder::Everybody if longest_first => Manner::AllForTheFirst,
        RingOrder::Everybody => Manner::Shared,
        RingOrder::OneByOne | RingOrder::Other(_) => Manner::InTurn,
    }
}

fn ring_time(channel: &Channel) -> Duration {
    channel.ring_time.filter(|time| !time.is_zero()).unwrap_or(RING_TURN)
}

fn member_at<'a>(channel: Option<&'a Channel>, device: &DeviceId) -> Option<&'a ChannelMember> {
    channel?.members.iter().find(|agent| agent.devices.contains(device))
}

#[cfg(test)]
mod tests;
