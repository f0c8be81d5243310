use std::path::Path;
use std::time::{Duration, SystemTime};

use account::{CallParty, VoiceMessage};
use media::recording::{Recording, Sides};
use tempfile::TempDir;

use super::super::kept::tests::house;
use super::{Folder, Found, GreetingRefused};

fn message(id: &str) -> VoiceMessage {
    let (left, length) = (SystemTime::UNIX_EPOCH, Duration::from_secs(10));
    let (mailbox, caller) = ("v0".parse().unwrap(), CallParty::default());
    VoiceMessage { id: id.into(), mailbox, caller, left, length, heard: true }
}

fn recorded(folder: &Path, name: &str, moments: usize) {
    std::fs::create_dir_all(folder.join("messages")).unwrap();
    let file = std::fs::File::create(folder.join("messages").join(name)).unwrap();
    let mut recording = Recording::begin(file, Sides::Both).unwrap();
    (0..moments).for_each(|_| recording.write(&[[5; 160], [9; 160]]).unwrap());
    recording.end().unwrap();
}

fn tidied(dir: &TempDir, rows: Vec<VoiceMessage>) -> Found {
    let later = SystemTime::now() + Duration::from_secs(60);
    Folder::new(dir.path()).tidied(rows, &house(), later).unwrap()
}

fn files(dir: &TempDir) -> Vec<String> {
    let all = std::fs::read_dir(dir.path().join("messages")).unwrap();
    let mut all: Vec<String> = all.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

#[test]
fn rows_and_recordings_come_together_after_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    recorded(dir.path(), "both.wav", 500);
    recorded(dir.path(), "v1-lost.wav", 150);
    recorded(dir.path(), "v0-short.wav", 50);
    recorded(dir.path(), "v9-of-nobody.wav", 150);
    recorded(dir.path(), "deleted.gone", 150);
    std::fs::write(dir.path().join("messages/noise.wav"), b"RIFF").unwrap();
    let found =
        tidied(&dir, vec![message("both"), message("no-file"), message("noise"), message("../../up")]);
    let names: Vec<&str> = found.messages.iter().map(|(it, _)| it.id.as_str()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(
        found.messages.iter().find(|(it, _)| it.id == "both"),
        Some(&(message("both"), 500 * 640 + 44))
    );
    assert_eq!(found.lost, ["../../up", "no-file", "noise"]);
    let [again] = &found.again[..] else { panic!("{:?}", found.again) };
    assert_eq!((again.id.as_str(), again.mailbox.as_str(), again.heard), ("v1-lost", "v1", false));
    assert_eq!((again.length, again.caller.number.as_str()), (Duration::from_secs(3), ""));
    assert_eq!(found.nobodys, 1, "nobody hears what may be for somebody else");
    assert_eq!(files(&dir), ["account", "both.wav", "noise.wav", "v1-lost.wav", "v9-of-nobody.wav"]);
}

#[test]
fn what_is_being_recorded_is_left_alone_and_what_another_account_left_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    recorded(dir.path(), "v0-now.wav", 50);
    let found = Folder::new(dir.path()).tidied(vec![], &house(), SystemTime::UNIX_EPOCH).unwrap();
    assert!(found.messages.is_empty() && files(&dir).contains(&"v0-now.wav".to_owned()));
    std::fs::write(dir.path().join("messages/account"), "1111111").unwrap();
    recorded(dir.path(), "v0-theirs.wav", 500);
    assert!(tidied(&dir, vec![]).messages.is_empty());
    assert_eq!(files(&dir), ["account"]);
}

#[test]
fn a_deleted_recording_comes_back_or_goes_for_good() {
    let dir = tempfile::tempdir().unwrap();
    recorded(dir.path(), "a.wav", 100);
    let folder = Folder::new(dir.path());
    folder.set_aside("a", true).unwrap();
    assert!(folder.open("a").is_none());
    folder.set_aside("a", false).unwrap();
    assert_eq!(folder.open("a").unwrap().moments, 16_000);
    folder.set_aside("a", true).unwrap();
    folder.remove("a");
    assert!(folder.set_aside("a", false).is_err());
}

#[test]
fn the_account_s_recordings_are_out_of_sight_before_it_is_forgotten_and_gone_after() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path());
    folder.going().unwrap();
    recorded(dir.path(), "a.wav", 100);
    folder.going().unwrap();
    assert!(folder.open("a").is_none());
    folder.keep().unwrap();
    assert!(folder.open("a").is_some());
    folder.going().unwrap();
    folder.forget().unwrap();
    folder.keep().unwrap();
    assert!(folder.open("a").is_none());
    recorded(dir.path(), "b.wav", 100);
    folder.going().unwrap();
    assert!(tidied(&dir, vec![message("b")]).messages.is_empty(), "a crash between the two");
    assert!(!dir.path().join("messages.gone").exists());
}

#[test]
fn recordings_that_nobody_knows_go_when_their_time_is_over() {
    let dir = tempfile::tempdir().unwrap();
    recorded(dir.path(), "known.wav", 100);
    recorded(dir.path(), "nobodys.wav", 100);
    let (folder, keep) = (Folder::new(dir.path()), Duration::from_secs(3600));
    let known = ["known".to_owned()].into();
    folder.sweep(&known, SystemTime::now(), keep);
    assert_eq!(files(&dir).len(), 2);
    folder.sweep(&known, SystemTime::now() + 2 * keep, keep);
    assert_eq!(files(&dir), ["known.wav"]);
}

#[test]
fn a_greeting_is_kept_as_it_is_heard_and_a_bad_one_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, mailbox) = (Folder::new(dir.path()), "v0".parse().unwrap());
    let wave =
        |samples: u32| [web::wave_head(samples), vec![1; usize::try_from(samples * 2).unwrap()]].concat();
    assert_eq!(folder.greet(&mailbox, &wave(8_000)).unwrap().len(), 8_000);
    assert_eq!(folder.open_greeting(&mailbox).unwrap().moments, 8_000);
    assert_eq!(folder.greetings()[&mailbox].len(), 8_000);
    assert!(matches!(folder.greet(&mailbox, &wave(60 * 8_000 + 1)), Err(GreetingRefused::TooLong)));
    assert!(matches!(folder.greet(&mailbox, b"ID3"), Err(GreetingRefused::Clip(_))));
    assert_eq!(folder.greetings()[&mailbox].len(), 8_000);
    folder.ungreet(&mailbox).unwrap();
    folder.ungreet(&mailbox).unwrap();
    assert!(folder.greetings().is_empty() && folder.open_greeting(&mailbox).is_none());
}
