//! What somebody must mend so that nothing is lost.

use store::{Recovered, StoreFault};
use web::view::{Fault, Sentence, Severity};

use super::super::backups::Missing;
use super::super::damage::{Damage, moment};
use super::{From, Notices};
use crate::config::Brought;

impl Notices {
    pub(crate) fn recovered(&self, recovered: Option<&Recovered>) {
        let Some(recovered) = recovered else { return };
        tracing::error!(?recovered, "the database was damaged");
        let aside = recovered.aside.display();
        let what = Sentence::new(
            format!(
                "Die Datenbank war beschädigt und wurde wiederhergestellt; die beschädigte liegt unter {aside}."
            ),
            format!("The database was damaged and has been restored; the damaged one is kept at {aside}."),
        );
        let fix = Sentence::new(
            "Datenträger prüfen. Telefone melden sich von selbst wieder an.",
            "Check the disk. Phones register again by themselves.",
        );
        self.put(From::Recovery, Severity::Warning, Fault::Box, what, fix);
    }

    /// What became of the disk on which everything lies, for as long as it is news.
    pub(crate) fn damaged(&self, damage: Option<Damage>) {
        let Some(damage) = damage else { return };
        let (de, en) = (moment(damage.at, "%d.%m.%Y um %H:%M"), moment(damage.at, "%Y-%m-%d at %H:%M"));
        if damage.anew || damage.empty {
            let what = Sentence::new(
                format!(
                    "Die Datenpartition war am {de} nicht zu retten: Konto, Einstellungen, Anrufliste und Zugänge von davor sind verloren{}.",
                    since(damage, "; zuletzt geschrieben wurde am", "%d.%m.%Y um %H:%M")
                ),
                format!(
                    "The data partition was beyond saving on {en}: account, settings, calls and accounts of this page from before are lost{}.",
                    since(damage, "; it was last written on", "%Y-%m-%d at %H:%M")
                ),
            );
            let fix = Sentence::new(
                "Eine Sicherung einspielen, oder das Konto neu verbinden: dann wird es wieder geholt. Den Datenträger bald tauschen.",
                "Restore a backup, or link the account again: it is fetched once more then. Replace the disk soon.",
            );
            return self.put(From::Partition, Severity::Fault, Fault::Box, what, fix);
        }
        let pieces = damage.pieces;
        let what = Sentence::new(
            format!(
                "Die Datenpartition war am {de} beschädigt und wurde repariert; die Daten sind da. Bruchstücke ohne Platz: {pieces}."
            ),
            format!(
                "The data partition was damaged on {en} and was mended; the data are there. Pieces without a place: {pieces}."
            ),
        );
        let fix = Sentence::new(
            "Eine Sicherung machen und den Datenträger prüfen.",
            "Make a backup, and check the disk.",
        );
        self.put(From::Partition, Severity::Warning, Fault::Box, what, fix);
    }

    pub(crate) fn store(&self, fault: Option<StoreFault>) {
        let Some(fault) = fault else { return self.clear(From::Store) };
        let what = Sentence::new(
            format!("Änderungen können nicht gespeichert werden ({fault}). Telefonieren geht weiter."),
            format!("Changes cannot be saved ({fault}). Calls go on."),
        );
        let fix = Sentence::new(
            "Platz im Datenverzeichnis schaffen oder den Datenträger tauschen.",
            "Free space in the data directory, or replace the disk.",
        );
        self.put(From::Store, Severity::Fault, Fault::Box, what, fix);
    }

    /// Whether the configuration that a backup brought can be followed.
    pub(crate) fn brought(&self, brought: &Brought) {
        let Brought::Refused(why) = brought else { return self.clear(From::Brought) };
        let what = Sentence::new(
            format!(
                "Die Konfiguration aus der Sicherung ist nicht zu gebrauchen ({why}); es gilt die der Box."
            ),
            format!("The configuration in the backup cannot be used ({why}); the box's own counts."),
        );
        let fix = Sentence::new(
            "gatehouse.toml der Box so schreiben, wie sie sein soll, und neu laden.",
            "Write the box's own gatehouse.toml as it should be, and reload.",
        );
        self.put(From::Brought, Severity::Warning, Fault::Box, what, fix);
    }

    /// Which backup is missing, if one is.
    pub(crate) fn backup(&self, missing: Option<Missing>) {
        let what = match missing {
            None => return self.clear(From::Backup),
            Some(Missing::Any) => Sentence::new(
                "Von dieser Box gibt es noch keine Sicherung: Geht sie kaputt, beginnt die nächste von vorn.",
                "There is no backup of this box yet: should it break, the next one begins from scratch.",
            ),
            Some(Missing::Recent(days)) => Sentence::new(
                format!("Die letzte Sicherung ist {days} Tage alt."),
                format!("The last backup is {days} days old."),
            ),
        };
        let fix = Sentence::new(
            "Unter Sicherung eine Datei herunterladen und an einem anderen Ort aufheben.",
            "Download a file under Backup and keep it at another place.",
        );
        self.put(From::Backup, Severity::Warning, Fault::Box, what, fix);
    }
}

/// When the partition was last written, where it still said so.
fn since(damage: Damage, words: &str, form: &str) -> String {
    if damage.written == 0 { String::new() } else { format!("{words} {}", moment(damage.written, form)) }
}
