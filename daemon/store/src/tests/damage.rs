use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rusqlite::Connection;

use super::help::{binding, loaded, open, record};
use crate::database::{DATABASE, GOOD_COPY, connect, connect_to_read};
use crate::migrate::{STEPS, migrate, version};
use crate::{Batch, OpenFailed, Restored, Write, copy};

/// A closed directory with a good copy of one binding, and a second binding since.
fn two_bindings(dir: &Path) {
    let (store, _, _) = open(dir).unwrap();
    let calls = (0..200).map(|n| Write::Record(record(n)));
    store.write(Batch(calls.chain([Write::Bind(binding(1))]).collect())).unwrap();
    store.close().unwrap();
    copy::make(&connect_to_read(&dir.join(DATABASE)).unwrap(), dir).unwrap();
    let (store, _, _) = open(dir).unwrap();
    store.write(Write::Bind(binding(2))).unwrap();
    store.close().unwrap();
    // The start made a copy of its own, before the second binding or after it: only the first counts here.
    copy_of_one(dir);
}

fn copy_of_one(dir: &Path) {
    let good = connect(&dir.join(GOOD_COPY)).unwrap();
    good.execute("DELETE FROM binding WHERE user = '7654321e2'", []).unwrap();
    good.execute_batch("PRAGMA journal_mode = DELETE").unwrap();
}

fn overwrite_middle(path: &Path) {
    let file = File::options().write(true).open(path).unwrap();
    let half = file.metadata().unwrap().len() / 2;
    file.write_all_at(&[0xA5; 12_000], half).unwrap();
}

#[test]
fn a_broken_database_steps_aside_for_the_good_copy() {
    let garbage = |path: &Path| std::fs::write(path, vec![0x5A; 30_000]).unwrap();
    let truncated = |path: &Path| {
        let file = File::options().write(true).open(path).unwrap();
        file.set_len(file.metadata().unwrap().len() - 9_000).unwrap();
    };
    let ways = [&garbage as &dyn Fn(&Path), &truncated, &overwrite_middle];
    for (name, break_it) in ["garbage", "truncated", "overwritten"].into_iter().zip(ways) {
        let dir = tempfile::tempdir().unwrap();
        two_bindings(dir.path());
        break_it(&dir.path().join(DATABASE));
        let broken = std::fs::read(dir.path().join(DATABASE)).unwrap();

        let found = loaded(dir.path());
        let recovered = found.recovered.expect(name);
        assert!(matches!(recovered.restored, Restored::GoodCopy { age } if age < Duration::from_secs(60)));
        assert!(std::fs::read(&recovered.aside).unwrap() == broken, "{name}: kept as it was");
        assert_eq!(found.bindings.iter().map(|b| b.cseq).collect::<Vec<_>>(), [1], "{name}");
        assert_eq!(loaded(dir.path()).recovered, None, "{name}");
    }
}

#[test]
fn a_database_that_vanished_or_was_emptied_comes_back_from_the_good_copy() {
    let emptied = |path: &Path| std::fs::write(path, []).unwrap();
    let removed = |path: &Path| std::fs::remove_file(path).unwrap();
    for lose_it in [&emptied as &dyn Fn(&Path), &removed] {
        let dir = tempfile::tempdir().unwrap();
        two_bindings(dir.path());
        lose_it(&dir.path().join(DATABASE));
        let found = loaded(dir.path());
        assert!(matches!(found.recovered.unwrap().restored, Restored::GoodCopy { .. }));
        assert_eq!(found.bindings.len(), 1);
    }
}

#[test]
fn without_a_sound_copy_it_starts_empty_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    two_bindings(dir.path());
    overwrite_middle(&dir.path().join(DATABASE));
    overwrite_middle(&dir.path().join(GOOD_COPY));
    let found = loaded(dir.path());
    assert_eq!(found.recovered.unwrap().restored, Restored::Empty);
    assert!(found.bindings.is_empty());
}

#[test]
fn a_good_copy_is_made_at_start() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    let good = dir.path().join(GOOD_COPY);
    let waiting = std::time::Instant::now();
    while !good.exists() && waiting.elapsed() < Duration::from_secs(20) {
        std::thread::yield_now();
    }
    assert_eq!(version(&connect_to_read(&good).unwrap()).unwrap(), STEPS.len());
    store.close().unwrap();
}

#[test]
fn a_newer_database_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    two_bindings(dir.path());
    let path = dir.path().join(DATABASE);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(open(dir.path()).err().unwrap(), OpenFailed::Newer { found: 99, .. }));
    assert!(matches!(
        crate::write_beside(dir.path(), Batch::default()),
        Err(OpenFailed::Newer { found: 99, .. })
    ));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_of_version_1_is_taken_to_version_2_or_left_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(DATABASE);
    let first = include_str!("../../migrations/0001_first.sql");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(&format!("{first}; PRAGMA user_version = 1")).unwrap();
    old.execute("INSERT INTO setting VALUES ('language', 'de')", []).unwrap();
    drop(old);

    let mut db = connect(&path).unwrap();
    let half_wrong = "CREATE TABLE voicemail (id TEXT); INSERT INTO nowhere VALUES (1);";
    assert!(migrate(&mut db, &[first, half_wrong]).is_err());
    assert_eq!(version(&db).unwrap(), 1);
    migrate(&mut db, &[first, "CREATE TABLE voicemail (id TEXT);"]).unwrap();
    assert_eq!(version(&db).unwrap(), 2);
    let kept: String = db.query_row("SELECT value FROM setting", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, "de");
}

#[test]
fn a_clock_that_went_back_never_lengthens_a_binding() {
    let dir = tempfile::tempdir().unwrap();
    two_bindings(dir.path());
    let past = SystemTime::now() - Duration::from_secs(86_400 * 365);
    let opened = crate::open::open(dir.path(), past).unwrap();
    assert!(opened.loaded.bindings.iter().all(|b| b.remaining == Duration::from_secs(3600)));
}
