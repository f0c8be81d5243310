//! One call that is over, and every figure of its voice: each side in a column of its own.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{People, talked, voice, what};
use crate::pages::{Time, not_found};
use crate::parts::{Cell, Column, Empty, Facts, Mode, Note, Page, Table, Tone};
use crate::routes::App;
use crate::shell::Shell;
use crate::view::past::{Event, PhoneVoice, Side, Voice};
use crate::when;
use crate::words::Lang;

/// `GET /calls/{id}`.
pub(crate) async fn page(State(app): State<App>, Path(id): Path<String>, shell: Shell) -> Response {
    answer(&app, shell, &id, |_| true).await
}

/// The page of a call that may be seen; others are not there.
pub(crate) async fn answer(app: &App, shell: Shell, id: &str, may: impl Fn(&Event) -> bool) -> Response {
    let (t, view) = (shell.t, Arc::clone(&shell.view));
    let Ok(number) = id.parse::<u64>() else { return not_found(t) };
    let title = t.pick("Ein Gespräch", "One call");
    let event = match app.commands.past_call(number).await {
        Ok(event) => event.filter(may),
        Err(_) => {
            let page = Page::below(shell, title, "").status(StatusCode::SERVICE_UNAVAILABLE);
            return page.with(unread(t)).answer();
        }
    };
    let Some(event) = event else { return not_found(t) };
    let people = People::of(&view.account);
    let when = when::local(t, &view.account.zone, event.at, shell.now);
    let facts = Facts::new("")
        .fact(t.caller(), people.party(&event.from))
        .fact(t.callee(), people.party(&event.to))
        .fact(t.pick("Was", "What"), what(t, &event))
        .fact(t.pick("Wann", "When"), Cell::Moment { at: event.at, shown: Time::fixed(event.at, when) })
        .fact(t.duration(), Cell::text(talked(&event)));
    let page = Page::below(shell, title, "").mode(Mode::Local).with(facts);
    let Some(voices) = event.voice else { return page.with(unjudged(t)).answer() };
    let sides = event.sides.unwrap_or([Side::Lan; 2]);
    let page = advice(t, sides, &voices).into_iter().fold(page, Page::with);
    page.with(arrived(t, sides, &voices)).with_some(heard(t, sides, &voices)).answer()
}

fn unread(t: Lang) -> Empty {
    Empty::new(
        "",
        t.pick("Das Gespräch lässt sich gerade nicht lesen.", "The call cannot be read right now."),
        t.pick(
            "Bitte gleich noch einmal; „gatehouse doctor“ nennt den Grund.",
            "Please try again in a moment; “gatehouse doctor” names the reason.",
        ),
    )
}

fn unjudged(t: Lang) -> Empty {
    Empty::new(
        t.pick("Sprache", "Voice"),
        t.pick("Zur Sprache ist nichts bekannt.", "Nothing is known of the voice."),
        t.pick(
            "Werte gibt es, wenn beide miteinander sprachen; einen Augenblick nach dem Ende.",
            "There are figures when both talked to each other; a moment after the end.",
        ),
    )
}

/// Who a column is about, and where that is.
fn columns(t: Lang, sides: [Side; 2]) -> [Column; 3] {
    let [caller, callee] = sides;
    let caller = match caller {
        Side::Lan => t.pick("Anrufer: Telefon im Haus (LAN)", "Caller: phone in the house (LAN)"),
        Side::Wan => t.pick("Anrufer: Leitung nach draußen (WAN)", "Caller: line to the outside (WAN)"),
    };
    let callee = match callee {
        Side::Lan => t.pick("Angerufener: Telefon im Haus (LAN)", "Callee: phone in the house (LAN)"),
        Side::Wan => t.pick("Angerufener: Leitung nach draußen (WAN)", "Callee: line to the outside (WAN)"),
    };
    [t.pick("Wert", "Figure"), caller, callee].map(|title| Column::new("", title))
}

/// One figure, of both sides, behind its name and a hint.
type Figure<T> = (&'static str, &'static str, fn(Lang, &T) -> Option<Cell>);

/// What each side sent, as it arrived at the box.
fn arrived(t: Lang, sides: [Side; 2], voices: &[Voice; 2]) -> Table {
    let title = t.pick("Sprache, wie sie an der Box ankam", "Voice, as it arrived at the box");
    let mut table = Table::plain(t, title, columns(t, sides)).uncounted();
    for (name, hint, figure) in transport(t).into_iter().chain(beyond(t)) {
        let cells = voices.each_ref().map(|voice| figure(t, voice).unwrap_or(Cell::None));
        let [caller, callee] = cells;
        table.row([Cell::name(name, hint), caller, callee]);
    }
    table.done()
}

fn transport(t: Lang) -> [Figure<Voice>; 6] {
    [
        ("MOS", t.pick("1 bis 4,41; ab 4,03 gut", "1 to 4.41; good from 4.03"), |t, it| {
            Some(score(t, it.mos?))
        }),
        (t.pick("Pakete", "Packets"), "", |_, it| Some(Cell::text(it.packets.to_string()))),
        (
            t.pick("Verlust", "Loss"),
            t.pick("ab 1 % zu hören", "audible from 1 %"),
            // Where nothing came nobody can tell what should have.
            |t, it| came(it).then(|| Cell::name(percent(t, it.loss), packets(t, it.lost))),
        ),
        (
            t.pick("Lücken", "Bursts of loss"),
            t.pick(
                "lange fallen mehr auf als viele kurze",
                "long ones are noticed more than many short ones",
            ),
            |t, it| {
                let mean = (it.lost * 100).checked_div(it.gaps).unwrap_or_default();
                let mean = || {
                    format!("{} {}", t.pick("im Mittel Pakete:", "mean packets:"), voice::hundredths(t, mean))
                };
                let mean = if it.gaps == 0 { String::new() } else { mean() };
                came(it).then(|| Cell::name(it.gaps.to_string(), mean))
            },
        ),
        (
            "Jitter",
            t.pick(
                "wie ungleichmäßig Pakete kommen; ab 30 ms kommen manche zu spät",
                "how unevenly packets come; from 30 ms on some come too late",
            ),
            |t, it| (it.packets > 1).then(|| Cell::text(tenths(t, it.jitter))),
        ),
        (
            t.pick("Laufzeit hin und zurück", "Round trip"),
            t.pick("zwischen dieser Seite und der Box", "between this side and the box"),
            |t, it| Some(Cell::text(tenths(t, it.round_trip?))),
        ),
    ]
}

fn beyond(t: Lang) -> [Figure<Voice>; 4] {
    [
        (t.pick("In falscher Reihenfolge", "Out of order"), "", |_, it| {
            came(it).then(|| Cell::text(it.reordered.to_string()))
        }),
        (t.pick("Doppelt", "Duplicates"), "", |_, it| {
            came(it).then(|| Cell::text(it.duplicates.to_string()))
        }),
        (t.pick("Pakete dorthin gesendet", "Packets sent to it"), "", |_, it| {
            Some(Cell::text(it.sent.to_string()))
        }),
        (t.pick("Warum nicht zu hören", "Why it was not heard"), "", |t, it| {
            Some(Cell::mark(Tone::Bad, voice::short(t, it.unheard?)))
        }),
    ]
}

/// The same as the phones themselves say, if one does.
fn heard(t: Lang, sides: [Side; 2], voices: &[Voice; 2]) -> Option<Table> {
    let phones = voices.map(|voice| voice.phone);
    if phones.iter().all(Option::is_none) {
        return None;
    }
    let title = t.pick("Wie das Telefon selbst es hörte", "As the phone itself heard it");
    let mut table = Table::plain(t, title, columns(t, sides)).uncounted();
    for (name, hint, figure) in scored(t).into_iter().chain(timed(t)) {
        let cells =
            phones.each_ref().map(|it| it.as_ref().and_then(|it| figure(t, it)).unwrap_or(Cell::None));
        let [caller, callee] = cells;
        table.row([Cell::name(name, hint), caller, callee]);
    }
    Some(table.done())
}

fn scored(t: Lang) -> [Figure<PhoneVoice>; 6] {
    [
        (t.pick("MOS beim Zuhören", "MOS listening"), "", |t, it| Some(score(t, it.mos_listening?))),
        (
            t.pick("MOS im Gespräch", "MOS in conversation"),
            t.pick("mit Verzögerung", "with delay"),
            |t, it| Some(score(t, it.mos_conversation?)),
        ),
        (t.pick("Verlust", "Loss"), "", |t, it| share(t, it.lost)),
        (
            t.pick("Zu spät gekommen", "Came too late"),
            t.pick("der Jitter-Puffer warf es weg", "dropped by the jitter buffer"),
            |t, it| share(t, it.discarded),
        ),
        (t.pick("Verlust in Lücken", "Loss within bursts"), "", |t, it| share(t, it.burst_density)),
        (t.pick("Verlust dazwischen", "Loss between bursts"), "", |t, it| share(t, it.gap_density)),
    ]
}

fn timed(t: Lang) -> [Figure<PhoneVoice>; 5] {
    [
        (t.pick("Mittlere Länge einer Lücke", "Mean length of a burst"), "", |_, it| millis(it.burst)),
        ("Jitter", "", |_, it| millis(it.jitter)),
        (t.pick("Jitter-Puffer", "Jitter buffer"), "", |_, it| millis(it.jitter_buffer)),
        (t.pick("Laufzeit hin und zurück", "Round trip"), "", |_, it| millis(it.round_trip)),
        (t.pick("Verzögerung im Telefon", "Delay within the phone"), "", |_, it| {
            millis(it.end_system_delay)
        }),
    ]
}

fn came(it: &Voice) -> bool {
    it.packets > 0
}

fn score(t: Lang, mos: u16) -> Cell {
    let (tone, word) = voice::judged(t, mos);
    Cell::Mark { tone, word: word.to_owned(), more: voice::hundredths(t, mos.into()) }
}

fn percent(t: Lang, hundredths: u64) -> String {
    format!("{} %", voice::hundredths(t, hundredths))
}

fn share(t: Lang, hundredths: Option<u16>) -> Option<Cell> {
    Some(Cell::text(percent(t, hundredths?.into())))
}

fn packets(t: Lang, count: u64) -> String {
    match count {
        1 => t.pick("1 Paket", "1 packet").to_owned(),
        _ => format!("{count} {}", t.pick("Pakete", "packets")),
    }
}

fn millis(millis: Option<u16>) -> Option<Cell> {
    Some(Cell::text(format!("{} ms", millis?)))
}

/// `4,2 ms`.
fn tenths(t: Lang, time: Duration) -> String {
    let tenths = time.as_micros() / 100;
    format!("{}{}{} ms", tenths / 10, t.pick(",", "."), tenths % 10)
}

/// What to look at, once for each kind of side that suffers.
fn advice(t: Lang, sides: [Side; 2], voices: &[Voice; 2]) -> Vec<Note> {
    let [caller, callee] = voices;
    let suffering = [suffers(caller, callee), suffers(callee, caller)];
    let any = |kind: Side| sides.iter().zip(suffering).any(|(side, suffers)| *side == kind && suffers);
    let note = |kind: &str, what: &str, more: &str| Note {
        tone: Tone::Warn,
        kind: kind.to_owned(),
        what: what.to_owned(),
        more: more.to_owned(),
        link: None,
    };
    let lan = any(Side::Lan).then(|| {
        note(
            "LAN",
            t.pick("Wahrscheinlich hakt es im Haus.", "The trouble is probably in the house."),
            t.pick(
                "Kabel und Switch des Telefons prüfen, WLAN und Repeater meiden, Sprache im Switch bevorzugen (QoS, eigenes VLAN). Ist nichts zu hören: Firewall zwischen Telefon und Box.",
                "Check the phone's cable and switch, avoid Wi-Fi and repeaters, let the switch prefer voice (QoS, a VLAN of its own). If nothing is heard: a firewall between phone and box.",
            ),
        )
    });
    let wan = any(Side::Wan).then(|| {
        note(
            "WAN",
            t.pick(
                "Wahrscheinlich hakt es auf dem Weg nach draußen.",
                "The trouble is probably on the way to the outside.",
            ),
            t.pick(
                "Ist der Internetanschluss ausgelastet? Sprache im Router bevorzugen (QoS) und den Anschluss prüfen. Ist nichts zu hören: Firewall und SIP-ALG im Router. Bleibt es, den Anbieter fragen.",
                "Is the access line busy? Let the router prefer voice (QoS) and test the line. If nothing is heard: the router's firewall and its SIP ALG. If it stays, ask the provider.",
            ),
        )
    });
    lan.into_iter().chain(wan).collect()
}

/// Whether the way between this side and the box is to blame. What the phone heard badly may have been bad before.
fn suffers(own: &Voice, other: &Voice) -> bool {
    let weak = |mos: Option<u16>| mos.is_some_and(|mos| mos < voice::GOOD);
    let heard = own.phone.and_then(|phone| phone.mos());
    own.unheard.is_some() || weak(own.mos) || (weak(heard) && !weak(other.mos) && other.unheard.is_none())
}
