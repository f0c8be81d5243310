//! What becomes of a call to somebody, as a drawing: who is dialled, what rings, what comes after.

use std::fmt::Write as _;

use super::users::reachable;
use crate::parts::Figure;
use crate::view::account::{DeviceKind, User};
use crate::view::{PhoneState, View};
use crate::words::Lang;

/// In the units of the drawing.
const BOX: (usize, usize) = (212, 44);
const GAP: usize = 12;
const COLUMN: usize = 284;
/// More of them are said in a number.
const MOST: usize = 6;

/// One box of the drawing.
struct Node {
    words: String,
    more: String,
    class: &'static str,
}

/// Dialled numbers, ringing devices, and what comes after, from left to right.
pub(super) fn diagram(t: Lang, view: &View, user: &User) -> Figure {
    let columns = [dialled(t, user), ringing(t, view, user), after(t, user)];
    let rows = columns.iter().map(Vec::len).max().unwrap_or_default();
    let height = rows * (BOX.1 + GAP) - GAP + 40;
    let (up, all) = reachable(view, &view.account, user);
    let alt = match t {
        Lang::De => format!("Ein Anruf für {} erreicht {up} von {all} Telefonen.", user.name),
        Lang::En => format!("A call for {} reaches {up} of {all} phones.", user.name),
    };
    let width = COLUMN * 2 + BOX.0 + 4;
    let mut drawing = format!(
        r#"<div class="wide" tabindex="0" role="group" aria-label="{0}"><svg class="routing" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{0}">"#,
        escaped(&alt)
    );
    let heads = [
        t.pick("Jemand wählt", "Somebody dials"),
        t.pick("Es klingelt", "It rings"),
        t.pick("Nimmt niemand ab", "Nobody answers"),
    ];
    for (column, (head, nodes)) in heads.iter().zip(&columns).enumerate() {
        let x = column * COLUMN + 2;
        let _ = write!(drawing, r#"<text class="head" x="{x}" y="16">{head}</text>"#);
        for (row, node) in nodes.iter().enumerate() {
            boxed(&mut drawing, x, 32 + row * (BOX.1 + GAP), node);
        }
    }
    for (column, pair) in columns.windows(2).enumerate() {
        if let [from, to] = pair {
            wires(&mut drawing, column, from.len(), to.len());
        }
    }
    drawing.push_str("</svg></div>");
    Figure { title: t.pick("So läuft ein Anruf", "How a call runs").to_owned(), drawing }
}

fn dialled(t: Lang, user: &User) -> Vec<Node> {
    let inside = user.extensions.iter().map(|digits| node(digits, t.pick("im Haus", "inside the house"), ""));
    let outside = user.numbers.iter().map(|digits| node(digits, t.pick("von draußen", "from outside"), ""));
    few(t, inside.chain(outside).collect(), t.pick("keine Nummer", "no number"))
}

fn ringing(t: Lang, view: &View, user: &User) -> Vec<Node> {
    let devices = view.account.devices.iter().filter(|device| user.devices.contains(&device.id));
    let shown = devices.map(|device| {
        let up = view
            .phones
            .iter()
            .any(|phone| phone.device == device.id && matches!(phone.state, PhoneState::Registered { .. }));
        match device.kind {
            _ if device.dnd => node(&device.alias, t.pick("klingelt nicht", "does not ring"), "off"),
            DeviceKind::Phone if up => node(&device.alias, t.registered(), "up"),
            DeviceKind::Phone => node(&device.alias, t.unregistered(), "off"),
            DeviceKind::Mobile | DeviceKind::External | DeviceKind::App | DeviceKind::Other => {
                node(&device.alias, t.pick("über die Cloud", "through the cloud"), "far")
            }
        }
    });
    few(t, shown.collect(), t.pick("kein Gerät", "no device"))
}

fn after(t: Lang, user: &User) -> Vec<Node> {
    let all = user.lines.iter().flat_map(|line| &line.forwardings);
    let shown = all.map(|it| {
        let words = if it.alias.is_empty() { &it.to } else { &it.alias };
        let more = match t {
            Lang::De => format!("nach {} s", it.after),
            Lang::En => format!("after {} s", it.after),
        };
        node(words, &more, "far")
    });
    few(t, shown.collect(), t.pick("klingelt weiter", "keeps ringing"))
}

fn node(words: &str, more: &str, class: &'static str) -> Node {
    Node { words: words.to_owned(), more: more.to_owned(), class }
}

fn few(t: Lang, mut nodes: Vec<Node>, nothing: &'static str) -> Vec<Node> {
    if nodes.is_empty() {
        return vec![node(nothing, "", "off")];
    }
    let rest = nodes.len().saturating_sub(MOST);
    if rest > 0 {
        nodes.truncate(MOST - 1);
        nodes.push(node(&format!("+ {}", rest + 1), t.pick("weitere", "more"), ""));
    }
    nodes
}

fn boxed(drawing: &mut String, x: usize, y: usize, node: &Node) {
    let ((width, height), class) = (BOX, node.class);
    let (words, more) = (escaped(&short(&node.words)), escaped(&node.more));
    let (tx, ty, my) = (x + 14, y + 19, y + 35);
    let _ = write!(
        drawing,
        r#"<g class="{class}"><rect x="{x}" y="{y}" width="{width}" height="{height}" rx="9"/><text x="{tx}" y="{ty}">{words}</text><text class="more" x="{tx}" y="{my}">{more}</text></g>"#
    );
}

/// From the middle of a column's boxes to each box of the next.
fn wires(drawing: &mut String, column: usize, from: usize, to: usize) {
    let middle = |row: usize| 32 + row * (BOX.1 + GAP) + BOX.1 / 2;
    let (start, end) = (column * COLUMN + BOX.0 + 2, (column + 1) * COLUMN + 2);
    let bus = usize::midpoint(start, end);
    for row in 0..from {
        let _ = write!(drawing, r#"<path d="M{start} {} H{bus}"/>"#, middle(row));
    }
    for row in 0..to {
        let _ = write!(drawing, r#"<path d="M{bus} {0} H{end}"/>"#, middle(row));
    }
    let last = middle(from.max(to).saturating_sub(1));
    let _ = write!(drawing, r#"<path d="M{bus} {} V{last}"/>"#, middle(0));
}

pub(super) fn short(words: &str) -> String {
    if words.chars().count() <= 24 {
        words.to_owned()
    } else {
        words.chars().take(23).chain(['…']).collect()
    }
}

/// For text and attributes of the drawing (XML 1.0 2.4).
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter if letter.is_control() => {}
            letter => safe.push(letter),
        }
    }
    safe
}
