//! What is listened for in the peer's voice itself, as far as it is G.711.

use super::Leg;
use super::heard::Heard;
use media::dtmf::Digit;
use media::g711::Law;
use media::relay::Ear;
use media::rtp::Packet;
use media::tone::{FaxEar, FaxSign, KeyEar};

/// Packets of ten seconds: by then a calling fax has called twice, and an answering one has answered.
const AT_FIRST: u16 = 500;

/// The ears of one leg; most have none.
#[derive(Debug, Default)]
pub(super) struct Ears {
    keys: Option<KeyEar>,
    fax: Option<FaxEar>,
    /// Packets after which nobody listens for a fax any more.
    fax_until: Option<u16>,
}

impl Leg {
    /// Listens for this too, from now on.
    pub(crate) fn listen(&mut self, ear: Ear) {
        let ears = self.ears.get_or_insert_default();
        match ear {
            Ear::Keys => ears.keys = Some(KeyEar::default()),
            Ear::Fax => (ears.fax, ears.fax_until) = (Some(FaxEar::default()), None),
            Ear::FaxAtFirst if ears.fax.is_none() => {
                (ears.fax, ears.fax_until) = (Some(FaxEar::default()), Some(AT_FIRST));
            }
            Ear::FaxAtFirst => {}
        }
    }

    /// What is heard in a packet.
    pub(super) fn listened(&mut self, heard: &Heard<'_>) -> (Option<Digit>, Option<FaxSign>) {
        let (Some(ears), Heard::Voice(packet)) = (self.ears.as_deref_mut(), heard) else {
            return (None, None);
        };
        let found = ears.hear(packet);
        ears.count_down();
        if ears.keys.is_none() && ears.fax.is_none() {
            self.ears = None;
        }
        found
    }
}

impl Ears {
    fn count_down(&mut self) {
        if let Some(left) = &mut self.fax_until {
            *left = left.saturating_sub(1);
            self.fax = self.fax.take().filter(|_| *left > 0);
        }
    }

    /// Hears a packet of voice.
    fn hear(&mut self, packet: &Packet<'_>) -> (Option<Digit>, Option<FaxSign>) {
        let law = match packet.payload_type {
            0 => Law::Mu,
            8 => Law::A,
            _ => return (None, None),
        };
        let samples = || packet.payload.iter().map(|byte| law.decode(*byte));
        let digit = self.keys.as_mut().and_then(|ear| ear.hear(samples()));
        let sign = self.fax.as_mut().and_then(|ear| ear.hear(samples()));
        (digit, sign)
    }
}
