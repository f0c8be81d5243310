//! A data directory, what goes into it, and an ear for notices.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime};

use account::{Binding, CallOutcome, CallParty, CallRecord, Reach, Secret, VoiceMessage, Wire};
use mirror::{Document, Key, Kind, Source};
use serde_json::json;

use crate::{Config, Loaded, Notice, OpenFailed, Store, Ticket};

pub(super) fn open(dir: &Path) -> Result<(Store, Loaded, Ear), OpenFailed> {
    let (tell, hear) = channel();
    let (store, loaded) = Store::open(&Config { dir: dir.to_owned() }, move |notice| {
        let _ = tell.send(notice);
    })?;
    Ok((store, loaded, Ear(hear)))
}

pub(super) fn loaded(dir: &Path) -> Loaded {
    open(dir).unwrap().1
}

pub(super) struct Ear(Receiver<Notice>);

impl Ear {
    pub(super) fn next(&self) -> Notice {
        self.0.recv_timeout(Duration::from_secs(20)).expect("a notice")
    }

    pub(super) fn committed(&self, ticket: Ticket) {
        loop {
            let notice = self.next();
            let Notice::Committed { up_to } = notice else { panic!("{notice:?} instead of a commit") };
            if up_to >= ticket {
                return;
            }
        }
    }
}

pub(super) fn binding(n: u32) -> Binding {
    let peer = SocketAddr::from(([192, 0, 2, 9], 5060));
    Binding {
        user: format!("7654321e{n}").parse().unwrap(),
        contact: format!("sip:7654321e{n}@192.0.2.9:5060"),
        instance: Some("<urn:uuid:00000000-0000-1000-8000-000A95A0E128>".into()),
        reg_id: Some(1),
        reach: Reach { wire: Wire::Udp, local: peer, peer, connection: 0 },
        call_id: "a84b4c76e66710".into(),
        cseq: n,
        user_agent: "baresip v3.16.0 (x86_64/Linux)".into(),
        remaining: Duration::from_secs(3600),
    }
}

pub(super) fn message(id: &str, heard: bool) -> VoiceMessage {
    let caller = CallParty { number: "+4930555010".into(), ..CallParty::default() };
    let left = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let (mailbox, length) = ("v0".parse().unwrap(), Duration::from_secs(12));
    VoiceMessage { id: id.into(), mailbox, caller, left, length, heard }
}

pub(super) fn record(n: u32) -> CallRecord {
    CallRecord {
        id: format!("call-{n}"),
        caller: CallParty { number: "101".into(), name: "Ayşe".into(), ..CallParty::default() },
        callee: CallParty::default(),
        started: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + u64::from(n)),
        ringing: Duration::from_millis(2500),
        talked: Duration::from_secs(61),
        outcome: CallOutcome::Answered,
        status: 200,
        through: None,
        voice: None,
    }
}

pub(super) fn device(id: &str, password: &str) -> Document {
    Document {
        key: Key { kind: Kind::Device, id: id.into() },
        owner: Some("w0".into()),
        body: (&json!({"id": id, "alias": "Empfang", "unheardOf": [1, null]})).into(),
        secret: Some(Secret::new(password.into())),
        source: Source::V2,
        seen: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
    }
}
