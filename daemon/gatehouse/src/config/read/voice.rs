//! `[media]`: where voice goes, and what who waits hears.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;

use super::{Page, Part};
use crate::config::{FastPath, HoldMusic, Media};

impl<'t> Page<'t> {
    pub(super) fn media(&mut self, part: Part<'t>) -> Media {
        Media {
            address: self.address(part),
            ports: self.ports(part),
            fast_path: self.choice(
                part,
                "fast_path",
                FastPath::Auto,
                &[("auto", FastPath::Auto), ("off", FastPath::Off)],
            ),
            hold_music: match self.text(part, "hold_music", "melody").as_str() {
                "melody" => HoldMusic::Melody,
                "off" => HoldMusic::Off,
                file => HoldMusic::File(file.into()),
            },
        }
    }

    fn address(&mut self, part: Part<'t>) -> Option<IpAddr> {
        match self.text(part, "address", "auto").as_str() {
            "auto" => None,
            _ => Some(self.parsed(
                part,
                "address",
                Ipv4Addr::UNSPECIFIED.into(),
                "\"auto\" or an IP address of this box",
            )),
        }
    }

    fn ports(&mut self, part: Part<'t>) -> RangeInclusive<u16> {
        let text = self.text(part, "ports", "20000-29999");
        let range =
            text.split_once('-').and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
        match range {
            Some((low, high)) if low >= 1024 && low < high => low..=high,
            _ => {
                let reason = format!(
                    "{text:?} is not a range of ports; write for example \"20000-29999\" (1024 or higher)"
                );
                self.problem_at(part, "ports", reason);
                20_000..=29_999
            }
        }
    }
}
