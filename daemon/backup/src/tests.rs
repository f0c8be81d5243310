//! A box becomes a file and a file a box again, or nothing at all.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use proptest::prelude::*;
use tempfile::TempDir;

use crate::contents::{Name, Packing, Unpacking};
use crate::sealed::{HEAD, PIECE, TAG};
use crate::{About, Passphrase, PassphraseRefused, RestoreRefused, inventory, pack, take_over, unpack};

fn words() -> Passphrase {
    Passphrase::new("ein langer Satz mit Wörtern".to_owned()).unwrap()
}

fn about() -> About {
    About { version: "0.1.0".to_owned(), made: 1_800_000_000, house: "Übungsbüro".to_owned() }
}

/// A data folder as a box has it.
fn house() -> TempDir {
    let house = tempfile::tempdir().unwrap();
    let files: &[(&str, &str)] = &[
        ("gatehouse.db", "as it lies there"),
        ("gatehouse.db-wal", "its log"),
        ("gatehouse.db.good", "yesterday"),
        ("secret.key", "key"),
        ("tls/root.key", "root"),
        ("drills/one.json", "{}"),
        ("greetings/v0.wav", "hello"),
        ("messages/v0-1.wav", "what a caller said"),
        ("emergency.json", "places"),
        ("emergency.json.new", "half written"),
        ("lock", ""),
        ("stay", "5"),
        ("box/page.update", "a version"),
        ("gatehouse.db.broken-1", "old"),
        ("gatehouse.toml", "one that an earlier backup brought"),
        ("gatehouse.toml.instead", "what it stands for"),
    ];
    for (name, text) in files {
        put(house.path(), name, text);
    }
    house
}

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Every file below a folder with its text.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            all.extend(
                files(&entry.path()).into_iter().map(|(below, text)| (format!("{name}/{below}"), text)),
            );
        } else {
            all.insert(name, fs::read_to_string(entry.path()).unwrap());
        }
    }
    all
}

fn backup_of(house: &Path) -> Vec<u8> {
    let (copy, settings) = (tempfile::NamedTempFile::new().unwrap(), tempfile::NamedTempFile::new().unwrap());
    fs::write(copy.path(), "a sound copy").unwrap();
    fs::write(settings.path(), "the configuration").unwrap();
    pack(house, (copy.path(), settings.path()), Vec::new(), &words(), &about()).unwrap()
}

fn refused(data: &Path, file: &[u8], passphrase: &Passphrase) -> RestoreRefused {
    let before = files(data);
    let refused = unpack(data, file, passphrase).unwrap_err();
    assert_eq!(files(data), before, "nothing was changed");
    refused
}

/// What a box restored from [`house`] has of it.
fn travelled() -> BTreeMap<String, String> {
    let files = [
        ("gatehouse.db", "a sound copy"),
        ("gatehouse.toml", "the configuration"),
        ("secret.key", "key"),
        ("tls/root.key", "root"),
        ("drills/one.json", "{}"),
        ("greetings/v0.wav", "hello"),
        ("emergency.json", "places"),
    ];
    files.map(|(name, text)| (name.to_owned(), text.to_owned())).into()
}

/// A box with another state, for which a backup has come.
fn another() -> TempDir {
    let other = tempfile::tempdir().unwrap();
    for name in [
        "gatehouse.db",
        "gatehouse.db-wal",
        "gatehouse.db.good",
        "secret.key",
        "tls/leaf.json",
        "gatehouse.toml.instead",
        "messages/v0-2.wav",
    ] {
        put(other.path(), name, "another");
    }
    put(other.path(), "box/page.update", "a version");
    other
}

fn staged(data: &Path) {
    let staged = unpack(data, Cursor::new(backup_of(house().path())), &words()).unwrap();
    assert_eq!((staged.about(), files(&staged.folder())), (&about(), travelled()));
    staged.settle().unwrap();
}

/// The state of the backup, and what belongs to the box itself.
fn is_new(data: &Path) {
    let mut expected = travelled();
    expected.insert("box/page.update".to_owned(), "a version".to_owned());
    expected.insert("lock".to_owned(), String::new());
    assert_eq!(files(data), expected);
}

#[test]
fn what_a_box_cannot_fetch_again_travels_to_another_and_nothing_else() {
    let other = another();
    staged(other.path());
    assert_eq!(
        fs::read_to_string(other.path().join("secret.key")).unwrap(),
        "another",
        "not before the start"
    );
    assert!(take_over(other.path()).unwrap());
    is_new(other.path());
    assert!(!take_over(other.path()).unwrap(), "once");
}

#[test]
fn wherever_the_power_fails_one_state_counts_whole() {
    let other = another();
    let before = files(other.path());
    let half = unpack(other.path(), Cursor::new(backup_of(house().path())), &words()).unwrap();
    let cut = other.path().join("restore/half");
    std::mem::forget(half);
    assert!(cut.exists());
    assert!(!take_over(other.path()).unwrap());
    let mut after = files(other.path());
    after.remove("lock");
    assert_eq!(after, before, "not settled: the old one");

    // While the old state is removed.
    staged(other.path());
    fs::remove_file(other.path().join("gatehouse.db")).unwrap();
    assert!(take_over(other.path()).unwrap());
    is_new(other.path());

    // While the new one is put in place.
    let other = another();
    staged(other.path());
    let restore = other.path().join("restore");
    fs::rename(restore.join("ready"), restore.join("moving")).unwrap();
    for old in
        ["gatehouse.db", "gatehouse.db-wal", "gatehouse.db.good", "secret.key", "gatehouse.toml.instead"]
    {
        fs::remove_file(other.path().join(old)).unwrap();
    }
    ["tls", "messages"].iter().for_each(|old| fs::remove_dir_all(other.path().join(old)).unwrap());
    fs::rename(restore.join("moving/secret.key"), other.path().join("secret.key")).unwrap();
    assert!(take_over(other.path()).unwrap());
    is_new(other.path());
}

#[test]
fn the_second_of_two_backups_counts() {
    let other = another();
    let newer = house();
    put(newer.path(), "emergency.json", "newer places");
    staged(other.path());
    unpack(other.path(), Cursor::new(backup_of(newer.path())), &words()).unwrap().settle().unwrap();
    assert!(take_over(other.path()).unwrap());
    assert_eq!(fs::read_to_string(other.path().join("emergency.json")).unwrap(), "newer places");
}

#[test]
fn nothing_is_taken_over_while_another_gatehouse_works_there() {
    let other = another();
    staged(other.path());
    let lock = fs::File::create(other.path().join("lock")).unwrap();
    lock.try_lock().unwrap();
    assert!(!take_over(other.path()).unwrap());
    drop(lock);
    assert!(take_over(other.path()).unwrap());
}

#[test]
fn each_wrong_file_is_refused_for_what_it_is() {
    let other = another();
    let file = backup_of(house().path());
    let wrong = Passphrase::typed("ein langer Satz mit Worten".to_owned());
    assert!(matches!(refused(other.path(), &file, &wrong), RestoreRefused::Passphrase));
    for foreign in [b"".as_slice(), b"PK\x03\x04", b"GATEHOUSE UPDATE 0.2.0"] {
        assert!(matches!(refused(other.path(), foreign, &words()), RestoreRefused::NotOurs));
    }
    let mut newer = file.clone();
    newer[16] = 2;
    assert!(matches!(refused(other.path(), &newer, &words()), RestoreRefused::Newer));
    let mut longer = file;
    longer.push(0);
    assert!(matches!(refused(other.path(), &longer, &words()), RestoreRefused::Damaged));
}

#[test]
fn a_backup_without_a_database_or_with_files_of_one_box_is_none() {
    let other = another();
    let of_this_box =
        ["lock", "box/page.update", "restore/ready/x", "gatehouse.db-wal", "gatehouse.toml.instead"];
    let with_database = of_this_box.map(|name| vec!["gatehouse.db", name]);
    for names in with_database.into_iter().chain([vec!["secret.key"]]) {
        let mut packing = Packing::begin(Vec::new(), &words(), &about()).unwrap();
        for name in &names {
            packing.file(&Name::parse(name).unwrap(), 1, b"x".as_slice()).unwrap();
        }
        let file = packing.end().unwrap();
        assert!(matches!(refused(other.path(), &file, &words()), RestoreRefused::Damaged), "{names:?}");
    }
}

#[test]
fn a_box_without_a_configuration_of_its_own_has_a_backup_without_one() {
    let (here, other) = (house(), another());
    let copy = tempfile::NamedTempFile::new().unwrap();
    let none = here.path().join("no/gatehouse.toml");
    let file = pack(here.path(), (copy.path(), &none), Vec::new(), &words(), &about()).unwrap();
    unpack(other.path(), file.as_slice(), &words()).unwrap().settle().unwrap();
    assert!(take_over(other.path()).unwrap());
    let brought = files(other.path()).into_keys().any(|name| name.starts_with("gatehouse.toml"));
    assert!(!brought, "nor is what an earlier one brought left");
}

#[test]
fn every_changed_byte_is_noticed() {
    let other = another();
    let file = backup_of(house().path());
    for place in 0..file.len() {
        let mut changed = file.clone();
        changed[place] ^= 0x20;
        let why = refused(other.path(), &changed, &words());
        let expected = match place {
            0..16 => matches!(why, RestoreRefused::NotOurs),
            16 => matches!(why, RestoreRefused::Newer),
            // The salt and the proof decide which passphrase is the right one.
            17..33 | 52..HEAD => matches!(why, RestoreRefused::Passphrase),
            _ => matches!(why, RestoreRefused::Damaged),
        };
        assert!(expected, "{place}: {why}");
    }
}

#[test]
fn an_open_backup_can_be_looked_into() {
    let clear = |kind: u8, name: &str, size: u64| {
        let length = u16::try_from(name.len()).unwrap().to_be_bytes();
        [&[0, 0, 0, 2][..], b"{}", &[kind], &length, name.as_bytes(), &size.to_be_bytes(), b"abc", &[0]]
            .concat()
    };
    let (about, files) = inventory(&clear(1, "tls/root.key", 3)).unwrap();
    assert_eq!((about, files), (About::default(), vec![("tls/root.key".to_owned(), 3)]));
    for damaged in [clear(2, "a", 3), clear(1, "../a", 3), clear(1, "a", 2), clear(1, "a", 5), vec![0; 3]] {
        assert!(matches!(inventory(&damaged), Err(RestoreRefused::Damaged)));
    }
    assert!(matches!(inventory(&clear(1, "a", u64::MAX)), Err(RestoreRefused::TooLarge)));
}

#[test]
fn names_lead_nowhere_else() {
    for bad in ["", "/etc/passwd", "..", "a/../b", "a//b", "a/", "./a", "a\n", "1/2/3/4/5/6/7/8/9"] {
        assert_eq!(Name::parse(bad), None, "{bad:?}");
    }
    assert_eq!(Name::parse("tls/root.key").unwrap().top(), "tls");
}

#[test]
fn a_passphrase_that_is_guessed_is_none() {
    let new = |typed: &str| Passphrase::new(typed.to_owned());
    assert_eq!(new("kurz"), Err(PassphraseRefused::TooSimple));
    assert_eq!(new("aaaaaaaaaaaaaaaa"), Err(PassphraseRefused::TooSimple));
    assert_eq!(new(&"abcdefgh".repeat(30)), Err(PassphraseRefused::TooLong));
    assert_eq!(format!("{:?}", words()), "Passphrase(..)");
}

/// One file of this size, sealed.
fn sealed(size: usize) -> (Vec<u8>, Vec<u8>) {
    let content: Vec<u8> = (0..=u8::MAX).cycle().take(size).collect();
    let mut packing = Packing::begin(Vec::new(), &words(), &about()).unwrap();
    packing.file(&Name::parse("a").unwrap(), size as u64, content.as_slice()).unwrap();
    (packing.end().unwrap(), content)
}

fn opened(file: &[u8]) -> Result<Vec<u8>, RestoreRefused> {
    let (mut unpacking, _) = Unpacking::begin(file, &words())?;
    let mut out = Vec::new();
    while let Some((_, size)) = unpacking.next()? {
        unpacking.content(size, &mut out)?;
    }
    unpacking.end()?;
    Ok(out)
}

#[test]
fn a_file_of_any_size_comes_back_also_where_a_piece_ends() {
    let (short, _) = sealed(0);
    let rest = PIECE - (short.len() - HEAD - TAG);
    for size in [0, 1, rest - 1, rest, rest + 1, rest + PIECE, 3 * PIECE] {
        let (file, content) = sealed(size);
        assert_eq!(opened(&file).unwrap(), content, "{size}");
    }
}

#[test]
fn pieces_keep_their_places() {
    let (file, _) = sealed(3 * PIECE);
    let one = PIECE + TAG;
    let mut swapped = file.clone();
    swapped[HEAD..HEAD + 2 * one].rotate_left(one);
    let mut without = file.clone();
    without.drain(HEAD + one..HEAD + 2 * one);
    let last_whole = file[..HEAD + 3 * one].to_vec();
    for changed in [swapped, without, last_whole] {
        assert!(matches!(opened(&changed), Err(RestoreRefused::Damaged)));
    }
}

proptest! {
    #[test]
    fn a_file_that_was_cut_is_noticed(size in 0..2 * PIECE, cut in any::<prop::sample::Index>()) {
        let (file, _) = sealed(size);
        let cut = cut.index(file.len());
        let why = opened(&file[..cut]).unwrap_err();
        prop_assert!(matches!(why, RestoreRefused::Damaged) || (cut < 16 && matches!(why, RestoreRefused::NotOurs)));
    }

    #[test]
    fn garbage_is_refused(garbage in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(opened(&garbage).is_err());
    }
}
