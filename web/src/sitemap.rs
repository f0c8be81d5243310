//! Every page behind the door, in the order and under the words of the cloud's own app where it has them.

use crate::words::Lang;

/// A part of the navigation.
pub(crate) struct Area {
    pub(crate) name: [&'static str; 2],
    pub(crate) places: &'static [Place],
}

/// One page of the navigation.
pub(crate) struct Place {
    pub(crate) path: &'static str,
    name: [&'static str; 2],
    /// One sentence: what one finds there. It stands below the title and in the search.
    lead: [&'static str; 2],
}

impl Area {
    pub(crate) const fn name(&self, t: Lang) -> &'static str {
        t.of(self.name)
    }
}

impl Place {
    const fn new(path: &'static str, name: [&'static str; 2], lead: [&'static str; 2]) -> Self {
        Self { path, name, lead }
    }

    pub(crate) const fn name(&self, t: Lang) -> &'static str {
        t.of(self.name)
    }

    pub(crate) const fn lead(&self, t: Lang) -> &'static str {
        t.of(self.lead)
    }

    /// Whether a page is this one or lies below it.
    pub(crate) fn holds(&self, path: &str) -> bool {
        match path.strip_prefix(self.path) {
            Some(rest) => rest.is_empty() || (self.path != "/" && rest.starts_with('/')),
            None => false,
        }
    }
}

/// The place a page belongs to; the longest path wins.
pub(crate) fn place(path: &str) -> Option<&'static Place> {
    places().filter(|place| place.holds(path)).max_by_key(|place| place.path.len())
}

/// All of them, in order.
pub(crate) fn places() -> impl Iterator<Item = &'static Place> {
    AREAS.iter().flat_map(|area| area.places)
}

/// The navigation.
pub(crate) const AREAS: &[Area] = &[
    Area {
        name: ["Heute", "Today"],
        places: &[
            Place::new(
                "/me",
                ["Mein Telefon", "My telephone"],
                [
                    "Was bei Ihnen klingelt, wohin ein Anruf geht und Ihre letzten Gespräche.",
                    "What rings for you, where a call goes, and your latest calls.",
                ],
            ),
            Place::new(
                "/me/messages",
                ["Sprachnachrichten", "Voice messages"],
                [
                    "Was Anrufer auf Ihre Anrufbeantworter gesprochen haben. Nur Sie und, bei einer Gruppe, deren Mitglieder hören es.",
                    "What callers left in your mailboxes. Only you hear it, and with a group its members.",
                ],
            ),
            Place::new(
                "/",
                ["Übersicht", "Overview"],
                ["Was das Haus gerade tut.", "What the house is doing right now."],
            ),
            Place::new(
                "/repairs",
                ["Zu erledigen", "To do"],
                [
                    "Alles, was jemand wissen oder beheben sollte: was es bedeutet und was zu tun ist.",
                    "Everything somebody should know or mend: what it means and what to do.",
                ],
            ),
            Place::new(
                "/calls",
                ["Gespräche", "Calls"],
                [
                    "Wer gerade spricht, und was zuletzt war: auf dieser Box und in der Cloud.",
                    "Who is talking now, and what happened lately: on this box and in the cloud.",
                ],
            ),
        ],
    },
    Area {
        name: ["Telefonanlage", "Phone system"],
        places: &[
            Place::new(
                "/phones",
                ["Telefone", "Phones"],
                [
                    "Jedes Gerät, das sich hier anmelden kann, und ob es erreichbar ist.",
                    "Every device that can register here, and whether it can be reached.",
                ],
            ),
            Place::new(
                "/lines",
                ["Leitungen", "Lines"],
                [
                    "Wie es nach draußen geht: welche Leitung Gespräche trägt, seit wann, und wenn nicht, warum.",
                    "How the outside is reached: which line carries calls, since when, and if not, why.",
                ],
            ),
            Place::new(
                "/users",
                ["Benutzer", "Users"],
                [
                    "Die Menschen im Konto, ihre Durchwahlen, Rufnummern und Geräte.",
                    "The people in the account, their extensions, numbers and devices.",
                ],
            ),
            Place::new(
                "/groups",
                ["Gruppen", "Groups"],
                [
                    "Mehrere Menschen hinter einer Nummer: Alle Telefone der Gruppe klingeln zusammen.",
                    "Several people behind one number: all phones of the group ring together.",
                ],
            ),
            Place::new(
                "/channels",
                ["Kanäle", "Channels"],
                [
                    "Eine Nummer mit Ansage, Warteschlange und Öffnungszeiten. Eine Gruppe klingelt nur; ein Kanal führt den Anrufer.",
                    "A number with greeting, queue and opening hours. A group only rings; a channel guides the caller.",
                ],
            ),
            Place::new(
                "/numbers",
                ["Rufnummern", "Numbers"],
                [
                    "Jede Nummer des Kontos und wohin sie führt.",
                    "Every number of the account and where it leads.",
                ],
            ),
            Place::new(
                "/fax",
                ["Fax", "Fax"],
                ["Die Faxanschlüsse des Kontos.", "The fax lines of the account."],
            ),
            Place::new(
                "/voicemail",
                ["Anrufbeantworter", "Mailboxes"],
                [
                    "Wem sie gehören, wie viele Nachrichten darin liegen und was Anrufer vor dem Ton hören.",
                    "Whose they are, how many messages lie in them, and what callers hear before the tone.",
                ],
            ),
            Place::new(
                "/contacts",
                ["Kontakte", "Contacts"],
                ["Das gemeinsame Telefonbuch.", "The shared telephone book."],
            ),
            Place::new(
                "/statistics",
                ["Statistik", "Statistics"],
                [
                    "Wie viel in den letzten zwei Wochen telefoniert wurde, und wer wie gut zu erreichen war.",
                    "How much was called in the last two weeks, and how well everybody could be reached.",
                ],
            ),
        ],
    },
    Area {
        name: ["Konto", "Account"],
        places: &[
            Place::new(
                "/locations",
                ["Standorte", "Locations"],
                [
                    "Wohin Hilfe kommt, wenn von hier jemand 110 oder 112 wählt.",
                    "Where help is sent when somebody here dials 110 or 112.",
                ],
            ),
            Place::new(
                "/billing",
                ["Kosten", "Billing"],
                [
                    "Guthaben, was der Monat kostet, jedes einzelne Gespräch, und ob die Rechnung stimmt.",
                    "Credit, what the month costs, every single call, and whether the bill is right.",
                ],
            ),
            Place::new(
                "/changes",
                ["Änderungen", "Changes"],
                [
                    "Was hier für die Cloud geändert wurde: was wartet, was zu entscheiden ist, was sich zurücknehmen lässt.",
                    "What was changed here for the cloud: what waits, what is to be decided, what can be taken back.",
                ],
            ),
            Place::new(
                "/mirror",
                ["Cloud-Kopie", "Cloud copy"],
                [
                    "Was die Box vom Konto weiß, wie alt es ist und was auf dem Weg in die Cloud ist.",
                    "What the box knows of the account, how old that is, and what is on its way to the cloud.",
                ],
            ),
        ],
    },
    Area {
        name: ["Box", "Box"],
        places: &[
            Place::new(
                "/start",
                ["Einrichtung", "Setting up"],
                [
                    "Acht Schritte von der leeren Box bis zum Übergabeblatt; jeder sagt, was geprüft wurde.",
                    "Eight steps from the empty box to the handover sheet; each says what was checked.",
                ],
            ),
            Place::new(
                "/network",
                ["Netzwerk", "Network"],
                [
                    "Unter welchen Adressen Telefone und Browser diese Box finden.",
                    "The addresses at which phones and browsers find this box.",
                ],
            ),
            Place::new(
                "/system",
                ["System", "System"],
                ["Version, Laufzeit und wo die Daten liegen.", "Version, uptime and where the data are."],
            ),
            Place::new(
                "/updates",
                ["Versionen", "Versions"],
                [
                    "Welche Version läuft, wie eine neue hierher kommt, und wie die Box alles vergisst.",
                    "Which version runs, how a new one comes in, and how the box forgets everything.",
                ],
            ),
            Place::new(
                "/webhooks",
                ["Webhooks", "Webhooks"],
                [
                    "Programme, die von jedem Anruf erfahren, etwa eine Kundendatenbank.",
                    "Programs that are told of every call, such as a customer database.",
                ],
            ),
            Place::new(
                "/diagnostics",
                ["Diagnose", "Diagnostics"],
                [
                    "Wenn etwas nicht geht: was bei einem Gespräch gesagt wurde, und wie es der Box geht.",
                    "When something does not work: what was said during a call, and how the box is doing.",
                ],
            ),
            Place::new(
                "/backup",
                ["Sicherung", "Backup"],
                [
                    "Die ganze Box in einer Datei, und wie eine andere Box daraus wird.",
                    "The whole box in one file, and how another box is made of it.",
                ],
            ),
            Place::new(
                "/security",
                ["Sicherheit", "Security"],
                [
                    "Wer abgewiesen wurde und warum, und wie Browser und Telefone dieser Box vertrauen.",
                    "Who was turned away and why, and how browsers and phones come to trust this box.",
                ],
            ),
            Place::new(
                "/access",
                ["Mein Zugang", "My access"],
                [
                    "Ihr Passwort, Ihr zweiter Faktor und die Browser, in denen Sie angemeldet sind.",
                    "Your password, your second factor, and the browsers in which you are signed in.",
                ],
            ),
            Place::new(
                "/help",
                ["Hilfe", "Help"],
                [
                    "Jedes Thema der Cloud-Hilfe, und was die Box damit tut.",
                    "Every subject of the cloud's help pages, and what the box does with it.",
                ],
            ),
            Place::new("/about", ["Über", "About"], ["Was hier läuft.", "What is running here."]),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::{place, places};

    #[test]
    fn a_page_belongs_to_the_nearest_place_above_it() {
        for (path, at) in [("/", "/"), ("/phones", "/phones"), ("/phones/e0", "/phones")] {
            assert_eq!(place(path).map(|place| place.path), Some(at), "{path}");
        }
        assert!(place("/phonesx").is_none());
    }

    #[test]
    fn no_path_stands_twice() {
        let mut paths: Vec<&str> = places().map(|place| place.path).collect();
        let all = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), all);
    }
}
