use std::time::{Duration, SystemTime};

use account::{CallRecord, CallVoice, DeviceId, LegVoice, PhoneVoice, Secret, Unheard};
use mirror::{Key, Kind};
use serde_json::json;

use super::help::{binding, device, loaded, message, open, record};
use crate::{Batch, Session, SubmitRefused, Write, write_beside};

fn session(key: u8, opened: u64) -> Session {
    let at = |s| SystemTime::UNIX_EPOCH + Duration::from_secs(s);
    let holder = serde_json::json!({"account": "anna"});
    Session { key: [key; 32], opened: at(opened), seen: at(opened + 60), holder }
}

#[test]
fn everything_written_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let (store, first, ear) = open(dir.path()).unwrap();
    assert!(first.bindings.is_empty() && first.recovered.is_none());
    let mirror = Write::Mirror {
        put: vec![device("e0", "opensesame"), device("e1", "swordfish")],
        gone: vec![],
        meta: json!({"devices": 17}),
    };
    store.submit(mirror).unwrap();
    store.submit(Write::Bind(binding(0))).unwrap();
    store.submit(Write::Setting { key: "language".into(), value: "de".into() }).unwrap();
    let secret = Write::SecretSetting { key: "token".into(), value: Secret::new("tok-9".into()) };
    store.submit(secret).unwrap();
    store.submit(Write::SetSession(session(7, 1_700_000_000))).unwrap();
    for name in ["up", "over"] {
        let call = Secret::new(format!("{name} with a key"));
        store.submit(Write::KeepCall { name: name.into(), call }).unwrap();
    }
    store.submit(Write::ForgetCall { name: "over".into() }).unwrap();
    let last = store.submit(Write::Record(record(1))).unwrap();
    ear.committed(last);
    store.close().unwrap();

    let found = loaded(dir.path());
    assert_eq!(found.unreadable, 0);
    assert_eq!(found.documents.len(), 2);
    assert!(found.documents[0].says_the_same_as(&device("e0", "opensesame")));
    assert_eq!(found.documents[0].seen, device("e0", "").seen);
    assert_eq!(found.mirror_meta, Some(json!({"devices": 17})));
    assert_eq!(found.settings["language"], "de");
    assert_eq!(found.secret_settings["token"].expose(), "tok-9");
    let [(name, call)] = &found.calls[..] else { panic!("{:?}", found.calls) };
    assert_eq!((&**name, call.expose()), ("up", "up with a key"));
    assert_eq!(found.sessions, [session(7, 1_700_000_000)]);
    let [back] = &found.bindings[..] else { panic!("one binding") };
    assert!(back.remaining <= Duration::from_secs(3600) && back.remaining > Duration::from_secs(3500));
    assert_eq!(back.reach, binding(0).reach);
}

#[test]
fn messages_stay_until_they_are_deleted_or_the_account_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    for id in ["a", "b", "c"] {
        store.write(Write::Message(message(id, false))).unwrap();
    }
    store.write(Write::Message(message("b", true))).unwrap();
    store.write(Write::ForgetMessages(vec!["a".into(), "nobody".into()])).unwrap();
    store.close().unwrap();
    assert_eq!(loaded(dir.path()).messages, [message("b", true), message("c", false)]);

    let (store, _, _) = open(dir.path()).unwrap();
    store.write(Write::Unlink).unwrap();
    store.close().unwrap();
    assert_eq!(loaded(dir.path()).messages, []);
}

#[test]
fn what_ended_is_gone_and_what_expired_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    let second_place = |n| account::Binding { contact: format!("sip:other@192.0.2.{n}"), ..binding(1) };
    let user = |n: u32| binding(n).user;
    let batch = Batch(vec![
        Write::Bind(binding(1)),
        Write::Bind(second_place(1)),
        Write::Unbind { user: user(1), contact: binding(1).contact },
        Write::Bind(binding(2)),
        Write::UnbindAll { user: user(2) },
        Write::Bind(binding(3)),
        Write::SetSession(session(1, 100)),
        Write::SetSession(session(2, 200)),
        Write::SetSession(session(3, 300)),
        Write::EndSessionsBefore(session(0, 200).opened),
        Write::EndSession { key: [3; 32] },
        Write::Setting { key: "a".into(), value: "1".into() },
        Write::Forget { key: "a".into() },
    ]);
    store.write(batch).unwrap();
    drop(store);
    let years_later = "UPDATE binding SET expires = 1 WHERE user = '7654321e3'";
    rusqlite::Connection::open(dir.path().join("gatehouse.db")).unwrap().execute(years_later, []).unwrap();

    let found = loaded(dir.path());
    assert_eq!(found.bindings.iter().map(|b| &b.contact).collect::<Vec<_>>(), ["sip:other@192.0.2.1"]);
    assert_eq!(found.sessions, [session(2, 200)]);
    assert!(found.settings.is_empty());
}

#[test]
fn a_mirror_replaces_and_removes_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    let key = |id: &str| Key { kind: Kind::Device, id: id.into() };
    let mirror = |put, gone| Write::Mirror { put, gone, meta: json!(1) };
    store.write(mirror(vec![device("e0", "a"), device("e1", "b"), device("e2", "c")], vec![])).unwrap();
    store.write(mirror(vec![device("e0", "new")], vec![key("e1")])).unwrap();
    drop(store);

    let found = loaded(dir.path()).documents;
    let told = |d: &mirror::Document| (d.key.id.clone(), d.secret.as_ref().unwrap().expose().to_owned());
    let told: Vec<_> = found.iter().map(told).collect();
    assert_eq!(told, [("e0".into(), "new".into()), ("e2".into(), "c".into())]);
}

#[test]
fn call_records_are_read_page_by_page_newest_first() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    store.write(Batch((0..5).map(|n| Write::Record(record(n))).collect())).unwrap();
    let reader = store.reader();
    let first = reader.call_records(None, 3).unwrap();
    assert_eq!(first.records, [record(4), record(3), record(2)]);
    let second = reader.call_records(first.older, 3).unwrap();
    assert_eq!((second.records, second.older), (vec![record(1), record(0)], None));
    assert_eq!(reader.counts().unwrap().call_records, 5);
}

#[test]
fn a_call_record_is_found_by_its_number() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    store.write(Batch((0..5).map(|n| Write::Record(record(n))).collect())).unwrap();
    let reader = store.reader();
    let page = reader.call_records(None, 3).unwrap();
    assert_eq!(page.numbers.len(), 3);
    for (number, record) in page.numbers.iter().zip(&page.records) {
        assert_eq!(reader.call_record(*number).unwrap().as_ref(), Some(record));
    }
    let gone = page.numbers[0] + 1;
    assert_eq!([gone, -1, i64::MAX].map(|number| reader.call_record(number).unwrap()), [None, None, None]);
    store.write(Write::ForgetRecords).unwrap();
    assert_eq!(reader.call_record(page.numbers[0]).unwrap(), None);
}

/// Whether the bytes stand in any file of the folder.
fn stands(dir: &std::path::Path, bytes: &str) -> bool {
    let files = std::fs::read_dir(dir).unwrap().filter_map(Result::ok);
    let mut files = files.filter_map(|file| std::fs::read(file.path()).ok());
    files.any(|file| file.windows(bytes.len()).any(|found| found == bytes.as_bytes()))
}

#[test]
fn a_record_made_shorter_or_forgotten_leaves_nothing_on_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    let with = |number: &str| {
        let mut record = record(1);
        number.clone_into(&mut record.callee.number);
        record
    };
    store.write(Batch(vec![Write::Record(record(0)), Write::Record(with("+49305559999"))])).unwrap();
    assert!(stands(dir.path(), "+49305559999"));
    store.write(Batch(vec![Write::Shorten(vec![with("+49305559xxx")]), Write::Wipe])).unwrap();
    assert!(!stands(dir.path(), "+49305559999"));
    let kept = store.reader().call_records(None, 9).unwrap().records;
    assert_eq!(kept, [with("+49305559xxx"), record(0)], "in the same order");
    store.write(Batch(vec![Write::ForgetRecords, Write::Wipe])).unwrap();
    assert!(!stands(dir.path(), "+49305559xxx"));
    assert_eq!(store.reader().counts().unwrap().call_records, 0);
}

#[test]
fn the_voice_of_a_call_is_judged_after_its_record() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    let leg = LegVoice {
        packets: 3_050,
        jitter: Duration::from_micros(4_250),
        mos: Some(437),
        ..LegVoice::default()
    };
    let silent = LegVoice { unheard: Some(Unheard::Elsewhere), ..LegVoice::default() };
    let voice = CallVoice { caller: leg, callee: silent };
    store.write(Batch(vec![Write::Record(record(0)), Write::Record(record(1))])).unwrap();
    store.write(Write::Judge { call: record(0).id, voice: Box::new(voice) }).unwrap();
    store.write(Write::Judge { call: "never recorded".into(), voice: Box::new(voice) }).unwrap();
    let kept = store.reader().call_records(None, 9).unwrap().records;
    assert_eq!(
        kept,
        [record(1), CallRecord { voice: Some(Box::new(voice)), ..record(0) }],
        "in the same order"
    );
}

#[test]
fn what_a_phone_says_of_a_call_stands_on_its_own_side() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    let device = |id: &str| id.parse::<DeviceId>().unwrap();
    let mut call = record(0);
    (call.caller.device, call.callee.device) = (Some(device("e0")), Some(device("e1")));
    let said = |lost| PhoneVoice { lost: Some(lost), ..PhoneVoice::default() };
    let report = |id, lost| Write::Report { call: record(0).id, device: device(id), voice: said(lost) };
    let voice = Box::new(CallVoice::default());
    store
        .write(Batch(vec![Write::Record(call.clone()), Write::Judge { call: record(0).id, voice }]))
        .unwrap();
    store.write(Batch(vec![report("e0", 1), report("e1", 2), report("e9", 3)])).unwrap();
    let kept = store.reader().call_records(None, 9).unwrap().records;
    let voice = kept[0].voice.as_deref().unwrap();
    assert_eq!((voice.caller.phone, voice.callee.phone), (Some(said(1)), Some(said(2))));
}

#[test]
fn a_command_may_write_beside_the_running_daemon() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    store.write(Write::Setting { key: "admin".into(), value: "old".into() }).unwrap();
    write_beside(dir.path(), Write::Setting { key: "admin".into(), value: "new".into() }).unwrap();
    let secret = Write::SecretSetting { key: "code".into(), value: Secret::new("1234".into()) };
    write_beside(dir.path(), secret).unwrap();
    assert_eq!(store.reader().setting("admin").unwrap().as_deref(), Some("new"));
    assert_eq!(store.reader().secret_setting("code").unwrap().unwrap().expose(), "1234");
    assert!(open(dir.path()).is_err_and(|e| e.to_string().contains("another gatehouse")));
}

#[test]
fn a_closed_store_takes_nothing_and_leaves_an_empty_log() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    let ticket = store.submit(Write::Bind(binding(1))).unwrap();
    assert_eq!(ticket, crate::Ticket(1));
    store.close().unwrap();
    assert_eq!(store.submit(Write::Bind(binding(2))), Err(SubmitRefused::Closed));
    drop(store);
    assert_eq!(std::fs::metadata(dir.path().join("gatehouse.db-wal")).unwrap().len(), 0);
    assert_eq!(loaded(dir.path()).bindings.len(), 1);
}
