//! How the voice of a call came through: the worse side in one word, and what it suffered from.

use std::time::Duration;

use crate::parts::{Cell, Tone};
use crate::view::Unheard;
use crate::view::past::{Event, PhoneVoice, Voice};
use crate::words::Lang;

/// From this MOS on, in hundredths, users are satisfied; below the other, nearly all are not (ITU-T G.107 table B.1).
pub(super) const GOOD: u16 = 403;
const BAD: u16 = 310;

pub(super) fn cell(t: Lang, event: &Event) -> Cell {
    let Some([caller, callee]) = &event.voice else { return Cell::None };
    let sides = [(caller, t.pick("Anrufer", "caller")), (callee, t.pick("Angerufener", "callee"))];
    if let Some((why, side)) = sides.iter().find_map(|(voice, side)| Some((voice.unheard?, side))) {
        let word = t.pick("einseitig stumm", "silent on one side").to_owned();
        return Cell::Mark { tone: Tone::Bad, word, more: format!("{side}: {}", short(t, why)) };
    }
    let heard = sides.iter().filter_map(|(voice, side)| Some((voice.mos?, suffered(t, voice, side))));
    let phones = sides.iter().filter_map(|(voice, side)| {
        let phone = voice.phone?;
        Some((phone.mos()?, suffered_there(t, &phone, side)))
    });
    let Some((mos, more)) = heard.chain(phones).min_by_key(|(mos, _)| *mos) else { return Cell::None };
    let (tone, word) = judged(t, mos);
    Cell::Mark { tone, word: word.to_owned(), more: format!("MOS {}, {more}", hundredths(t, u64::from(mos))) }
}

/// A score in one word.
pub(super) fn judged(t: Lang, mos: u16) -> (Tone, &'static str) {
    match mos {
        GOOD.. => (Tone::Good, t.pick("gut", "good")),
        BAD.. => (Tone::Warn, t.pick("mäßig", "fair")),
        _ => (Tone::Bad, t.pick("schlecht", "bad")),
    }
}

/// Why somebody was not heard, in a few words.
pub(super) fn short(t: Lang, why: Unheard) -> &'static str {
    match why {
        Unheard::Nothing => t.pick("kein Paket kam an", "no packet arrived"),
        Unheard::Elsewhere => t.pick("Pakete von anderer Adresse", "packets from another address"),
        Unheard::Unreadable => t.pick("keine Sprache, oder falscher Schlüssel", "no voice, or the wrong key"),
        Unheard::Mute => t.pick("Telefon sendet nichts", "the phone sends nothing"),
    }
}

/// `Anrufer: Verlust 0,21 %, Jitter 4 ms, Laufzeit 18 ms`.
fn suffered(t: Lang, voice: &Voice, side: &str) -> String {
    let words = format!("{side}: {}", lost(t, Some(voice.loss), Some(voice.jitter)));
    let Some(round_trip) = voice.round_trip else { return words };
    format!("{words}, {} {}", t.pick("Laufzeit hin und zurück", "round trip"), millis(round_trip))
}

/// `wie das Telefon (Anrufer) es hörte: Verlust 0,21 %, Jitter 4 ms`.
fn suffered_there(t: Lang, phone: &PhoneVoice, side: &str) -> String {
    let jitter = phone.jitter.map(|jitter| Duration::from_millis(jitter.into()));
    let heard = match t {
        Lang::De => format!("wie das Telefon ({side}) es hörte"),
        Lang::En => format!("as the {side}'s phone heard it"),
    };
    let lost = lost(t, phone.loss(), jitter);
    if lost.is_empty() { heard } else { format!("{heard}: {lost}") }
}

/// What is known of it.
fn lost(t: Lang, loss: Option<u64>, jitter: Option<Duration>) -> String {
    let loss = loss.map(|loss| format!("{} {} %", t.pick("Verlust", "loss"), hundredths(t, loss)));
    let jitter = jitter.map(|jitter| format!("Jitter {}", millis(jitter)));
    loss.into_iter().chain(jitter).collect::<Vec<_>>().join(", ")
}

pub(super) fn hundredths(t: Lang, number: u64) -> String {
    format!("{}{}{:02}", number / 100, t.pick(",", "."), number % 100)
}

fn millis(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::view::past::{Direction, Kind, Outcome, Party};

    fn told(voice: Option<[Voice; 2]>) -> Cell {
        let (from, to) = (Party::default(), Party::default());
        let (kind, direction, outcome) = (Kind::Call, Direction::In, Outcome::Answered);
        let (at, talked) = (SystemTime::UNIX_EPOCH, Duration::from_secs(60));
        let (number, sides) = (None, None);
        cell(Lang::En, &Event { number, kind, direction, from, to, at, talked, outcome, sides, voice })
    }

    #[test]
    fn the_worse_side_is_told_and_what_it_suffers_from() {
        let good = Voice { mos: Some(437), ..Voice::default() };
        let jitter = Duration::from_micros(4_250);
        let lossy = Voice { mos: Some(305), loss: 321, jitter, round_trip: Some(jitter), ..Voice::default() };
        let Cell::Mark { tone, word, more } = told(Some([good, lossy])) else { panic!("a mark") };
        assert_eq!((tone, &*word), (Tone::Bad, "bad"));
        assert_eq!(more, "MOS 3.05, callee: loss 3.21 %, Jitter 4 ms, round trip 4 ms");
        let Cell::Mark { tone, .. } = told(Some([good, Voice::default()])) else { panic!("a mark") };
        assert_eq!(tone, Tone::Good);
    }

    #[test]
    fn a_phone_that_heard_worse_has_the_last_word() {
        let phone = PhoneVoice {
            mos_listening: Some(250),
            lost: Some(750),
            discarded: Some(200),
            jitter: Some(6),
            ..PhoneVoice::default()
        };
        let told_of = |phone| Voice { mos: Some(437), phone, ..Voice::default() };
        let Cell::Mark { tone, more, .. } = told(Some([told_of(None), told_of(Some(phone))])) else {
            panic!("a mark")
        };
        assert_eq!(
            (tone, &*more),
            (Tone::Bad, "MOS 2.50, as the callee's phone heard it: loss 9.50 %, Jitter 6 ms")
        );
    }

    #[test]
    fn who_was_not_heard_comes_before_any_score() {
        let bad = Voice { mos: Some(120), ..Voice::default() };
        let silent = Voice { unheard: Some(Unheard::Mute), ..Voice::default() };
        let Cell::Mark { word, more, .. } = told(Some([bad, silent])) else { panic!("a mark") };
        assert!(word.contains("silent") && more == "callee: the phone sends nothing", "{more}");
        assert!(matches!(told(None), Cell::None) && matches!(told(Some([Voice::default(); 2])), Cell::None));
    }
}
