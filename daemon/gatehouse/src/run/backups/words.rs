//! Why no backup is made or restored, for whoever wants it.

use std::fmt::Display;

use backup::RestoreRefused;
use store::{OpenFailed, StoreFault};
use web::view::Sentence;

pub(super) fn refused(refused: &RestoreRefused) -> Sentence {
    match refused {
        RestoreRefused::NotOurs => Sentence::new(
            "Das ist keine Sicherung einer Gatehouse-Box.",
            "This is no backup of a Gatehouse box.",
        ),
        RestoreRefused::Newer => newer(),
        RestoreRefused::Passphrase => Sentence::new(
            "Mit diesem Kennwort wurde die Sicherung nicht gemacht.",
            "The backup was not made with this passphrase.",
        ),
        RestoreRefused::Damaged => Sentence::new(
            "Die Sicherung ist beschädigt oder nicht vollständig. Nehmen Sie eine andere Kopie der Datei.",
            "The backup is damaged or not complete. Use another copy of the file.",
        ),
        RestoreRefused::TooLarge => Sentence::new(
            "Die Sicherung enthält mehr, als eine Box fasst.",
            "The backup holds more than a box can.",
        ),
        RestoreRefused::Source(why) => Sentence::new(
            format!("Die Sicherung kam nicht vollständig an ({why})."),
            format!("The backup did not arrive whole ({why})."),
        ),
        RestoreRefused::Disk(why) => disk(why),
    }
}

pub(super) fn unusable(failed: &OpenFailed) -> Sentence {
    match failed {
        OpenFailed::Newer { .. } => newer(),
        OpenFailed::Directory { cause, .. } => disk(cause),
        OpenFailed::InUse { .. }
        | OpenFailed::Older { .. }
        | OpenFailed::KeyMissing { .. }
        | OpenFailed::KeyWrong { .. }
        | OpenFailed::Database { .. } => Sentence::new(
            "Die Datenbank in der Sicherung ist nicht zu gebrauchen. Nehmen Sie eine andere Sicherung.",
            "The database in the backup cannot be used. Use another backup.",
        ),
    }
}

fn newer() -> Sentence {
    Sentence::new(
        "Eine neuere Version hat diese Sicherung gemacht. Aktualisieren Sie diese Box zuerst.",
        "A newer version made this backup. Update this box first.",
    )
}

pub(super) fn disk(why: &std::io::Error) -> Sentence {
    Sentence::new(
        format!("Der Datenträger nimmt die Sicherung nicht auf ({why}). Nichts wurde geändert."),
        format!("The disk does not take the backup ({why}). Nothing was changed."),
    )
}

pub(super) fn no_copy(fault: &StoreFault) -> Sentence {
    Sentence::new(
        format!("Die Datenbank lässt sich nicht kopieren ({fault})."),
        format!("The database cannot be copied ({fault})."),
    )
}

pub(super) fn busy() -> Sentence {
    Sentence::new(
        "Gerade wird schon eine Sicherung gemacht oder eingespielt.",
        "Another backup is being made or restored right now.",
    )
}

pub(super) fn ours(fault: &impl Display) -> Sentence {
    Sentence::new(format!("Das ist unser Fehler: {fault}."), format!("This is our mistake: {fault}."))
}
