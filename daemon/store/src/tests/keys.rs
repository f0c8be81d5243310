use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use account::Secret;
use rusqlite::Connection;

use super::help::{device, loaded, open};
use crate::{OpenFailed, Write};

fn filled(dir: &Path) {
    let (store, _, _) = open(dir).unwrap();
    let put = vec![device("e0", "opensesame"), device("e1", "swordfish")];
    let mirror = Write::Mirror { put, gone: vec![], meta: 1.into() };
    store.write(mirror).unwrap();
    store.write(Write::SecretSetting { key: "t".into(), value: Secret::new("hunter2".into()) }).unwrap();
}

#[test]
fn no_password_stands_in_any_file_and_nobody_else_may_read_them() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        for password in ["opensesame", "swordfish", "hunter2"] {
            assert!(!text.contains(password), "{password} in {}", path.display());
        }
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

#[test]
fn the_right_key_gone_or_wrong_is_named_with_its_file() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let key = dir.path().join("secret.key");
    let right = std::fs::read(&key).unwrap();
    std::fs::write(&key, [1; 32]).unwrap();
    let wrong = open(dir.path()).err().unwrap();
    assert!(matches!(wrong, OpenFailed::KeyWrong { .. }) && wrong.to_string().contains("secret.key"));
    std::fs::write(&key, b"short").unwrap();
    assert!(matches!(open(dir.path()).err().unwrap(), OpenFailed::KeyWrong { .. }));
    std::fs::remove_file(&key).unwrap();
    let missing = open(dir.path()).err().unwrap();
    assert!(matches!(missing, OpenFailed::KeyMissing { .. }) && missing.to_string().contains("secret.key"));
    std::fs::write(&key, right).unwrap();
    assert_eq!(loaded(dir.path()).secret_settings["t"].expose(), "hunter2");
}

#[test]
fn a_sealed_password_moved_to_another_row_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let db = Connection::open(dir.path().join("gatehouse.db")).unwrap();
    let swap = "UPDATE document SET sealed = (SELECT sealed FROM document WHERE id = 'e0') WHERE id = 'e1'";
    assert_eq!(db.execute(swap, []).unwrap(), 1);
    drop(db);
    let found = loaded(dir.path());
    assert_eq!((found.documents.len(), found.unreadable), (1, 1));
    assert_eq!(found.documents[0].key.id, "e0");
}
