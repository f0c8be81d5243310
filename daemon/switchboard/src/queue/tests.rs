//! A day in the life of lines and agents: whatever callers and agents do, in whatever order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use account::{Channel, ChannelId, ChannelMember, ChannelQueue, DeviceId, RingOrder, UserId};
use proptest::prelude::*;

use super::{MOST_WAITING, NOBODY_THERE, Office, Order, Queues, Seen, Stands};
use crate::bridge::CallId;

const SECOND: Duration = Duration::from_secs(1);
const TURN: Duration = Duration::from_secs(20);
const REST: Duration = Duration::from_secs(30);

#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn start() -> Instant {
    Instant::now()
}

/// Agent `n` has the phone `n`.
fn agent(n: usize) -> ChannelMember {
    ChannelMember { user: format!("w{n}").parse().unwrap(), devices: vec![device(n)] }
}

fn device(n: usize) -> DeviceId {
    format!("e{n}").parse().unwrap()
}

fn channel(n: usize) -> ChannelId {
    format!("0b4e9d6c-7a51-4f0e-9a3e-00000000000{n}").parse().unwrap()
}

/// Channels, agents and callers, and what they are doing.
struct World {
    now: Instant,
    queues: Queues,
    channels: BTreeMap<ChannelId, Channel>,
    callers: BTreeMap<CallId, Stands>,
    /// Who joined where, in order.
    joined: Vec<(CallId, ChannelId)>,
    rings: BTreeSet<(CallId, UserId)>,
    away: BTreeSet<UserId>,
    elsewhere: BTreeSet<UserId>,
    /// Until when an agent rests, or is left in peace after a refusal, as he counts himself.
    rests: BTreeMap<UserId, Instant>,
    next: u64,
}

impl Office for World {
    fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        self.channels.get(id)
    }

    fn stands(&self, caller: CallId) -> Stands {
        self.callers.get(&caller).cloned().unwrap_or(Stands::Gone)
    }

    fn rings(&self, caller: CallId, agent: &ChannelMember) -> bool {
        self.rings.contains(&(caller, agent.user.clone()))
    }

    fn sees(&self, agent: &ChannelMember) -> Seen {
        let talks = || self.callers.values().any(|it| *it == Stands::Talks(agent.devices.first().cloned()));
        if self.away.contains(&agent.user) {
            Seen::Away
        } else if self.elsewhere.contains(&agent.user) || self.rings_at_all(&agent.user) || talks() {
            Seen::Busy
        } else {
            Seen::Free
        }
    }
}

impl World {
    fn new(kinds: &[(RingOrder, bool, &[usize])]) -> Self {
        let channels = kinds.iter().enumerate().map(|(n, (ringing, longest_first, agents))| {
            let channel = Channel {
                id: channel(n),
                name: "Bestellannahme".into(),
                members: agents.iter().map(|n| agent(*n)).collect(),
                ringing: ringing.clone(),
                order: vec![],
                ring_time: Some(TURN),
                follow_up_time: Some(REST),
                queue: Some(ChannelQueue { longest_first: *longest_first, audio: None }),
                greeting: None,
            };
            (channel.id.clone(), channel)
        });
        Self {
            now: start(),
            queues: Queues::default(),
            channels: channels.collect(),
            callers: BTreeMap::new(),
            joined: Vec::new(),
            rings: BTreeSet::new(),
            away: BTreeSet::new(),
            elsewhere: BTreeSet::new(),
            rests: BTreeMap::new(),
            next: 0,
        }
    }

    fn rings_at_all(&self, user: &UserId) -> bool {
        self.rings.iter().any(|(_, rung)| rung == user)
    }

    fn joins(&mut self, n: usize) -> CallId {
        self.next += 1;
        let id = CallId(self.next);
        if self.queues.join(self.now, &channel(n), id) {
            self.callers.insert(id, Stands::Waits);
            self.joined.push((id, channel(n)));
        }
        self.goes_on();
        id
    }

    fn hangs_up(&mut self, caller: CallId) {
        if let Some(Stands::Talks(Some(device))) = self.callers.remove(&caller) {
            let user = (0..9).map(agent).find(|agent| agent.devices == [device.clone()]).unwrap().user;
            self.rests.insert(user, self.now + REST);
        }
        self.rings.retain(|(rung, _)| *rung != caller);
        self.goes_on();
    }

    fn answers(&mut self, n: usize) -> Option<CallId> {
        let (caller, _) = self.rings.iter().find(|(_, user)| *user == agent(n).user).cloned()?;
        self.rings.retain(|(rung, _)| *rung != caller);
        self.callers.insert(caller, Stands::Talks(Some(device(n))));
        self.goes_on();
        Some(caller)
    }

    fn refuses(&mut self, n: usize) {
        let user = agent(n).user;
        if self.rings_at_all(&user) {
            self.rings.retain(|(_, rung)| *rung != user);
            self.rests.insert(user, self.now + TURN);
        }
        self.goes_on();
    }

    fn passes(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.queues.next_deadline().filter(|at| *at <= until) {
            assert!(at > self.now, "there is always something due");
            self.now = at;
            self.goes_on();
        }
        self.now = until;
    }

    /// Who rings for this caller.
    fn rings_for(&self, caller: CallId) -> Vec<usize> {
        (0..9).filter(|n| self.rings.contains(&(caller, agent(*n).user))).collect()
    }

    fn goes_on(&mut self) {
        for _ in 0..1000 {
            let mut queues = std::mem::take(&mut self.queues);
            let orders = queues.plan(self.now, self);
            self.queues = queues;
            if orders.is_empty() {
                return self.check();
            }
            orders.into_iter().for_each(|order| self.obeys(order));
        }
        panic!("it never comes to rest");
    }

    fn obeys(&mut self, order: Order) {
        match order {
            Order::Ring { caller, channel, agent } => {
                let user = agent.user.clone();
                assert_eq!(self.stands(caller), Stands::Waits);
                assert_eq!(self.sees(&agent), Seen::Free, "{user:?} is no free agent");
                assert!(self.rests.get(&user).is_none_or(|until| *until <= self.now), "{user:?} rests");
                let in_turn = self.channels[&channel].ringing == RingOrder::OneByOne;
                let before = |(other, there): &&(CallId, ChannelId)| *other < caller && *there == channel;
                let older = self.joined.iter().filter(before).map(|(other, _)| *other);
                let passed = older.filter(|other| self.stands(*other) == Stands::Waits);
                for other in passed {
                    assert!(
                        !in_turn || !self.rings_for(other).is_empty(),
                        "{other:?} came before {caller:?}"
                    );
                }
                self.rings.insert((caller, user));
            }
            Order::Stop { caller, agent } => {
                assert!(self.rings.remove(&(caller, agent.user)));
            }
            Order::GiveUp { caller } => {
                self.callers.remove(&caller);
                self.rings.retain(|(rung, _)| *rung != caller);
            }
        }
    }

    /// No agent rings for two; nobody waits unheard while somebody is free.
    fn check(&self) {
        for n in 0..9 {
            let times = self.rings.iter().filter(|(_, user)| *user == agent(n).user).count();
            assert!(times <= 1, "agent {n} rings for {times}");
        }
        for (caller, there) in &self.joined {
            if self.stands(*caller) != Stands::Waits || !self.rings_for(*caller).is_empty() {
                continue;
            }
            let channel = &self.channels[there];
            let rests = |user: &UserId| self.rests.get(user).is_some_and(|until| *until > self.now);
            let free = |agent: &&ChannelMember| self.sees(agent) == Seen::Free && !rests(&agent.user);
            assert_eq!(channel.members.iter().find(free), None, "{caller:?} waits");
        }
    }
}

fn in_turn(agents: &'static [usize]) -> (RingOrder, bool, &'static [usize]) {
    (RingOrder::OneByOne, true, agents)
}

#[test]
fn one_rings_after_the_other_round_after_round() {
    let mut world = World::new(&[in_turn(&[0, 1, 2])]);
    let caller = world.joins(0);
    let mut rang = Vec::new();
    for _ in 0..7 {
        rang.extend(world.rings_for(caller));
        world.passes(TURN);
    }
    assert_eq!(rang, [0, 1, 2, 0, 1, 2, 0]);
}

#[test]
fn two_callers_ring_two_agents_and_the_third_gets_whoever_is_free_first() {
    let mut world = World::new(&[in_turn(&[0, 1])]);
    let [first, second, third] = [(); 3].map(|()| world.joins(0));
    assert_eq!([first, second, third].map(|one| world.rings_for(one)), [vec![0], vec![1], vec![]]);
    assert_eq!(world.answers(1), Some(second));
    world.hangs_up(second);
    assert_eq!(world.rings_for(third), [] as [usize; 0], "the agent rests");
    world.answers(0);
    world.passes(REST - SECOND);
    assert_eq!(world.rings_for(third), [] as [usize; 0]);
    world.passes(SECOND);
    assert_eq!(world.rings_for(third), [1]);
}

#[test]
fn whoever_refuses_is_left_in_peace_for_a_while() {
    let mut world = World::new(&[in_turn(&[0, 1])]);
    let caller = world.joins(0);
    world.refuses(0);
    assert_eq!(world.rings_for(caller), [1]);
    world.refuses(1);
    assert_eq!(world.rings_for(caller), [] as [usize; 0]);
    world.passes(TURN);
    assert_eq!(world.rings_for(caller), [0]);
}

#[test]
fn everybody_rings_for_the_first_or_is_shared_out() {
    let mut world = World::new(&[(RingOrder::Everybody, true, &[0, 1, 2])]);
    let [first, second] = [(); 2].map(|()| world.joins(0));
    assert_eq!([first, second].map(|one| world.rings_for(one).len()), [3, 0]);
    world.answers(1);
    assert_eq!(world.rings_for(second), [0, 2]);

    let mut world = World::new(&[(RingOrder::Everybody, false, &[0, 1, 2])]);
    world.elsewhere = [0, 1, 2].map(|n| agent(n).user).into();
    let [first, second] = [(); 2].map(|()| world.joins(0));
    world.elsewhere.clear();
    world.goes_on();
    assert_eq!([first, second].map(|one| world.rings_for(one)), [vec![0, 2], vec![1]]);
}

#[test]
fn an_agent_of_two_channels_serves_the_older_caller() {
    let mut world = World::new(&[in_turn(&[0]), in_turn(&[0, 1])]);
    world.elsewhere = [0, 1].map(|n| agent(n).user).into();
    let [second, first] = [1, 0].map(|n| world.joins(n));
    world.elsewhere.remove(&agent(0).user);
    world.goes_on();
    assert_eq!([second, first].map(|one| world.rings_for(one)), [vec![0], vec![]]);
}

#[test]
fn nobody_waits_for_long_where_nobody_is() {
    let mut world = World::new(&[in_turn(&[0])]);
    let caller = world.joins(0);
    world.away.insert(agent(0).user);
    world.goes_on();
    assert_eq!(world.rings_for(caller), [] as [usize; 0]);
    world.passes(NOBODY_THERE - SECOND);
    assert_eq!(world.stands(caller), Stands::Waits);
    world.passes(SECOND);
    assert_eq!(world.stands(caller), Stands::Gone);
    assert!(world.queues.is_empty());
}

#[test]
fn a_line_has_so_many_places() {
    let mut world = World::new(&[in_turn(&[0]), in_turn(&[1])]);
    let all: Vec<_> = (0..=MOST_WAITING).map(|_| world.joins(0)).collect();
    assert_eq!(world.stands(all[MOST_WAITING - 1]), Stands::Waits);
    assert_eq!(world.stands(all[MOST_WAITING]), Stands::Gone);
    assert!(world.queues.has_place(&channel(1)));
}

#[derive(Clone, Debug)]
enum Deed {
    Joins(usize),
    HangsUp(usize),
    Answers(usize),
    Refuses(usize),
    Comes(usize),
    Leaves(usize),
    TalksElsewhere(usize),
    IsFree(usize),
    Passes(u64),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0..3usize).prop_map(Deed::Joins),
        2 => (0..20usize).prop_map(Deed::HangsUp),
        3 => (0..5usize).prop_map(Deed::Answers),
        1 => (0..5usize).prop_map(Deed::Refuses),
        1 => (0..5usize).prop_map(Deed::Comes),
        1 => (0..5usize).prop_map(Deed::Leaves),
        1 => (0..5usize).prop_map(Deed::TalksElsewhere),
        1 => (0..5usize).prop_map(Deed::IsFree),
        3 => (1..90u64).prop_map(Deed::Passes),
    ]
}

impl World {
    fn does(&mut self, deed: &Deed) {
        match *deed {
            Deed::Joins(n) => drop(self.joins(n)),
            Deed::HangsUp(n) => {
                let callers: Vec<CallId> = self.callers.keys().copied().collect();
                if let Some(caller) = callers.get(n % callers.len().max(1)) {
                    self.hangs_up(*caller);
                }
            }
            Deed::Answers(n) => drop(self.answers(n)),
            Deed::Refuses(n) => self.refuses(n),
            Deed::Comes(n) => drop(self.away.remove(&agent(n).user)),
            Deed::Leaves(n) => drop(self.away.insert(agent(n).user)),
            Deed::TalksElsewhere(n) => {
                let free = self.sees(&agent(n)) == Seen::Free;
                self.elsewhere.extend(free.then(|| agent(n).user));
            }
            Deed::IsFree(n) => drop(self.elsewhere.remove(&agent(n).user)),
            Deed::Passes(seconds) => self.passes(SECOND * u32::try_from(seconds).unwrap()),
        }
        self.goes_on();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn nobody_is_rung_twice_nobody_starves_and_nothing_stays(deeds in prop::collection::vec(deed(), 1..80)) {
        let mut world = World::new(&[
            in_turn(&[0, 1, 2]),
            in_turn(&[2, 3]),
            (RingOrder::OneByOne, false, &[1, 4]),
        ]);
        deeds.iter().for_each(|deed| world.does(deed));
        let callers: Vec<CallId> = world.callers.keys().copied().collect();
        callers.into_iter().for_each(|caller| world.hangs_up(caller));
        world.passes(REST + TURN + NOBODY_THERE);
        assert!(world.queues.is_empty() && world.queues.missed.is_empty() && world.queues.deserted.is_empty());
        assert_eq!(world.rings.len(), 0);
    }

    #[test]
    fn the_same_holds_where_everybody_rings(deeds in prop::collection::vec(deed(), 1..80), first: bool) {
        let mut world = World::new(&[
            (RingOrder::Everybody, first, &[0, 1, 2]),
            (RingOrder::Everybody, false, &[2, 3]),
            (RingOrder::Everybody, true, &[4]),
        ]);
        deeds.iter().for_each(|deed| world.does(deed));
        let callers: Vec<CallId> = world.callers.keys().copied().collect();
        callers.into_iter().for_each(|caller| world.hangs_up(caller));
        world.passes(REST + TURN + NOBODY_THERE);
        assert!(world.queues.is_empty());
    }
}
