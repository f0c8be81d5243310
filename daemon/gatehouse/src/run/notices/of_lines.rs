//! What somebody must mend so that the lines to the outside keep working.

use std::time::{Duration, SystemTime};

use account::E164;
use switchboard::lines::LineNow;
use web::view::{Fault, Sentence, Severity};

use super::super::viewing::wall;
use super::{From, Notices, ODDITIES_SHOWN};

/// Providers renew their certificates a month ahead; one that has not by then has forgotten.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

impl Notices {
    /// What the lines show of themselves.
    pub(crate) fn lines(&self, lines: &[LineNow], now: SystemTime) {
        self.altered(lines.iter().any(|line| line.altered));
        let ends = lines.iter().filter_map(|line| Some((line.certificate?, line)));
        let soon = ends.filter(|(until, _)| *until < now + SOON).min_by_key(|(until, _)| *until);
        self.line_certificate(soon.map(|(until, line)| (until, line.id.as_str())), now);
        let gone = lines.iter().filter_map(|line| Some((line.names_gone?, line.id.as_str())));
        self.names(gone.min().map(|(since, line)| (wall(since), line)));
    }

    /// Since when no name server has answered, and for which line.
    fn names(&self, gone: Option<(SystemTime, &str)>) {
        let Some((since, line)) = gone else { return self.clear(From::Names) };
        let since = web::rfc3339(since);
        let what = Sentence::new(
            format!(
                "Seit {since} sagt kein Nameserver, wo der Anbieter ist (Leitung {line}). Gespräche gehen weiter: es gilt die letzte Antwort."
            ),
            format!(
                "Since {since} no name server says where the provider is (line {line}). Calls go on: the last answer counts."
            ),
        );
        let fix = Sentence::new(
            "DNS im Router prüfen, oder Nameserver in [trunk] name_servers nennen.",
            "Check DNS in the router, or name other name servers in [trunk] name_servers.",
        );
        self.put(From::Names, Severity::Warning, Fault::Network, what, fix);
    }

    /// Numbers that the configuration gives to the trunk although nobody in the account calls with them.
    pub(crate) fn carried_for_nobody(&self, numbers: &[E164]) {
        if numbers.is_empty() {
            return self.clear(From::Carried);
        }
        let some: Vec<&str> = numbers.iter().take(ODDITIES_SHOWN).map(E164::as_str).collect();
        let (count, some) = (numbers.len(), some.join(", "));
        let what = Sentence::new(
            format!(
                "{count} Nummern sollen über den Anschluss für alle hinaus und gehören niemandem im Konto: {some}."
            ),
            format!(
                "{count} numbers are to leave over the trunk and belong to nobody in the account: {some}."
            ),
        );
        let fix = Sentence::new(
            "[trunk] carries berichtigen, oder die Nummern im Konto jemandem geben.",
            "Mend [trunk] carries, or give the numbers to somebody in the account.",
        );
        self.put(From::Carried, Severity::Warning, Fault::Box, what, fix);
    }

    /// Numbers of a trunk that the configuration lets ring somebody who is not there.
    pub(crate) fn dialled_in_to_nobody(&self, numbers: &[E164]) {
        if numbers.is_empty() {
            return self.clear(From::DialledIn);
        }
        let some: Vec<&str> = numbers.iter().take(ODDITIES_SHOWN).map(E164::as_str).collect();
        let (count, some) = (numbers.len(), some.join(", "));
        let what = Sentence::new(
            format!(
                "{count} Durchwahlen klingeln bei niemandem, weil es die Nebenstelle nicht gibt: {some}."
            ),
            format!("{count} dial-in numbers ring nobody, since there is no such extension: {some}."),
        );
        let fix = Sentence::new(
            "[trunk] dial_in berichtigen, oder die Nebenstelle im Konto vergeben.",
            "Mend [trunk] dial_in, or give the extension to somebody in the account.",
        );
        self.put(From::DialledIn, Severity::Warning, Fault::Box, what, fix);
    }

    /// How many phone lines of the account send their calls on to the second line, and to which number.
    pub(crate) fn detour(&self, led: Option<(usize, &str)>) {
        let Some((lines, number)) = led else { return self.clear(From::Detour) };
        let what = Sentence::new(
            format!(
                "Keine Leitung des Kontos geht: Es leitet seine Anrufe auf {number} um ({lines} Anschlüsse)."
            ),
            format!("No line of the account works: it sends its calls on to {number} ({lines} phone lines)."),
        );
        let fix = Sentence::new(
            "Nichts: sobald eine Leitung wieder geht, wird es zurückgenommen.",
            "Nothing: it is taken back as soon as a line works again.",
        );
        self.put(From::Detour, Severity::Warning, Fault::Cloud, what, fix);
    }

    /// Whether a router on the way out rewrites what the box says.
    fn altered(&self, altered: bool) {
        if !altered {
            return self.clear(From::Altered);
        }
        let what = Sentence::new(
            "Der Router schreibt Telefonie um (SIP ALG): Anrufe können einseitig stumm sein oder ausbleiben.",
            "The router rewrites telephony (SIP ALG): calls may be silent on one side, or not arrive.",
        );
        let fix = Sentence::new(
            "Im Router SIP ALG abschalten, auch \"SIP-Unterstützung\" oder \"VoIP-Helfer\" genannt.",
            "Switch SIP ALG off in the router, also called SIP helper or VoIP support.",
        );
        self.put(From::Altered, Severity::Warning, Fault::Network, what, fix);
    }

    /// When the certificate of a line's server ends, and which line that is, if it is soon.
    fn line_certificate(&self, soon: Option<(SystemTime, &str)>, now: SystemTime) {
        let Some((until, line)) = soon else { return self.clear(From::LineCertificate) };
        let over = until <= now;
        let until = web::rfc3339(until);
        let what = if over {
            Sentence::new(
                format!(
                    "Das Zertifikat des Anbieters ist am {until} abgelaufen (Leitung {line}). Sie trägt noch Gespräche, bis ihre Verbindung endet."
                ),
                format!(
                    "The provider's certificate ended on {until} (line {line}). It carries calls until its connection ends."
                ),
            )
        } else {
            Sentence::new(
                format!(
                    "Das Zertifikat des Anbieters läuft am {until} ab (Leitung {line}); danach trägt sie keine Gespräche."
                ),
                format!(
                    "The provider's certificate ends on {until} (line {line}); after that it carries no calls."
                ),
            )
        };
        let fix = Sentence::new(
            "Den Anbieter verständigen; die Uhr der Box prüfen.",
            "Tell the provider; check the clock of the box.",
        );
        let severity = if over { Severity::Fault } else { Severity::Warning };
        self.put(From::LineCertificate, severity, Fault::Cloud, what, fix);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use account::LineId;
    use switchboard::lines::{Health, LineKind};

    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    fn line(id: &str, certificate: Option<SystemTime>) -> LineNow {
        LineNow {
            id: LineId::new(id),
            kind: LineKind::Trunk,
            health: Health::Up { since: Instant::now() },
            peer: None,
            round_trip: None,
            certificate,
            names_gone: None,
            altered: false,
            calls: 0,
            carries: std::sync::Arc::default(),
        }
    }

    #[test]
    fn a_certificate_is_spoken_of_two_weeks_ahead_and_once_it_has_ended() {
        let notices = Notices::default();
        let now = SystemTime::UNIX_EPOCH + 20_000 * DAY;
        let said = |ends: SystemTime| {
            notices.lines(&[line("trunk", Some(ends)), line("e0", None)], now);
            notices.all().into_iter().map(|notice| (notice.severity, notice.what.en)).collect::<Vec<_>>()
        };
        assert_eq!(said(now + 15 * DAY), [], "there is time");
        let [(severity, words)] = &said(now + 13 * DAY)[..] else { panic!("one notice") };
        assert_eq!(*severity, Severity::Warning);
        assert!(words.contains("ends on 2024-10-17") && words.contains("line trunk"), "{words}");
        let [(severity, words)] = &said(now - DAY)[..] else { panic!("one notice") };
        assert_eq!(*severity, Severity::Fault);
        assert!(words.contains("ended on 2024-10-03"), "{words}");
        notices.lines(&[line("trunk", Some(now + 90 * DAY))], now);
        assert!(notices.all().is_empty(), "a new one was brought");
    }
}
