//! What a test found: a verdict for each phone and for each thing that has to work, and in all, with the reason in words.

use std::collections::BTreeMap;

use account::{DeviceId, E164, Extension, LineId, Snapshot};
use emergency::resolve::RULES;
use emergency::{AddressFit, Commissioned, Confidence, Passage, Ready, Rung, Said, Whereabouts};
use serde::Serialize;
use switchboard::Present;

use crate::run::locations::rule_word;

/// Extensions that are named in one sentence.
const NAMED: usize = 10;

/// All that a test looks at.
pub(super) struct Looked<'a> {
    pub ready: &'a Ready,
    /// Every line, and whether it works.
    pub lines: BTreeMap<&'a LineId, bool>,
    pub registered: &'a Present,
    pub house: &'a Snapshot,
    pub ways: &'a Ways,
    /// When the last drill was, as records say it.
    pub last_drill: Option<&'a str>,
}

/// Ways on which people on site are told, where there are any, and why one is of no use.
#[derive(Debug, Default)]
pub(super) struct Ways {
    pub mail: Option<Result<(), String>>,
    pub strobe: Option<Result<(), String>>,
}

/// From best to worst.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Passed,
    /// Help would come, but somebody should look.
    Look,
    /// A call for help would reach nobody.
    Fails,
}

/// The record of a test.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    schema: &'static str,
    pub began: String,
    pub verdict: Verdict,
    pub phones: Vec<Phone>,
    pub checks: Vec<Check>,
}

/// What would become of a call for help from one phone.
#[derive(Debug, Serialize)]
pub(super) struct Phone {
    device: DeviceId,
    alias: String,
    place: String,
    rule: Option<&'static str>,
    /// The line it would take now.
    line: Option<String>,
    number: Option<E164>,
    says_address: bool,
    registered: bool,
    /// Rules that knew its place too long ago.
    expired: Vec<&'static str>,
    pub verdict: Verdict,
    de: String,
    en: String,
}

/// One thing that has to work.
#[derive(Debug, Eq, PartialEq, Serialize)]
pub(super) struct Check {
    pub about: &'static str,
    pub verdict: Verdict,
    de: String,
    en: String,
}

/// A verdict, in German and English.
type Judged = (Verdict, String, String);

impl Report {
    pub(super) fn of(looked: &Looked<'_>, began: String) -> Self {
        let mut phones: Vec<Phone> =
            looked.ready.all().map(|(device, passage)| looked.phone(device, passage)).collect();
        phones.sort_by(|one, other| one.device.cmp(&other.device));
        let checks = looked.checks(&phones);
        let all = phones.iter().map(|phone| phone.verdict).chain(checks.iter().map(|check| check.verdict));
        let verdict = all.max().unwrap_or(Verdict::Passed);
        Self { schema: "self-test/1", began, verdict, phones, checks }
    }
}

impl Looked<'_> {
    fn phone(&self, device: &DeviceId, passage: &Passage) -> Phone {
        let place = &passage.place;
        let taken = passage.ladder.iter().find(|rung| self.works(&rung.line));
        let said = RULES.iter().zip(place.said);
        let expired: Vec<_> =
            said.filter(|(_, said)| *said == Said::Expired).map(|(rule, _)| rule_word(*rule)).collect();
        let (verdict, de, en) = judged(passage, taken, !expired.is_empty());
        Phone {
            device: device.clone(),
            alias: self.house.devices.get(device).map(|device| device.alias.clone()).unwrap_or_default(),
            place: passage.spoken.to_string(),
            rule: place.rule.map(rule_word),
            line: taken.map(|rung| rung.line.as_str().to_owned()),
            number: taken.and_then(|rung| rung.number.clone()),
            says_address: taken.is_some_and(|rung| rung.address == AddressFit::Right),
            registered: self.registered.contains_key(device),
            expired,
            verdict,
            de,
            en,
        }
    }

    fn works(&self, line: &LineId) -> bool {
        self.lines.get(line).copied().unwrap_or_default()
    }

    fn checks(&self, phones: &[Phone]) -> Vec<Check> {
        let rules = self.ready.rules();
        let seen = [
            ("commissioned", Some(commissioned(rules.commissioned))),
            ("lines", Some(self.lines())),
            ("phones", Some(ready(phones))),
            ("texts", self.told(&rules.alarm)),
            ("calls", self.told(&rules.alarm_calls)),
            ("letters", self.ways.mail.as_ref().map(mail)),
            ("relay", self.ways.strobe.as_ref().map(relay)),
            ("told", self.nobody_is_told()),
            ("drill", Some(drill(self.last_drill))),
        ];
        let check = |(about, judged): (&'static str, Option<Judged>)| {
            judged.map(|(verdict, de, en)| Check { about, verdict, de, en })
        };
        seen.into_iter().filter_map(check).collect()
    }

    fn lines(&self) -> Judged {
        let (all, up) = (self.lines.len(), self.lines.values().filter(|works| **works).count());
        let verdict = match up {
            0 => Verdict::Fails,
            up if up < all => Verdict::Look,
            _ => Verdict::Passed,
        };
        (verdict, format!("{up} von {all} Leitungen gehen."), format!("{up} of {all} lines work."))
    }

    /// Whether phones of these extensions are there to be told; nothing where none is named.
    fn told(&self, extensions: &[Extension]) -> Option<Judged> {
        let is_there = |extension: &&Extension| {
            let to = self.house.destination(extension);
            to.is_some_and(|to| self.house.phones_of(to).any(|phone| self.registered.contains_key(&phone.id)))
        };
        let gone: Vec<&str> =
            extensions.iter().filter(|one| !is_there(one)).take(NAMED).map(Extension::as_str).collect();
        let judged = if gone.is_empty() {
            (
                Verdict::Passed,
                "Alle, die benachrichtigt werden, haben ein angemeldetes Telefon.".to_owned(),
                "Everybody who is told has a registered phone.".to_owned(),
            )
        } else {
            let gone = gone.join(", ");
            (
                Verdict::Look,
                format!("Ohne angemeldetes Telefon: {gone}."),
                format!("Without a registered phone: {gone}."),
            )
        };
        (!extensions.is_empty()).then_some(judged)
    }

    fn nobody_is_told(&self) -> Option<Judged> {
        let rules = self.ready.rules();
        let nobody = rules.alarm.is_empty() && rules.alarm_calls.is_empty();
        (nobody && self.ways.mail.is_none() && self.ways.strobe.is_none()).then(|| {
            let de = "Von einem Notruf erführe nur, wer gerade eine Seite der Box offen hat.";
            let en = "Only who has a page of the box open would learn of a call for help.";
            (Verdict::Look, de.to_owned(), en.to_owned())
        })
    }
}

/// What would become of a call over this passage, of which this attempt would get through.
fn judged(passage: &Passage, taken: Option<&Rung>, expired: bool) -> Judged {
    let place = &passage.place;
    let first = passage.ladder.first();
    let assumed = matches!(place.confidence, Confidence::Default | Confidence::None);
    let (verdict, de, en) = match (first, taken) {
        _ if place.whereabouts == Whereabouts::Abroad => (
            Verdict::Passed,
            "Im Ausland: Von dort ruft das Haus nicht um Hilfe.",
            "Abroad: the house does not call for help from there.",
        ),
        (None, _) | (_, None) => (
            Verdict::Fails,
            "Keine Leitung geht: Der Notruf erreichte niemanden.",
            "No line works: a call for help would reach nobody.",
        ),
        (Some(_), Some(taken)) if taken.address == AddressFit::MayBeWrong => (
            Verdict::Look,
            "Die Leitung nennt womöglich eine andere Adresse.",
            "The line may say another address.",
        ),
        (Some(first), Some(taken)) if first.line != taken.line => (
            Verdict::Look,
            "Die eigene Leitung geht nicht; eine andere mit derselben Adresse spränge ein.",
            "Its own line does not work; another with the same address would step in.",
        ),
        _ if assumed => (Verdict::Look, "Sein Ort ist nur angenommen.", "Its place is only assumed."),
        _ if place.conflict.is_some() => {
            (Verdict::Look, "Es wird an zwei Orten gesehen.", "It is seen at two places.")
        }
        _ if expired => (
            Verdict::Look,
            "Was das Netz von seinem Ort wusste, ist zu alt.",
            "What the network knew of its place is too old.",
        ),
        _ => (Verdict::Passed, "Bereit.", "Ready."),
    };
    (verdict, de.to_owned(), en.to_owned())
}

fn commissioned(commissioned: Commissioned) -> Judged {
    let (verdict, de, en) = match commissioned {
        Commissioned::Yes => (Verdict::Passed, "110 und 112 sind in Betrieb.", "110 and 112 are in service."),
        Commissioned::No => (
            Verdict::Look,
            "Noch nicht in Betrieb genommen: 110 und 112 verlassen das Haus nicht.",
            "Not commissioned yet: 110 and 112 do not leave the house.",
        ),
    };
    (verdict, de.to_owned(), en.to_owned())
}

fn ready(phones: &[Phone]) -> Judged {
    let ready = phones.iter().filter(|phone| phone.verdict == Verdict::Passed).count();
    let lost = phones.iter().filter(|phone| matches!(phone.rule, None | Some("default"))).count();
    let expired = phones.iter().filter(|phone| !phone.expired.is_empty()).count();
    let (all, verdict) = (phones.len(), phones.iter().map(|phone| phone.verdict).max());
    (
        verdict.unwrap_or(Verdict::Passed),
        format!(
            "{ready} von {all} Telefonen sind bereit; {lost} ohne Ort, {expired} mit veralteter Sichtung."
        ),
        format!(
            "{ready} of {all} phones are ready; {lost} without a place, {expired} with an expired sighting."
        ),
    )
}

fn mail(taken: &Result<(), String>) -> Judged {
    match taken {
        Ok(()) => (
            Verdict::Passed,
            "Der Mailserver nimmt Briefe an.".to_owned(),
            "The mail server takes letters.".to_owned(),
        ),
        Err(why) => (
            Verdict::Look,
            format!("Der Mailserver nimmt keine Briefe an ({why})."),
            format!("The mail server takes no letters ({why})."),
        ),
    }
}

fn relay(there: &Result<(), String>) -> Judged {
    match there {
        Ok(()) => (
            Verdict::Passed,
            "Die Blitzleuchte lässt sich schalten.".to_owned(),
            "The light can be switched.".to_owned(),
        ),
        Err(why) => (
            Verdict::Look,
            format!("Die Blitzleuchte lässt sich nicht schalten ({why})."),
            format!("The light cannot be switched ({why})."),
        ),
    }
}

fn drill(last: Option<&str>) -> Judged {
    let (de, en) = match last {
        Some(at) => (format!("Letzte Übung: {at}."), format!("Last drill: {at}.")),
        None => ("Es gab noch keine Übung.".to_owned(), "There was no drill yet.".to_owned()),
    };
    (Verdict::Passed, de, en)
}

#[cfg(test)]
mod t4_report;
