//! What somebody must mend so that the lines to the outside keep working.

use std::time::{Duration, SystemTime};

use switchboard::lines::LineNow;
use web::view::{Fault, Sentence, Severity};

use super::{From, Notices};

/// Providers renew their certificates a month ahead; one that has not by then has forgotten.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

impl Notices {
    /// What the lines show of themselves.
    pub(crate) fn lines(&self, lines: &[LineNow], now: SystemTime) {
        self.altered(lines.iter().any(|line| line.altered));
        let ends = lines.iter().filter_map(|line| Some((line.certificate?, line)));
        let soon = ends.filter(|(until, _)| *until < now + SOON).min_by_key(|(until, _)| *until);
        self.line_certificate(soon.map(|(until, line)| (until, line.id.as_str())));
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
    fn line_certificate(&self, soon: Option<(SystemTime, &str)>) {
        let Some((until, line)) = soon else { return self.clear(From::LineCertificate) };
        let until = web::rfc3339(until);
        let what = Sentence::new(
            format!(
                "Das Zertifikat des Anbieters läuft am {until} ab (Leitung {line}); danach trägt sie keine Gespräche."
            ),
            format!(
                "The provider's certificate ends on {until} (line {line}); after that it carries no calls."
            ),
        );
        let fix = Sentence::new(
            "Den Anbieter verständigen; die Uhr der Box prüfen.",
            "Tell the provider; check the clock of the box.",
        );
        self.put(From::LineCertificate, Severity::Warning, Fault::Cloud, what, fix);
    }
}
