//! The words of the page about the box's place in the network.

use crate::network::{NetworkLast, NetworkNow, NetworkOrigin, NetworkSettings, NetworkTrial};
use crate::parts::{Cell, Column, Facts, Field, Form, Note, Table, Tone};
use crate::words::Lang;

/// No trial lasts longer; seconds. A clock that was set meanwhile promises nothing else.
const TERM: u64 = 60;

/// The settings with their names, in the order of the form.
fn named(t: Lang, settings: &NetworkSettings) -> [(&'static str, &str); 5] {
    [
        (t.pick("Adresse", "Address"), &settings.address),
        (t.pick("Gateway", "Gateway"), &settings.gateway),
        (t.pick("Namensserver (DNS)", "Name servers (DNS)"), &settings.dns),
        (t.pick("Name der Box", "Name of the box"), &settings.name),
        ("VLAN", &settings.vlan),
    ]
}

/// A value, or what counts where there is none.
fn value(t: Lang, place: usize, value: &str) -> Cell {
    if !value.is_empty() {
        return Cell::Code(value.to_owned());
    }
    Cell::text(match place {
        0..=2 => t.pick("vom Netz (DHCP)", "from the network (DHCP)"),
        3 => t.pick("der eigene der Box", "the box's own"),
        _ => t.pick("keines", "none"),
    })
}

pub(super) fn stands(t: Lang, now: &NetworkNow) -> Facts {
    let origin = match now.origin {
        NetworkOrigin::Nobody => t.pick("vom Netz erfragt (DHCP)", "asked of the network (DHCP)"),
        NetworkOrigin::DropZone => t.pick(
            "network.ini aus der Ablage des Installateurs",
            "network.ini from the installer's drop zone",
        ),
        NetworkOrigin::Page => t.pick("auf dieser Seite bestätigt", "confirmed on this page"),
    };
    let facts = Facts::new(t.pick("Die Box im Netz", "The box in the network"))
        .fact(t.pick("Woher das kommt", "Where this comes from"), Cell::text(origin));
    let named = named(t, &now.settings).into_iter().enumerate();
    named.fold(facts, |facts, (place, (name, shown))| facts.fact(name, value(t, place, shown)))
}

pub(super) fn on_trial(t: Lang, trial: &NetworkTrial, now: u64) -> Note {
    let what = t.pick("Neue Netzeinstellungen werden ausprobiert.", "New network settings are being tried.");
    let more = match (trial.until, t) {
        (None, Lang::De) => "In wenigen Sekunden gelten sie.".to_owned(),
        (None, Lang::En) => "They count in a few seconds.".to_owned(),
        (Some(until), Lang::De) => {
            format!("Noch {} Sekunden, dann gelten von selbst wieder die bisherigen.", left(until, now))
        }
        (Some(until), Lang::En) => {
            format!("{} seconds left, then the former ones count again by themselves.", left(until, now))
        }
    };
    Note {
        tone: Tone::Warn,
        kind: t.pick("Probe", "Trial").to_owned(),
        what: what.to_owned(),
        more,
        link: None,
    }
}

fn left(until: u64, now: u64) -> u64 {
    until.saturating_sub(now).min(TERM)
}

pub(super) fn confirming(t: Lang, id: u64) -> Form {
    let lead = t.pick(
        "Sie lesen diese Seite über die neuen Einstellungen? Dann sind sie richtig. Danach gelten sie auch nach jedem Neustart.",
        "You read this page over the new settings? Then they are right. From then on they count after every restart.",
    );
    Form::new(
        t.pick("Einstellungen bestätigen", "Confirm the settings"),
        "/network/confirm",
        t.pick("Bestätigen", "Confirm"),
    )
    .lead(lead)
    .field(Field::hidden("id", id.to_string()))
}

pub(super) fn last(t: Lang, last: &NetworkLast) -> Note {
    let tone = if last.kept { Tone::Good } else { Tone::Warn };
    let wanted: Vec<String> = named(t, &last.settings)
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let wanted = if wanted.is_empty() {
        t.pick("alles vom Netz (DHCP)", "all from the network (DHCP)").to_owned()
    } else {
        wanted.join("; ")
    };
    let more = format!("{} {wanted}", t.pick("Gewünscht war:", "Wanted:"));
    let kind = t.pick("Letzte Änderung", "Last change").to_owned();
    Note { tone, kind, what: t.say(&last.said).to_owned(), more, link: None }
}

pub(super) fn form(t: Lang, typed: &NetworkSettings) -> Form {
    let lead = t.pick(
        "Zuerst sehen Sie, was sich ändert. Neue Einstellungen werden 60 Sekunden lang ausprobiert und gehen von selbst zurück, wenn sie \
         niemand über das neue Netz bestätigt: So sperrt sich niemand aus.",
        "First you see what changes. New settings are tried for 60 seconds and go back by themselves unless somebody confirms them over \
         the new network: so nobody locks himself out.",
    );
    let line = |name, label: &str, value: &str, hint: &str| {
        Field::line(name, label).value(value).hint(hint).optional()
    };
    let [address, gateway, dns, name, vlan] = named(t, typed);
    Form::new(
        t.pick("Netz der Box ändern", "Change the box's network"),
        "/network",
        t.pick("Änderung ansehen", "Look at the change"),
    )
    .lead(lead)
    .field(line(
        "address",
        address.0,
        address.1,
        t.pick(
            "192.168.1.20/24; leer lassen oder dhcp: Das Netz vergibt sie.",
            "192.168.1.20/24; empty or dhcp: the network gives it.",
        ),
    ))
    .field(line(
        "gateway",
        gateway.0,
        gateway.1,
        t.pick("192.168.1.1; nur mit fester Adresse.", "192.168.1.1; only with a fixed address."),
    ))
    .field(line(
        "dns",
        dns.0,
        dns.1,
        t.pick(
            "Bis zu vier Adressen, mit Kommas dazwischen.",
            "Up to four addresses with commas between them.",
        ),
    ))
    .field(line(
        "name",
        name.0,
        name.1,
        t.pick("Buchstaben, Ziffern und Bindestriche.", "Letters, digits and hyphens."),
    ))
    .field(line(
        "vlan",
        vlan.0,
        vlan.1,
        t.pick(
            "1 bis 4094; leer, wenn die Box an einem gewöhnlichen Anschluss steckt.",
            "1 to 4094; empty at an ordinary port.",
        ),
    ))
}

pub(super) fn changes(t: Lang, from: &NetworkSettings, to: &NetworkSettings) -> Table {
    let columns = [
        Column::new("", t.pick("Einstellung", "Setting")).narrow(),
        Column::new("", t.pick("Bisher", "So far")),
        Column::new("", t.pick("Neu", "New")),
    ];
    let mut table = Table::plain(t, t.pick("Das ändert sich", "This changes"), columns);
    for (place, ((name, old), (_, new))) in named(t, from).into_iter().zip(named(t, to)).enumerate() {
        if old != new {
            table.row([Cell::text(name), value(t, place, old), value(t, place, new)]);
        }
    }
    table.or_else(t.pick("Nichts.", "Nothing.")).done()
}

pub(super) fn warning(t: Lang) -> Note {
    Note {
        tone: Tone::Warn,
        kind: t.pick("Telefone und Notrufe", "Phones and calls for help").to_owned(),
        what: t
            .pick(
                "Telefone finden die Box danach nur unter der neuen Adresse; bis dahin telefoniert keines, auch nicht mit 110 und 112.",
                "Afterwards phones find the box at the new address only; until they do, none can call, not even 110 and 112.",
            )
            .to_owned(),
        more: t
            .pick(
                "Laufende Gespräche reißen ab. In Telefonen, die die bisherige Adresse als Server haben, gehört die neue eingetragen; auch die \
                 Standorte der Telefone hängen am Netz.",
                "Calls under way break off. Enter the new address in phones that have the former one as their server; where phones stand is \
                 told by the network as well.",
            )
            .to_owned(),
        link: None,
    }
}

/// Sent once more, now in earnest.
pub(super) fn trying(t: Lang, wanted: &NetworkSettings) -> Form {
    let form = Form::new(
        t.pick("Ausprobieren", "Try it"),
        "/network/try",
        t.pick("60 Sekunden lang ausprobieren", "Try it for 60 seconds"),
    );
    form.lead(t.pick(
        "Bestätigt niemand die neuen Einstellungen, gelten danach wieder die bisherigen; ebenso, wenn der Strom ausfällt.",
        "Unless somebody confirms the new settings, the former ones count again afterwards; so they do after a power cut.",
    ))
    .field(Field::hidden("address", &wanted.address))
    .field(Field::hidden("gateway", &wanted.gateway))
    .field(Field::hidden("dns", &wanted.dns))
    .field(Field::hidden("name", &wanted.name))
    .field(Field::hidden("vlan", &wanted.vlan))
}

pub(super) fn go_on(t: Lang) -> Note {
    Note {
        tone: Tone::Warn,
        kind: t.pick("Jetzt bestätigen", "Confirm now").to_owned(),
        what: t
            .pick(
                "In drei Sekunden gelten die neuen Einstellungen, und in 60 Sekunden von selbst wieder die bisherigen.",
                "The new settings count in three seconds, and 60 seconds later the former ones by themselves.",
            )
            .to_owned(),
        more: t
            .pick(
                "Öffnen Sie die Seite unter dem neuen Ort, melden Sie sich dort an, wenn sie danach fragt, und bestätigen Sie.",
                "Open the page at its new place, sign in there if it asks you to, and confirm.",
            )
            .to_owned(),
        link: None,
    }
}

/// Where the page can be opened then.
pub(super) fn links(t: Lang, wanted: &NetworkSettings, host: &str, port: &str) -> Facts {
    let facts = Facts::new(t.pick("Weiter geht es hier", "Go on here"));
    let at = |host: &str| format!("https://{host}:{port}/network");
    let address = wanted.address.split('/').next().unwrap_or_default();
    let facts = if address.is_empty() {
        facts.fact(
            t.pick("Adresse", "Address"),
            Cell::text(t.pick(
                "Die vergibt das Netz (DHCP); der Bildschirm der Box und der Router zeigen sie.",
                "The network gives it (DHCP); the box's screen and the router show it.",
            )),
        )
    } else {
        let host = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
        facts.fact(t.pick("Neue Adresse", "New address"), Cell::link(at(&host), "", at(&host)))
    };
    let name = if wanted.name.is_empty() { host } else { &wanted.name };
    let by_name = at(&format!("{name}.local"));
    let known = (!name.is_empty()).then(|| Cell::link(by_name.clone(), "", by_name));
    facts.known(t.pick("Mit Namen", "By name"), known)
}
