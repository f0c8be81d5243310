//! Amounts, days and what the books say, in words.

use std::collections::BTreeMap;

use super::known::Item;
use crate::parts::{Cell, Tone};
use crate::view::account::Balance;
use crate::words::Lang;

/// `41,23 €` in German, `41.23 €` in English.
pub(super) fn balance(t: Lang, balance: &Balance) -> String {
    let cents = balance.ten_thousandths / 100;
    let sign = if cents < 0 { "-" } else { "" };
    let amount = format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    money(t, &amount, &balance.currency)
}

/// An amount as the books write it, `-41.23`.
pub(super) fn money(t: Lang, amount: &str, currency: &str) -> String {
    let currency = if currency == "EUR" { "€" } else { currency };
    let amount = amount.replace('-', "−");
    match t {
        Lang::De => format!("{} {currency}", amount.replace('.', ",")),
        Lang::En => format!("{amount} {currency}"),
    }
}

/// A price in millionths, with as many digits as it needs and at least two: `0,019`.
pub(super) fn price(t: Lang, millionths: i64) -> String {
    let (whole, rest) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let rest = format!("{rest:06}");
    let digits = rest.trim_end_matches('0').len().max(2);
    let sign = if millionths < 0 { "−" } else { "" };
    format!("{sign}{whole}{}{}", t.pick(",", "."), rest.get(..digits).unwrap_or_default())
}

/// A day written `2026-11-20`, as people write it.
pub(super) fn date(t: Lang, day: &str) -> String {
    let mut parts = day.splitn(3, '-');
    match (t, parts.next(), parts.next(), parts.next()) {
        (Lang::De, Some(year), Some(month), Some(day)) => format!("{day}.{month}.{year}"),
        _ => day.to_owned(),
    }
}

/// What it was, in which direction, and how it ended.
pub(in crate::pages) fn what(t: Lang, item: &Item) -> Cell {
    let (tone, word) = match item.outcome.as_str() {
        "answered" if item.kind == "call" => (Tone::Good, t.pick("gesprochen", "talked")),
        "answered" => (Tone::Good, t.pick("angekommen", "arrived")),
        "missed" => (Tone::Warn, t.pick("verpasst", "missed")),
        "busy" => (Tone::Calm, t.pick("besetzt", "busy")),
        _ => (Tone::Bad, t.pick("nicht verbunden", "not connected")),
    };
    let way = match item.direction.as_str() {
        "out" => t.pick("nach draußen", "to the outside"),
        "inside" => t.pick("im Haus", "inside"),
        _ => t.pick("von draußen", "from outside"),
    };
    Cell::Mark { tone, word: word.to_owned(), more: format!("{}, {way}", kind(t, &item.kind)) }
}

/// A kind of event by its name.
pub(super) fn kind(t: Lang, name: &str) -> &'static str {
    match name {
        "fax" => "Fax",
        "message" => "SMS",
        "voicemail" => "Voicemail",
        _ => t.pick("Gespräch", "Call"),
    }
}

/// Differences that somebody should look at.
pub(super) fn open(counts: &BTreeMap<String, u32>) -> u32 {
    counts.iter().filter(|(name, _)| is_open(name)).map(|(_, count)| count).sum()
}

/// Whether a difference is one that nobody can explain.
pub(super) fn is_open(name: &str) -> bool {
    matches!(name, "hours" | "longer" | "shorter") || name.ends_with("_unexplained")
}

/// Why the box would not.
pub(super) fn refused(t: Lang, reason: &str) -> String {
    let row = reason.strip_prefix("row ").and_then(|rest| rest.split_once(':')).map(|(row, _)| row);
    let words = t.refused(REASONS, reason);
    match row {
        Some(row) => format!("{} {row}: {words}", t.pick("Zeile", "Row")),
        None => words,
    }
}

/// What the box says, and the same for people.
const REASONS: &[(&str, [&str; 2])] = &[
    (
        "nothing is mirrored",
        ["Die Box liest ihre Aufzeichnungen noch nicht.", "The box does not read its records yet."],
    ),
    (
        "digits and one comma",
        ["Beträge haben Ziffern und ein Komma: 7,50.", "Amounts have digits and one point: 7.50."],
    ),
    (
        "six digits behind",
        ["Ein Betrag hat höchstens sechs Stellen nach dem Komma.", "An amount has at most six decimals."],
    ),
    ("amount is too large", ["Der Betrag ist zu groß.", "The amount is too large."]),
    ("thresholds", ["Höchstens zehn Grenzen.", "At most ten limits."]),
    (
        "prefix and a price",
        [
            "Die Überschriften müssen mindestens „Vorwahl“ und „Preis pro Minute“ nennen.",
            "The headings must name at least “prefix” and “price per minute”.",
        ],
    ),
    ("mebibyte", ["Eine Preistabelle hat höchstens 1 MiB.", "A table of rates has at most 1 MiB."]),
    (
        "beginning of an international",
        [
            "Eine Vorwahl beginnt international, wie +4315 oder 004315.",
            "A prefix is the beginning of an international number, such as +4315 or 004315.",
        ],
    ),
    ("increments are", ["Takte schreibt man 60/60 oder 60/1.", "Increments are written as 60/60 or 60/1."]),
    (
        "a date is written",
        ["Ein Datum schreibt man 2026-01-31 oder 31.01.2026.", "A date is written as 2026-01-31."],
    ),
    ("ends before it begins", ["Das endet, bevor es beginnt.", "It ends before it begins."]),
    ("write days as", ["Tage schreibt man 2026-11-20.", "Days are written as 2026-11-20."]),
    ("there is no", ["Das gibt es im Konto nicht.", "The account has no such thing."]),
];

#[cfg(test)]
mod tests {
    use super::{date, money, price, refused};
    use crate::words::Lang::{De, En};

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(
            (money(De, "-41.23", "EUR"), money(En, "7.50", "CHF")),
            ("−41,23 €".into(), "7.50 CHF".into())
        );
        for (millionths, german) in [(19_000, "0,019"), (1_500_000, "1,50"), (0, "0,00"), (-250_000, "−0,25")]
        {
            assert_eq!(price(De, millionths), german);
        }
        assert_eq!(
            (date(De, "2026-11-20"), date(En, "2026-11-20")),
            ("20.11.2026".into(), "2026-11-20".into())
        );
    }

    #[test]
    fn a_refused_row_keeps_its_number_in_both_languages() {
        let reason = "row 2: an amount has digits and one comma; nothing was taken over";
        assert_eq!(refused(De, reason), "Zeile 2: Beträge haben Ziffern und ein Komma: 7,50.");
        assert_eq!(refused(En, "something else"), "something else");
    }
}
