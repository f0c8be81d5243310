//! Payload types on their way from one leg to the other: renumbered, translated where there is no common codec, or
//! dropped because nobody agreed on them.

use crate::coding::Coding;
use crate::sdp::{Codec, Encoding};

/// Numbers there are (RFC 3550 5.1).
const NUMBERS: usize = 128;

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passage {
    /// Not agreed on: dropped.
    #[default]
    Refused,
    /// Passed on as it is, where no map is asked.
    Untouched,
    /// Passed on under this number.
    As(u8),
    /// Passed on under this number in another codec.
    Translated {
        /// The partner's number.
        number: u8,
        /// The codec it comes in.
        from: Coding,
        /// The one that the partner knows.
        into: Coding,
    },
    /// Keys pressed; passed on under the partner's number, if it has one.
    Events(Option<u8>),
}

/// The passage of each payload type that a leg's peer may send.
#[derive(Clone, PartialEq, Eq)]
pub struct PayloadMap([Passage; NUMBERS]);

impl PayloadMap {
    /// From what we told the peer that it may send, and what its partner wants to hear.
    #[must_use]
    pub fn between(told: &[Codec], wanted: &[Codec]) -> Self {
        let mut map = Self([Passage::Refused; NUMBERS]);
        // The first of two lines with one number counts.
        for codec in told.iter().rev() {
            if let Some(place) = map.0.get_mut(usize::from(codec.payload_type)) {
                *place = passage(codec, wanted);
            }
        }
        map
    }

    /// What becomes of this payload type.
    #[must_use]
    pub fn passage(&self, payload_type: u8) -> Passage {
        self.0.get(usize::from(payload_type)).copied().unwrap_or_default()
    }

    /// Whether voice is translated for want of a common codec; to be shown as such.
    #[must_use]
    pub fn translates(&self) -> bool {
        self.0.iter().any(|passage| matches!(passage, Passage::Translated { .. }))
    }
}

impl std::fmt::Debug for PayloadMap {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let agreed = self.0.iter().enumerate().filter(|(_, passage)| **passage != Passage::Refused);
        formatter.debug_map().entries(agreed).finish()
    }
}

fn passage(codec: &Codec, wanted: &[Codec]) -> Passage {
    let same = wanted.iter().find(|other| other.is_like(codec)).map(|other| other.payload_type);
    match (&codec.encoding, same) {
        (Encoding::TelephoneEvent, number) => Passage::Events(number),
        (_, Some(number)) => Passage::As(number),
        (_, None) => codec.coding().and_then(|(_, from)| translated(from, wanted)).unwrap_or_default(),
    }
}

fn translated(from: Coding, wanted: &[Codec]) -> Option<Passage> {
    let (number, into) = wanted.iter().find_map(Codec::coding)?;
    Some(Passage::Translated { number, from, into })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::g711::Law;
    use crate::sdp::Session;

    const A: Coding = Coding::G711(Law::A);
    const MU: Coding = Coding::G711(Law::Mu);

    fn codecs(formats: &str, attributes: &str) -> Vec<Codec> {
        let text = format!("v=0\nc=IN IP4 192.0.2.7\nm=audio 4000 RTP/AVP {formats}\n{attributes}");
        Session::parse(text.as_bytes()).unwrap().audio().unwrap().codecs()
    }

    #[test]
    fn each_side_keeps_its_own_numbers() {
        let phone = codecs("9 8 101 111", "a=rtpmap:101 telephone-event/8000\na=rtpmap:111 opus/48000/2\n");
        let cloud = codecs("8 113 96 0", "a=rtpmap:113 telephone-event/8000\na=rtpmap:96 OPUS/48000/2\n");
        let out = PayloadMap::between(&phone, &cloud);
        assert_eq!(
            [8, 101, 111, 9, 0, 113].map(|number| out.passage(number)),
            [
                Passage::As(8),
                Passage::Events(Some(113)),
                Passage::As(96),
                Passage::Translated { number: 8, from: Coding::G722, into: A },
                Passage::Refused,
                Passage::Refused,
            ]
        );
        let back = PayloadMap::between(&cloud, &phone);
        assert_eq!(
            [113, 96].map(|number| back.passage(number)),
            [Passage::Events(Some(101)), Passage::As(111)]
        );
        assert_eq!(back.passage(0), Passage::Translated { number: 9, from: MU, into: Coding::G722 });
    }

    #[test]
    fn translation_is_the_last_resort() {
        let (a, mu) = (codecs("8", ""), codecs("0", ""));
        assert!(PayloadMap::between(&a, &mu).translates());
        assert!(!PayloadMap::between(&a, &codecs("0 8", "")).translates());
        assert!(PayloadMap::between(&codecs("9", ""), &mu).translates());
        assert!(!PayloadMap::between(&codecs("18", ""), &mu).translates());
    }

    #[test]
    fn events_of_other_clocks_are_other_events_and_a_side_without_them_hears_none() {
        let wide = codecs("9 101", "a=rtpmap:101 telephone-event/16000\n");
        let narrow = codecs("8 101", "a=rtpmap:101 telephone-event/8000\n");
        assert_eq!(PayloadMap::between(&wide, &narrow).passage(101), Passage::Events(None));
    }

    #[test]
    fn numbers_out_of_range_are_nobodys() {
        let odd = codecs(
            "8 200",
            "a=rtpmap:200 PCMA/8000\na=rtpmap:x PCMA/8000\na=rtpmap:8 PCMU/8000\na=rtpmap:8 PCMA/8000\n",
        );
        assert_eq!(odd.len(), 1);
        assert_eq!(PayloadMap::between(&odd, &odd).passage(200), Passage::Refused);
        let many: String = (0..100).map(|number| format!("{number} ")).collect();
        let maps: String = (0..100).map(|number| format!("a=rtpmap:{number} X{number}/8000\n")).collect();
        assert_eq!(codecs(&many, &maps).len(), 32);
    }
}
