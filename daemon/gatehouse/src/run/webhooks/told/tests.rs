//! Each call is told once, in order, whatever was seen of it.

use std::time::{Duration, Instant, SystemTime};

use account::{CallOutcome, CallParty, CallRecord, DeviceId, UserId};
use switchboard::{CallId, CallNow, CallStage, Encrypted};

use super::{Calls, Fields};

fn anna() -> CallParty {
    let (device, user): (DeviceId, UserId) = ("e0".parse().unwrap(), "w0".parse().unwrap());
    CallParty { device: Some(device), user: Some(user), number: "101".into(), name: "Anna".into() }
}

fn outside(number: &str) -> CallParty {
    CallParty { number: number.into(), ..CallParty::default() }
}

fn now(name: &str, caller: CallParty, callee: CallParty, stage: CallStage) -> CallNow {
    CallNow {
        id: CallId(1),
        name: name.into(),
        caller,
        callee,
        stage,
        since: Instant::now(),
        encrypted: Encrypted::default(),
        unheard: [None; 2],
    }
}

fn record(name: &str, caller: CallParty, callee: CallParty, outcome: CallOutcome, status: u16) -> CallRecord {
    let (ringing, talked) = (Duration::ZERO, Duration::ZERO);
    CallRecord {
        id: name.into(),
        caller,
        callee,
        started: SystemTime::UNIX_EPOCH,
        ringing,
        talked,
        outcome,
        status,
        through: None,
        voice: None,
    }
}

fn said(told: &[Fields]) -> Vec<String> {
    let one = |fields: &Fields| {
        fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    };
    told.iter().map(one).collect()
}

#[test]
fn a_call_from_outside_is_told_as_the_cloud_tells_it() {
    let mut calls = Calls::default();
    let ringing = [now("c1", outside("+4930231250"), anna(), CallStage::Ringing)];
    assert_eq!(
        said(&calls.seen(&ringing, "1234567")),
        [
            "event=newCall&callId=c1&from=4930231250&to=101&direction=in&origCallId=c1&xcid=c1&user[]=Anna&userId[]=w0&fullUserId[]=1234567w0"
        ]
    );
    assert!(calls.seen(&ringing, "1234567").is_empty(), "once");
    let talking = [now("c1", outside("+4930231250"), anna(), CallStage::Talking)];
    assert_eq!(
        said(&calls.seen(&talking, "1234567")),
        [
            "event=answer&callId=c1&from=4930231250&to=101&direction=in&answeringNumber=101&user=Anna&userId=w0&fullUserId=1234567w0"
        ]
    );
    let over = record("c1", outside("+4930231250"), anna(), CallOutcome::Answered, 200);
    assert_eq!(
        said(&calls.ended(&over, "1234567")),
        [
            "event=hangup&callId=c1&from=4930231250&to=101&direction=in&cause=normalClearing&answeringNumber=101"
        ]
    );
    assert!(calls.seen(&talking, "1234567").is_empty(), "an older picture brings nobody back to life");
}

#[test]
fn a_call_too_short_to_be_seen_is_told_whole_and_its_end_says_why() {
    for (outcome, status, cause) in [
        (CallOutcome::Busy, 486, "busy"),
        (CallOutcome::Cancelled, 487, "cancel"),
        (CallOutcome::Missed, 480, "noAnswer"),
        (CallOutcome::Mailbox, 200, "noAnswer"),
        (CallOutcome::Failed, 404, "notFound"),
        (CallOutcome::Failed, 503, "congestion"),
    ] {
        let told = said(&Calls::default().ended(&record("c2", anna(), outside(""), outcome, status), ""));
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[0].starts_with("event=newCall&callId=c2&from=101&to=anonymous&direction=out"),
            "{told:?}"
        );
        assert!(
            told[1].contains(&format!("cause={cause}")) && !told[1].contains("answeringNumber"),
            "{told:?}"
        );
    }
    let told = Calls::default().ended(&record("c3", anna(), outside("+49"), CallOutcome::Answered, 200), "");
    assert_eq!(told.iter().map(|fields| &*fields[0].1).collect::<Vec<_>>(), ["newCall", "answer", "hangup"]);
}

#[test]
fn calls_of_which_no_record_comes_are_forgotten() {
    let mut calls = Calls::default();
    for number in 0..1_000 {
        let there = [now(&format!("c{number}"), anna(), outside("1"), CallStage::Ringing)];
        assert_eq!(calls.seen(&there, "").len(), 1);
    }
    assert!(calls.known.len() <= usize::from(super::PATIENCE) + 1, "{}", calls.known.len());
    for number in 0..1_000 {
        calls.ended(&record(&format!("x{number}"), anna(), outside("1"), CallOutcome::Busy, 486), "");
    }
    assert!(calls.over.len() <= super::OVER);
}
