//! Records that the tests of this crate are made of, and tests of its smaller parts.

use std::time::{Duration, SystemTime};

use proptest::prelude::{any, proptest};
use sheet::{Dialect, Limits, Sheet};

use crate::credit::{Credit, Watch};
use crate::estimate::{Estimate, month_to_date};
use crate::history::{merged, told_once};
use crate::itemised::{Filter, List};
use crate::money::AmountRefused;
use crate::rates::{Rate, Table};
use crate::statistics::{DAYS, Statistics, Subject};
use crate::{Amount, Calendar, Call, Direction, Kind, Outcome, Privacy, Witness};

/// 2026-11-20 09:15:30 in Berlin.
pub(crate) const NOON: u64 = 1_795_162_530;

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// An answered call to the outside, `seconds` after [`NOON`].
pub(crate) fn call(id: &str, remote: &str, seconds: u64, talked: u64) -> Call {
    Call {
        id: id.into(),
        witness: Witness::House,
        kind: Kind::Call,
        direction: Direction::Out,
        remote: remote.into(),
        user: Some("w1".parse().unwrap()),
        group: None,
        chain: None,
        started: at(NOON + seconds),
        waited: Duration::from_secs(4),
        talked: Duration::from_secs(talked),
        outcome: if talked > 0 { Outcome::Answered } else { Outcome::Missed },
        sides: None,
        voice: None,
    }
}

pub(crate) fn berlin() -> Calendar {
    Calendar::new("Europe/Berlin").unwrap()
}

fn euro(text: &str) -> Amount {
    text.parse().unwrap()
}

fn rate(prefix: &str, minute: &str, first: u32, then: u32) -> Rate {
    let (set_up, minute) = (Amount::ZERO, euro(minute));
    Rate {
        prefix: prefix.into(),
        name: String::new(),
        set_up,
        minute,
        first,
        then,
        flat: false,
        from: None,
        until: None,
    }
}

#[test]
fn an_amount_is_read_exactly_or_not_at_all() {
    for (text, millionths) in
        [("0,019", 19_000), ("1.50", 1_500_000), ("12", 12_000_000), (",5", 500_000), ("-0,01 €", -10_000)]
    {
        assert_eq!(text.parse(), Ok(Amount::millionths(millionths)), "{text}");
    }
    for (text, why) in [
        ("", AmountRefused::Shape),
        ("1.000,50", AmountRefused::Shape),
        ("1e3", AmountRefused::Shape),
        ("0,0000001", AmountRefused::TooFine),
        ("99999999999999", AmountRefused::TooLarge),
    ] {
        assert_eq!(text.parse::<Amount>(), Err(why), "{text}");
    }
    assert_eq!(Amount::ten_thousandths(412_300).to_string(), "41.23");
    assert_eq!(Amount::millionths(-4000).to_string(), "0.00");
}

#[test]
fn little_credit_is_told_once_until_it_rose_well_above() {
    let mut watch = Watch::new(vec![euro("10"), euro("5"), euro("0")], euro("1"));
    for (credit, told) in [
        ("20", None),
        ("9,99", Some("10")),
        ("9", None),
        ("10,50", None),
        ("9,80", None),
        ("11", None),
        ("4", Some("5")),
        ("-1", Some("0")),
        ("30", None),
        ("-1", Some("0")),
    ] {
        assert_eq!(watch.look(euro(credit)), told.map(euro), "at {credit}");
    }
    let told: Vec<Amount> = watch.all_told().collect();
    let mut restarted = Watch::new(vec![euro("10"), euro("5"), euro("0")], euro("1")).told(&told);
    assert_eq!(restarted.look(euro("-2")), None, "a restart is no news");
}

#[test]
fn credit_says_how_old_it_is() {
    let balance = account::Balance { ten_thousandths: 412_300, currency: "EUR".into() };
    let credit = Credit::new(&balance, at(NOON));
    assert_eq!(credit.amount, euro("41,23"));
    assert_eq!(credit.age(at(NOON + 60)), Duration::from_secs(60));
    assert_eq!(credit.age(at(NOON - 60)), Duration::ZERO);
}

#[test]
fn the_month_is_counted_as_the_office_counts_it() {
    let table = Table::new(vec![rate("49", "0,02", 60, 60), Rate { flat: true, ..rate("4930", "0", 1, 1) }]);
    // The first of November 2026 began in Berlin at 23:00 UTC.
    let first = 1_793_487_600 - NOON.cast_signed();
    let shifted = |id: &str, remote: &str, by: i64| Call {
        started: at(NOON.checked_add_signed(by).unwrap()),
        ..call(id, remote, 0, 61)
    };
    let calls = [
        shifted("a", "+4940123456", first),
        shifted("b", "+4940123456", first - 1),
        shifted("c", "+4930123456", -10),
        shifted("d", "+4312345678", -10),
        shifted("e", "+4940123456", 10),
        Call { direction: Direction::In, ..shifted("f", "+4940123456", -10) },
    ];
    let estimate = month_to_date(&calls, &table, &berlin(), at(NOON));
    let wanted = Estimate { amount: euro("0,04"), calls: 3, seconds: 183, flat: 1, without_rate: 1 };
    assert_eq!(estimate, wanted);
}

#[test]
fn the_days_when_clocks_change_have_other_lengths() {
    let hours = |name: &str| {
        let day = berlin().day_named(name).unwrap();
        day.end.duration_since(day.start).unwrap().as_secs() / 3600
    };
    assert_eq!([hours("2026-03-29"), hours("2026-10-25"), hours("2026-11-20")], [23, 25, 24]);
    assert!(berlin().day_named("2026-11-20").unwrap().contains(&at(NOON)));
    assert_eq!(berlin().day_named("20.11.2026"), None);
    assert_eq!(berlin().days_before(at(NOON), 60).to_string(), "2026-09-21");
}

#[test]
fn the_list_obeys_filter_and_privacy_and_opens_in_excel() {
    let (table, calendar) = (Table::new(vec![rate("49", "0,02", 60, 1)]), berlin());
    let other = Call { user: Some("w2".parse().unwrap()), ..call("b", "+49301234567", 60, 10) };
    let calls = [call("a", "+49301234567", 0, 90), other];
    let filter = Filter { user: Some("w1".parse().unwrap()), ..Filter::default() };
    let list = |privacy| List { filter: &filter, privacy, rates: &table, calendar: &calendar };
    let text = |privacy, dialect| {
        let mut file = vec![];
        list(privacy).csv(&mut file, dialect, &calls).unwrap();
        String::from_utf8(file).unwrap()
    };
    let excel = text(Privacy::Complete, Dialect::Excel);
    assert!(excel.starts_with('\u{feff}'));
    assert_eq!(
        excel.lines().nth(1),
        Some("2026-11-20 09:15:30;Anruf;ausgehend;+49301234567;w1;;90;angenommen;0,030000")
    );
    let plain = text(Privacy::Shortened, Dialect::Rfc4180);
    assert_eq!(
        plain.lines().nth(1),
        Some("2026-11-20 09:15:30,Anruf,ausgehend,+49301234xxx,w1,,90,angenommen,0.030000")
    );
    assert_eq!(text(Privacy::Nothing, Dialect::Rfc4180).lines().count(), 1);
    let book = list(Privacy::Complete).workbook(0, &calls).unwrap();
    let mut sheet = Sheet::open(&book[..], Limits::default()).unwrap();
    assert_eq!(sheet.next_row().unwrap().unwrap().cells[0], "Beginn");
    assert_eq!(sheet.next_row().unwrap().unwrap().cells[8], "0.03");
    assert_eq!(sheet.next_row(), Ok(None));
}

#[test]
fn box_and_cloud_are_one_list_without_duplicates() {
    let house = [
        call("h1", "+49301", 0, 60),
        call("h2", "+49302", 100, 0),
        Call { direction: Direction::Inside, ..call("h3", "102", 200, 5) },
    ];
    let cloud = |id: &str, call: &Call| Call {
        id: id.into(),
        witness: Witness::Cloud,
        group: Some("g1".parse().unwrap()),
        ..call.clone()
    };
    let mut on_mobile = cloud("c2", &house[1]);
    (on_mobile.outcome, on_mobile.talked) = (Outcome::Answered, Duration::from_secs(33));
    let cloud =
        [cloud("c1", &house[0]), on_mobile, Call { witness: Witness::Cloud, ..call("c9", "+49309", 50, 1) }];
    let all = merged(&house, &cloud, &Default::default());
    let ids: Vec<_> = all.iter().map(|e| (e.house.as_deref(), e.cloud.as_deref())).collect();
    assert_eq!(
        ids,
        [(Some("h3"), None), (Some("h2"), Some("c2")), (None, Some("c9")), (Some("h1"), Some("c1"))]
    );
    assert_eq!(all[1].call.outcome, Outcome::Answered, "a mobile phone took it");
    assert_eq!(all[3].call.group, Some("g1".parse().unwrap()));
}

#[test]
fn a_call_that_the_cloud_tells_twice_is_one() {
    let channel = "0b4e9d6c-7a51-4f0e-9a3e-000000000001".parse().ok();
    let cloud = |id: &str, second| Call { witness: Witness::Cloud, ..call(id, "+49301", second, 60) };
    let of_channel = Call { group: channel.clone(), user: None, ..cloud("x", 1) };
    let in_history = Call { group: channel.clone(), ..cloud("100", 0) };
    let all = told_once(vec![in_history, cloud("101", 400)], vec![of_channel]);
    let ids: Vec<_> = all.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids, ["101", "x"], "the newest first");
    assert_eq!((&all[1].group, &all[1].user), (&channel, &"w1".parse().ok()), "each side knew something");
}

#[test]
fn reachability_is_counted_by_day_group_and_person() {
    let mut statistics = Statistics::default();
    let group = Some("g1".parse().unwrap());
    let came = |day: u64, wait: u64, talked: u64| Call {
        direction: Direction::In,
        group: group.clone(),
        waited: Duration::from_secs(wait),
        ..call("x", "+49301", day * 86_400, talked)
    };
    for call in [came(0, 5, 60), came(0, 35, 0), came(1, 700, 30), call("out", "+49301", 0, 9)] {
        statistics.count(&call, &berlin());
    }
    let first = berlin().day(at(NOON));
    let figures = statistics.since(first, &Subject::Group("g1".parse().unwrap()));
    assert_eq!((figures.offered, figures.answered, figures.reachability()), (3, 2, Some(666)));
    assert_eq!(figures.mean_talk(), Some(Duration::from_secs(45)));
    assert_eq!((figures.longest_wait, figures.waits), (700_000, [1, 0, 0, 0, 1, 0, 0, 0, 1]));
    assert_eq!(statistics.since(first, &Subject::User("w1".parse().unwrap())).offered, 3);
    assert_eq!(statistics.rows().count(), 6);
    let all = statistics.all_since(first);
    assert_eq!((all.len(), all.values().map(|figures| figures.offered).sum::<u64>()), (3, 9));
    assert_eq!(statistics.all_since(first.tomorrow().unwrap()).values().map(|it| it.offered).sum::<u64>(), 3);
    assert_eq!(statistics.since(first, &Subject::User("w9".parse().unwrap())).reachability(), None);
}

#[test]
fn only_sixty_days_are_kept() {
    let mut statistics = Statistics::default();
    for day in (0..70).chain([0]) {
        let came = Call { direction: Direction::In, ..call("x", "+49301", day * 86_400, 1) };
        statistics.count(&came, &berlin());
    }
    assert_eq!(statistics.rows().count(), DAYS);
    assert_eq!(statistics.left_out, 1, "a call of a day that is gone");
}

proptest! {
    #[test]
    fn the_sum_of_the_parts_is_the_whole(talks in proptest::collection::vec(0_u64..4000, 0..40)) {
        let table = Table::new(vec![rate("49", "0,019", 60, 1)]);
        let calls: Vec<Call> = talks.iter().zip(0..).map(|(talked, at)| call(&at.to_string(), "+49301234", 0, *talked)).collect();
        let whole = month_to_date(&calls, &table, &berlin(), at(NOON));
        let parts: Amount = calls.iter().map(|call| month_to_date([call], &table, &berlin(), at(NOON)).amount).sum();
        assert_eq!(whole.amount, parts);
        assert_eq!(whole.seconds, talks.iter().sum::<u64>());
    }

    #[test]
    fn an_amount_written_to_cents_is_within_half_a_cent(millionths in -1_000_000_000_000_i64..1_000_000_000_000) {
        let shown: Amount = Amount::millionths(millionths).to_string().parse().unwrap();
        assert!((shown.as_millionths() - millionths).abs() <= 5000);
    }

    #[test]
    fn any_text_is_an_amount_or_refused(text in any::<String>()) {
        let _ = text.parse::<Amount>();
    }
}
