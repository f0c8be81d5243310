//! Who may call whom outside the house, and that no rule ever stands between somebody and help.

use std::time::Duration;

use account::{Restrictions, Snapshot};
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};

use super::{Ask, Caller, Now, all_registered, by_rules, from_phone, id, noon, office, plan};
use crate::dialling::{
    Barred, Country, Guard, Held, Limits, Outgoing, Payer, Prefixes, Sort, Standing, UNCARRIED,
};
use crate::route::{Reached, RouteRefused};

fn restricted(restrictions: Restrictions) -> Snapshot {
    let mut house = office();
    house.rules.restrictions.insert(id("w0"), restrictions);
    house.indexed()
}

fn why(house: &Snapshot, outgoing: &Outgoing, dialled: &str) -> Option<Barred> {
    match by_rules(dialled, Caller::Phone(&id("e0")), house, outgoing, &all_registered()) {
        Ok(route) => {
            assert!(matches!(route.to, Reached::Outside(_)), "{dialled}");
            None
        }
        Err(RouteRefused::Barred(why)) => Some(why),
        Err(other) => panic!("{dialled}: {other:?}"),
    }
}

#[test]
fn the_account_s_restrictions_are_obeyed() {
    let none = Restrictions::default();
    let foreign = Restrictions { foreign_and_special: true, ..none.clone() };
    let charged = Restrictions { charged: true, ..none.clone() };
    let expensive = Restrictions { expensive_countries: true, ..none.clone() };
    let roaming = Restrictions { roaming: true, ..none.clone() };
    let rows: [(&Restrictions, &str, Option<Barred>); 28] = [
        (&none, "+43123456789", None),
        (&none, "+88213123456", None),
        (&none, "08003301000", None),
        (&foreign, "030555011", None),
        (&foreign, "01712345678", None),
        (&foreign, "115", None),
        (&foreign, "116117", None),
        (&foreign, "+43123456789", Some(Barred::Foreign)),
        (&foreign, "0012125550100", Some(Barred::Foreign)),
        (&foreign, "08003301000", Some(Barred::Special)),
        (&foreign, "01805123456", Some(Barred::Special)),
        (&foreign, "070012345678", Some(Barred::Special)),
        (&foreign, "032123456789", None),
        (&charged, "030555011", None),
        (&charged, "01712345678", None),
        (&charged, "08003301000", None),
        (&charged, "116111", None),
        (&charged, "116117", None),
        (&charged, "01805123456", Some(Barred::Charged)),
        (&charged, "+43123456789", Some(Barred::Charged)),
        (&charged, "115", Some(Barred::Charged)),
        (&expensive, "+43123456789", None),
        (&expensive, "+12125550100", None),
        (&expensive, "+88213123456", Some(Barred::Expensive)),
        (&expensive, "+2521234567", Some(Barred::Expensive)),
        (&expensive, "030555011", None),
        (&roaming, "+43123456789", None),
        (&roaming, "01805123456", None),
    ];
    for (restrictions, dialled, barred) in rows {
        let found = why(&restricted(restrictions.clone()), &Outgoing::default(), dialled);
        assert_eq!(found, barred, "{restrictions:?} {dialled}");
    }
    let told = Outgoing {
        flat_rate: Prefixes::read(["030", "+43"], Country::GERMANY).unwrap(),
        ..Outgoing::default()
    };
    let house = restricted(charged);
    assert_eq!(why(&house, &told, "+43123456789"), None);
    assert_eq!(why(&house, &told, "01712345678"), Some(Barred::Charged));
}

#[test]
fn what_the_provider_does_not_connect_is_said_by_kind() {
    let rows = [
        ("0137123456", Some(Sort::Mass)),
        ("013812345", Some(Sort::Mass)),
        ("0121212345", Some(Sort::Machine)),
        ("01807123456", Some(Sort::Service)),
        ("0185123456", Some(Sort::Machine)),
        ("018112345", Some(Sort::Machine)),
        ("018812345", Some(Sort::Machine)),
        ("09001123456", Some(Sort::Premium)),
        ("11833", Some(Sort::Directory)),
        ("118000", Some(Sort::Directory)),
        ("01805123456", None),
        ("0121312345", None),
        ("115", None),
    ];
    for (dialled, sort) in rows {
        let barred = sort.map(Barred::Uncarried);
        assert_eq!(why(&office(), &Outgoing::default(), dialled), barred, "{dialled}");
    }
    assert_eq!(UNCARRIED.len(), 9);
}

#[test]
fn the_admin_s_list_holds_for_everybody() {
    let blocked = Prefixes::read(["+1", "0043 664", "0180", "0171-2"], Country::GERMANY).unwrap();
    let outgoing = Outgoing { blocked, ..Outgoing::default() };
    for (dialled, barred) in [
        ("+12125550100", true),
        ("+436641234567", true),
        ("+43123456789", false),
        ("01805123456", true),
        ("01712345678", true),
        ("01732345678", false),
    ] {
        assert_eq!(why(&office(), &outgoing, dialled), barred.then_some(Barred::Blocked), "{dialled}");
    }
    for bad in ["", "+", "0x", "+1a", "1234567890123456"] {
        assert_eq!(Prefixes::read([bad], Country::GERMANY), Err(bad));
    }
}

#[test]
fn whoever_sends_calls_on_needs_the_same_rights() {
    let mut house = restricted(Restrictions { foreign_and_special: true, ..Restrictions::default() });
    let line = account::Phoneline { id: id("p0"), alias: "".into(), owner: id("w0") };
    house.phonelines.insert(line.id.clone(), line);
    let to = account::Target::Number(id("+43123456789"));
    let forwarding =
        account::Forwarding { alias: "".into(), to, after: Duration::from_secs(20), active: true };
    let rules = account::LineRules { forwardings: vec![forwarding], ..account::LineRules::default() };
    house.rules.lines.insert(id("p0"), rules);
    let house = house.indexed();
    let route = from_phone("101", "e1", &house, &all_registered()).unwrap();
    assert_eq!(route.steps.len(), 1, "{route:?}");
    let nobody = Now::default();
    assert_eq!(
        from_phone("101", "e1", &house, &nobody),
        Err(RouteRefused::NotRegistered),
        "the first reason is the one that helps"
    );
}

#[test]
fn a_full_uplink_takes_no_more() {
    let outgoing = Outgoing { uplink: Some(2), ..Outgoing::default() };
    for (outside_calls, barred) in [(1, None), (2, Some(RouteRefused::Barred(Barred::UplinkFull))), (0, None)]
    {
        let standing = Standing { guard: &Guard::default(), at: noon(), outside_calls };
        let (caller, house) = (id("e0"), office());
        let ask = Ask {
            dialled: "030555011",
            caller: Caller::Phone(&caller),
            house: &house,
            outgoing: &outgoing,
            standing,
        };
        assert_eq!(plan(&ask, &all_registered()).err(), barred);
    }
}

#[test]
fn a_guard_that_holds_somebody_is_named() {
    let mut guard = Guard::default();
    let (at, house, outgoing) = (noon(), office(), Outgoing::default());
    let (caller, other) = (id("e0"), id("e1"));
    let ask = |caller, guard: &Guard| {
        let standing = Standing { guard, at, outside_calls: 0 };
        let ask = Ask {
            dialled: "+43123456789",
            caller: Caller::Phone(caller),
            house: &house,
            outgoing: &outgoing,
            standing,
        };
        plan(&ask, &all_registered()).map(|route| route.to)
    };
    let Ok(Reached::Outside(abroad)) = ask(&caller, &guard) else { panic!() };
    for _ in 0..Limits::default().abroad {
        guard.count(at, &Payer::of(&caller, &house), &abroad);
    }
    assert_eq!(ask(&caller, &guard), Err(RouteRefused::Barred(Barred::Held(Held::Abroad))));
    assert!(ask(&other, &guard).is_ok());
}

/// Rules as strict as they can be, in any combination.
fn any_rules() -> impl Strategy<Value = (Outgoing, Restrictions, u16, Option<char>)> {
    let everything = ["+4", "1", "+1", "0", "116117", "110", "112", "11"];
    let lists = (any::<[bool; 8]>(), any::<[bool; 5]>(), 0u16..3, proptest::option::of(0u16..2));
    let digit = proptest::option::of(proptest::char::range('0', '9'));
    (lists, digit).prop_map(move |((blocked, flags, calls, uplink), digit)| {
        let blocked = everything.iter().zip(blocked).filter_map(|(prefix, on)| on.then_some(*prefix));
        let blocked = Prefixes::read(blocked, Country::GERMANY).unwrap();
        let limits =
            Limits { person: calls, abroad: calls, premium: calls, house: calls, ..Limits::default() };
        let outgoing = Outgoing {
            uncarried: if flags[4] { blocked.clone() } else { Prefixes::default() },
            blocked,
            limits: Some(limits),
            uplink,
            outside_digit: digit,
            ..Outgoing::default()
        };
        let restrictions = Restrictions {
            foreign_and_special: flags[0],
            charged: flags[1],
            expensive_countries: flags[2],
            roaming: flags[3],
            ..Restrictions::default()
        };
        (outgoing, restrictions, calls, digit)
    })
}

proptest! {
    /// No state of the rules is ever asked about 110 and 112, and none stands between anybody and the doctor on call.
    #[test]
    fn no_rule_stands_between_anybody_and_help((outgoing, restrictions, calls, digit) in any_rules(), made in 0usize..5, outside_calls in 0usize..5, night in any::<bool>()) {
        let (house, caller) = (restricted(restrictions), id("e0"));
        let mut at = noon();
        at.wall += Duration::from_secs(if night { 12 * 3600 } else { 0 });
        let mut guard = Guard::default();
        let outside = Outgoing::default().spot(&house, Caller::Phone(&caller)).read("+43900123456").unwrap();
        (0..made + usize::from(calls)).for_each(|_| guard.count(at, &Payer::of(&caller, &house), &outside));
        let standing = Standing { guard: &guard, at, outside_calls };
        let ask = |dialled: &str| {
            let ask = Ask { dialled, caller: Caller::Phone(&caller), house: &house, outgoing: &outgoing, standing };
            plan(&ask, &Now::default())
        };
        for help in ["110", "112", "*31#112", "#31#110"] {
            prop_assert_eq!(ask(help), Err(RouteRefused::NoEmergencyLine));
        }
        let doctor = format!("{}116117", digit.map(String::from).unwrap_or_default());
        prop_assert_eq!(ask(&doctor).map(|route| route.steps.len()), Ok(1));
    }
}
