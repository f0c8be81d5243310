//! Carrying out what the switchboard wants.

use std::time::Instant;

use account::CallRecord;
use bytes::Bytes;
use sip::Flow;
use sip::locate::Question;
use store::{Batch, Write};
use switchboard::drill::{DrillEnd, DrillRefused};
use switchboard::lines::Unconnected;
use switchboard::register::Ledger;
use switchboard::{Input, Output, Written};
use tracing::{debug, error};
use transport::ConnectFailed;

use super::{Exchange, MOST_OPENED};
use crate::run::drills::Wanted;
use crate::run::locations::test_call;

impl Exchange {
    /// Everything the switchboard wants, until it wants nothing more.
    pub(super) fn carry_out(&mut self) {
        while let Some(first) = self.switchboard.poll_output() {
            self.carry_out_round(first);
        }
        if self.records.are_due(Instant::now()) {
            self.save(Vec::new(), None);
        }
    }

    /// The rows of one round go to the store as one batch, and the relay hears of a call before the phones do: voice may
    /// come at once.
    fn carry_out_round(&mut self, first: Output) {
        let (mut letters, mut commands, mut rows, mut last) = (Vec::new(), Vec::new(), Vec::new(), None);
        let mut next = Some(first);
        while let Some(output) = next {
            match output {
                Output::Send { flow, bytes } => letters.push((flow, bytes)),
                Output::Relay(command) => commands.push(command),
                Output::Store { ticket, ledger } => {
                    rows.extend(ledger.into_iter().map(write));
                    last = Some(ticket);
                }
                Output::Record(record) => {
                    self.records.ended(record.clone(), Instant::now());
                    self.remember(record);
                }
                Output::Message(message) => self.parts.mail.1.left(message),
                Output::Fetch { id, ticket } => self.parts.mail.0.fetch(&id, ticket),
                Output::Judged { call, voice } => {
                    let told = self.reports.judged(&call);
                    self.records.add(Write::Judge { call, voice }, Instant::now());
                    told.for_each(|report| self.records.add(report, Instant::now()));
                }
                Output::Reported { device, call_id, voice } => {
                    let call = self.signalling.call_of(&call_id).map(str::to_owned);
                    let told = call.and_then(|call| self.reports.told(call, device, voice));
                    told.into_iter().for_each(|report| self.records.add(report, Instant::now()));
                }
                Output::Heard { id } => self.parts.mail.1.heard(id),
                Output::Delete { id } => self.parts.mail.1.deleted(id),
                Output::Keep(Written { call: name, text: call }) => {
                    self.records.add(Write::KeepCall { name, call }, Instant::now());
                }
                Output::Forget { call: name } => {
                    self.records.add(Write::ForgetCall { name }, Instant::now());
                }
                // The mirror only reads the account so far; the switchboard heeds it without being told.
                Output::Silenced { .. } => {}
                Output::Ask(question) => self.ask(question),
                Output::Connect { ticket, hop } => self.transport.connect(ticket, &hop),
                Output::Leave(flow) => self.transport.leave(&flow),
                Output::Leg { call, call_id } => self.signalling.belongs(call, call_id),
            }
            next = self.switchboard.poll_output();
        }
        if !commands.is_empty() {
            self.command(commands);
        }
        for (flow, bytes) in letters {
            self.send(flow, bytes);
        }
        if !rows.is_empty() {
            self.save(rows, last);
        }
    }

    pub(super) fn drill(&mut self, now: Instant, wanted: Wanted) -> Result<(), DrillRefused> {
        match wanted {
            Wanted::Begin(length) => self.switchboard.begin_drill(now, length).map(drop),
            Wanted::Stop => {
                self.switchboard.end_drill(now, DrillEnd::Stopped);
                Ok(())
            }
        }
    }

    pub(super) fn test_call(&mut self, now: Instant, wanted: test_call::Wanted, answer: test_call::Answer) {
        let told = match wanted {
            Some((wish, who)) => self.switchboard.appoint(now, wish, &who),
            None => Ok(self.switchboard.test_call()),
        };
        // Nobody may be waiting any more.
        let _ = answer.send(told);
    }

    /// No more of a call than the customer chose.
    fn remember(&mut self, record: CallRecord) {
        let kept = self.parts.privacy.borrow().of_record(record);
        if let Some(record) = kept {
            self.records.add(Write::Record(record), Instant::now());
        }
    }

    /// Asks the resolver; one with too many questions already has failed this one.
    fn ask(&mut self, question: Question) {
        if let Err(full) = self.parts.asks.try_send(question) {
            let input = Input::Answer { question: full.into_inner(), answer: None };
            self.switchboard.handle(Instant::now(), input);
        }
    }

    /// A relay that has fallen so far behind that its queue is full has lost the call's voice already.
    fn command(&self, commands: Vec<media::relay::Command>) {
        if let Err(why) = self.parts.relay.commands(commands) {
            error!(%why, "the relay does not keep up");
        }
    }

    /// Sends, opening a connection where a phone's own one is gone. What cannot be sent ends its transaction at once.
    fn send(&mut self, flow: Flow, bytes: Bytes) {
        let fresh = flow.transport.reliable() && flow.connection == 0;
        let way = if fresh { self.transport.open(flow.transport, flow.peer) } else { Ok(flow) };
        self.signalling.leaves(way.as_ref().map_or(flow, |way| *way), &bytes);
        let sent = way.and_then(|way| self.transport.send(&way, bytes).map(|()| way));
        match sent {
            Ok(way) if fresh && self.opened.len() < MOST_OPENED => {
                self.opened.insert(way.connection, flow);
            }
            Ok(_) => {}
            Err(why) => {
                debug!(%why, "a message was not sent");
                self.switchboard.handle(Instant::now(), Input::Unreachable(flow));
            }
        }
    }

    /// Hands rows over, and the records that wait. A store that takes nothing more must not keep phones waiting.
    pub(super) fn save(&mut self, mut rows: Vec<Write>, ours: Option<u64>) {
        let (records, ended) = self.records.take();
        rows.extend(records);
        if !ended.is_empty() {
            // Nobody on the path of a call waits for those who are told of it.
            drop(self.parts.ended.try_send(ended));
        }
        if rows.is_empty() && ours.is_none() {
            return;
        }
        match (self.parts.store.submit(Batch(rows)), ours) {
            (Ok(ticket), Some(ours)) => self.tickets.push_back((ticket, ours)),
            (Err(_), Some(ours)) => {
                let now = Instant::now();
                self.switchboard.handle(now, Input::StoreUnsure);
                self.switchboard.handle(now, Input::Stored(ours));
            }
            (_, None) => {}
        }
    }
}

fn write(entry: Ledger) -> Write {
    match entry {
        Ledger::Bind(binding) => Write::Bind(binding),
        Ledger::Unbind { user, contact } => Write::Unbind { user, contact },
    }
}

/// Why a way did not open, for the switchboard.
pub(super) fn unconnected(failed: ConnectFailed) -> Unconnected {
    match failed {
        ConnectFailed::NoSocket => Unconnected::NoSocket,
        ConnectFailed::Unreachable => Unconnected::Unreachable,
        ConnectFailed::Silent => Unconnected::Silent,
        ConnectFailed::Expired => Unconnected::Expired,
        ConnectFailed::Untrusted => Unconnected::Untrusted,
    }
}
