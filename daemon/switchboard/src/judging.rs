//! How the voice of a call came through: known when the relay has closed both legs, a moment after the call is over.

use std::collections::VecDeque;

use account::{CallVoice, LegVoice, PhoneVoice, Side, Unheard};
use media::relay::{self, LegId, LegStatistics};
use media::rtcp::VoipMetrics;

use crate::io::Output;
use crate::switchboard::Switchboard;

/// Calls that wait for the relay's last word, at most; one that gives none makes room for later ones.
const MOST: usize = 1_024;

/// Calls that are over, and what is known of their voice so far.
#[derive(Debug, Default)]
pub(crate) struct Judging(VecDeque<Waiting>);

#[derive(Debug)]
struct Waiting {
    call: Box<str>,
    legs: [LegId; 2],
    sides: [Side; 2],
    unheard: [Option<Unheard>; 2],
    known: [Option<LegVoice>; 2],
}

impl Judging {
    /// Both legs of this call, the caller's first, are about to be closed.
    pub(crate) fn await_both(
        &mut self,
        call: &str,
        (legs, sides): ([LegId; 2], [Side; 2]),
        unheard: [Option<Unheard>; 2],
    ) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(Waiting { call: call.into(), legs, sides, unheard, known: [None; 2] });
    }

    /// The relay has closed a leg. Names the call whose other leg it had closed before, with all that is known.
    pub(crate) fn closed(
        &mut self,
        leg: LegId,
        statistics: &LegStatistics,
    ) -> Option<(String, CallVoice, [Side; 2])> {
        let place = self.0.iter().position(|waiting| waiting.legs.contains(&leg))?;
        let Waiting { legs, unheard, known, .. } = self.0.get_mut(place)?;
        for ((of, known), unheard) in legs.iter().zip(known.iter_mut()).zip(unheard) {
            if *of == leg {
                *known = Some(judged(statistics, *unheard));
            }
        }
        let [Some(caller), Some(callee)] = *known else { return None };
        let told = self.0.remove(place)?;
        Some((told.call.into(), CallVoice { caller, callee }, told.sides))
    }
}

fn judged(of: &LegStatistics, unheard: Option<Unheard>) -> LegVoice {
    LegVoice {
        packets: of.packets,
        lost: of.lost,
        gaps: of.gaps,
        reordered: of.reordered,
        duplicates: of.duplicates,
        sent: of.sent,
        jitter: of.jitter,
        round_trip: of.round_trip,
        mos: of.mos().map(media::opinion::Mos::hundredths),
        unheard,
        phone: of.phone.map(phone),
    }
}

/// What an extended report says, in the figures of RFC 6035.
fn phone(of: VoipMetrics) -> PhoneVoice {
    let percent = |part: u8| Some(u16::try_from(u32::from(part) * 10_000 / 256).unwrap_or_default());
    let score = |tenths: u8| Some(u16::from(tenths) * 10).filter(|score| (100..=500).contains(score));
    PhoneVoice {
        lost: percent(of.loss_rate),
        discarded: percent(of.discard_rate),
        burst_density: percent(of.burst_density),
        burst: Some(of.burst_duration),
        gap_density: percent(of.gap_density),
        round_trip: Some(of.round_trip_delay),
        end_system_delay: Some(of.end_system_delay),
        jitter: None,
        jitter_buffer: Some(of.jitter_buffer),
        mos_listening: score(of.mos_listening),
        mos_conversation: score(of.mos_conversation),
    }
}

/// As it is written down.
fn reason(why: relay::Unheard) -> Unheard {
    match why {
        relay::Unheard::Nothing => Unheard::Nothing,
        relay::Unheard::Elsewhere => Unheard::Elsewhere,
        relay::Unheard::Unreadable => Unheard::Unreadable,
        relay::Unheard::Mute => Unheard::Mute,
    }
}

impl Switchboard {
    /// Three seconds into the conversation nothing came from whoever should speak.
    pub(crate) fn side_unheard(&mut self, leg: LegId, why: relay::Unheard) {
        let why = reason(why);
        self.counts.unheard += 1;
        if let Some(id) = self.calls.by_leg(leg) {
            self.calls.with(id, |call| call.voice.iter_mut().for_each(|voice| voice.is_unheard(leg, why)));
        }
        self.edition += 1;
    }

    /// A leg is closed: with the other one of its call all is known about the call's voice.
    pub(crate) fn voice_judged(&mut self, leg: LegId, statistics: &LegStatistics) {
        let Some((call, voice, sides)) = self.wires.judging.closed(leg, statistics) else { return };
        self.counts.judged(&voice, sides);
        self.wires.push(Output::Judged { call, voice: Box::new(voice) });
    }
}
