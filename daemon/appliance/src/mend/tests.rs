//! With the very programs the box has, on file systems in files.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, symlink};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use super::{Damage, mend, note, settle};
use crate::bench::Bench;

/// Large enough for a second superblock, in bytes.
const SIZE: u64 = 160 * 1024 * 1024;

/// A box with a data partition on which something is written.
struct Flashed {
    bench: Bench,
    device: PathBuf,
}

impl Flashed {
    fn new() -> Self {
        Self::with("metadata_csum")
    }

    /// With this feature of ext4, or with `^` before it without.
    fn with(feature: &str) -> Self {
        let bench = Bench::new("1.0.0");
        let device = bench.place().data_partition();
        File::create(&device).unwrap().set_len(SIZE).unwrap();
        for tool in ["e2fsck", "mke2fs"] {
            symlink(format!("/usr/sbin/{tool}"), bench.place().at("usr/sbin").join(tool)).unwrap();
        }
        let tree = bench.place().at("tree");
        fs::create_dir_all(tree.join("lib/private/gatehouse")).unwrap();
        fs::write(tree.join("lib/private/gatehouse/gatehouse.db"), "all the calls").unwrap();
        let mut make = Command::new("/usr/sbin/mke2fs");
        let made = make
            .args(["-q", "-F", "-t", "ext4", "-b", "4096", "-O", feature, "-d"])
            .arg(&tree)
            .arg(&device)
            .status();
        assert!(made.unwrap().success());
        Self { bench, device }
    }

    /// Whether it went well.
    fn mends(&self) -> bool {
        format!("{:?}", mend(self.bench.place())) == format!("{:?}", ExitCode::SUCCESS)
    }

    fn overwrites(&self, at: u64, length: usize) {
        let file = File::options().write(true).open(&self.device).unwrap();
        file.write_all_at(&vec![0xa5; length], at).unwrap();
    }

    fn damage(&self) -> Option<Damage> {
        fs::read(note(self.bench.place())).ok().map(|text| serde_json::from_slice(&text).unwrap())
    }

    /// What is in a file on it; empty when there is none.
    fn holds(&self, path: &str) -> String {
        let mut look = Command::new("/usr/sbin/debugfs");
        let out = look.args(["-R", &format!("cat {path}")]).arg(&self.device).output().unwrap();
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    fn calls(&self) -> String {
        self.holds("/lib/private/gatehouse/gatehouse.db")
    }

    fn is_sound(&self) -> bool {
        Command::new("/usr/sbin/e2fsck")
            .args(["-f", "-n"])
            .arg(&self.device)
            .output()
            .unwrap()
            .status
            .success()
    }
}

#[test]
fn a_sound_partition_is_left_alone() {
    let here = Flashed::new();
    assert!(here.mends());
    assert!(here.calls() == "all the calls" && here.damage().is_none());
    assert_eq!(here.bench.screen(), "");
}

#[test]
fn without_its_first_blocks_it_is_mended_and_the_data_stay() {
    let here = Flashed::new();
    here.overwrites(0, 16 * 1024);
    assert!(here.mends());
    assert!(here.is_sound() && here.calls() == "all the calls");
    let damage = here.damage().unwrap();
    assert!(!damage.anew && damage.written == 0 && damage.at > 1_700_000_000, "{damage:?}");
    assert!(here.bench.screen().contains("the data partition is damaged; mending it"));
}

/// A superblock that can be read, without a checksum, of a kind that the checker does not know: it looks at no other by itself.
#[test]
fn a_first_superblock_that_is_wrong_gives_way_to_the_second() {
    let here = Flashed::with("^metadata_csum");
    here.overwrites(1024 + 0x60, 4);
    assert!(here.mends());
    assert!(here.is_sound() && here.calls() == "all the calls");
    let damage = here.damage().unwrap();
    assert!(!damage.anew && damage.written > 1_700_000_000, "{damage:?}");
}

#[test]
fn beyond_repair_it_is_made_anew() {
    let here = Flashed::new();
    here.overwrites(0, usize::try_from(SIZE).unwrap());
    assert!(here.mends());
    assert!(here.is_sound() && here.calls().is_empty());
    assert!(here.damage().unwrap().anew);
    assert!(here.bench.screen().contains("the data partition was made anew"));
}

#[test]
fn a_disk_that_cannot_be_read_and_a_checker_that_cannot_run_destroy_nothing() {
    let here = Flashed::new();
    fs::remove_file(here.bench.place().at("usr/sbin/e2fsck")).unwrap();
    let before = fs::read(&here.device).unwrap();
    assert!(!here.mends() && fs::read(&here.device).unwrap() == before);
    fs::remove_file(&here.device).unwrap();
    assert!(!here.mends() && here.damage().is_none());
    assert!(here.bench.screen().contains("the disk is broken"));
}

/// 8 is what it says without memory, and also where it finds no file system at all.
#[test]
fn a_checker_that_is_killed_or_cannot_go_on_destroys_nothing() {
    for ends in ["kill -KILL $$", "exit 8"] {
        let here = Flashed::new();
        let tool = here.bench.place().at("usr/sbin/e2fsck");
        fs::remove_file(&tool).unwrap();
        here.bench.program("ends", ends);
        symlink(here.bench.place().at("usr/bin/ends"), tool).unwrap();
        let before = fs::read(&here.device).unwrap();
        assert!(!here.mends() && fs::read(&here.device).unwrap() == before, "{ends}");
    }
}

fn noted(bench: &Bench, damage: Damage) {
    fs::write(note(bench.place()), serde_json::to_vec(&damage).unwrap()).unwrap();
}

fn told(bench: &Bench) -> serde_json::Value {
    let report = fs::read(bench.place().memory().join("report.json")).unwrap();
    serde_json::from_slice(&report).unwrap()
}

#[test]
fn what_was_lost_is_told_once() {
    let bench = Bench::new("1.0.0");
    noted(&bench, Damage { at: 1_795_384_980, anew: true, ..Damage::default() });
    settle(bench.place());
    settle(bench.place());
    let told = told(&bench);
    assert_eq!((&told["damage"]["anew"], &told["damage"]["empty"]), (&true.into(), &true.into()), "{told}");
    let lines = told["told"].as_array().unwrap();
    let said = lines[0]["said"].as_str().unwrap();
    assert!(lines.len() == 1 && said.contains("beyond repair on Sun, 22 Nov 2026"), "{said}");
}

#[test]
fn folders_without_a_name_go_back_to_their_place() {
    let bench = Bench::new("1.0.0");
    let place = bench.place();
    for (file, text) in [
        ("#12/private/gatehouse/gatehouse.db", "all the calls"),
        ("#12/private/gatehouse/seal.key", "key"),
        ("#77/report.json", r#"{"running":"0.9.0"}"#),
        ("#77/etc/gatehouse.toml", "[log]"),
        ("#99", "a piece"),
    ] {
        let path = place.at("var/lost+found").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    noted(&bench, Damage::default());
    settle(place);
    assert_eq!(
        fs::read_to_string(place.at("var/lib/private/gatehouse/gatehouse.db")).unwrap(),
        "all the calls"
    );
    assert_eq!(fs::read_to_string(place.memory().join("etc/gatehouse.toml")).unwrap(), "[log]");
    let told = told(&bench);
    assert_eq!((&told["damage"]["empty"], &told["running"]), (&false.into(), &"0.9.0".into()), "{told}");
    assert_eq!(told["damage"]["pieces"], 2, "the empty folder and the piece: {told}");
}

#[test]
fn what_is_in_its_place_is_never_replaced() {
    let bench = Bench::new("1.0.0");
    let place = bench.place();
    for (file, text) in [("lost+found/#1/gatehouse.db", "old"), ("lib/private/gatehouse/gatehouse.db", "new")]
    {
        let path = place.at("var").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    noted(&bench, Damage::default());
    settle(place);
    assert_eq!(fs::read_to_string(place.at("var/lib/private/gatehouse/gatehouse.db")).unwrap(), "new");
}

/// Lays a data partition with this id there.
fn has_partition(bench: &Bench, id: &str) {
    let folder = bench.place().at("dev/disk/by-partuuid");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(bench.place().data_partition(), "").unwrap();
    symlink(bench.place().data_partition(), folder.join(id)).unwrap();
}

#[test]
fn a_partition_that_was_lost_from_the_table_is_noticed_and_one_that_was_given_up_is_not() {
    let bench = Bench::new("1.0.0");
    has_partition(&bench, "11-11");
    settle(bench.place());
    settle(bench.place());
    assert!(!bench.place().memory().join("report.json").exists(), "the first one, and the same again");
    super::will_be_another(bench.place());
    has_partition(&bench, "22-22");
    settle(bench.place());
    assert!(!bench.place().memory().join("report.json").exists(), "a factory reset");
    has_partition(&bench, "33-33");
    settle(bench.place());
    assert_eq!(told(&bench)["damage"]["anew"], true);
}
