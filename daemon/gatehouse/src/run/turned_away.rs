//! Who was refused lately and why, in words for the admin.

use std::time::Instant;

use switchboard::{Picture, RefusedPhone, ShutOut, WhyRefused, WhyShutOut};
use web::view::{Sentence, TurnedAway};

use super::viewing::wall;

/// Sources that are not answered first, then phones that were refused; each the latest first.
pub(super) fn of(picture: &Picture) -> Vec<TurnedAway> {
    let now = Instant::now();
    let shut = picture.shut_out.iter().filter(|shut| now < shut.until).map(source);
    shut.chain(picture.refused.iter().map(phone)).collect()
}

fn source(shut: &ShutOut) -> TurnedAway {
    let why = match shut.why {
        WhyShutOut::Scanner => Sentence::new(
            "nennt sich wie ein bekanntes Angriffswerkzeug",
            "calls itself by the name of a known attack tool",
        ),
        WhyShutOut::TriesLogins => {
            Sentence::new("probiert eine Kennung nach der anderen", "tries one login after another")
        }
        WhyShutOut::GuessesPasswords => Sentence::new("rät Passwörter", "guesses passwords"),
        WhyShutOut::NeverProves => Sentence::new(
            "fragt immer wieder und weist sich nie aus",
            "asks again and again and never proves who it is",
        ),
    };
    TurnedAway {
        address: shut.address.to_string(),
        login: None,
        agent: shut.agent.clone(),
        times: shut.unanswered,
        at: wall(shut.since),
        until: Some(wall(shut.until)),
        why,
        fix: Sentence::new(
            "Gehört die Adresse zu einem eigenen Telefon, dort SIP-ID und Passwort richtigstellen; es wird danach wieder gehört.",
            "If the address belongs to a phone of yours, correct its SIP id and password; it is heard again afterwards.",
        ),
    }
}

fn phone(refused: &RefusedPhone) -> TurnedAway {
    let (why, fix) = reason(refused.why);
    TurnedAway {
        address: refused.address.to_string(),
        login: (!refused.login.is_empty()).then(|| refused.login.clone()),
        agent: refused.agent.clone(),
        times: refused.times,
        at: wall(refused.at),
        until: None,
        why,
        fix,
    }
}

fn reason(why: WhyRefused) -> (Sentence, Sentence) {
    let [why_de, why_en, fix_de, fix_en] = match why {
        WhyRefused::UnknownLogin => [
            "kein Gerät des Kontos hat diese SIP-ID",
            "no device of the account has this SIP id",
            "Im Telefon die SIP-ID des Geräts aus dem Konto eintragen; ein neues Gerät kommt mit dem nächsten Abgleich.",
            "Enter the SIP id of a device of the account in the phone; a new device comes with the next sync.",
        ],
        WhyRefused::WrongPassword => [
            "das Passwort ist falsch",
            "the password is wrong",
            "Im Telefon das SIP-Passwort des Geräts eintragen; wurde es im Konto geändert, vorher abgleichen.",
            "Enter the device's SIP password in the phone; if it was changed in the account, sync first.",
        ],
        WhyRefused::NotFromHere => [
            "diese Kennung darf aus diesem Netz nicht benutzt werden",
            "this login may not be used from this network",
            "Das Telefon in sein Netz stecken, oder das Netz bei [[sip.login]] ergänzen.",
            "Plug the phone into its network, or add the network to [[sip.login]].",
        ],
        WhyRefused::NotEncrypted => [
            "diese Kennung darf nur über TLS benutzt werden",
            "this login may only be used over TLS",
            "Im Telefon als Transport TLS einstellen, oder encrypted bei [[sip.login]] wegnehmen.",
            "Set TLS as transport in the phone, or remove encrypted from [[sip.login]].",
        ],
        WhyRefused::ForSomebodyElse => [
            "es will eine andere Kennung anmelden als die, mit der es sich ausweist",
            "it wants to register another login than the one it proves",
            "Im Telefon Benutzer und Anmeldename gleich setzen und als Domain die Box oder eine eigene Domain eintragen.",
            "Make user and authentication name the same in the phone, and use the box or your own domain as its domain.",
        ],
        WhyRefused::TooManyPlaces => [
            "diese Kennung ist an zu vielen Stellen angemeldet",
            "this login is registered in too many places",
            "Jedem Telefon eine eigene Kennung geben; sind die Stellen unbekannt, das SIP-Passwort im Konto zurücksetzen.",
            "Give every phone its own login; if you do not know the places, reset the SIP password in the account.",
        ],
        WhyRefused::TooBrief => [
            "es will sich öfter als einmal in der Minute anmelden",
            "it wants to register more often than once a minute",
            "Im Telefon die Anmeldedauer auf mindestens 60 Sekunden stellen.",
            "Set the registration time in the phone to at least 60 seconds.",
        ],
        WhyRefused::BadContact => [
            "seine Contact-Adresse ist unbrauchbar",
            "its Contact address cannot be used",
            "Die Firmware des Telefons erneuern oder es auf Werkseinstellungen zurücksetzen.",
            "Update the phone's firmware or reset it to factory settings.",
        ],
    };
    (Sentence::new(why_de, why_en), Sentence::new(fix_de, fix_en))
}
