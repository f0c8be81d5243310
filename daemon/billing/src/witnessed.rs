//! What box and cloud remember of a call, in one shape.

use std::time::{Duration, SystemTime};

use account::{CallOutcome, CallRecord, Destination, E164, EndpointId, Snapshot, UserId};
use jiff::Timestamp;
use serde_json::Value;

use crate::{Call, Direction, Kind, Outcome, Witness};

/// A call as the box measured it on its own legs.
#[must_use]
pub fn of_house(record: &CallRecord) -> Call {
    let (caller, callee) = (&record.caller, &record.callee);
    let ours = |party: &account::CallParty| party.side() == account::Side::Lan;
    let (direction, remote, user) = match (ours(caller), ours(callee) || record.through.is_some()) {
        (true, true) => (Direction::Inside, &callee.number, &caller.user),
        (true, false) => (Direction::Out, &callee.number, &caller.user),
        (false, _) => (Direction::In, &caller.number, &callee.user),
    };
    let outcome = match record.outcome {
        CallOutcome::Answered => Outcome::Answered,
        // No person answered; what is left in a mailbox waits for one.
        CallOutcome::Cancelled | CallOutcome::Missed | CallOutcome::Mailbox => Outcome::Missed,
        CallOutcome::Busy => Outcome::Busy,
        CallOutcome::Failed => Outcome::Failed,
    };
    Call {
        id: record.id.clone(),
        witness: Witness::House,
        kind: Kind::Call,
        direction,
        remote: remote.clone(),
        user: user.clone(),
        group: record.through.as_ref().and_then(|channel| channel.as_str().parse().ok()),
        chain: None,
        started: record.started,
        waited: record.ringing,
        talked: record.talked,
        outcome,
        sides: Some([caller.side(), callee.side()]),
        voice: record.voice.clone(),
    }
}

/// An entry of the cloud's history or of a channel's events, as it was said; `None` for what is neither call, fax, message
/// nor voicemail.
#[must_use]
pub fn of_cloud(id: &str, at: SystemTime, said: &Value, house: &Snapshot) -> Option<Call> {
    match said.get("call").filter(|call| call.is_object()) {
        Some(call) => Some(of_channel(id, at, call, house)),
        None => of_history(id, at, said, house),
    }
}

fn of_history(id: &str, at: SystemTime, said: &Value, house: &Snapshot) -> Option<Call> {
    let text = |name: &str| text(said, name);
    let kind = match text("type") {
        "CALL" => Kind::Call,
        "FAX" => Kind::Fax,
        "SMS" => Kind::Message,
        "VOICEMAIL" => Kind::Voicemail,
        _ => return None,
    };
    let incoming = said.get("incoming").and_then(Value::as_bool);
    let incoming = incoming.unwrap_or_else(|| !text("direction").ends_with("OUTGOING"));
    let (near, far) = if incoming { ("target", "source") } else { ("source", "target") };
    let (user, group) = whose(said, text(near), house);
    let outcome = match (text("callStatus"), text("status"), text("faxStatusType")) {
        ("SUCCESS", ..) | ("", "PICKUP", _) | ("", _, "SENT") => Outcome::Answered,
        ("BUSY" | "BUSY_ON_BUSY" | "REJECTED" | "REJECTED_DND", ..) | ("", "BUSY", _) => Outcome::Busy,
        ("FAILURE", ..) | ("", "FAILURE", _) | ("", _, "FAILED") => Outcome::Failed,
        _ if matches!(kind, Kind::Message | Kind::Voicemail) => Outcome::Answered,
        _ => Outcome::Missed,
    };
    let talked = said.get("duration").and_then(Value::as_u64).filter(|_| outcome == Outcome::Answered);
    Some(Call {
        id: id.to_owned(),
        witness: Witness::Cloud,
        kind,
        direction: direction(incoming, text(far), house),
        remote: text(far).to_owned(),
        user,
        group,
        chain: Some(text("callId").to_owned()).filter(|id| !id.is_empty()),
        started: at,
        waited: Duration::ZERO,
        talked: Duration::from_secs(talked.unwrap_or_default()),
        outcome,
        sides: None,
        voice: None,
    })
}

/// A call that came through a channel of a neo account, which states its moments instead of durations.
fn of_channel(id: &str, at: SystemTime, call: &Value, house: &Snapshot) -> Call {
    let text = |name: &str| text(call, name);
    let incoming = !text("direction").starts_with("OUT");
    let far = if incoming { text("from") } else { text("to") };
    let moment = |name: &str| text(name).parse::<Timestamp>().ok().map(SystemTime::from);
    let started = moment("startedAt").unwrap_or(at);
    let (answered, ended) = (moment("establishedAt"), moment("terminatedAt"));
    let between = |from: SystemTime, to: Option<SystemTime>| {
        to.and_then(|to| to.duration_since(from).ok()).unwrap_or_default()
    };
    let outcome = match (text("state"), answered) {
        ("REJECTED" | "BUSY", _) => Outcome::Busy,
        ("CLIENT_ERROR", _) => Outcome::Failed,
        (_, Some(_)) => Outcome::Answered,
        (_, None) => Outcome::Missed,
    };
    Call {
        id: id.to_owned(),
        witness: Witness::Cloud,
        kind: Kind::Call,
        direction: direction(incoming, far, house),
        remote: far.to_owned(),
        user: text("owner").parse().ok(),
        group: text("channelId").parse().ok(),
        chain: Some(text("callSid").to_owned()).filter(|id| !id.is_empty()),
        started,
        waited: between(started, answered.or(ended)),
        talked: answered.map_or(Duration::ZERO, |answered| between(answered, ended)),
        outcome,
        sides: None,
        voice: None,
    }
}

fn text<'a>(said: &'a Value, name: &str) -> &'a str {
    said.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A call between two numbers of the account stays inside, whichever side of it the cloud tells.
fn direction(incoming: bool, far: &str, house: &Snapshot) -> Direction {
    let own = far.parse::<E164>().is_ok_and(|number| house.destination_of_number(&number).is_some());
    match (own, incoming) {
        (true, _) => Direction::Inside,
        (false, true) => Direction::In,
        (false, false) => Direction::Out,
    }
}

/// Who it was for: the line, user or group the cloud names, else where the near number leads.
fn whose(said: &Value, near: &str, house: &Snapshot) -> (Option<UserId>, Option<EndpointId>) {
    let endpoints = said.get("endpoints").and_then(Value::as_array).into_iter().flatten();
    let named =
        endpoints.filter_map(|it| it.pointer("/endpoint/extension")?.as_str()?.parse::<EndpointId>().ok());
    let mut named = named.filter_map(|id| house.endpoint(&id));
    let number = || house.destination_of_number(&near.parse().ok()?);
    match named.next().or_else(number) {
        Some(Destination::User(user)) => (Some(user), None),
        Some(Destination::Group(group)) => (None, group.as_str().parse().ok()),
        Some(Destination::Channel(channel)) => (None, channel.as_str().parse().ok()),
        Some(Destination::Device(id)) => {
            (house.devices.get(&id).and_then(|device| device.owner.clone()), None)
        }
        Some(Destination::Voicemail(_) | Destination::Fax(_)) | None => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use account::{CallOutcome, CallParty, CallRecord, Phoneline, Snapshot};
    use serde_json::json;

    use super::{of_cloud, of_house};
    use crate::check::Tolerance;
    use crate::{Direction, Kind, Outcome, history};

    fn house() -> Snapshot {
        let mut house = Snapshot::default();
        let line =
            Phoneline { id: "p0".parse().unwrap(), alias: "Mara".into(), owner: "w3".parse().unwrap() };
        house.phonelines.insert(line.id.clone(), line);
        house.indexed()
    }

    const AT: SystemTime = SystemTime::UNIX_EPOCH;

    #[test]
    fn the_cloud_s_words_become_a_call_of_somebody() {
        let said = json!({"source": "+49305550901", "target": "+49305550101", "type": "CALL", "incoming": true,
            "direction": "INCOMING", "status": "PICKUP", "callStatus": "SUCCESS", "duration": 83, "callId": "A0",
            "endpoints": [{"type": "ROUTED", "endpoint": {"extension": "p0", "type": "PHONELINE"}}]});
        let call = of_cloud("1", AT, &said, &house()).unwrap();
        assert_eq!(
            (call.direction, call.outcome, call.talked.as_secs()),
            (Direction::In, Outcome::Answered, 83)
        );
        assert_eq!((call.remote.as_str(), call.user), ("+49305550901", "w3".parse().ok()));
        for (status, outcome) in [
            ("MISSED", Outcome::Missed),
            ("BUSY_ON_BUSY", Outcome::Busy),
            ("FAILURE", Outcome::Failed),
            ("NEW_WORD", Outcome::Missed),
        ] {
            let mut said = said.clone();
            said["callStatus"] = json!(status);
            let call = of_cloud("1", AT, &said, &house()).unwrap();
            assert_eq!((call.outcome, call.talked.is_zero()), (outcome, true), "{status}");
        }
        let fax =
            json!({"type": "FAX", "incoming": false, "target": "+49305550902", "faxStatusType": "SENT"});
        let fax = of_cloud("2", AT, &fax, &house()).unwrap();
        assert_eq!((fax.kind, fax.direction, fax.outcome), (Kind::Fax, Direction::Out, Outcome::Answered));
        assert!(of_cloud("3", AT, &json!({"type": "POSTCARD"}), &house()).is_none());
        assert!(of_cloud("4", AT, &json!(7), &house()).is_none());
    }

    #[test]
    fn a_channel_s_moments_become_durations() {
        let said = json!({"eventId": "x", "call": {"callSid": "C1", "direction": "INCOMING", "from": "+491575550001",
            "to": "+49305550000", "owner": "w0", "state": "FINISHED", "channelId": "0b4e9d6c-7a51-4f0e-9a3e-000000000001", "startedAt": "2026-11-20T08:00:00Z",
            "establishedAt": "2026-11-20T08:00:12Z", "terminatedAt": "2026-11-20T08:01:12Z"}});
        let call = of_cloud("x", AT, &said, &house()).unwrap();
        assert_eq!((call.waited.as_secs(), call.talked.as_secs()), (12, 60));
        assert_eq!((call.outcome, call.user), (Outcome::Answered, "w0".parse().ok()));
        assert_eq!(call.group, "0b4e9d6c-7a51-4f0e-9a3e-000000000001".parse().ok());
    }

    #[test]
    fn who_waited_in_line_counts_for_the_channel() {
        let party = |user: &str, number: &str| CallParty {
            user: user.parse().ok(),
            number: number.to_owned(),
            ..CallParty::default()
        };
        let answered = CallRecord {
            id: "b1".to_owned(),
            caller: CallParty { number: "+4915755501".to_owned(), ..CallParty::default() },
            callee: party("w1", "102"),
            started: AT,
            ringing: Duration::from_secs(90),
            talked: Duration::from_secs(60),
            outcome: CallOutcome::Answered,
            status: 200,
            through: "0b4e9d6c-7a51-4f0e-9a3e-000000000001".parse().ok(),
            voice: None,
        };
        let inside = CallRecord { caller: party("w3", "101"), ..answered.clone() };
        let (callee, talked) =
            (CallParty { number: "300".to_owned(), ..CallParty::default() }, Duration::ZERO);
        let missed =
            CallRecord { callee, talked, outcome: CallOutcome::Missed, status: 480, ..inside.clone() };
        let mut statistics = crate::statistics::Statistics::default();
        let calendar = crate::Calendar::new("Europe/Berlin").unwrap();
        for record in [&answered, &inside, &missed] {
            statistics.count(&of_house(record), &calendar);
        }
        let all = statistics.all_since(calendar.day(AT));
        let channel =
            crate::statistics::Subject::Group("0b4e9d6c-7a51-4f0e-9a3e-000000000001".parse().unwrap());
        let figures = all[&channel];
        assert_eq!((figures.offered, figures.answered, figures.longest_wait), (3, 2, 90_000));
    }

    #[test]
    fn a_call_that_both_saw_stands_once_in_the_history() {
        let party = |user: Option<&str>, number: &str| CallParty {
            user: user.and_then(|user| user.parse().ok()),
            number: number.to_owned(),
            ..CallParty::default()
        };
        let record = CallRecord {
            id: "b1".to_owned(),
            caller: party(Some("w3"), "101"),
            callee: party(None, "+49305550901"),
            started: AT,
            ringing: Duration::from_secs(5),
            talked: Duration::from_secs(60),
            outcome: CallOutcome::Answered,
            status: 200,
            through: None,
            voice: None,
        };
        let ours = of_house(&record);
        assert_eq!((ours.direction, ours.remote.as_str()), (Direction::Out, "+49305550901"));
        let said = json!({"source": "+49305550101", "target": "+49305550901", "type": "CALL", "incoming": false,
                          "status": "PICKUP", "callStatus": "SUCCESS", "duration": 60});
        let theirs = of_cloud("c1", AT + Duration::from_secs(3), &said, &house()).unwrap();
        let all = history::merged(&[ours], &[theirs], &Tolerance::default());
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].house.as_deref(), all[0].cloud.as_deref()), (Some("b1"), Some("c1")));
    }
}
