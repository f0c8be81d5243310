//! The process is killed, or the power goes, at any moment: what was told as committed is there.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use super::help::{binding, loaded, open};
use crate::{Notice, Store, Write};

const SCRIBE: &str = "STORE_TEST_SCRIBE";

/// Not a test by itself: the process that the next one kills. It says which tickets it was told are committed.
#[test]
fn scribe() {
    let Some(dir) = std::env::var_os(SCRIBE) else { return };
    let (store, _) = Store::open(&crate::Config { dir: dir.into() }, |notice| {
        if let Notice::Committed { up_to } = notice {
            let mut out = std::io::stdout().lock();
            writeln!(out, "committed {}", up_to.0).unwrap();
            out.flush().unwrap();
        }
    })
    .unwrap();
    for n in 1.. {
        while store.waiting() > 200 {
            std::thread::yield_now();
        }
        store.submit(Write::Bind(binding(n))).unwrap();
    }
}

#[test]
fn a_kill_in_the_middle_of_writing_loses_nothing_that_was_told() {
    let dir = tempfile::tempdir().unwrap();
    for lines in [1, 2, 5, 11] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::cuts::scribe", "--nocapture"])
            .env(SCRIBE, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut told = out.by_ref().filter_map(|line| line.strip_prefix("committed ")?.parse::<usize>().ok());
        let at_kill = told.by_ref().take(lines).last().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let last = told.last().unwrap_or(at_kill);
        let found = loaded(dir.path());
        assert_eq!(found.recovered, None);
        let numbers: std::collections::HashSet<u32> = found.bindings.iter().map(|b| b.cseq).collect();
        assert!((1..=u32::try_from(last).unwrap()).all(|n| numbers.contains(&n)), "{last} were told");
    }
}

/// The log as a power cut leaves it: whole up to a point, and after that nothing, zeros or noise.
#[test]
fn five_hundred_cuts_of_the_log_lose_nothing_that_was_committed_before() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, ear) = open(dir.path()).unwrap();
    let log = dir.path().join("gatehouse.db-wal");
    let mut committed = vec![(0, std::fs::metadata(&log).unwrap().len())];
    for n in 1..=60 {
        let ticket = store.submit(Write::Bind(binding(n))).unwrap();
        ear.committed(ticket);
        committed.push((n, std::fs::metadata(&log).unwrap().len()));
    }
    let frozen = in_memory();
    copy_files(dir.path(), frozen.path());
    drop(store);

    let whole = std::fs::read(frozen.path().join("gatehouse.db-wal")).unwrap();
    let floor = usize::try_from(committed[0].1).unwrap();
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    for cut_number in 0..500 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = floor + usize::try_from(random >> 33).unwrap() % (whole.len() - floor + 1);
        let cut = in_memory();
        copy_files(frozen.path(), cut.path());
        let mut log = whole[..at].to_vec();
        match cut_number % 3 {
            0 => {}
            1 => log.resize(whole.len(), 0),
            _ => log.resize(whole.len(), 0xE7),
        }
        std::fs::write(cut.path().join("gatehouse.db-wal"), log).unwrap();
        let promised = committed.iter().rfind(|(_, length)| *length <= at as u64).unwrap().0;
        let opened = crate::open::open(cut.path(), std::time::SystemTime::now()).unwrap();
        assert_eq!(opened.loaded.recovered, None, "cut at {at}");
        let mut found: Vec<u32> = opened.loaded.bindings.iter().map(|b| b.cseq).collect();
        found.sort_unstable();
        assert!(found.len() >= promised as usize, "cut at {at}: {} of {promised}", found.len());
        assert!(found.into_iter().zip(1..).all(|(found, n)| found == n), "no gaps");
    }
}

/// What is cut by hand need not reach a disk, which makes five hundred of it quick.
fn in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap()
}

fn copy_files(from: &Path, to: &Path) {
    for name in ["gatehouse.db", "gatehouse.db-wal", "secret.key"] {
        std::fs::copy(from.join(name), to.join(name)).unwrap();
    }
}
