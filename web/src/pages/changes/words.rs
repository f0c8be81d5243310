//! A change in words, how far it is, and why it was not taken.

use serde_json::Value;

use crate::pages::names::Names;
use crate::parts::{Cell, Tone};
use crate::words::Lang;

/// What is wanted, for people.
pub(super) fn act(t: Lang, names: &Names<'_>, intent: &Value) -> String {
    let text = |field: &str| intent.get(field).and_then(Value::as_str).unwrap_or_default();
    let yes = |field: &str| intent.get(field).and_then(Value::as_bool).unwrap_or_default();
    let (user, device, group) =
        (names.user(text("user")), names.device(text("device")), names.group(text("group")));
    let on = |field, de: [&str; 2], en: [&str; 2]| {
        let place = usize::from(!yes(field));
        t.pick_any(de, en).get(place).copied().unwrap_or_default().to_owned()
    };
    match (text("act"), t) {
        ("device_alias", Lang::De) => format!("{device} heißt künftig „{}“", text("alias")),
        ("device_alias", Lang::En) => format!("{device} is called “{}” from now on", text("alias")),
        ("user_role", _) => {
            format!(
                "{user}: {}",
                on(
                    "admin",
                    ["darf das Konto verwalten", "nur noch Benutzer"],
                    ["administers the account", "only a user"]
                )
            )
        }
        ("user_busy_on_busy", _) => {
            let de = ["besetzt im Gespräch", "zweiter Anruf klopft an"];
            format!("{user}: {}", on("enabled", de, ["busy while talking", "a second call waits"]))
        }
        ("user_address", _) => {
            let place = intent.get("address").map(ToString::to_string).unwrap_or_default();
            format!("{user}: {} {}", t.pick("Standort", "location"), names.place(&place))
        }
        ("user_default_device", Lang::De) => format!("{user} ruft über {device} an"),
        ("user_default_device", Lang::En) => format!("{user} calls through {device}"),
        ("number_target", Lang::De) => {
            format!("{} führt zu {}", names.number(text("number")), names.endpoint(text("endpoint")))
        }
        ("number_target", Lang::En) => {
            format!("{} leads to {}", names.number(text("number")), names.endpoint(text("endpoint")))
        }
        ("extension_new", Lang::De) => format!("{user} bekommt die Durchwahl {}", text("extension")),
        ("extension_new", Lang::En) => format!("{user} gets the extension {}", text("extension")),
        ("extension_gone", Lang::De) => format!("Durchwahl {} fällt weg", names.number(text("number"))),
        ("extension_gone", Lang::En) => format!("Extension {} goes", names.number(text("number"))),
        ("group_join", Lang::De) => format!("{device} klingelt in {group} mit"),
        ("group_join", Lang::En) => format!("{device} rings with {group}"),
        ("group_leave", Lang::De) => format!("{device} klingelt in {group} nicht mehr mit"),
        ("group_leave", Lang::En) => format!("{device} rings with {group} no more"),
        (other, _) => other.to_owned(),
    }
}

/// How far it is.
pub(super) fn state(t: Lang, entry: &Value) -> Cell {
    let (tone, word, more) = match entry.get("state").and_then(Value::as_str).unwrap_or_default() {
        "waiting" => (
            Tone::Warn,
            t.pick("wartet", "waits"),
            t.pick("geht hinaus, sobald die Cloud antwortet", "leaves as soon as the cloud answers"),
        ),
        "sending" => (Tone::Calm, t.pick("unterwegs", "on its way"), ""),
        "done" => (Tone::Good, t.pick("erledigt", "done"), ""),
        "conflict" => (
            Tone::Bad,
            t.pick("bitte entscheiden", "please decide"),
            t.pick("in der Cloud hat es jemand anders geändert", "somebody changed it in the cloud"),
        ),
        "refused" => (
            Tone::Bad,
            t.pick("abgelehnt", "refused"),
            t.pick("die Cloud will es nicht", "the cloud does not want it"),
        ),
        "unsure" => (
            Tone::Warn,
            t.pick("ungewiss", "uncertain"),
            t.pick(
                "die Cloud hat nicht geantwortet; vielleicht ist es geschehen",
                "the cloud did not answer; it may have happened",
            ),
        ),
        "cancelled" => (Tone::Calm, t.pick("zurückgenommen", "taken back"), ""),
        _ => (Tone::Calm, "–", ""),
    };
    let found = match entry.get("found") {
        Some(Value::String(found)) => format!("{}: {found}", t.pick("dort steht", "it says")),
        _ => more.to_owned(),
    };
    Cell::Mark { tone, word: word.to_owned(), more: found }
}

/// Why it was not taken.
pub(super) fn refused(t: Lang, reason: &str) -> String {
    let known = [
        (
            "reserved",
            "Diese Durchwahl ist schon vergeben oder gesperrt (110–119, 211–911, 99…).",
            "This extension is taken or blocked (110–119, 211–911, 99…).",
        ),
        ("no such object", "Das gibt es im Konto nicht mehr.", "The account has no such thing any more."),
        ("empty or longer", "Ein Name hat 1 bis 128 Zeichen.", "A name has 1 to 128 characters."),
        (
            "too many changes",
            "Es warten schon zu viele Änderungen auf die Cloud.",
            "Too many changes wait for the cloud already.",
        ),
    ];
    let found = known.iter().find(|(sign, _, _)| reason.contains(sign));
    let unknown = ("", "Diese Änderung kann die Box nicht machen.", "The box cannot make this change.");
    let (_, de, en) = found.unwrap_or(&unknown);
    t.pick(de, en).to_owned()
}
