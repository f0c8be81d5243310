//! Pages as the standards lay them out, and a box in a folder.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::{Complaint, Disk, PAGE, Says, Warning, ata, emmc, look, nvme};

/// A page with these bytes at these places.
fn page(bytes: &[(usize, &[u8])]) -> [u8; PAGE] {
    let mut page = [0; PAGE];
    for (at, bytes) in bytes {
        page[*at..at + bytes.len()].copy_from_slice(bytes);
    }
    page
}

/// The same, and its bytes add up to nothing.
fn checked(bytes: &[(usize, &[u8])]) -> [u8; PAGE] {
    let mut page = page(bytes);
    let sum = page.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    page[PAGE - 1] = sum.wrapping_neg();
    page
}

fn disk(name: &str, says: Says) -> Disk {
    Disk { name: name.to_owned(), says: Some(says), ..Disk::default() }
}

/// 310 K, spare 100 of at least 10, 3 % used, 4711 hours.
fn healthy_nvme() -> [u8; PAGE] {
    page(&[(0, &[0, 0x36, 0x01, 100, 10, 3]), (128, &4711_u64.to_le_bytes())])
}

#[test]
fn an_nvme_disk_says_how_it_is() {
    let says = nvme::says(&healthy_nvme());
    let expected =
        Says { used: Some(3), spare: Some(100), celsius: Some(37), hours: Some(4711), warnings: vec![] };
    assert_eq!(says, expected);
    assert_eq!(disk("nvme0n1", says).complaints(), []);
}

#[test]
fn each_critical_warning_of_an_nvme_disk_is_understood() {
    let complaints = |change: &[(usize, u8)]| {
        let mut log = healthy_nvme();
        change.iter().for_each(|(at, byte)| log[*at] = *byte);
        disk("nvme0n1", nvme::says(&log)).complaints()
    };
    assert_eq!(complaints(&[(0, 0x01)]), [Complaint::Worn], "spare below its threshold");
    assert_eq!(complaints(&[(0, 0x02)]), [Complaint::Hot]);
    assert_eq!(complaints(&[(0, 0x04)]), [Complaint::Failing], "not reliable");
    assert_eq!(complaints(&[(0, 0x08)]), [Complaint::ReadOnly]);
    assert_eq!(complaints(&[(0, 0x10)]), [Complaint::Failing], "forgets in a power cut");
    assert_eq!(complaints(&[(0, 0x20)]), [], "memory that the box does not use");
    assert_eq!(complaints(&[(3, 9)]), [Complaint::Worn], "9 of at least 10");
    assert_eq!(complaints(&[(3, 10), (5, 89)]), []);
    assert_eq!(complaints(&[(5, 90)]), [Complaint::Worn]);
    assert_eq!(complaints(&[(5, 255), (0, 0x0f)]).len(), 4);
    assert_eq!(complaints(&[(1, 0x62), (2, 0x01)]), [], "81 degrees: it knows itself what it bears");
    assert_eq!(nvme::says(&page(&[])).celsius, None, "no thermometer");
}

/// 12 bytes of the table: id, flags, value, worst, raw.
fn row(id: u8, flags: u8, value: u8, raw: [u8; 6]) -> Vec<u8> {
    [&[id, flags, 0, value, value][..], &raw, &[0]].concat()
}

fn attributes(rows: &[Vec<u8>]) -> [u8; PAGE] {
    checked(&[(0, &[16, 0]), (2, &rows.concat())])
}

fn thresholds(rows: &[(u8, u8)]) -> [u8; PAGE] {
    let rows: Vec<u8> =
        rows.iter().flat_map(|(id, least)| [*id, *least, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).collect();
    checked(&[(0, &[16, 0]), (2, &rows)])
}

#[test]
fn an_ata_disk_says_how_it_is() {
    let data = attributes(&[
        row(5, 0x33, 100, [0; 6]),
        row(9, 0x32, 95, [0x10, 0x27, 0, 0, 0xee, 0xee]),
        row(177, 0x13, 88, [1, 0, 0, 0, 0, 0]),
        row(190, 0x32, 60, [40, 0, 0, 0, 0, 0]),
        row(194, 0x22, 66, [34, 0, 18, 0, 52, 0]),
    ]);
    let says = ata::says(&data, &thresholds(&[(5, 10), (177, 0)])).unwrap();
    let expected =
        Says { used: Some(12), spare: None, celsius: Some(34), hours: Some(10_000), warnings: vec![] };
    assert_eq!(says, expected);
}

#[test]
fn an_ata_disk_fails_where_a_value_has_come_down_to_its_threshold() {
    let fails = |flags, value, least| {
        let says =
            ata::says(&attributes(&[row(5, flags, value, [0; 6])]), &thresholds(&[(5, least)])).unwrap();
        disk("sda", says).complaints() == [Complaint::Failing]
    };
    assert!(fails(0x33, 10, 10) && fails(0x33, 9, 10));
    assert!(!fails(0x33, 11, 10));
    assert!(!fails(0x32, 5, 10), "old, not failing");
    assert!(!fails(0x33, 0, 10) && !fails(0x33, 1, 0) && !fails(0x33, 1, 254), "values that mean nothing");
}

#[test]
fn a_damaged_page_of_an_ata_disk_says_nothing() {
    let (data, least) = (attributes(&[row(5, 0x33, 1, [0; 6])]), thresholds(&[(5, 10)]));
    let mut changed = data;
    changed[7] ^= 1;
    assert_eq!(ata::says(&changed, &least), Err(ata::Damaged));
    let mut changed = least;
    changed[3] ^= 1;
    assert_eq!(ata::says(&data, &changed), Err(ata::Damaged));
}

#[test]
fn an_ata_disk_is_hot_from_70_degrees_on() {
    let at = |celsius: u8| {
        let data = attributes(&[row(194, 0x22, 30, [celsius, 0, 0, 0, 0, 0])]);
        disk("sda", ata::says(&data, &thresholds(&[])).unwrap()).complaints()
    };
    assert_eq!((at(69), at(70)), (vec![], vec![Complaint::Hot]));
    assert_eq!(at(0xf6), [], "ten below zero");
}

#[test]
fn newer_ata_disks_count_their_endurance() {
    assert_eq!(ata::endurance(&page(&[(0, &[1, 0, 7]), (8, &[93, 0, 0, 0, 0, 0, 0, 0xc0])])), Some(93));
    assert_eq!(
        ata::endurance(&page(&[(0, &[1, 0, 7]), (8, &[93, 0, 0, 0, 0, 0, 0, 0x80])])),
        None,
        "not valid"
    );
    assert_eq!(
        ata::endurance(&page(&[(0, &[1, 0, 5]), (8, &[93, 0, 0, 0, 0, 0, 0, 0xc0])])),
        None,
        "another"
    );
}

#[test]
fn an_emmc_says_how_much_of_its_life_is_used() {
    let used = |life| emmc::says(life, "0x01\n").unwrap().used;
    assert_eq!(used("0x01 0x01\n"), Some(0));
    assert_eq!(used("0x02 0x0a\n"), Some(90), "the one that is worn more");
    assert_eq!(used("0x0b 0x00\n"), Some(100));
    assert_eq!(used("0x00 0x00\n"), None, "it does not say");
    let complaints = |life, reserve| disk("mmcblk0", emmc::says(life, reserve).unwrap()).complaints();
    assert_eq!(complaints("0x0a 0x01", "0x01"), [Complaint::Worn]);
    assert_eq!(complaints("0x01 0x01", "0x03"), [Complaint::Worn], "urgent");
    assert_eq!(complaints("0x01 0x01", "0x02"), []);
    for none in [("", ""), ("0x00 0x00", "0x00"), ("1 2", "3"), ("0xff 0xffff", "0x09")] {
        assert_eq!(emmc::says(none.0, none.1), None, "{none:?}");
    }
}

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn disks_are_found_with_their_names_and_sizes_and_nothing_else_is_one() {
    let box_ = tempfile::tempdir().unwrap();
    let root = box_.path();
    put(root, "sys/block/mmcblk0/size", "15269888\n");
    put(root, "sys/block/mmcblk0/device/name", "DG4008\n");
    put(root, "sys/block/mmcblk0/device/life_time", "0x03 0x02\n");
    put(root, "sys/block/mmcblk0/device/pre_eol_info", "0x01\n");
    put(root, "sys/block/mmcblk0boot0/size", "8192\n");
    put(root, "sys/block/mmcblk0boot0/device/name", "DG4008\n");
    put(root, "sys/block/vda/size", "4194304\n");
    put(root, "sys/block/vda/device/vendor", "0x1af4\n");
    put(root, "sys/block/loop0/size", "8\n");
    put(root, "sys/block/sda/size", "100\n");
    put(
        root,
        "sys/block/sda/device/model",
        "A disk \u{7} of a maker whose name never ends, and goes on and on and on",
    );
    let found = look(root);
    let names: Vec<_> = found.iter().map(|disk| (disk.name.as_str(), disk.size)).collect();
    assert_eq!(names, [("mmcblk0", 7_818_182_656), ("sda", 51_200), ("vda", 2_147_483_648)]);
    assert_eq!((found[0].model.as_str(), found[0].says.as_ref().unwrap().used), ("DG4008", Some(20)));
    assert!(found[1].says.is_none(), "there is no such device to ask");
    assert!(found[1].model.starts_with("A disk  of a maker") && found[1].model.len() == 40);
    assert_eq!(look(Path::new("/no/such/box")), []);
}

#[test]
fn a_file_is_no_disk_that_can_be_asked() {
    let box_ = tempfile::tempdir().unwrap();
    for (name, device) in [("sda", "sda"), ("nvme0n1", "nvme0")] {
        put(box_.path(), &format!("sys/block/{name}/device/model"), "x");
        put(box_.path(), &format!("dev/{device}"), "");
    }
    let found = look(box_.path());
    assert_eq!((found.len(), found.iter().all(|disk| disk.says.is_none())), (2, true));
}

#[test]
fn what_is_written_down_is_read_again() {
    let says = Says { used: Some(91), warnings: vec![Warning::Hot], ..Says::default() };
    let text = serde_json::to_string(&disk("sda", says.clone())).unwrap();
    assert!(text.contains(r#""warnings":["hot"]"#), "{text}");
    assert_eq!(serde_json::from_str::<Disk>(&text).unwrap(), disk("sda", says));
    let newer: Disk = serde_json::from_str(r#"{"name":"sdb","later":1}"#).unwrap();
    assert_eq!(newer.complaints(), []);
}

proptest! {
    #[test]
    fn no_page_is_too_odd(bytes in prop::collection::vec(any::<u8>(), PAGE), life in ".*", reserve in ".*") {
        let odd: [u8; PAGE] = bytes.try_into().unwrap();
        let mut says = vec![nvme::says(&odd)];
        let mut table = odd;
        table[PAGE - 1] = table[..PAGE - 1].iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte));
        says.push(ata::says(&table, &table).unwrap());
        says.extend(emmc::says(&life, &reserve));
        let _ = ata::endurance(&odd);
        for says in says {
            prop_assert!(says.spare.is_none_or(|spare| spare <= 100));
            prop_assert!(disk("sda", says).complaints().len() <= 4);
        }
    }
}
