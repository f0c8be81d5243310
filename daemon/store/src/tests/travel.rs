//! The database travels to another box.

use std::path::Path;
use std::time::SystemTime;

use account::Secret;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::help::{binding, device, loaded, message, open, record};
use crate::database::DATABASE;
use crate::migrate::STEPS;
use crate::{Batch, OpenFailed, Session, StoreFault, Write, adopt, copy_to};

/// A box at work, and the folder into which its database and key were copied.
fn copied() -> (TempDir, TempDir) {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (store, _, _) = open(here.path()).unwrap();
    let session =
        Session { key: [7; 32], opened: SystemTime::now(), seen: SystemTime::now(), holder: json!("anna") };
    let put = vec![device("e0", "opensesame")];
    store
        .write(Batch(vec![
            Write::Bind(binding(1)),
            Write::Record(record(1)),
            Write::Message(message("a", false)),
            Write::Mirror { put, gone: vec![], meta: 1.into() },
            Write::SecretSetting { key: "t".into(), value: Secret::new("hunter2".into()) },
            Write::KeepCall { name: "up".into(), call: Secret::new("keys".into()) },
            Write::SetSession(session),
        ]))
        .unwrap();
    copy_to(here.path(), &there.path().join(DATABASE)).unwrap();
    store.write(Write::Record(record(2))).unwrap();
    std::fs::copy(here.path().join("secret.key"), there.path().join("secret.key")).unwrap();
    (here, there)
}

fn changed(there: &Path, sql: &str) {
    Connection::open(there.join(DATABASE)).unwrap().execute_batch(sql).unwrap();
}

fn setting() -> Write {
    Write::Setting { key: "restored".into(), value: "now".into() }
}

#[test]
fn a_copy_made_at_work_serves_on_another_box_without_its_calls_browsers_and_messages() {
    let (_here, there) = copied();
    adopt(there.path(), setting()).unwrap();
    let found = loaded(there.path());
    assert_eq!((found.bindings.len(), found.documents.len(), found.unreadable), (1, 1, 0));
    assert_eq!(found.secret_settings["t"].expose(), "hunter2");
    assert_eq!(found.settings["restored"], "now");
    assert!(found.calls.is_empty() && found.sessions.is_empty() && found.messages.is_empty());
    let (store, _, _) = open(there.path()).unwrap();
    assert_eq!(store.reader().counts().unwrap().call_records, 1, "of one moment");
}

#[test]
fn a_copy_of_an_older_version_is_brought_up_to_date() {
    let (_here, there) = copied();
    changed(there.path(), "DROP TABLE call; DROP TABLE message; PRAGMA user_version = 3;");
    adopt(there.path(), setting()).unwrap();
    assert_eq!(loaded(there.path()).settings["restored"], "now");
}

#[test]
fn what_cannot_serve_is_named() {
    let (_here, there) = copied();
    changed(there.path(), &format!("PRAGMA user_version = {}", STEPS.len() + 1));
    assert!(matches!(adopt(there.path(), setting()), Err(OpenFailed::Newer { .. })));

    let (_here, there) = copied();
    std::fs::write(there.path().join("secret.key"), [1; 32]).unwrap();
    assert!(matches!(adopt(there.path(), setting()), Err(OpenFailed::KeyWrong { .. })));

    for bad in [vec![0x5A; 30_000], vec![]] {
        let (_here, there) = copied();
        std::fs::write(there.path().join(DATABASE), bad).unwrap();
        let damaged = adopt(there.path(), setting());
        assert!(
            matches!(damaged, Err(OpenFailed::Database { fault: StoreFault::Damaged, .. })),
            "{damaged:?}"
        );
    }
}
