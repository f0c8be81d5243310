//! What somebody must mend so that nothing is lost.

use store::{Recovered, StoreFault};
use web::view::{Fault, Sentence, Severity};

use super::super::backups::Missing;
use super::{From, Notices};

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
