//! The provider's side: a registrar at the other end of the office's lines, which does as it is told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use account::{DeviceId, LineId, Secret};
use sip::flow::Flow;
use sip::locate::{Hop, Question, Target};

use super::office::{Office, id};
use super::said::Said;
use crate::Input;
use crate::lines::{Health, Line, LineKind, Manner, Unconnected, WhyDown};

/// What the provider does, and what it heard.
pub(super) struct Cloud {
    /// Names that the box wants looked up.
    pub asked: Vec<Question>,
    /// Ways that the box opened.
    pub opened: Vec<Hop>,
    /// Connections that the box ended.
    pub left: Vec<Flow>,
    /// Nobody takes a connection.
    pub unplugged: bool,
    /// Seconds for which it keeps a line.
    pub grants: u32,
    /// The address from which it sees the box, if a translator stands between.
    pub sees: Option<&'static str>,
    /// A router on the way writes this into Via instead.
    pub rewritten: Option<&'static str>,
    /// Every REGISTER, and when it came.
    pub registers: Vec<(Instant, Said)>,
    /// How often it was asked whether it lives, and what it says to that; nothing when 0.
    pub options: usize,
    pub says_to_options: u16,
    pub nonce: u32,
}

impl Default for Cloud {
    fn default() -> Self {
        Self {
            asked: Vec::new(),
            opened: Vec::new(),
            left: Vec::new(),
            unplugged: false,
            grants: 120,
            sees: None,
            rewritten: None,
            registers: Vec::new(),
            options: 0,
            says_to_options: 200,
            nonce: 0,
        }
    }
}

/// The provider's proxies, the first and the one that is tried when it fails.
pub(super) const CLOUD: &str = "192.0.2.201:5062";
pub(super) const CLOUD_2: &str = "192.0.2.202:5062;transport=tls";

/// The line of a phone, as the account gives it.
pub(super) fn line_of(device: &str) -> Line {
    let user = format!("7654321{device}");
    let kind = LineKind::Device(id::<DeviceId>(device));
    Line { presents: vec![id("+4930555010")], ..line(&user, kind) }
}

pub(super) fn trunk() -> Line {
    Line { presents: vec![id("+4930555010"), id("+4930555011")], ..line("7654321t0", LineKind::Trunk) }
}

fn line(user: &str, kind: LineKind) -> Line {
    Line {
        id: LineId::new(user),
        kind,
        user: id(user),
        domain: "sipgate.de".into(),
        servers: vec![Target::named(CLOUD, None).unwrap()],
        password: Some(Secret::new("geheim".into())),
        presents: Vec::new(),
        carries: Arc::default(),
        dial_in: Arc::default(),
        limit: None,
        manner: Manner::default(),
        rings: None,
    }
}

impl Office {
    /// The office has these lines, and nothing has happened on them yet.
    pub(super) fn has_lines(&mut self, lines: &[Line]) {
        self.happens(Input::Lines(Arc::from(lines)));
    }

    /// The office has these lines, and all are registered.
    pub(super) fn with_lines(phones: &[&'static str], lines: &[Line]) -> Self {
        let mut office = Self::with(phones);
        office.has_lines(lines);
        office.cloud_works(Duration::from_secs(10));
        for line in lines {
            assert!(matches!(office.health(&line.id), Health::Up { .. }), "{:?}", line.id);
        }
        office
    }

    pub(super) fn connect(&mut self, ticket: u64, hop: Hop) {
        let flow = self.path_to(hop.address).filter(|_| !self.cloud.unplugged);
        self.cloud.opened.push(hop);
        let flow = flow.ok_or(Unconnected::Unreachable);
        self.board.handle(self.now, Input::Connected { ticket, flow });
    }

    /// Time passes, in which the provider answers what it is asked outside calls.
    pub(super) fn cloud_works(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            self.cloud_answers();
            let next = self.board.next_deadline().filter(|at| *at <= until);
            let Some(next) = next else { break };
            self.passes(next.saturating_duration_since(self.now));
        }
        self.passes(until.saturating_duration_since(self.now));
    }

    /// The provider answers every REGISTER and OPTIONS that has come; other messages stay where they are.
    pub(super) fn cloud_answers(&mut self) {
        let waits = |office: &Self, name: &str| {
            let mut mail = office.phone(name).mail.iter();
            mail.any(|said| said.is_request("REGISTER") || said.is_request("OPTIONS"))
        };
        while let Some(name) = ["cloud", "cloud2", "provider"].into_iter().find(|name| waits(self, name)) {
            for said in self.hears_all(name) {
                self.cloud_answers_one(name, said);
            }
        }
    }

    fn cloud_answers_one(&mut self, name: &'static str, said: Said) {
        if self.cloud.registers.iter().any(|(_, known)| *known == said) {
            return;
        }
        if said.is_request("OPTIONS") {
            self.cloud.options += 1;
            if self.cloud.says_to_options > 0 {
                self.cloud_says(name, &said, self.cloud.says_to_options, "");
            }
            return;
        }
        if !said.is_request("REGISTER") {
            return self.phone_mut(name).mail.push_back(said);
        }
        self.cloud.registers.push((self.now, said.clone()));
        let nonce = format!("nonce=\"n{}\"", self.cloud.nonce);
        if said.header("Authorization").contains(&nonce) {
            self.takes(name, &said);
        } else {
            self.wants_password(name, &said, 401, "");
        }
    }

    /// Time passes until the provider hears something.
    pub(super) fn cloud_hears(&mut self) -> Said {
        for _ in 0..1_000 {
            if let Some(said) = self.phone_mut("cloud").mail.pop_front() {
                return said;
            }
            self.passes(Duration::from_millis(100));
        }
        panic!("the provider hears nothing");
    }

    /// 200 to a REGISTER.
    pub(super) fn takes(&mut self, name: &'static str, register: &Said) {
        let (contact, grants) = (register.contact(), self.cloud.grants);
        let contact = format!("Contact: <{contact}>;expires={grants}\r\n");
        self.cloud_says(name, register, 200, &contact);
    }

    /// 401 or 407.
    pub(super) fn wants_password(&mut self, name: &'static str, request: &Said, status: u16, more: &str) {
        let header = if status == 407 { "Proxy-Authenticate" } else { "WWW-Authenticate" };
        let nonce = self.cloud.nonce;
        let challenge =
            format!("{header}: Digest realm=\"sipgate.de\", nonce=\"n{nonce}\", qop=\"auth\"{more}\r\n");
        self.cloud_says(name, request, status, &challenge);
    }

    /// Any answer of the provider outside calls; it says in Via where the question came from.
    pub(super) fn cloud_says(&mut self, name: &'static str, request: &Said, status: u16, lines: &str) {
        let [via, from, to, call, number] =
            ["Via", "From", "To", "Call-ID", "CSeq"].map(|name| request.header(name));
        let via = match self.cloud.sees.and_then(|seen| seen.split_once(':')) {
            Some((ip, port)) => via.replace(";rport;", &format!(";rport={port};received={ip};")),
            None => via.to_owned(),
        };
        let via = match self.cloud.rewritten {
            Some(address) => via.replace("192.0.2.1:5060", address),
            None => via,
        };
        let text = format!(
            "SIP/2.0 {status} Said\r\nVia: {via}\r\nFrom: {from}\r\nTo: {to};tag=cloud\r\nCall-ID: {call}\r\n\
             CSeq: {number}\r\n{lines}Content-Length: 0\r\n\r\n"
        );
        self.post(name, &text);
    }

    pub(super) fn health(&self, line: &LineId) -> Health {
        self.board.picture().lines.iter().find(|now| now.id == *line).unwrap().health
    }

    pub(super) fn is_down(&self, line: &Line) -> Option<WhyDown> {
        match self.health(&line.id) {
            Health::Down { why, .. } => Some(why),
            Health::Up { .. } | Health::Starting { .. } => None,
        }
    }

    pub(super) fn is_up(&self, line: &Line) -> bool {
        self.health(&line.id).is_up()
    }
}
