//! What is listened for in the peer's voice itself, as far as it is G.711.

use super::Leg;
use media::dtmf::Digit;
use media::g711::Law;
use media::relay::Ear;
use media::rtp::Packet;
use media::tone::{FaxEar, FaxSign, KeyEar};

/// The ears of one leg; most have none.
#[derive(Debug, Default)]
pub(super) struct Ears {
    keys: Option<KeyEar>,
    fax: Option<FaxEar>,
}

impl Leg {
    /// Listens for this too, from now on.
    pub(crate) fn listen(&mut self, ear: Ear) {
        let ears = self.ears.get_or_insert_default();
        match ear {
            Ear::Keys => ears.keys = Some(KeyEar::default()),
            Ear::Fax => ears.fax = Some(FaxEar::default()),
        }
    }
}

impl Ears {
    /// Hears a packet of voice.
    pub(super) fn hear(&mut self, packet: &Packet<'_>) -> (Option<Digit>, Option<FaxSign>) {
        let law = match packet.payload_type {
            0 => Law::Mu,
            8 => Law::A,
            _ => return (None, None),
        };
        let samples = || packet.payload.iter().map(|byte| law.decode(*byte));
        let digit = self.keys.as_mut().and_then(|ear| ear.hear(samples()));
        (digit, self.fax.as_mut().and_then(|ear| ear.hear(samples())))
    }
}
