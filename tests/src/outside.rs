//! The world outside: the lines that lead there, people who call in, and a provider that falls ill.

use std::fs;

use serde_json::{Value, json};

use crate::{Gatehouse, PracticeCloud, until};

/// An outside line as `gatehouse lines` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// SIP user of the device, or name of the trunk.
    pub name: String,
    /// `starting`, `up` or `down`.
    pub state: String,
    /// Why it is down, in English.
    pub why: String,
    /// Whether its provider has answered the question whether it lives.
    pub answers: bool,
}

impl Gatehouse {
    /// Every outside line.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let told = self.tells("lines");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let line = |line: &Value| Line {
            name: text(&line["name"]),
            state: text(&line["state"]),
            why: text(&line["why"]["en"]),
            answers: line["answers_ms"].is_u64(),
        };
        told["lines"].as_array().into_iter().flatten().map(line).collect()
    }

    /// Whether there are outside lines, at least so many, and all of them are up.
    #[must_use]
    pub fn has_lines_up(&self, least: usize) -> bool {
        let lines = self.lines();
        lines.len() >= least && lines.iter().all(|line| line.state == "up")
    }
}

impl Gatehouse {
    /// Waits until every line is up and its provider has said once that it lives: from then on its silence is noticed in seconds.
    pub fn knows_its_lines(&self, least: usize) {
        until("every line up, and a word from its provider", || {
            let all = self.has_lines_up(least) && self.lines().iter().all(|line| line.answers);
            all.then_some(())
        });
    }

    /// Tells it who vouches for the cloud over TLS; `more` stands below `[trunk]` as well.
    pub fn trusts(&mut self, cloud: &PracticeCloud, more: &str) {
        let file = self.folder().join("authority.pem");
        fs::write(&file, &cloud.root).expect("a file for the authority");
        self.configured_with(&format!("[trunk]\nauthorities = \"{}\"\n{more}", file.display()));
    }

    /// A box on this machine whose lines go to `cloud` over `tcp` or `tls`, trusting its authority; ready for calls.
    #[must_use]
    pub fn over(cloud: &PracticeCloud, transport: &str) -> Self {
        cloud.habit("transport", &json!(transport));
        let mut this = Self::new();
        this.mirrors(&cloud.api);
        this.trusts(cloud, "");
        this.power_on();
        this.knows_the_account();
        this
    }
}

impl PracticeCloud {
    /// Ends every connection over TCP and TLS.
    pub fn cuts_connections(&self) {
        let _ = self.told("DELETE", "/sip/connections", &Value::Null);
    }

    /// Changes one habit: a key below `quirks` of its account.
    pub fn habit(&self, name: &str, value: &Value) {
        let _ = self.told("PATCH", "/account/quirks", &json!({ name: value }));
    }

    /// Its registrations: device to contacts with their `source`.
    #[must_use]
    pub fn bindings(&self) -> Value {
        serde_json::from_str(&self.told("GET", "/sip/bindings", &Value::Null)).expect("JSON")
    }

    /// Everything that happened on its SIP side, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        serde_json::from_str(&self.told("GET", "/sip/events", &Value::Null)).expect("JSON")
    }

    /// Somebody outside calls a number of the account and says a tone of 500 Hz once it is answered. Returns the call's number.
    #[must_use]
    pub fn calls_in(&self, number: &str, from: &str) -> u64 {
        let call = json!({"number": number, "from": from, "audio": "tone"});
        let told: Value = serde_json::from_str(&self.told("POST", "/sip/calls", &call)).expect("JSON");
        told["call"].as_u64().unwrap_or_else(|| panic!("no call: {told}"))
    }

    /// A call going on: `stage`, and how many packets of voice were `received` and `sent`.
    #[must_use]
    pub fn call(&self, number: u64) -> Option<Value> {
        let told: Value = serde_json::from_str(&self.told("GET", "/sip/calls", &Value::Null)).expect("JSON");
        told.as_array()?.iter().find(|call| call["call"] == number).cloned()
    }
}
