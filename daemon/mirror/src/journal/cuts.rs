//! The power goes between any two steps of a change: what harms twice is never done twice, and nothing is forgotten.

use std::time::SystemTime;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Choice, Entry, Progress, Reply, Step};
use crate::{Documents, Fetched, Intent, Kind, Outcome, Scope, Source, plan};

/// What lives in the cloud, and how often each change was carried out there.
#[derive(Clone, Debug)]
struct Cloud {
    alias: String,
    others: Vec<String>,
    passwords: u32,
    carried_out: u32,
}

impl Cloud {
    fn do_it(&mut self, intent: &Intent) {
        self.carried_out += 1;
        if let Intent::DeviceAlias { alias, .. } = intent {
            self.alias.clone_from(alias);
        } else if let Intent::DeviceNew { alias, .. } = intent {
            self.others.push(alias.clone());
        } else {
            self.passwords += 1;
        }
    }

    /// The mirror after a complete look at it.
    fn seen(&self) -> Documents {
        let others = self.others.iter().enumerate();
        let others = others.map(|(n, alias)| json!({"id": format!("e{}", n + 1), "alias": alias}));
        let devices: Vec<Value> =
            [json!({"id": "e0", "alias": self.alias})].into_iter().chain(others).collect();
        let mut fetched = Fetched::new(SystemTime::UNIX_EPOCH);
        for (scope, answer) in
            [(Scope::all(Kind::User), json!([{"id": "w0"}])), (Scope::of(Kind::Device, "w0"), devices.into())]
        {
            fetched.read(&scope, Source::V2, answer).unwrap();
            fetched.conclude(scope, Outcome::Complete);
        }
        let mut known = Documents::default();
        known.apply(plan(&known, &fetched));
        known
    }
}

/// What may happen at one boundary.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Event {
    Nothing,
    PowerCut,
    /// The request is lost on its way, the answer on its way back, or the cloud has no time.
    RequestLost,
    AnswerLost,
    Busy,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => Just(Event::Nothing),
        2 => Just(Event::PowerCut),
        1 => Just(Event::RequestLost),
        1 => Just(Event::AnswerLost),
        1 => Just(Event::Busy),
    ]
}

fn acts() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"act": "device_alias", "device": "e0", "alias": "Tresen"})),
        Just(json!({"act": "device_new", "user": "w0", "alias": "Lager"})),
        Just(json!({"act": "device_password", "device": "e0"})),
    ]
}

/// One attempt, cut short where the events say; `disk` is all that survives.
fn attempt(disk: &mut String, cloud: &mut Cloud, events: &mut impl Iterator<Item = Event>) {
    let mut next = || events.next().unwrap_or(Event::Nothing);
    let mut entry: Entry = serde_json::from_str(disk).unwrap();
    entry.wake();
    let save = |entry: &Entry| serde_json::to_string(entry).unwrap();
    *disk = save(&entry);
    if entry.has_appeared(&cloud.seen()) {
        entry.state = Progress::Done;
        *disk = save(&entry);
    }
    if !entry.is_waiting() || next() == Event::PowerCut {
        return;
    }
    if let Step::Settle(state) = entry.look(&cloud.seen()) {
        entry.state = state;
        *disk = save(&entry);
        return;
    }
    entry.state = Progress::Sending;
    if next() == Event::PowerCut {
        return;
    }
    *disk = save(&entry);
    let on_the_way = next();
    if on_the_way == Event::PowerCut {
        return;
    }
    if !matches!(on_the_way, Event::RequestLost | Event::Busy) {
        cloud.do_it(&entry.intent);
    }
    if next() == Event::PowerCut {
        return;
    }
    entry.hear(match on_the_way {
        Event::Busy => Reply::NotSent,
        Event::RequestLost | Event::AnswerLost => Reply::Unknown,
        Event::Nothing | Event::PowerCut => Reply::Told,
    });
    if next() != Event::PowerCut {
        *disk = save(&entry);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn five_hundred_power_cuts_double_nothing_and_lose_nothing(
        act in acts(), events in prop::collection::vec(event(), 0..40),
    ) {
        let mut cloud = Cloud { alias: "Empfang".into(), others: Vec::new(), passwords: 0, carried_out: 0 };
        let intent: Intent = serde_json::from_value(act).unwrap();
        let once = intent.is_once();
        let seen = intent.found(&cloud.seen());
        let entry =
            Entry { id: 1, intent, seen, state: Progress::Waiting, attempts: 0, made: SystemTime::UNIX_EPOCH };
        let mut disk = serde_json::to_string(&entry).unwrap();
        let mut events = events.into_iter();
        // Until the events are over and one more calm attempt.
        for _ in 0..60 {
            attempt(&mut disk, &mut cloud, &mut events);
        }
        let mut entry: Entry = serde_json::from_str(&disk).unwrap();
        if once {
            prop_assert!(cloud.carried_out <= 1, "done {} times", cloud.carried_out);
            prop_assert!(entry.state == Progress::Done && cloud.carried_out == 1 || entry.state == Progress::Unsure);
            prop_assert!(entry.state == Progress::Done || entry.choose(Choice::Mine, &cloud.seen()));
        } else {
            prop_assert_eq!(&entry.state, &Progress::Done);
            prop_assert_eq!(&cloud.alias, "Tresen");
        }
    }
}
