//! `[emergency]`: which digits call for help, who may, and which networks are the house's.

use account::{E164, LineId};
use emergency::dialled::Visitors;
use emergency::{
    Commissioned, DryRunRefused, Networks, Numbers, NumbersRefused, Rules, Strangers, Understood,
};
use switchboard::dialling::{Country, Spot};
use toml::Spanned;

use super::{Page, Part};
use crate::config::{Emergency, LocationServers, Provider};

impl<'t> Page<'t> {
    pub(super) fn emergency(
        &mut self,
        (part, mail): (Part<'t>, Part<'t>),
        second: &[Provider],
        country: &'static Country,
    ) -> Emergency {
        let numbers = self.help_numbers(part);
        let numbers = self.dry_run(part, numbers, country);
        let words = [("welcome", Strangers::Welcome), ("prove", Strangers::ProveFirst)];
        let commissioned = if self.flag(part, "commissioned") { Commissioned::Yes } else { Commissioned::No };
        let networks = Networks {
            house: self.nets(part, "networks", "emergency.networks"),
            remote: self.nets(part, "remote", "emergency.remote"),
            abroad: self.nets(part, "abroad", "emergency.abroad"),
        };
        let strangers = self.choice(part, "strangers", Strangers::Welcome, &words);
        let alarm = self.extensions(part, "alarm");
        let alarm_calls = self.extensions(part, "alarm_calls");
        let domains = |names: Vec<String>| names.into_iter().map(String::into_boxed_str).collect();
        let understood = Understood {
            place: domains(self.texts(part, "place_to", &[])),
            priority: domains(self.texts(part, "priority_to", &[])),
        };
        let (looking, ways) = (self.looking(part), self.alarm_ways(part, mail));
        let servers = LocationServers { held: self.server(part, "held"), lost: self.server(part, "lost") };
        Emergency {
            rules: Rules { numbers, strangers, networks, commissioned, alarm, alarm_calls, understood },
            backup: self.second_lines(part, second),
            looking,
            ways,
            servers,
        }
    }

    fn help_numbers(&mut self, part: Part<'t>) -> Numbers {
        let (exit, code) = (self.text(part, "exit_digit", "0"), self.text(part, "rehearsal", ""));
        let code = Some(code.as_str()).filter(|code| !code.is_empty());
        Numbers::new(&exit, Visitors::Understood, code).unwrap_or_else(|why| {
            let key = if why == NumbersRefused::ExitDigit { "exit_digit" } else { "rehearsal" };
            let span = part.value(key).map(Spanned::span).unwrap_or_default();
            self.problem(&span, &format!("emergency.{key}"), format!("{why}, or \"\" for none"));
            Numbers::default()
        })
    }

    /// The code and the number of a dry run: both or none.
    fn dry_run(&mut self, part: Part<'t>, numbers: Numbers, country: &'static Country) -> Numbers {
        let (code, to) = (self.text(part, "dry_run", ""), self.text(part, "dry_run_to", ""));
        if code.is_empty() && to.is_empty() {
            return numbers;
        }
        let spot = Spot { country, area: None, outside_digit: None };
        let number = to.parse::<E164>().ok();
        let number = number.filter(|to| spot.read(to.as_str()).is_ok_and(|read| read.number().is_some()));
        let Some(number) = number else {
            let wanted =
                "a number of your own such as \"+49301234567\" is wanted here, to be called by the dry run";
            self.problem_at(part, "dry_run_to", format!("{to:?}: {wanted}"));
            return numbers;
        };
        let dialled = country.dials(&number);
        numbers.clone().with_dry_run(&code, number, &dialled).unwrap_or_else(|why| {
            let key = if why == DryRunRefused::Emergency { "dry_run_to" } else { "dry_run" };
            self.problem_at(part, key, why.to_string());
            numbers
        })
    }

    /// A server that is asked over HTTPS.
    fn server(&mut self, part: Part<'t>, key: &str) -> Option<String> {
        let address = Some(self.text(part, key, "")).filter(|address| !address.is_empty())?;
        if let Err(why) = elsewhere::Asker::new(&address) {
            self.problem_at(part, key, format!("{address:?}: {why}"));
        }
        Some(address)
    }

    fn second_lines(&mut self, part: Part<'t>, second: &[Provider]) -> Vec<LineId> {
        let named: Vec<_> = self.texts(part, "backup", &[]).iter().map(|name| LineId::new(name)).collect();
        for name in named.iter().filter(|name| second.iter().all(|line| line.name != **name)) {
            let name = name.as_str();
            self.problem_at(part, "backup", format!("no [[trunk.backup]] has the name {name:?}"));
        }
        named
    }

    fn extensions(&mut self, part: Part<'t>, key: &str) -> Vec<account::Extension> {
        let mut read = Vec::new();
        for text in self.texts(part, key, &[]) {
            match text.parse() {
                Ok(extension) => read.push(extension),
                Err(_) => self.problem_at(part, key, format!("{text:?} is no extension such as 101")),
            }
        }
        read
    }
}
