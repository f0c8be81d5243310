//! What may go wrong with a feed, in words for whoever looks after the box.

use cloud::DownloadFailed;
use release::{FeedRefused, HeadRefused, Stale};
use web::view::Sentence;

/// Why there is nothing to install.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// Nobody around the daemon would install anything.
    #[error("this is not the flashed box")]
    NotFlashed,
    /// Of `[cloud] authorities`.
    #[error("the authorities cannot be read")]
    Authorities,
    #[error(transparent)]
    Download(#[from] DownloadFailed),
    #[error(transparent)]
    Feed(#[from] FeedRefused),
    #[error(transparent)]
    Stale(#[from] Stale),
    /// What came is not what was promised.
    #[error("the update is not what the feed promises")]
    Damaged,
    #[error("the disk has no room for it")]
    NoRoom,
    #[error(transparent)]
    Disk(#[from] std::io::Error),
}

impl Trouble {
    pub(super) fn sentence(&self) -> Sentence {
        match self {
            Self::NotFlashed => Sentence::new(
                "Diese Box wurde nicht mit unserem Abbild bespielt: Niemand würde eine neue Version einspielen.",
                "This box was not flashed with our image: nobody would install a new version.",
            ),
            Self::Authorities => Sentence::new(
                "Die Datei unter [cloud] authorities ist nicht zu gebrauchen.",
                "The file at [cloud] authorities cannot be used.",
            ),
            Self::Download(failed) => download(*failed),
            Self::Feed(FeedRefused::Head(HeadRefused::Signature)) => Sentence::new(
                "Die Liste der Versionen trägt nicht unsere Unterschrift; ihr wird nicht gefolgt.",
                "The list of versions does not carry our signature; it is not followed.",
            ),
            Self::Feed(_) => Sentence::new(
                "Unter der Adresse liegt keine Liste von Versionen, oder nur ein Teil davon.",
                "There is no list of versions at the address, or only a part of one.",
            ),
            Self::Stale(stale) => out_of_date(*stale),
            Self::Damaged => Sentence::new(
                "Was geholt wurde, ist nicht das, was die Liste verspricht; es wurde verworfen.",
                "What was fetched is not what the list promises; it was thrown away.",
            ),
            Self::NoRoom => Sentence::new(
                "Für die neue Version ist auf dem Datenträger kein Platz.",
                "There is no room for the new version on the disk.",
            ),
            Self::Disk(fault) => Sentence::new(
                format!("Der Datenträger nimmt es nicht an: {fault}."),
                format!("The disk does not take it: {fault}."),
            ),
        }
    }
}

fn download(failed: DownloadFailed) -> Sentence {
    match failed {
        DownloadFailed::Address => Sentence::new(
            "Die Adresse beginnt nicht mit https://; dort wird nichts geholt.",
            "The address does not begin with https://; nothing is fetched there.",
        ),
        DownloadFailed::Unreachable => Sentence::new(
            "Der Server ist nicht zu erreichen, oder er kann nicht beweisen, wer er ist.",
            "The server cannot be reached, or cannot prove who it is.",
        ),
        DownloadFailed::Refused(status) => Sentence::new(
            format!("Der Server gibt es nicht heraus (Antwort {status})."),
            format!("The server does not hand it out (answer {status})."),
        ),
        DownloadFailed::TooLarge => Sentence::new(
            "Was der Server schickt, ist zu groß; es wurde verworfen.",
            "What the server sends is too large; it was thrown away.",
        ),
        DownloadFailed::Rest | DownloadFailed::Cut => Sentence::new(
            "Die Verbindung brach ab; beim nächsten Mal geht es dort weiter.",
            "The connection broke; the next time it goes on there.",
        ),
    }
}

fn out_of_date(stale: Stale) -> Sentence {
    match stale {
        Stale::Expired => Sentence::new(
            "Die Liste der Versionen ist abgelaufen: Jemand hält die neuere zurück, oder es wird keine mehr gemacht.",
            "The list of versions has expired: somebody keeps the newer one back, or nobody makes any.",
        ),
        Stale::Older => Sentence::new(
            "Die Liste der Versionen ist älter als die zuletzt gesehene; ihr wird nicht gefolgt.",
            "The list of versions is older than the one seen last; it is not followed.",
        ),
        Stale::Early => Sentence::new(
            "Die Liste der Versionen kommt aus der Zukunft: Die Uhr der Box geht falsch.",
            "The list of versions comes from the future: the clock of the box is wrong.",
        ),
    }
}
