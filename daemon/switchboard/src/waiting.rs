//! Callers in line: what the machine of [`crate::queue`] sees of the house, and how its orders are carried out.

use std::time::{Duration, Instant};

use account::{CallParty, Channel, ChannelId, ChannelMember, Destination, DeviceId, Snapshot, UserId};

use crate::bridge::{Call, CallId, Calls, Owner};
use crate::events::Events;
use crate::queue::{AgentState, Office, Order, Seen, Stands};
use crate::register::Registrar;
use crate::switchboard::Switchboard;

/// The line of a channel at this moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QueueNow {
    /// Which.
    pub channel: ChannelId,
    /// Its name.
    pub name: Box<str>,
    /// Who waits, the first to come first.
    pub waiting: Vec<WaitingNow>,
    /// Who answers, in the order in which they are rung.
    pub agents: Vec<AgentNow>,
}

/// A caller in line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WaitingNow {
    /// The call's name within this run of the box.
    pub call: CallId,
    /// Who.
    pub caller: CallParty,
    /// Since when.
    pub since: Instant,
    /// Whether somebody rings for him.
    pub rings: bool,
}

/// Somebody who answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AgentNow {
    /// Who.
    pub user: UserId,
    /// The name, if the account knows him.
    pub name: String,
    /// What he does.
    pub state: AgentState,
}

/// The house as the machine sees it.
struct House<'a> {
    house: &'a Snapshot,
    registrar: &'a Registrar,
    calls: &'a Calls,
    events: &'a Events,
}

impl Office for House<'_> {
    fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        self.house.rules.channels.get(id)
    }

    fn stands(&self, caller: CallId) -> Stands {
        self.calls.get(caller).map_or(Stands::Gone, Call::stands)
    }

    fn rings(&self, caller: CallId, agent: &ChannelMember) -> bool {
        self.calls.get(caller).is_some_and(|call| call.rings_at(&agent.devices))
    }

    fn sees(&self, agent: &ChannelMember) -> Seen {
        let devices = agent.devices.iter().filter_map(|id| self.house.devices.get(id));
        let mut there = devices.filter(|device| self.registrar.registered(device)).peekable();
        if there.peek().is_none() {
            return Seen::Away;
        }
        if there.all(|device| device.dnd || self.events.is_quiet(&device.id)) {
            return Seen::Quiet;
        }
        let own = self.house.devices_of(&agent.user).map(|device| &device.id);
        let busy = |device: &DeviceId| self.calls.count(&Owner::Phone(device.clone())) > 0;
        if own.chain(&agent.devices).any(busy) { Seen::Busy } else { Seen::Free }
    }
}

impl Switchboard {
    /// A caller takes his place in the line of a channel. False when there is none for him.
    pub(crate) fn takes_a_place(
        &mut self,
        now: Instant,
        id: CallId,
        channel: &ChannelId,
        longest: Duration,
    ) -> bool {
        let joined = self.queues.join(now, channel, id);
        if joined {
            let wires = &mut self.wires;
            self.calls.with(id, |call| call.begins_to_wait(now, channel.clone(), longest, wires));
        }
        joined
    }

    /// Whoever is free rings for whoever has waited longest; those given up go where their calls lead next.
    pub(crate) fn lines_move_up(&mut self, now: Instant) {
        while !self.queues.is_empty() {
            let mut queues = std::mem::take(&mut self.queues);
            let orders = queues.plan(now, &self.house_now());
            self.queues = queues;
            if orders.is_empty() {
                return;
            }
            self.edition += 1;
            for order in orders {
                self.obey(now, order);
            }
            self.next_steps(now);
        }
    }

    fn obey(&mut self, now: Instant, order: Order) {
        let wires = &mut self.wires;
        match order {
            Order::Ring { caller, channel, agent } => self.ring_agent(now, caller, &channel, &agent),
            Order::Stop { caller, agent } => {
                self.calls.with(caller, |call| call.stop_agent(now, &agent.devices, wires));
            }
            Order::GiveUp { caller } => {
                self.calls.with(caller, |call| call.waits_in_vain(now, wires));
            }
        }
    }

    /// All phones of an agent that can ring do. They show through which channel the call came (RFC 5806).
    fn ring_agent(&mut self, now: Instant, id: CallId, channel: &ChannelId, agent: &ChannelMember) {
        let phones: Vec<DeviceId> =
            agent.devices.iter().filter(|phone| self.can_ring(phone)).cloned().collect();
        let by = self.dialled_party(&Destination::Channel(channel.clone()), String::new());
        let mut rings = self.places(&phones);
        for ring in &mut rings {
            let number = ring.owner.phone().map(|phone| self.party(phone).number).unwrap_or_default();
            ring.came_by = self.came_by(&by, &number, (302, "unconditional"));
        }
        let wires = &mut self.wires;
        self.calls.reseat(id, |call| call.ring_agent(now, rings, wires));
    }

    fn house_now(&self) -> House<'_> {
        let Self { house, registrar, calls, events, .. } = self;
        House { house, registrar, calls, events }
    }

    /// Every channel in which callers wait, and who waits there now.
    pub(crate) fn queues_now(&self) -> Vec<QueueNow> {
        let with_line = self.house.rules.channels.values().filter(|channel| channel.queue.is_some());
        let mut lines: Vec<QueueNow> = with_line.map(|channel| self.queue_now(channel)).collect();
        lines.sort_by(|one, other| one.name.cmp(&other.name));
        lines
    }

    fn queue_now(&self, channel: &Channel) -> QueueNow {
        let house = self.house_now();
        let waiting = self.queues.in_line(&channel.id).filter_map(|one| {
            let caller = self.calls.get(one.caller)?.caller.clone();
            let rings = self.queues.is_rung_for(one.caller);
            Some(WaitingNow { call: one.caller, caller, since: one.since, rings })
        });
        let agents = channel.in_turn().map(|agent| AgentNow {
            user: agent.user.clone(),
            name: self.house.users.get(&agent.user).map(|user| user.name.to_string()).unwrap_or_default(),
            state: self.queues.state(agent, house.sees(agent)),
        });
        QueueNow {
            channel: channel.id.clone(),
            name: channel.name.clone(),
            waiting: waiting.collect(),
            agents: agents.collect(),
        }
    }
}
