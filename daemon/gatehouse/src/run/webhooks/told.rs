//! What programs are told of calls, in the words of the sipgate.io push API: `newCall`, `answer`, `hangup`.
//!
//! Pictures say early that a call is there and who answered; its record says that it is over. A call too short for any picture is
//! told from its record alone, so that none is missed and each is told in order, once.

use std::collections::{HashMap, VecDeque};

use account::{CallOutcome, CallParty, CallRecord};
use switchboard::{CallNow, CallStage};

/// Calls whose end was told and that an older picture may still show.
const OVER: usize = 256;
/// A call that is in no picture any more and of which no record came is forgotten after so many of them.
const PATIENCE: u8 = 50;

/// What the push API sends as a form.
pub(super) type Fields = Vec<(&'static str, String)>;

/// Calls as they were told so far.
#[derive(Default)]
pub(super) struct Calls {
    known: HashMap<String, Known>,
    over: VecDeque<String>,
}

struct Known {
    answered: bool,
    /// In how many pictures it was missing.
    missing: u8,
}

/// One call, from wherever it is known.
struct Call<'a> {
    name: &'a str,
    caller: &'a CallParty,
    callee: &'a CallParty,
}

/// A call that nobody made, to see whether a program listens. Its numbers are kept free for stories.
pub(super) fn trial() -> [Fields; 2] {
    let party = |number: &str| CallParty { number: number.to_owned(), ..CallParty::default() };
    let (caller, callee) = (party("+493023125000"), party("+493023125001"));
    let call = Call { name: "test", caller: &caller, callee: &callee };
    let mut hangup = call.fields("hangup");
    hangup.push(("cause", "cancel".to_owned()));
    [call.begins(""), hangup]
}

impl Calls {
    /// What a new picture adds. `account` is the number that stands before users' ids.
    pub(super) fn seen(&mut self, calls: &[CallNow], account: &str) -> Vec<Fields> {
        let mut told = Vec::new();
        for now in calls {
            if self.over.iter().any(|name| **name == *now.name) {
                continue;
            }
            let call = Call { name: &now.name, caller: &now.caller, callee: &now.callee };
            self.tell(
                &call,
                !matches!(now.stage, CallStage::Ringing | CallStage::Mailbox),
                account,
                &mut told,
            );
        }
        for (name, known) in &mut self.known {
            let there = calls.iter().any(|call| *call.name == **name);
            known.missing = if there { 0 } else { known.missing.saturating_add(1) };
        }
        self.known.retain(|_, known| known.missing < PATIENCE);
        told
    }

    /// What the end of a call adds.
    pub(super) fn ended(&mut self, record: &CallRecord, account: &str) -> Vec<Fields> {
        let mut told = Vec::new();
        let call = Call { name: &record.id, caller: &record.caller, callee: &record.callee };
        let answered = record.outcome == CallOutcome::Answered;
        self.tell(&call, answered, account, &mut told);
        let mut hangup = call.fields("hangup");
        hangup.push(("cause", cause(record).to_owned()));
        if answered {
            hangup.push(("answeringNumber", number(&record.callee)));
        }
        told.push(hangup);
        self.known.remove(&record.id);
        if self.over.len() >= OVER {
            self.over.pop_front();
        }
        self.over.push_back(record.id.clone());
        told
    }

    /// That it is there and that it was answered, each once.
    fn tell(&mut self, call: &Call<'_>, answered: bool, account: &str, told: &mut Vec<Fields>) {
        let known = self.known.entry(call.name.to_owned()).or_insert_with(|| {
            told.push(call.begins(account));
            Known { answered: false, missing: 0 }
        });
        if answered && !std::mem::replace(&mut known.answered, true) {
            told.push(call.is_answered(account));
        }
    }
}

impl Call<'_> {
    /// What every event has.
    fn fields(&self, event: &str) -> Fields {
        vec![
            ("event", event.to_owned()),
            ("callId", self.name.to_owned()),
            ("from", number(self.caller)),
            ("to", number(self.callee)),
            ("direction", if self.comes_in() { "in" } else { "out" }.to_owned()),
        ]
    }

    fn begins(&self, account: &str) -> Fields {
        let mut fields = self.fields("newCall");
        fields.extend([("origCallId", self.name.to_owned()), ("xcid", self.name.to_owned())]);
        fields.extend(self.person(["user[]", "userId[]", "fullUserId[]"], account));
        fields
    }

    fn is_answered(&self, account: &str) -> Fields {
        let mut fields = self.fields("answer");
        fields.push(("answeringNumber", number(self.callee)));
        fields.extend(self.person(["user", "userId", "fullUserId"], account));
        fields
    }

    fn comes_in(&self) -> bool {
        self.caller.device.is_none()
    }

    /// The person of the house in it: who is called from outside, else who calls.
    fn person(&self, [name, id, full]: [&'static str; 3], account: &str) -> Fields {
        let party = if self.comes_in() { self.callee } else { self.caller };
        let Some(user) = &party.user else { return Vec::new() };
        vec![(name, party.name.clone()), (id, user.to_string()), (full, format!("{account}{user}"))]
    }
}

/// E.164 without the plus, an extension as it is.
fn number(party: &CallParty) -> String {
    match party.number.trim_start_matches('+') {
        "" => "anonymous".to_owned(),
        number => number.to_owned(),
    }
}

const fn cause(record: &CallRecord) -> &'static str {
    match (record.outcome, record.status) {
        (CallOutcome::Answered, _) => "normalClearing",
        (CallOutcome::Busy, _) => "busy",
        (CallOutcome::Cancelled, _) => "cancel",
        (CallOutcome::Missed | CallOutcome::Mailbox, _) => "noAnswer",
        (CallOutcome::Failed, 404 | 484 | 604) => "notFound",
        (CallOutcome::Failed, _) => "congestion",
    }
}

#[cfg(test)]
mod tests;
