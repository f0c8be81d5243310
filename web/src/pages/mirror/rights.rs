//! Which right of the token serves what, which one is lacking, and what to do about it.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::tabs;
use crate::commands::MirrorAsk;
use crate::parts::{Cell, Column, Mode, Note, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::words::Lang;

#[derive(Deserialize)]
struct Rights {
    rights: Vec<Right>,
}

#[derive(Deserialize)]
struct Right {
    right: String,
    kinds: Vec<String>,
    acts: Vec<String>,
    standing: Standing,
}

/// In the order of the page: what lacks first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Lacking,
    Refused,
    Unknown,
    Granted,
}

impl Right {
    fn is_missing(&self) -> bool {
        matches!(self.standing, Standing::Lacking | Standing::Refused)
    }
}

/// `GET /mirror/rights`.
pub(super) async fn page(State(app): State<App>, shell: Shell) -> Response {
    let t = shell.t;
    let told = app.commands.mirror(MirrorAsk::Rights).await;
    let told =
        told.and_then(|told| serde_json::from_value::<Rights>(told).map_err(|fault| fault.to_string()));
    let mut rights = told.map(|told| told.rights).unwrap_or_default();
    rights.sort_by(|one, other| (one.standing, &one.right).cmp(&(other.standing, &other.right)));
    let note = advice(t, &rights);
    let table = table(&shell, &rights);
    let lead = t.pick(
        "Was die Box im Konto lesen und ändern darf, und welcher Funktion welches Recht fehlt.",
        "What the box may read and change in the account, and which feature lacks which right.",
    );
    let cloud = shell.view.account.link("personalAccessTokenUrl").map(str::to_owned);
    let page = Page::below(shell, t.pick("Rechte des Zugangs", "Rights of the access"), lead);
    page.mode(Mode::Mirrored)
        .mode(Mode::Linked)
        .in_cloud(cloud.as_deref())
        .with(tabs(t, "/mirror/rights"))
        .with_some(note)
        .with(table)
        .answer()
}

/// What to do, when anything lacks.
fn advice(t: Lang, rights: &[Right]) -> Option<Note> {
    let missing = rights.iter().filter(|right| right.is_missing()).count();
    let lacking = rights.iter().any(|right| right.standing == Standing::Lacking);
    let what = match (missing, t) {
        (0, _) => return None,
        (1, _) => t.pick("Ein Recht fehlt.", "One right is missing.").to_owned(),
        (n, Lang::De) => format!("{n} Rechte fehlen."),
        (n, Lang::En) => format!("{n} rights are missing."),
    };
    let more = if lacking {
        t.pick(
            "In der Cloud-App ein Token mit allen Rechten dieser Liste anlegen und auf der Konsole mit „gatehouse link“ eintragen, oder mit „gatehouse login“ neu anmelden.",
            "In the cloud app make a token with all rights of this list and enter it on the console with “gatehouse link”, or log in anew with “gatehouse login”.",
        )
    } else {
        t.pick(
            "Die Cloud sagt nicht, woran es liegt: am Token (neues mit diesem Recht anlegen, dann „gatehouse link“), an der Rolle dessen, dem es gehört (muss Administrator sein), oder daran, dass das Produkt nicht gebucht ist.",
            "The cloud does not say why: the token (make a new one with this right, then “gatehouse link”), the role of its owner (must be an administrator), or a product that was never booked.",
        )
    };
    Some(Note { tone: Tone::Warn, kind: String::new(), what, more: more.to_owned(), link: None })
}

fn table(shell: &Shell, rights: &[Right]) -> Table {
    let t = shell.t;
    let columns = [
        Column::new("what", t.pick("Wofür", "What for")),
        Column::new("right", t.pick("Recht", "Right")),
        Column::new("state", t.state()),
    ];
    let mut table = Table::new(shell, t.pick("Rechte", "Rights"), columns).or_else(t.not_mirrored());
    for right in rights {
        let (serves, writes) = serves(t, right);
        let (tone, word, more) = match right.standing {
            Standing::Granted => (Tone::Good, t.pick("vorhanden", "there"), ""),
            Standing::Lacking => (
                Tone::Warn,
                t.pick("fehlt dem Token", "the token lacks it"),
                t.pick("neues Token mit diesem Recht", "a new token with this right"),
            ),
            Standing::Refused => (
                Tone::Warn,
                t.pick("verweigert", "refused"),
                t.pick("Token, Rolle oder Produkt", "token, role or product"),
            ),
            Standing::Unknown => (Tone::Calm, t.pick("noch nicht gebraucht", "not needed yet"), ""),
        };
        let kind = if writes { t.pick("Ändern", "Changing") } else { t.pick("Lesen", "Reading") };
        table.row([
            Cell::name(serves, kind),
            Cell::Code(right.right.clone()),
            Cell::Mark { tone, word: word.to_owned(), more: more.to_owned() },
        ]);
    }
    table.done()
}

/// What a right is for, and whether that is changing something.
fn serves(t: Lang, right: &Right) -> (String, bool) {
    let known = USES.iter().find(|(name, _)| *name == right.right);
    match known {
        Some((_, words)) => (t.of(*words).to_owned(), right.kinds.is_empty() && !right.acts.is_empty()),
        None if right.kinds.is_empty() => (right.acts.join(", "), true),
        None => {
            let kinds: Vec<&str> = right.kinds.iter().map(|kind| t.kind(kind)).collect();
            (kinds.join(", "), false)
        }
    }
}

/// What is changed by rights, and what has no kind of its own.
const USES: &[(&str, [&str; 2])] = &[
    ("history:read", ["Was in der Cloud telefoniert wurde", "What was called in the cloud"]),
    (
        "devices:write",
        [
            "Geräte umbenennen, anlegen, löschen, neues SIP-Passwort",
            "Rename, make, remove devices, new SIP password",
        ],
    ),
    ("devices:callerid:write", ["Gezeigte Nummer eines Geräts", "Number a device shows"]),
    ("users:role:write", ["Wer das Konto verwaltet", "Who administers the account"]),
    ("users:busyonbusy:write", ["Besetzt im Gespräch", "Busy while talking"]),
    ("users:write", ["Standort von Benutzern, Benutzer löschen", "Location of users, removing users"]),
    ("users:defaultdevice:write", ["Hauptgerät von Benutzern", "Main device of users"]),
    ("numbers:write", ["Wohin Nummern führen, Durchwahlen", "Where numbers lead, extensions"]),
    ("groups:devices:write", ["Wer in einer Gruppe klingelt", "Who rings with a group"]),
    ("contacts:write", ["Kontakte anlegen und ändern", "Making and changing contacts"]),
    ("blacklist:write", ["Anrufer sperren", "Blocking callers"]),
    ("callrestrictions:write", ["Anrufsperren", "Call restrictions"]),
    ("phonelines:forwardings:write", ["Weiterleitungen", "Forwardings"]),
];
