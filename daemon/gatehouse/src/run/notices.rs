//! What somebody should know or mend, collected from everywhere and shown on the page, in `doctor` and in `status`.

mod for_help;
mod of_data;
mod of_hardware;
mod of_lines;
mod of_mailboxes;
mod of_names;
mod of_room;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use certificates::InstalledRefused;
use emergency::Commissioned;
use tokio::sync::watch;
use web::view::{Alarm, Fault, Notice, Sentence, Severity};

use super::identity::TlsFailed;
use super::mirroring::SyncFailed;

/// More of them would fill the page without saying more.
const ODDITIES_SHOWN: usize = 3;

/// The places notices come from; each has at most one at a time.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum From {
    Store,
    Recovery,
    Partition,
    Backup,
    Brought,
    Mirror,
    Tls,
    Authorities,
    PublicName,
    Altered,
    LineCertificate,
    Carried,
    DialledIn,
    Names,
    Detour,
    Help,
    HelpLines,
    TestCall,
    SelfCheck,
    SelfTest,
    Unlocated,
    Moved,
    Sources,
    Voice,
    Shortcut,
    Credit,
    Mailboxes,
    Recordings,
    Room,
    Disk,
    HotDisk,
    Hot,
    Memory,
    Space,
    Oddities,
}

/// Shared by all tasks. The lock is held only to copy or replace an entry.
#[derive(Clone, Debug)]
pub(crate) struct Notices {
    entries: Arc<Mutex<BTreeMap<From, Notice>>>,
    /// Calls for help that stand on every page; whoever draws pages watches.
    alarms: watch::Sender<Arc<[Alarm]>>,
}

impl Default for Notices {
    fn default() -> Self {
        Self { entries: Arc::default(), alarms: watch::Sender::new(Arc::new([])) }
    }
}

impl Notices {
    /// All of them, worst first.
    pub(crate) fn all(&self) -> Vec<Notice> {
        let mut all: Vec<Notice> = self.entries(|entries| entries.values().cloned().collect());
        all.sort_by_key(|notice| match notice.severity {
            Severity::Fault => 0,
            Severity::Warning => 1,
            Severity::Info => 2,
        });
        all
    }

    /// Calls for help under way, and those nobody has heard of.
    pub(crate) fn alarms(&self, alarms: Arc<[Alarm]>) {
        self.alarms.send_if_modified(|shown| {
            let is_new = *shown != alarms;
            *shown = alarms;
            is_new
        });
    }

    /// The same, for whoever draws pages.
    pub(crate) fn watch_alarms(&self) -> watch::Receiver<Arc<[Alarm]>> {
        self.alarms.subscribe()
    }

    /// Why phones cannot connect over TLS as configured, or that they can.
    pub(crate) fn tls(&self, failed: Option<&TlsFailed>) {
        let Some(failed) = failed else { return self.clear(From::Tls) };
        let what = Sentence::new(
            format!("Die Zertifikate für Telefone über TLS sind nicht zu gebrauchen ({failed})."),
            format!("The certificates for phones over TLS cannot be used ({failed})."),
        );
        let fix = Sentence::new(
            "Dateien in [sip] berichtigen, dann `systemctl reload gatehouse`.",
            "Mend the files named in [sip], then `systemctl reload gatehouse`.",
        );
        self.put(From::Tls, Severity::Fault, Fault::Box, what, fix);
    }

    /// Why the admin's own authorities for providers' servers are not trusted, or that they are.
    pub(crate) fn authorities(&self, failed: Option<&InstalledRefused>) {
        let Some(failed) = failed else { return self.clear(From::Authorities) };
        let what = Sentence::new(
            format!("Die Aussteller für Server der Amtsleitungen sind nicht zu gebrauchen ({failed})."),
            format!("The authorities for the servers of outside lines cannot be used ({failed})."),
        );
        let fix = Sentence::new(
            "[trunk] authorities berichtigen, dann `systemctl reload gatehouse`.",
            "Mend [trunk] authorities, then `systemctl reload gatehouse`.",
        );
        self.put(From::Authorities, Severity::Warning, Fault::Box, what, fix);
    }

    /// The account's credit, where it is below what the admin wants to hear of.
    pub(crate) fn little_credit(&self, left: Option<&str>) {
        let Some(left) = left else { return self.clear(From::Credit) };
        let what = Sentence::new(
            format!(
                "Das Guthaben des Kontos geht zur Neige: noch {left}. Ist es leer, verlässt kein Anruf das Haus; angerufen werden Sie weiter."
            ),
            format!(
                "The account's credit is running low: {left} left. Once it is used up no call leaves the house; you can still be called."
            ),
        );
        let fix = Sentence::new(
            "In der Cloud-App aufladen. Ab wann gemahnt wird, steht unter Kosten.",
            "Top up in the cloud app. When to be warned is set under Billing.",
        );
        self.put(From::Credit, Severity::Warning, Fault::Cloud, what, fix);
    }

    /// Whether a call for help would find a line.
    pub(crate) fn help_lines(&self, lines: usize, commissioned: Commissioned) {
        let (what, fix) = match (lines, commissioned) {
            (1.., Commissioned::Yes) => return self.clear(From::HelpLines),
            (0, Commissioned::Yes) => (
                Sentence::new(
                    "Keine Leitung ist angemeldet: 110 und 112 erreichen niemanden.",
                    "No line is registered: 110 and 112 reach nobody.",
                ),
                Sentence::new(
                    "Ein Mobiltelefon bereithalten; `gatehouse lines` sagt, woran es liegt.",
                    "Keep a mobile phone at hand; `gatehouse lines` says why.",
                ),
            ),
            (_, Commissioned::No) => (
                Sentence::new(
                    "Notrufe sind nicht in Betrieb genommen: 110 und 112 verlassen das Haus noch nicht.",
                    "Emergency calls are not commissioned: 110 and 112 do not leave the house yet.",
                ),
                Sentence::new(
                    "Ein anderes Telefon bereithalten; prüfen und dann emergency.commissioned = true setzen.",
                    "Keep another phone; test, then set emergency.commissioned = true.",
                ),
            ),
        };
        self.put(From::HelpLines, Severity::Fault, Fault::Box, what, fix);
    }

    /// The latest call for help, in German and English.
    pub(crate) fn help(&self, latest: Option<(String, String)>) {
        let Some((de, en)) = latest else { return self.clear(From::Help) };
        let fix = Sentence::new(
            "Hingehen, einweisen, Türen öffnen. Rückrufe der Leitstelle erreichen das Telefon drei Stunden lang.",
            "Go there, show the way, open doors. For three hours calls back reach the phone.",
        );
        self.put(From::Help, Severity::Fault, Fault::Phone, Sentence::new(de, en), fix);
    }

    /// Phones whose place is only assumed, and phones that were moved without anybody confirming it.
    pub(crate) fn unlocated(&self, unlocated: usize, moved: usize) {
        if unlocated == 0 {
            self.clear(From::Unlocated);
        } else {
            let what = Sentence::new(
                format!(
                    "Von {unlocated} Telefonen ist nicht bekannt, wo sie stehen: Bei einem Notruf käme Hilfe womöglich an die falsche Stelle."
                ),
                format!(
                    "Nobody knows where {unlocated} phones stand: in an emergency, help might go to the wrong place."
                ),
            );
            let fix = Sentence::new(
                "Unter Standorte das Netz oder das Telefon einem Ort zuordnen, oder ihm im Konto eine Notrufadresse geben.",
                "Under Places, bind the network or the phone to a place, or give it an emergency address in the account.",
            );
            self.put(From::Unlocated, Severity::Fault, Fault::Box, what, fix);
        }
        if moved == 0 {
            return self.clear(From::Moved);
        }
        let what = Sentence::new(
            format!("{moved} Telefone stehen anderswo als bisher; Notrufe nennen schon den neuen Ort."),
            format!(
                "{moved} phones stand elsewhere than before; emergency calls name the new place already."
            ),
        );
        let fix = Sentence::new("Unter Standorte bestätigen.", "Confirm it under Places.");
        self.put(From::Moved, Severity::Warning, Fault::Box, what, fix);
    }

    /// Switches and files that do not say where phones hang.
    pub(crate) fn silent_sources(&self, sources: &[sightings::SourceNow]) {
        let silent = |one: &&sightings::SourceNow| one.failed.is_some() && one.name != "neighbours";
        let Some(first) = sources.iter().find(silent) else { return self.clear(From::Sources) };
        let (count, name) = (sources.iter().filter(silent).count(), &first.name);
        let why = first.failed.map(|why| why.to_string()).unwrap_or_default();
        let what = Sentence::new(
            format!("{count} Quellen sagen nicht, wo Telefone hängen, zuerst {name} ({why})."),
            format!("{count} sources do not say where phones hang, first {name} ({why})."),
        );
        let fix = Sentence::new(
            "Switch, Datei und Passwort unter [emergency] prüfen. Bis dahin zählen Subnetz und Konto.",
            "Check switch, file and password in [emergency]. Until then subnet and account count.",
        );
        self.put(From::Sources, Severity::Warning, Fault::Network, what, fix);
    }

    /// What the system would not give to voice.
    pub(crate) fn voice(&self, facts: &relay::Facts) {
        self.long_way(&facts.fast_path);
        let relay::Grant::Refused(why) = facts.real_time else { return };
        tracing::warn!(%why, "no real-time priority for voice");
        let what = Sentence::new(
            "Sprache hat keinen Echtzeit-Vorrang: Ist die Box anderweitig beschäftigt, kann sie stocken.",
            "Voice has no real-time priority: when the box is busy with other things, it may stutter.",
        );
        let fix = Sentence::new(
            "Gatehouse über seine systemd-Unit starten (LimitRTPRIO=30).",
            "Start gatehouse by its systemd unit (LimitRTPRIO=30).",
        );
        self.put(From::Voice, Severity::Warning, Fault::Box, what, fix);
    }

    fn long_way(&self, shortcut: &relay::Shortcut) {
        let relay::Shortcut::Refused(why) = shortcut else { return };
        tracing::info!(%why, "voice does not go through the kernel");
        let what = Sentence::new(
            "Sprache geht nicht den kurzen Weg durch den Kernel: Jedes Paket kostet etwa das Zehnfache an Rechenzeit, und eine \
             ausgelastete Box kann es verzögern.",
            "Voice does not take the short way through the kernel: each packet costs about ten times the processor time, \
             and a busy box may delay it.",
        );
        let fix = Sentence::new(
            format!(
                "Gatehouse CAP_BPF und CAP_NET_ADMIN geben, oder media.fast_path auf \"off\" setzen ({why})."
            ),
            format!("Give gatehouse CAP_BPF and CAP_NET_ADMIN, or set media.fast_path to \"off\" ({why})."),
        );
        self.put(From::Shortcut, Severity::Info, Fault::Box, what, fix);
    }

    /// What was odd in the cloud's answers; all of it was kept, and none of it stopped the mirror.
    pub(crate) fn oddities(&self, odd: &[mirror::Notice]) {
        if odd.is_empty() {
            return self.clear(From::Oddities);
        }
        let some: Vec<String> = odd.iter().take(ODDITIES_SHOWN).map(ToString::to_string).collect();
        let (count, some) = (odd.len(), some.join("; "));
        let what = Sentence::new(
            format!("In den Antworten der Cloud war {count} Mal etwas anders als erwartet: {some}."),
            format!("Something in the cloud's answers was not as expected, {count} times: {some}."),
        );
        let fix = Sentence::new(
            "Nichts zu tun; ein Update der Box kennt es vielleicht.",
            "Nothing to do; an update of the box may know it.",
        );
        self.put(From::Oddities, Severity::Info, Fault::Cloud, what, fix);
    }

    pub(crate) fn mirror_failed(&self, why: &SyncFailed) {
        let what = Sentence::new(
            format!("Das Konto konnte nicht gespiegelt werden ({why}). Die letzte Kopie gilt weiter."),
            format!("The account could not be mirrored ({why}). The last copy serves."),
        );
        let (fault, fix) = remedy(why);
        self.put(From::Mirror, Severity::Warning, fault, what, fix);
    }

    pub(crate) fn mirror_works(&self) {
        self.clear(From::Mirror);
    }

    fn put(&self, from: From, severity: Severity, fault: Fault, what: Sentence, fix: Sentence) {
        self.entries(|entries| entries.insert(from, Notice { severity, fault, what, fix }));
    }

    fn clear(&self, from: From) {
        self.entries(|entries| entries.remove(&from));
    }

    fn entries<T>(&self, deed: impl FnOnce(&mut BTreeMap<From, Notice>) -> T) -> T {
        deed(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whose fault it is that nothing was mirrored, and what mends it.
fn remedy(why: &SyncFailed) -> (Fault, Sentence) {
    match why {
        SyncFailed::Login(cloud::LoginFailed::Unanswered(_)) => (
            Fault::Network,
            Sentence::new(
                "Internetzugang prüfen; die Anmeldung wird wiederholt.",
                "Check the internet access; the login is repeated.",
            ),
        ),
        SyncFailed::Login(_) => (
            Fault::Cloud,
            Sentence::new(
                "Mit `gatehouse login` neu an der Cloud anmelden.",
                "Log in at the cloud again with `gatehouse login`.",
            ),
        ),
        SyncFailed::Authorities { .. } => (
            Fault::Box,
            Sentence::new(
                "[cloud] authorities berichtigen; die Datei wird bei jedem Abgleich gelesen.",
                "Mend [cloud] authorities; the file is read at every sync.",
            ),
        ),
        SyncFailed::NotLinked
        | SyncFailed::NoClient
        | SyncFailed::TokenFile { .. }
        | SyncFailed::Refused(_) => (
            Fault::Box,
            Sentence::new("Konto mit `gatehouse link` verbinden.", "Link the account with `gatehouse link`."),
        ),
        SyncFailed::Fetch(cloud::FetchFailed::TokenRefused) => (
            Fault::Cloud,
            Sentence::new(
                "In der Cloud einen neuen persönlichen Zugriffstoken anlegen und mit `gatehouse link` eintragen.",
                "Make a new personal access token in the cloud and enter it with `gatehouse link`.",
            ),
        ),
        SyncFailed::OtherAccount { .. } => (
            Fault::Cloud,
            Sentence::new(
                "Zum bisherigen Konto gehörenden Token eintragen, oder mit `gatehouse unlink` das alte Konto vergessen.",
                "Enter a token of the account mirrored so far, or forget that account with `gatehouse unlink`.",
            ),
        ),
        SyncFailed::Fetch(_) => (
            Fault::Network,
            Sentence::new(
                "Internetzugang prüfen; der Abgleich wird wiederholt.",
                "Check the internet access; the sync is repeated.",
            ),
        ),
        SyncFailed::Store(_) | SyncFailed::Stopped => {
            (Fault::Box, Sentence::new("Datenträger prüfen.", "Check the disk."))
        }
    }
}
