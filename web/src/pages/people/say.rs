//! Columns, faults and refusals in words.

use super::known::Cell;
use crate::words::Lang;

/// What a column is called.
pub(super) fn column(t: Lang, name: &str) -> &'static str {
    match name {
        "given" => t.pick("Vorname", "Given name"),
        "family" => t.pick("Nachname", "Family name"),
        "email" => t.pick("E-Mail", "E-mail"),
        "extension" => t.extension(),
        "location" => t.pick("Standort", "Location"),
        _ => t.pick("Telefon (MAC)", "Phone (MAC)"),
    }
}

/// What is wrong with a cell, and what would be right.
pub(super) fn fault(t: Lang, cell: &Cell) -> String {
    let words = match cell.why.as_deref().unwrap_or_default() {
        "missing" => t.pick("Das muss ausgefüllt sein.", "This must be filled in."),
        "email" => t.pick("Das ist keine E-Mail-Adresse.", "This is no e-mail address."),
        "twice" => {
            let row = cell.other_row.unwrap_or_default();
            return format!("{} {row}.", t.pick("Dasselbe steht in Zeile", "The same stands in row"));
        }
        "taken" => t.pick("Das hat im Konto schon jemand.", "Somebody in the account has this already."),
        "extension" => {
            t.pick("Eine Durchwahl hat zwei bis sechs Ziffern.", "An extension has two to six digits.")
        }
        "forbidden" => t.pick(
            "So darf keine Durchwahl beginnen: Sie verdeckte einen Notruf oder Dienst.",
            "No extension may begin like this: it would hide an emergency or service number.",
        ),
        "location" => {
            t.pick("So heißt kein Standort des Kontos.", "The account has no location of this name.")
        }
        "device" => t.pick("Zwölf Stellen aus 0–9 und A–F.", "Twelve digits from 0 to F."),
        "formula" => t.pick("Das ist eine Formel.", "This is a formula."),
        "too_long" => t.pick("Das ist zu lang.", "This is too long."),
        _ => t.pick("Das stimmt nicht.", "This is not right."),
    };
    words.to_owned()
}

/// Why the box would not.
pub(super) fn refused(t: Lang, reason: &str) -> String {
    t.refused(REASONS, reason)
}

const REASONS: &[(&str, [&str; 2])] = &[
    (
        "headings must name",
        [
            "Die Überschriften müssen Vorname, Nachname und E-Mail nennen.",
            "The headings must name given name, family name and e-mail.",
        ],
    ),
    ("nobody stands in", ["In dieser Liste steht niemand.", "Nobody stands in this list."]),
    ("cells are still wrong", ["Es sind noch Zellen falsch.", "Some cells are still wrong."]),
    ("there is no table", ["Es gibt keine Liste.", "There is no list."]),
    (
        "more than",
        ["Das sind zu viele auf einmal (höchstens 5.000).", "These are too many at once (5,000 at most)."],
    ),
    (
        "refuses the keys",
        [
            "Das Verzeichnis kennt diese Zugangsdaten nicht. Bitte dort neue anlegen.",
            "The directory does not know these keys. Please make new ones there.",
        ],
    ),
    (
        "may not list people",
        [
            "Diese Zugangsdaten dürfen niemanden auflisten. Entra ID: Anwendungsberechtigung User.Read.All erteilen. Google: admin.directory.user.readonly delegieren.",
            "These keys may not list people. Entra ID: grant the application permission User.Read.All. Google: delegate admin.directory.user.readonly.",
        ],
    ),
    (
        "leads to another place",
        [
            "Die Antwort des Verzeichnisses führt woanders hin; dem folgt die Box nicht.",
            "The directory's answer leads elsewhere; the box does not follow.",
        ],
    ),
    (
        "not the keys of a directory",
        ["Das sind keine Zugangsdaten eines Verzeichnisses.", "These are not the keys of a directory."],
    ),
];
