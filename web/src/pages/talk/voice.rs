//! How the voice of a call came through: the worse side in one word, and what it suffered from.

use std::time::Duration;

use crate::parts::{Cell, Tone};
use crate::view::Unheard;
use crate::view::past::{Event, Voice};
use crate::words::Lang;

/// From this MOS on, in hundredths, users are satisfied; below the other, nearly all are not (ITU-T G.107 table B.1).
const GOOD: u16 = 403;
const BAD: u16 = 310;

pub(super) fn cell(t: Lang, event: &Event) -> Cell {
    let Some([caller, callee]) = &event.voice else { return Cell::None };
    let sides = [(caller, t.pick("Anrufer", "caller")), (callee, t.pick("Angerufener", "callee"))];
    if let Some((why, side)) = sides.iter().find_map(|(voice, side)| Some((voice.unheard?, side))) {
        let word = t.pick("einseitig stumm", "silent on one side").to_owned();
        return Cell::Mark { tone: Tone::Bad, word, more: format!("{side}: {}", short(t, why)) };
    }
    let heard = sides.into_iter().filter_map(|(voice, side)| Some((voice.mos?, voice, side)));
    let Some((mos, voice, side)) = heard.min_by_key(|(mos, ..)| *mos) else { return Cell::None };
    let (tone, word) = match mos {
        GOOD.. => (Tone::Good, t.pick("gut", "good")),
        BAD.. => (Tone::Warn, t.pick("mäßig", "fair")),
        _ => (Tone::Bad, t.pick("schlecht", "bad")),
    };
    Cell::Mark { tone, word: word.to_owned(), more: suffered(t, mos, voice, side) }
}

/// Why somebody was not heard, in a few words.
fn short(t: Lang, why: Unheard) -> &'static str {
    match why {
        Unheard::Nothing => t.pick("kein Paket kam an", "no packet arrived"),
        Unheard::Elsewhere => t.pick("Pakete von anderer Adresse", "packets from another address"),
        Unheard::Unreadable => t.pick("keine Sprache, oder falscher Schlüssel", "no voice, or the wrong key"),
        Unheard::Mute => t.pick("Telefon sendet nichts", "the phone sends nothing"),
    }
}

/// `MOS 4,37, Anrufer: Verlust 0,21 %, Jitter 4 ms, Laufzeit 18 ms`.
fn suffered(t: Lang, mos: u16, voice: &Voice, side: &str) -> String {
    let mut words = format!(
        "MOS {}, {side}: {} {} %, Jitter {}",
        hundredths(t, u64::from(mos)),
        t.pick("Verlust", "loss"),
        hundredths(t, voice.loss),
        millis(voice.jitter),
    );
    if let Some(round_trip) = voice.round_trip {
        words =
            format!("{words}, {} {}", t.pick("Laufzeit hin und zurück", "round trip"), millis(round_trip));
    }
    words
}

fn hundredths(t: Lang, number: u64) -> String {
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
        cell(Lang::En, &Event { kind, direction, from, to, at, talked, outcome, voice })
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
    fn who_was_not_heard_comes_before_any_score() {
        let bad = Voice { mos: Some(120), ..Voice::default() };
        let silent = Voice { unheard: Some(Unheard::Mute), ..Voice::default() };
        let Cell::Mark { word, more, .. } = told(Some([bad, silent])) else { panic!("a mark") };
        assert!(word.contains("silent") && more == "callee: the phone sends nothing", "{more}");
        assert!(matches!(told(None), Cell::None) && matches!(told(Some([Voice::default(); 2])), Cell::None));
    }
}
