//! Every word of the page, German and English side by side: a text that lacks one of them does not compile.

mod files;
mod kinds;
mod roles;

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use std::convert::Infallible;

use crate::cookie;
use crate::view::{CallState, Fault, Sentence, Severity, Transport, Unheard};

/// Name of the cookie that keeps the choice.
pub(crate) const COOKIE: &str = "lang";

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    De,
    En,
}

macro_rules! words {
    ($($name:ident: $de:literal, $en:literal;)*) => {
        impl Lang {
            $(pub(crate) fn $name(self) -> &'static str {
                match self { Self::De => $de, Self::En => $en }
            })*
        }
    };
}

// The frame of every page.
words! {
    code: "de", "en";
    other_code: "en", "de";
    other_name: "English", "Deutsch";
    switch_language: "Switch to English", "Auf Deutsch umschalten";
    skip: "Zum Inhalt", "Skip to content";
    uptime: "Betriebszeit", "Uptime";
    root_certificate: "Zertifikat der Box", "Certificate of the box";
    reload: "Neu laden", "Reload";
    lost: "Die Verbindung zur Box ist unterbrochen. Die Seite versucht es weiter.",
        "The connection to the box is interrupted. The page keeps trying.";
    back: "Zur Übersicht", "To the overview";
    menu: "Menü", "Menu";
    areas: "Bereiche", "Areas";
    find: "Person, Nummer, Telefon, Hilfe", "Person, number, phone, help";
    as_of: "Stand vor", "As of";
    ago: "", " ago";
    open_in_cloud: "In der Cloud-App öffnen", "Open in the cloud app";
    filter: "In dieser Liste suchen", "Search this list";
    show: "Zeigen", "Show";
    show_all: "Alle zeigen", "Show all";
    none_found: "Nichts gefunden.", "Nothing found.";
    page: "Seite", "Page";
    earlier: "Zurück", "Back";
    later: "Weiter", "Next";
    older: "Ältere", "Older";
    yes: "ja", "yes";
    no: "nein", "no";
    not_mirrored: "Noch nicht abgeglichen.", "Not synced yet.";
}

// The dashboard.
words! {
    overview: "Übersicht", "Overview";
    all_well: "Telefone können anrufen", "Phones can call";
    all_well_more: "Gespräche im Haus laufen über diese Box, auch wenn die Cloud nicht erreichbar ist.",
        "Calls inside the house run through this box, even while the cloud cannot be reached.";
    not_ready: "Noch nicht bereit", "Not ready yet";
    phones: "Telefone", "Phones";
    phones_registered: "Telefone angemeldet", "Phones registered";
    out_of: "von", "of";
    calls: "Gespräche", "Calls";
    calls_now: "Gespräche gerade", "Calls now";
    turned_away: "Abgewiesen", "Turned away";
    who: "Wer", "Who";
    to_do_about: "Tun", "Act";
    why: "Warum", "Why";
    last: "Zuletzt", "Last";
    times: "-mal", " times";
    not_answered: "wird nicht mehr beantwortet", "is not answered any more";
    mirror: "Cloud-Kopie", "Cloud copy";
    mirror_age: "Alter der Cloud-Kopie", "Age of the cloud copy";
    notices: "Was zu tun ist", "What needs attention";
    fix: "Abhilfe", "What to do";
    no_phones_more: "Sobald das Konto gespiegelt ist, stehen seine Geräte hier.",
        "As soon as the account is mirrored, its devices are listed here.";
    no_calls: "Gerade spricht niemand.", "Nobody is on the phone right now.";
    phone: "Telefon", "Phone";
    extension: "Durchwahl", "Extension";
    state: "Zustand", "State";
    duration: "Dauer", "Duration";
    caller: "Von", "From";
    callee: "An", "To";
    registered: "angemeldet", "registered";
    unregistered: "nicht angemeldet", "not registered";
    never_seen: "noch nie", "never";
    nobody: "Niemand zugeordnet", "Nobody assigned";
    source: "Quelle", "Source";
    users: "Benutzer", "Users";
    devices: "Geräte", "Devices";
    numbers: "Rufnummern", "Numbers";
    mirror_current: "aktuell", "up to date";
    mirror_stale: "veraltet", "out of date";
    mirror_failed: "Abgleich fehlgeschlagen", "sync failed";
    mirror_never: "noch nie abgeglichen", "never synced";
    mirror_never_more: "Es ist noch kein Konto verbunden, oder der erste Abgleich läuft noch.",
        "No account is linked yet, or the first sync is still running.";
    mirror_stale_more: "Die Kopie ist älter, als sie sein sollte. Sie gilt weiter.",
        "The copy is older than it should be. It keeps serving.";
    still_serves: "Die letzte Kopie gilt weiter.", "The last copy keeps serving.";
}

// Signing in and setting up.
words! {
    sign_in: "Anmelden", "Sign in";
    sign_in_more: "Diese Seite gehört der Telefonanlage in diesem Haus.",
        "This page belongs to the telephone system in this house.";
    sign_out: "Abmelden", "Sign out";
    account: "Konto", "Account";
    password: "Passwort", "Password";
    forgotten: "Passwort vergessen?", "Forgotten the password?";
    forgotten_more: "An der Konsole der Box erzeugt „gatehouse reset-admin“ einen neuen Einrichtungscode.",
        "On the console of the box, “gatehouse reset-admin” makes a new set-up code.";
    setup: "Einrichten", "Set up";
    setup_title: "Willkommen bei Gatehouse", "Welcome to Gatehouse";
    setup_more: "Mit dem Einrichtungscode von der Konsole der Box legen Sie das Passwort für die Verwaltung fest.",
        "With the set-up code from the console of the box you choose the password for its administration.";
    setup_code: "Einrichtungscode", "Set-up code";
    setup_code_hint: "12 Zeichen, zum Beispiel 7KQ4-M2XR-9TDB. Der Code gilt nur einmal.",
        "12 characters, such as 7KQ4-M2XR-9TDB. The code works only once.";
    setup_code_waits: "Mit einem Einrichtungscode von der Konsole weiter", "Go on with a set-up code from the console";
    new_password: "Neues Passwort", "New password";
    new_password_hint: "Mindestens 10 Zeichen. Ein Satz, den nur Sie kennen, ist besser als Sonderzeichen.",
        "At least 10 characters. A sentence only you know beats special characters.";
    repeat_password: "Passwort wiederholen", "Repeat the password";
    save_password: "Passwort festlegen", "Set the password";
}

// The second factor.
words! {
    second_code: "Code vom Telefon", "Code from the telephone";
    second_code_hint: "Nur, wenn er eingeschaltet ist: sechs Ziffern aus der App, oder einer der Codes vom Papier.",
        "Only where it is switched on: six digits from the app, or one of the codes on paper.";
    second_step_app: "Auf Ihrem Telefon eine App für Einmalcodes öffnen, zum Beispiel 2FAS, Aegis oder den Passwortmanager.",
        "Open an app for one-time codes on your telephone, such as 2FAS, Aegis or the password manager.";
    second_step_scan: "Damit dieses Bild abfotografieren.", "Scan this picture with it.";
    second_qr: "QR-Code mit dem Geheimnis", "QR code with the secret";
    second_typed: "Oder eintippen:", "Or type:";
    second_step_code: "Die sechs Ziffern eingeben, die die App zeigt.", "Enter the six digits that the app shows.";
    second_switch_on: "Einschalten", "Switch on";
    second_switch_off: "Ausschalten", "Switch off";
    second_is_on: "eingeschaltet", "switched on";
    second_is_off: "ausgeschaltet", "switched off";
    second_off_code: "Code vom Telefon oder vom Papier, um auszuschalten", "A code from the telephone or on paper, to switch it off";
    second_paper: "Falls das Telefon verloren geht: Jeder dieser Codes ersetzt es einmal. Schreiben Sie sie jetzt auf; sie werden nie wieder gezeigt.",
        "In case the telephone is lost: each of these codes replaces it once. Write them down now; they are never shown again.";
    token_once: "Das ist der Schlüssel. Tragen Sie ihn jetzt in das Programm ein; er wird nie wieder gezeigt.",
        "This is the token. Enter it in the program now; it is never shown again.";
    token_use: "In der Kopfzeile jeder Anfrage: Authorization: Bearer, dann der Schlüssel.",
        "In the head of every request: Authorization: Bearer, then the token.";
    second_kept: "Ich habe sie aufgeschrieben", "I have written them down";
    wrong_digits: "Dieser Code stimmt nicht, ist zu alt oder wurde schon benutzt.",
        "This code is wrong, too old, or was used before.";
}

// Refusals: each says what to do.
words! {
    wrong_password: "Konto, Passwort oder Code stimmt nicht.", "Account, password or code is wrong.";
    account_ended: "Dieser Zugang ist abgelaufen. Wer die Box verwaltet, kann ihn verlängern.",
        "This account has come to its end. Whoever administers the box can extend it.";
    may_not: "Dieser Zugang darf das nicht. Wer die Box verwaltet, kann das unter Sicherheit, Zugänge ändern.",
        "This account may not do that. Whoever administers the box can change it under Security, Accounts.";
    wrong_code: "Dieser Code stimmt nicht oder wurde schon benutzt. Den gültigen Code zeigt die Konsole der Box beim Start.",
        "This code is wrong or was used before. The console of the box shows the valid one when it starts.";
    too_short: "Das Passwort ist zu kurz: mindestens 10 Zeichen.", "The password is too short: at least 10 characters.";
    too_long: "Das Passwort ist zu lang: höchstens 200 Zeichen.", "The password is too long: at most 200 characters.";
    too_simple: "Das Passwort ist zu leicht zu erraten: mindestens fünf verschiedene Zeichen, nicht „gatehouse“.",
        "The password is too easy to guess: at least five different characters, not “gatehouse”.";
    differ: "Die beiden Passwörter sind nicht gleich.", "The two passwords are not the same.";
    busy: "Gerade melden sich zu viele gleichzeitig an. Bitte gleich noch einmal.",
        "Too many people are signing in at once. Please try again in a moment.";
    box_failed: "Die Box konnte das nicht speichern. Bitte in einer Minute noch einmal; „gatehouse doctor“ nennt den Grund.",
        "The box could not save this. Please try again in a minute; “gatehouse doctor” names the reason.";
    form_broken: "Das Formular kam unvollständig an. Bitte noch einmal ausfüllen.",
        "The form arrived incomplete. Please fill it in again.";
    foreign_title: "Abgelehnt", "Refused";
    foreign: "Diese Anfrage kam nicht von dieser Seite. Bitte laden Sie die Seite neu und versuchen Sie es noch einmal.",
        "This request did not come from this page. Please reload the page and try again.";
    missing_title: "Nicht gefunden", "Not found";
    missing: "Diese Seite gibt es hier nicht.", "There is no such page here.";
    failed_title: "Das hat nicht geklappt", "That did not work";
}

// The certificate page.
words! {
    root_title: "Dieser Box vertrauen", "Trust this box";
    root_more: "Die Box weist sich mit einem eigenen Zertifikat aus. Installieren Sie es einmal, dann verschwindet die Warnung des Browsers.",
        "The box proves who it is with its own certificate. Install it once and the browser's warning goes away.";
    root_compare: "Vergleichen Sie zuerst den Fingerabdruck mit dem auf der Konsole der Box. Nur wenn beide gleich sind, installieren Sie das Zertifikat.",
        "First compare the fingerprint with the one on the console of the box. Install the certificate only if both are the same.";
    root_not_needed: "Nicht nötig ist das unter diesem Namen, dem jeder Browser von selbst vertraut:",
        "It is not needed under this name, which every browser trusts by itself:";
    fingerprint: "Fingerabdruck (SHA-256)", "Fingerprint (SHA-256)";
    download: "Zertifikat laden", "Download the certificate";
    download_der: "als DER-Datei", "as a DER file";
    open_page: "Weiter zur Verwaltung", "Go to the administration";
    on_windows: "Datei öffnen, „Zertifikat installieren“, „Lokaler Computer“, Speicher „Vertrauenswürdige Stammzertifizierungsstellen“.",
        "Open the file, “Install certificate”, “Local machine”, store “Trusted root certification authorities”.";
    on_macos: "Datei öffnen, in der Schlüsselbundverwaltung doppelt anklicken, unter „Vertrauen“ „Immer vertrauen“ wählen.",
        "Open the file, double-click it in Keychain Access, under “Trust” choose “Always trust”.";
    on_ios: "Profil laden, unter Einstellungen, Allgemein, VPN und Geräteverwaltung installieren, dann unter Info, Zertifikatsvertrauen einschalten.",
        "Download the profile, install it under Settings, General, VPN & Device Management, then switch it on under About, Certificate Trust Settings.";
    on_android: "Einstellungen, Sicherheit, Verschlüsselung und Anmeldedaten, Zertifikat installieren, CA-Zertifikat.",
        "Settings, Security, Encryption & credentials, Install a certificate, CA certificate.";
    on_firefox: "Einstellungen, Datenschutz und Sicherheit, Zertifikate anzeigen, Zertifizierungsstellen, Importieren.",
        "Settings, Privacy & Security, View Certificates, Authorities, Import.";
}

impl Lang {
    /// The text in this language; both stand side by side, German first.
    pub(crate) const fn pick(self, de: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::De => de,
            Self::En => en,
        }
    }

    /// The same for things that are no text.
    pub(crate) fn pick_any<T>(self, de: T, en: T) -> T {
        match self {
            Self::De => de,
            Self::En => en,
        }
    }

    pub(crate) const fn of(self, [de, en]: [&'static str; 2]) -> &'static str {
        self.pick(de, en)
    }

    pub(crate) fn say(self, sentence: &Sentence) -> &str {
        match self {
            Self::De => &sentence.de,
            Self::En => &sentence.en,
        }
    }

    /// "Too many wrong attempts", with the seconds left.
    pub(crate) fn locked(self, seconds: u64) -> String {
        match self {
            Self::De => format!("Zu viele falsche Versuche. In {} geht es weiter.", self.in_words(seconds)),
            Self::En => format!("Too many wrong attempts. Try again in {}.", self.in_words(seconds)),
        }
    }

    fn in_words(self, seconds: u64) -> String {
        let minutes = seconds.div_ceil(60);
        match (self, seconds, minutes) {
            (Self::De, 1, _) => "einer Sekunde".to_owned(),
            (Self::En, 1, _) => "one second".to_owned(),
            (Self::De, ..=90, _) => format!("{seconds} Sekunden"),
            (Self::En, ..=90, _) => format!("{seconds} seconds"),
            (Self::De, _, _) => format!("{minutes} Minuten"),
            (Self::En, _, _) => format!("{minutes} minutes"),
        }
    }

    /// How long something lasts, in one unit; `live.ts` counts on in the same form.
    pub(crate) fn lasting(self, seconds: u64) -> String {
        match (seconds, self) {
            (..60, _) => format!("{seconds} s"),
            (..3600, _) => format!("{} min", seconds / 60),
            (..172_800, _) => format!("{} h", seconds / 3600),
            (_, Self::De) => format!("{} Tage", seconds / 86_400),
            (_, Self::En) => format!("{} days", seconds / 86_400),
        }
    }

    pub(crate) fn encrypted(self) -> &'static str {
        match self {
            Self::De => "Die Stimme ist auf dem Weg zur Box verschlüsselt",
            Self::En => "The voice is encrypted on its way to the box",
        }
    }

    /// Why somebody is not heard.
    pub(crate) fn unheard(self, why: Unheard) -> &'static str {
        match why {
            Unheard::Nothing => self.pick(
                "nicht zu hören: kein Paket kommt an (Firewall, anderes Netz, Telefon sendet nicht)",
                "not heard: no packet arrives (firewall, another network, the phone does not send)",
            ),
            Unheard::Elsewhere => self.pick(
                "nicht zu hören: Pakete kommen von einer anderen Adresse (Router mit NAT, zweite Netzwerkkarte)",
                "not heard: packets come from another address (router with NAT, second network card)",
            ),
            Unheard::Unreadable => self.pick(
                "nicht zu hören: was ankommt, ist keine Sprache oder falsch verschlüsselt",
                "not heard: what arrives is no voice, or encrypted with another key",
            ),
            Unheard::Mute => self.pick(
                "nicht zu hören: das Telefon sendet keine Sprache (stumm geschaltet, kein Mikrofon)",
                "not heard: the phone sends no voice (muted, no microphone)",
            ),
        }
    }

    pub(crate) fn call_state(self, state: CallState) -> &'static str {
        match (self, state) {
            (Self::De, CallState::Ringing) => "klingelt",
            (Self::De, CallState::Talking) => "im Gespräch",
            (Self::De, CallState::Held) => "gehalten",
            (Self::De, CallState::Conference) => "zu dritt",
            (Self::En, CallState::Ringing) => "ringing",
            (Self::En, CallState::Talking) => "talking",
            (Self::En, CallState::Held) => "on hold",
            (Self::En, CallState::Conference) => "three together",
        }
    }

    pub(crate) fn fault(self, fault: Fault) -> &'static str {
        match (self, fault) {
            (Self::De, Fault::Phone) => "Telefon",
            (Self::De, Fault::Network) => "Netzwerk",
            (Self::En, Fault::Phone) => "Phone",
            (Self::En, Fault::Network) => "Network",
            (_, Fault::Cloud) => "Cloud",
            (_, Fault::Box) => "Box",
            (_, Fault::Ours) => "Gatehouse",
        }
    }

    pub(crate) fn severity(self, severity: Severity) -> &'static str {
        match (self, severity) {
            (Self::De, Severity::Info) => "Hinweis",
            (Self::De, Severity::Warning) => "Warnung",
            (Self::De, Severity::Fault) => "Störung",
            (Self::En, Severity::Info) => "Note",
            (Self::En, Severity::Warning) => "Warning",
            (Self::En, Severity::Fault) => "Fault",
        }
    }
}

/// The standards' own names.
pub(crate) fn transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "UDP",
        Transport::Tcp => "TCP",
        Transport::Tls => "TLS",
        Transport::WebSocket => "WebSocket",
    }
}

impl Lang {
    fn named(name: &str) -> Option<Self> {
        match name.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "de" => Some(Self::De),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// `?lang=en`, the link that switches.
    pub(crate) fn asked_for(query: Option<&str>) -> Option<Self> {
        query?.split('&').find_map(|pair| Self::named(pair.strip_prefix("lang=")?))
    }

    /// The best of RFC 9110 12.5.4; German when the browser wants neither.
    fn preferred(header: &str) -> Option<Self> {
        let weighed = header.split(',').filter_map(|range| {
            let (name, weight) = range.split_once(";q=").unwrap_or((range, "1"));
            Some((Self::named(name)?, weight.trim().parse::<f32>().ok()?))
        });
        weighed.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(lang, _)| lang)
    }
}

impl<S: Sync> FromRequestParts<S> for Lang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let cookie = || Self::named(cookie::value(&parts.headers, COOKIE)?);
        let header = || Self::preferred(parts.headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?);
        Ok(Self::asked_for(parts.uri.query()).or_else(cookie).or_else(header).unwrap_or(Self::De))
    }
}
