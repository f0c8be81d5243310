//! What the kinds of things in the copy are called.

use super::Lang;

impl Lang {
    /// One of the kinds of things the mirror keeps, by its name on disk.
    pub(crate) fn kind(self, name: &str) -> &str {
        KINDS.iter().find(|(known, _)| *known == name).map_or(name, |(_, words)| self.of(*words))
    }
}

const KINDS: &[(&str, [&str; 2])] = &[
    ("account", ["Konto", "Account"]),
    ("identity", ["Zugang", "Identity"]),
    ("user", ["Benutzer", "Users"]),
    ("device", ["Geräte", "Devices"]),
    ("phoneline", ["Anschlüsse", "Lines"]),
    ("group", ["Gruppen", "Groups"]),
    ("number", ["Rufnummern", "Numbers"]),
    ("address", ["Standorte", "Locations"]),
    ("balance", ["Guthaben", "Credit"]),
    ("voicemail", ["Voicemails", "Voicemails"]),
    ("faxline", ["Faxanschlüsse", "Fax lines"]),
    ("group_faxline", ["Faxanschlüsse von Gruppen", "Fax lines of groups"]),
    ("contact", ["Kontakte", "Contacts"]),
    ("channel", ["Kanäle", "Channels"]),
    ("call_restriction", ["Anrufsperren", "Call restrictions"]),
    ("blocked", ["Gesperrte Anrufer", "Blocked callers"]),
    ("forwarding", ["Weiterleitungen", "Forwardings"]),
    ("porting", ["Umzüge von Nummern", "Portings"]),
    ("notification", ["Benachrichtigungen", "Notifications"]),
    ("group_member", ["Mitglieder von Gruppen", "Members of groups"]),
    ("routing", ["Wege der Nummern", "Routes of numbers"]),
    ("live_call", ["Gespräche in der Cloud", "Calls in the cloud"]),
    ("line_voicemail", ["Voicemails der Anschlüsse", "Voicemails of lines"]),
    ("directory", ["Verzeichnis der Kollegen", "Directory of colleagues"]),
    ("block_anonymous", ["Anonyme Anrufer", "Anonymous callers"]),
    ("caller_id", ["Gezeigte Nummern", "Shown numbers"]),
    ("local_prefix", ["Ortsvorwahlen", "Area codes"]),
    ("sms", ["SMS", "Text messages"]),
    ("webhook", ["Webhooks", "Webhooks"]),
    ("recording", ["Aufzeichnung", "Recording"]),
    ("link", ["Seiten der Cloud-App", "Pages of the cloud app"]),
    ("capability", ["Was das Produkt kann", "What the product allows"]),
];
