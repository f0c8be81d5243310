//! The section `[trunk]`: the ways out of the house.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use account::{E164, LineId, SipUser};
use emergency::Via;
use sip::locate::Target;
use switchboard::lines::{Manner, Shows, Written};
use toml::Spanned;

use super::{Page, Part};
use crate::config::{DialInRule, Provider, Trunk, TrunkMode};

/// Second lines; an office with more has a reason to ask for help.
const MOST_BACKUPS: usize = 8;
/// Numbers that one line may show.
const MOST_NUMBERS: usize = 1_000;
/// Digits of a number to test with.
const ECHO: std::ops::RangeInclusive<usize> = 3..=20;
/// How long lines must have been gone before calls are sent round, in minutes.
const DETOUR_AFTER: std::ops::RangeInclusive<u64> = 1..=60;
const USUAL_DETOUR_AFTER: u64 = 5;
/// What people call a line.
const LONGEST_NAME: usize = 32;

impl<'t> Page<'t> {
    pub(super) fn trunk(&mut self, part: Part<'t>) -> Trunk {
        let modes = [
            ("off", TrunkMode::Off),
            ("devices", TrunkMode::Devices),
            ("trunk", TrunkMode::Trunk),
            ("both", TrunkMode::Both),
        ];
        let mode = self.choice(part, "mode", TrunkMode::Devices, &modes);
        let wanted = matches!(mode, TrunkMode::Trunk | TrunkMode::Both);
        if mode != TrunkMode::Both && part.value("carries").is_some() {
            let reason = "numbers are shared out between trunk and phones only with mode = \"both\"";
            self.problem_at(part, "carries", reason.to_owned());
        }
        let authorities = self.text(part, "authorities", "");
        let drill_monthly = self.choice(part, "drill", false, &[("off", false), ("monthly", true)]);
        Trunk {
            mode,
            main: wanted.then(|| self.main(part)).flatten(),
            backup: self.backups(part),
            authorities: (!authorities.is_empty()).then(|| authorities.into()),
            drill_monthly,
            detour: self.detour(part),
            echo: self.echo(part),
            name_servers: self.name_servers(part),
        }
    }

    /// `detour_after` is in minutes.
    fn detour(&mut self, part: Part<'t>) -> Option<Duration> {
        let allowed = self.choice(part, "detour", false, &[("off", false), ("forwardings", true)]);
        let said = part.value("detour_after");
        let minutes = said.and_then(|value| value.get_ref().as_integer()?.as_str().parse::<u64>().ok());
        if said.is_some() && !minutes.is_some_and(|minutes| DETOUR_AFTER.contains(&minutes)) {
            self.problem_at(part, "detour_after", "minutes, 1 to 60, are wanted here".to_owned());
        }
        allowed.then(|| Duration::from_secs(60 * minutes.unwrap_or(USUAL_DETOUR_AFTER)))
    }

    /// A number to test with; whether it calls for help is known when a test begins.
    fn echo(&mut self, part: Part<'t>) -> Option<String> {
        let echo = self.text(part, "echo", "");
        let digits = echo.strip_prefix('+').unwrap_or(&echo);
        let number = ECHO.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !number && !echo.is_empty() {
            self.problem_at(part, "echo", format!("{echo:?} is no number such as \"+49301234567\""));
        }
        number.then_some(echo)
    }

    fn main(&mut self, part: Part<'t>) -> Option<Provider> {
        let asked_by = part.value("mode").map(Spanned::span).unwrap_or_default();
        self.provider(part, (&asked_by, "trunk.mode"), ("trunk", Via::Account))
    }

    fn backups(&mut self, part: Part<'t>) -> Vec<Provider> {
        let all = part.value("backup").and_then(|value| value.get_ref().as_array());
        let tables: Vec<_> = all.into_iter().flatten().filter_map(|one| one.get_ref().as_table()).collect();
        if tables.len() > MOST_BACKUPS {
            self.problem_at(part, "backup", format!("more than {MOST_BACKUPS} second lines"));
        }
        let each = tables.into_iter().take(MOST_BACKUPS).zip(1_usize..);
        each.filter_map(|(table, number)| {
            let part = Part { name: "trunk.backup", table: Some(table) };
            let begins = table.keys().next().map(Spanned::span).unwrap_or_default();
            let by = [("internet", Via::SecondTrunk), ("mobile", Via::Mobile), ("analogue", Via::Analogue)];
            let via = self.choice(part, "by", Via::SecondTrunk, &by);
            self.provider(part, (&begins, "trunk.backup"), (&format!("backup{number}"), via))
        })
        .collect()
    }

    /// A trunk or gateway; what is missing is named at what asks for it.
    fn provider(
        &mut self,
        part: Part<'t>,
        (asked_by, key): (&Range<usize>, &str),
        (usual_name, via): (&str, Via),
    ) -> Option<Provider> {
        let (server, user) = (self.text(part, "server", ""), self.text(part, "user", ""));
        let missing = [("server", &server), ("user", &user)].into_iter().find(|(_, text)| text.is_empty());
        if let Some((lacks, _)) = missing {
            self.problem(asked_by, key, format!("a trunk needs {}.{lacks} as well", part.name));
            return None;
        }
        let Some((target, domain)) = place(&server) else {
            let reason = format!(
                "{server:?} is no server; write for example \"sip.example.com\" or \"tls:sip.example.com\""
            );
            self.problem_at(part, "server", reason);
            return None;
        };
        let named = self.text(part, "name", usual_name);
        if !is_name(&named) {
            self.problem_at(part, "name", "a short name of letters and digits is wanted here".to_owned());
        }
        let Ok(user) = user.parse::<SipUser>() else {
            self.problem_at(part, "user", "this is no SIP user name".to_owned());
            return None;
        };
        let password = self.text(part, "password_file", "");
        let carries = self.numbers(part, "carries");
        let mut presents = self.numbers(part, "presents");
        // What goes out over it is shown there.
        presents
            .extend(carries.iter().filter(|number| !presents.contains(number)).cloned().collect::<Vec<_>>());
        Some(Provider {
            name: LineId::new(&named),
            via,
            target,
            domain,
            user,
            password_file: (!password.is_empty()).then(|| password.into()),
            presents,
            carries,
            calls: self.calls(part),
            manner: self.manner(part),
            dial_in: self.dial_in(part),
            rings: self.rings(part),
        })
    }

    fn numbers(&mut self, part: Part<'t>, key: &str) -> Vec<E164> {
        let texts = self.texts(part, key, &[]);
        let numbers = texts.iter().take(MOST_NUMBERS).filter_map(|text| {
            let wrong = |_| format!("{text:?} is no number in the form +493012345");
            text.parse().map_err(wrong).map_err(|reason| self.problem_at(part, key, reason)).ok()
        });
        numbers.collect()
    }

    fn dial_in(&mut self, part: Part<'t>) -> Vec<DialInRule> {
        let texts = self.texts(part, "dial_in", &[]);
        let rules = texts.iter().take(MOST_NUMBERS).filter_map(|text| {
            let rule = text.parse::<DialInRule>();
            rule.map_err(|wrong| self.problem_at(part, "dial_in", format!("{text:?} {wrong}"))).ok()
        });
        let mut rules = rules.collect::<Vec<_>>();
        rules.sort_by_key(DialInRule::order);
        rules
    }

    fn rings(&mut self, part: Part<'t>) -> Option<E164> {
        let text = self.text(part, "rings", "");
        let number = text.parse().ok();
        if number.is_none() && !text.is_empty() {
            self.problem_at(part, "rings", format!("{text:?} is no number in the form +493012345"));
        }
        number
    }

    fn manner(&mut self, part: Part<'t>) -> Manner {
        let written = [("international", Written::International), ("national", Written::National)];
        let shows = [("preferred", Shows::Preferred), ("asserted", Shows::Asserted), ("from", Shows::From)];
        Manner {
            numbers: self.choice(part, "numbers", Written::International, &written),
            shows: self.choice(part, "shows", Shows::Preferred, &shows),
        }
    }

    fn calls(&mut self, part: Part<'t>) -> Option<u16> {
        let value = part.value("calls")?;
        let number = value.get_ref().as_integer().and_then(|number| number.as_str().parse::<u16>().ok());
        if matches!(number, None | Some(0)) {
            self.problem_at(part, "calls", "a number of calls, 1 or more, is wanted here".to_owned());
        }
        number
    }

    fn name_servers(&mut self, part: Part<'t>) -> Vec<SocketAddr> {
        let texts = self.texts(part, "name_servers", &[]);
        let servers = texts.iter().filter_map(|text| {
            let server = text.parse().or_else(|_| text.parse().map(|ip| SocketAddr::new(ip, 53)));
            let wrong = |_| format!("{text:?} is no address such as 192.0.2.53");
            server.map_err(wrong).map_err(|reason| self.problem_at(part, "name_servers", reason)).ok()
        });
        servers.collect()
    }
}

fn is_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// `tls:sip.example.com:5061`: where that is, and its host.
fn place(text: &str) -> Option<(Target, String)> {
    let with = text
        .split_once(':')
        .and_then(|(word, rest)| Some((Some(sip::Transport::from_token(word.as_bytes())?), rest)));
    let (transport, place) = with.unwrap_or((None, text));
    let target = Target::named(place, transport)?;
    let host = match place.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => place,
    };
    Some((target, host.to_owned()))
}
