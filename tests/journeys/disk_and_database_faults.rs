//! A full disk, a broken database, a port that is taken: the box says what to do, and goes on where it can.

use std::{fs, net::TcpListener};

use tests::{Gatehouse, PracticeCloud, SmallDisk, Wire};

#[test]
fn a_broken_database_is_replaced_by_the_last_good_copy_and_kept_aside() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    let mut wire = Wire::udp(house.sip());
    assert_eq!(wire.register(cloud.phone("102"), 600).status(), Some(200));
    house.stop();
    let database = database(&house);
    let size = usize::try_from(fs::metadata(&database).unwrap().len()).unwrap();
    fs::write(&database, vec![0x5a; size]).unwrap();
    for journal in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{journal}", database.display()));
    }
    house.power_on();
    house.knows_the_account();
    let aside = fs::read_dir(house.data()).unwrap().flatten().any(|entry| {
        entry.path() != database && fs::read(entry.path()).is_ok_and(|bytes| bytes.starts_with(&[0x5a; 64]))
    });
    assert!(
        aside,
        "the broken one is kept: {:?}",
        fs::read_dir(house.data()).unwrap().flatten().collect::<Vec<_>>()
    );
}

#[test]
fn a_port_that_is_taken_is_named() {
    let mut house = Gatehouse::new();
    let _taken = TcpListener::bind((house.address(), 5060)).unwrap();
    let out = house.refuses_to_start();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(matches!(out.status.code(), Some(1 | 2 | 78)), "{:?}: {said}", out.status);
    assert!(said.contains(&format!("{}:5060", house.address())), "which address: {said}");
}

#[test]
fn on_a_full_disk_phones_still_call_and_the_box_says_why_nothing_is_kept() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    let small = SmallDisk::mount(&house.data().to_string_lossy());
    house.power_on();
    house.knows_the_account();
    let filler = house.data().join("filler");
    let _ = fs::write(&filler, vec![1; 64 << 20]);
    let mut wire = Wire::udp(house.sip());
    let answer = wire.register(cloud.phone("102"), 600);
    assert!(matches!(answer.status(), Some(200 | 500 | 503)), "{}", answer.0);
    let mut options = Wire::udp(house.sip());
    let draft = options.draft("OPTIONS", "x", &format!("sip:{}", house.sip()));
    assert_eq!(options.ask(&draft).status(), Some(200), "the box lives");
    let out = house.command(&["doctor"]).output().unwrap();
    let said = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).to_lowercase();
    assert_ne!(out.status.code(), Some(0), "{said}");
    assert!(said.contains("disk") || said.contains("space"), "{said}");
    fs::remove_file(filler).unwrap();
    assert_eq!(wire.register(cloud.phone("102"), 600).status(), Some(200), "room again");
    drop(house);
    drop(small);
}

fn database(house: &Gatehouse) -> std::path::PathBuf {
    let entries = fs::read_dir(house.data()).unwrap().flatten().map(|entry| entry.path());
    let mut found: Vec<_> = entries
        .filter(|path| fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3")))
        .collect();
    found.sort_by_key(|path| std::cmp::Reverse(fs::metadata(path).unwrap().modified().unwrap()));
    found.remove(0)
}
