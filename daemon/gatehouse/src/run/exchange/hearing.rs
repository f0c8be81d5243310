//! Taking in what other tasks tell.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use switchboard::Input;
use switchboard::provisioning::Provisioning;
use tracing::warn;

use super::{Exchange, GOODBYE, MAKE_WAY, News};

impl Exchange {
    pub(super) fn hear(&mut self, now: Instant, news: News) {
        match news {
            News::Account(house) => self.switchboard.handle(now, Input::Account(house)),
            News::Names(names) => self.switchboard.handle(now, Input::Names(names)),
            News::Recalled(all) => self.switchboard.handle(now, Input::Recalled(all)),
            News::Outgoing(outgoing) => self.switchboard.handle(now, Input::Outgoing(outgoing)),
            News::Remind(call) => self.switchboard.handle(now, Input::Remind(call)),
            News::Emergency(ready) => self.switchboard.handle(now, Input::Emergency(ready)),
            News::Lines(lines) => self.switchboard.handle(now, Input::Lines(lines)),
            News::Mail(mail) => self.switchboard.handle(now, mail.into()),
            News::Measure => self.switchboard.measure_lines(now),
            News::Provisioning(told, addresses) => self.provisioned(now, told, &addresses),
            News::Drill(wanted, answer) => {
                // Nobody may be waiting any more.
                let _ = answer.send(self.drill(now, wanted));
            }
            News::TestCall(wanted, answer) => self.test_call(now, wanted, answer),
            News::Signalling(want, answer) => {
                // Nobody may be waiting any more.
                let _ = answer.send(self.signalling.tell(want, SystemTime::now()));
            }
            News::Trust(trusted) => self.transport.trust(trusted),
            News::Answer(question, answer) => {
                self.switchboard.handle(now, Input::Answer { question, answer });
            }
            News::Door(tls, origins) => {
                tls.into_iter().for_each(|tls| self.transport.greet_with(tls));
                self.transport.admit_named(origins);
            }
            News::Called(names) => self.transport.is_called(names),
            News::Restart => {
                self.end_by.get_or_insert(now + MAKE_WAY);
                self.switchboard.handle(now, Input::Restart);
            }
            News::Goodbye => {
                self.end_by.get_or_insert(now + GOODBYE);
                self.switchboard.handle(now, Input::Goodbye);
            }
        }
    }

    /// Telephones that ask the box itself are told in any case.
    fn provisioned(&mut self, now: Instant, told: Arc<Provisioning>, addresses: &[Ipv4Addr]) {
        if let Err(fault) = self.transport.hear_everybody(addresses) {
            warn!(%fault, "new telephones that ask everybody are not heard: does another program use UDP port 5060?");
        }
        self.switchboard.handle(now, Input::Provisioning(told));
    }
}
