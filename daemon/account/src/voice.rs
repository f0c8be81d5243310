//! How the voice of a call came through.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Both sides of a call, each as it arrived at the box.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
pub struct CallVoice {
    /// What the caller sent.
    pub caller: LegVoice,
    /// What the callee sent.
    pub callee: LegVoice,
}

/// What one side sent, as it arrived at the box, and what it was sent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
pub struct LegVoice {
    /// Packets of voice that came.
    pub packets: u64,
    /// Packets that never came, judged by gaps in the numbering.
    pub lost: u64,
    /// Runs of packets that never came.
    pub gaps: u64,
    /// Packets that came later than their successors.
    pub reordered: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets it was sent.
    pub sent: u64,
    /// Variation of the transit time (RFC 3550 6.4.1).
    pub jitter: Duration,
    /// There and back between it and the box, from its reports (RFC 3550 6.4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip: Option<Duration>,
    /// How it sounds, in hundredths from 100 to 441 (ITU-T G.107); nothing when no packet came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mos: Option<u16>,
    /// Why nothing was heard of it three seconds into the conversation, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unheard: Option<Unheard>,
    /// What its phone says itself of the voice that it was sent (RFC 6035).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneVoice>,
}

/// How a phone heard a call, by its own figures. Loss in hundredths of a percent, times in milliseconds, scores in hundredths.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct PhoneVoice {
    /// Packets that never came.
    pub lost: Option<u16>,
    /// Packets that came too late to be played.
    pub discarded: Option<u16>,
    /// Both of them within bursts.
    pub burst_density: Option<u16>,
    /// Mean length of a burst.
    pub burst: Option<u16>,
    /// Both of them between bursts.
    pub gap_density: Option<u16>,
    /// There and back.
    pub round_trip: Option<u16>,
    /// What the phone itself adds.
    pub end_system_delay: Option<u16>,
    /// Variation of the transit time.
    pub jitter: Option<u16>,
    /// Nominal length of its jitter buffer.
    pub jitter_buffer: Option<u16>,
    /// How it sounds to who listens.
    pub mos_listening: Option<u16>,
    /// How it sounds in a conversation.
    pub mos_conversation: Option<u16>,
}

impl LegVoice {
    /// Lost packets among those that should have come, in hundredths of a percent.
    #[must_use]
    pub fn loss(&self) -> u64 {
        let expected = self.packets.saturating_sub(self.duplicates).saturating_add(self.lost);
        self.lost.saturating_mul(10_000).checked_div(expected).unwrap_or_default()
    }

    /// Whether anything was to be heard of it at all.
    #[must_use]
    pub fn was_heard(&self) -> bool {
        self.packets > 0
    }
}

/// Why a side is not heard, as far as the box can tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unheard {
    /// Not a packet came: a firewall, another network, or a phone that does not send.
    Nothing,
    /// Packets come from elsewhere than it said: an address translator, or a second network card.
    Elsewhere,
    /// Packets come that are no voice, or that its key does not open.
    Unreadable,
    /// It reports and does not speak: muted, or without a microphone.
    Mute,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_counts_what_should_have_come() {
        let leg = |packets, lost, duplicates| LegVoice { packets, lost, duplicates, ..LegVoice::default() };
        for (leg, loss) in
            [(leg(0, 0, 0), 0), (leg(99, 1, 0), 100), (leg(109, 1, 10), 100), (leg(0, 7, 0), 10_000)]
        {
            assert_eq!(leg.loss(), loss, "{leg:?}");
        }
    }
}
