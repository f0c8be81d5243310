//! Whatever happens in the cloud and on the way: once it is quiet, the mirror equals the cloud.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    Body, Document, Documents, Failure, Fetched, Kind, Outcome, PARENTS_FIRST, Roll, Scope, Source, plan,
};

const KINDS: [Kind; 5] = [Kind::User, Kind::Device, Kind::Phoneline, Kind::Forwarding, Kind::Number];

/// Objects by kind and number: whom they hang on, and what they say.
type Cloud = BTreeMap<(Kind, u8), (u8, u8)>;

#[derive(Clone, Debug)]
enum Step {
    Put(usize, u8, u8, u8),
    Remove(usize, u8),
    /// A round for these kinds, with these ends of its questions, cut before it is committed or not.
    Round(Vec<bool>, Vec<u8>, bool),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..KINDS.len(), 0..4_u8, 0..4_u8, 0..3_u8).prop_map(|(k, n, o, s)| Step::Put(k, n, o, s)),
        2 => (0..KINDS.len(), 0..4_u8).prop_map(|(k, n)| Step::Remove(k, n)),
        3 => (prop::collection::vec(any::<bool>(), 5), prop::collection::vec(0..6_u8, 1..12), any::<bool>())
            .prop_map(|(kinds, ends, cut)| Step::Round(kinds, ends, cut)),
        1 => Just(Step::Restart),
    ]
}

fn id(kind: Kind, number: u8) -> String {
    const LETTERS: [&str; KINDS.len()] = ["w", "e", "p", "p", ""];
    let letter = KINDS.iter().position(|it| *it == kind).map_or("", |at| LETTERS[at]);
    format!("{letter}{number}")
}

/// What hangs on nothing is not there for anybody to see.
fn visible(cloud: &Cloud, kind: Kind, number: u8, owner: u8) -> bool {
    match kind.parent() {
        // A list of forwardings hangs on the line of its own number.
        Some(Kind::Phoneline) => cloud
            .get(&(Kind::Phoneline, number))
            .is_some_and(|(user, _)| cloud.contains_key(&(Kind::User, *user))),
        Some(parent) => cloud.contains_key(&(parent, owner)),
        None => true,
    }
}

fn answer(cloud: &Cloud, scope: &Scope) -> Value {
    let of_kind = cloud
        .iter()
        .filter(|((kind, number), (owner, _))| *kind == scope.kind && visible(cloud, *kind, *number, *owner));
    if scope.kind == Kind::Forwarding {
        let line = of_kind.into_iter().find(|((kind, n), _)| Some(id(*kind, *n)) == scope.owner);
        return line.map_or_else(|| json!({"items": []}), |(_, (_, says))| json!({"items": [says]}));
    }
    let mine =
        of_kind.filter(|(_, (owner, _))| scope.owner.as_ref().is_none_or(|it| *it == id(Kind::User, *owner)));
    mine.map(|((kind, number), (_, says))| json!({"id": id(*kind, *number), "alias": says})).collect()
}

/// A round as the client makes it: parents first, whom to ask about taken from the answers.
fn round(cloud: &Cloud, known: &Documents, kinds: &BTreeSet<Kind>, ends: &[u8]) -> Fetched {
    let mut fetched = Fetched::new(SystemTime::UNIX_EPOCH);
    let mut roll = Roll::of(known);
    let mut ends = ends.iter().cycle();
    let stages = [PARENTS_FIRST[0].to_vec(), PARENTS_FIRST[1].to_vec(), vec![Kind::Forwarding, Kind::Number]];
    for kind in stages.concat().into_iter().filter(|kind| kinds.contains(kind)) {
        roll.update(&fetched);
        let parent = kind.parent().and_then(|parent| fetched.scopes.get(&Scope::all(parent)));
        if matches!(parent, Some(Outcome::Failed(_))) {
            fetched.conclude(Scope::all(kind), Outcome::Failed(Failure::NotAsked));
        } else if roll.is_empty_for(kind) {
            fetched.conclude(Scope::all(kind), Outcome::Complete);
        } else {
            for question in roll.questions(kind) {
                let end = end(ends.next().copied());
                told(&mut fetched, cloud, question.scope, end);
            }
        }
    }
    fetched
}

const fn end(chance: Option<u8>) -> Outcome {
    match chance {
        Some(0) => Outcome::Failed(Failure::TooSlow),
        Some(1) => Outcome::Absent,
        _ => Outcome::Complete,
    }
}

fn told(fetched: &mut Fetched, cloud: &Cloud, scope: Scope, end: Outcome) {
    if end == Outcome::Complete {
        fetched.read(&scope, Source::V2, answer(cloud, &scope)).unwrap();
    }
    fetched.conclude(scope, end);
}

fn restarted(known: &Documents) -> Documents {
    known
        .iter()
        .map(|document| Document { body: Body::from_text(document.body.as_str()), ..document.clone() })
        .collect()
}

fn contents(known: &Documents) -> BTreeMap<(Kind, String), String> {
    known
        .iter()
        .map(|d| ((d.key.kind, d.key.id.clone()), format!("{:?} {}", d.owner, d.body.as_str())))
        .collect()
}

proptest! {
    #[test]
    fn once_quiet_the_mirror_equals_the_cloud(steps in prop::collection::vec(step(), 0..40)) {
        let (mut cloud, mut known) = (Cloud::new(), Documents::default());
        for step in steps {
            match step {
                Step::Put(kind, number, owner, says) => drop(cloud.insert((KINDS[kind], number), (owner, says))),
                Step::Remove(kind, number) => drop(cloud.remove(&(KINDS[kind], number))),
                Step::Restart => known = restarted(&known),
                Step::Round(kinds, ends, cut) => {
                    let kinds = KINDS.iter().zip(kinds).filter(|(_, asked)| *asked).map(|(kind, _)| *kind).collect();
                    let fetched = round(&cloud, &known, &kinds, &ends);
                    // What is not committed is as if it had never been asked.
                    let next = plan(&known, &fetched);
                    if !cut {
                        known.apply(next);
                    }
                }
            }
        }
        let all: BTreeSet<Kind> = KINDS.into();
        let last = round(&cloud, &known, &all, &[9]);
        known.apply(plan(&known, &last));
        let mut fresh = Documents::default();
        fresh.apply(plan(&fresh, &round(&cloud, &Documents::default(), &all, &[9])));
        prop_assert_eq!(contents(&known), contents(&fresh));
    }
}
