//! What a test of the access line found, in figures and in words.
//!
//! The cloud's own terms: for each call 100 kbit/s each way, which is what G.711 takes with everything around it, at most 0.1 % of
//! it lost, and at most 200 ms to the registrar.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use web::view::Sentence;

use super::super::records::said;
use super::voice::Figures;

/// Most that may get lost, in parts of a hundred.
const LOSS: f64 = 0.1;
/// Longest time until the registrar answers.
const LATENCY: Duration = Duration::from_millis(200);

/// What was measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    /// How long each server took to answer, each time it was asked.
    pub servers: BTreeMap<SocketAddr, Vec<Duration>>,
    /// The voice of each call that came about.
    pub voice: Vec<Figures>,
    /// How many calls were to be made at once; 0 when there is nobody to call.
    pub calls: u16,
    /// Why not all came about.
    pub refused: Option<String>,
    /// It was ended before its time.
    pub cut_short: Option<Cut>,
}

/// Who ended a test before its time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cut {
    Stopped,
    /// Somebody calls for help, and has the line for himself.
    Help,
}

/// Whether the line is good enough.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    Fit,
    Unfit,
    /// Not everything could be measured.
    Partly,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::Unfit => "unfit",
            Self::Partly => "partly",
        }
    }
}

impl Measured {
    /// The worst server's usual time.
    fn latency(&self) -> Option<Duration> {
        let usual = |times: &Vec<Duration>| {
            let mut times = times.clone();
            times.sort_unstable();
            times.get(times.len() / 2).copied()
        };
        self.servers.values().filter_map(usual).max()
    }

    /// The worst of all calls, where it is known of all.
    fn worst(&self, of: impl Fn(&Figures) -> Option<f64>) -> Option<f64> {
        let all: Option<Vec<f64>> = self.voice.iter().map(of).collect();
        all.filter(|all| !all.is_empty()).map(|all| all.into_iter().fold(0.0, f64::max))
    }

    pub(super) fn verdict(&self) -> Verdict {
        let losses = [self.worst(|voice| voice.lost_out), self.worst(|voice| voice.lost_in)];
        let late = self.latency().is_some_and(|latency| latency > LATENCY);
        let lost = losses.into_iter().flatten().any(|loss| loss > LOSS);
        let all = losses.iter().all(Option::is_some) && self.voice.len() == usize::from(self.calls);
        match (late || lost, all && self.latency().is_some() && self.cut_short.is_none()) {
            (true, _) => Verdict::Unfit,
            (false, true) => Verdict::Fit,
            (false, false) => Verdict::Partly,
        }
    }

    /// The whole verdict, a sentence each, the conclusion first.
    pub(super) fn words(&self) -> Vec<Sentence> {
        let calls = self.voice.len();
        let mut words = vec![self.conclusion()];
        words.extend(match self.cut_short {
            Some(Cut::Help) => Some(Sentence::new(
                "Jemand hat Hilfe gerufen und die Leitung für sich bekommen; der Test endete dafür.",
                "Somebody called for help and got the line for himself; the test ended for that.",
            )),
            Some(Cut::Stopped) => Some(Sentence::new("Der Test wurde beendet.", "The test was stopped.")),
            None => None,
        });
        words.push(match self.latency() {
            Some(latency) => {
                let (is, most) = (latency.as_millis(), LATENCY.as_millis());
                Sentence::new(
                    format!("Der Anbieter antwortet nach {is} ms (höchstens {most} ms)."),
                    format!("The provider answers after {is} ms ({most} ms at most)."),
                )
            }
            None => Sentence::new(
                "Wie schnell der Anbieter antwortet, war nicht zu messen.",
                "How fast the provider answers could not be measured.",
            ),
        });
        if calls > 0 {
            words.push(lost(("hinaus", "out"), self.worst(|voice| voice.lost_out)));
            words.push(lost(("herein", "in"), self.worst(|voice| voice.lost_in)));
        }
        if let Some(back) = self.voice.iter().filter_map(|voice| voice.round_trip).max() {
            words.push(Sentence::new(
                format!("Sprache kommt nach {} ms vom Echo zurück.", back.as_millis()),
                format!("Voice comes back from the echo after {} ms.", back.as_millis()),
            ));
        }
        words.extend(self.refused.iter().map(|why| {
            Sentence::new(
                format!("Nicht alle Probeanrufe kamen zustande: {why}."),
                format!("Not all test calls came about: {why}."),
            )
        }));
        words
    }

    fn conclusion(&self) -> Sentence {
        let calls = self.voice.len();
        match self.verdict() {
            Verdict::Fit => Sentence::new(
                format!("Der Anschluss trägt {calls} Gespräche zugleich, je 100 kbit/s in beide Richtungen."),
                format!("The access line carries {calls} calls at once, 100 kbit/s each way for each."),
            ),
            Verdict::Unfit => Sentence::new(
                "Der Anschluss genügt so nicht: mit weniger Gesprächen zugleich messen, anderen Verkehr nachrangig \
                 behandeln (QoS) oder mehr Bandbreite bestellen.",
                "The access line is not good enough as it is: test with fewer calls at once, let other traffic wait (QoS), or \
                 order more bandwidth.",
            ),
            Verdict::Partly if self.calls == 0 => Sentence::new(
                "Sprache wurde nicht gemessen: [trunk] echo nennt keine Nummer, die zurücksagt, was sie hört.",
                "Voice was not measured: [trunk] echo names no number that says back what it hears.",
            ),
            Verdict::Partly => Sentence::new(
                "Was gemessen wurde, ist gut; nicht alles ließ sich messen.",
                "What was measured is good; not everything could be measured.",
            ),
        }
    }

    /// As it is written down, with when it began and ended.
    pub(super) fn record(&self, [began, ended]: [SystemTime; 2]) -> Value {
        let voice = |voice: &Figures| {
            json!({
                "sent": voice.sent, "came": voice.came, "lost_out_percent": voice.lost_out,
                "lost_in_percent": voice.lost_in, "jitter_ms": milliseconds(voice.jitter),
                "round_trip_ms": voice.round_trip.map(milliseconds),
            })
        };
        let server = |(server, times): (&SocketAddr, &Vec<Duration>)| {
            let times: Vec<f64> = times.iter().copied().map(milliseconds).collect();
            json!({"server": server.to_string(), "answers_ms": times})
        };
        json!({
            "schema": "line-test/1", "began": said(began), "ended": said(ended),
            "verdict": self.verdict().word(), "says": self.words(), "calls": self.calls,
            "latency_ms": self.latency().map(milliseconds),
            "servers": self.servers.iter().map(server).collect::<Vec<_>>(),
            "voice": self.voice.iter().map(voice).collect::<Vec<_>>(),
        })
    }
}

fn lost((de, en): (&str, &str), share: Option<f64>) -> Sentence {
    match share {
        Some(share) => Sentence::new(
            format!(
                "Auf dem Weg {de} gehen {} % der Sprache verloren (höchstens {} %).",
                comma(share, 2),
                comma(LOSS, 1)
            ),
            format!("{share:.2} % of the voice get lost on the way {en} ({LOSS} % at most)."),
        ),
        None => Sentence::new(
            format!(
                "Wie viel auf dem Weg {de} verloren geht, war nicht zu messen: Die Gegenseite sagt weder zurück noch berichtet sie."
            ),
            format!(
                "How much gets lost on the way {en} could not be measured: the other side neither says back nor reports."
            ),
        ),
    }
}

/// A number as it is written in German.
fn comma(number: f64, places: usize) -> String {
    format!("{number:.places$}").replace('.', ",")
}

/// With two places.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Figures = Figures {
        sent: 1_000,
        came: 1_000,
        lost_out: Some(0.0),
        lost_in: Some(0.1),
        round_trip: Some(Duration::from_millis(40)),
        jitter: Duration::from_millis(1),
    };

    fn measured(latency: u64, voice: &[Figures]) -> Measured {
        let server = "192.0.2.9:5060".parse().unwrap();
        let times = vec![Duration::from_millis(latency); 5];
        Measured { servers: [(server, times)].into(), voice: voice.to_vec(), calls: 2, ..Measured::default() }
    }

    #[test]
    fn each_limit_decides_by_itself() {
        let lossy = Figures { lost_out: Some(0.2), ..GOOD };
        let unknown = Figures { lost_out: None, ..GOOD };
        for (measured, verdict) in [
            (measured(200, &[GOOD, GOOD]), Verdict::Fit),
            (measured(201, &[GOOD, GOOD]), Verdict::Unfit),
            (measured(20, &[GOOD, lossy]), Verdict::Unfit),
            (measured(20, &[GOOD, Figures { lost_in: Some(0.11), ..GOOD }]), Verdict::Unfit),
            (measured(20, &[GOOD, unknown]), Verdict::Partly),
            (measured(20, &[GOOD]), Verdict::Partly),
            (measured(20, &[unknown, lossy]), Verdict::Partly),
            (Measured { servers: BTreeMap::new(), ..measured(20, &[GOOD, GOOD]) }, Verdict::Partly),
            (Measured { cut_short: Some(Cut::Help), ..measured(20, &[GOOD, GOOD]) }, Verdict::Partly),
        ] {
            assert_eq!(measured.verdict(), verdict, "{measured:?}");
        }
    }

    #[test]
    fn the_verdict_says_what_was_found_and_what_to_do() {
        let text = |measured: &Measured| {
            let words = measured.words();
            words.iter().map(|sentence| sentence.en.to_string()).collect::<Vec<_>>().join(" ")
        };
        let good = text(&measured(23, &[GOOD, GOOD]));
        for said in ["carries 2 calls at once", "after 23 ms", "0.10 %", "echo after 40 ms"] {
            assert!(good.contains(said), "{said}: {good}");
        }
        let bad = text(&measured(300, &[GOOD, GOOD]));
        assert!(bad.contains("not good enough") && bad.contains("300 ms (200 ms at most)"), "{bad}");
        let nobody = text(&Measured { calls: 0, ..measured(23, &[]) });
        assert!(nobody.contains("[trunk] echo"), "{nobody}");
    }
}
