//! Every subject of the cloud's own help pages, where it is here, and what the box does with it in this version.

use crate::parts::Mode;
use crate::parts::Mode::{Linked as L, Local as B, Mirrored as M, Written as W};

/// One subject. Titles and words are German and English.
pub(crate) struct Subject {
    pub(crate) title: [&'static str; 2],
    pub(crate) modes: &'static [Mode],
    /// What the box does with it.
    pub(crate) words: [&'static str; 2],
    /// Where to look.
    pub(crate) path: &'static str,
}

const fn on(
    path: &'static str,
    modes: &'static [Mode],
    title: [&'static str; 2],
    words: [&'static str; 2],
) -> Subject {
    Subject { title, modes, words, path }
}

/// In the order of the cloud's help pages.
pub(crate) const SUBJECTS: &[Subject] = &[
    on(
        "/access",
        &[B],
        ["Anmelden", "Signing in"],
        [
            "Mit einem Zugang der Box, auch ohne Internet; jeder hat eine Rolle. Das Passwort der Cloud bleibt dort.",
            "With an account of the box, also without internet; each has a role. The cloud's password stays there.",
        ],
    ),
    on(
        "/security",
        &[B],
        ["Anmelden geht nicht", "Signing in does not work"],
        [
            "Jede Ablehnung sagt warum; nach zu vielen Versuchen sagt sie, wie lange es dauert. Neu beginnt man an der Konsole mit „gatehouse reset-admin“.",
            "Every refusal says why; after too many tries it says for how long. On the console, “gatehouse reset-admin” starts afresh.",
        ],
    ),
    on(
        "/security/audit",
        &[B],
        ["Unerwarteter Code oder fremde Anmeldung", "Unexpected code or sign-in"],
        [
            "Das Protokoll nennt jede Anmeldung und Abweisung mit Ort und Zeit, neue Browser eigens; angemeldete Browser lassen sich abmelden.",
            "The audit log names every sign-in and refusal with place and time, new browsers as such; signed-in browsers can be signed out.",
        ],
    ),
    on(
        "/security",
        &[B, L],
        ["Passwort vergessen", "Forgotten password"],
        [
            "Ein anderer Verwalter setzt es unter Zugänge neu, oder an der Konsole der Box „gatehouse reset-admin“. Das Passwort der Cloud setzt man dort zurück.",
            "Another admin sets it anew under Accounts, or on the console of the box “gatehouse reset-admin”. The cloud's password is reset there.",
        ],
    ),
    on(
        "/access",
        &[B],
        ["Zwei-Faktor-Anmeldung", "Two-factor sign-in"],
        [
            "Unter Mein Zugang einzuschalten: sechs Ziffern vom Telefon, dazu zehn Codes auf Papier. Für die Cloud gilt deren eigene.",
            "Switched on under My access: six digits from the telephone, and ten codes on paper. The cloud has its own.",
        ],
    ),
    on(
        "/security",
        &[L],
        ["Firmen-Anmeldung (SSO): Okta, Microsoft, Google", "Company sign-in (SSO): Okta, Microsoft, Google"],
        ["Gilt für die Cloud und wird dort eingerichtet.", "Counts for the cloud and is set up there."],
    ),
    on(
        "/calls",
        &[M, B],
        [
            "Verbindungsdaten: Anrufe, Voicemails, Faxe, SMS",
            "Connection data: calls, voicemails, faxes, texts",
        ],
        [
            "Was die Box vermittelt hat und was die Cloud meldet, untereinander.",
            "What the box connected and what the cloud reports, one below the other.",
        ],
    ),
    on(
        "/locations",
        &[M, L],
        ["Standorte anlegen", "Add locations"],
        [
            "Werden in der Cloud angelegt und stehen hier als Kopie.",
            "Are made in the cloud and stand here as a copy.",
        ],
    ),
    on(
        "/locations",
        &[M, L],
        ["Standort verschieben oder löschen", "Move or delete a location"],
        [
            "Vorher sehen, wie viele Benutzer und Geräte daran hängen.",
            "See first how many users and devices hang on it.",
        ],
    ),
    on(
        "/locations",
        &[M, L],
        ["Notruf-Standort eines Telefons", "Emergency location of a phone"],
        [
            "Jedes Gerät mit seinem Standort steht bei seinem Benutzer.",
            "Each device stands with its location on its user's page.",
        ],
    ),
    on(
        "/numbers",
        &[M, L],
        ["Rufnummer bestellen", "Book a number"],
        ["In der Cloud-App; danach steht sie hier.", "In the cloud app; it stands here afterwards."],
    ),
    on(
        "/numbers",
        &[M, L],
        ["Rufnummer zuordnen", "Assign a number"],
        [
            "Die Liste zeigt, wohin jede Nummer führt und welche nirgendwohin führt.",
            "The list shows where each number leads and which lead nowhere.",
        ],
    ),
    on(
        "/numbers",
        &[M, L],
        ["Durchwahlen und Kurzwahlen", "Extensions and speed dials"],
        [
            "Gelten auf der Box sofort, auch ohne Internet.",
            "Count on the box at once, also without internet.",
        ],
    ),
    on(
        "/numbers",
        &[M, L],
        ["Rufnummer um eine Stelle verlängern", "Extend a number by a digit"],
        ["Blöcke stehen mit ihren Nummern in der Liste.", "Blocks stand in the list with their numbers."],
    ),
    on(
        "/numbers",
        &[M, L],
        ["Rufnummer kündigen", "Cancel a number"],
        ["In der Cloud-App.", "In the cloud app."],
    ),
    on(
        "/numbers",
        &[M, L],
        ["Rufnummer mitnehmen (portieren)", "Port a number"],
        [
            "Laufende Umzüge stehen unter Rufnummern mit ihrem Tag.",
            "Moves under way stand below Numbers with their day.",
        ],
    ),
    on(
        "/numbers",
        &[L],
        ["Eintrag im Telefonbuch", "Directory entry"],
        ["In der Cloud-App.", "In the cloud app."],
    ),
    on(
        "/channels",
        &[M, L],
        ["Was ist ein Kanal?", "What is a channel?"],
        ["Eine Nummer mit Ansage, Warteschlange und Zeiten.", "A number with greeting, queue and hours."],
    ),
    on(
        "/channels",
        &[M, L],
        [
            "Kanal weiterleiten: Benutzer, Gruppe, Voicemail, Nummer",
            "Forward a channel: user, group, voicemail, number",
        ],
        ["Wird in der Cloud eingestellt.", "Is set in the cloud."],
    ),
    on(
        "/channels",
        &[B],
        ["Kanal oder Gruppe?", "Channel or group?"],
        [
            "Eine Gruppe klingelt nur. Ein Kanal führt den Anrufer.",
            "A group only rings. A channel guides the caller.",
        ],
    ),
    on(
        "/calls",
        &[M, L],
        ["Statistik und Erreichbarkeit", "Statistics and reachability"],
        [
            "Die Auswertung zeigt in dieser Version die Cloud; die Gespräche stehen unter Gespräche.",
            "In this version the cloud shows the figures; the calls stand under Calls.",
        ],
    ),
    on(
        "/channels",
        &[M, L],
        ["Servicezeiten, Feiertage, Abwesenheit", "Service hours, holidays, absence"],
        ["Werden in der Cloud eingestellt.", "Are set in the cloud."],
    ),
    on(
        "/users",
        &[M, L],
        ["An- und abmelden, Erreichbarkeit, Absendernummer", "Log in and out, availability, sender number"],
        [
            "Welche Nummer ein Gerät zeigt, steht bei seinem Benutzer.",
            "The number a device shows stands on its user's page.",
        ],
    ),
    on(
        "/",
        &[M, B],
        ["Übersicht für Administratoren", "Admin dashboard"],
        [
            "Zustand, Gespräche, Alter der Kopie und was zu tun ist.",
            "Health, calls, age of the copy, and what needs doing.",
        ],
    ),
    on(
        "/users",
        &[M, L],
        ["Benutzer, Geräte und Rechte verwalten", "Manage users, devices and rights"],
        [
            "Alle mit Durchwahl, Rufnummern, Geräten und dem Weg eines Anrufs. Anlegen in der Cloud-App.",
            "All with extension, numbers, devices and the way of a call. They are made in the cloud app.",
        ],
    ),
    on(
        "/users/import",
        &[B, L],
        ["Viele Benutzer auf einmal: CSV, Entra ID, Google", "Many users at once: CSV, Entra ID, Google"],
        [
            "Die Liste wird hier Zelle für Zelle geprüft und dann als Datei an den Import der Cloud übergeben; Durchwahl und Standort setzt die Box, sobald jemand erscheint.",
            "The list is checked here cell by cell and then handed to the cloud's own import as a file; the box sets extension and location as soon as somebody appears.",
        ],
    ),
    on(
        "/groups",
        &[M, L],
        ["Gruppe anlegen", "Create a group"],
        ["In der Cloud-App; klingeln lässt sie die Box.", "In the cloud app; the box makes it ring."],
    ),
    on(
        "/groups",
        &[M, L],
        ["Nummern und Durchwahlen von Gruppen", "Numbers and extensions of groups"],
        ["Stehen bei der Gruppe.", "Stand with the group."],
    ),
    on(
        "/groups",
        &[L],
        [
            "Gruppe: Weiterleitung, Zeiten, Ansage, Warteschlange, Wartemusik",
            "Group: forwarding, hours, greeting, queue, hold music",
        ],
        ["Wird in der Cloud eingestellt.", "Is set in the cloud."],
    ),
    on(
        "/billing",
        &[M, L],
        ["Abrechnung, Guthaben, Aufladen, Lastschrift", "Billing, credit, top-up, direct debit"],
        [
            "Das Guthaben steht hier; aufgeladen wird in der Cloud-App.",
            "The credit stands here; it is topped up in the cloud app.",
        ],
    ),
    on(
        "/billing",
        &[M, B, L],
        [
            "Rechnung verstehen, Einzelverbindungsnachweis, Excel",
            "Understand the bill, itemised records, Excel",
        ],
        [
            "Die Box schätzt den Monat, listet jedes Gespräch mit Preis (auch für Excel) und vergleicht ihre Aufzeichnungen mit denen der Cloud. Rechnungen selbst stehen in der Cloud-App.",
            "The box estimates the month, lists every call with its price (for Excel too) and compares its records with the cloud's. The invoices themselves stand in the cloud app.",
        ],
    ),
    on(
        "/billing",
        &[L],
        [
            "Gutschriften, Erstattung, Rücklastschrift, Umsatzsteuer im Ausland",
            "Credit notes, refunds, returned debit, VAT abroad",
        ],
        ["In der Cloud-App.", "In the cloud app."],
    ),
    on(
        "/billing",
        &[M, L],
        ["Tarif und Vertrag, Kündigung", "Plan and contract, cancelling"],
        [
            "Der Tarif steht hier; geändert wird er in der Cloud-App.",
            "The plan stands here; it is changed in the cloud app.",
        ],
    ),
    on(
        "/phones",
        &[M, L],
        ["Neues SIP-Passwort", "New SIP password"],
        [
            "In der Cloud-App; die Box kennt es nach dem nächsten Abgleich.",
            "In the cloud app; the box knows it after the next sync.",
        ],
    ),
    on(
        "/billing/rates",
        &[B],
        ["Gesprächskosten", "Call costs"],
        [
            "Mit einer Preistabelle, die Sie mitbringen, rechnet die Box jedes Gespräch nach außen. Gespräche im Haus kosten nichts.",
            "With a table of rates that you bring, the box prices every call to the outside. Calls inside the house cost nothing.",
        ],
    ),
    on(
        "/contacts",
        &[M, L],
        ["Kontakte anlegen, ändern, löschen", "Create, edit, delete contacts"],
        [
            "Gemeinsame Kontakte stehen hier als Kopie. Private sieht nur ihr Besitzer.",
            "Shared contacts stand here as a copy. Private ones only their owner sees.",
        ],
    ),
    on(
        "/contacts/import",
        &[W, M],
        [
            "Kontakte als CSV, vCard, aus Outlook, Google oder Snom",
            "Contacts as CSV, vCard, from Outlook, Google or Snom",
        ],
        [
            "Dateien werden geprüft, Zeile für Zeile beanstandet und dann übernommen; das Telefonbuch gibt es als Outlook-, Google-, Excel- und vCard-Datei.",
            "Files are checked, faulted row by row and then taken over; the telephone book leaves as an Outlook, Google, Excel and vCard file.",
        ],
    ),
    on(
        "/network",
        &[B],
        ["Telefon mit der Box verbinden", "Connect a phone to the box"],
        [
            "Als Server die Adresse der Box eintragen, SIP-ID und Passwort wie in der Cloud.",
            "Enter the box's address as the server; SIP ID and password as in the cloud.",
        ],
    ),
    on(
        "/security",
        &[B],
        ["Warnung des Browsers loswerden", "Get rid of the browser's warning"],
        ["Das Zertifikat der Box einmal installieren.", "Install the certificate of the box once."],
    ),
    on(
        "/mirror",
        &[B],
        ["Was geschieht ohne Internet?", "What happens without internet?"],
        [
            "Im Haus geht alles weiter. Die Box arbeitet mit der letzten Kopie des Kontos.",
            "Inside the house everything goes on. The box works with the last copy of the account.",
        ],
    ),
];
