//! Every minute: would a call for help leave from the right line now? Who must know reads it
//! before anybody calls.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use alarm::Letter;
use emergency::{AddressFit, Ready, Whereabouts};
use switchboard::Picture;
use tokio::sync::watch;
use tracing::{info, warn};

use super::locations::Letters;
use super::notices::Notices;

/// How often at least.
const ROUND: Duration = Duration::from_secs(60);

/// Looks as long as anybody shows pictures.
pub(super) async fn keep_looking(
    mut pictures: watch::Receiver<Arc<Picture>>,
    notices: Notices,
    letters: Letters,
) {
    let mut last = Found::default();
    loop {
        // Lines need a moment to register after the start.
        tokio::time::sleep(ROUND).await;
        let found = look(&pictures.borrow_and_update());
        if found != last {
            found.write_down();
            notices.self_check(found.wrong, &found.down);
            found.letter(&last).into_iter().for_each(|letter| letters.write(letter));
            last = found;
        }
        if pictures.has_changed().is_err() {
            return;
        }
    }
}

/// What is wrong.
#[derive(Debug, Default, Eq, PartialEq)]
struct Found {
    /// Phones for which no line says where they stand.
    wrong: usize,
    /// Lines that calls for help would take first, and that do not work.
    down: BTreeSet<String>,
}

impl Found {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// For those who do not look at the page: once when something goes wrong, and once when all is right again.
    fn letter(&self, before: &Self) -> Option<Letter> {
        if self.is_nothing() == before.is_nothing() {
            return None;
        }
        let (subject, text) = if self.is_nothing() {
            let right = "Notrufe kämen wieder alle über die richtige Leitung.\n\
                         All calls for help would leave over the right line again.\n";
            ("Notruf wieder bereit / ready for emergency calls again", right.to_owned())
        } else {
            let (what, fix) = Notices::self_check_words(self.wrong, &self.down);
            let text = format!("{}\n{}\n\n{}\n{}\n", what.de, fix.de, what.en, fix.en);
            ("Notruf nicht bereit / not ready for emergency calls", text)
        };
        Some(Letter { subject: subject.to_owned(), text })
    }

    fn write_down(&self) {
        let Self { wrong, down } = self;
        if self.is_nothing() {
            info!("calls for help would leave from the right lines");
        } else {
            warn!(phones = wrong, lines = ?down, "calls for help would not all leave from the right lines");
        }
    }
}

fn look(picture: &Picture) -> Found {
    let up = |name: &str| picture.lines.iter().any(|line| line.id.as_str() == name && line.health.is_up());
    check(&picture.ready, up)
}

fn check(ready: &Ready, up: impl Fn(&str) -> bool) -> Found {
    let mut found = Found::default();
    // From another country no line of the house is used.
    let here = ready.all().filter(|(_, passage)| passage.place.whereabouts != Whereabouts::Abroad);
    for (_, passage) in here {
        match passage.ladder.first() {
            Some(first) if first.address == AddressFit::Right => {
                if !up(first.line.as_str()) {
                    found.down.insert(first.line.as_str().to_owned());
                }
            }
            Some(_) | None => found.wrong += 1,
        }
    }
    found
}

#[cfg(test)]
mod e17_self_check;
