//! Why a file was not taken, whoever reads it.

use super::Lang;

impl Lang {
    /// What the box said, in words; as it said it where nobody knows better.
    pub(crate) fn refused(self, reasons: &[(&str, [&'static str; 2])], reason: &str) -> String {
        let found = reasons.iter().chain(FILES).find(|(sign, _)| reason.contains(sign));
        found.map_or_else(|| reason.to_owned(), |(_, words)| self.of(*words).to_owned())
    }
}

/// A sign of what the box says, and the same for people.
const FILES: &[(&str, [&str; 2])] = &[
    ("file is empty", ["Die Datei ist leer.", "The file is empty."]),
    ("neither CSV nor XLSX", ["Das ist weder CSV noch XLSX.", "This is neither CSV nor XLSX."]),
    (
        "damaged or protected",
        [
            "Die Arbeitsmappe ist beschädigt oder hat ein Passwort.",
            "The workbook is damaged or protected by a password.",
        ],
    ),
    ("NUL bytes", ["Das ist keine Textdatei.", "This is no text file."]),
    ("quotation mark", ["Ein Anführungszeichen ist nicht geschlossen.", "A quotation mark is not closed."]),
    ("too many columns", ["Eine Zeile hat zu viele Spalten.", "A row has too many columns."]),
    (
        "unpacks to more",
        ["Die Arbeitsmappe ist ausgepackt zu groß.", "The workbook is too large once unpacked."],
    ),
    ("the file has more than", ["Die Datei hat zu viele Zeilen.", "The file has too many rows."]),
    ("the file is longer than", ["Die Datei ist zu lang.", "The file is too long."]),
];
