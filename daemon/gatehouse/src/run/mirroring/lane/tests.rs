use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mirror::{Beat, Failure, Kind, Outcome};
use tokio::time::Instant;

use super::{FIRST, Lane, Lanes};

#[test]
fn the_first_copy_begins_with_what_phones_need() {
    let now = Instant::now();
    let mut lanes = Lanes::default();
    let first = lanes.start(Lane::Rest, now);
    assert_eq!(first.len(), FIRST.len());
    assert!(lanes.start(Lane::Watched, now).is_empty(), "one round at a time until phones can call");
    lanes.ended(Lane::Rest, now, |_| Some(Outcome::Complete));
    let rest = lanes.start(Lane::Rest, now);
    let watched = lanes.start(Lane::Watched, now);
    assert_eq!(first.len() + rest.len() + watched.len(), Kind::ALL.len());
    assert!(watched.iter().all(|kind| kind.beat() == Beat::Watched));
}

#[test]
fn what_failed_is_asked_again_soon_and_then_less_often() {
    let start = Instant::now();
    let mut lanes = Lanes::default();
    let slow = Outcome::Failed(Failure::TooSlow);
    let slow_group = |kind| Some(if kind == Kind::Group { slow } else { Outcome::Complete });
    for lane in [Lane::Rest, Lane::Rest, Lane::Watched] {
        lanes.start(lane, start);
        lanes.ended(lane, start, slow_group);
    }
    let ten = start + Duration::from_secs(10);
    assert!(lanes.start(Lane::Rest, ten - Duration::from_secs(1)).is_empty());
    assert_eq!(lanes.start(Lane::Rest, ten).into_iter().collect::<Vec<_>>(), [Kind::Group]);
    lanes.ended(Lane::Rest, ten, |_| None);
    assert!(lanes.start(Lane::Rest, ten + Duration::from_secs(19)).is_empty());
    assert!(!lanes.start(Lane::Rest, ten + Duration::from_secs(20)).is_empty());
}

/// Requests that asking for a kind takes of an office of 50 users with a line and a phone each, and 10 groups.
fn requests(kind: Kind) -> u32 {
    let objects = match kind.parent() {
        None => 1,
        Some(Kind::Group) => 10,
        Some(_) => 50,
    };
    kind.endpoints().map(|endpoint| if endpoint.paged { 2 } else { 1 }).sum::<u32>() * objects
}

/// A round on its way: when it began, what it asks for, and how many requests are still to be sent.
struct Round {
    began: Instant,
    kinds: BTreeSet<Kind>,
    left: u32,
    under_way: Vec<Instant>,
}

/// What is spared for requests: one a second, at most ten minutes' worth, as the limits of the client have it.
struct Budget {
    spared: f64,
    requests: u32,
}

impl Budget {
    fn take(&mut self) -> bool {
        let there = self.spared >= 1.0;
        if there {
            self.spared -= 1.0;
            self.requests += 1;
        }
        there
    }
}

const STEP: Duration = Duration::from_millis(125);
/// How long the cloud takes for an answer.
const ANSWER: Duration = Duration::from_millis(250);

/// Until then the box is busy with the first copy, and spends what it has spared: what is told anew by then does not count.
const FIRST_COPY: Duration = Duration::from_secs(90);

/// Goes on with a round; true when all its answers are there. Four requests are under way at once.
fn go_on(round: &mut Round, budget: &mut Budget, now: Instant) -> bool {
    round.under_way.retain(|answered| *answered > now);
    while round.under_way.len() < 4 && round.left > 0 && budget.take() {
        round.left -= 1;
        round.under_way.push(now + ANSWER);
    }
    round.left == 0 && round.under_way.is_empty()
}

/// A day of the office: what is under way, what is told, and how old it was at worst just before it was told anew.
struct Day {
    began: Instant,
    lanes: Lanes,
    rounds: BTreeMap<Lane, Round>,
    budget: Budget,
    told: BTreeMap<Kind, Instant>,
    worst: BTreeMap<Beat, Duration>,
}

impl Day {
    fn go_on(&mut self, lane: Lane, now: Instant) {
        if !self.rounds.contains_key(&lane) {
            self.begin(lane, now);
        }
        if self.rounds.get_mut(&lane).is_some_and(|round| go_on(round, &mut self.budget, now)) {
            self.end(lane, now);
        }
    }

    fn begin(&mut self, lane: Lane, now: Instant) {
        let kinds = self.lanes.start(lane, now);
        if kinds.is_empty() {
            return;
        }
        // Each round begins with the question who we are.
        let identity = u32::from(!kinds.contains(&Kind::Identity));
        let left = kinds.iter().map(|kind| requests(*kind)).sum::<u32>() + identity;
        self.rounds.insert(lane, Round { began: now, kinds, left, under_way: Vec::new() });
    }

    fn end(&mut self, lane: Lane, now: Instant) {
        self.lanes.ended(lane, now, |_| Some(Outcome::Complete));
        let round = self.rounds.remove(&lane).unwrap();
        for kind in round.kinds {
            let before = self.told.insert(kind, round.began);
            if let Some(before) = before.filter(|_| now > self.began + FIRST_COPY) {
                let age = self.worst.entry(kind.beat()).or_default();
                *age = (*age).max(now - before);
            }
        }
    }
}

/// The ages at worst, and the requests of each hour.
fn an_office_day() -> (BTreeMap<Beat, Duration>, Vec<u32>) {
    let began = Instant::now();
    let mut day = Day {
        began,
        lanes: Lanes::default(),
        rounds: BTreeMap::new(),
        budget: Budget { spared: 600.0, requests: 0 },
        told: BTreeMap::new(),
        worst: BTreeMap::new(),
    };
    let (mut now, mut history, mut hours) = (began, began, vec![0]);
    while hours.len() <= 26 {
        if now >= history && day.budget.take() {
            history = now + Duration::from_secs(50);
        }
        Lanes::ALL.into_iter().for_each(|lane| day.go_on(lane, now));
        let next = if day.rounds.is_empty() { day.lanes.next(now).min(history) } else { now };
        let step = next.saturating_duration_since(now).max(STEP);
        now += step;
        day.budget.spared = (day.budget.spared + step.as_secs_f64()).min(600.0);
        if now > began + Duration::from_secs(3_600) * u32::try_from(hours.len()).unwrap() {
            hours.push(day.budget.requests);
        }
    }
    (day.worst, hours.windows(2).map(|two| two[1] - two[0]).collect())
}

#[test]
fn through_a_day_nothing_is_older_than_promised_at_60_requests_a_minute() {
    let (worst, hours) = an_office_day();
    let promised =
        [(Beat::Watched, 60), (Beat::Often, 6 * 60), (Beat::Steady, 15 * 60), (Beat::Daily, 25 * 3_600)];
    for (beat, seconds) in promised {
        assert!(worst[&beat] <= Duration::from_secs(seconds), "{beat:?}: {:?}; {worst:?}", worst[&beat]);
    }
    // An hour may spend what quieter ones before it spared.
    assert!(hours.iter().all(|requests| *requests <= 3_600 + 600), "{hours:?}");
    assert!(hours.iter().sum::<u32>() <= 60 * 60 * u32::try_from(hours.len()).unwrap(), "{hours:?}");
}
