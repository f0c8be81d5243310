//! The words of the API in the reader's language.

use crate::parts::Tone;
use crate::words::Lang;

/// How fine a place is.
pub(super) fn kind(t: Lang, kind: &str) -> &'static str {
    match kind {
        "site" => t.pick("Standort", "Site"),
        "building" => t.pick("Gebäude", "Building"),
        "floor" => t.pick("Etage", "Floor"),
        "zone" => t.pick("Bereich", "Zone"),
        _ => t.pick("Raum", "Room"),
    }
}

/// All of them, the coarsest first.
pub(super) const KINDS: [&str; 5] = ["site", "building", "floor", "zone", "room"];

/// What tells a place.
pub(super) fn sign(t: Lang, kind: &str) -> &'static str {
    match kind {
        "device" => t.pick("Telefon, fest angebracht", "Phone that never moves"),
        "port" => t.pick("Switch-Port", "Switch port"),
        "access_point" => t.pick("WLAN-Zugangspunkt", "Wi-Fi access point"),
        "base" => t.pick("DECT-Basis", "DECT base"),
        "stated" => t.pick("Angabe des Telefons", "The phone's own word"),
        "vlan" => "VLAN",
        _ => t.pick("Netz", "Network"),
    }
}

/// All of them.
pub(super) const SIGNS: [&str; 7] = ["port", "subnet", "vlan", "device", "access_point", "base", "stated"];

/// Why a phone is taken to stand there.
pub(super) fn rule(t: Lang, rule: &str) -> &'static str {
    match rule {
        "pinned" => t.pick("von Hand festgelegt", "pinned by hand"),
        "port" => t.pick("Switch-Port", "switch port"),
        "radio" => t.pick("Zugangspunkt oder Basis", "access point or base"),
        "stated" => t.pick("sagt das Telefon", "the phone says so"),
        "network" => t.pick("VLAN oder Netz", "VLAN or network"),
        "user" => t.pick("Anschrift des Benutzers", "address of its user"),
        "account" => t.pick("Anschrift des Geräts", "address of the device"),
        _ => t.pick("nur angenommen", "only assumed"),
    }
}

/// What a rule had to say.
pub(super) fn said(t: Lang, said: &str) -> &'static str {
    match said {
        "decided" => t.pick("entscheidet", "decides"),
        "outranked" => t.pick("weiß es auch, eine stärkere Regel gilt", "knows too, a stronger rule counts"),
        "overruled" => t.pick(
            "sieht es an einem anderen Standort als zuletzt",
            "sees it at another site than the latest",
        ),
        "unbound" => {
            t.pick("sieht das Telefon, aber nichts ist zugeordnet", "sees the phone, but nothing is bound")
        }
        "expired" => t.pick("zu lange her", "too long ago"),
        "does_not_count" => t.pick("zählt außerhalb des Hauses nicht", "does not count outside the house"),
        _ => t.pick("weiß nichts", "knows nothing"),
    }
}

/// How sure a place is.
pub(super) fn confidence(t: Lang, confidence: &str) -> (Tone, &'static str) {
    match confidence {
        "exact" => (Tone::Good, t.pick("genau", "exact")),
        "site" => (Tone::Good, t.pick("Anschrift", "address")),
        "default" => (Tone::Bad, t.pick("nur angenommen", "only assumed")),
        _ => (Tone::Bad, t.pick("unbekannt", "unknown")),
    }
}

/// What the account says of an address.
pub(super) fn state(t: Lang, state: Option<&str>) -> (Tone, &'static str) {
    match state {
        Some("verified") => (Tone::Good, t.pick("bestätigt", "verified")),
        Some("pending") => (Tone::Warn, t.pick("in Prüfung", "being checked")),
        Some("rejected") => (Tone::Bad, t.pick("abgelehnt", "rejected")),
        Some("removed") => (Tone::Bad, t.pick("nicht mehr im Konto", "no longer in the account")),
        Some(_) => (Tone::Warn, t.pick("nicht bestätigt", "not verified")),
        None => (Tone::Bad, t.pick("ohne Anschrift im Konto", "no address in the account")),
    }
}

/// Whether the line says where the caller stands.
pub(super) fn line(t: Lang, says: Option<&str>) -> (Tone, &'static str) {
    match says {
        Some("right") => (Tone::Good, t.pick("nennt die Anschrift", "carries the address")),
        Some(_) => (Tone::Bad, t.pick("nennt womöglich eine andere Anschrift", "may carry another address")),
        None => (Tone::Bad, t.pick("keine Leitung", "no line")),
    }
}
