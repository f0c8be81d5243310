//! A house becomes a file while it works, and the file another house.

use std::sync::Arc;
use std::time::SystemTime;

use account::Secret;
use backup::Passphrase;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use store::{Loaded, Store, Write};
use tempfile::TempDir;
use web::{Act, Deed, Pieces, Restoring};

use super::super::notices::Notices;
use super::{Backups, DAY, FIRST, MADE, Missing, OLD, missing};
use crate::config::{self, Config};

fn opened(folder: &TempDir) -> (Arc<Store>, Loaded) {
    let (store, loaded) = Store::open(&store::Config { dir: folder.path().to_owned() }, drop).unwrap();
    (Arc::new(store), loaded)
}

/// The configuration of a box with these data, in a file beside them.
fn configured(folder: &TempDir) -> Config {
    let config = config::load(&folder.path().join("own.toml"), false).unwrap();
    Config { data: folder.path().to_owned(), ..config }
}

fn house() -> (TempDir, Backups, Notices) {
    let (folder, notices) = (tempfile::tempdir().unwrap(), Notices::default());
    let (store, _) = opened(&folder);
    store.write(Write::SecretSetting { key: "t".into(), value: Secret::new("hunter2".into()) }).unwrap();
    let backups = Backups::new(&configured(&folder), &store, &notices);
    (folder, backups, notices)
}

fn words() -> Passphrase {
    Passphrase::typed("ein langer Satz".to_owned())
}

async fn fetched(backups: &Backups) -> Vec<Result<Bytes, String>> {
    backups.make(words()).await.unwrap().collect().await
}

fn restoring(pieces: Vec<Result<Bytes, String>>, with: Passphrase) -> Restoring<'static> {
    let act = Act::Did { method: "POST".into(), route: "/backup/restore".into() };
    let by = Deed {
        at: SystemTime::UNIX_EPOCH,
        who: "anna".into(),
        from: String::new(),
        act,
        about: String::new(),
    };
    let pieces: Pieces<'static> = Box::pin(stream::iter(pieces));
    Restoring { with, by, pieces }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_at_work_becomes_a_file_and_the_file_another_house() {
    let (here, backups, _) = house();
    let file = fetched(&backups).await;
    assert!(!here.path().join(super::COPY).exists(), "nothing is left of the copy");
    let made = backups.shown().await.unwrap().made;
    assert!(made.is_some());

    let (there, others, _) = house();
    others.restore(restoring(file, words())).await.unwrap();
    assert!(*others.watch().borrow(), "it wants to start anew");
    drop(others);
    assert!(backup::take_over(there.path()).unwrap());
    let (store, loaded) = opened(&there);
    assert_eq!(loaded.secret_settings["t"].expose(), "hunter2");
    assert_eq!(loaded.settings.get(MADE).and_then(|text| text.parse().ok()), made);
    let deeds = store.reader().deeds(None, 10).unwrap().deeds;
    assert_eq!(deeds[0]["who"], "anna", "its log says who did it");
    let shown = Backups::new(&configured(&there), &store, &Notices::default()).shown().await.unwrap();
    assert_eq!(shown.restored.map(|restored| restored.made), made);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_changes_nothing_and_the_next_try_is_free() {
    let (_here, backups, _) = house();
    let file = fetched(&backups).await;
    let (there, others, _) = house();
    let wrong = others.restore(restoring(file.clone(), Passphrase::typed("ein anderer Satz".into()))).await;
    assert!(wrong.unwrap_err().en.contains("not made with this passphrase"));
    let mut cut = file.clone();
    cut.pop();
    assert!(others.restore(restoring(cut, words())).await.unwrap_err().en.contains("not complete"));
    let mut gone = file.clone();
    gone.insert(1, Err("the browser went away".to_owned()));
    assert!(others.restore(restoring(gone, words())).await.unwrap_err().en.contains("went away"));
    assert!(!*others.watch().borrow());
    let left = ["half", "ready"].map(|name| there.path().join("restore").join(name).exists());
    assert_eq!(left, [false, false], "nothing is left of it");
    others.restore(restoring(file, words())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_at_a_time() {
    let (_here, backups, _) = house();
    let first = backups.make(words()).await.unwrap();
    assert!(backups.make(words()).await.is_err_and(|busy| busy.en.contains("right now")));
    assert!(backups.restore(restoring(vec![], words())).await.is_err());
    let pieces: Vec<_> = first.collect().await;
    assert!(pieces.iter().all(Result::is_ok));
}

#[test]
fn somebody_is_reminded_after_a_week_without_and_after_ninety_days() {
    let now = 1_800_000_000;
    assert_eq!(missing(now - FIRST, None, now), None);
    assert_eq!(missing(now - FIRST - 1, None, now), Some(Missing::Any));
    assert_eq!(missing(0, Some(now - OLD), now), None);
    assert_eq!(missing(0, Some(now - OLD - DAY), now), Some(Missing::Recent(91)));
    assert_eq!(missing(now + 5, Some(now + 5), now), None, "a clock that was set reminds nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reminder_goes_once_a_backup_was_made() {
    let (_here, backups, notices) = house();
    backups.store.write(super::setting(super::SINCE, 0)).unwrap();
    backups.look(super::seconds());
    assert_eq!(notices.all().len(), 1);
    fetched(&backups).await;
    assert_eq!(notices.all().len(), 0);
}
