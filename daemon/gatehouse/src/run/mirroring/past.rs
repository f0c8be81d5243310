//! What is over, as the page lists it.

use std::time::{Duration, SystemTime};

use account::{CallOutcome, CallParty, CallRecord, LegVoice, Snapshot};
use billing::witnessed;
use serde_json::Value;
use store::{Reader, StoreFault};
use web::view::past::{Direction, Event, Kind, Outcome, Party, Past, PhoneVoice, Side, Voice, Witness};

use super::shown::text;
use crate::run::viewing::reason;

/// On one page.
const ROWS: u32 = 50;

/// One page of it; waits for the disk.
pub(super) fn read(reader: &Reader, witness: Witness, before: Option<u64>) -> Result<Past, StoreFault> {
    match witness {
        Witness::House => {
            let page = reader.call_records(before.and_then(|before| i64::try_from(before).ok()), ROWS)?;
            let older = page.older.and_then(|older| u64::try_from(older).ok());
            let numbered = page.numbers.iter().zip(&page.records);
            Ok(Past { events: numbered.map(|(number, record)| call(*number, record)).collect(), older })
        }
        Witness::Cloud => {
            let before =
                before.and_then(|millis| SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
            let events = reader.cloud_events(before, ROWS)?;
            let millis =
                |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_millis().try_into().ok();
            let full = events.len() == ROWS as usize;
            let older = events.last().filter(|_| full).and_then(|last| millis(last.at));
            Ok(Past {
                events: events.iter().map(|event| told(event.at, &event.body.read())).collect(),
                older,
            })
        }
    }
}

/// The call with this number; waits for the disk.
pub(super) fn read_one(reader: &Reader, number: u64) -> Result<Option<Event>, StoreFault> {
    let Ok(number) = i64::try_from(number) else { return Ok(None) };
    Ok(reader.call_record(number)?.map(|record| call(number, &record)))
}

fn call(number: i64, record: &CallRecord) -> Event {
    let direction = match (&record.caller.device, &record.callee.device, &record.callee.user) {
        (None, ..) => Direction::In,
        (Some(_), None, None) if record.outcome == CallOutcome::Answered => Direction::Out,
        (Some(_), ..) => Direction::Inside,
    };
    Event {
        number: u64::try_from(number).ok(),
        kind: Kind::Call,
        direction,
        from: party(&record.caller),
        to: party(&record.callee),
        at: record.started,
        talked: record.talked,
        outcome: match record.outcome {
            CallOutcome::Answered => Outcome::Answered,
            CallOutcome::Mailbox => Outcome::Mailbox,
            CallOutcome::Cancelled => Outcome::Cancelled,
            CallOutcome::Busy => Outcome::Busy,
            CallOutcome::Missed => Outcome::Missed,
            CallOutcome::Failed => Outcome::Failed,
        },
        sides: Some([&record.caller, &record.callee].map(side)),
        voice: record.voice.as_deref().map(|voice| [voice.caller, voice.callee].map(leg)),
    }
}

fn side(party: &CallParty) -> Side {
    match party.side() {
        account::Side::Lan => Side::Lan,
        account::Side::Wan => Side::Wan,
    }
}

fn leg(leg: LegVoice) -> Voice {
    let LegVoice { packets, lost, gaps, reordered, duplicates, sent, mos, jitter, round_trip, .. } = leg;
    let (loss, unheard, phone) = (leg.loss(), leg.unheard.map(reason), leg.phone.map(phone));
    Voice { mos, packets, lost, loss, gaps, reordered, duplicates, sent, jitter, round_trip, unheard, phone }
}

fn phone(of: account::PhoneVoice) -> PhoneVoice {
    PhoneVoice {
        lost: of.lost,
        discarded: of.discarded,
        burst_density: of.burst_density,
        burst: of.burst,
        gap_density: of.gap_density,
        round_trip: of.round_trip,
        end_system_delay: of.end_system_delay,
        jitter: of.jitter,
        jitter_buffer: of.jitter_buffer,
        mos_listening: of.mos_listening,
        mos_conversation: of.mos_conversation,
    }
}

fn party(party: &CallParty) -> Party {
    Party { name: (!party.name.is_empty()).then(|| party.name.clone()), number: party.number.clone() }
}

/// A call through a channel states its moments instead of durations.
fn through_channel(at: SystemTime, said: &Value, call: &Value) -> Option<Event> {
    let party = |name: &str| Party { name: None, number: text(call, name) };
    let seen = witnessed::of_cloud("", at, said, &Snapshot::default())?;
    Some(Event {
        number: None,
        kind: Kind::Call,
        direction: if seen.direction == billing::Direction::Out { Direction::Out } else { Direction::In },
        from: party("from"),
        to: party("to"),
        at,
        talked: seen.talked,
        outcome: match seen.outcome {
            billing::Outcome::Answered => Outcome::Answered,
            billing::Outcome::Missed => Outcome::Missed,
            billing::Outcome::Busy => Outcome::Busy,
            billing::Outcome::Failed => Outcome::Failed,
        },
        sides: None,
        voice: None,
    })
}

/// An entry of the cloud's history; words it does not know count as the most harmless.
fn told(at: SystemTime, body: &Value) -> Event {
    let through = body.get("call").filter(|call| call.is_object());
    if let Some(event) = through.and_then(|call| through_channel(at, body, call)) {
        return event;
    }
    let party = |number: &str, name: &str| Party {
        name: Some(text(body, name)).filter(|name| !name.is_empty()),
        number: text(body, number),
    };
    let direction = text(body, "direction");
    let kind = match text(body, "type").as_str() {
        "FAX" => Kind::Fax,
        "VOICEMAIL" => Kind::Voicemail,
        "SMS" => Kind::Message,
        _ => Kind::Call,
    };
    let outcome = match text(body, "status").as_str() {
        "BUSY" => Outcome::Busy,
        "NOPICKUP" | "NO_PICKUP" => Outcome::Missed,
        "CANCEL" | "CANCELLED" => Outcome::Cancelled,
        "FAILED" | "NOTFOUND" => Outcome::Failed,
        _ if direction.starts_with("MISSED") => Outcome::Missed,
        _ => Outcome::Answered,
    };
    Event {
        number: None,
        kind,
        direction: if direction.contains("OUTGOING") { Direction::Out } else { Direction::In },
        from: party("source", "sourceAlias"),
        to: party("target", "targetAlias"),
        at,
        talked: Duration::from_secs(
            body.get("duration").and_then(Value::as_u64).unwrap_or_default().min(604_800),
        ),
        outcome,
        sides: None,
        voice: None,
    }
}
