//! What each step is called, where it stands, and what it is about.

use crate::vault::Step;
use crate::words::Lang;

pub(super) fn address(step: Step) -> String {
    format!("/start/{}", written(step))
}

/// As it stands in an address.
const fn written(step: Step) -> &'static str {
    match step {
        Step::Access => "access",
        Step::Network => "network",
        Step::Account => "account",
        Step::Place => "place",
        Step::Phones => "phones",
        Step::Fax => "fax",
        Step::Calls => "calls",
        Step::Handover => "handover",
    }
}

pub(super) fn read(step: &str) -> Option<Step> {
    Step::ALL.into_iter().find(|it| written(*it) == step)
}

pub(super) const fn name(t: Lang, step: Step) -> &'static str {
    match step {
        Step::Access => t.pick("Sprache und Passwort", "Language and password"),
        Step::Network => t.pick("Netz, Uhr, Zertifikat", "Network, clock, certificate"),
        Step::Account => t.pick("Konto verbinden", "Link the account"),
        Step::Place => t.pick("Standort für Notrufe", "Emergency location"),
        Step::Phones => t.pick("Telefone anmelden", "Register the phones"),
        Step::Fax => t.pick("Fax", "Fax"),
        Step::Calls => t.pick("Probeanruf", "Test call"),
        Step::Handover => t.pick("Übergabe", "Handover"),
    }
}

pub(super) const fn lead(t: Lang, step: Step) -> &'static str {
    match step {
        Step::Access => t.pick(
            "Der Einrichtungscode ist verbraucht; ab jetzt gilt Ihr Passwort.",
            "The set-up code is used up; from now on your password counts.",
        ),
        Step::Network => t.pick(
            "Unter diesen Namen und Adressen finden Browser und Telefone die Box. Adressen stellt das Betriebssystem der Box ein.",
            "Browsers and phones find the box under these names and addresses. The addresses are set in the box's operating system.",
        ),
        Step::Account => t.pick(
            "Die Box liest das Konto und arbeitet mit dieser Kopie, auch ohne Internet.",
            "The box reads the account and works with that copy, also without internet.",
        ),
        Step::Place => t.pick(
            "Dorthin kommt Hilfe, wenn von einem Telefon nichts Genaueres bekannt ist.",
            "Help is sent there when nothing more precise is known of a phone.",
        ),
        Step::Phones => t.pick(
            "Im Telefon nur den Server ändern; SIP-ID und Passwort bleiben die aus der Cloud. Dann diese Seite neu laden.",
            "In the phone, change only the server; SIP ID and password stay those of the cloud. Then reload this page.",
        ),
        Step::Fax => t.pick("Was das Konto an Faxanschlüssen hat.", "Which fax lines the account has."),
        Step::Calls => t.pick(
            "Rufen Sie von einem Telefon ein anderes an, und nehmen Sie ab. 110 und 112 bitte nicht wählen.",
            "Call one phone from another and answer. Please do not dial 110 or 112.",
        ),
        Step::Handover => t.pick(
            "Ein Blatt Papier für den Kunden: Adressen, Telefone, Standort und was noch zu tun ist.",
            "One sheet of paper for the customer: addresses, phones, location, and what is left to do.",
        ),
    }
}
