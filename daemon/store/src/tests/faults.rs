use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime};

use super::help::{binding, device, open};
use crate::database::{DATABASE, connect};
use crate::queue::{Queue, Queued, newest_only};
use crate::writer::Writer;
use crate::{Notice, QUEUE_ROWS, Reader, StoreFault, SubmitRefused, Ticket, Write};

/// The writing half without its thread, so that time is ours.
struct Bench {
    writer: Writer,
    queue: Arc<Queue>,
    notices: Receiver<Notice>,
    now: Instant,
    reader: Reader,
    _dir: tempfile::TempDir,
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let opened = crate::open::open(dir.path(), SystemTime::now()).unwrap();
    let reader = Reader::open(&dir.path().join(DATABASE), opened.seal.clone()).unwrap();
    let (tell, notices) = channel();
    let queue = Arc::new(Queue::default());
    let notify = Box::new(move |notice| tell.send(notice).unwrap());
    let path = dir.path().join(DATABASE);
    let nobody = channel().0;
    let writer = Writer::new(Arc::clone(&queue), path, opened.db.ok(), opened.seal, notify, nobody);
    Bench { writer, queue, notices, now: Instant::now(), reader, _dir: dir }
}

impl Bench {
    /// One turn of the thread, `later` after the one before.
    fn round(&mut self, later: Duration) -> Vec<Notice> {
        self.now += later;
        let taken = self.queue.take(Some(Duration::ZERO));
        self.writer.round(taken.batches, false, self.now);
        self.notices.try_iter().collect()
    }

    fn submit(&self, write: Write) -> Ticket {
        self.queue.push(write.into(), None).unwrap()
    }

    fn pages_at_most(&self, pages: u32) {
        self.db().pragma_update(None, "max_page_count", pages).unwrap();
    }

    fn db(&self) -> &rusqlite::Connection {
        self.writer.db.as_ref().unwrap()
    }
}

fn large_setting(key: &str) -> Write {
    Write::Setting { key: key.into(), value: "x".repeat(200_000) }
}

#[test]
fn a_full_disk_is_told_once_and_everything_is_written_when_there_is_room() {
    let mut bench = bench();
    bench.pages_at_most(20);
    let first = bench.submit(large_setting("a"));
    let full = StoreFault::DiskFull;
    let postponed = |t| Notice::Postponed { from: t, to: t, fault: full };
    assert_eq!(bench.round(Duration::ZERO), [Notice::Trouble(full), postponed(first)]);
    let second = bench.submit(Write::Bind(binding(1)));
    bench.pages_at_most(1_000_000);
    assert_eq!(bench.round(Duration::from_millis(1)), [postponed(second)], "too early to try again");
    bench.pages_at_most(20);
    assert_eq!(bench.round(Duration::from_millis(300)), [], "tried again, said already");
    assert_eq!(bench.queue.waiting(), 2);

    bench.pages_at_most(1_000_000);
    let done = bench.round(Duration::from_secs(1));
    let after = Duration::from_millis(1301);
    assert_eq!(done, [Notice::Works { after }, Notice::Committed { up_to: second }]);
    assert_eq!(bench.queue.waiting(), 0);
    assert_eq!(bench.reader.counts().unwrap().bindings, 1);
    assert_eq!(bench.reader.setting("a").unwrap().map(|s| s.len()), Some(200_000));
}

#[test]
fn a_commit_waits_until_the_disk_has_it() {
    let bench = bench();
    let full: u8 = bench.db().query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
    let log: String = bench.db().query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!((full, log.as_str()), (2, "wal"));
}

#[test]
fn a_batch_that_can_never_be_written_is_refused_alone() {
    let mut bench = bench();
    bench.submit(Write::Bind(binding(1)));
    let bad = bench.submit(Write::Setting { key: "bad".into(), value: String::new() });
    let last = bench.submit(Write::Bind(binding(2)));
    let never =
        "CREATE TEMP TRIGGER never BEFORE INSERT ON main.setting BEGIN SELECT RAISE(ABORT, 'no'); END";
    bench.db().execute_batch(never).unwrap();
    let notices = bench.round(Duration::ZERO);
    assert!(matches!(notices[0], Notice::Refused { ticket, fault: StoreFault::Ours(_) } if ticket == bad));
    assert_eq!(notices[1..], [Notice::Committed { up_to: last }]);
    assert_eq!((bench.reader.counts().unwrap().bindings, bench.queue.waiting()), (2, 0));
}

#[test]
fn phones_that_register_again_and_again_do_not_fill_the_queue_of_a_full_disk() {
    let mut bench = bench();
    bench.pages_at_most(1);
    for n in 0..2000 {
        bench.submit(Write::Bind(binding(n % 100)));
    }
    bench.round(Duration::ZERO);
    assert_eq!(bench.queue.waiting(), 100);
}

#[test]
fn leaving_out_older_writes_ends_in_the_same_state() {
    let queued =
        |n, writes| Queued { ticket: Ticket(n), handed_over: SystemTime::now(), writes, waiter: None };
    let user = binding(1).user;
    let kept = newest_only(vec![
        queued(1, vec![Write::Bind(binding(1)), Write::Bind(binding(2))]),
        queued(2, vec![Write::UnbindAll { user }]),
        queued(3, vec![Write::Bind(binding(1))]),
    ]);
    let told: Vec<String> = kept.iter().flat_map(|q| &q.writes).map(|w| format!("{w:.0?}")).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].contains("e2") && told[1].contains("UnbindAll") && told[2].contains("e1"));
}

#[test]
fn a_full_queue_takes_nothing_and_loses_nothing() {
    let queue = Queue::default();
    for n in 1..=QUEUE_ROWS as u64 {
        assert_eq!(queue.push(Write::Bind(binding(1)).into(), None), Ok(Ticket(n)));
    }
    let one_more = || queue.push(Write::Bind(binding(1)).into(), None);
    assert_eq!(one_more(), Err(SubmitRefused::QueueFull));
    assert_eq!(queue.take(None).batches.len(), QUEUE_ROWS);
    assert_eq!(one_more(), Err(SubmitRefused::QueueFull), "taken is not yet on disk");
    queue.settle(QUEUE_ROWS);
    assert_eq!(one_more(), Ok(Ticket(QUEUE_ROWS as u64 + 1)));
}

#[test]
fn whoever_waits_hears_of_the_fault_and_the_write_is_still_kept() {
    let mut bench = bench();
    bench.pages_at_most(1);
    let (waiter, outcome) = std::sync::mpsc::sync_channel(1);
    bench.queue.push(large_setting("a").into(), Some(waiter)).unwrap();
    bench.round(Duration::ZERO);
    assert_eq!(outcome.recv(), Ok(Err(StoreFault::DiskFull)));
    bench.pages_at_most(1_000_000);
    bench.round(Duration::from_secs(60));
    assert!(bench.reader.setting("a").unwrap().is_some());
}

#[test]
fn a_listener_that_panics_does_not_leave_others_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, ear) = open(dir.path()).unwrap();
    drop(ear);
    store.write(Write::Bind(binding(1))).unwrap();
    let config = crate::Config { dir: tempfile::tempdir().unwrap().path().to_owned() };
    let (broken, _) = crate::Store::open(&config, |_| panic!("a mistake in the binary")).unwrap();
    let _ = broken.submit(Write::Bind(binding(1)));
    assert_eq!(broken.close(), Err(StoreFault::Closed));
    assert_eq!(broken.submit(Write::Bind(binding(2))), Err(SubmitRefused::Closed));
}

#[test]
fn e16_a_database_that_another_program_keeps_is_read_from_its_copy_and_written_once_it_is_free() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _, _) = open(dir.path()).unwrap();
    let put = vec![device("e2", "geheim")];
    store.write(Write::Mirror { put, gone: vec![], meta: 1.into() }).unwrap();
    drop(store);
    crate::copy::make(&connect(&dir.path().join(DATABASE)).unwrap(), dir.path()).unwrap();
    let other = connect(&dir.path().join(DATABASE)).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let (store, loaded, ear) = open(dir.path()).unwrap();
    assert_eq!(loaded.documents[0].secret, device("e2", "geheim").secret, "the line and its password");
    assert_eq!(ear.next(), Notice::Trouble(StoreFault::Locked));
    let ticket = store.submit(Write::Bind(binding(1))).unwrap();
    let waits = Notice::Postponed { from: ticket, to: ticket, fault: StoreFault::Locked };
    assert_eq!(ear.next(), waits);
    assert_eq!(store.reader().counts().unwrap().documents, 1, "the page reads the copy");
    drop(other);
    assert!(matches!(ear.next(), Notice::Works { .. }));
    ear.committed(ticket);
    assert_eq!(store.reader().counts().unwrap().bindings, 1, "and then the database");
}
