use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::{Strategy, proptest};

use super::{Alone, Difference, Known, Tolerance, check, pairs};
use crate::tests::{NOON, at, call};
use crate::{Call, Direction, Kind, Privacy, Witness};

fn cloud(id: &str, remote: &str, seconds: u64, talked: u64) -> Call {
    Call { witness: Witness::Cloud, ..call(id, remote, seconds, talked) }
}

fn known() -> Known {
    Known {
        since: Some(at(NOON - 1000)),
        away: vec![at(NOON + 50_000)..at(NOON + 51_000)],
        at_the_box: vec!["w1".parse().unwrap()],
    }
}

fn lines(house: &[Call], listed: &[Call]) -> Vec<Difference> {
    check(house, listed, &Tolerance::default(), &known(), at(NOON + 100_000))
}

#[test]
fn every_difference_has_its_reason() {
    let house = [
        call("h0", "+49301000", 0, 60),
        call("h1", "+49301001", 1000, 60),
        call("h2", "+49301002", 2000, 60),
        call("h3", "+49301003", 3000, 60),
        call("h4", "+49301004", 4000, 0),
        Call { direction: Direction::Inside, ..call("h5", "102", 5000, 5) },
        call("h6", "+49301006", 99_500, 5),
        call("h7", "+49301007", 7000, 60),
        Call { direction: Direction::In, ..call("h8", "+49301008", 8000, 300) },
    ];
    let chained = |call: Call| Call { chain: Some("X".into()), ..call };
    let listed = [
        cloud("c0", "0049301000", 1, 61),
        cloud("c1", "49301001", 1060, 60),
        cloud("c2", "+49301002", 2000 + 3600, 60),
        cloud("c3", "+49301003", 3000, 90),
        chained(Call { direction: Direction::In, ..cloud("c4", "+49301008", 8000, 300) }),
        chained(cloud("c5", "+49301999", 8010, 280)),
        cloud("c6", "+49301998", 8020, 280),
        cloud("c7", "+49301997", 50_500, 20),
        Call { user: Some("w7".parse().unwrap()), ..cloud("c8", "+49301996", 60_000, 20) },
        cloud("c9", "+49301995", 70_000, 20),
    ];
    let told: Vec<String> = lines(&house, &listed)
        .into_iter()
        .map(|line| match line {
            Difference::Same(pair) => format!("{} same", pair.one),
            Difference::Clock(pair) => format!("{} clock", pair.one),
            Difference::Hours(pair) => format!("{} {} hour", pair.one, pair.hours),
            Difference::Longer(pair, by) => format!("{} longer {}", pair.one, by.as_secs()),
            Difference::Shorter(pair, by) => format!("{} shorter {}", pair.one, by.as_secs()),
            Difference::OnlyHouse(at, why) => format!("house {at} {why:?}"),
            Difference::OnlyCloud(at, why) => format!("cloud {at} {why:?}"),
        })
        .collect();
    let told: BTreeSet<&str> = told.iter().map(String::as_str).collect();
    let wanted = BTreeSet::from([
        "0 same",
        "1 clock",
        "2 1 hour",
        "3 longer 30",
        "house 4 NotAnswered",
        "house 5 Inside",
        "house 6 NotYetListed",
        "house 7 Unexplained",
        "8 same",
        "cloud 5 Leg(4)",
        "cloud 6 Forwarded(4)",
        "cloud 7 BoxAway",
        "cloud 8 Elsewhere",
        "cloud 9 Unexplained",
    ]);
    assert_eq!(told, wanted);
}

#[test]
fn what_the_box_cannot_have_seen_is_not_held_against_the_cloud() {
    let listed = [
        Call { started: at(NOON - 1001), ..cloud("c0", "+49301994", 0, 20) },
        Call { started: at(NOON - 1000), ..cloud("c1", "+49301994", 0, 20) },
        Call { kind: Kind::Message, ..cloud("c2", "+49301993", 1000, 0) },
        Call { kind: Kind::Voicemail, ..cloud("c3", "+49301992", 2000, 9) },
        Call { kind: Kind::Fax, ..cloud("c4", "+49301991", 3000, 0) },
    ];
    let reasons = [Alone::BeforeTheBox, Alone::Unexplained, Alone::NoCall, Alone::NoCall, Alone::NoCall];
    let wanted = reasons.into_iter().enumerate().map(|(at, why)| Difference::OnlyCloud(at, why));
    assert_eq!(lines(&[], &listed), wanted.collect::<Vec<_>>());
}

#[test]
fn what_the_cloud_has_forgotten_is_no_mistake() {
    let lines = lines(&[call("h", "+49301", 0, 60)], &[cloud("c", "+49302", 10, 60)]);
    assert!(lines.contains(&Difference::OnlyHouse(0, Alone::BeyondHistory)), "{lines:?}");
}

#[test]
fn two_calls_to_one_number_are_not_confused() {
    let house = [call("h0", "+49301", 0, 10), call("h1", "+49301", 40, 20)];
    let listed = [cloud("c0", "+49301", 45, 20), cloud("c1", "+49301", 3, 10)];
    let found: BTreeSet<_> =
        pairs(&house, &listed, &Tolerance::default()).iter().map(|pair| (pair.one, pair.other)).collect();
    assert_eq!(found, BTreeSet::from([(0, 1), (1, 0)]));
}

#[test]
fn a_shortened_number_still_finds_its_partner() {
    let house = Privacy::Shortened.apply(&call("h", "+493012345678", 0, 60)).unwrap();
    let pairs = pairs(
        &[house],
        &[cloud("c", "493012345678", 0, 60), cloud("d", "493012399678", 0, 60)],
        &Tolerance::default(),
    );
    assert_eq!(pairs.iter().map(|pair| pair.other).collect::<Vec<_>>(), [0]);
}

fn calls(letter: &'static str) -> impl Strategy<Value = Vec<Call>> {
    // Coarse times make ties, and the far ones are off by an hour.
    let one = (0_u64..3, (0_u64..6, 0_u64..3), 0_u64..3, proptest::bool::ANY);
    proptest::collection::vec(one, 0..25).prop_map(move |all| {
        let all = all.into_iter().enumerate();
        let made = all.map(|(at, (end, (steps, hours), talked, came))| Call {
            direction: if came { Direction::In } else { Direction::Out },
            talked: Duration::from_secs(talked),
            ..call(&format!("{letter}{at}"), &format!("+493010{end}"), steps * 40 + hours * 3600, talked)
        });
        made.collect()
    })
}

proptest! {
    #[test]
    fn matching_is_symmetric_and_takes_nobody_twice(one in calls("a"), other in calls("b")) {
        let there: BTreeSet<_> = pairs(&one, &other, &Tolerance::default()).iter().map(|p| (p.one, p.other)).collect();
        let back: BTreeSet<_> = pairs(&other, &one, &Tolerance::default()).iter().map(|p| (p.other, p.one)).collect();
        assert_eq!(there, back);
        assert_eq!(there.iter().map(|pair| pair.0).collect::<BTreeSet<_>>().len(), there.len());
        assert_eq!(there.iter().map(|pair| pair.1).collect::<BTreeSet<_>>().len(), there.len());
    }

    #[test]
    fn every_record_stands_in_exactly_one_line(house in calls("a"), listed in calls("b")) {
        let (mut ours, mut theirs) = (vec![0; house.len()], vec![0; listed.len()]);
        for line in lines(&house, &listed) {
            match line {
                Difference::OnlyHouse(at, _) => ours[at] += 1,
                Difference::OnlyCloud(at, _) => theirs[at] += 1,
                Difference::Same(pair) | Difference::Clock(pair) | Difference::Hours(pair)
                | Difference::Longer(pair, _) | Difference::Shorter(pair, _) => {
                    ours[pair.one] += 1;
                    theirs[pair.other] += 1;
                }
            }
        }
        assert!(ours.iter().chain(&theirs).all(|lines| *lines == 1));
        let entries = crate::history::merged(&house, &listed, &Tolerance::default());
        let both = entries.iter().filter(|e| e.house.is_some() && e.cloud.is_some()).count();
        assert_eq!(entries.len() + both, house.len() + listed.len());
    }
}
