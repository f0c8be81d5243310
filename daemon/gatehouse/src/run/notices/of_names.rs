//! Of the certificate that everybody trusts.

use acme::{OrderFailed, ZoneFailed};
use web::view::{Fault, Sentence, Severity};

use super::{From, Notices};

impl Notices {
    /// Why there is no certificate for the admin's own names, or no new one, or that there is; `until`: the day until which the former
    /// one counts.
    pub(crate) fn public_name(&self, failed: Option<(&OrderFailed, Option<&str>)>) {
        let Some((failed, until)) = failed else { return self.clear(From::PublicName) };
        let (de, en) = match until {
            Some(day) => {
                (format!("Das bisherige gilt bis {day}."), format!("The former one counts until {day}."))
            }
            None => (
                "Bis dahin zeigt die Box ihr eigenes.".to_owned(),
                "Until then the box shows its own.".to_owned(),
            ),
        };
        let what = Sentence::new(
            format!("Ein öffentliches Zertifikat war nicht zu bekommen ({failed}). {de}"),
            format!("A public certificate could not be had ({failed}). {en}"),
        );
        let (fault, fix) = remedy(failed);
        self.put(From::PublicName, Severity::Warning, fault, what, fix);
    }
}

fn remedy(failed: &OrderFailed) -> (Fault, Sentence) {
    match failed {
        OrderFailed::Key(_) | OrderFailed::Zone(ZoneFailed::Key(_) | ZoneFailed::Refused(..)) => (
            Fault::Box,
            Sentence::new(
                "key_name, key_algorithm, key_file und zone unter [acme] mit dem Nameserver vergleichen, und was er mit diesem Schlüssel ändern lässt; dann Gatehouse neu starten.",
                "Compare key_name, key_algorithm, key_file and zone in [acme] with the name server, and what it lets this key change; then restart gatehouse.",
            ),
        ),
        OrderFailed::Zone(_) => (
            Fault::Network,
            Sentence::new(
                "Prüfen, ob der Nameserver unter [acme] server erreichbar ist und die übrigen der Zone ihm folgen. Die Box versucht es von selbst wieder.",
                "Check whether the name server at [acme] server can be reached, and whether the others of the zone follow it. The box tries again by itself.",
            ),
        ),
        OrderFailed::Refused(_) => (
            Fault::Box,
            Sentence::new(
                "names unter [acme] prüfen. Liegt der Name nicht in der Zone, muss _acme-challenge vor dem Namen per CNAME auf den Namen vor der Zone zeigen.",
                "Check names in [acme]. When the zone does not hold the name, _acme-challenge before the name must point, by a CNAME, to the name before the zone.",
            ),
        ),
        OrderFailed::Silent(_) | OrderFailed::Late => (
            Fault::Network,
            Sentence::new(
                "Prüfen, ob der Aussteller (directory unter [acme]) erreichbar ist. Die Box versucht es von selbst wieder.",
                "Check whether the authority (directory in [acme]) can be reached. The box tries again by itself.",
            ),
        ),
        OrderFailed::Keep(_) | OrderFailed::Crypto => (
            Fault::Box,
            Sentence::new(
                "Prüfen, ob die Box auf ihre Daten schreiben kann.",
                "Check whether the box can write to its data.",
            ),
        ),
    }
}
