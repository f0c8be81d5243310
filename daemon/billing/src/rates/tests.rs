use sheet::{Limits, Sheet};

use super::{Price, RateProblem, RateTrouble, Table, import};
use crate::money::AmountRefused;
use crate::tests::{berlin, call};
use crate::{Amount, Call, Direction};

const TABLE: &str = "Vorwahl;Ziel;Preis pro Minute;Verbindungsentgelt;Takt;Flatrate;Gültig ab;Gültig bis\n\
    +49;Deutschland;0,019;;60/1;;;\n\
    0049 15;mobil;0,15;0,05;60/60;;;\n\
    +4930;Berlin;;;;ja;;\n\
    43;Österreich, alt;1,00;;;;;31.10.2026\n\
    43;Österreich;0,10;;;;2026-11-01;\n";

fn table(text: &str) -> (Table, Vec<RateProblem>) {
    let mut sheet = Sheet::open(text.as_bytes(), Limits::default()).unwrap();
    let imported = import(&mut sheet).unwrap().unwrap();
    (Table::new(imported.rates), imported.problems)
}

fn price(table: &Table, remote: &str, seconds: u64) -> Option<i64> {
    match table.price(&call("a", remote, 0, seconds), &berlin()) {
        Price::Known(amount, _) => Some(amount.as_millionths()),
        Price::Free => Some(0),
        Price::NoRate => None,
    }
}

#[test]
fn the_longest_prefix_prices_a_call_by_its_increments() {
    let (table, problems) = table(TABLE);
    assert_eq!(problems, []);
    for (remote, seconds, millionths) in [
        ("+4940123456", 1, Some(19_000)),
        ("+4940123456", 60, Some(19_000)),
        ("+4940123456", 61, Some(19_317)),
        ("+4915112345678", 61, Some(350_000)),
        ("+4930123456", 3600, Some(0)),
        ("+4312345678", 90, Some(150_000)),
        ("+4412345678", 90, None),
        ("+4915112345xxx", 61, Some(350_000)),
        ("anonymous", 90, None),
        ("+4412345678", 0, Some(0)),
    ] {
        assert_eq!(price(&table, remote, seconds), millionths, "{remote}, {seconds} s");
    }
}

#[test]
fn a_rate_holds_from_its_first_day_to_its_last() {
    let (table, _) = table(TABLE);
    let on = |day: &str| {
        let rate = table.rate("4312345678", day.parse().unwrap());
        rate.map(|rate| rate.minute)
    };
    assert_eq!(on("2026-10-31"), Some(Amount::millionths(1_000_000)));
    assert_eq!(on("2026-11-01"), Some(Amount::millionths(100_000)));
    assert_eq!(on("2020-01-01"), Some(Amount::millionths(1_000_000)));
}

#[test]
fn calls_that_come_in_are_free() {
    let (table, _) = table(TABLE);
    let came = Call { direction: Direction::In, ..call("a", "+4940123456", 0, 60) };
    assert_eq!(table.price(&came, &berlin()), Price::Free);
}

#[test]
fn a_wrong_cell_leaves_its_row_out() {
    let (_, problems) = table(
        "Vorwahl;Minutenpreis;Takt;Ab;Bis\n0x;1;;;\n49;1.000,5;;;\n49;1;60;;\n49;1;60/0;;\n49;1;;1.1.;\n49;1;;2026-02-01;2026-01-01\n",
    );
    let told: Vec<_> =
        problems.iter().map(|problem| (problem.row, problem.column, problem.trouble)).collect();
    assert_eq!(
        told,
        [
            (2, 0, RateTrouble::Prefix),
            (3, 1, RateTrouble::Amount(AmountRefused::Shape)),
            (5, 2, RateTrouble::Increment),
            (6, 3, RateTrouble::Date),
            (7, 4, RateTrouble::Backwards),
        ]
    );
}

#[test]
fn a_sheet_without_prices_is_no_rate_table() {
    let mut sheet = Sheet::open(&b"Name;Nummer\na;1\n"[..], Limits::default()).unwrap();
    assert_eq!(import(&mut sheet), Ok(None));
}
