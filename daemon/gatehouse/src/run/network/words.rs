//! What is said about a change of the network, in both languages.

use board::network::{Key, NetworkRefused, Outcome};
use web::view::Sentence;

/// What became of a change, and why.
pub(super) fn ended(outcome: Outcome) -> Sentence {
    let (de, en) = match outcome {
        Outcome::Kept => ("Bestätigt: Die neuen Einstellungen gelten.", "Confirmed: the new settings count."),
        Outcome::NotConfirmed => (
            "Niemand hat die neuen Einstellungen in 60 Sekunden bestätigt: Es gelten wieder die bisherigen.",
            "Nobody confirmed the new settings within 60 seconds: the former ones count again.",
        ),
        Outcome::Restarted => (
            "Die Box startete neu, bevor jemand bestätigte: Es gelten wieder die bisherigen Einstellungen.",
            "The box started anew before anybody confirmed: the former settings count again.",
        ),
        Outcome::Unwatched => (
            "Die Probe brach ab, bevor jemand bestätigte: Es gelten wieder die bisherigen Einstellungen.",
            "The trial broke off before anybody confirmed: the former settings count again.",
        ),
        Outcome::NotTaken => (
            "Mit den neuen Einstellungen startete das Netz nicht: Es gelten wieder die bisherigen.",
            "The network did not start with the new settings: the former ones count again.",
        ),
        Outcome::NotWritten => (
            "Die neuen Einstellungen ließen sich nicht aufschreiben: Es gelten wieder die bisherigen.",
            "The new settings could not be written down: the former ones count again.",
        ),
        Outcome::Help => (
            "Nicht während eines Notrufs und nicht in der halben Stunde danach: Die Leitstelle ruft vielleicht zurück.",
            "Not during a call for help, nor within half an hour after it: the control centre may call back.",
        ),
        Outcome::Unreadable => (
            "Die Einstellungen kamen nicht lesbar an; nichts wurde geändert.",
            "The settings did not arrive readable; nothing was changed.",
        ),
    };
    Sentence::new(de, en)
}

/// Why settings cannot be followed, as `RESULT.TXT` says it of a `network.ini`.
pub(super) fn wrong(refused: &NetworkRefused) -> Sentence {
    let en = format!("{refused}.");
    let de = match refused {
        NetworkRefused::Wrong { key, .. } => format!("{}: {}.", key.word(), wants(*key)),
        NetworkRefused::Elsewhere { gateway, address, prefix } => {
            format!("Das Gateway {gateway} liegt nicht im Netz von {address}/{prefix}.")
        }
        NetworkRefused::NoAddress => "Zum Gateway gehört eine feste Adresse.".to_owned(),
        NetworkRefused::Ini(_) => "Das ist zu lang.".to_owned(),
    };
    Sentence::new(de, en)
}

fn wants(key: Key) -> &'static str {
    match key {
        Key::Address => "gewünscht ist eine Adresse mit Präfix, etwa 192.168.1.20/24",
        Key::Gateway => "gewünscht ist eine Adresse, etwa 192.168.1.1",
        Key::Dns => "gewünscht sind bis zu vier Adressen mit Kommas dazwischen",
        Key::Name => "gewünscht sind bis zu 63 Buchstaben, Ziffern und Bindestriche",
        Key::Vlan => "gewünscht ist eine Zahl von 1 bis 4094",
    }
}

pub(super) fn busy() -> Sentence {
    Sentence::new(
        "Gerade werden schon neue Einstellungen ausprobiert.",
        "New settings are being tried already.",
    )
}

pub(super) fn nothing_on_trial() -> Sentence {
    Sentence::new(
        "Diese Einstellungen werden nicht mehr ausprobiert, oder sie gelten noch nicht.",
        "These settings are not being tried any more, or they do not count yet.",
    )
}

pub(super) fn nobody() -> Sentence {
    Sentence::new(
        "Das Programm der Box, das die Adresse einstellt, antwortet nicht; nichts wurde geändert.",
        "The box's program that sets the address does not answer; nothing was changed.",
    )
}

pub(super) fn unreadable() -> Sentence {
    Sentence::new(
        "Was die Box über ihr Netz aufschrieb, ist nicht lesbar.",
        "What the box wrote down about its network cannot be read.",
    )
}

pub(super) fn disk(fault: &std::io::Error) -> Sentence {
    Sentence::new(
        format!("Der Datenträger nimmt es nicht: {fault}"),
        format!("The disk does not take it: {fault}"),
    )
}
