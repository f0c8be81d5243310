//! Somebody calls for help: journal, page, letters and relay say who, from where, over which line, and what became of it.
//!
//! All of it is read from the switchboard's picture, so nothing here can delay a call or make it fail.

use std::time::Instant;

use alarm::{Letter, Switched};
use emergency::{AddressFit, Confidence};
use switchboard::{CallId, HelpNow, HelpStage};
use tracing::{info, warn};
use web::view::{Alarm, Sentence};

use super::Locations;
use crate::run::viewing::wall;

impl Locations {
    /// Says what is new since `before`, and again what nobody has heard; names the calls of which the phones of the house are to
    /// be told again. What is new the switchboard has told them itself. Somebody may have picked up a call that rang him for
    /// one that is new here.
    #[must_use]
    pub(super) fn alarm(
        &mut self,
        before: &[HelpNow],
        help: &[HelpNow],
        (picked_up, now): (Option<Instant>, Instant),
    ) -> Vec<CallId> {
        let mut fresh = Vec::new();
        for one in help.iter().filter(|one| !before.contains(one)) {
            note(one);
            let known = before.iter().any(|old| (old.call, old.stage) == (one.call, one.stage));
            if !known {
                self.alarms.tell(one.call.0, now);
                fresh.push(one.call);
            }
        }
        let mut again = Vec::new();
        let due = self.alarms.due(now);
        for (call, times) in due {
            if let Some(one) = help.iter().find(|one| one.call.0 == call) {
                self.telling.letters.write(self.letter(one, times));
                again.extend((!fresh.contains(&one.call)).then_some(one.call));
            }
        }
        let heard = help.iter().filter(|one| picked_up.is_some_and(|at| one.since <= at));
        heard.for_each(|one| self.alarms.heard_of(one.call.0));
        let lit = self.alarms.sounds() || help.iter().any(runs);
        self.telling.switch(if lit { Switched::On } else { Switched::Off });
        let latest = help.iter().max_by_key(|one| one.since);
        self.notices.help(latest.map(|one| self.told(one)));
        self.notices.alarms(help.iter().filter_map(|one| self.shown_alarm(one)).collect());
        again
    }

    /// Somebody has heard of every call.
    pub(super) fn heard(&mut self, who: &str) {
        info!(who, "somebody has heard of the call for help");
        self.alarms.heard();
    }

    /// What stands on every page while a call for help runs, and until somebody has heard of it.
    fn shown_alarm(&self, help: &HelpNow) -> Option<Alarm> {
        let unheard = self.alarms.is_unheard(help.call.0);
        (unheard || runs(help)).then(|| {
            let (de, en) = self.told(help);
            Alarm {
                call: help.call.0.to_string(),
                what: Sentence::new(de, en),
                since: wall(help.since),
                unheard,
            }
        })
    }

    /// German and English, with everything that somebody on site needs.
    fn told(&self, help: &HelpNow) -> (String, String) {
        let (who, place, number) = (self.caller(help), self.place_of(help), number(help));
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

    /// The same with every detail; `times` says how often it was told before.
    fn letter(&self, help: &HelpNow, times: u32) -> Letter {
        let (de, en) = self.told(help);
        let again = if times == 0 { String::new() } else { format!(" ({})", times + 1) };
        let civic = help.place.location.map(|place| self.now.places.civic(place)).unwrap_or_default();
        let device = self.house.devices.get(&help.device);
        let user = device.and_then(|device| self.house.owner(device)).map(|user| user.name.clone());
        let address = help.place.address.as_ref().and_then(|id| self.house.addresses.get(id));
        let line = help.rung.as_ref().map(|rung| rung.line.as_str().to_owned());
        let since = web::rfc3339(wall(help.since));
        let details = [
            ("Zeit / time", Some(since)),
            ("Gewählt / dialled", Some(help.service.number().to_owned())),
            ("Telefon / phone", Some(self.caller(help))),
            ("Benutzer / user", user),
            ("Anschrift / address", address.map(|address| address.line.clone())),
            ("Ort / place", Some(self.place_of(help))),
            ("Etage / floor", civic.floor.map(String::from)),
            ("Raum / room", civic.room.map(String::from)),
            ("Weg / way", civic.hint.map(String::from)),
            ("Rückruf / calls back", Some(number(help))),
            ("Leitung / line", line),
        ];
        let lines = details.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}\n", value?)));
        let subject = format!(
            "NOTRUF {}: {}, {}{again}",
            help.service.number(),
            self.caller(help),
            self.place_of(help)
        );
        Letter { subject, text: format!("{de}\n{en}\n\n{}", lines.collect::<String>()) }
    }

    fn caller(&self, help: &HelpNow) -> String {
        let known = self.house.devices.get(&help.device);
        known.map_or_else(|| "?".to_owned(), |device| format!("{} ({})", device.alias, device.id))
    }

    fn place_of(&self, help: &HelpNow) -> String {
        help.place.location.map(|place| self.shown().named(place)).unwrap_or_else(|| "?".to_owned())
    }
}

fn note(help: &HelpNow) {
    let line = help.rung.as_ref().map(|rung| rung.line.as_str());
    let (device, dialled, stage) = (&help.device, help.service.number(), help.stage);
    if stage == HelpStage::NotReached {
        warn!(%device, dialled, line, "a call for help reached nobody");
    } else {
        info!(%device, dialled, ?stage, line, sure = ?help.place.confidence, "a call for help");
    }
}

fn number(help: &HelpNow) -> String {
    let number = help.rung.as_ref().and_then(|rung| rung.number.as_ref());
    number.map_or_else(|| "?".to_owned(), ToString::to_string)
}

fn runs(help: &HelpNow) -> bool {
    matches!(help.stage, HelpStage::Trying | HelpStage::Connected)
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
