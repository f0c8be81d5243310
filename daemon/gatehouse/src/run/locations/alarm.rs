//! Somebody calls for help: the journal and the page say who, from where, over which line, and what became of it.
//!
//! All of it is read from the switchboard's picture, so nothing here can delay a call or make it fail.

use emergency::{AddressFit, Confidence};
use switchboard::{HelpNow, HelpStage};
use tracing::{info, warn};

use super::Locations;

impl Locations {
    /// Says what is new since `before`, and shows the latest.
    pub(super) fn alarm(&self, before: &[HelpNow], now: &[HelpNow]) {
        for help in now.iter().filter(|help| !before.contains(help)) {
            let line = help.rung.as_ref().map(|rung| rung.line.as_str());
            let (device, dialled, stage) = (&help.device, help.service.number(), help.stage);
            if stage == HelpStage::NotReached {
                warn!(%device, dialled, line, "a call for help reached nobody");
            } else {
                info!(%device, dialled, ?stage, line, sure = ?help.place.confidence, "a call for help");
            }
        }
        let latest = now.iter().max_by_key(|help| help.since);
        self.notices.help(latest.map(|help| self.told(help)));
    }

    /// German and English, with everything that somebody on site needs.
    fn told(&self, help: &HelpNow) -> (String, String) {
        let house = &self.house;
        let known = house.devices.get(&help.device);
        let who = known.map_or_else(|| "?".to_owned(), |device| format!("{} ({})", device.alias, device.id));
        let place =
            help.place.location.map(|place| self.shown().named(place)).unwrap_or_else(|| "?".to_owned());
        let number = help.rung.as_ref().and_then(|rung| rung.number.as_ref());
        let number = number.map_or_else(|| "?".to_owned(), ToString::to_string);
        let wrong = help.rung.as_ref().is_some_and(|rung| rung.address == AddressFit::MayBeWrong);
        let assumed = matches!(help.place.confidence, Confidence::Default | Confidence::None);
        let (doubt_de, doubt_en) = match (wrong, assumed) {
            (true, _) => {
                (" DIE LEITUNG NENNT WOMÖGLICH EINE ANDERE ADRESSE.", " THE LINE MAY SAY ANOTHER ADDRESS.")
            }
            (false, true) => (" Der Standort ist nur angenommen.", " The place is only assumed."),
            (false, false) => ("", ""),
        };
        let (de, en) = stage(help.stage);
        let dialled = help.service.number();
        (
            format!("Notruf {dialled} von {who}, {place}: {de}. Rückrufnummer {number}.{doubt_de}"),
            format!(
                "Emergency call {dialled} from {who}, {place}: {en}. Number for calls back {number}.{doubt_en}"
            ),
        )
    }
}

const fn stage(stage: HelpStage) -> (&'static str, &'static str) {
    match stage {
        HelpStage::Trying => ("wird verbunden", "being connected"),
        HelpStage::Connected => ("verbunden", "connected"),
        HelpStage::NotReached => {
            ("KEINE LEITUNG ERREICHT, bitte hingehen", "NO LINE REACHED, please go there")
        }
        HelpStage::Over => {
            ("beendet, die Leitstelle kann zurückrufen", "over, the control centre may call back")
        }
        HelpStage::GivenUp => ("vor der Antwort aufgelegt", "given up before anybody answered"),
    }
}
