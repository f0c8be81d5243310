//! A rate table from a sheet.

use std::io::Read;

use sheet::{Row, Sheet, SheetRefused};

use super::Rate;
use crate::Amount;
use crate::calendar::Date;
use crate::money::AmountRefused;

/// What is wrong with a cell; the whole row is left out, since half a rate is a wrong one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RateTrouble {
    /// The prefix holds something other than digits.
    #[error("a prefix is the beginning of an international number, such as +4315 or 004315")]
    Prefix,
    /// No amount.
    #[error("{0}")]
    Amount(AmountRefused),
    /// Not `60/1`.
    #[error("increments are written as 60/60 or 60/1, in seconds")]
    Increment,
    /// No date.
    #[error("a date is written as 2026-01-31 or 31.01.2026")]
    Date,
    /// It ends before it begins.
    #[error("it ends before it begins")]
    Backwards,
}

/// One of them, and where.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RateProblem {
    /// The row of the sheet; the first is 1.
    pub row: u32,
    /// The column; the first is 0.
    pub column: usize,
    /// What is wrong.
    pub trouble: RateTrouble,
}

#[derive(Clone, Copy, PartialEq)]
enum Field {
    Prefix,
    Name,
    SetUp,
    Minute,
    Increment,
    Flat,
    From,
    Until,
}

/// What a sheet of rates holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Imported {
    /// Rows that are right.
    pub rates: Vec<Rate>,
    /// What is wrong with the others.
    pub problems: Vec<RateProblem>,
}

/// Reads a table by its headings, German or English: prefix, name, price a minute, set-up fee, increments, flat rate, valid
/// from, valid until. `None` when prefix or price a minute is missing from the headings.
///
/// # Errors
/// When the file cannot be read on.
pub fn import<R: Read>(sheet: &mut Sheet<R>) -> Result<Option<Imported>, SheetRefused> {
    let Some(heading) = sheet.next_row()? else { return Ok(None) };
    let fields: Vec<Option<Field>> = heading.cells.iter().map(|cell| field(cell)).collect();
    if !fields.contains(&Some(Field::Prefix)) || !fields.contains(&Some(Field::Minute)) {
        return Ok(None);
    }
    let mut imported = Imported::default();
    while let Some(row) = sheet.next_row()? {
        match rate(&row, &fields) {
            Ok(rate) => imported.rates.push(rate),
            Err(problem) => imported.problems.push(problem),
        }
    }
    Ok(Some(imported))
}

fn field(heading: &str) -> Option<Field> {
    let word: String = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    Some(match word.as_str() {
        "vorwahl" | "prefix" | "rufnummer" => Field::Prefix,
        "name" | "ziel" | "destination" | "land" => Field::Name,
        "preisprominute" | "minutenpreis" | "prominute" | "perminute" | "priceperminute" => Field::Minute,
        "verbindungsentgelt" | "einrichtung" | "setup" | "setupfee" | "proanruf" => Field::SetUp,
        "takt" | "taktung" | "increment" | "increments" => Field::Increment,
        "flat" | "flatrate" => Field::Flat,
        "gültigab" | "ab" | "von" | "validfrom" | "from" => Field::From,
        "gültigbis" | "bis" | "validuntil" | "until" => Field::Until,
        _ => return None,
    })
}

fn rate(row: &Row, fields: &[Option<Field>]) -> Result<Rate, RateProblem> {
    let mut rate = Rate {
        prefix: String::new(),
        name: String::new(),
        set_up: Amount::ZERO,
        minute: Amount::ZERO,
        first: 1,
        then: 1,
        flat: false,
        from: None,
        until: None,
    };
    for (column, (text, field)) in row.cells.iter().zip(fields).enumerate() {
        let told = |trouble| RateProblem { row: row.number, column, trouble };
        if let Some(field) = field {
            put(&mut rate, *field, text).map_err(told)?;
        }
    }
    let backwards = rate.from.zip(rate.until).is_some_and(|(from, until)| until < from);
    let column = fields.iter().position(|field| *field == Some(Field::Until)).unwrap_or_default();
    let problem = RateProblem { row: row.number, column, trouble: RateTrouble::Backwards };
    if backwards { Err(problem) } else { Ok(rate) }
}

fn put(rate: &mut Rate, field: Field, text: &str) -> Result<(), RateTrouble> {
    let amount = |text: &str| if text.is_empty() { Ok(Amount::ZERO) } else { text.parse::<Amount>() };
    match field {
        Field::Prefix => rate.prefix = prefix(text)?,
        Field::Name => text.clone_into(&mut rate.name),
        Field::SetUp => rate.set_up = amount(text).map_err(RateTrouble::Amount)?,
        Field::Minute => rate.minute = amount(text).map_err(RateTrouble::Amount)?,
        Field::Increment => (rate.first, rate.then) = increment(text)?,
        Field::Flat => rate.flat = is_yes(text),
        Field::From => rate.from = date(text)?,
        Field::Until => rate.until = date(text)?,
    }
    Ok(())
}

fn prefix(text: &str) -> Result<String, RateTrouble> {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '/')).collect();
    let digits = plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")).unwrap_or(&plain);
    let fine = digits.len() <= super::LONGEST && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fine && !digits.starts_with('0') { Ok(digits.to_owned()) } else { Err(RateTrouble::Prefix) }
}

fn increment(text: &str) -> Result<(u32, u32), RateTrouble> {
    if text.is_empty() {
        return Ok((1, 1));
    }
    let (first, then) = text.split_once('/').unwrap_or((text, text));
    let seconds = |text: &str| text.trim().parse::<u32>().ok().filter(|seconds| (1..=3600).contains(seconds));
    seconds(first).zip(seconds(then)).ok_or(RateTrouble::Increment)
}

fn is_yes(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "ja" | "yes" | "x" | "1" | "true" | "wahr")
}

fn date(text: &str) -> Result<Option<Date>, RateTrouble> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = Date::strptime("%Y-%m-%d", text).or_else(|_| Date::strptime("%d.%m.%Y", text));
    read.map(Some).map_err(|_| RateTrouble::Date)
}
